"""Faults with the money of follow-ups: what ``validation.rules.followup_money`` looks for."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from openpyxl.cell.cell import Cell

from styrxl.model.rounds import standard_rounds
from styrxl.sample.faults.open_followup import OpenFollowup, find_first
from styrxl.sample.faults.open_return import NotHereError
from styrxl.validation.rules.followup_money import FAR_FROM_FORECAST, FAR_FROM_PACE


def _line(work: OpenFollowup, fits: Callable[[int], bool]) -> int:
    found: int = find_first((n for n, _ in work.rows("outcomes") if fits(n)), "outcomes")
    return found


def _interim(work: OpenFollowup) -> None:
    if work.final:
        raise NotHereError("forecast")


def _total(work: OpenFollowup) -> float:
    return sum(work.deviation(n) for n, _ in work.rows("outcomes"))


def _deficit(work: OpenFollowup) -> Cell:
    """Let a board that confirmed its undertaking within the frame begin the year with a deficit."""
    _interim(work)
    confirmed = any(row["confirms"] == "yes" for row in work.issued.memory.get("confirmation", ()))
    first = not any(standard_rounds().parse(code).followup for code in work.issued.based_on)
    if not (confirmed and first) or _total(work) < 0:
        raise NotHereError("confirmation")
    row = _line(work, lambda _: True)
    deficit = ceil(_total(work) - work.deviation(row)) + 5
    work.deviate(row, -deficit, deficit)
    return work.return_.heading("outcomes", "deviation")


def _beyond(work: OpenFollowup) -> Cell:
    """Let an activity's measures give less than its deficit."""
    _interim(work)
    row = _line(work, lambda n: work.deviation(n) < 0)
    work.deviate(row, work.deviation(row), 0)
    return work.cell("outcomes", "measures_effect", row)


def _on_budget(work: OpenFollowup) -> Cell:
    """Forecast the budget to the krona though far more than its share of the year is spent."""
    _interim(work)
    share = work.round.day.month / 12

    def spent(n: int) -> float:
        return work.budget(n) * share + max(FAR_FROM_PACE * work.budget(n), work.issued.limits.tkr) + 1

    row = _line(work, lambda n: work.deviation(n) <= 0 and spent(n) < work.budget(n))
    work.put("outcomes", "outcome_cost", row, ceil(spent(row) + work.number("outcomes", "outcome_revenue", row)))
    return work.put("outcomes", "forecast_cost", row, work.budget(row) + work.number("outcomes", "forecast_revenue", row))


def _fell(work: OpenFollowup) -> Cell:
    """Let what has been spent be less than it was in the round before."""
    booked = any(row.get("outcome_cost") is not None for _, row in work.rows("outcomes"))  # by the accounts, and locked
    key, field = ("investment_outcomes", "accumulated") if work.final or booked else ("outcomes", "outcome_cost")
    old = {n: row.get(f"last_{field}") for n, row in work.rows(key)}
    row = find_first((n for n, amount in old.items() if amount), "last")
    return work.put(key, field, row, float(old[row] or 0) - 1)


def _above(work: OpenFollowup) -> Cell:
    """Spend more than what is forecast for the full year."""
    _interim(work)
    board = "outcomes" in work.return_.places
    key, field, forecast = ("outcomes", "outcome_cost", "forecast_cost") if board else ("unit_outcomes", "outcome", "forecast")
    row = find_first((n for n, _ in work.rows(key)), key)
    return work.put(key, field, row, work.number(key, forecast, row) + 1)


def _far(work: OpenFollowup) -> Cell:
    """End the year far from what was forecast in August."""
    if not work.final:
        raise NotHereError("year")
    row = _line(work, lambda n: str(work.issued.rows["outcomes"][n].get("last_round") or "").endswith("-t2"))
    far = max(FAR_FROM_FORECAST * work.budget(row), work.issued.limits.tkr) + 10
    deviation = work.budget(row) - float(work.issued.rows["outcomes"][row]["last_forecast"]) - far
    work.deviate(row, deviation, max(0.0, -deviation))
    return work.cell("outcomes", "outcome_cost", row)


def _over_total(work: OpenFollowup) -> Cell:
    """Spend more on an investment than was decided for all of it."""
    row = find_first((n for n, _ in work.rows("investment_outcomes")), "investments")
    return work.put(
        "investment_outcomes", "accumulated", row, float(work.issued.rows["investment_outcomes"][row]["total_expenditure"] or 0) + 1
    )


def _unbalanced(work: OpenFollowup) -> Cell:
    """Decide on changes that the council has not decided on; what is spent is as much more."""
    row = _line(work, lambda _: True)
    work.put("outcomes", "decided_changes", row, work.number("outcomes", "decided_changes", row) + 7)
    what = "outcome" if work.final else "forecast"
    work.put("outcomes", f"{what}_cost", row, work.number("outcomes", f"{what}_cost", row) + 7)
    return work.return_.heading("outcomes", "decided_changes")


def _in_kronor(work: OpenFollowup) -> Cell:
    """Write a unit's money in kronor."""
    field = "outcome" if work.final else "forecast"
    row = find_first((n for n, row in work.rows("unit_outcomes") if row["frame"]), "frame")
    work.put("unit_outcomes", field, row, work.number("unit_outcomes", field, row) * 1000)
    return work.return_.heading("unit_outcomes", field)


# Each under the rule that it breaks.
MONEY_FAULTS: dict[str, Callable[[OpenFollowup], Cell]] = {
    "deficit-despite-confirmation": _deficit,
    "deficit-beyond-measures": _beyond,
    "forecast-equals-budget": _on_budget,
    "outcome-fell": _fell,
    "outcome-above-forecast": _above,
    "outcome-far-from-forecast": _far,
    "investment-over-total": _over_total,
    "changes-unbalanced": _unbalanced,
    "unit-suspect": _in_kronor,
}
