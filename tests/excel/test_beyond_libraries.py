"""What openpyxl cannot write, as it stands in the file: read with openpyxl and calamine, and in the parts where no reader shows it."""

from __future__ import annotations

import io
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from python_calamine import CalamineWorkbook

from styrxl.excel import form_styles, look
from styrxl.excel.archive import cut_parts, stamp
from styrxl.excel.beyond_libraries import complete_workbook
from styrxl.excel.cells import CellError, token
from styrxl.excel.notes import Note
from styrxl.excel.sheet import SheetBuilder
from workbook_parts import read_parts


def make_page() -> SheetBuilder:
    book = Workbook()
    for style in form_styles.named_styles():
        book.add_named_style(style)
    return SheetBuilder(book.worksheets[0])


def saved(page: SheetBuilder, **values: str) -> bytes:
    out = io.BytesIO()
    page.book.save(out)
    return stamp(cut_parts(complete_workbook(read_parts(out.getvalue()), [page])), values)


def cell(data: bytes, place: str, *, values: bool = False) -> Cell:
    found = openpyxl.load_workbook(io.BytesIO(data), data_only=values).worksheets[0][place]
    assert isinstance(found, Cell)
    return found


def calamine(data: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("value", ["✓ Klar", 12.5, 0, "", CellError("#DIV/0!")])
def test_formulas_have_their_values(value: str | float) -> None:
    page = make_page()
    page.formula("A1", "=1+1", value, "check")
    data = saved(page)
    assert cell(data, "A1").value == "=1+1"
    assert (cell(data, "A1", values=True).value or "") == (value or "")


@pytest.mark.parametrize("number", [0.1 + 0.2, 1e15 + 0.3, 12345678901.234567, -7, 1e300])
def test_numbers_have_all_of_their_digits(number: float) -> None:
    page = make_page()
    page.answer("A1", number, "input_number")
    data = saved(page)
    assert calamine(data) == [[number]]
    assert cell(data, "A1").value == number


@pytest.mark.parametrize("text", ["=1+1", "+46 8 123", "-", "@alla", "'citat", "rad\nrad", "  hej ", "_x0041_", "a\x07b\r", "<b>&amp;"])
def test_texts_are_shared_and_stay_texts(text: str) -> None:
    page = make_page()
    page.answer("A1", text, "input_text")
    page.put("B1", text, "input_text")
    data = saved(page)
    assert calamine(data) == [[text, text]]
    assert cell(data, "A1").data_type == "s"
    assert cell(data, "A1").quotePrefix == text.startswith(("=", "+", "-", "@", "'"))
    assert b"inlineStr" not in read_parts(data)["xl/worksheets/sheet1.xml"]


def test_somebody_s_text_is_not_taken_for_a_token() -> None:
    page = make_page()
    page.put("A1", f"Till {token('who')}", "body")
    page.answer("A2", "\ue000who\ue001 \ue001 \ue000", "input_text")
    assert calamine(saved(page, who="Å & Ö")) == [["Till Å & Ö"], ["\ue000who\ue001 \ue001 \ue000"]]


def test_some_rows_grow_and_others_have_a_height_of_their_own() -> None:
    page = make_page()
    for row, grows in ((1, True), (2, False)):
        page.put(f"A{row}", "x", "body")
        page.height(row, 30, grows=grows)
    rows = ET.fromstring(read_parts(saved(page))["xl/worksheets/sheet1.xml"]).iterfind(".//{*}row")
    assert [(row.get("ht"), row.get("customHeight")) for row in rows] == [("30", None), ("30", "1")]


def test_the_same_workbook_gives_the_same_bytes() -> None:
    page = make_page()
    page.put("A1", "å", "body")
    first = saved(page)
    page.book.properties.creator = page.book.properties.creator
    assert saved(page) == first
    assert "2000-01-01T00:00:00Z" in read_parts(first)["docProps/core.xml"].decode()


def test_notes_have_a_bold_first_line_and_the_colours_of_their_tones() -> None:
    page = make_page()
    for place, tone in (("B2", look.WATCH), ("A1", look.MEND)):
        page.put(place, 1, "input_number")
        page.note(place, Note("! Rätta", ("Nio", "tio"), tone), "Åköping")
    data = saved(page)
    comment = cell(data, "A1").comment
    assert comment is not None
    assert comment.text == "! Rätta\nNio\ntio"
    runs = ET.fromstring(read_parts(data)["xl/comments/comment1.xml"]).iterfind(".//{*}r")
    assert [(run.findtext("{*}t"), run.find("{*}rPr/{*}b") is not None) for run in runs][:2] == [("! Rätta\n", True), ("Nio\ntio", False)]
    shapes = [*ET.fromstring(read_parts(data)["xl/drawings/commentsDrawing1.vml"]).iterfind(".//{*}shape")]
    assert [shape.findtext(".//{*}Anchor") for shape in shapes] == ["1, 12, 0, 2, 5, 40, 3, 5", "2, 12, 1, 2, 6, 40, 4, 5"]
    assert [shape.get("fillcolor") for shape in shapes] == [f"#{look.MEND.fill}", f"#{look.WATCH.fill}"]
