"""What a controller writes into the sample's multi-year plan as the year goes: what the council decides, who moves, next year's targets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from styrxl.model.council_plan import STANDARD_FORMS
from styrxl.sample.assignment_answers import answer_june_assignments
from styrxl.sample.fill import Answers, AnswerSheet
from styrxl.sample.material import UNITS, year_material
from styrxl.sample.plan_answers import Rows, answer_council_plan, decided_on

Plan = Mapping[str, AnswerSheet]  # where the plan has its answers, by sheet key


def find_day_of_change(year: int) -> date:
    """Return the day from which a board has its new name, and a unit its new board."""
    return date(year, *year_material()["changes_on"])


def answer_june_decisions(plan: Plan, how_many: int, year: int) -> dict[str, Rows]:
    """Return June's decisions, sheet key -> rows as ``fill`` takes them: frames adjusted, a board renamed, a unit moved."""
    answers = answer_council_plan(how_many, year=year)
    new = {"name": year_material()["renamed"]["name"]}
    moved = year_material()["moved"]
    organisation = _replace_organisation(plan["organisation"], answers, year_material()["renamed"]["board"], new, year)
    if any(row["org_id"] == moved["unit"] for row in answers["organisation"]):
        # Its new board's administration has forms of its own; the unit has planned with the standard one and goes on with that.
        new = {"board_id": moved["board"], "administration_id": moved["administration"], "profile": STANDARD_FORMS}
        other = _replace_organisation(plan["organisation"], answers, moved["unit"], new, year)
        organisation = _join_changes(organisation, other)
    assignments = answer_june_assignments(year, decided_on(year))
    return {"organisation": organisation, "frame_adjustments": list(answers["frame_adjustments"]), "assignments": assignments}


def _replace_organisation(grid: AnswerSheet, answers: Answers, org_id: str, new: Mapping[str, Any], year: int) -> Rows:
    """Return the rows that end an organisation's row and begin a new one with its id below all others."""
    at, free = _index(grid, org_id), max(grid.filled()) + 1
    row = next(dict(row) for row in answers["organisation"] if row["org_id"] == org_id)
    rows: Rows = [{} for _ in range(free + 1)]
    rows[at] = {"to": find_day_of_change(year) - timedelta(days=1)}
    rows[free] = {**row, **new, "from": find_day_of_change(year)}
    return rows


def _index(grid: AnswerSheet, org_id: str) -> int:
    return next(n for n in grid.filled() if str(grid.value("org_id", n)).strip().upper() == org_id)


def _join_changes(first: Rows, second: Rows) -> Rows:
    """Return two changes as one, the second's new row below the first's."""
    rows = [{**one, **other} for one, other in zip(first[:-1], second[:-1], strict=True)]
    return [*rows, first[-1], second[-1]]


def answer_council_assessments(year: int) -> dict[str, Rows]:
    """Return how the executive board proposes that the council assess some of its goals at year-end."""
    rows = [
        {"round": f"{year}-year", "goal_id": one["goal"], "assessment": one["assessment"], "reason": one["reason"]}
        | {"decision": one["decision"].format(next=year + 1)}
        for one in year_material()["assessments"]
    ]
    return {"council_assessments": rows}


def answer_overall(year: int, kind: str) -> dict[str, Rows]:
    """Return what is said of the municipality as a whole in a kind of round, on its row below those of rounds before."""
    said = year_material()["overall"]
    at = next(n for n, row in enumerate(said) if row["round"] == kind)
    return {"overall": [*({} for _ in range(at)), {**said[at], "round": f"{year}-{kind}"}]}


def has_moving_unit(how_many: int = UNITS) -> bool:
    """Whether a municipality of so many units has the one that moves."""
    return any(row["org_id"] == year_material()["moved"]["unit"] for row in answer_council_plan(how_many)["organisation"])
