"""What the sample's boards and units say of money in follow-ups: changes, outcomes, forecasts, why, and investments; all in tkr."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from styrxl.model.amounts import net_cost
from styrxl.model.prefill import Prefill, Row
from styrxl.model.rounds import standard_rounds
from styrxl.model.thresholds import Thresholds
from styrxl.sample.material import luck, material, year_material
from styrxl.sample.plan_answers import Rows, adjustments, decided
from styrxl.sample.varied_texts import count_texts, render_text

_KINDS = ("t1", "t2", "year")
_OF_YEAR = (1 / 3, 2 / 3, 1.0)  # how much of a year's money is spent
_NOISE = (0.03, 0.015, 0.0)  # how far from that it may be
_CALM = 0.7  # percent of its budget that an activity of which nothing is told may deviate by
_TOLD_UNIT = 1.1  # percent from which on a unit says why
_LATER = 0.5  # of an investment's budget that a project which is behind uses


def answer_board_money(prefill: Prefill, seed: int) -> dict[str, Rows]:
    """Return a board's answers on the sheets about money."""
    rows = prefill.rows.get("outcomes", ())
    activities = [_activity(prefill, row, seed) for row in rows]
    typed = [omit_booked(row, answer) for row, answer in zip(rows, activities, strict=True)]
    return {
        "outcomes": [*typed, *([_whole_board(prefill, activities)] if activities else [])],
        "investment_outcomes": [_investment(prefill, row, seed) for row in prefill.rows.get("investment_outcomes", ())],
    }


def _turn(prefill: Prefill) -> int:
    return _KINDS.index(standard_rounds().parse(prefill.round).kind.key)


# activities


@dataclass(frozen=True, slots=True)
class _Course:
    """What is told of an activity: its deviation in percent of its budget in each round, and why."""

    path: Sequence[float]
    more: Mapping[str, Any]

    def text(self, name: str, turn: int) -> str | None:
        """Return what is said in a round, if anything."""
        texts: Sequence[str] = self.more.get(name, ())
        return (texts[turn] or None) if turn < len(texts) else None


def _told(prefill: Prefill, activity: str, seed: int) -> _Course:
    for one in year_material()["money"]:
        if (one["board"], one["activity"]) == (prefill.owner, activity):
            return _Course(one["path"], one)
    rng = luck(seed, prefill.owner, activity)
    base = rng.uniform(-_CALM, _CALM)
    return _Course([base + rng.uniform(-0.15, 0.15) for _ in _KINDS], {})


def _activity(prefill: Prefill, row: Row, seed: int) -> dict[str, Any]:
    turn, activity = _turn(prefill), str(row["activity"])
    told, changes = _told(prefill, activity, seed), _changes(prefill, activity)
    budget = float(row["planned_budget"] or 0) + (changes or 0)
    deviation = round(budget * told.path[turn] / 100)
    amounts = _amounts(prefill, activity, budget - deviation, seed)
    answers = {"decided_changes": changes, **amounts, **_forecast_on(prefill, told, seed, activity)}
    answers |= _why(told, deviation, budget, turn, prefill.limits)
    return {name: value for name, value in answers.items() if value is not None}


def omit_booked(row: Row, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer without the outcome where the accounts have it: nobody types over what is locked."""
    return {
        name: value for name, value in answer.items() if not (name in {"outcome_revenue", "outcome_cost"} and row.get(name) is not None)
    }


def _whole_board(prefill: Prefill, activities: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what a board says of its deficit against the council's frame, if it has one and says anything."""
    turn, told = _turn(prefill), year_material()["whole_board"]
    what = "outcome" if turn == len(_KINDS) - 1 else "forecast"
    nets = [net_cost(row, what) or 0.0 for row in activities]
    short = sum(nets) - float(prefill.frames.get("operating_frame") or 0.0)
    if not prefill.board_limits.short(-short, 0.0) or prefill.owner in told["unexplained"][_KINDS[turn]]:
        return {}
    rows = prefill.rows["outcomes"]
    over = [net - float(row["planned_budget"] or 0.0) for row, net in zip(rows, nets, strict=True)]
    names = {"activity": str(rows[over.index(max(over))]["activity"])}
    explained = {"explanation": told["explanation"].format(**names)}
    if turn == len(_KINDS) - 1:
        return explained
    return {**explained, "measures": told["measures"].format(**names), "measures_effect": ceil(short / 20) * 10}


def _changes(prefill: Prefill, activity: str) -> float | None:
    """Return what has been decided about an activity since the plan: the council's adjustments so far, and the board's own moves."""
    so_far = {row["decision"] for row in prefill.memory.get("adjustments", ())}
    later = year_material()["whole_board"]["not_spread"][_KINDS[_turn(prefill)]]
    found = [
        tkr
        for board, tkr, why, what in adjustments()
        if (board, what) == (prefill.owner, activity) and decided(why, prefill.year) in so_far and not why.startswith(tuple(later))
    ]
    for board, old, new, tkr in year_material()["own_moves"]:
        if board == prefill.owner and activity in {old, new}:
            found.append(tkr if activity == new else -tkr)
    return sum(found) if found else None


def _amounts(prefill: Prefill, activity: str, net: float, seed: int) -> dict[str, float | None]:
    """Return outcome so far and forecast, or at year-end the outcome alone, for an activity that comes to so much in the year."""
    turn = _turn(prefill)
    shares = {name: share for name, _, share in material()["boards"].get(prefill.owner, {"budget": []})["budget"]}
    cost = round(net / (1 - shares.get(activity, 0.0)))
    revenue = cost - round(net)
    rng = luck(seed, prefill.owner, activity, turn)
    spent = _OF_YEAR[turn] * (1 + rng.uniform(-_NOISE[turn], _NOISE[turn]))
    so_far = {"outcome_cost": round(cost * spent), "outcome_revenue": round(revenue * spent) or None}
    return so_far if turn == len(_KINDS) - 1 else {**so_far, "forecast_cost": cost, "forecast_revenue": revenue or None}


def _forecast_on(prefill: Prefill, told: _Course, seed: int, activity: str) -> dict[str, Any]:
    """Return what a forecast rests on, where something is said of it."""
    turn = _turn(prefill)
    if turn == len(_KINDS) - 1:
        return {}
    own = told.text("assumptions", turn)
    rng = luck(seed, prefill.owner, activity, "assumptions")
    general = rng.choice(year_material()["assumptions"]) if rng.random() < 0.35 else None
    return {"assumptions": own or general, "unfunded": told.more.get("unfunded", (None, None))[turn]}


def _why(told: _Course, deviation: float, budget: float, turn: int, limits: Thresholds) -> dict[str, Any]:
    if not limits.past(deviation, budget):
        return {}
    found = {"explanation": told.text("explanation", turn)}
    if deviation < 0 and turn < len(_KINDS) - 1:  # at year-end measures are history
        effect = ceil(-deviation * told.more.get("effect", (100, 100, 100))[turn] / 1000) * 10
        found |= {"measures": told.text("measures", turn), "measures_effect": effect}
    return found


# investments


def _investment(prefill: Prefill, row: Row, seed: int) -> dict[str, Any]:
    turn, project = _turn(prefill), str(row["project"])
    total, budget = float(row["total_expenditure"] or 0), float(row["year_budget"] or 0)
    rng = luck(seed, prefill.owner, project)
    behind = rng.random() < 0.25
    pace = rng.uniform(_LATER, 0.75) if behind else rng.uniform(0.92, 1.0)
    year = round(budget * pace / 10) * 10
    before = round(max(0.0, total - budget) * rng.uniform(0.1, 0.4) / 10) * 10
    spent = min(year, round(year * (0.2, 0.56, 1.0)[turn] * rng.uniform(0.9, 1.0) / 10) * 10)
    dearer = year_material()["dearer"] if turn and year_material()["dearer"]["project"] == project else None
    answers = {
        "outcome": spent,
        "accumulated": before + spent,
        "expected_total": round(total * (1 + dearer["percent"] / 100)) if dearer else total,
        "finished_year": _finished(prefill, project) + (1 if behind and turn else 0),
        "comment": dearer["comment"] if dearer else rng.choice(year_material()["delayed"]) if behind and turn else None,
        **({"carry_over": max(budget - spent, 0) if behind else None} if turn == len(_KINDS) - 1 else {"forecast": year}),
    }
    return {name: value for name, value in answers.items() if value is not None}


def _finished(prefill: Prefill, project: str) -> int:
    planned = material()["boards"].get(prefill.owner, {"investments": []})["investments"]
    return prefill.year + next((years for name, _, _, years in planned if name == project), 0)


# units


def answer_unit_money(prefill: Prefill, seed: int) -> Rows:
    """Return a unit's answer about its frame, where it has one."""
    return [_unit(prefill, row, seed) for row in prefill.rows.get("unit_outcomes", ())]


def _unit(prefill: Prefill, row: Row, seed: int) -> dict[str, Any]:
    turn, frame = _turn(prefill), float(row["frame"])
    rng = luck(seed, prefill.owner, "money")
    base = rng.uniform(-1.8, 1.8)
    deviation = base + luck(seed, prefill.owner, "money", turn).uniform(-0.3, 0.3)
    year = round(frame * (1 - deviation / 100))
    spent = round(year * _OF_YEAR[turn] * (1 + luck(seed, prefill.owner, turn).uniform(-_NOISE[turn], _NOISE[turn])))
    texts = year_material()["unit_money_en" if prefill.language == "en" else "unit_money"]["deficit" if deviation < 0 else "surplus"]
    text = rng.choice(texts)
    comment = {"comment": render_text(text, rng.randrange(max(1, count_texts(text))), {})} if abs(deviation) > _TOLD_UNIT else {}
    return {"outcome": spent, **({} if turn == len(_KINDS) - 1 else {"forecast": year}), **comment}
