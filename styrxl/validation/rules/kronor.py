"""Amounts of a sheet that were written in kronor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from styrxl.model.catalogue import Word
from styrxl.model.findings import Remark
from styrxl.returns.tables import Table

# What is said of sums and of the rows of such a sheet follows from that.
_FOLLOWS = frozenset(
    {
        "frame-exceeded",
        "unit-frames-exceeded",
        "deficit-despite-confirmation",
        "deficit-beyond-measures",
        "board-deficit-unexplained",
        "forecast-equals-budget",
        "outcome-fell",
        "outcome-above-forecast",
        "outcome-far-from-forecast",
        "investment-over-total",
    }
)


def explain_by_kronor(remarks: Sequence[Remark], table: Table) -> list[Remark]:
    """Return a sheet's remarks, where its amounts are in kronor with one on that: an error where they are larger than any amount."""
    money = {c.field: n for n, c in enumerate(table.sheet.columns) if c.unit}
    too_large = [r for r in remarks if r.rule == "out-of-range" and r.field in money and _key(r, "range") == "at_most"]
    suspect = [r for r in remarks if r.rule == "unit-suspect" and _key(r, "why") == "why_kronor"]
    if len(too_large) < 2 and not suspect:
        return [*remarks]
    ordered = sorted(too_large or suspect, key=lambda r: (r.row or 0, money.get(r.field or "", 0)))
    hint = {"hint": Word("hint_kronor", {"n": len(too_large)})} if len(too_large) > 1 else {}
    told = replace(ordered[0], facts={**ordered[0].facts, **hint})
    explained = {id(remark) for remark in (*too_large, *suspect)}
    return [told, *(r for r in remarks if r.rule not in _FOLLOWS and id(r) not in explained)]


def _key(remark: Remark, fact: str) -> str:
    word = remark.facts.get(fact)
    return word.key if isinstance(word, Word) else ""
