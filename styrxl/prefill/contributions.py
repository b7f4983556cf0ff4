"""What a board is asked of its contributions to council goals: those for which it has no goal or commitment of its own."""

from __future__ import annotations

from collections.abc import Iterable

from styrxl.model.council_plan import ids
from styrxl.model.prefill import Row
from styrxl.prefill.year_so_far import YearSoFar


def list_contributions(year: YearSoFar, owner: str, goals: Iterable[Row], commitments: Iterable[Row]) -> tuple[Row, ...]:
    """Return the council goals that a board has said concern it, and for which it has no goal or commitment."""
    above = {row["goal_id"]: row["parent_id"] for row in goals}
    named = [*above.values(), *(code for row in commitments for code in (row["parent_id"], *ids(row.get("more_parents"))))]
    served = {above.get(code, code) for code in named}
    asked = {g.goal_id: g.text for g in year.plan.council_goals(year.round.year) if g.goal_id not in served}
    return tuple(
        {"goal_id": row["goal_id"], "text": asked[row["goal_id"]], "contribution": row["contribution"]}
        for row in year.plans.of("goal_responses", owner)
        if row["concerns"] == "yes" and row["goal_id"] in asked
    )
