"""Taxes, grants, net financial items and internal items that the finance administration has filled in.

Finds ``unit-suspect``.
"""

from __future__ import annotations

from collections.abc import Iterator

from styrxl.model.amounts import SUSPECT_TIMES
from styrxl.model.catalogue import Word
from styrxl.model.findings import Remark
from styrxl.prefill.financing import BUDGETED, FOLLOWED, INTERNAL, TAX, find_item
from styrxl.validation.one_return import AnsweredRow, OtherReturns, Return, Rule

_TYPED = {BUDGETED: ("budget",), FOLLOWED: ("outcome", "forecast")}
_NEVER_BELOW_ZERO = (TAX, INTERNAL)  # grants may be, where the municipality pays for equalisation


def find_odd_amounts(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find amounts with the sign that accounts write revenue with, and those that are a hundred times their budget."""
    for key, names in _TYPED.items():
        for row in return_.rows(key):
            for name in names:
                if why := _find_why(return_, row, row.answers[name]):
                    yield return_.remark(key, row.number, name, "unit-suspect", row.answers[name], why=why)


def _find_why(return_: Return, row: AnsweredRow, amount: float | None) -> Word | None:
    if (amount or 0.0) < 0 and find_item(row.answers["item"], return_.form.words) in _NEVER_BELOW_ZERO:
        return Word("why_below_zero")
    budget = row.issued.get("budget")
    if amount and budget and abs(amount) > SUSPECT_TIMES * abs(budget):
        return Word("why_kronor_budget", {"times": round(abs(amount / budget)), "budget": budget})
    return None


RULES: tuple[Rule, ...] = (find_odd_amounts,)
