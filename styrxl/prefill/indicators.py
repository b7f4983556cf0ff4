"""A board's indicators, which are series: each under its id for as long as its goal holds, with its baseline and its last outcome; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from styrxl.model.answers_in_force import AnswersInForce, holds_in_year
from styrxl.model.indicators import Outcome, in_both_languages
from styrxl.model.prefill import Row
from styrxl.model.rounds import Round
from styrxl.prefill.continuing import list_offered
from styrxl.prefill.year_so_far import YearSoFar
from styrxl.returns.cell_values import fold_text

_FIELDS = ("indicator_id", "goal_id", "name", "unit", "direction", "baseline", "target", "highest", "by_sex", "kolada_id")


@dataclass(frozen=True, slots=True)
class LastOutcome:
    """An indicator's newest outcome, and the round in which it was told."""

    outcome: Outcome
    round: Round


def make_last_fields(last: LastOutcome | None) -> dict[str, Any]:
    """Return what a row says of an indicator's newest outcome: its value, what its cell shows, and the round."""
    if last is None:
        return {"last_outcome": None, "last_round": None}
    return {
        "last_outcome": last.outcome.value,
        "last_round": last.round.id,
        **({} if last.outcome.is_plain else {"last_outcome_shown": in_both_languages(last.outcome)}),
    }


def find_last_outcome(code: str, year: YearSoFar) -> LastOutcome | None:
    """Return the newest outcome of an indicator before a round, of last year if need be; whoever answered for it."""
    for answers in (*reversed(year.earlier), *(reversed(year.last_year.earlier) if year.last_year else ())):
        for outcome in _list_outcomes(answers, code):
            return LastOutcome(outcome, answers.round)
    return None


def _list_outcomes(answers: AnswersInForce, code: str) -> Iterator[Outcome]:
    rows = (row for of_owner in answers.tables.get("indicator_outcomes", {}).values() for row in of_owner)
    outcomes = (Outcome.of(row, answers.round.year) for row in rows if row["indicator_id"] == code)
    return (outcome for outcome in outcomes if outcome.value is not None)


def make_lasting_rows(last: YearSoFar, owner: str, offered: Collection[str]) -> tuple[Row, ...]:
    """Return the rows with which a plan's indicators begin: last year's whose goals still hold, under their ids.

    ``offered``: ids of the goals that they may measure this year. Baseline and target come along, for the board to change; the newest
    outcome stands beside.
    """
    rows = []
    for row in last.plans.of("indicators", owner):
        if row["goal_id"] in offered:
            made = {name: row.get(name) for name in _FIELDS}
            rows.append({**made, **make_last_fields(find_last_outcome(row["indicator_id"], last))})
    return tuple(rows)


def list_followed_indicators(year: YearSoFar, owner: str) -> tuple[Row, ...]:
    """Return the board's own indicators that a follow-up asks about: the year's, and those of last year that came too late for its plan.

    One that the plan offered and its board cleared is not asked about any more; nor is one where the plan was issued before it could
    offer any.
    """
    own = year.plans.of("indicators", owner)
    issued = year.plans.issued.get(owner)
    if year.last_year is None or (issued and "indicators" not in issued.rows):
        return own
    offered = list_offered(year.plans, owner, "indicators", "indicator_id")
    before = year.last_year.plans.of("indicators", owner)
    known = {row["indicator_id"] for row in own} | offered.keys()
    old = {row["indicator_id"] for row in before}
    typed_anew = {fold_text(row["name"] or "") for row in own if row["indicator_id"] not in old}
    goals = {goal.goal_id for goal in year.plan.council_goals(year.round.year)}
    goals |= {row["goal_id"] for row in year.plans.of("goals", owner) if holds_in_year(row, year.round.year)}
    left = [row for row in before if row["goal_id"] in goals and row["indicator_id"] not in known]
    return (*own, *(row for row in left if fold_text(row["name"] or "") not in typed_anew))
