"""Rows written as a sheet's XML: the same workbook however they are kept, and what the control totals count."""

from __future__ import annotations

from collections.abc import Sequence
from unittest.mock import patch

from hypothesis import Phase, given, settings

from drawn_rows import FIELDS, ROWS
from report_sheets import sheet_part
from styrxl.excel import rows as excel_rows
from styrxl.excel.look import STANDARD
from styrxl.excel.pages import Block, Book, Field, Link, Page, Row, gather_columns
from styrxl.excel.workbook import BookWriter, WriterWords


def written(rows: Sequence[Row], at_once: int = 2_000) -> bytes:
    """Return a workbook of one page with these rows, so many of which are written together."""
    writer = BookWriter(Book("T", "sv", "F", (), "../"), STANDARD, WriterWords("Sida", "av", "", ""), "x")
    with patch.object(excel_rows, "ROWS_AT_ONCE", at_once):
        writer.write(Page("p", "P", "h", (Block(FIELDS, rows, heading="x", folded=1),)))
    return writer.finish().workbook


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(ROWS.filter(bool))
def test_rows_and_columns_are_written_alike_however_many_at_a_time(rows: list[Row]) -> None:
    """What a workbook says does not depend on how its rows are kept, nor on how many of them are written together."""
    whole = written(tuple(rows))
    assert written(gather_columns(rows)) == whole
    assert written(tuple(rows), 1) == whole


def test_texts_are_numbered_row_by_row() -> None:
    """The same input has to give the same bytes as ever: a workbook is compared with the one that was made before."""
    rows = (Row(("a", None, Link("b", "x"), "c", None)), Row(("d", None, Link("a", "x"), "e", None)))
    part, _ = sheet_part(written(rows), "p")
    numbers = [int(cell.partition("<v>")[2].partition("</v>")[0]) for cell in part.split('t="s">')[-6:]]
    assert [n - numbers[0] for n in numbers] == [0, 1, 2, 3, 0, 4]


def test_an_amount_with_decimals_shows_them_and_others_do_not() -> None:
    """Each by its own style, also in a column that has both."""
    rows = tuple(Row((None, amount, None, None, None)) for amount in (2, 1.5, 3.0, None))
    part, _ = sheet_part(written(rows), "p")
    styles = [cell.partition('s="')[2].partition('"')[0] for cell in part.split('<c r="B')[-4:]]
    assert styles[0] == styles[2] == styles[3] != styles[1]


def test_a_row_that_goes_on_is_counted_where_it_first_stands() -> None:
    """Its money is its own; what adds up others is not counted again."""
    sheet = excel_rows.WrittenSheet()
    rows = [Row(("a", 2), 7), Row(("b", 3), 7, again=True), Row(("c", 9), 7, sums=True), Row(("d", None), 8, amounts=(1.5,)), Row(("e", 4))]
    excel_rows.count_unwritten_rows(sheet, (Field("a"), Field("b", "money", tally=True)), rows)
    assert sheet.row_counts == {7: 2, 8: 1}
    assert {source: sorted(amounts) for source, amounts in sheet.money.items()} == {7: [2, 3], 8: [1.5]}


def test_a_links_column_is_compressed_until_it_is_asked_for() -> None:
    links = excel_rows.SheetLinks()
    links.add([("A1", "x y", None), ("A2", "x y", "'b'!A1")])
    links.add([("A3", "z", None)])
    assert links.xml().decode() == (
        '<hyperlink ref="A1" r:id="link1"/><hyperlink ref="A2" r:id="link1" location="\'b\'!A1"/><hyperlink ref="A3" r:id="link2"/>'
    )
    assert (links.count, links.ids) == (3, {"x y": "link1", "z": "link2"})
