"""Rows kept column by column against rows as such: the same rows, and the same workbook; and what makes writing them quick."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch
from xml.sax.saxutils import escape

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from report_sheets import sheet_part
from small_town import town
from styrxl.excel import rows as sheetxml
from styrxl.excel import workbook as report
from styrxl.excel.pages import BOLD, PLAIN, SHADED, Block, Book, Columns, ComputedColumn, Field, Link, Page, Row, as_columns, gather_columns
from styrxl.excel.sheet import clean, escape_clean
from styrxl.reports import book
from styrxl.reports.book import consolidate
from styrxl.reports.plan import commitments
from styrxl.reports.view import View

TEXTS = st.text("ab åÅ-=✓!\n<&\r\x01\ue000\N{NO-BREAK SPACE}", max_size=40)
AMOUNTS = st.one_of(st.integers(-3, 10**6), st.floats(-1e6, 1e6))
LINKS = st.builds(Link, TEXTS, st.sampled_from(["inbox/a.xlsx", "inbox/b.xlsx"]), st.sampled_from([None, "'x'!A1"]))
CELLS = st.one_of(
    st.none(),
    TEXTS,
    LINKS,
    AMOUNTS,
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 -- a cell's moment has no zone
)
FIELDS = (Field("a", "text", 9, indented=True), Field("b", "money"), Field("c", "link"), Field("d", "status", span=2), Field("e", "note"))
LISTS = st.lists(
    st.builds(
        Row,
        st.tuples(CELLS, st.one_of(st.none(), AMOUNTS), st.one_of(st.none(), TEXTS, LINKS), CELLS, st.one_of(st.none(), TEXTS)),
        st.one_of(st.none(), st.integers(0, 3)),
        level=st.sampled_from([0, 0, 1, 9, 300]),
        indent=st.integers(0, 2),
        weight=st.sampled_from([PLAIN, PLAIN, SHADED, BOLD]),
        amounts=st.sampled_from([(), (), (1.5, 2.0)]),
        sums=st.booleans(),
        again=st.booleans(),
    ),
    max_size=12,
)


@given(LISTS, st.integers(-3, 12), st.integers(-3, 12))
def test_columns_are_the_rows_that_they_were_made_of(rows: list[Row], start: int, end: int) -> None:
    for columns in (as_columns(rows), gather_columns(iter(rows))):
        assert list(columns) == rows
        assert list(columns[start:end]) == rows[start:end]
        assert list(as_columns(columns)) == rows


def test_rows_are_gathered_some_at_a_time() -> None:
    """Only the cells of a row outlive it."""
    there = weakref.WeakSet[Any]()
    most = 0

    class Watched(Row):
        """A row that can be watched."""

    def rows() -> Any:
        nonlocal most
        for n in range(9_000):
            row = Watched((n, f"x{n}"), n)
            there.add(row)
            most = max(most, len(there))
            yield row

    found = gather_columns(rows())
    assert len(found) == 9_000
    assert found[8_999] == Row((8_999, "x8999"), 8_999)
    assert most < 5_000


def test_a_column_on_demand_keeps_nothing_of_what_it_makes() -> None:
    made = list[int]()

    def double(n: int, more: int) -> int:
        made.append(n)
        return n * 2 + more

    column = ComputedColumn(double, [1, 2, 3, 4], [0, 0, 1, 0])
    assert (len(column), made) == (4, [])
    assert (column[2], column[1:3], list(column)) == (7, [4, 7], [2, 4, 7, 8])
    assert made == [3, 2, 3, 1, 2, 3, 4]


def written(rows: Sequence[Row], at_once: int = 2_000) -> bytes:
    """Return a council's workbook of one page with these rows, so many of which are written together."""

    def one_page(*of: Any) -> tuple[View, Book]:
        page = Page("p", "P", "h", (Block(FIELDS, rows, heading="x", folded=1),))
        view, book = consolidate(*of)
        return view, replace(book, pages=[page])

    with patch.object(report, "consolidate", one_page), patch.object(sheetxml, "_AT_ONCE", at_once):
        return book.council_book(*town()).workbook


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(LISTS.filter(bool))
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
    sheet = sheetxml.WrittenSheet()
    rows = [Row(("a", 2), 7), Row(("b", 3), 7, again=True), Row(("c", 9), 7, sums=True), Row(("d", None), 8, amounts=(1.5,)), Row(("e", 4))]
    sheetxml.count_unwritten_rows(sheet, (Field("a"), Field("b", "money", tally=True)), rows)
    assert sheet.rows == {7: 2, 8: 1}
    assert {source: sorted(amounts) for source, amounts in sheet.money.items()} == {7: [2, 3], 8: [1.5]}


@pytest.mark.parametrize("most, said", [(2, True), (3, False), (4, False)])
def test_a_page_with_more_links_than_a_sheet_has_room_for_says_so(monkeypatch: pytest.MonkeyPatch, most: int, said: bool) -> None:  # noqa: FBT001 -- a parameter
    for module in (sheetxml, book):
        monkeypatch.setattr(module, "MOST_LINKS", most)
    rows = (*(Row((None, None, Link("x", "y"), None, None)) for _ in range(3)), Row((None,) * 5))
    assert report.has_too_many_links(Page("p", "P", "h", (Block(FIELDS, rows),))) is said


def test_commitments_come_in_the_order_of_the_organisation_and_each_owners_by_number() -> None:
    frame = pd.DataFrame({"_owner": ["A", "B", "A", "B"], "commitment_id": ["A-10", "B-2", "A-9", "B-1"]})
    view = cast("View", SimpleNamespace(rank={"B": 0, "A": 1}))
    assert commitments._in_order(view, frame, "commitment_id") == [3, 1, 2, 0]  # noqa: SLF001 -- the town's order is the alphabet's


@given(st.one_of(TEXTS, st.text(max_size=20)))
def test_most_texts_are_xml_as_they_stand(text: str) -> None:
    assert escape_clean(text) == escape(clean(text))
    assert len(escape_clean("x" * 40_000)) == 32_767


def test_the_pages_are_let_go_of_before_the_workbook_is_packed(monkeypatch: Any) -> None:
    """A large round's tree and tables take as much room as its workbook."""
    views = list[weakref.ref[View]]()

    def watched(*of: Any) -> tuple[View, Book]:
        view, book = consolidate(*of)
        views.append(weakref.ref(view))
        return view, book

    def packed(*of: Any) -> list[bytes]:
        assert [ref() for ref in views] == [None]
        return sheetxml.build_file(*of)

    monkeypatch.setattr(report, "consolidate", watched)
    monkeypatch.setattr(report, "packed", packed)
    assert book.council_book(*town()).workbook


def test_large_pages_are_kept_as_columns() -> None:
    pages = {page.name: page for page in consolidate(*town())[1].pages}
    for name in ("Målkedja", "Åtaganden"):
        rows = pages[name].blocks[0].rows
        assert isinstance(rows, Columns), name
        assert isinstance(rows.cells[-1], ComputedColumn), name
        assert isinstance(rows[0].cells[-1], Link | None), name


def test_a_links_column_is_compressed_until_it_is_asked_for() -> None:
    links = sheetxml.SheetLinks()
    links.add([("A1", "x y", None), ("A2", "x y", "'b'!A1")])
    links.add([("A3", "z", None)])
    assert links.xml().decode() == (
        '<hyperlink ref="A1" r:id="link1"/><hyperlink ref="A2" r:id="link1" location="\'b\'!A1"/><hyperlink ref="A3" r:id="link2"/>'
    )
    assert (links.count, links.ids) == (3, {"x y": "link1", "z": "link2"})
