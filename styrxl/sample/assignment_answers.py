"""What the sample's council gives its boards to do, and what they answer. Texts stand in ``sample.yaml`` and ``sample_year.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from styrxl.model.prefill import Prefill
from styrxl.sample.material import luck, material, year_material

_DECIDED = (11, 23)  # month and day, in the year before, of the council's budget
_SLOW = 25  # of a hundred boards that all have been given something
_ROLES = ("Förvaltningschef", "HR-chef", "Utvecklingsledare", "Verksamhetschef")


def answer_assignments(year: int) -> list[dict[str, Any]]:
    """Return the rows of the sheet Uppdrag as they are before the year."""
    day = date(year - 1, *_DECIDED)
    return [_make_row(one, year, day) for one in material()["assignments"] if not one.get("june")]


def answer_june_assignments(year: int, day: date) -> list[dict[str, Any]]:
    """Return what is written on the sheet Uppdrag in June, row by row: what is closed, and below all others what is given then."""
    before = [one for one in material()["assignments"] if not one.get("june")]
    closed = [{"closed_on": day, "closing_decision": f"KF {day} {one['closed']}"} if "closed" in one else {} for one in before]
    return [*closed, *(_make_row(one, year, day) for one in material()["assignments"] if one.get("june"))]


def _make_row(one: Mapping[str, Any], year: int, day: date) -> dict[str, Any]:
    years, month, number = one["due"]
    row = {"assignment_id": one["id"], "text": one["text"], "responsible": ";".join(one["boards"]), "goal_id": one.get("goal")}
    return row | {"due": date(year + years, month, number), "decided_on": day, "decision": f"KF {day} {one['decision']}"}


def plan_assignments(prefill: Prefill, seed: int) -> list[dict[str, Any]]:
    """Return how a board will do what it has been given, row by row."""
    rows = []
    for given in prefill.rows.get("assignment_plans", ()):
        rng = luck(seed, prefill.owner, given["assignment_id"])
        rows.append({"how": rng.choice(_find(given["assignment_id"])["how"]), "responsible": rng.choice(_ROLES)})
    return rows


def follow_up_assignments(prefill: Prefill, turn: int, seed: int) -> list[dict[str, Any]]:
    """Return how far a board has come with what it has been given, row by row; ``turn``: which of the year's follow-ups it is, from 0."""
    rows = []
    for given in prefill.rows.get("assignment_status", ()):
        one, rng = _find(given["assignment_id"]), luck(seed, prefill.owner, given["assignment_id"])
        status = _choose_course(one, prefill.owner, rng.randrange(100))[turn]
        texts = year_material()["assignment_comments"][status]
        row = {"status": status, "comment": texts[(rng.randrange(1000) + turn) % len(texts)]}
        rows.append(row if given.get("how") else row | {"how": one["how"][0]})
    return rows


def _choose_course(one: Mapping[str, Any], owner: str, chance: int) -> list[str]:
    slow = owner in one["slow_boards"] if "slow_boards" in one else chance < _SLOW
    course: list[str] = one["slow"] if slow and "slow" in one else one["course"]
    return course


def _find(code: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(one for one in material()["assignments"] if one["id"] == code)
    return found
