"""The follow-up's page Indikatorer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from styrxl.excel.pages import Block, Course, Field, Page, Row
from styrxl.model.indicators import SEXES, Outcome, Target
from styrxl.model.table_values import records
from styrxl.reports.columns import ReportColumn, describe_rest, report_columns
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.indicator_series import IndicatorSeries, collect_series, list_planned
from styrxl.reports.measures import measure_field, show_measure, show_outcome, show_target, tell_whether_reached
from styrxl.reports.page_parts import LINK_WIDTH, make_titled_page

_LONG_WORDS = 19.0  # width in which most words of goals and names stay whole
_BY_SEX = tuple(f"outcome_{sex}" for sex in SEXES)
_SHOWN = frozenset(
    {
        *("indicator_id", "name", "unit", "target", "direction", "highest", "baseline", "by_sex"),
        *("last_outcome", "outcome", "outcome_year", *_BY_SEX, "target_reached", "comment"),
    }
)


def make_page(followup: FollowupView) -> Page | None:
    """Return the page with the indicators: target, outcome, and whether it is reached, in words; None where there are none."""
    view, heading = followup.view, followup.view.phrases.heading
    columns = report_columns(view, "indicator_outcomes")
    titles = {c.column.field: c.heading for c in columns}
    outcomes = [*records(view.table("indicator_outcomes"))]
    if not outcomes:
        return None
    series, planned = collect_series(followup, [row["indicator_id"] for row in outcomes]), list_planned(followup)
    by_sex = [name for name in _BY_SEX if any(row.get(name) is not None for row in outcomes)]
    figures = [_figures(followup, row, planned.get(row["indicator_id"], {}), series, by_sex) for row in outcomes]
    headings = [
        (heading("baseline"), 12),
        *((view.phrases.word("outcome_of_year", year=year), 11) for year in series.years),
        (titles["target"], 13),
        (titles["last_outcome"], 12),
        (titles["outcome"], 12),
        *((titles[name], 10) for name in by_sex),
    ]
    fields = (
        Field(titles["indicator_id"], "id", 11),
        Field(heading("board"), "name", 18),
        Field(titles["name"], width=34, least=_LONG_WORDS),
        Field(heading("goal"), width=28, least=_LONG_WORDS),
        Field(titles["unit"], width=12),
        *(measure_field(title, values, width) for (title, width), values in zip(headings, zip(*figures, strict=True), strict=True)),
        Field(heading("reached"), "status", 15),
        Field(titles["comment"], width=28),
        Field(heading("rest"), width=24, screen=True),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    rows = tuple(
        _indicator_row(followup, row, planned.get(row["indicator_id"], {}), cells, columns)
        for row, cells in zip(outcomes, figures, strict=True)
    )
    names = [heading("baseline"), *map(str, series.years), str(view.round.year)]
    courses = tuple(_course(names, row, planned.get(row["indicator_id"], {}), series) for row in outcomes)
    return make_titled_page(view, "measures", [Block(fields, rows, table="indicators", courses=courses)])


def _course(names: Sequence[str], row: Mapping[str, Any], planned: Mapping[str, Any], series: IndicatorSeries) -> Course:
    """Return an indicator's numbers from its baseline to the round's year; an outcome of an older year is none of this one's."""
    year, target = int(names[-1]), Target.of(row, planned)
    told = [*series.values(row["indicator_id"]), Outcome.of(row, year)]
    values = [target.baseline, *(outcome.value if outcome and outcome.year is None else None for outcome in told)]
    points = tuple((name, float(value)) for name, value in zip(names, values, strict=True) if isinstance(value, int | float))
    return Course(points, *target.bounds)


def _figures(
    followup: FollowupView, row: Mapping[str, Any], planned: Mapping[str, Any], series: IndicatorSeries, by_sex: Sequence[str]
) -> tuple[Any, ...]:
    """Return what a row holds from baseline to outcome, by sex too where any indicator is told so."""
    language = followup.view.scope.language
    return (
        planned.get("baseline") if row.get("baseline") is None else row["baseline"],
        *(show_outcome(outcome, language) for outcome in series.values(row["indicator_id"])),
        show_target(row, planned, language),
        show_measure(row.get("last_outcome"), language),
        show_outcome(Outcome.of(row, followup.view.round.year), language),
        *(show_measure(row.get(name), language) for name in by_sex),
    )


def _indicator_row(
    followup: FollowupView, row: Mapping[str, Any], planned: Mapping[str, Any], figures: Sequence[Any], columns: Sequence[ReportColumn]
) -> Row:
    view = followup.view
    more, amounts = describe_rest(view, row, columns, _SHOWN)
    goal = planned.get("goal_id")
    cells = (
        row["indicator_id"],
        view.name(row["_owner"]),
        row.get("name"),
        (view.label(goal) or goal) if goal else None,
        row.get("unit"),
        *figures,
        tell_whether_reached(view, row, planned),
        row.get("comment"),
        more,
        view.row_link(row),
    )
    return Row(cells, int(row["_source"]), amounts=amounts)
