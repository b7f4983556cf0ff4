"""The page Uppsikt of a follow-up: who has documented commitments, who has followed them up, and how they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from styrxl.excel.pages import BOLD, Block, Field, Link, Page, Row
from styrxl.model.rollup import NO, PARTLY, STATUSES, YES
from styrxl.reports.columns import LINK_WIDTH, page
from styrxl.reports.followed import ADDED, OUTSIDE, Followed, statuses_of
from styrxl.reports.participation import Standing, in_time, standings, sum_word, verdict
from styrxl.reports.view import Part, joined

_COUNTS = ("in_all", "as_planned", "behind", "stopped", "unsaid", "added_count")


@dataclass(frozen=True, slots=True)
class Watched:
    """A board or unit, how it stands in the round, and how its commitments do."""

    part: Part
    standing: Standing | None  # None: it hands in nothing in the round
    commitments: Counter[str]  # by status
    before: tuple[int, int] | None  # of the last round that it answered: done or as planned, of all
    documented: bool
    elsewhere: str | None

    @property
    def counts(self) -> tuple[int, ...]:
        """The figures in the order of ``_COUNTS``."""
        codes = self.commitments
        by = {value: sum(n for c, n in codes.items() if c in STATUSES and STATUSES[c] == value) for value in (YES, PARTLY, NO)}
        every = sum(codes.values())
        unsaid = every - sum(by.values()) - codes[ADDED] - codes[OUTSIDE]
        return (every, by[YES], by[PARTLY], by[NO], unsaid, codes[ADDED])


def make_page(follow: Followed) -> Page | None:
    """Show groups first, then everybody."""
    view = follow.view
    those = [w for w in watched(follow) if view.board is None or w.part.id != view.board]
    blocks = [b for b in (*_groups(follow, those), _everybody(follow, those), left_over(follow)) if b is not None and b.rows]
    return page(view, "oversight_followup", blocks) if blocks else None


def watched(follow: Followed) -> list[Watched]:
    """Return all boards and units; the auditors are outside the oversight."""
    view = follow.view
    known = {s.part.id: s for s in standings(view)}
    plans = follow.behind.plans.told
    before = _before(follow)
    found = []
    for part in view.parts:
        if part.kind not in ("board", "unit") and part.id not in known:
            continue
        said = next((r for r in plans.of("plan_elsewhere", part.id) if r["elsewhere"] == "yes"), None)
        where = (said["where"] or view.phrases.word("no_place")) if said else None
        own = bool(plans.of("commitments", part.id))
        found.append(Watched(part, known.get(part.id), follow.by_status([part.id]), before.get(part.id), own, where))
    return found


def _before(follow: Followed) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for past in follow.behind.earlier:
        codes = statuses_of(past)
        for owner in past.told.returns:
            own = [codes[r["commitment_id"]] for r in past.told.of("commitment_status", owner) if r["commitment_id"] in codes]
            found[owner] = sum(STATUSES[c] == YES for c in own), len(own)
    return found


def _groups(follow: Followed, those: Sequence[Watched]) -> list[Block]:
    """Return two tables of boards and administrations, each on a page's width: what has come in, and how the commitments stand."""
    view = follow.view
    by_board, by_administration = dict[str, list[Watched]](), dict[str, list[Watched]]()
    for w in those:
        by_board.setdefault(w.part.board, []).append(w)
        if w.part.administration and w.part.kind == "unit":
            by_administration.setdefault(w.part.administration, []).append(w)
    kind = {code: label[view.scope.language] for code, label in view.scope.forms.words.lists["kind"].items()}
    groups = [(kind["board"], board, mine) for board, mine in by_board.items()] if view.board is None else []
    groups += [(kind["administration"], a, mine) for a, mine in by_administration.items()]
    if not groups:
        return []
    heading, title = view.phrases.heading, view.phrases.word("board_summary_title" if view.board else "summary_title")
    # A board's units have ids in the first column: the names of administrations take that of the units too.
    heads = (Field(heading("part"), "name", 22, span=2 if view.board else 1), Field(heading("kind"), "name", 14))
    came = tuple(Field(heading(k), "count", 10) for k in ("owners", "with_plan", "issued", "returned", "accepted", "late"))
    stand = (*(Field(heading(k), "count", 10) for k in _COUNTS), Field(heading("against_before"), span=2))
    tables = ((came, _came_in, title), (stand, _stand, view.phrases.word("summary_progress_title")))
    return [
        Block(
            (*heads, *fields),
            tuple(Row((view.name(who), what, *figures(follow, mine))) for what, who, mine in groups),
            heading=text,
            totals=(Row((sum_word(view), None, *figures(follow, those)), weight=BOLD),),
            new_page=figures is _stand and view.board is None,
        )
        for fields, figures, text in tables
    ]


def _came_in(follow: Followed, those: Sequence[Watched]) -> tuple[object, ...]:
    there = [w.standing for w in those if w.standing is not None]
    return (
        sum(w.part.id in follow.asked for w in those),
        sum(w.documented or w.elsewhere is not None for w in those),
        sum(s.issue is not None for s in there),
        sum(s.returned for s in there),
        sum(s.accepted is not None for s in there),
        sum(s.late for s in there),
    )


def _stand(follow: Followed, those: Sequence[Watched]) -> tuple[object, ...]:
    counts = tuple(sum(figures) for figures in zip(*(w.counts for w in those), strict=True)) or (0,) * len(_COUNTS)
    return (*counts, _change(follow, [w for w in those if w.before is not None]))


def _change(follow: Followed, those: Sequence[Watched]) -> str | None:
    """Say how many commitments are done or as planned, against the round before, of those who answered then."""
    if not those:
        return follow.view.phrases.word("first_time")
    old = tuple(sum(w.before[n] for w in those if w.before) for n in (0, 1))
    said = [sum(n for c, n in w.commitments.items() if c in STATUSES) for w in those]
    new = f"{sum(w.counts[1] for w in those)}/{sum(said)}" if any(said) else follow.view.phrases.word("none")
    return follow.view.phrases.word("than_before", old=f"{old[0]}/{old[1]}", new=new)


def _everybody(follow: Followed, those: Sequence[Watched]) -> Block:
    view, heading = follow.view, follow.view.phrases.heading
    fields = (
        *((Field(heading("id"), "id", 17),) if view.board else (Field(heading("board"), "name", 22),)),
        Field(heading("unit"), width=20, least=19),
        *(() if view.board else (Field(heading("administration"), "name", 18),)),
        Field(heading("documented"), "status", 14),
        Field(heading("verdict"), "status", 16),
        Field(heading("in_time"), "status", 12),
        *(Field(heading(k), "count", 10) for k in _COUNTS),
        Field(heading("against_before"), width=14, least=13.5),
        *((Field(heading("feedback"), "input", 34),) if view.board else ()),
        Field(heading("due"), "date", 12, screen=True),
        Field(heading("received_on"), "date", 12, screen=True),
        Field(heading("profile"), width=12, screen=True),
        Field(heading("elsewhere"), width=40, screen=True),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
        *((Field(heading("administration"), width=26, screen=True),) if view.board else ()),
    )
    rows = tuple(_watched(follow, w, view.kept) for w in those)
    title = view.phrases.word("board_detail_title" if view.board else "detail_title")
    return Block(fields, rows, heading=title, table="oversight", sticky=True)


def _watched(follow: Followed, w: Watched, kept: Mapping[str, str]) -> Row:
    view, word = follow.view, follow.view.phrases.word
    s = w.standing
    newest = (s.accepted or s.newest) if s else None
    documented = word("in_other_system" if w.elsewhere else "yes_documented" if w.documented else "not_documented")
    cells = (
        w.part.id if view.board else view.name(w.part.board),
        w.part.name if w.part.kind == "unit" else word("board_level"),
        *(() if view.board else (view.name(w.part.administration),)),
        documented,
        verdict(view, s) if s and w.part.id in follow.asked else word("not_asked"),
        in_time(view, s) if s and w.part.id in follow.asked else None,
        *w.counts,
        _change(follow, [w] if w.before is not None else []),
        *((kept.get(w.part.id),) if view.board else ()),
        s.issue.due if s and s.issue else None,
        s.came if s else None,
        (newest.profile if newest else None) or w.part.profile,
        w.elsewhere,
        Link(joined((w.part.id, newest.path.rpartition("/")[2])) or "", newest.path) if newest else None,
        *((view.name(w.part.administration),) if view.board else ()),
    )
    return Row(cells)


def left_over(follow: Followed) -> Block | None:
    """Keep the board's feedback on what is not here any more, so that a rebuild loses nothing that somebody wrote."""
    view = follow.view
    there = {n.id for n in follow.commitments} | {u.id for u in view.units}
    rows = tuple(Row((code, text)) for code, text in sorted(view.kept.items()) if code not in there)
    if not rows:
        return None
    fields = (Field(view.phrases.heading("id"), "id", 17), Field(view.phrases.heading("feedback"), "input", span=3))
    return Block(fields, rows, heading=view.phrases.word("feedback_left"))
