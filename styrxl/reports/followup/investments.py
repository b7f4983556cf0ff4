"""The follow-up's page Investeringar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from styrxl.excel.pages import BOLD, Block, Field, Page, Row
from styrxl.model.amounts import add_amounts, subtract_amounts
from styrxl.model.table_values import records
from styrxl.reports.board_frames import NO_FOLLOWUP, investment_frame_fields, investment_frame_rows
from styrxl.reports.columns import column_titles, describe_rest, report_columns
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.page_parts import LINK_WIDTH, make_titled_page, sum_label, sum_row
from styrxl.reports.view import View

_MONEY = ("total_expenditure", "year_budget", "outcome", "forecast", "accumulated", "expected_total")
_SPANS = (1, 2, 2, 2, 1, 2, 1)  # of the columns about frames, over those of the projects: one page is wide enough for them


def make_page(followup: FollowupView) -> Page | None:
    """Return the page with the boards' investments, and what they leave of their frames; None where there are neither."""
    blocks = [block for block in (_projects_block(followup), _requests_block(followup), _frames_block(followup)) if block.rows]
    return make_titled_page(followup.view, "investment_progress", blocks) if blocks else None


def _projects_block(followup: FollowupView) -> Block:
    view, heading = followup.view, followup.view.phrases.heading
    final = view.round.kind.final
    columns = report_columns(view, "investment_outcomes")
    titles = {c.column.field: c.heading for c in columns}
    asked = [key for key in _MONEY if key in titles]
    before = "last_forecast" in titles
    at = asked.index("accumulated")  # where the year ends, and what is over all years begins
    fields = (
        Field(heading("board"), "name", 17),
        Field(heading("id"), "id", 11),
        Field(titles["project"], width=28),
        *(Field(titles[key], "money", 13, tally=True) for key in asked[:at]),
        Field(heading("not_spent"), "money", 13),
        *(Field(titles[key], "money", 13, tally=True) for key in asked[at:]),
        Field(heading("total_deviation"), "money", 13),
        Field(titles["finished_year"], "integer", 10),
        Field(titles["comment"], width=30, least=22),
        *((Field(titles["last_forecast"], "money", 13, tally=True, screen=True),) if before else ()),
        Field(heading("rest"), width=24, screen=True),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    shown = frozenset({"investment_id", "project", "finished_year", "comment", *asked, "carry_over", "last_forecast"})
    rows = []
    for row in records(view.table("investment_outcomes")):
        more, amounts = describe_rest(view, row, columns, shown)
        money = [row.get(key) for key in asked]
        not_spent, deviation = _deviations(row, final=final)
        forecast = (row.get("last_forecast"),) if before else ()
        texts = (row.get("finished_year"), row.get("comment"), *forecast, more, view.row_link(row))
        named = (view.name(row["_owner"]), row.get("investment_id"), row.get("project"))
        requested = (row["carry_over"],) if row.get("carry_over") is not None else ()  # it stands in the list of them
        rows.append(
            Row((*named, *money[:at], not_spent, *money[at:], deviation, *texts), int(row["_source"]), amounts=(*amounts, *requested))
        )
    # A total's deviation is worked out as a row's is, and not added up: it says the same where somebody has left a cell empty.
    sums = {key: add_amounts(row.cells[3 + n + (n >= at)] for row in rows) for n, key in enumerate(asked)}
    not_spent, deviation = _deviations(sums, final=final)
    money = [sums[key] for key in asked]
    earlier = (add_amounts(row.cells[-3] for row in rows),) if before else ()
    last = Row((sum_label(view), None, None, *money[:at], not_spent, *money[at:], deviation, None, None, *earlier, None, None), weight=BOLD)
    return Block(fields, tuple(rows), heading=view.phrases.word("projects_title"), table="investments", totals=(last,))


def _deviations(row: Mapping[str, Any], *, final: bool) -> tuple[float | None, float | None]:
    """Return what is left of the year's budget, and of what was decided for the whole project (tkr)."""
    year = subtract_amounts(row.get("year_budget"), row.get("outcome" if final else "forecast"))
    return year, subtract_amounts(row.get("total_expenditure"), row.get("expected_total"))


def _requests_block(followup: FollowupView) -> Block:
    """Return what the boards ask to have of this year's money in the next one, and why."""
    view, heading = followup.view, followup.view.phrases.heading
    titles = column_titles(view, "investment_outcomes")
    fields = (
        Field(heading("board"), "name", 17),
        Field(heading("id"), "id", 11),
        Field(titles["project"], width=28),
        Field(titles.get("carry_over", ""), "money", 16),
        Field(heading("why_asked"), span=8),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    asked = [row for row in records(view.table("investment_outcomes")) if row.get("carry_over")]
    rows = tuple(
        Row((view.name(row["_owner"]), row.get("investment_id"), row["project"], row["carry_over"], row.get("comment"), view.row_link(row)))
        for row in asked
    )
    return Block(
        fields, rows, heading=view.phrases.word("requests_title"), totals=(sum_row(fields, rows, sum_label(view)),), name="carry_over"
    )


def _frames_block(followup: FollowupView) -> Block:
    view = followup.view
    spent, spent_key = ("outcome", "outcome") if view.round.kind.final else ("forecast", "forecast_total")
    fields = investment_frame_fields(view, spent_key, state_width=28, money_width=13)
    rows = tuple(investment_frame_rows(view, "investment_outcomes", spent, NO_FOLLOWUP))
    totals = tuple(_frame_totals(view, fields, rows)) if view.board is None else ()
    spread = tuple(replace(f, span=n) for f, n in zip(fields, _SPANS, strict=True))
    return Block(spread, rows, heading=view.phrases.word("frames_title"), totals=totals, new_page=True, name="investment_frames")


def _frame_totals(view: View, fields: Sequence[Field], rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the last rows: what cannot be held against a frame, and the sum of what can, which says how many boards it is."""
    compared, others = ([row for row in rows if (row.cells[-1] is not None) is known] for known in (True, False))
    word = view.phrases.word
    if others:
        *known, _ = sum_row(fields, others, word("sum_not_compared")).cells
        yield Row((*known, None), weight=BOLD)
    label, _, *sums = sum_row(fields, compared, sum_label(view)).cells
    yield Row((label, word("n_of_boards", n=len(compared), total=len(rows)), *sums), weight=BOLD)
