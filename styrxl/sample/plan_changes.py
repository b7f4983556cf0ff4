"""What a controller writes into the sample's multi-year plan as the year goes: what the council decides, who moves, next year's targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from styrxl.model.council_plan import STANDARD_FORMS
from styrxl.sample.assignment_answers import answer_june_assignments
from styrxl.sample.fill import Answer, Answers
from styrxl.sample.material import UNITS, year_material
from styrxl.sample.plan_answers import Rows, answer_council_plan, decided_on


def list_steps(how_many: int, seed: int, year: int) -> dict[str, Answers]:
    """Return what the controller writes in the plan, step by step: before the year, in June, in August, and at year-end."""
    return {
        "plan": {**answer_council_plan(how_many, seed), "frame_adjustments": []},
        "summer": answer_june_decisions(how_many, year),
        "overall": answer_overall(year, "t2"),
        "assessments": answer_council_assessments(year) | answer_overall(year, "year"),
    }


def add_answers(there: Answers, more: Answers) -> dict[str, Rows]:
    """Return the rows of a plan with more written in them."""
    return {key: _add_rows(there.get(key, ()), more.get(key, ())) for key in (*there, *more)}


def _add_rows(there: Sequence[Answer], more: Sequence[Answer]) -> Rows:
    nothing: Answer = {}
    return [{**before, **new} for before, new in zip_longest(there, more, fillvalue=nothing)]


def find_day_of_change(year: int) -> date:
    """Return the day from which a board has its new name, and a unit its new board."""
    return date(year, *year_material()["changes_on"])


def answer_june_decisions(how_many: int, year: int) -> dict[str, Rows]:
    """Return June's decisions, sheet key -> rows as ``fill`` takes them: frames adjusted, a board renamed, a unit moved."""
    answers = answer_council_plan(how_many, year=year)
    new = {"name": year_material()["renamed"]["name"]}
    moved = year_material()["moved"]
    organisation = _replace_organisation(answers, year_material()["renamed"]["board"], new, year)
    if any(row["org_id"] == moved["unit"] for row in answers["organisation"]):
        # Its new board's administration has forms of its own; the unit has planned with the standard one and goes on with that.
        new = {"board_id": moved["board"], "administration_id": moved["administration"], "profile": STANDARD_FORMS}
        other = _replace_organisation(answers, moved["unit"], new, year)
        organisation = _join_changes(organisation, other)
    assignments = answer_june_assignments(year, decided_on(year))
    return {"organisation": organisation, "frame_adjustments": list(answers["frame_adjustments"]), "assignments": assignments}


def _replace_organisation(answers: Answers, org_id: str, new: Mapping[str, Any], year: int) -> Rows:
    """Return the rows that end an organisation's row and begin a new one with its id below all others."""
    there = answers["organisation"]
    at = next(index for index, row in enumerate(there) if row["org_id"] == org_id)
    rows: Rows = [{} for _ in range(len(there) + 1)]
    rows[at] = {"to": find_day_of_change(year) - timedelta(days=1)}
    rows[-1] = {**there[at], **new, "from": find_day_of_change(year)}
    return rows


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
