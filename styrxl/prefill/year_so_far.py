"""A year of plans and follow-ups, as far as it has come: what the workbooks of its next round are made from; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from styrxl.model.answers_in_force import AnswersInForce
from styrxl.model.council_plan import Plan
from styrxl.model.rounds import Round


@dataclass(frozen=True)
class YearSoFar:
    """A year so far: its accepted plans, and its follow-ups before this round, oldest first.

    ``last_year``: the year before, with all its follow-ups, where it has plans. ``next_plans``: the plans of the year after that have come
    in already.
    """

    plan: Plan
    round: Round
    plans: AnswersInForce
    earlier: tuple[AnswersInForce, ...] = ()
    last_year: YearSoFar | None = None
    next_plans: AnswersInForce | None = None

    def last(self, owner: str) -> AnswersInForce | None:
        """Return the newest earlier follow-up in which an owner has an accepted return."""
        return next((answers for answers in reversed(self.earlier) if owner in answers.returns), None)

    def based_on(self, owner: str) -> dict[str, str]:
        """Return round -> hash of the owner's returns that its workbook builds on."""
        return {answers.round.id: answers.returns[owner] for answers in (self.plans, *self.earlier) if owner in answers.returns}

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Text of each goal and commitment, by id."""
        result = {**(self.last_year.texts if self.last_year else {}), **{goal.goal_id: goal.text for goal in self.plan.goals}}
        for table, code in (("goals", "goal_id"), ("commitments", "commitment_id")):
            for rows in self.plans.tables.get(table, {}).values():
                result |= {row[code]: row["text"] or "" for row in rows if row[code]}
        return result
