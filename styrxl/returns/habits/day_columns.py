"""Columns of days: each read as what starts or ends then, and the two together where a year was not written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from styrxl.model.findings import Remark
from styrxl.model.forms import Column, Sheet
from styrxl.returns import cell_values
from styrxl.returns.batch import Batch
from styrxl.returns.cell_values import CellValue
from styrxl.returns.habits.days_in_words import LONGEST, Bound, DayWords

DayReader = Callable[[Any], CellValue]


def make_day_reader(sheet: Sheet, column: Column, words: DayWords, year: int | None) -> DayReader:
    """Return the reader of a column of days; ``year``: of days without one, which are no days where it is None.

    Only where something starts or ends is a part of a year a day: its first or its last. What goes on has no day but where the day may
    be left out.
    """
    bound = _find_bound(sheet, column)

    def read(raw: Any) -> CellValue:
        number = cell_values.read_day(raw, year)
        typed = f"{raw:.0f}" if type(raw) in {int, float} else raw  # 2027
        if not number.wrong or not isinstance(typed, str) or len(typed) > LONGEST:
            return number
        if bound and year and not column.required and words.is_ongoing(typed):
            return CellValue(date(year, 1, 1) if bound == "start" else date(year, 12, 31), interpreted=True)
        days = words.read(typed, year, bound)
        if days is None or (days.first != days.last and bound is None):
            return number
        return CellValue(days.last if bound == "end" else days.first, interpreted=True, year_assumed=days.assumed)

    return read


def _find_bound(sheet: Sheet, column: Column) -> Bound | None:
    if any(earlier == column.field for earlier, _ in sheet.order):
        return "start"
    return "end" if any(later == column.field for _, later in sheet.order) else None


def ask_for_years(batch: Batch, columns: Mapping[str, list[Any]], words: DayWords, year: int) -> list[Remark]:
    """Remark on days that come in the wrong order because a year was not written, and take them out of the columns."""
    remarks = []
    for names in batch.sheet.order:
        if all(batch.sheet.column(name).kind == "date" for name in names):
            for index, (start, end) in enumerate(zip(*(columns[name] for name in names), strict=True)):
                if start is not None and end is not None and end < start:
                    remarks += _ask_for_year(batch, columns, index, names, words, year)
    return remarks


def _ask_for_year(
    batch: Batch, columns: Mapping[str, list[Any]], index: int, names: tuple[str, str], words: DayWords, year: int
) -> list[Remark]:
    """Offer the next year for the end, or else the year before for the start, of the two that has no year."""
    for name, years in zip(reversed(names), ((year, year + 1), (year - 1, year)), strict=True):
        raw = batch.columns[name][index]
        first, second = (make_day_reader(batch.sheet, batch.sheet.column(name), words, each)(raw) for each in years)
        if first.year_assumed:
            columns[name][index] = None
            facts = {"first": first.value, "second": second.value}
            return [Remark(batch.source[index], batch.sheet.key, batch.row[index], name, "ambiguous-value", raw, facts)]
    return []
