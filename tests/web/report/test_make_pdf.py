"""The report as PDF: what PDF/UA asks for and a program can see is there, and a program that looks for it sees what is not."""

from __future__ import annotations

import pytest

from pdf_structure import find_faults, list_bookmarks, read_tags
from small_report import make_followup, make_plan, render
from styrxl.excel.pages import Block, Book, Field, Page, Row
from styrxl.web.report import make_pdf as making
from styrxl.web.report.make_pdf import make_pdf
from styrxl.web.report.report_parts import MANY_ROWS


@pytest.fixture(autouse=True)
def with_pango(pango: None) -> None:
    return pango


def made(book: Book) -> bytes:
    return make_pdf(render(book, on_paper=True))


@pytest.mark.parametrize("book", [make_plan("sv"), make_followup("year", "en")], ids=["plan", "year"])
def test_nothing_that_pdf_ua_asks_for_is_missing(book: Book) -> None:
    data = made(book)
    assert find_faults(data) == []
    assert list_bookmarks(data)[0] == book.title
    assert {page.name for page in book.pages} <= {*list_bookmarks(data)}


def test_a_table_that_goes_on_says_its_headings_on_each_page() -> None:
    rows = tuple(Row((f"rad {n} " + "ord " * 40, n)) for n in range(MANY_ROWS))
    data = made(Book("Bok", "sv", "Åköping", (Page("Lista", "", "", (Block((Field("Rad"), Field("Tal", "count")), rows),)),), "../"))
    assert find_faults(data) == []
    tables = [tag for tag in read_tags(data).walk() if tag.kind == "/Table"]
    assert len(tables) > 2
    for table in tables:
        heads = [tag.scope for tag in table.walk() if tag.kind == "/TH"]
        assert heads == ["/Column", "/Column", *["/Row"] * (len(heads) - 2)]


def test_what_is_not_tagged_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what is mended after WeasyPrint; and with a picture that nobody describes, below a heading that is left out."""
    monkeypatch.setattr(making, "mend_tags", lambda *_: None)
    html = render(make_plan(), on_paper=True).replace("<h2 ", "<h3 ").replace("</h2>", "</h3>")
    data = make_pdf(html[: html.index("<title>", html.index("<svg"))] + html[html.index("</title>", html.index("<svg")) + 8 :])
    told = {fault.partition(":")[0] for fault in find_faults(data)}
    assert told == {
        "a heading of a table that does not say what it heads",
        "painted, but in no element",
        "a figure without alternative text",
        "headings are not in order",
    }
