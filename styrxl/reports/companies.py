"""The pages Bolag and Kommunalförbund: what companies and joint authorities say, outside all sums of the boards (tkr)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from styrxl.excel.pages import Block, Field, Page, Row
from styrxl.model.amounts import subtract_amounts
from styrxl.model.goal_judgement import ASSESSMENTS
from styrxl.model.levels import COMPANY, JOINT_AUTHORITY
from styrxl.model.table_values import records
from styrxl.reports.columns import column_titles
from styrxl.reports.followup_view import SIGNS
from styrxl.reports.page_parts import LINK_WIDTH, make_titled_page
from styrxl.reports.view import Owner, View

_NAME, _ID, _MONEY, _TEXT, _STATE, _LONG = 24.0, 12.0, 13.0, 22.0, 18.0, 34.0
_FOLLOWED = {"yes": "✓ ", "partly": "! ", "no": "✗ "}


def make_pages(view: View) -> Iterator[Page]:
    """Yield the pages for the council on companies and on joint authorities, each where it has anything to say."""
    if view.board is not None:
        return
    for key, blocks in _BLOCKS.items():
        made = (make(view) for table, make in blocks.items() if view.asks(table))
        if shown := [block for block in made if block.rows]:
            yield make_titled_page(view, key, shown)


def _owners(view: View, kind: str) -> list[Owner]:
    """Return those of a kind that have been handed a workbook or have handed one in."""
    return [o for o in view.owners if o.kind == kind and (o.expected or o.id in view.accepted)]


def _first(view: View) -> Field:
    return Field(view.phrases.heading("company"), "name", _NAME)


def _source(view: View) -> Field:
    return Field(view.phrases.heading("source"), "link", LINK_WIDTH, screen=True)


def _row(view: View, row: Mapping[str, Any], *cells: Any) -> Row:
    return Row((view.name(row["_owner"]), *cells, view.row_link(row)), int(row["_source"]))


def _lacking_rows(view: View, width: int) -> Iterator[Row]:
    """Yield a row for each company that has been handed a workbook and has none that is done."""
    for owner in _owners(view, COMPANY):
        if owner.id not in view.accepted:
            yield Row((owner.name, view.phrases.word("company_lacking"), *[None] * (width - 2)))


# the result


def _budget_block(view: View) -> Block:
    """Return each company's budgeted result beside what its owner demands."""
    heading, titles = view.phrases.heading, column_titles(view, "company_budget")
    fields = (
        _first(view),
        Field(titles.get("line", ""), width=_ID, span=3),
        *(Field(titles.get(key, ""), "money", _MONEY, tally=True) for key in ("budget", "demand")),
        Field(heading("demand_deviation"), "money", _MONEY),
        Field(heading("state"), "status", span=2),
        Field(titles.get("demand_decision", ""), width=_TEXT, span=2),
        _source(view),
    )
    rows = []
    for row in records(view.table("company_budget")):
        over = subtract_amounts(row.get("budget"), row.get("demand"))
        cells = (row.get("line"), row.get("budget"), row.get("demand"), over, _demand_word(view, row.get("demand"), over))
        rows.append(_row(view, row, *cells, row.get("demand_decision")))
    return Block(
        fields, (*rows, *_lacking_rows(view, len(fields))), heading=view.phrases.word("company_budget_title"), name="company_budget"
    )


def _result_block(view: View) -> Block:
    """Return each company's result, held against its budget and what its owner demands."""
    heading, titles, final = view.phrases.heading, column_titles(view, "company_result"), view.round.kind.final
    typed = [key for key in ("budget", "demand", "outcome", "forecast") if key in titles]
    fields = (
        _first(view),
        Field(titles.get("line", ""), width=_ID, span=2 if "forecast" in typed else 3),
        *(Field(titles[key], "money", _MONEY, tally=True) for key in typed),
        *(Field(heading(key), "money", _MONEY) for key in ("budget_deviation", "demand_deviation")),
        Field(heading("state"), "status", _STATE),
        Field(titles.get("comment", ""), width=_LONG),
        _source(view),
    )
    rows = []
    for row in records(view.table("company_result")):
        year = row.get("outcome" if final else "forecast")
        against = [subtract_amounts(year, row.get(key)) for key in ("budget", "demand")]
        state = _demand_word(view, row.get("demand"), against[1])
        rows.append(_row(view, row, row.get("line"), *(row.get(key) for key in typed), *against, state, row.get("comment")))
    title = "company_result_title" if final else "company_forecast_title"
    return Block(fields, (*rows, *_lacking_rows(view, len(fields))), heading=view.phrases.word(title), name="company_result")


def _demand_word(view: View, demand: float | None, over: float | None) -> str:
    """Say whether what is expected, or was, comes to what the owner demands."""
    if demand is None:
        return view.phrases.word("no_demand")
    return view.phrases.word("amounts_missing" if over is None else "demand_met" if over >= 0 else "demand_missed")


# goals and directives


def _planned_goals(view: View) -> Block:
    titles = column_titles(view, "company_goals")
    fields = _text_fields(view, titles, (("text", 4), ("parent_id", 2), ("measured_by", 3)), "goal_id")
    rows = [
        _row(view, r, r.get("goal_id"), r.get("text"), view.label(r["parent_id"]) if r.get("parent_id") else None, r.get("measured_by"))
        for r in records(view.table("company_goals"))
    ]
    return Block(fields, tuple(rows), heading=view.phrases.word("company_goals_title"), name="company_goals")


def _planned_directives(view: View) -> Block:
    titles = column_titles(view, "company_directives")
    keys = ("directive_id", "text", "decision", "how")
    fields = _text_fields(view, titles, (("text", 4), ("decision", 2), ("how", 3)), "directive_id")
    rows = [_row(view, r, *(r.get(key) for key in keys)) for r in records(view.table("company_directives"))]
    return Block(fields, tuple(rows), heading=view.phrases.word("company_directives_title"), name="company_directives")


def _followed_goals(view: View) -> Block:
    titles = column_titles(view, "company_goal_status")
    fields = _text_fields(view, titles, (("text", 3), ("assessment", 2), ("council_goal", 2), ("analysis", 2)), "goal_id")
    served = _served_goals(view)
    rows = []
    for r in records(view.table("company_goal_status")):
        code = r.get("assessment")
        label = view.scope.forms.label("assessment", code)[view.scope.language] if code else None
        state = SIGNS[ASSESSMENTS[code]] + label if code and label else None
        rows.append(_row(view, r, r.get("goal_id"), r.get("text"), state, served.get(r.get("goal_id") or ""), r.get("analysis")))
    return Block(fields, tuple(rows), heading=view.phrases.word("company_goals_title"), name="company_goals")


def _served_goals(view: View) -> dict[str, str | None]:
    """Return the council goal that each company goal serves, in words, by id."""
    rows = [row for owned in (view.history.plans.answers.tables.get("company_goals", {}) if view.history else {}).values() for row in owned]
    return {row["goal_id"]: view.label(row["parent_id"]) for row in rows if row.get("parent_id")}


def _followed_directives(view: View) -> Block:
    titles = column_titles(view, "company_directive_status")
    fields = _text_fields(view, titles, (("text", 5), ("followed", 2), ("comment", 2)), "directive_id")
    rows = []
    for r in records(view.table("company_directive_status")):
        code = r.get("followed")
        state = _FOLLOWED.get(code, "") + view.scope.forms.label("followed", code)[view.scope.language] if code else None
        rows.append(_row(view, r, r.get("directive_id"), r.get("text"), state, r.get("comment")))
    return Block(fields, tuple(rows), heading=view.phrases.word("company_directives_title"), name="company_directives")


def _text_fields(view: View, titles: Mapping[str, str], texts: Sequence[tuple[str, int]], code: str) -> tuple[Field, ...]:
    """Return a company's column, that of ids, those of texts with the columns that each takes, and the source."""
    kinds = {"assessment": "status", "followed": "status"}
    named = [Field(titles.get(key) or view.phrases.heading(key), kinds.get(key, "text"), _TEXT, span=span) for key, span in texts]
    return (_first(view), Field(titles.get(code, ""), "id", _ID), *named, _source(view))


# joint authorities


def _authorities(view: View) -> Block:
    """Return what joint authorities have reported; nothing of it is added up."""
    titles = column_titles(view, "authority_report")
    fields = (
        Field(view.phrases.heading("authority"), "name", _NAME),
        *(Field(titles.get(key, ""), "money", 16, tally=True) for key in ("result", "contribution")),
        Field(titles.get("reported", ""), width=70),
        Field(titles.get("reported_in", ""), width=30),
        _source(view),
    )
    keys = ("result", "contribution", "reported", "reported_in")
    owners = {o.id for o in _owners(view, JOINT_AUTHORITY)}
    rows = [_row(view, r, *(r.get(key) for key in keys)) for r in records(view.table("authority_report")) if r["_owner"] in owners]
    return Block(fields, tuple(rows), name="joint_authorities")


# Page -> table -> what makes its block: those of plans, then those of follow-ups.
_BLOCKS: Mapping[str, Mapping[str, Callable[[View], Block]]] = {
    "companies": {
        "company_budget": _budget_block,
        "company_goals": _planned_goals,
        "company_directives": _planned_directives,
        "company_result": _result_block,
        "company_goal_status": _followed_goals,
        "company_directive_status": _followed_directives,
    },
    "authorities": {"authority_report": _authorities},
}
COMPANY_TABLES = frozenset(table for blocks in _BLOCKS.values() for table in blocks)
