"""Amounts of a plan against the frames that the council decided.

Finds ``unit-suspect``, ``frame-exceeded``, ``unit-frames-exceeded``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import fsum
from operator import itemgetter

import pandas as pd

from styrxl.model.amounts import ORE, SUSPECT_TIMES
from styrxl.model.catalogue import Word
from styrxl.model.findings import Remark
from styrxl.model.forms import Column, Sheet
from styrxl.model.table_values import column
from styrxl.returns.typed_frames import TypedBatch


def check_frames(parsed: TypedBatch, frames: Mapping[int, Mapping[str, float | None]], granted: Mapping[int, float]) -> list[Remark]:
    """Hold the sum of a sheet's limited column against each owner's frame (source -> frame name -> tkr).

    ``granted``: source -> what a column that is to be spread is to come to; what is left of it counts.
    """
    limit = parsed.batch.sheet.limit
    if limit is None or parsed.frame.empty:
        return []
    limited = parsed.batch.sheet.column(limit.column)
    remarks: list[Remark] = []
    amounts: dict[int, list[float]] = {}
    for source, value in zip(parsed.batch.source, parsed.frame[limit.column].tolist(), strict=True):
        amounts.setdefault(source, []).extend(() if pd.isna(value) else (float(value),))
    for source, left in _find_left_to_spread(parsed, granted):
        amounts[source].append(left)
    for source in sorted(amounts):
        frame = frames.get(source, {}).get(limit.frame)
        if frame is not None:
            remarks += _over(parsed.batch.sheet, source, limited, amounts[source], frame)
    return remarks


def _find_left_to_spread(parsed: TypedBatch, granted: Mapping[int, float]) -> Iterator[tuple[int, float]]:
    """Yield source and what is left to spread (tkr)."""
    spread = parsed.batch.sheet.spread
    values = column(parsed.frame, spread.field) if spread else []
    for source, rows in groupby(zip(parsed.batch.source, values, strict=True) if spread else (), key=itemgetter(0)):
        if source in granted:
            yield source, fsum((granted[source], *(-(value or 0.0) for _, value in rows)))


def _over(sheet: Sheet, source: int, column: Column, values: Sequence[float], frame: float) -> list[Remark]:
    total = fsum(values)
    times = total / frame if frame else 0.0  # below zero where one of them is: then it is no other unit
    if times > SUSPECT_TIMES:
        facts = {"why": Word("why_kronor", {"times": round(times), "frame": frame})}
        return [Remark(source, sheet.key, None, column.field, "unit-suspect", total, facts)]
    if sheet.table == "budget" and 0 < times < 1 / SUSPECT_TIMES:
        facts = {"why": Word("why_million", {"total": total, "frame": frame})}
        return [Remark(source, sheet.key, None, column.field, "unit-suspect", total, facts)]
    if total <= frame + ORE:
        return []
    rule = "unit-frames-exceeded" if sheet.table == "unit_frames" else "frame-exceeded"
    sums = {"total": total, "frame": frame, "excess": round(total - frame, 2)}
    return [Remark(source, sheet.key, None, column.field, rule, total, sums)]
