"""What does not fit in outcomes, forecasts and investments of a follow-up."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from styrxl.model.amounts import ORE, SUSPECT_TIMES, net_cost
from styrxl.model.catalogue import Word
from styrxl.model.findings import Remark
from styrxl.model.rounds import Round
from styrxl.validation.one_return import Others, Return

PACE_FAR = 0.10  # of the year's budget: how far an outcome may be from its share of the year before a forecast on budget is asked about
FORECAST_FAR = 0.05  # of the year's budget: how far an outcome may be from the August forecast
_GROWING = (
    ("outcomes", "activity", "outcome_cost"),
    ("outcomes", "activity", "outcome_revenue"),
    ("investment_outcomes", "project", "outcome"),
    ("investment_outcomes", "project", "accumulated"),
)
_WITHIN = (
    ("outcomes", "activity", "outcome_cost", "forecast_cost"),
    ("outcomes", "activity", "outcome_revenue", "forecast_revenue"),
    ("investment_outcomes", "project", "outcome", "forecast"),
    ("unit_outcomes", "unit_id", "outcome", "forecast"),
)


def against_confirmation(one: Return, _: Others) -> Iterator[Remark]:
    """Find a deficit in the first follow-up of a year in which the board confirmed its undertaking within the frame."""
    confirmed = any(row["confirms"] == "yes" for row in one.issued.memory.get("confirmation", ()))
    first = not any(Round.parse(code).followup for code in one.issued.based_on)
    total = fsum(line.said["deviation"] or 0.0 for line in one.of("outcomes"))
    if confirmed and first and one.form.kind != "year" and total < -ORE:
        yield one.remark("outcomes", None, "deviation", "deficit-despite-confirmation", round(total, 2), deficit=round(-total, 2))


def beyond_measures(one: Return, _: Others) -> Iterator[Remark]:
    """Find a deficit that the measures against it do not make up for."""
    for line in one.of("outcomes") if one.form.kind != "year" else ():
        deviation, effect = line.said["deviation"], line.said["measures_effect"]
        if deviation is not None and effect is not None and -deviation > effect + ORE > ORE / 2:
            facts = {"activity": line.said["activity"], "deficit": round(-deviation, 2), "effect": effect}
            yield one.remark("outcomes", line.row, "measures_effect", "deficit-beyond-measures", effect, **facts)


def on_budget(one: Return, _: Others) -> Iterator[Remark]:
    """Find a forecast that is the budget, though the outcome is far from its share of the year."""
    share = one.round.day.month / 12
    for line in one.of("outcomes"):
        budget, outcome, forecast = line.said["current_budget"], net_cost(line.said, "outcome"), net_cost(line.said, "forecast")
        if budget is None or outcome is None or forecast is None or abs(forecast - budget) > ORE:
            continue
        if abs(outcome - budget * share) > max(PACE_FAR * abs(budget), one.issued.limits.tkr):
            facts = {"activity": line.said["activity"], "outcome": round(outcome, 2), "share": round(budget * share, 2)}
            yield one.remark("outcomes", line.row, "forecast_cost", "forecast-equals-budget", line.said["forecast_cost"], **facts)


def fell(one: Return, _: Others) -> Iterator[Remark]:
    """Find an outcome below the one of the round before."""
    for key, name, amount in _GROWING:
        for line in one.of(key):
            old, new = line.given.get(f"last_{amount}"), line.said[amount]
            if old is not None and new is not None and new < old - ORE:
                facts = {"what": line.said[name], "old": old, "new": new, "round": line.given["last_round"]}
                yield one.remark(key, line.row, amount, "outcome-fell", new, **facts)


def above_forecast(one: Return, _: Others) -> Iterator[Remark]:
    """Find an outcome that is more already than what is forecast for the full year."""
    for key, name, amount, forecast in _WITHIN:
        for line in one.of(key):
            now, then = line.said[amount], line.said.get(forecast)
            if now is not None and then is not None and now > then + ORE:
                column = one.form.sheet(key).column(forecast).heading
                facts = {"what": line.said[name], "outcome": now, "forecast": then, "heading": column}
                yield one.remark(key, line.row, amount, "outcome-above-forecast", now, **facts)


def far_from_forecast(one: Return, _: Others) -> Iterator[Remark]:
    """Find an outcome of the year that is far from what was forecast in August."""
    for line in one.of("outcomes") if one.form.kind == "year" else ():
        old, new, budget = line.given.get("last_forecast"), net_cost(line.said, "outcome"), line.said["current_budget"] or 0.0
        august = str(line.given.get("last_round") or "").endswith("-t2")
        if august and old is not None and new is not None and abs(new - old) > max(FORECAST_FAR * abs(budget), one.issued.limits.tkr):
            facts = {"activity": line.said["activity"], "outcome": round(new, 2), "forecast": old, "difference": round(abs(new - old), 2)}
            yield one.remark("outcomes", line.row, "outcome_cost", "outcome-far-from-forecast", line.said["outcome_cost"], **facts)


def over_total(one: Return, _: Others) -> Iterator[Remark]:
    """Find an investment that has cost more than was decided for all of it."""
    for line in one.of("investment_outcomes"):
        total, spent = line.given.get("total_expenditure"), line.said["accumulated"]
        if total is not None and spent is not None and spent > total + ORE:
            facts = {"project": line.said["project"], "spent": spent, "total": total}
            yield one.remark("investment_outcomes", line.row, "accumulated", "investment-over-total", spent, **facts)


def unbalanced(one: Return, _: Others) -> Iterator[Remark]:
    """Decided changes that are not, in all, what the council has changed the frame by: a board's own moves come to nothing."""
    lines = one.of("outcomes")
    total = fsum(line.said["decided_changes"] or 0.0 for line in lines)
    adjustments = one.issued.memory.get("adjustments", ())
    granted = fsum(row["operating"] for row in adjustments)
    if lines and abs(total - granted) > ORE:
        why = Word("adjusted_by", {"list": [row["decision"] for row in adjustments]}) if adjustments else Word("not_adjusted")
        facts = {"total": round(total, 2), "granted": round(granted, 2), "why": why}
        yield one.remark("outcomes", None, "decided_changes", "changes-unbalanced", round(total, 2), **facts)


def in_kronor(one: Return, _: Others) -> Iterator[Remark]:
    """Amounts that are a hundred times what the board or unit has to spend."""
    for key, names in (("outcomes", ("outcome_cost", "forecast_cost")), ("unit_outcomes", ("outcome", "forecast"))):
        lines = one.of(key)
        frame = one.issued.frames.get("operating_frame") if key == "outcomes" else next((li.given.get("frame") for li in lines), None)
        for name in names if frame else ():
            total = fsum(line.said.get(name) or 0.0 for line in lines)
            if frame and total > SUSPECT_TIMES * frame:
                why = Word("why_kronor", {"times": round(total / frame), "frame": frame})
                yield one.remark(key, None, name, "unit-suspect", total, why=why)
