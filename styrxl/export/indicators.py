"""Indicators as series: one row for each value, with the year that it is of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from styrxl.export.resource import DataField, Reference, Resource
from styrxl.export.values import plain_value
from styrxl.model.indicators import SEXES, Measure, Outcome, Target
from styrxl.model.table_values import records
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.indicator_series import collect_series, list_planned
from styrxl.reports.view import View

MEASURES = ("target", "highest", "outcome", *(f"outcome_{sex}" for sex in SEXES))


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator. ``planned``: what was planned for it; ``row``: what the round says of it, empty where it says nothing."""

    id: str
    owner: str | None
    council: bool
    planned: Mapping[str, Any]
    row: Mapping[str, Any]

    @property
    def target(self) -> Target:
        """What is aimed at, and what it was to begin with."""
        return Target.of(self.row, self.planned)


def list_indicators(view: View, followup: FollowupView | None) -> list[Indicator]:
    """Return the indicators that are planned or told of, each once, sorted by id."""
    council = {
        row["indicator_id"]: row for row in sorted(view.plan.indicators, key=lambda row: row["year"]) if row["year"] <= view.round.year
    }
    told = {row["indicator_id"]: row for row in records(view.table("indicator_outcomes")) if row.get("indicator_id")}
    own = {row["indicator_id"]: row for row in records(view.table("indicators")) if row.get("indicator_id")}
    planned: Mapping[str, Mapping[str, Any]] = list_planned(followup) if followup else {**council, **own}
    found = []
    for code in sorted({*told, *planned}):
        row, what = told.get(code, {}), planned.get(code, {})
        owner = row.get("_owner") or what.get("_owner") or what.get("board_id")
        named = {**what, **{name: row[name] for name in ("name", "unit", "direction") if row.get(name) is not None}}
        found.append(Indicator(code, owner, code in council, named, row))
    return found


def make_values(view: View, followup: FollowupView | None) -> Resource:
    """Return the values of a round's indicators, and their outcomes in the years before."""
    fields = (
        DataField("round", "string", "The round.", {"required": True}),
        DataField("indicator", "string", "The indicator.", {"required": True}),
        DataField("measure", "string", "Which of its values it is.", {"required": True, "enum": [*MEASURES]}),
        DataField("year", "integer", "The year that it is of.", {"required": True}),
        DataField("value", "number", "The value, where it is a number."),
        DataField("code", "string", "The value, where it is a word: yes, no, higher, lower, too_few (there, and not shown)."),
    )
    rows = [(view.round.id, *row) for row in _list_values(view, followup)]
    references = (Reference("round", "dim_rounds", "round"), Reference("indicator", "dim_indicators", "indicator"))
    description = "The values of indicators: each one's target, and its outcome year by year."
    return Resource("fact_indicator_values", description, fields, rows, (("round", "indicator", "measure", "year"),), references)


def _list_values(view: View, followup: FollowupView | None) -> Iterator[tuple[Any, ...]]:
    indicators, year = list_indicators(view, followup), view.round.year
    series = collect_series(followup, [i.id for i in indicators]) if followup else None
    for indicator in indicators:
        for measure, value in (("target", indicator.target.value), ("highest", indicator.target.highest)):
            yield from _tell(indicator.id, measure, year, value)
        outcomes = dict(series.outcomes.get(indicator.id, {})) if series else {}
        now = Outcome.of(indicator.row, year)
        if now.is_there:
            outcomes[now.year or year] = now  # what is told last of a year counts
        for of, outcome in sorted(outcomes.items()):
            for measure, value in zip(MEASURES[2:], (outcome.value, outcome.women, outcome.men), strict=True):
                yield from _tell(indicator.id, measure, of, value)


def _tell(code: str, measure: str, year: int, value: Measure) -> Iterator[tuple[Any, ...]]:
    if value is not None:
        is_word = isinstance(value, str)
        yield (code, measure, year, None if is_word else plain_value(value, "number"), plain_value(value, "string") if is_word else None)
