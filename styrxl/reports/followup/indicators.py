"""The follow-up's page Indikatorer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from styrxl.excel.pages import Block, Field, Page, Row
from styrxl.model.goal_judgement import NO, YES
from styrxl.model.table_values import records
from styrxl.reports.columns import ReportColumn, describe_rest, report_columns
from styrxl.reports.council_goals import grade_indicator
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.indicator_series import IndicatorSeries, collect_series, list_planned
from styrxl.reports.page_parts import LINK_WIDTH, make_titled_page

_SHOWN = frozenset({"indicator_id", "name", "unit", "target", "last_outcome", "outcome", "target_reached", "comment"})


def make_page(followup: FollowupView) -> Page | None:
    """Return the page with the indicators: target, outcome, and whether it is reached, in words; None where there are none."""
    view, heading = followup.view, followup.view.phrases.heading
    columns = report_columns(view, "indicator_outcomes")
    titles = {c.column.field: c.heading for c in columns}
    outcomes = [*records(view.table("indicator_outcomes"))]
    series, planned = collect_series(followup, [row["indicator_id"] for row in outcomes]), list_planned(followup)
    fields = (
        Field(titles["indicator_id"], "id", 11),
        Field(heading("board"), "name", 18),
        Field(titles["name"], width=34),
        Field(heading("goal"), width=28),
        Field(titles["unit"], width=12),
        Field(heading("direction_of"), width=12),
        Field(heading("baseline"), "number", 12),
        *(Field(view.phrases.word("outcome_of_year", year=year), "number", 10) for year in series.years),
        Field(titles["target"], "number", 11),
        Field(titles["last_outcome"], "number", 11),
        Field(titles["outcome"], "number", 11),
        Field(heading("reached"), "status", 15),
        Field(titles["comment"], width=28),
        Field(heading("rest"), width=24, screen=True),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    rows = tuple(_indicator_row(followup, row, planned.get(row["indicator_id"], {}), series, columns) for row in outcomes)
    return make_titled_page(view, "measures", [Block(fields, rows, table="indicators")]) if rows else None


def _indicator_row(
    followup: FollowupView, row: Mapping[str, Any], planned: Mapping[str, Any], series: IndicatorSeries, columns: Sequence[ReportColumn]
) -> Row:
    view = followup.view
    more, amounts = describe_rest(view, row, columns, _SHOWN)
    direction, goal = planned.get("direction"), planned.get("goal_id")
    cells = (
        row["indicator_id"],
        view.name(row["_owner"]),
        row.get("name"),
        (view.label(goal) or goal) if goal else None,
        row.get("unit"),
        view.scope.forms.label("direction", direction)[view.scope.language] if direction else None,
        planned.get("baseline"),
        *series.values(row["indicator_id"]),
        row.get("target"),
        row.get("last_outcome"),
        row.get("outcome"),
        _reached_word(followup, row, planned),
        row.get("comment"),
        more,
        view.row_link(row),
    )
    return Row(cells, int(row["_source"]), amounts=amounts)


def _reached_word(followup: FollowupView, row: Mapping[str, Any], planned: Mapping[str, Any]) -> str:
    """Say whether an indicator's target is reached or, before the year has ended, whether its board expects that."""
    word, round_ = followup.view.phrases.word, followup.view.round
    if not round_.kind.final and row.get("target_reached") == "uncertain":
        return word("expected_uncertain")
    grade = grade_indicator(round_, row, planned)
    return (
        word(f"{'reached' if round_.kind.final else 'expected'}_{ {YES: 'yes', NO: 'no'}[grade] }")
        if grade is not None
        else word("reached_unknown")
    )
