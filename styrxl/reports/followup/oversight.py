"""The follow-up's page Uppsikt: who has documented commitments, who has followed them up, and how they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from styrxl.excel.pages import BOLD, Block, Field, Page, Row
from styrxl.model.goal_judgement import NO, PARTLY, STATUSES, YES
from styrxl.reports.assignment_page import make_overdue_block
from styrxl.reports.followup_view import ADDED, OUTSIDE, FollowupView
from styrxl.reports.page_parts import LINK_WIDTH, file_link, make_titled_page, sum_label
from styrxl.reports.participation import Participation, group_by_organisation, in_time_word, list_participation, verdict_word
from styrxl.reports.view import Owner

_COUNTS = ("in_all", "as_planned", "behind", "stopped", "unsaid", "added_count")


@dataclass(frozen=True, slots=True)
class OverseenOwner:
    """A board or unit, how it takes part in the round, and how its commitments stand."""

    owner: Owner
    participation: Participation | None  # None: it hands in nothing in the round
    commitments: Counter[str]  # by status
    before: tuple[int, int] | None  # of the last round that it answered: done or as planned, of all
    documented: bool
    elsewhere: str | None

    @property
    def counts(self) -> tuple[int, ...]:
        """The figures in the order of ``_COUNTS``."""
        codes = self.commitments
        by_value = {value: sum(n for c, n in codes.items() if c in STATUSES and STATUSES[c] == value) for value in (YES, PARTLY, NO)}
        total = sum(codes.values())
        unanswered = total - sum(by_value.values()) - codes[ADDED] - codes[OUTSIDE]
        return (total, by_value[YES], by_value[PARTLY], by_value[NO], unanswered, codes[ADDED])


def make_page(followup: FollowupView) -> Page | None:
    """Return the page: groups first, then each owner; None for nobody."""
    view = followup.view
    owners = [o for o in _overseen_owners(followup) if view.board is None or o.owner.id != view.board]
    blocks = [*_groups_blocks(followup, owners), make_overdue_block(view), _owners_block(followup, owners), _left_over_feedback(followup)]
    filled = [block for block in blocks if block.rows]
    return make_titled_page(view, "oversight_followup", filled) if filled else None


def _overseen_owners(followup: FollowupView) -> list[OverseenOwner]:
    """Return all boards and units; the auditors are outside the oversight."""
    view = followup.view
    participation = {p.owner.id: p for p in list_participation(view)}
    plans = followup.history.plans.answers
    before = _counts_before(followup)
    overseen = []
    for owner in view.owners:
        if owner.kind not in ("board", "unit") and owner.id not in participation:
            continue
        answer = next((row for row in plans.of("plan_elsewhere", owner.id) if row["elsewhere"] == "yes"), None)
        where = (answer["where"] or view.phrases.word("no_place")) if answer else None
        documented = bool(plans.of("commitments", owner.id))
        statuses = followup.count_statuses([owner.id])
        overseen.append(OverseenOwner(owner, participation.get(owner.id), statuses, before.get(owner.id), documented, where))
    return overseen


def _counts_before(followup: FollowupView) -> dict[str, tuple[int, int]]:
    """Return how many commitments were done or as planned, of how many, in the last round that each owner answered."""
    counts: dict[str, tuple[int, int]] = {}
    for past in followup.history.earlier:
        statuses = past.statuses
        for owner in past.answers.returns:
            rows = past.answers.of("commitment_status", owner)
            own = [statuses[row["commitment_id"]] for row in rows if row["commitment_id"] in statuses]
            counts[owner] = sum(STATUSES[status] == YES for status in own), len(own)
    return counts


def _groups_blocks(followup: FollowupView, owners: Sequence[OverseenOwner]) -> list[Block]:
    """Return two tables of boards and administrations, each on a page's width: what has come in, and how the commitments stand."""
    view = followup.view
    groups = group_by_organisation(view, owners)
    if not groups:
        return []
    heading, title = view.phrases.heading, view.phrases.word("board_summary_title" if view.board else "summary_title")
    # A board's units have ids in the first column: the names of administrations take that of the units too.
    first = (Field(heading("part"), "name", 22, span=2 if view.board else 1), Field(heading("kind"), "name", 14))
    came_in = tuple(Field(heading(key), "count", 10) for key in ("owners", "with_plan", "issued", "returned", "accepted", "late"))
    stand = (*(Field(heading(key), "count", 10) for key in _COUNTS), Field(heading("against_before"), span=2))
    tables = (
        (came_in, _came_in_figures, title, "oversight_groups"),
        (stand, _status_figures, view.phrases.word("summary_progress_title"), "commitment_groups"),
    )
    return [
        Block(
            (*first, *fields),
            tuple(Row((view.name(id_), kind, *figures(followup, members))) for kind, id_, members in groups),
            heading=text,
            totals=(Row((sum_label(view), None, *figures(followup, owners)), weight=BOLD),),
            new_page=figures is _status_figures and view.board is None,
            name=name,
        )
        for fields, figures, text, name in tables
    ]


def _came_in_figures(followup: FollowupView, owners: Sequence[OverseenOwner]) -> tuple[object, ...]:
    participation = [o.participation for o in owners if o.participation is not None]
    return (
        sum(o.owner.id in followup.asked for o in owners),
        sum(o.documented or o.elsewhere is not None for o in owners),
        sum(p.issue is not None for p in participation),
        sum(p.returned for p in participation),
        sum(p.accepted is not None for p in participation),
        sum(p.late for p in participation),
    )


def _status_figures(followup: FollowupView, owners: Sequence[OverseenOwner]) -> tuple[object, ...]:
    counts = tuple(sum(figures) for figures in zip(*(o.counts for o in owners), strict=True)) or (0,) * len(_COUNTS)
    return (*counts, _change_words(followup, [o for o in owners if o.before is not None]))


def _change_words(followup: FollowupView, owners: Sequence[OverseenOwner]) -> str | None:
    """Say how many commitments are done or as planned, against the round before, of those who answered then."""
    if not owners:
        return followup.view.phrases.word("first_time")
    old = tuple(sum(o.before[n] for o in owners if o.before) for n in (0, 1))
    answered = [sum(n for status, n in o.commitments.items() if status in STATUSES) for o in owners]
    new = f"{sum(o.counts[1] for o in owners)}/{sum(answered)}" if any(answered) else followup.view.phrases.word("none")
    return followup.view.phrases.word("than_before", old=f"{old[0]}/{old[1]}", new=new)


def _owners_block(followup: FollowupView, owners: Sequence[OverseenOwner]) -> Block:
    view, heading = followup.view, followup.view.phrases.heading
    fields = (
        *((Field(heading("id"), "id", 17),) if view.board else (Field(heading("board"), "name", 22),)),
        Field(heading("unit"), width=20, least=19),
        *(() if view.board else (Field(heading("administration"), "name", 18),)),
        Field(heading("documented"), "status", 14),
        Field(heading("verdict"), "status", 16),
        Field(heading("in_time"), "status", 12),
        *(Field(heading(key), "count", 10) for key in _COUNTS),
        Field(heading("against_before"), width=14, least=13.5),
        *((Field(heading("feedback"), "input", 34),) if view.board else ()),
        Field(heading("due"), "date", 12, screen=True),
        Field(heading("received_on"), "date", 12, screen=True),
        Field(heading("profile"), width=12, screen=True),
        Field(heading("elsewhere"), width=40, screen=True),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
        *((Field(heading("administration"), width=26, screen=True),) if view.board else ()),
    )
    rows = tuple(_owner_row(followup, owner) for owner in owners)
    title = view.phrases.word("board_detail_title" if view.board else "detail_title")
    return Block(fields, rows, heading=title, table="oversight", sticky=True)


def _owner_row(followup: FollowupView, o: OverseenOwner) -> Row:
    view, word = followup.view, followup.view.phrases.word
    p = o.participation
    shown = (p.accepted or p.newest) if p else None
    documented = word("in_other_system" if o.elsewhere else "yes_documented" if o.documented else "not_documented")
    cells = (
        o.owner.id if view.board else view.name(o.owner.board),
        o.owner.name if o.owner.kind == "unit" else word("board_level"),
        *(() if view.board else (view.name(o.owner.administration),)),
        documented,
        verdict_word(view, p) if p and o.owner.id in followup.asked else word("not_asked"),
        in_time_word(view, p) if p and o.owner.id in followup.asked else None,
        *o.counts,
        _change_words(followup, [o] if o.before is not None else []),
        *((view.feedback.get(o.owner.id),) if view.board else ()),
        p.issue.due if p and p.issue else None,
        p.received_on if p else None,
        (shown.profile if shown else None) or o.owner.profile,
        o.elsewhere,
        file_link(o.owner.id, shown.path) if shown else None,
        *((view.name(o.owner.administration),) if view.board else ()),
    )
    return Row(cells)


def _left_over_feedback(followup: FollowupView) -> Block:
    """Return the board's feedback on what is not here any more, so that a rebuild loses nothing that somebody wrote."""
    view = followup.view
    present = {n.id for n in followup.commitments} | {u.id for u in view.units}
    rows = tuple(Row((code, text)) for code, text in sorted(view.feedback.items()) if code not in present)
    fields = (Field(view.phrases.heading("id"), "id", 17), Field(view.phrases.heading("feedback"), "input", span=3))
    return Block(fields, rows, heading=view.phrases.word("feedback_left"), name="feedback_left")
