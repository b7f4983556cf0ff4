"""Indicators as series: what each was to begin with, and its outcome at the end of each year that there are workbooks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from styrxl.model.indicators import Outcome
from styrxl.model.prefill import Row
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.history import PastRound


@dataclass(frozen=True, slots=True)
class IndicatorSeries:
    """``years``: those before this one of which any of them has an outcome; ``outcomes``: id -> year -> outcome, as told at its end."""

    years: tuple[int, ...]
    outcomes: Mapping[str, Mapping[int, Outcome]]

    def values(self, code: str) -> list[Outcome | None]:
        """Return an indicator's outcome in each of the years."""
        return [self.outcomes.get(code, {}).get(year) for year in self.years]


def collect_series(followup: FollowupView, codes: Sequence[str]) -> IndicatorSeries:
    """Return the outcomes of some indicators in the years before, whoever answered for them then.

    An outcome of an older year is that year's, but for one that was told in the year itself.
    """
    wanted, outcomes = set(codes), dict[str, dict[int, Outcome]]()
    told = [(past.round.year, row, Outcome.of(row, past.round.year)) for past in followup.history.ended for row in _rows(past)]
    for year, row, outcome in sorted(told, key=lambda each: each[2].year is None):  # what was told of its own year comes last, and counts
        of = year if outcome.year is None else outcome.year
        if row["indicator_id"] in wanted and outcome.is_there and of < followup.view.round.year:
            outcomes.setdefault(row["indicator_id"], {})[of] = replace(outcome, year=None)
    return IndicatorSeries(tuple(sorted({year for of_one in outcomes.values() for year in of_one})), outcomes)


def _rows(past: PastRound) -> list[Row]:
    return [row for rows in past.answers.tables.get("indicator_outcomes", {}).values() for row in rows]


def list_planned(followup: FollowupView) -> dict[str, Mapping[str, Any]]:
    """Return the indicators of the council's plan and of the boards' plans, by id, those of last year's plans where this year's lack them.

    A baseline stays for as long as the series goes on: where the year says none, it is the newest that was said before.
    """
    plan, year = followup.view.plan, followup.view.round.year
    last = followup.history.last_plans
    planned: dict[str, Mapping[str, Any]] = {}
    council = sorted((row for row in plan.indicators if row["year"] <= year), key=lambda row: row["year"])
    boards = [
        row
        for past in (last, followup.history.plans)
        if past
        for rows in past.answers.tables.get("indicators", {}).values()
        for row in rows
    ]
    for row in (*council, *boards):
        before = planned.get(row["indicator_id"], {})
        baseline = before.get("baseline") if row.get("baseline") is None else row["baseline"]
        planned[row["indicator_id"]] = {**row, "baseline": baseline}
    return planned
