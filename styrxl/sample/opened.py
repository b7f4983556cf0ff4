"""Where a filled workbook has its answers: found by its headings, to be looked up, or to be changed as somebody does in Excel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineSheet, CalamineWorkbook

from styrxl.excel.archive import zip_parts
from styrxl.excel.beyond_libraries import fix_times
from styrxl.model.forms import Form, Sheet
from styrxl.model.naming.sheet_names import LISTS_SHEET
from styrxl.returns.tables import normalise_heading, split_heading
from styrxl.sample.fill import DoesNotFitError
from styrxl.templates.drop_downs import find_text_field, make_entry
from styrxl.templates.save_parts import save_parts

_SEARCHED = 60  # rows from the top of a sheet in which headings are looked for


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """Where a sheet of a form has its answers: field -> column, and the Excel rows of data (or field -> row)."""

    spec: Sheet
    title: str
    values: Sequence[Sequence[Any]]  # from A1
    columns: Mapping[str, int]
    heading_row: int
    rows: tuple[int, ...]
    downwards: Mapping[str, int]
    sheet: Worksheet | None = None  # where the workbook is opened to be written in

    def cell(self, field: str, index: int = 0) -> Cell:
        """Return the cell of a field in a row of data (counted from 0) of an opened workbook; DoesNotFitError if there is none."""
        found = self.sheet.cell(*self.place(field, index)) if self.sheet is not None else None
        if not isinstance(found, Cell):
            raise DoesNotFitError(f"{self.title}: no cell of its own for {field}, row {index + 1}")
        return found

    def place(self, field: str, index: int = 0) -> tuple[int, int]:
        """Return row and column of a field in a row of data (counted from 0); DoesNotFitError if there is none."""
        column = self.columns.get(field)
        row = self.downwards.get(field) or self._row(index)
        if column is None or row is None:
            raise DoesNotFitError(f"{self.title}: no place for {field}, row {index + 1}")
        return row, column

    def _row(self, index: int) -> int | None:
        if self.spec.id_column:
            return self.rows[index] if index < len(self.rows) else None
        return self.heading_row + 1 + index

    def value(self, field: str, index: int = 0) -> Any:
        """Return what stands in a field's cell, or None."""
        row, column = self.place(field, index)
        here = self.values[row - 1] if row <= len(self.values) else ()
        found = here[column - 1] if column <= len(here) else None
        return None if found == "" else found

    def filled(self) -> list[int]:
        """Return the rows of data (counted from 0) in which an answer stands."""
        asked = [c.field for c in self.spec.columns if c.asked and not c.locked_when_given and c.field in self.columns]
        if self.downwards:
            return [0] if any(self.value(name) is not None for name in asked) else []
        across = [self.columns[name] - 1 for name in asked]
        rows = self.rows if self.spec.id_column else range(self.heading_row + 1, len(self.values) + 1)
        lines = ((index, self.values[row - 1]) for index, row in enumerate(rows))
        return [index for index, line in lines if any(at < len(line) and line[at] not in {"", None} for at in across)]


def open_workbook(data: bytes) -> Workbook:
    """Return a workbook's bytes as openpyxl has them."""
    return load_workbook(BytesIO(data))


def save_workbook(book: Workbook) -> bytes:
    """Return a workbook as bytes, the same ones each time."""
    return zip_parts(fix_times(save_parts(book)))


def write_text(cell: Cell, text: str) -> None:
    """Write text that stays text, whatever it begins with."""
    cell.value = text
    cell.data_type = "s"


def list_values(book: Workbook) -> dict[str, list[list[Any]]]:
    """Return what stands in an opened workbook: sheet name -> values from A1."""
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def locate_answers(data: bytes, form: Form) -> dict[str, AnswerSheet]:
    """Return where a form's answers are in a workbook's bytes, by sheet key."""
    return locate_sheets(read_values(data), form)


def open_sheets(book: Workbook, form: Form) -> dict[str, AnswerSheet]:
    """Return where a form's answers are in an opened workbook, by sheet key."""
    return {key: replace(grid, sheet=book[grid.title]) for key, grid in locate_sheets(list_values(book), form).items()}


def locate_sheets(sheets: Mapping[str, Sequence[Sequence[Any]]], form: Form) -> dict[str, AnswerSheet]:
    """Return where a form's answers are, by sheet key; ``sheets``: name -> values from A1. Sheets are found by name in any language."""
    titles = {normalise_heading(title): title for title in sheets}
    found = {}
    for spec in form.sheets:
        title = next((titles[normalise_heading(name)] for name in spec.name.values() if normalise_heading(name) in titles), None)
        if title is not None:
            found[spec.key] = (_locate_downwards if spec.layout == "down" else _locate_across)(spec, title, sheets[title])
    return found


def find_entries(sheets: Mapping[str, Sequence[Sequence[Any]]], places: Mapping[str, AnswerSheet]) -> dict[str, str]:
    """Return what drop-downs offer, by id: what stands in the hidden lists, and the workbook's own rows."""
    found = {}
    for row in sheets.get(LISTS_SHEET, ()):
        texts = (text for text in row if isinstance(text, str) and " " in text and not text.startswith("="))
        found.update({text.split(" ", 1)[0]: text for text in texts})
    for grid in places.values():
        if grid.spec.layout == "rows" and len(grid.columns) > 1:
            first, text = grid.spec.columns[0].field, find_text_field(grid.spec)
            for index in grid.filled():
                code, said = grid.value(first, index), grid.value(text, index)
                if isinstance(code, str) and isinstance(said, str):
                    found.setdefault(code, make_entry(code, said))
    return found


def read_values(data: bytes) -> dict[str, list[list[Any]]]:
    """Return the values of each sheet of a workbook, from A1 on."""
    with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
        return {name: _from_a1(book.get_sheet_by_name(name)) for name in book.sheet_names}


def _from_a1(sheet: CalamineSheet) -> list[list[Any]]:
    top, left = sheet.start or (0, 0)
    return [[] for _ in range(top)] + [[""] * left + row for row in sheet.to_python()]


def _locate_across(spec: Sheet, title: str, values: Sequence[Sequence[Any]]) -> AnswerSheet:
    headings = _fields_by_heading(spec)
    best: tuple[int, dict[str, int]] = (0, {})
    for number, row in enumerate(values[:_SEARCHED], 1):
        columns: dict[str, int] = {}
        for column, text in enumerate(row, 1):
            if isinstance(text, str) and (field := headings.get(_name_in_heading(text))):
                columns.setdefault(field, column)
        if len(columns) > len(best[1]):
            best = number, columns
    return AnswerSheet(spec, title, values, best[1], best[0], tuple(_rows_with_ids(spec, values, *best)), {})


def _rows_with_ids(spec: Sheet, values: Sequence[Sequence[Any]], heading_row: int, columns: Mapping[str, int]) -> Iterator[int]:
    column = columns.get(spec.id_column.field) if spec.id_column else None
    if column is not None:
        below = enumerate(values[heading_row:], heading_row + 1)
        yield from (number for number, row in below if len(row) >= column and row[column - 1] not in {"", None})


def _locate_downwards(spec: Sheet, title: str, values: Sequence[Sequence[Any]]) -> AnswerSheet:
    labels = _fields_by_heading(spec)
    rows: dict[str, int] = {}
    columns: dict[str, int] = {}
    for number, row in enumerate(values[:_SEARCHED], 1):
        for column, text in enumerate(row, 1):
            field = labels.get(_name_in_heading(text)) if isinstance(text, str) else None
            # A sheet's title may be the same word as one of its labels.
            if field and (field not in rows or (rows[field] == 1 and normalise_heading(str(text)) == normalise_heading(title))):
                rows[field], columns[field] = number, column + 1
    return AnswerSheet(spec, title, values, columns, min(rows.values(), default=0), (), rows)


def _name_in_heading(text: str) -> str:
    return normalise_heading(split_heading(text)[0])


def _fields_by_heading(spec: Sheet) -> dict[str, str]:
    return {normalise_heading(text): c.field for c in spec.columns for text in (*c.heading.values(), *c.also)}
