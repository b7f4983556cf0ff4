"""A return's answers, carried to their places in a fresh workbook: by id, by field, and otherwise by where they stood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from openpyxl.utils import column_index_from_string

from styrxl.excel.cells import CellError
from styrxl.model.findings import Finding
from styrxl.model.forms import Column, Form, Sheet
from styrxl.model.prefill import Prefill
from styrxl.returns.row_ids import locate_closing_row, make_id_key
from styrxl.returns.tables import Table, TablePlace, is_blank, normalise_heading
from styrxl.returns.workbook import ReturnedWorkbook, SheetCells
from styrxl.templates.build import lay_out_workbook, token_values
from styrxl.templates.workbook_context import Answers, WorkbookContext, replace_token

MOST_ROWS = 2_000  # that a fresh sheet is given; what stands further on is told instead


@dataclass(frozen=True, slots=True)
class FreshSheet:
    """A sheet of the fresh workbook: the id of each of its rows ('' where it has none), and how many of them were given beforehand."""

    sheet: Sheet
    ids: Sequence[str]
    given: int


@dataclass(frozen=True, slots=True)
class CarriedRows:
    """Where a table's cells have gone: Excel row -> row of data (None where it found no place), column -> field."""

    place: TablePlace
    rows: Mapping[int, int | None]
    moved: frozenset[int]  # Excel rows that had no id of their own

    def spot(self, cell: str) -> tuple[int | None, str | None]:
        """Return the row of data (None for headings) and the field of a cell; no field where nothing of ours stood."""
        letters = cell.rstrip("0123456789")
        column, row = column_index_from_string(letters), int(cell[len(letters) :])
        if self.place.downwards:
            same = (f for f, at in self.place.downwards.items() if at == row and self.place.columns[f] == column)
            return 0, next(same, None)
        name = next((f for f, at in self.place.columns.items() if at == column), None)
        if row == self.place.heading_row:
            return None, name
        return self.rows.get(row, row - self.place.heading_row - 1), name

    def lost(self, cell: str) -> bool:
        """Whether a cell stood on a row that found no place."""
        row = int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        return row in self.rows and self.rows[row] is None


@dataclass(frozen=True, slots=True)
class CarriedAnswers:
    """Answers in their new places; ``room``: rows that sheets need beyond those they have."""

    answers: Answers
    lines: Mapping[str, CarriedRows]  # by the sheet's name in the return
    room: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadReturn:
    """A return, located and judged.

    ``formulas``: sheet and cell -> the text of a formula that has no value. ``understood``: sheet and cell -> what is to stand in place
    of what was written.
    """

    returned: ReturnedWorkbook
    tables: tuple[Table, ...]
    findings: tuple[Finding, ...]
    formulas: Mapping[tuple[str, str], str] = field(default_factory=dict)
    understood: Mapping[tuple[str, str], Any] = field(default_factory=dict)


def list_fresh_sheets(context: WorkbookContext, prefill: Prefill) -> dict[str, FreshSheet]:
    """Return the sheets of an owner's workbook as issued, by key: which rows they have."""
    made, stamps = {}, token_values(prefill, context)
    for layout in context.layouts.values():
        sheet, column = layout.sheet, layout.sheet.id_column
        ids = [replace_token(row[column.field], stamps) if column else "" for row in context.issued[sheet.key]]
        made[sheet.key] = FreshSheet(sheet, ids, len(prefill.rows.get(sheet.key, ())) + layout.closes)
    return made


def carry_answers(source: ReadReturn, form: Form, context: WorkbookContext, prefill: Prefill) -> tuple[WorkbookContext, CarriedAnswers]:
    """Carry a return's answers over to an owner's workbook as issued; return it with the rows that they need, and where they have gone.

    Texts stay texts and numbers numbers; a formula is the value that it had.
    """
    carried = _carry_tables(source, list_fresh_sheets(context, prefill))
    if not carried.room:
        return context, carried
    context = lay_out_workbook(add_rows(form, carried.room), prefill)
    return context, _carry_tables(source, list_fresh_sheets(context, prefill))


def _carry_tables(source: ReadReturn, fresh: Mapping[str, FreshSheet]) -> CarriedAnswers:
    raw = {sheet.name: sheet for sheet in source.returned.sheets}
    answers: dict[str, dict[int, dict[str, Any]]] = {}
    lines: dict[str, CarriedRows] = {}
    room: dict[str, int] = {}
    for table in source.tables:
        target = fresh[table.sheet.key]
        rows, needed = _place_rows(table, target)
        if needed > len(target.ids):
            room[table.sheet.key] = needed
        moved = frozenset(_rows_without_id(table, target)) if table.sheet.id_column else frozenset[int]()
        lines[table.place.sheet] = CarriedRows(table.place, rows, moved)
        doubles = _values_under_second_headings(table, raw[table.place.sheet], source.findings)
        answers[table.sheet.key] = {**_clear_rows(table, target, rows), **_carry_table(table, target, rows, doubles, source)}
    return CarriedAnswers(answers, lines, room)


def _place_rows(table: Table, fresh: FreshSheet) -> tuple[dict[int, int | None], int]:
    """Return where each begun row goes, and how many rows that takes."""
    if table.place.downwards:
        return dict.fromkeys(table.rows, 0), 1
    if table.sheet.id_column:
        return _place_rows_by_id(table, fresh)
    offsets = {row: row - table.place.heading_row - 1 for row in table.rows}
    if max(offsets.values(), default=0) >= len(fresh.ids):  # closer together, then
        offsets = {row: index for index, row in enumerate(table.rows)}
    most = max(MOST_ROWS, len(fresh.ids))
    return {row: index if index < most else None for row, index in offsets.items()}, min(most, max(offsets.values(), default=-1) + 1)


def _place_rows_by_id(table: Table, fresh: FreshSheet) -> tuple[dict[int, int | None], int]:
    owned = _rows_by_id(table, fresh)
    last = max(owned.values(), default=-1)
    taken = set(owned.values())
    # A row that was filled in beforehand is about something of its own, and never free.
    free = [index for index in range(fresh.given, len(fresh.ids)) if index not in taken]
    free.sort(key=lambda index: (index < last, index))
    left = iter(free)
    rows: dict[int, int | None] = dict(owned)
    rows.update({row: next(left, None) for row in table.rows if row not in owned})
    return rows, len(fresh.ids)


def _rows_without_id(table: Table, fresh: FreshSheet) -> set[int]:
    return set(table.rows) - _rows_by_id(table, fresh).keys()


def _rows_by_id(table: Table, fresh: FreshSheet) -> dict[int, int]:
    """Return the rows of data that rows have by their ids; of several with one id the first."""
    places = {make_id_key(text, named=table.sheet.named): index for index, text in enumerate(fresh.ids)}
    found: dict[int, int] = {}
    typed = dict(table.ids)
    for row in table.rows:
        key = make_id_key(typed.get(row), named=table.sheet.named)
        index = places.get(key)
        if index is not None and index not in found.values():
            found[row] = index
    return found


SecondValues = Mapping[str, Mapping[int, Any]]  # field -> Excel row -> what stands under the same heading elsewhere


def _carry_table(
    table: Table, fresh: FreshSheet, rows: Mapping[int, int | None], doubles: SecondValues, source: ReadReturn
) -> dict[int, dict[str, Any]]:
    """Return a table's answers by row of data and field; those of rows without a place are left behind."""
    found: dict[int, dict[str, Any]] = {}
    closing = locate_closing_row(table)
    for column in (c for c in fresh.sheet.columns if c.asked and c.field in table.columns):
        second = doubles.get(column.field, {})
        for row, value in zip(table.rows, _answer_values(table, column, source), strict=True):
            index = rows[row]
            if index is not None and (row != closing or column.closing == "asked"):
                found.setdefault(index, {})[column.field] = second.get(row, "") if is_blank(value) else value
    return found


def _clear_rows(table: Table, fresh: FreshSheet, rows: Mapping[int, int | None]) -> dict[int, dict[str, Any]]:
    """Return nothing as the answers of rows that were given to go on with and that the return has, cleared: they stay so."""
    if table.sheet.prefilled or not fresh.given or not table.sheet.id_column:
        return {}
    named = table.sheet.named
    there = {make_id_key(typed, named=named) for _, typed in table.ids}
    given = {index: make_id_key(fresh.ids[index], named=named) for index in range(fresh.given)}
    nothing = {column.field: "" for column in fresh.sheet.columns if column.asked and column.field in table.columns}
    return {index: nothing for index, key in given.items() if key in there and index not in rows.values()}


def _answer_values(table: Table, column: Column, source: ReadReturn) -> Iterator[Any]:
    for row, value in zip(table.rows, table.columns[column.field], strict=True):
        spot = (table.place.sheet, table.place.cell(column.field, row) or "")
        mark = table.marks.get((column.field, table.place.downwards.get(column.field, row)))
        if mark == "":
            yield source.formulas.get(spot, value)
        else:
            yield CellError(mark) if mark else source.understood.get(spot, value)


def _values_under_second_headings(table: Table, raw: SheetCells, findings: Sequence[Finding]) -> SecondValues:
    """Return what stands under a heading that stands twice, in the columns that were not read."""
    found: dict[str, dict[int, Any]] = {}
    for double in (f for f in findings if f.rule == "duplicate-column" and f.sheet == raw.name and f.cell):
        name = find_field(table.sheet, double.column)
        if name is None or double.cell is None:
            continue
        letters = double.cell.rstrip("0123456789")
        column, row = column_index_from_string(letters), int(double.cell[len(letters) :])
        here = found.setdefault(name, {})
        if table.place.downwards:
            cells = [(table.rows[0], row, column + 1)]
        else:
            cells = [(line, line, column) for line in range(row + 1, raw.top + len(raw.rows) + 1)]
        for line, at, across in cells:
            here.setdefault(line, raw_value(raw, at, across))
    return found


def find_field(sheet: Sheet, heading: str | None) -> str | None:
    """Return the field that a heading, in any language, stands for."""
    name = normalise_heading(heading or "")
    return next((c.field for c in sheet.columns if name in {normalise_heading(text) for text in (*c.heading.values(), *c.also)}), None)


def raw_value(raw: SheetCells, row: int, column: int) -> Any:
    """Return a cell's value by its Excel row and column (1 = A); '' outside what is used."""
    line = raw.rows[row - 1 - raw.top] if 0 <= row - 1 - raw.top < len(raw.rows) else []
    return line[column - 1 - raw.left] if 0 <= column - 1 - raw.left < len(line) else ""


def add_rows(form: Form, room: Mapping[str, int]) -> Form:
    """Return the form with more rows on some sheets."""
    return replace(form, sheets=tuple(replace(s, rows=max(s.rows, room.get(s.key, 0))) for s in form.sheets))
