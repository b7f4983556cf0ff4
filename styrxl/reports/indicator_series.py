"""Indicators as series: what each was to begin with, and its outcome at the end of each year that there are workbooks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from styrxl.model.prefill import Row
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.history import PastRound


@dataclass(frozen=True, slots=True)
class IndicatorSeries:
    """``years``: those before this one in which any of them has an outcome; ``outcomes``: id -> year -> outcome at its end."""

    years: tuple[int, ...]
    outcomes: Mapping[str, Mapping[int, float]]

    def values(self, code: str) -> list[float | None]:
        """Return an indicator's outcome in each of the years."""
        return [self.outcomes.get(code, {}).get(year) for year in self.years]


def collect_series(followup: FollowupView, codes: Sequence[str]) -> IndicatorSeries:
    """Return the outcomes of some indicators in the years before, whoever answered for them then."""
    wanted, outcomes = set(codes), dict[str, dict[int, float]]()
    for past in followup.history.ended:
        for row in _rows(past):
            if row["indicator_id"] in wanted and row.get("outcome") is not None:
                outcomes.setdefault(row["indicator_id"], {})[past.round.year] = row["outcome"]
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
