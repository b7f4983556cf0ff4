"""Money in a follow-up: outcomes, forecasts, measures, changes of the budget and investments.

Finds ``unit-suspect``, ``deficit-despite-confirmation``, ``deficit-beyond-measures``, ``board-deficit-unexplained``,
``forecast-equals-budget``, ``outcome-fell``, ``outcome-above-forecast``, ``outcome-far-from-forecast``, ``investment-over-total``,
``changes-unbalanced``.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from styrxl.model.amounts import ORE, SUSPECT_TIMES, net_cost
from styrxl.model.catalogue import Word
from styrxl.model.findings import Remark
from styrxl.model.levels import COMMON
from styrxl.validation.one_return import OtherReturns, Return, Rule

# Parts of the year's budget: how far an outcome may be from its share of the year before a forecast on budget is asked about, and how
# far from the August forecast.
FAR_FROM_PACE = 0.10
FAR_FROM_FORECAST = 0.05
_GROWING = (
    ("outcomes", "activity", "outcome_cost"),
    ("outcomes", "activity", "outcome_revenue"),
    ("investment_outcomes", "project", "outcome"),
    ("investment_outcomes", "project", "accumulated"),
)
_BELOW_FORECAST = (
    ("outcomes", "activity", "outcome_cost", "forecast_cost"),
    ("outcomes", "activity", "outcome_revenue", "forecast_revenue"),
    ("investment_outcomes", "project", "outcome", "forecast"),
    ("unit_outcomes", "unit_id", "outcome", "forecast"),
)


def find_deficit_despite_confirmation(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find a deficit in the first follow-up of a year in which the board confirmed its undertaking within the frame."""
    confirmed = any(row["confirms"] == "yes" for row in return_.issued.memory.get("confirmation", ()))
    first = not any(before.id in return_.issued.based_on for before in return_.round.before)
    total = fsum((*(row.answers["deviation"] or 0.0 for row in return_.rows("outcomes")), _find_left_to_spread(return_)))
    if confirmed and first and not return_.form.final and total < -ORE:
        yield return_.remark("outcomes", None, "deviation", "deficit-despite-confirmation", round(total, 2), deficit=round(-total, 2))


def find_deficit_beyond_measures(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find a deficit that the measures against it do not make up for."""
    for row in () if return_.form.final else return_.rows("outcomes"):
        deviation, effect = row.answers["deviation"], row.answers["measures_effect"]
        if deviation is not None and effect is not None and -deviation > effect + ORE > ORE / 2:
            facts = {"activity": row.answers["activity"], "deficit": round(-deviation, 2), "effect": effect}
            yield return_.remark("outcomes", row.number, "measures_effect", "deficit-beyond-measures", effect, **facts)


def find_unexplained_board_deficit(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find a deficit of the whole board against its frame that nothing is said about; it is told at the first empty answer."""
    frame, rows = return_.issued.frames.get("operating_frame"), return_.rows("outcomes")
    nets = [net_cost(row.answers, "outcome" if return_.form.final else "forecast") for row in rows]
    for row in return_.rows("board_explanations"):
        known = [net for net in nets if net is not None]
        if frame is None or not known or len(known) < len(nets):
            continue
        deviation = frame - fsum(known)
        asked = [c for c in return_.form.sheet("outcomes").closing_columns if c.closing == "asked"]
        missing = [c for c in asked if row.answers[c.field] is None]
        if missing and return_.issued.board_limits.short(deviation, frame):
            facts = {"frame": frame, "deficit": round(-deviation, 2), "line": row.answers["activity"], "list": [c.heading for c in missing]}
            yield return_.remark("board_explanations", row.number, missing[0].field, "board-deficit-unexplained", None, **facts)


def _find_left_to_spread(return_: Return) -> float:
    """Return what of the council's changes is left to spread on a board's activities (tkr)."""
    changes = fsum(row.answers["decided_changes"] or 0.0 for row in return_.rows("outcomes"))
    return sum((row.answers["decided_changes"] or 0.0) - changes for row in return_.rows("board_explanations"))


def find_forecast_equal_to_budget(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find a forecast that is the budget, though the outcome is far from its share of the year."""
    share = return_.round.day.month / 12
    for row in return_.rows("outcomes"):
        budget, outcome, forecast = row.answers["current_budget"], net_cost(row.answers, "outcome"), net_cost(row.answers, "forecast")
        if budget is None or outcome is None or forecast is None or abs(forecast - budget) > ORE:
            continue
        if abs(outcome - budget * share) > max(FAR_FROM_PACE * abs(budget), return_.issued.limits.tkr):
            assumptions = return_.form.sheet("outcomes").column("assumptions").heading
            facts = {"activity": row.answers["activity"], "outcome": round(outcome, 2), "share": round(budget * share, 2)}
            facts |= {"assumptions": assumptions}
            yield return_.remark("outcomes", row.number, "forecast_cost", "forecast-equals-budget", row.answers["forecast_cost"], **facts)


def find_fallen_outcome(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find an outcome below the one of the round before."""
    for key, name, amount in _GROWING:
        for row in return_.rows(key):
            old, new = row.issued.get(f"last_{amount}"), row.answers[amount]
            if old is not None and new is not None and new < old - ORE:
                facts = {"what": row.answers[name], "old": old, "new": new, "round": row.issued["last_round"]}
                yield return_.remark(key, row.number, amount, "outcome-fell", new, **facts)


def find_outcome_above_forecast(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find an outcome that is more already than what is forecast for the full year."""
    for key, name, amount, forecast in _BELOW_FORECAST:
        for row in return_.rows(key):
            now, then = row.answers[amount], row.answers.get(forecast)
            if now is not None and then is not None and now > then + ORE:
                column = return_.form.sheet(key).column(forecast).heading
                facts = {"what": row.answers[name], "outcome": now, "forecast": then, "heading": column}
                yield return_.remark(key, row.number, amount, "outcome-above-forecast", now, **facts)


def find_outcome_far_from_forecast(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find an outcome of the year that is far from what was forecast in the last follow-up before it."""
    last = {before.id for before in return_.round.before[-1:]}
    for row in return_.rows("outcomes") if return_.form.final else ():
        old, new, budget = row.issued.get("last_forecast"), net_cost(row.answers, "outcome"), row.answers["current_budget"] or 0.0
        if old is None or new is None or row.issued.get("last_round") not in last:
            continue
        if abs(new - old) > max(FAR_FROM_FORECAST * abs(budget), return_.issued.limits.tkr):
            facts = {"activity": row.answers["activity"], "outcome": round(new, 2), "forecast": old, "difference": round(abs(new - old), 2)}
            yield return_.remark("outcomes", row.number, "outcome_cost", "outcome-far-from-forecast", row.answers["outcome_cost"], **facts)


def find_investment_over_total(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find an investment that has cost more than was decided for all of it."""
    for row in return_.rows("investment_outcomes"):
        total, spent = row.issued.get("total_expenditure"), row.answers["accumulated"]
        if total is not None and spent is not None and spent > total + ORE:
            facts = {"project": row.answers["project"], "spent": spent, "total": total}
            yield return_.remark("investment_outcomes", row.number, "accumulated", "investment-over-total", spent, **facts)


def find_unbalanced_changes(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find decided changes that are not, in all, what the council has changed the frame by: a board's own moves come to nothing."""
    if return_.form.level == COMMON and return_.issued.frames.get("operating_frame") is None:
        return  # of what no frame holds, the council changes no frame
    rows = return_.rows("outcomes")
    total = fsum(row.answers["decided_changes"] or 0.0 for row in rows)
    adjustments = return_.issued.memory.get("adjustments", ())
    granted = fsum(adjustment["operating"] for adjustment in adjustments)
    if rows and abs(total - granted) > ORE:
        why = Word("adjusted_by", {"list": [adjustment["decision"] for adjustment in adjustments]}) if adjustments else Word("not_adjusted")
        facts = {"total": round(total, 2), "granted": round(granted, 2), "rest": _tell_rest(granted, granted - total), "why": why}
        yield return_.remark("outcomes", None, "decided_changes", "changes-unbalanced", round(total, 2), **facts)


def _tell_rest(granted: float, left: float) -> Word:
    """Say what is left to spread of what was granted; or, where that cannot be, that too much or too little was (tkr)."""
    if granted * left > 0:
        return Word("left_to_spread", {"amount": round(left, 2)})
    return Word("spread_too_much" if left < 0 else "spread_too_little", {"amount": round(abs(left), 2)})


def find_amounts_in_kronor(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find amounts that are a hundred times what the board or unit has to spend."""
    for key, names in (("outcomes", ("outcome_cost", "forecast_cost")), ("unit_outcomes", ("outcome", "forecast"))):
        rows = return_.rows(key)
        of_unit = next((row.issued.get("frame") for row in rows), None)
        frame = return_.issued.frames.get("operating_frame") if key == "outcomes" else of_unit
        # A board that earns much may have a frame near zero, or below.
        base = max(abs(frame or 0.0), fsum(row.issued.get("planned_cost") or 0.0 for row in rows))
        for name in names if frame else ():
            total = fsum(row.answers.get(name) or 0.0 for row in rows)
            if total > SUSPECT_TIMES * base:
                why = Word("why_kronor", {"times": round(total / base), "frame": frame})
                yield return_.remark(key, None, name, "unit-suspect", total, why=why)


RULES: tuple[Rule, ...] = (
    find_deficit_despite_confirmation,
    find_deficit_beyond_measures,
    find_unexplained_board_deficit,
    find_forecast_equal_to_budget,
    find_fallen_outcome,
    find_outcome_above_forecast,
    find_outcome_far_from_forecast,
    find_investment_over_total,
    find_unbalanced_changes,
    find_amounts_in_kronor,
)
