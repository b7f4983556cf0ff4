"""Percent and the unit of a row: what is percent under another unit, or a fraction under percent, is asked about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from styrxl.model.catalogue import Word
from styrxl.model.findings import Remark
from styrxl.model.forms import Column
from styrxl.returns.batch import Batch
from styrxl.returns.cell_values import fold_text

_UNIT = "unit"  # the field of the column that says in what a row's numbers are
_PERCENT = re.compile(r"%|procent|percent|\bpct\b")
_POINTS = re.compile(r"procentenhet|percentage point")
_SAYS_PERCENT = ("%", "procent", "percent")
_LONGEST = 100  # characters of a unit


def ask_about_percents(batch: Batch, columns: Mapping[str, list[Any]]) -> list[Remark]:
    """Return remarks on a sheet's numbers that its rows' unit speaks against; those of which no one knows the value become None."""
    if _UNIT not in columns and _UNIT not in batch.columns:
        return []
    numbers = [c for c in batch.sheet.columns if c.asked and c.kind == "number" and c.unit is None]
    units = [_kind_of_unit(str(unit)) for unit in batch.columns[_UNIT]]
    remarks = []
    for column in numbers:
        values = columns[column.field]
        for index, (unit, raw, value) in enumerate(zip(units, batch.columns[column.field], values, strict=True)):
            if not isinstance(value, int | float) or not unit:
                continue
            says_percent = isinstance(raw, str) and raw.rstrip().casefold().endswith(_SAYS_PERCENT)
            if says_percent and unit == "other":
                values[index] = None
                remarks.append(_remark(batch, index, column, "ambiguous-value", raw, first=value, second=value / 100))
            elif unit == "percent" and not says_percent and 0 < abs(value) <= 1:
                why = Word("why_fraction", {"value": value, "percent": round(value * 100, 10)})
                remarks.append(_remark(batch, index, column, "unit-suspect", raw, why=why))
    return remarks


@lru_cache(maxsize=10_000)
def _kind_of_unit(unit: str) -> str:
    """Return ``percent``, ``points`` (of percent, of which one may well be meant), ``other``, or '' for none."""
    folded = fold_text(unit[:_LONGEST])
    if not _PERCENT.search(folded):
        return "other" if folded else ""
    return "points" if _POINTS.search(folded) else "percent"


def _remark(batch: Batch, index: int, column: Column, rule: str, raw: Any, **facts: Any) -> Remark:
    return Remark(batch.source[index], batch.sheet.key, batch.row[index], column.field, rule, raw, facts)
