"""The page Saknas och varningar: who lacks an accepted return, whose workbook is built on older answers, and all warnings."""

from __future__ import annotations

from collections.abc import Iterator

from styrxl.excel.pages import Block, Field, Link, Page, Row, cell_address
from styrxl.model import findings
from styrxl.model.catalogue import number_text
from styrxl.model.judged import Judged
from styrxl.reports.assignments import list_unanswered
from styrxl.reports.booked import make_replaced_block
from styrxl.reports.page_parts import LINK_WIDTH, file_link, file_name, make_titled_page
from styrxl.reports.participation import Participation, list_other_forms, list_participation, list_requested
from styrxl.reports.view import View, shorten
from styrxl.reports.whole_result import WholeResult


def make_missing_page(view: View) -> Page:
    """Return the page that says what is missing and what to look at; both are said in words where there is nothing."""
    more = [block for block in (_unanswered_block(view), _older_block(view), make_replaced_block(view)) if block.rows]
    return make_titled_page(view, "missing", [_missing_block(view), *more, _warnings_block(view)])


def _fields(view: View) -> tuple[Field, ...]:
    heading = view.phrases.heading
    return (
        Field(heading("board"), "name", 24),
        Field(heading("unit"), "name", 26),
        Field(heading("missing"), width=62),
        Field(heading("file"), "link", 40),
    )


def _missing_block(view: View) -> Block:
    word = view.phrases.word
    rows = tuple(
        _missing_row(view, p, why, return_)
        for p in (*list_participation(view), *list_requested(view))
        for why, return_ in _reasons(view, p)
    )
    rows += tuple(
        _missing_row(view, p, f"{view.form_title(name)}: {why}", return_)
        for name, p in list_other_forms(view)
        for why, return_ in _reasons(view, p)
    )
    rows += tuple(
        Row((None, None, word("not_placed"), Link(file_name(r.path), r.path)))
        for r in view.returns
        if r.owner is None and r.verdict in ("rejected", "unreadable")
    )
    rows += tuple(_list_frames_of_nobody(view))
    return Block(_fields(view), rows, heading=word("missing_title"), table="missing", empty=word("nothing_missing"))


def _list_frames_of_nobody(view: View) -> Iterator[Row]:
    """Yield those that have a frame and are not there on the round's day: their money is in no sum."""
    for owner in (o for o in view.boards if not o.there and o.id not in view.accepted):
        amount = number_text(view.frame(owner.id).current_operating or 0.0, view.scope.language)
        facts = {"day": view.round.day.isoformat(), "amount": amount, "year": str(view.round.year)}
        yield Row((owner.name, None, view.phrases.word("not_there_frame", **facts), view.plan_link(("frames", owner.id, view.round.year))))


def _missing_row(view: View, p: Participation, why: str, return_: Judged | None) -> Row:
    link = file_link(p.owner.id, return_.path) if return_ else None
    unit = view.unit_name(p.owner.id)
    return Row((view.name(p.owner.board), unit, why, link))


def _reasons(view: View, p: Participation) -> Iterator[tuple[str, Judged | None]]:
    """Yield what is missing of an owner, and the return that it is about."""
    word, newest = view.phrases.word, p.newest
    if p.issue is None and not p.returns:
        if why := _not_issued(view, p):
            yield word(why), None
    elif p.accepted is None:
        yield _not_accepted(view, p), newest or (p.returns[-1] if p.returns else None)
    elif newest is not None and newest.verdict in ("rejected", "unreadable"):
        key = "newer_rejected" if newest.verdict == "rejected" else "newer_unreadable"
        yield word(key, day=_day(view, newest), old=_day(view, p.accepted)), newest


def _not_issued(view: View, p: Participation) -> str | None:
    """Return why an owner has no workbook; None for one that has nothing to follow up, its plan being in another system."""
    if p.owner.foreign:
        return "missing_return_open"
    if view.history is None:
        return "missing_issue"
    plans = view.history.plans.answers
    if p.owner.id not in plans.returns:
        return "missing_plan" if view.about_plans else "missing_before"
    if not view.about_plans:
        return "missing_issue"
    has_plan = any(plans.of(table, p.owner.id) for table in ("goals", "commitments"))
    return "missing_issue" if has_plan or p.owner.kind != "unit" else None


def _not_accepted(view: View, p: Participation) -> str:
    """Say why nothing of an owner is accepted."""
    word, newest = view.phrases.word, p.newest
    if newest is not None:
        key = "missing_readable" if newest.verdict == "unreadable" else "missing_complete"
        return word(key, day=_day(view, newest), n=newest.errors)
    if p.returns:
        return word("set_aside", day=_day(view, p.returns[-1]))
    due = p.issue.due if p.issue else None
    return word("missing_return", due=due.isoformat()) if due else word("missing_return_open")


def _unanswered_block(view: View) -> Block:
    """List the council's assignments of which boards say nothing in the round."""
    rows = []
    for standing, answer in list_unanswered(view):
        assignment, accepted = standing.assignment, view.accepted.get(answer.owner)
        facts = {"id": assignment.assignment_id, "text": shorten(assignment.text), "due": assignment.due.isoformat()}
        why = view.phrases.word("unanswered_new" if accepted else "unanswered", **facts)
        rows.append(Row((view.name(answer.owner), None, why, file_link(answer.owner, accepted.path) if accepted else None)))
    return Block(_fields(view), tuple(rows), heading=view.phrases.word("unanswered_title"), table="unanswered")


def _older_block(view: View) -> Block:
    """List the returns whose workbook was made from other returns of earlier rounds than those in force now."""
    rows = []
    for owner, r in view.accepted.items() if view.history else ():
        for why, newer in _differing(view, owner):
            rows.append(Row((view.board_name(owner), view.unit_name(owner), why, file_link(owner, (newer or r).path))))
    return Block(_fields(view), tuple(rows), heading=view.phrases.word("older_title"), table="older")


def _differing(view: View, owner: str) -> Iterator[tuple[str, Judged | None]]:
    """Yield for each earlier round of which an owner's workbook has another return than the one in force: what to say, and that one."""
    assert view.history is not None
    made_from = view.history.based_on.get(owner)
    for past in (view.history.plans, *view.history.earlier) if made_from is not None else ():
        was, now = (made_from or {}).get(past.round.id), past.answers.returns.get(owner)
        if was == now:
            continue
        name = past.round.short_name(view.scope.language)
        newer = next((r for r in past.judged.accepted if r.owner == owner), None)
        day = _day(view, newer) if newer else None
        key = "based_on_gone" if newer is None else "based_on_none" if was is None else "based_on_older"
        yield view.phrases.word(key, round=name, day=day), newer


def _day(view: View, r: Judged) -> str:
    return view.day_of(r.received).isoformat() if r.received else view.phrases.word("unknown_day")


def _warnings_block(view: View) -> Block:
    heading, word, language = view.phrases.heading, view.phrases.word, view.scope.language
    fields = (
        Field(heading("board"), "name", 24),
        Field(heading("unit"), "name", 26),
        Field(heading("warning"), width=88),
        Field(heading("sheet"), width=16),
        Field(heading("cell"), width=9),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    rows = [*_differing_rows(view)]
    rows += [
        Row(
            (
                view.board_name(owner.id),
                view.unit_name(owner.id),
                findings.message(f, language),
                f.sheet,
                f.cell,
                _finding_link(r, f),
            )
        )
        for r in sorted(view.all_accepted, key=lambda r: view.rank[r.owner or ""])
        for owner in (view.by_id[r.owner or ""],)
        for f in sorted((f for f in r.findings if f.severity == "warning"), key=lambda f: f.order)
    ]
    return Block(fields, tuple(rows), heading=word("warnings_title"), table="warnings", empty=word("no_warnings"), sticky=True)


def _differing_rows(view: View) -> Iterator[Row]:
    """Yield what the finance administration's workbook and the council plan say differently of taxes, grants and net financial items."""
    word, language = view.phrases.word, view.scope.language
    for item, figure, known in WholeResult(view).list_differing() if view.board is None else ():
        amounts = {"amount": number_text(known.amount or 0.0, language), "other": number_text(known.other or 0.0, language)}
        text = word("financing_differs", item=word(f"item_{item}"), figure=word(f"figure_{figure}"), **amounts)
        owner = known.link.text.partition(" ")[0] if known.link else None
        yield Row((view.name(owner), None, text, None, None, known.link))


def _finding_link(r: Judged, f: findings.Finding) -> Link:
    """Return the link to a finding's cell, or to its sheet or file where it has none."""
    if not f.sheet:
        return Link(r.owner or "", r.path)
    cell = f.cell or "A1"
    column = cell.rstrip("0123456789")
    text = f"{r.owner} · {f.sheet}" + (f"!{cell}" if f.cell else "")
    return Link(text, r.path, cell_address(f.sheet, int(cell[len(column) :] or 1), column or "A"))
