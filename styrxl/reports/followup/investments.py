"""The follow-up's page on investments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from styrxl.excel.pages import BOLD, Block, Field, Page, Row, add_amounts, subtract_amounts
from styrxl.reports.columns import LINK_WIDTH, page, rest, spread, sum_label
from styrxl.reports.followed import Followed
from styrxl.reports.view import View, plain

_INVESTMENT = ("total_expenditure", "year_budget", "outcome", "last_forecast", "forecast", "accumulated", "expected_total")


def make_page(follow: Followed) -> Page | None:
    """List the boards' investments, and hold them against their frames."""
    blocks = [b for b in (_projects(follow), _investment_frames(follow)) if b.rows]
    return page(follow.view, "investment_progress", blocks) if blocks else None


def _projects(follow: Followed) -> Block:
    view, heading = follow.view, follow.view.phrases.heading
    final = view.scope.kind == "year"
    spreads = spread(view, "investment_outcomes")
    titles = {s.column.field: s.heading for s in spreads}
    asked = [k for k in _INVESTMENT if k in titles]
    at = asked.index("accumulated")  # where the year ends, and what is over all years begins
    fields = (
        Field(heading("board"), "name", 17),
        Field(titles["project"], width=28),
        *(Field(titles[k], "money", 13, tally=True) for k in asked[:at]),
        Field(heading("not_spent"), "money", 13),
        *(Field(titles[k], "money", 13, tally=True) for k in asked[at:]),
        Field(heading("total_deviation"), "money", 13),
        Field(titles["finished_year"], "integer", 10),
        Field(titles["comment"], width=26),
        Field(heading("rest"), width=24, screen=True),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    known = frozenset({"project", "finished_year", "comment", *asked})
    rows = []
    for r in plain(view.table("investment_outcomes")):
        more, amounts = rest(view, r, spreads, known)
        money = [r.get(k) for k in asked]
        link = view.link(int(r["_source"]), r["_sheet"], int(r["_row"]))
        left, over = _deviations(r, final=final)
        words = (r.get("finished_year"), r.get("comment"), more, link)
        rows.append(
            Row(
                (view.name(r["_owner"]), r.get("project"), *money[:at], left, *money[at:], over, *words), int(r["_source"]), amounts=amounts
            )
        )
    # A total's deviation is worked out as a row's is, and not added up: it says the same where somebody has left a cell empty.
    sums = {k: add_amounts(row.cells[2 + n + (n >= at)] for row in rows) for n, k in enumerate(asked)}
    left, over = _deviations(sums, final=final)
    money = [sums[k] for k in asked]
    last = Row((sum_label(view), None, *money[:at], left, *money[at:], over, *[None] * 4), weight=BOLD)
    return Block(fields, tuple(rows), heading=view.phrases.word("projects_title"), table="investments", totals=(last,))


def _deviations(r: Mapping[str, Any], *, final: bool) -> tuple[float | None, float | None]:
    """Return what is left of the year's budget, and of what was decided for the whole project."""
    year = subtract_amounts(r.get("year_budget"), r.get("outcome" if final else "forecast"))
    return year, subtract_amounts(r.get("total_expenditure"), r.get("expected_total"))


def _investment_frames(follow: Followed) -> Block:
    view, heading = follow.view, follow.view.phrases.heading
    last = "outcome" if view.scope.kind == "year" else "forecast"
    told = view.grouped("investment_outcomes")
    rows = []
    for part in view.boards:
        frame, there = view.frame(part.id), part.id in view.accepted
        current = frame.current_investment
        if current is None and part.id not in told:
            continue
        spent = add_amounts(r.get(last) for r in told.get(part.id, [])) if there else None
        left = subtract_amounts(current, spent)
        changes = add_amounts(a.investment for a in frame.adjustments) or None
        rows.append(Row((part.name, view.phrases.word(_against(view, part.id, left)), frame.investment, changes, current, spent, left)))
    keys = ("investment_frame", "adjustments", "current_frame", "outcome" if last == "outcome" else "forecast_total", "remaining")
    fields = (Field(heading("board"), "name", 17), Field(heading("state"), "status", 28), *(Field(heading(k), "money", 13) for k in keys))
    sums = [add_amounts(r.cells[n] for r in rows) if f.kind == "money" else None for n, f in enumerate(fields)]
    whole = all(r.cells[-1] is not None for r in rows)
    sums[-1] = subtract_amounts(sums[4], sums[5]) if whole else None  # what remains cannot be told while somebody's is not known
    totals = (Row((sum_label(view), *sums[1:]), weight=BOLD),)
    return Block(fields, tuple(rows), heading=view.phrases.word("frames_title"), totals=totals, new_page=True)


def _against(view: View, owner: str, left: float | None) -> str:
    if owner not in view.accepted:
        return "report_missing" if view.by_id[owner].expected else "no_report"
    return "no_frame" if left is None else "over" if left < 0 else "within"
