"""Answers that speak against each other, against the plan or against the round before, as a reader would find them; each a warning.

The rules themselves stand in ``validation.rules``: each is a function over one return and what the other returns say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from itertools import groupby

from styrxl.model.booked_outcomes import BookedOutcomes
from styrxl.model.days import standard_zone
from styrxl.model.findings import Remark
from styrxl.model.forms import ASSIGNMENT_TABLES, Form
from styrxl.model.prefill import Prefill
from styrxl.model.rounds import RoundKinds
from styrxl.returns.typed_frames import TypedBatch
from styrxl.validation.known_goals import KnownGoal
from styrxl.validation.one_return import Return, Rule, SheetRows
from styrxl.validation.other_returns import gather_other_returns
from styrxl.validation.rules import (
    booked_outcomes,
    financing,
    followup_assignments,
    followup_commitments,
    followup_goals,
    followup_money,
    plan_consistency,
)

PLAN_RULES: tuple[Rule, ...] = (*plan_consistency.RULES, *financing.RULES)
FOLLOWUP_RULES: tuple[Rule, ...] = (
    *followup_goals.RULES,
    *followup_assignments.RULES,
    *followup_commitments.RULES,
    *followup_money.RULES,
    *booked_outcomes.RULES,
    *financing.RULES,
)


def find_contradictions(
    parts: Sequence[TypedBatch],
    issued: Mapping[int, Prefill],
    goals: Mapping[str, KnownGoal],
    rounds: RoundKinds,
    remarks: Iterable[Remark] = (),
    booked: BookedOutcomes | None = None,
    zone: tzinfo | None = None,
) -> list[Remark]:
    """Return remarks on what speaks against something else in a round's returns (their frames with ids in place of texts).

    ``goals``: all that can be served; ``remarks``: what has been found already, so that one cause is told once; ``booked``: what the
    accounts say now; ``zone``: in which days are told, the usual one if nothing is said.
    """
    returns = list(_collect_returns(parts, issued, rounds))
    others = gather_other_returns(returns, goals, tuple(remarks), booked, zone or standard_zone())
    found: list[Remark] = []
    for return_ in returns:
        for rule in _choose_rules(return_.form):
            found += rule(return_, others)
    return found


def _choose_rules(form: Form) -> tuple[Rule, ...]:
    """Return the rules for a form's returns; one that hangs on no plan may be about the council's assignments."""
    if form.about_plans:
        return FOLLOWUP_RULES if form.followup else PLAN_RULES
    return followup_assignments.RULES if form.followup else ()


def _collect_returns(parts: Sequence[TypedBatch], issued: Mapping[int, Prefill], rounds: RoundKinds) -> Iterator[Return]:
    found: dict[int, dict[str, tuple[SheetRows, slice]]] = {}
    forms: dict[int, Form] = {}
    for part in parts:
        batch, rows, start = part.batch, SheetRows(part), 0
        for source, places in groupby(batch.source):
            span = slice(start, start := start + len(list(places)))
            forms[source] = batch.form
            found.setdefault(source, {})[batch.sheet.key] = rows, span
    for source, sheets in found.items():
        if source in issued and (forms[source].about_plans or any(s.table in ASSIGNMENT_TABLES for s in forms[source].sheets)):
            yield Return(source, forms[source], issued[source], rounds.parse(issued[source].round), sheets)
