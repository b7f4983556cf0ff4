"""The page of what is missing and of warnings."""

from __future__ import annotations

from collections.abc import Iterator

from styrxl.excel.pages import Block, Field, Link, Page, Row, cell_address
from styrxl.model import findings
from styrxl.model.judged import Judged
from styrxl.reports.columns import LINK_WIDTH, page
from styrxl.reports.participation import Standing, standings
from styrxl.reports.view import View, day_of


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
    return Link(shown, r.path, cell_address(f.sheet, int(cell[len(column) :] or 1), column or "A"))
