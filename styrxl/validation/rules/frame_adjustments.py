"""The council's changes of frames that only move money: what one board gets another gives up.

Finds ``adjustments-unbalanced``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from styrxl.model.amounts import ORE, add_amounts
from styrxl.model.council_plan import BALANCED_KINDS
from styrxl.model.findings import Remark
from styrxl.returns.typed_frames import TypedBatch

_AMOUNTS = ("operating", "investment")


def check_adjustments(part: TypedBatch) -> Iterator[Remark]:
    """Yield a remark for each decision that moves money between frames and does not come to zero, at its first amount."""
    if "kind" not in part.frame or part.cells_with_errors:  # what the sums are will be known when those are mended
        return
    for (_, kind, _, _, year), rows in _group_by_decision(part).items():
        for field in _AMOUNTS:
            amounts = {at: float(value) for at in rows if not pd.isna(value := part.frame[field].iloc[at])}
            total = add_amounts(amounts.values())
            if abs(total) > ORE:
                yield _remark(part, field, rows, next(iter(amounts)), kind, int(year), total)


def _group_by_decision(part: TypedBatch) -> dict[tuple[Any, ...], list[int]]:
    """Return the places of the rows that belong together: of one plan, kind, decision, day and year."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    columns = (part.frame[name].tolist() for name in ("kind", "decision", "date", "year"))
    for at, (kind, decision, day, year) in enumerate(zip(*columns, strict=True)):
        if kind in BALANCED_KINDS and not pd.isna(year):
            text = " ".join(decision.split()).casefold() if isinstance(decision, str) else ""
            groups.setdefault((part.batch.source[at], kind, text, None if pd.isna(day) else day, year), []).append(at)
    return groups


def _remark(part: TypedBatch, field: str, rows: list[int], at: int, kind: str, year: int, total: float) -> Remark:
    batch = part.batch
    facts = {
        "kind": batch.form.lists["adjustment_kind"][kind],
        "decision": part.frame["decision"].iloc[at],
        "total": total,
        "year": str(year),
        "rows": [str(batch.row[n]) for n in rows],
    }
    return Remark(batch.source[at], batch.sheet.key, batch.row[at], field, "adjustments-unbalanced", batch.columns[field][at], facts)
