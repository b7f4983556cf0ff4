"""Every goal and commitment that a return can be tied to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from styrxl.model.council_plan import Plan, ids
from styrxl.model.table_values import column, whole_year


@dataclass(frozen=True, slots=True)
class KnownGoal:
    """A goal or commitment that exists: what it is, whose, its text and the years in which it holds."""

    kind: str  # council_goal, board_goal, board_commitment, unit_goal, commitment
    owner: str
    text: str
    from_year: int | None = None
    to_year: int | None = None
    units: tuple[str, ...] = ()  # those that it is for alone; all of the board's, where none is named

    def holds(self, year: int) -> bool:
        """Whether it holds in a year (always, where it says nothing)."""
        return (self.from_year or 0) <= year <= (self.to_year or 9999)


def collect_known_goals(plan: Plan, boards: Mapping[str, pd.DataFrame]) -> dict[str, KnownGoal]:
    """Everything that can be tied to: the council's goals and (tables goals, commitments, with ``_owner``) the boards'."""
    known = {g.goal_id: KnownGoal("council_goal", "KF", g.text, g.from_year, g.to_year) for g in plan.goals}
    for row in _records(boards.get("goals"), ["goal_id", "_owner", "text", "from_year", "to_year", "concerned_units"]):
        known[row[0]] = KnownGoal("board_goal", row[1], row[2] or "", whole_year(row[3]), whole_year(row[4]), ids(row[5]))
    for row in _records(boards.get("commitments"), ["commitment_id", "_owner", "text", "parent_id", "more_parents"]):
        known[row[0]] = KnownGoal("board_commitment", row[1], row[2] or "", units=find_served_units(known, row[3], row[4]))
    return known


def find_served_units(known: Mapping[str, KnownGoal], parent: Any, more_parents: Any) -> tuple[str, ...]:
    """Return the units that a commitment is for alone, because its goals are; none where it is for all."""
    goals = [known[code] for code in (parent, *ids(more_parents)) if code in known]
    aimed = [goal for goal in goals if goal.kind == "board_goal"]
    if not goals or not goals[0].units or not all(goal.units for goal in aimed):
        return ()
    return tuple(dict.fromkeys(unit for goal in aimed for unit in goal.units))


def _records(frame: pd.DataFrame | None, columns: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    if frame is None or frame.empty:
        return ()
    rows = zip(*(column(frame, name) for name in columns), strict=True)
    return (row for row in rows if isinstance(row[0], str))
