"""A filled return, opened so that faults can be made in it: where its answers are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from styrxl.model.forms import Form
from styrxl.model.naming.sheet_names import IDENTITY_SHEET
from styrxl.sample.opened import AnswerSheet, list_values, open_sheets, open_workbook


class NotHereError(Exception):
    """A fault for which this form, or this return, has no place."""


@dataclass(frozen=True, slots=True)
class OpenReturn:
    """A filled return, opened to be changed; ``places`` and ``values`` are as they were when it was opened."""

    book: Workbook
    form: Form
    language: str
    values: Mapping[str, list[list[Any]]]
    places: Mapping[str, AnswerSheet]

    def grid(self, key: str) -> AnswerSheet:
        """Return where a sheet has its answers; NotHereError if the form has no such sheet."""
        if key not in self.places:
            raise NotHereError(key)
        return self.places[key]

    def sheet(self, key: str) -> Worksheet:
        """Return a sheet by its key."""
        sheet = self.book[self.grid(key).title]
        if not isinstance(sheet, Worksheet):
            raise NotHereError(key)
        return sheet

    def at(self, key: str, row: int, column: int) -> Cell:
        """Return a cell of a sheet."""
        cell = self.sheet(key).cell(row, column)
        if not isinstance(cell, Cell):
            raise NotHereError(f"{key}, row {row}, column {column}")
        return cell

    def cell(self, key: str, field: str, index: int = 0) -> Cell:
        """Return the cell of a field in a row of data (counted from 0)."""
        return self.at(key, *self.grid(key).place(field, index))

    def answer(self, key: str, field: str) -> Cell:
        """Return the cell of a field on the first row with answers; NotHereError where there is none."""
        grid = self.grid(key)
        rows = [0] if grid.downwards else grid.filled()
        if field not in grid.columns or not rows:
            raise NotHereError(f"{key}.{field}")
        return self.cell(key, field, rows[0])

    def first_of(self, *wanted: tuple[str, str]) -> Cell:
        """Return the first answer that this return has among (sheet key, field) pairs."""
        for key, field in wanted:
            try:
                return self.answer(key, field)
            except NotHereError:
                continue
        raise NotHereError(str(wanted))

    def heading(self, key: str, field: str) -> Cell:
        """Return the cell of a field's heading."""
        grid = self.grid(key)
        return self.at(key, grid.heading_row, grid.columns[field])

    def identity(self, name: str) -> Cell:
        """Return the cell of a fact about whose workbook it is, on the hidden sheet."""
        for row in self.book[IDENTITY_SHEET].iter_rows(max_col=2):
            cell = row[1]
            if row[0].value == name and isinstance(cell, Cell):
                return cell
        raise NotHereError(name)

    @property
    def year(self) -> int:
        """The year of the round that the workbook was issued for."""
        return int(str(self.identity("round").value)[:4])

    def word(self, name: str, code: str) -> str:
        """Return a choice in the workbook's language."""
        return str(self.form.lists[name][code][self.language])


def open_return(data: bytes, form: Form, language: str) -> OpenReturn:
    """Return a filled workbook, opened."""
    book = open_workbook(data)
    return OpenReturn(book, form, language, list_values(book), open_sheets(book, form))
