"""A table as its sheet shows it: numbers, dates and merged cells as people see them, and remarks on what they do not see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from styrxl.model.catalogue import Word
from styrxl.model.column_letters import column_letter
from styrxl.model.findings import Finding, Remark, finding
from styrxl.model.forms import Column
from styrxl.returns.shown.appearance import Appearance, SeenRows, split_address
from styrxl.returns.tables import Table, is_blank

_SERIALS_1904 = range(35064, 71953)  # 2000-01-01 to 2100-12-31, counted from 1904
_DAY_0 = date(1904, 1, 1)
_TKR = 1000
_LOWEST_OF_KRONOR = 100  # tkr

Spot = tuple[str, int]  # field, Excel row (of a sheet laid out downwards the table's only one)


@dataclass(frozen=True, slots=True)
class _Answers:
    """The cells of a table in which its owner answers."""

    table: Table
    fields: Mapping[int, Column]  # column of the sheet, 1 = A -> column of the table

    def spot(self, cell: str) -> Spot | None:
        """Return the field and row that a cell is the answer for; None where it is none."""
        row, number = split_address(cell)
        downwards = self.table.place.downwards
        if downwards:
            found = (name for name, at in downwards.items() if at == row and self.table.place.columns[name] == number)
            name = next((name for name in found if self.table.sheet.column(name).asked), None)
            return (name, self.table.rows[0]) if name else None
        column = self.fields.get(number)
        return (column.field, row) if column and row > self.table.place.heading_row else None

    def value(self, spot: Spot) -> Any:
        """Return the answer at a spot; '' on a row that is not begun."""
        name, row = spot
        return self.table.columns[name][self.table.rows.index(row)] if row in self.table.rows else ""


def show_table(raw: SeenRows, table: Table) -> Table:
    """Return a table, located on a sheet that was seen, as the sheet shows it, with remarks on what is not as it seems."""
    seen = raw.appearance
    if not (seen.scaled or seen.unsigned or seen.unseen or seen.struck or seen.merged or seen.from_1904):
        return table
    asked = (c for c in table.sheet.columns if c.asked and c.field in table.place.columns)
    answers = _Answers(table, {table.place.columns[c.field]: c for c in asked})
    changes, remarks = _read_merges(raw, answers)
    if seen.from_1904:
        days = dict(_find_days_from_1904(answers))
        remarks += [_remark(answers, spot, "interpreted-value", answers.value(spot), read=day) for spot, day in days.items()]
        changes |= days
    remarks += [*_remark_numbers(seen, answers), *_remark_unseen(seen, answers), *_remark_struck(seen, answers)]
    return replace(table, columns=_change(table, changes) if changes else table.columns, remarks=tuple(remarks))


def find_notes(sheet: str, seen: Appearance, own: tuple[str, ...]) -> Iterator[Finding]:
    """Yield the notes on a sheet; ``own``: the words with which those begin that styrxl wrote."""
    for cell, text in seen.notes.items():
        if not text.startswith(own):
            yield finding("cell-note", sheet=sheet, cell=cell, value=text)


def _remark(answers: _Answers, spot: Spot, rule: str, value: Any, **facts: Any) -> Remark:
    return Remark(0, answers.table.sheet.key, spot[1], spot[0], rule, value, facts)


def _change(table: Table, changes: Mapping[Spot, Any]) -> Mapping[str, list[Any]]:
    """Return a table's columns with other values at some spots."""
    columns = {name: list(values) for name, values in table.columns.items()}
    for (name, row), value in changes.items():
        columns[name][table.rows.index(row)] = value
    return columns


def _remark_numbers(seen: Appearance, answers: _Answers) -> Iterator[Remark]:
    """Yield remarks on numbers that show as others: in thousands, or without their sign."""
    for cell, number in seen.scaled.items():
        if spot := answers.spot(cell):
            shown = answers.value(spot)
            money = answers.table.sheet.column(spot[0]).unit is not None
            if shown == "":
                continue
            if money and _is_kronor_in_thousands(number, shown):
                yield _remark(answers, spot, "interpreted-value", number, read=shown)
            else:
                in_millions = money and abs(number) > abs(shown) * _TKR * _TKR / 2
                yield _remark(answers, spot, "ambiguous-value", number, first=shown, second=number / _TKR if in_millions else number)
    for cell in sorted(seen.unsigned):
        if (spot := answers.spot(cell)) and isinstance(number := answers.value(spot), float | int):
            yield _remark(answers, spot, "ambiguous-value", abs(number), first=abs(number), second=number)


def _is_kronor_in_thousands(number: float, shown: float) -> bool:
    """Whether a number shows in thousands and is so high that it must be in kronor: thousands may show in millions as well."""
    return abs(shown * _TKR - number) <= abs(number) * 1e-9 and abs(shown) >= _LOWEST_OF_KRONOR


def _remark_unseen(seen: Appearance, answers: _Answers) -> Iterator[Remark]:
    """Yield one remark on the answers that do not show, at the first of them."""
    cells = [c for c in sorted(seen.unseen, key=split_address) if (spot := answers.spot(c)) and not is_blank(answers.value(spot))]
    if cells and (spot := answers.spot(cells[0])):
        yield _remark(answers, spot, "hidden-data", None, what=Word("hidden_cells", {"list": cells}))


def _remark_struck(seen: Appearance, answers: _Answers) -> Iterator[Remark]:
    """Yield one remark a row on what is crossed out in it."""
    rows: dict[int, list[str]] = {}
    for cell in sorted(seen.struck, key=split_address):
        if (spot := answers.spot(cell)) and not is_blank(answers.value(spot)):
            rows.setdefault(split_address(cell)[0], []).append(cell)
    for cells in rows.values():
        spot = answers.spot(cells[0])
        assert spot is not None
        yield _remark(answers, spot, "crossed-out", answers.value(spot), cells=cells)


def _read_merges(raw: SeenRows, answers: _Answers) -> tuple[dict[Spot, Any], list[Remark]]:
    """Return the answers of cells that a merged one covers, and remarks on merged cells; what lies under one is asked about."""
    naming = next((c.field for c in answers.table.sheet.columns if c.asked), None)
    begun = frozenset(answers.table.rows)
    changes: dict[Spot, Any] = {}
    remarks = []
    for range_, covered in _find_covered(raw, answers):
        first = range_.partition(":")[0]
        shown = _value_at(raw, first)
        for cell, spot in covered:
            hidden = _value_at(raw, cell)
            above = answers.spot(first)
            together = above is not None and above[0] == spot[0]
            spread = answers.table.sheet.column(spot[0]).kind != "number" and spot[0] != naming
            if not is_blank(hidden) and not (together and spread and hidden == shown):
                remarks.append(_remark(answers, spot, "merged-cells", shown, cells=range_, why=Word("why_covered", {"hidden": hidden})))
            elif together and not is_blank(shown) and spot[1] in begun and spread:
                changes[spot] = shown
                remarks.append(_remark(answers, spot, "merged-answer", shown, cells=range_))
            elif together and not is_blank(shown) and spot[1] in begun:
                remarks.append(_remark(answers, spot, "merged-cells", shown, cells=range_, why=Word("why_merged")))
    return changes, remarks


def _find_covered(raw: SeenRows, answers: _Answers) -> Iterator[tuple[str, list[tuple[str, Spot]]]]:
    """Yield each merged range with those of its cells but the first in which the owner answers."""
    last_row, last_column = raw.top + len(raw.rows), max(answers.table.place.columns.values(), default=0)
    for range_ in raw.appearance.merged:
        first, _, last = range_.partition(":")
        (top, left), (bottom, right) = split_address(first), split_address(last)
        cells = (
            f"{column_letter(column)}{row}"
            for row in range(top, min(bottom, last_row) + 1)
            for column in range(left, min(right, last_column) + 1)
        )
        yield range_, [(cell, spot) for cell in cells if cell != first and (spot := answers.spot(cell))]


def _value_at(raw: SeenRows, cell: str) -> Any:
    row, column = split_address(cell)
    line = raw.rows[row - 1 - raw.top] if 0 <= row - 1 - raw.top < len(raw.rows) else []
    return line[column - 1 - raw.left] if 0 <= column - 1 - raw.left < len(line) else ""


def _find_days_from_1904(answers: _Answers) -> Iterator[tuple[Spot, date]]:
    """Yield the days that stand as plain numbers in columns of dates."""
    table = answers.table
    for column in answers.fields.values():
        for row, value in zip(table.rows, table.columns[column.field], strict=True) if column.kind == "date" else ():
            if isinstance(value, int | float) and not isinstance(value, bool) and int(value) in _SERIALS_1904:
                yield (column.field, row), _DAY_0 + timedelta(days=int(value))
