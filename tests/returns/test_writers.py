"""The same answers, whichever program wrote them and however it spelled them, are the same values and findings."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import xlsxwriter

import office as libreoffice
from long_runs import long_run
from mutants import base_of, with_cell
from respelling import respell, with_large_directory
from styrxl.model.column_letters import column_number
from styrxl.returns.read import ReturnReader
from styrxl.returns.workbook import read_workbook
from town import Town

SPELLINGS = long_run(12, 2_000)
OFFICE_SPELLINGS = long_run(3, 200)
HIDDEN_ROW = 10  # of the budget
TOLD = {"partly-checked", "unknown-sheet"}  # of a format, and of sheets that are not hidden in every one

Result = tuple[Any, ...]


@pytest.fixture(scope="module")
def answered(shared_full: Town) -> bytes:
    """Return a board's workbook as openpyxl writes it: with an error, a formula that failed nowhere, and a hidden row."""
    base = base_of("UBN", shared_full.filled("UBN"), shared_full.form("UBN"), shared_full.forms, "sv")
    part = base.sheet_parts["Budget"]
    xml = with_cell(base.parts[part], 9, 2, ' t="e"><f>1/0</f><v>#DIV/0!</v>')
    assert xml.count(b'<row r="%d"' % HIDDEN_ROW) == 1
    return base.packed({part: xml.replace(b'<row r="%d"' % HIDDEN_ROW, b'<row r="%d" hidden="1"' % HIDDEN_ROW)})


@pytest.fixture(scope="module")
def read(shared_full: Town) -> Iterator[Callable[[bytes], Result]]:
    """Return what gives what was read of a workbook: identity, values as they were understood, remarks and findings."""
    with ReturnReader(shared_full.forms) as reader:

        def result(data: bytes) -> Result:
            reading = reader.read(data)
            tables = [(t.place.sheet, t.rows, t.place.columns, t.ids, t.marks, t.typed) for t in reading.tables]
            findings = [(f.rule, f.sheet, f.cell, f.facts) for f in (*reading.file_findings, *reading.table_findings) if f.rule not in TOLD]
            return reading.identity, tables, findings

        yield result


def write_with_xlsxwriter(data: bytes) -> bytes:
    """Return a workbook's values as XlsxWriter writes them, with its hidden sheets, rows and errors."""
    returned, _ = read_workbook(data)
    assert returned is not None
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for cells in returned.sheets:
        sheet = book.add_worksheet(cells.name)
        for n, row in enumerate(cells.rows, cells.top):
            for m, value in enumerate(row, cells.left):
                if isinstance(value, dt.date):
                    sheet.write_datetime(n, m, dt.datetime.combine(value, dt.time()), day)
                elif value != "":
                    sheet.write(n, m, value)
        for hidden in cells.marks.hidden_rows:
            sheet.set_row(hidden - 1, None, None, {"hidden": True})
        for cell, shown in cells.marks.errors.items():
            letters = cell.rstrip("0123456789")
            sheet.write_formula(int(cell[len(letters) :]) - 1, column_number(letters) - 1, "=1/0", None, shown)
        if cells.hidden:
            sheet.hide()
    book.close()
    return target.getvalue()


def test_what_is_read_at_all(answered: bytes, read: Callable[[bytes], Result]) -> None:
    """Both the error and the hidden row, so that the tests below compare something."""
    identity, tables, findings = read(answered)
    assert identity["owner"] == "UBN"
    marks = {(sheet, spot): shown for sheet, _, _, _, marks, _ in tables for spot, shown in marks.items()}
    assert marks == {("Budget", ("revenue", 9)): "#DIV/0!"}
    assert [(rule, sheet, cell) for rule, sheet, cell, _ in findings] == [("hidden-data", "Budget", f"A{HIDDEN_ROW}")]


@pytest.mark.parametrize("seed", range(SPELLINGS))
def test_spelled_otherwise(answered: bytes, read: Callable[[bytes], Result], seed: int) -> None:
    """By chance: prefixes, order, quotes, white space, references, comments, encodings, names of parts, targets, zip64."""
    assert read(respell(answered, seed)) == read(answered)


@pytest.mark.parametrize("seed", range(OFFICE_SPELLINGS))
def test_written_by_xlsxwriter(answered: bytes, read: Callable[[bytes], Result], seed: int) -> None:
    """As it writes it, and spelled otherwise."""
    written = write_with_xlsxwriter(answered)
    assert read(written) == read(answered)
    assert read(respell(written, seed)) == read(answered)
    assert read(with_large_directory(written)) == read(answered)


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_written_by_libreoffice(answered: bytes, read: Callable[[bytes], Result], office: libreoffice.Office, kind: str) -> None:
    """In each of its formats; of an xlsx also spelled otherwise."""
    written = office.convert(answered, kind)
    assert read(written) == read(answered)
    for seed in range(OFFICE_SPELLINGS if kind == "xlsx" else 0):
        assert read(respell(written, seed)) == read(answered)
