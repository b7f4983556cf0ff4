"""A book of pages as a workbook's file."""

from __future__ import annotations

import errno
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from styrxl.excel import limits
from styrxl.excel.look import STANDARD
from styrxl.excel.pages import Block, Book, Chart, Field, Page, Row, Series
from styrxl.excel.workbook import BookWriter, WriterWords
from styrxl.model.errors import StyrxlError

FIELDS = (Field("Vem"), Field("Antal", "count"))


def writer() -> BookWriter:
    """Return a writer with a page that has a table and a chart."""
    made = BookWriter(Book("T", "sv", "F", (), "../"), STANDARD, WriterWords("Sida", "av", "", ""), "x")
    chart = Chart("Två", "Två. Mer.", ("a", "b"), (Series("Antal", (1, -2), "0F5132"),), (1,), signed=True)
    made.write(Page("p", "P", "h", (Block(FIELDS, (Row(("a", 1)), Row(("b", -2))), table="t", chart=chart),)))
    return made


def test_rows_are_left_empty_below_a_chart_only_as_far_as_it_reaches() -> None:
    """It begins at the headings and is 5 cm (142 points) high: 21 are the headings', 33 the two rows', and six rows of 15 hold the rest."""
    made = BookWriter(Book("T", "sv", "F", (), "../"), STANDARD, WriterWords("Sida", "av", "", ""), "x")
    chart = Chart("Två", "Två.", ("a", "b"), (Series("Antal", (1, 2), "0F5132"),), (1,))
    rows = (Row(("a", 1)), Row(("b", 2)))
    made.write(Page("p", "P", "h", (Block(FIELDS, rows, chart=chart), Block(FIELDS, rows))))
    sheet = openpyxl.load_workbook(BytesIO(made.finish().workbook))["p"]
    assert [row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == "Vem"] == [4, 4 + 2 + 6 + 1 + 1]


def test_a_measure_is_a_number_or_words_and_both_stand_to_the_right() -> None:
    made = BookWriter(Book("T", "sv", "F", (), "../"), STANDARD, WriterWords("Sida", "av", "", ""), "x")
    made.write(Page("p", "P", "h", (Block((Field("Utfall", "measure"),), (Row((72,)), Row(("För få för att visas",)))),)))
    sheet = openpyxl.load_workbook(BytesIO(made.finish().workbook))["p"]
    cells = [sheet.cell(row, 1) for row in (5, 6)]
    assert [(c.value, c.alignment.horizontal, c.alignment.wrap_text) for c in cells] == [
        (72, "right", True),
        ("För få för att visas", "right", True),
    ]


@pytest.mark.parametrize("language, told", [("sv", "1\N{NO-BREAK SPACE}200 i x p.parquet"), ("en", "1,200 i x p.parquet")])
def test_how_many_rows_lie_beside_is_written_as_the_reader_does(monkeypatch: pytest.MonkeyPatch, language: str, told: str) -> None:
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(limits, "LONGEST_TABLE", 1000)
    made = BookWriter(Book("T", language, "F", (), "../"), STANDARD, WriterWords("Sida", "av", "", "{n} i {file}"), "x")
    made.write(Page("p", "P", "h", (Block(FIELDS, (Row(("a", 1)),) * 1200, table="t"),)))
    sheet = openpyxl.load_workbook(BytesIO(made.finish().workbook))["p"]
    assert told in {cell.value for [cell] in sheet.iter_rows(max_col=1)}


def test_a_file_says_nothing_of_the_machine_that_made_it() -> None:
    """Neither times nor rights nor the system, whichever parts there are; the same input gives the same bytes."""
    data = writer().finish().workbook
    assert writer().finish().workbook == data
    with ZipFile(BytesIO(data)) as archive:
        told = {(entry.date_time, entry.create_system, entry.external_attr >> 16) for entry in archive.infolist()}
    assert told == {((1980, 1, 1, 0, 0, 0), 3, 0o600)}


@pytest.mark.parametrize("number, expected", [(errno.ENOSPC, StyrxlError), (errno.EACCES, PermissionError)])
def test_no_room_for_a_workbooks_parts_is_said(number: int, expected: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    """XlsxWriter writes them to the folder for temporary files first."""

    def close(_: Any) -> None:
        raise FileCreateError(OSError(number, "no"))

    made = writer()
    monkeypatch.setattr(Workbook, "close", close)
    with pytest.raises(expected) as caught:
        made.finish()
    if isinstance(caught.value, StyrxlError):
        assert caught.value.code == "disk-full"
