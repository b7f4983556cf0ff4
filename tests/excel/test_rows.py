"""The rows of reports: the same cells however they are kept, texts that stay texts, and what the control totals count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any
from unittest.mock import patch

import openpyxl
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from drawn_rows import FIELDS, ROWS
from long_runs import long_run
from report_sheets import elements, parts, sheet_part, sheets
from styrxl.excel import limits
from styrxl.excel import rows as excel_rows
from styrxl.excel.cells import clean
from styrxl.excel.look import STANDARD
from styrxl.excel.pages import Block, Book, Field, Link, Page, Row, gather_columns
from styrxl.excel.workbook import BookWriter, WriterWords


def written(rows: Sequence[Row], at_once: int = 2_000, fields: Sequence[Field] = FIELDS) -> bytes:
    """Return a workbook of one page with these rows, so many of which are written together."""
    writer = BookWriter(Book("T", "sv", "F", (), "../"), STANDARD, WriterWords("Sida", "av", "", ""), "x")
    with patch.object(excel_rows, "ROWS_AT_ONCE", at_once):
        writer.write(Page("p", "P", "h", (Block(tuple(fields), rows, heading="x", folded=1),)))
    return writer.finish().workbook


def seen(data: bytes) -> list[Any]:
    """Return what a reader sees of a page: values, looks, heights, the outline and where links lead."""
    ws = openpyxl.load_workbook(BytesIO(data))["p"]
    looks = [(c.number_format, repr(c.font), repr(c.fill), repr(c.alignment), c.quotePrefix) for row in ws for c in row]
    cells = [(c.coordinate, c.value, c.data_type) for row in ws for c in row]
    rows = [(n, d.height, d.outlineLevel, d.hidden, d.collapsed) for n, d in sorted(ws.row_dimensions.items())]
    links = [(c.coordinate, c.hyperlink.target, c.hyperlink.location) for row in ws for c in row if c.hyperlink]
    return [cells, looks, rows, links, sorted(map(str, ws.merged_cells.ranges))]


@settings(max_examples=long_run(15, 300), deadline=None, phases=[Phase.explicit, Phase.generate])
@given(ROWS.filter(bool))
def test_rows_and_columns_are_written_alike_however_many_at_a_time(rows: list[Row]) -> None:
    """What a workbook says does not depend on how its rows are kept, nor on how many of them are written together."""
    whole = written(tuple(rows))
    assert written(gather_columns(rows)) == whole
    assert seen(written(tuple(rows), 1)) == seen(whole)


@settings(max_examples=long_run(60, 2_000), deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=20))
@example(["=1+1", "+46 8", "-", "@x", "http://example.se", "mailto:a@example.se", "internal:A1", "file:///etc", "1", "2027-01-01", "TRUE"])
@example(["<r><t>x</t></r>", "_x0041_", " x ", "{=A1}", "a\r\nb\rc\n", "\x00\x1b", "\ufffe", "å" * 40_000, "😀" * 20_000])
def test_a_text_stays_a_text(texts: list[str]) -> None:
    """Neither a formula, nor a link, nor a number comes of what somebody wrote; letters that a cell cannot hold are left out."""
    data = written([Row((text,)) for text in texts], fields=[Field("a")])
    ws = openpyxl.load_workbook(BytesIO(data))["p"]
    found = [ws.cell(n, 1) for n in range(6, 6 + len(texts))]
    assert {c.data_type for c in found if c.value is not None} <= {"s"}
    assert not any(c.hyperlink for c in found)
    cells = [line[0] for line in sheets(data)["p"][5:]]
    for text, cell in zip(texts, [*cells, *[""] * len(texts)], strict=False):
        kept = clean(text)
        assert len(cell.encode("utf-16-le")) // 2 <= limits.MOST_LETTERS
        assert kept.startswith(cell.removesuffix(" ")), text
        assert len(cell) >= min(len(kept), limits.MOST_LETTERS // 2)


def test_an_amount_with_decimals_shows_them_and_others_do_not() -> None:
    """Each by its own style, also in a column that has both."""
    rows = tuple(Row((None, amount, None, None, None)) for amount in (2, 1.5, 3.0, None))
    part, _ = sheet_part(written(rows), "p")
    styles = [cell.partition('s="')[2].partition('"')[0] for cell in part.split('<c r="B')[-4:]]
    assert styles[0] == styles[2] == styles[3] != styles[1]


@pytest.mark.parametrize(
    "value, stands", [(0.1 + 0.2, "0.3"), (-1e-12, "0"), (5.0, "5"), (1234567890.12, "1234567890.12"), (date(2027, 3, 1), "46447")]
)
def test_numbers_are_written_as_they_are_meant(value: Any, stands: str) -> None:
    part, _ = sheet_part(written([Row((value,))], fields=[Field("a", "date" if isinstance(value, date) else "money")]), "p")
    assert f"<v>{stands}</v>" in part


def test_a_row_that_goes_on_is_counted_where_it_first_stands() -> None:
    """Its money is its own; what adds up others is not counted again."""
    counts = excel_rows.ControlCounts()
    rows = [Row(("a", 2), 7), Row(("b", 3), 7, again=True), Row(("c", 9), 7, sums=True), Row(("d", None), 8, amounts=(1.5,)), Row(("e", 4))]
    counts.count((Field("a"), Field("b", "money", tally=True)), rows)
    assert counts.rows == {7: 2, 8: 1}
    assert {source: sorted(amounts) for source, amounts in counts.money.items()} == {7: [2, 3], 8: [1.5]}


def test_links_lead_where_they_are_told_letter_by_letter() -> None:
    """XlsxWriter would write backslashes, and make an address relative that is absolute elsewhere than on Windows."""
    links = (
        Link("a", "inbox/2027-plan/Åbo #1.xlsx", "'Vår plan #2'!A5"),
        Link("b", "/srv/å.xlsx"),
        Link("c", "C:\\Planer\\b.xlsx", "'x'!B1"),
        Link("d", "s3://hink/plan.xlsx"),
        Link("e", f"{'å' * 500}.xlsx"),
        Link("f", "", "'p'!B2"),
    )
    data = written([Row((link,)) for link in links], fields=[Field("a", "link")])
    ws = openpyxl.load_workbook(BytesIO(data))["p"]
    cells = [ws.cell(n, 1) for n in range(6, 12)]
    assert [c.value for c in cells] == ["a", "b", "c", "d", "e", "f"]
    assert [(c.hyperlink.target, c.hyperlink.location) if c.hyperlink else None for c in cells] == [
        ("../inbox/2027-plan/%C3%85bo%20%231.xlsx", "'Vår plan #2'!A5"),
        ("file:///srv/%C3%A5.xlsx", None),
        ("file:///C:/Planer/b.xlsx", "'x'!B1"),
        ("s3://hink/plan.xlsx", None),
        None,  # longer than Excel opens
        (None, "'p'!B2"),
    ]


def test_a_sheet_has_no_more_links_than_excel_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_LINKS", 2)
    part, targets = sheet_part(written([Row((Link(f"x{n}", "a.xlsx"),)) for n in range(3)], fields=[Field("a", "link")]), "p")
    assert part.count("<hyperlink ") == len(targets) == 2
    assert "x2" in parts(written([Row((Link("x2", "a.xlsx"),))], fields=[Field("a", "link")]))["xl/sharedStrings.xml"]


def test_a_workbook_says_its_language_and_no_time_of_its_making() -> None:
    core = elements(parts(written([Row(("a",))], fields=[Field("a")]))["docProps/core.xml"])
    told = {child.tag.rpartition("}")[2]: child.text for child in core}
    assert (told["title"], told["creator"], told["language"]) == ("T", "styrxl", "sv")
    assert {told["created"], told["modified"]} == {"2000-01-01T00:00:00Z"}
