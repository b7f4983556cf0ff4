"""The pages Uppsikt (who works with commitments) and Saknas och varningar (what is missing, what to look at)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from styrxl.excel.pages import BOLD, Block, Field, Link, Page, Row, place
from styrxl.model import findings
from styrxl.model.judged import Judged
from styrxl.reports.columns import LINK_WIDTH, page
from styrxl.reports.view import Issued, Part, View, day_of, joined, plain

ANSWERED = ("accepted", "rejected", "superseded")  # verdicts of returns that can be read


@dataclass(frozen=True)
class Standing:
    """How an owner stands in the round."""

    part: Part
    issue: Issued | None
    returns: tuple[Judged, ...]
    commitments: int
    elsewhere: str | None  # where the plan is, if in another system
    elsewhere_source: Judged | None

    @property
    def accepted(self) -> Judged | None:
        """The return that counts."""
        return next((r for r in self.returns if r.verdict == "accepted"), None)

    @property
    def newest(self) -> Judged | None:
        """The newest return that is neither a duplicate nor set aside."""
        return next((r for r in reversed(self.returns) if r.verdict not in ("duplicate", "set-aside")), None)

    @cached_property
    def came(self) -> date | None:
        """Day on which the plan came in: the first time it was done, or else the first time at all."""
        done = [r for r in self.returns if r.verdict in ("accepted", "superseded")]
        those = done or [r for r in self.returns if r.verdict in ANSWERED] or [r for r in self.returns if r.verdict == "unreadable"]
        days = [day_of(r.received) for r in those if r.received]
        return min(days, default=None)

    @property
    def returned(self) -> bool:
        """Whether anything has come in that can be read."""
        return any(r.verdict in ANSWERED for r in self.returns)

    @property
    def late(self) -> bool:
        """Whether it came in after its last day; judged by the date of receipt, so that a rebuild says the same."""
        due = self.issue.due if self.issue else None
        return due is not None and self.came is not None and self.came > day_of(due)


def standings(view: View) -> list[Standing]:
    """Return how each owner stands; auditors and common items hand in nothing and are left out."""
    counts = Counter(view.table("commitments")["_owner"].tolist())
    elsewhere = {r["_owner"]: r for r in plain(view.table("plan_elsewhere"))}
    found = []
    for part in view.parts:
        issue, returns = view.issued.get(part.id), view.by_owner.get(part.id, ())
        if part.kind == "audit" or not (part.expected or issue or returns):
            continue
        said = elsewhere.get(part.id)
        where = (said.get("where") or view.phrases.word("no_place")) if said and said.get("elsewhere") == "yes" else None
        source = view.sources[int(said["_source"])] if said else None
        found.append(Standing(part, issue, returns, counts[part.id], where, source))
    return found


def oversight(view: View) -> Page | None:
    """Show who has been handed a workbook, returned it and got it done, with commitments; groups first, then everybody."""
    those = [s for s in standings(view) if view.board is None or s.part.id != view.board]
    if not those:
        return None
    return page(view, "oversight", [b for b in (_groups(view, those), _everybody(view, those)) if b])


def _groups(view: View, those: Sequence[Standing]) -> Block | None:
    by_board, by_administration = dict[str, list[Standing]](), dict[str, list[Standing]]()
    for s in those:
        by_board.setdefault(s.part.board, []).append(s)
        if s.part.administration and s.part.kind == "unit":
            by_administration.setdefault(s.part.administration, []).append(s)
    kind = {code: label[view.scope.language] for code, label in view.scope.forms.words.lists["kind"].items()}
    groups = [(kind["board"], board, mine) for board, mine in by_board.items()] if view.board is None else []
    groups += [(kind["administration"], a, mine) for a, mine in by_administration.items()]
    if not groups:
        return None
    heading, word = view.phrases.heading, view.phrases.word
    keys = ("owners", "issued", "returned", "accepted", "late", "commitments")
    fields = (Field(heading("part"), "name", 34), Field(heading("kind"), width=14), *(Field(heading(k), "count", 12) for k in keys))
    rows = tuple(Row((view.name(who), what, *_counts(mine))) for what, who, mine in groups)
    last = Row((sum_word(view), None, *_counts(those)), weight=BOLD)
    title = word("board_summary_title" if view.board else "summary_title")
    return Block(fields, rows, heading=title, table="oversight_groups", totals=(last,))


def sum_word(view: View) -> str:
    """Return what the row for all is called."""
    return view.phrases.word("sum" if view.board else "sum_boards")


def _counts(those: Sequence[Standing]) -> tuple[int, ...]:
    return (
        len(those),
        sum(s.issue is not None for s in those),
        sum(s.returned for s in those),
        sum(s.accepted is not None for s in those),
        sum(s.late for s in those),
        sum(s.commitments for s in those),
    )


def _everybody(view: View, those: Sequence[Standing]) -> Block:
    heading = view.phrases.heading
    whose = () if view.board else (Field(heading("board"), "name", 34),)
    fields = (
        *whose,
        Field(heading("unit"), width=34 if view.board else 26),
        Field(heading("administration"), "name", 20),
        Field(heading("issued_on"), "date", 12),
        Field(heading("due"), "date", 12),
        Field(heading("received_on"), "date", 12),
        Field(heading("verdict"), "status", 18),
        Field(heading("in_time"), "status", 12),
        Field(heading("own_commitments"), "count", 12),
        Field(heading("elsewhere"), width=24),
        Field(heading("profile"), width=12),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    rows = tuple(_standing(view, s) for s in those)
    title = view.phrases.word("board_detail_title" if view.board else "detail_title")
    return Block(fields, rows, heading=title, table="oversight", sticky=True)


def _standing(view: View, s: Standing) -> Row:
    unit = s.part.name if s.part.kind == "unit" else view.phrases.word("board_level")
    newest = s.accepted or s.newest
    cells = (
        *(() if view.board else (view.name(s.part.board),)),
        unit,
        view.name(s.part.administration),
        s.issue.issued_at if s.issue else None,
        s.issue.due if s.issue else None,
        s.came,
        verdict(view, s),
        in_time(view, s),
        s.commitments if s.accepted else None,
        view.phrases.word("elsewhere", where=s.elsewhere) if s.elsewhere else None,
        (newest.profile if newest else None) or s.part.profile,
        Link(joined((s.part.id, newest.path.rpartition("/")[2])) or "", newest.path) if newest else None,
    )
    return Row(cells, s.elsewhere_source.index if s.elsewhere_source else None)


def verdict(view: View, s: Standing) -> str:
    """Say how far an owner's return has come."""
    if shown := s.accepted or s.newest or (s.returns[-1] if s.returns else None):
        return view.phrases.verdict(shown.verdict)
    return view.phrases.word("not_in" if s.issue else "not_issued")


def in_time(view: View, s: Standing) -> str:
    """Say whether a return came in time; what has not come in is neither, and a rebuild later says the same."""
    if s.came is None:
        return view.phrases.word("none")
    if s.issue is None or s.issue.due is None:
        return view.phrases.word("came_in")
    return view.phrases.word("late" if s.late else "in_time")


def missing(view: View) -> Page:
    """Say what is missing and what to look at; both are said in words where there is nothing."""
    older = _older(view)
    return page(view, "missing", [_missing(view), *([older] if older.rows else []), _warnings(view)])


def _missing(view: View) -> Block:
    heading, word = view.phrases.heading, view.phrases.word
    fields = (
        Field(heading("board"), "name", 24),
        Field(heading("unit"), "name", 26),
        Field(heading("missing"), width=62),
        Field(heading("file"), "link", 40),
    )
    rows = tuple(_lack(view, s, why, of) for s in standings(view) for why, of in _lacks(view, s))
    rows += tuple(
        Row((None, None, word("not_placed"), Link(r.path.rpartition("/")[2], r.path)))
        for r in view.returns
        if r.owner is None and r.verdict in ("rejected", "unreadable")
    )
    return Block(fields, rows, heading=word("missing_title"), table="missing", empty=word("nothing_missing"))


def _lack(view: View, s: Standing, why: str, of: Judged | None) -> Row:
    link = Link(f"{s.part.id} · {of.path.rpartition('/')[2]}", of.path) if of else None
    unit = s.part.name if s.part.kind == "unit" else None
    return Row((view.name(s.part.board), unit, why, link))


def _lacks(view: View, s: Standing) -> Iterator[tuple[str, Judged | None]]:
    word, newest = view.phrases.word, s.newest
    if s.issue is None and not s.returns:
        if why := _unissued(view, s):
            yield word(why), None
    elif s.accepted is None:
        yield _why(view, s), newest or (s.returns[-1] if s.returns else None)
    elif newest is not None and newest.verdict in ("rejected", "unreadable"):
        key = "newer_rejected" if newest.verdict == "rejected" else "newer_unreadable"
        yield word(key, day=_day(view, newest), old=_day(view, s.accepted)), newest


def _unissued(view: View, s: Standing) -> str | None:
    """Say why an owner has no workbook; None for one that has nothing to follow up, its plan being in another system."""
    if view.behind is None:
        return "missing_issue"
    plans = view.behind.plans.told
    if s.part.id not in plans.returns:
        return "missing_plan"
    there = any(plans.of(table, s.part.id) for table in ("goals", "commitments"))
    return "missing_issue" if there or s.part.kind != "unit" else None


def _older(view: View) -> Block:
    """List the returns whose workbook was made from other returns of earlier rounds than those that count now."""
    heading, word = view.phrases.heading, view.phrases.word
    fields = (
        Field(heading("board"), "name", 24),
        Field(heading("unit"), "name", 26),
        Field(heading("missing"), width=62),
        Field(heading("file"), "link", 40),
    )
    rows = []
    for owner, r in view.accepted.items() if view.behind else ():
        for why, newer in _differing(view, owner):
            link = (
                Link(f"{owner} · {newer.path.rpartition('/')[2]}", newer.path)
                if newer
                else Link(f"{owner} · {r.path.rpartition('/')[2]}", r.path)
            )
            rows.append(Row((view.board_name(owner), view.unit_name(owner), why, link)))
    return Block(fields, tuple(rows), heading=word("older_title"), table="older")


def _differing(view: View, owner: str) -> Iterator[tuple[str, Judged | None]]:
    assert view.behind is not None
    made_from = view.behind.based_on.get(owner)
    for past in (view.behind.plans, *view.behind.earlier) if made_from is not None else ():
        was, now = (made_from or {}).get(past.round.id), past.told.returns.get(owner)
        if was == now:
            continue
        name = view.phrases.word(f"round_{past.round.kind}", year=past.round.year)
        newer = next((r for r in past.judged.accepted if r.owner == owner), None)
        day = _day(view, newer) if newer else None
        key = "based_on_gone" if newer is None else "based_on_none" if was is None else "based_on_older"
        yield view.phrases.word(key, round=name, day=day), newer


def _why(view: View, s: Standing) -> str:
    word, newest = view.phrases.word, s.newest
    if newest is not None:
        key = "missing_readable" if newest.verdict == "unreadable" else "missing_complete"
        return word(key, day=_day(view, newest), n=newest.errors)
    if s.returns:
        return word("set_aside", day=_day(view, s.returns[-1]))
    due = s.issue.due if s.issue else None
    return word("missing_return", due=day_of(due).isoformat()) if due else word("missing_return_open")


def _day(view: View, r: Judged) -> str:
    return day_of(r.received).isoformat() if r.received else view.phrases.word("unknown_day")


def _warnings(view: View) -> Block:
    heading, word, language = view.phrases.heading, view.phrases.word, view.scope.language
    fields = (
        Field(heading("board"), "name", 24),
        Field(heading("unit"), "name", 26),
        Field(heading("warning"), width=62),
        Field(heading("advice"), width=40),
        Field(heading("sheet"), width=16),
        Field(heading("cell"), width=9),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    rows = [
        Row(
            (
                view.board_name(part.id),
                view.unit_name(part.id),
                findings.message(f, language),
                findings.fix(f, language),
                f.sheet,
                f.cell,
                _finding_link(r, f),
            )
        )
        for part in view.parts
        if (r := view.accepted.get(part.id))
        for f in sorted((f for f in r.findings if f.severity == "warning"), key=lambda f: f.order)
    ]
    return Block(fields, tuple(rows), heading=word("warnings_title"), table="warnings", empty=word("no_warnings"), sticky=True)


def _finding_link(r: Judged, f: findings.Finding) -> Link:
    if not f.sheet:
        return Link(r.owner or "", r.path)
    cell = f.cell or "A1"
    column = cell.rstrip("0123456789")
    shown = f"{r.owner} · {f.sheet}" + (f"!{cell}" if f.cell else "")
    return Link(shown, r.path, place(f.sheet, int(cell[len(column) :] or 1), column or "A"))


def by_board(view: View) -> Mapping[str, tuple[int, int]]:
    """Return for each board with units how many of their plans are done, and how many there are to be."""
    found: dict[str, tuple[int, int]] = {}
    for s in standings(view):
        if s.part.kind == "unit":
            done, all_of = found.get(s.part.board, (0, 0))
            found[s.part.board] = (done + (s.accepted is not None), all_of + 1)
    return found
