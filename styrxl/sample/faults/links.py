"""Faults in what answers point at and in what they say together: goals, council goals and frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openpyxl.cell.cell import Cell

from styrxl.returns.cell_values import read_number
from styrxl.sample.faults.open_return import NotHereError, OpenReturn
from styrxl.sample.opened import find_entries, write_text


def tie(return_: OpenReturn, value: str | None) -> Cell:
    """Tie the first commitment to something, or to nothing."""
    cell = return_.answer("commitments", "parent_id")
    cell.value = value
    return cell


def tie_to_others_goal(return_: OpenReturn) -> Cell:
    """Tie to a goal that there is, but not for this owner: one that the council aimed at others, or one of another level."""
    if "goal_responses" not in return_.places:
        return tie(return_, "KF-M1")
    grid = return_.grid("goal_responses")
    own = {_code(grid.value("goal_id", row)) for row in range(len(grid.rows))}
    others = [f"KF-M{n}" for n in range(1, 14) if f"KF-M{n}" not in own]
    if not others:
        raise NotHereError("KF")
    return tie(return_, others[0])


def tie_to_ended_goal(return_: OpenReturn) -> Cell:
    """Tie to a board goal of its own that has run out."""
    goals = return_.grid("goals")
    filled = goals.filled()
    free = next((row for row in range(len(goals.rows)) if row not in filled), None)
    if free is None or not filled or "priority" not in goals.columns:
        raise NotHereError("goals")
    write_text(return_.cell("goals", "text", free), "Alla har en plan för oväntade händelser")
    return_.cell("goals", "parent_id", free).value = goals.value("parent_id", filled[0])
    return_.cell("goals", "from_year", free).value = return_.year - 3
    return_.cell("goals", "to_year", free).value = return_.year - 1
    return tie(return_, _code(goals.value("goal_id", free)))


def copy_goal_text(return_: OpenReturn) -> Cell:
    """Word a commitment just as the goal that it is tied to."""
    grid = return_.grid("commitments")
    offered = find_entries(return_.values, return_.places)
    for row in grid.filled():
        parent = _code(grid.value("parent_id", row))
        if parent in offered:
            cell = return_.cell("commitments", "text", row)
            write_text(cell, offered[parent].split(" ", 1)[1])
            return cell
    raise NotHereError("parent_id")


def uncover_goal(return_: OpenReturn) -> Cell:
    """Move what serves a council goal, by commitments alone, to another goal."""
    responses, commitments, goals = return_.grid("goal_responses"), return_.grid("commitments"), return_.grid("goals")
    served = {_code(goals.value("parent_id", row)) for row in goals.filled()}
    direct = {_code(commitments.value("parent_id", row)) for row in commitments.filled()}
    for index in range(len(responses.rows)):
        goal = _code(responses.value("goal_id", index))
        if goal in direct - served:
            for row in commitments.filled():
                return_.cell("commitments", "more_parents", row).value = None
                if _code(commitments.value("parent_id", row)) == goal:
                    return_.cell("commitments", "parent_id", row).value = _code(goals.value("goal_id", goals.filled()[0]))
            return return_.cell("goal_responses", "concerns", index)
    raise NotHereError("goal_responses")


def _code(value: Any) -> str:
    return str(value or "").strip().split(" ", 1)[0].upper()


def deny_goal(return_: OpenReturn) -> Cell:
    """Deny a goal for which the council named the board."""
    for row in range(len(return_.grid("goal_responses").rows)):
        cell = return_.cell("goal_responses", "concerns", row)
        if cell.protection.locked:
            write_text(cell, return_.word("yes_no", "no"))
            write_text(return_.cell("goal_responses", "reason", row), "Nämnden saknar uppdrag i frågan.")
            return cell
    raise NotHereError("concerns")


def refuse_to_confirm(return_: OpenReturn) -> Cell:
    """Do not confirm the undertaking within the frame."""
    cell = return_.answer("confirmation", "confirms")
    write_text(cell, return_.word("yes_no", "no"))
    return cell


def exceed_frame(key: str, field: str, shown: str) -> Callable[[OpenReturn], Cell]:
    """Return a fault that makes one amount so large that the sum is over any frame that the board can have."""

    def change(return_: OpenReturn) -> Cell:
        budget = return_.grid("budget")
        costs = [read_number(budget.value("cost", row), money=True).value for row in budget.filled()]
        rows = return_.grid(key).filled() or list(range(len(return_.grid(key).rows)))
        if not rows:
            raise NotHereError(key)
        return_.cell(key, field, rows[0]).value = 2 * sum(cost or 0 for cost in costs) + 1000
        return return_.heading(key, shown)

    return change
