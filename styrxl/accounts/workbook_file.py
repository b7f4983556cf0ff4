"""Exports that are workbooks, read with the guards that returns are read with; what stops a return stops them too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from styrxl.accounts.grid import BadCell, ExportRefusedError, Grid
from styrxl.model.catalogue import Word
from styrxl.model.column_letters import column_number
from styrxl.model.findings import Finding, message
from styrxl.model.forms import LANGUAGES
from styrxl.model.limits import Limits
from styrxl.returns.cell_values import fold_text
from styrxl.returns.isolated import IsolatedReader
from styrxl.returns.workbook import ReturnedWorkbook, SheetCells

_NO_VALUE = "=…"  # what a formula without a value is shown as


def read_workbook_file(data: bytes, limits: Limits, sheet: str) -> Iterator[Grid]:
    """Yield the visible sheets of a workbook, or the one that is asked for; raises ExportRefusedError."""
    with IsolatedReader(limits) as reader:
        workbook, findings = reader.read(data)
    stopping = next((found for found in findings if found.severity == "error"), None)
    if workbook is None or stopping is not None:
        assert stopping is not None
        raise ExportRefusedError(Word("export_refused", {"why": _say(stopping)}))
    yield from map(_make_grid, _choose_sheets(workbook, sheet))


def _say(found: Finding) -> Mapping[str, str]:
    return {language: message(found, language) for language in LANGUAGES}


def _choose_sheets(workbook: ReturnedWorkbook, wanted: str) -> list[SheetCells]:
    if not wanted:
        return [sheet for sheet in workbook.sheets if not sheet.hidden]
    named = [sheet for sheet in workbook.sheets if fold_text(sheet.name) == fold_text(wanted)]
    if not named:
        raise ExportRefusedError(Word("export_no_sheet", {"sheet": wanted, "there": [sheet.name for sheet in workbook.sheets]}))
    return named


def _make_grid(sheet: SheetCells) -> Grid:
    rows = [list(row) for row in sheet.rows]
    for cell, shows in {**dict.fromkeys(sheet.marks.uncalculated, _NO_VALUE), **sheet.marks.errors}.items():
        letters = cell.rstrip("0123456789")
        row, column = int(cell[len(letters) :]) - 1 - sheet.top, column_number(letters) - 1 - sheet.left
        if 0 <= row < len(rows) and column >= 0:
            rows[row] += [""] * (column + 1 - len(rows[row]))
            rows[row][column] = BadCell(shows)
    return Grid(sheet.name, [(sheet.top + number, row) for number, row in enumerate(rows, 1)], is_sheet=True)
