"""Faults in what answers point at and in what they say together: goals, council goals and frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openpyxl.cell.cell import Cell

from styrxl.returns.cell_values import number
from styrxl.sample.faults.bench import Bench, NotHereError
from styrxl.sample.fill import entries, write_text


def tied(bench: Bench, value: str | None) -> Cell:
    """Tie the first commitment to something, or to nothing."""
    cell = bench.answer("commitments", "parent_id")
    cell.value = value
    return cell


def not_allowed(bench: Bench) -> Cell:
    """Tie to a goal that there is, but not for this owner: one that the council aimed at others, or one of another level."""
    if "goal_responses" not in bench.places:
        return tied(bench, "KF-M1")
    grid = bench.grid("goal_responses")
    own = {_code(grid.value("goal_id", row)) for row in range(len(grid.rows))}
    others = [f"KF-M{n}" for n in range(1, 14) if f"KF-M{n}" not in own]
    if not others:
        raise NotHereError("KF")
    return tied(bench, others[0])


def not_valid(bench: Bench) -> Cell:
    """Tie to a board goal of its own that has run out."""
    goals = bench.grid("goals")
    filled = goals.filled()
    free = next((row for row in range(len(goals.rows)) if row not in filled), None)
    if free is None or not filled or "priority" not in goals.columns:
        raise NotHereError("goals")
    write_text(bench.cell("goals", "text", free), "Alla har en plan för oväntade händelser")
    bench.cell("goals", "parent_id", free).value = goals.value("parent_id", filled[0])
    bench.cell("goals", "from_year", free).value = bench.year - 3
    bench.cell("goals", "to_year", free).value = bench.year - 1
    return tied(bench, _code(goals.value("goal_id", free)))


def copied(bench: Bench) -> Cell:
    """Word a commitment just as the goal that it is tied to."""
    grid = bench.grid("commitments")
    offered = entries(bench.values, bench.places)
    for row in grid.filled():
        parent = _code(grid.value("parent_id", row))
        if parent in offered:
            cell = bench.cell("commitments", "text", row)
            write_text(cell, offered[parent].split(" ", 1)[1])
            return cell
    raise NotHereError("parent_id")


def uncovered(bench: Bench) -> Cell:
    """Move what serves a council goal, by commitments alone, to another goal."""
    responses, commitments, goals = bench.grid("goal_responses"), bench.grid("commitments"), bench.grid("goals")
    served = {_code(goals.value("parent_id", row)) for row in goals.filled()}
    direct = {_code(commitments.value("parent_id", row)) for row in commitments.filled()}
    for index in range(len(responses.rows)):
        goal = _code(responses.value("goal_id", index))
        if goal in direct - served:
            for row in commitments.filled():
                bench.cell("commitments", "more_parents", row).value = None
                if _code(commitments.value("parent_id", row)) == goal:
                    bench.cell("commitments", "parent_id", row).value = _code(goals.value("goal_id", goals.filled()[0]))
            return bench.cell("goal_responses", "concerns", index)
    raise NotHereError("goal_responses")


def _code(value: Any) -> str:
    return str(value or "").strip().split(" ", 1)[0].upper()


def denied(bench: Bench) -> Cell:
    """Deny a goal for which the council named the board."""
    for row in range(len(bench.grid("goal_responses").rows)):
        cell = bench.cell("goal_responses", "concerns", row)
        if cell.protection.locked:
            write_text(cell, bench.word("yes_no", "no"))
            write_text(bench.cell("goal_responses", "reason", row), "Nämnden saknar uppdrag i frågan.")
            return cell
    raise NotHereError("concerns")


def not_confirmed(bench: Bench) -> Cell:
    """Do not confirm the undertaking within the frame."""
    cell = bench.answer("confirmation", "confirms")
    write_text(cell, bench.word("yes_no", "no"))
    return cell


def over_frame(key: str, field: str, shown: str) -> Callable[[Bench], Cell]:
    """Return a fault that makes one amount so large that the sum is over any frame that the board can have."""

    def change(bench: Bench) -> Cell:
        budget = bench.grid("budget")
        costs = [number(budget.value("cost", row), money=True).value for row in budget.filled()]
        rows = bench.grid(key).filled() or list(range(len(bench.grid(key).rows)))
        if not rows:
            raise NotHereError(key)
        bench.cell(key, field, rows[0]).value = 2 * sum(cost or 0 for cost in costs) + 1000
        return bench.heading(key, shown)

    return change
