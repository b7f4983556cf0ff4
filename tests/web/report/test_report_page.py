"""The report as one page: the workbook's pages as chapters, and nothing that anybody typed becomes anything but text."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from styrxl.excel.look import STANDARD, Look
from styrxl.excel.pages import BOLD, Block, Book, Chart, Course, Field, Link, Page, Row, Series
from styrxl.web.report.report_page import Assets, read_script, render_report, write_style
from styrxl.web.report.report_parts import MANY_ROWS
from styrxl.web.report.report_words import PREFACE, ReportWords

NOTHING = ReportWords({}, frozenset())
MONEY = Block(
    (Field("Nämnd"), Field("Ram (tkr)", "money"), Field("Läge", "status"), Field("Källa", "link", screen=True)),
    (
        Row(("Utbildningsnämnden", 1200.5, "✓ Inom ramen", Link("UBN.xlsx", "inbox/2027-t2/UBN å.xlsx", "'Ekonomi'!A5"))),
        Row(("<script>alert(1)</script>", -3.0, "! Över", None), indent=1),
    ),
    heading="Pengar",
    totals=(Row(("Summa", 1197.5, None, None), weight=BOLD),),
    chart=Chart("Två ramar", "Diagram: två ramar", ("A & B", "C"), (Series("tkr", (1.0, 2.0), "AA3377"),), (1,)),
)
TREE = Block(
    (Field("Id", "id"), Field("Mål", indented=True)),
    (Row(("KF-M1", "Delaktighet")), Row(("UBN-M1", "Läsning"), level=1), Row(("UBN-A1", "Läsprogram"), level=2), Row(("KF-M2", "Kultur"))),
    chain=True,
)
EMPTY = Block((Field("x"),), (), empty="Inget saknas.")
PAGES = (Page("Ekonomi", "Ekonomi", "I tkr.", (MONEY, EMPTY)), Page("Målkedja", "Kedjan", "Trädet.", (TREE,)))


def render(*pages: Page, given: ReportWords = NOTHING, language: str = "sv", look: Look = STANDARD, on_paper: bool = False) -> str:
    book = Book("Delår 2 – Åköping", language, "Åköping · Delår 2", pages or PAGES, "../")
    return render_report(book, look, "2027-t2.xlsx", given, on_paper=on_paper)


def read(html: str) -> ET.Element:
    """Return the page as a tree, which it is only where all of its tags are closed."""
    body = re.sub(r"<script>.*?</script>", "", html[html.index("<body") :].rsplit("</html>", 1)[0], flags=re.DOTALL)
    return ET.fromstring(re.sub(r"<(input[^>]*?|br|col [^>]*?)(\s(hidden|required))*>", r"<\1/>", body).replace(" hidden>", ">"))


def texts(tree: ET.Element, path: str) -> list[str]:
    return [" ".join("".join(found.itertext()).split()) for found in tree.iterfind(path)]


def test_pages_are_chapters_with_their_figures() -> None:
    tree = read(render())
    assert texts(tree, ".//section/h2") == ["Ekonomi", "Målkedja"]
    assert texts(tree, ".//nav//a") == ["Ekonomi", "Målkedja"]
    assert [found.get("href") for found in tree.iterfind(".//nav//a")] == [f"#{found.get('id')}" for found in tree.iterfind(".//section")]
    assert texts(tree, ".//tbody/tr/td")[:3] == ["1\N{NO-BREAK SPACE}200,5".replace("\N{NO-BREAK SPACE}", " "), "✓ Inom ramen", "UBN.xlsx"]
    assert texts(tree, ".//tfoot/tr/td")[0] == "1 197,5"
    assert texts(tree, ".//p[@class='empty']") == ["Inget saknas."]
    assert {found.get("scope") for found in tree.iterfind(".//th")} == {"row", "col"}


def test_a_figure_leads_to_its_source() -> None:
    [link] = read(render()).iterfind(".//tbody//a")
    assert (link.get("href"), link.get("title")) == ("../inbox/2027-t2/UBN%20%C3%A5.xlsx", "'Ekonomi'!A5")


def test_what_hangs_on_a_row_is_folded_into_it() -> None:
    tree = read(render())
    [outer] = tree.iterfind(".//div[@class='part']/ul/li/details")
    assert texts(outer, "summary")[0] == "Delaktighet KF-M1"
    assert texts(outer, "ul/li/details/summary") == ["Läsning UBN-M1"]
    assert texts(outer, "ul/li/details/ul/li/div") == ["Läsprogram UBN-A1"]
    assert texts(tree, ".//div[@class='part']/ul/li/div") == ["Kultur KF-M2"]


def test_what_people_typed_is_text() -> None:
    given = ReportWords({PREFACE: "<img src=x onerror=a>", "Ekonomi": "Ett **gott** [år](javascript:alert(1)) <b>x</b>"}, frozenset())
    html = render(given=given)
    assert "<script>alert" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert "<strong>gott</strong>" in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html


def test_a_chart_is_said_to_those_who_do_not_see_it() -> None:
    tree = read(render())
    [drawn] = tree.iterfind(".//figure//svg")
    assert (drawn.get("role"), drawn.findtext("title")) == ("img", "Diagram: två ramar")
    assert texts(tree, ".//figcaption") == ["Två ramar"]
    assert [found.text for found in drawn.iterfind("text")] == ["A & B", "C", "1", "2"]


def test_the_desk_says_where_sources_are_and_gives_style_and_script_out_itself() -> None:
    book = Book("Delår 2", "sv", "Åköping", PAGES, "../")
    assets = Assets("/static/report.css?1", "/static/report.js", back=("/rounds/2027-t2", "Omgången"))
    html = render_report(
        book, STANDARD, "2027-t2.xlsx", NOTHING, assets=assets, source_link=lambda link: f"/rounds/2027-t2/returns/{link.text}#{link.place}"
    )
    assert "<style" not in html
    assert not re.search(r" style=|<script>| on[a-z]+=", html)
    assert re.findall(r'(?:src|<link [^>]*href)="([^"]*)"', html) == ["/static/report.css?1", "/static/report.js"]
    tree = read(html)
    assert [found.get("href") for found in tree.iterfind(".//tbody//a")] == ["/rounds/2027-t2/returns/UBN.xlsx#'Ekonomi'!A5"]
    assert [found.get("href") for found in tree.iterfind("./header/p/a")] == ["/rounds/2027-t2"]
    assert "--accent: #AA3377" in write_style(Look("Å", "AA3377"))
    assert "search" in read_script()


def test_it_asks_nobody_for_anything() -> None:
    html = render(given=ReportWords({"Ekonomi": "![karta](https://exempel.se/a.png)"}, frozenset()))
    assert not re.search(r"src=|<link|url\(|@import|<img", html)
    assert '<html lang="sv">' in html
    assert '<html lang="en">' in render(language="en")
    html = render(look=Look("Å", "AA3377"))
    assert "--accent: #AA3377" in html
    assert 'fill="#AA3377"' in html  # which is what paper shows


def test_chapters_are_left_out_as_the_controller_says() -> None:
    tree = read(render(given=ReportWords({}, frozenset({"Ekonomi"}))))
    assert texts(tree, ".//section/h2") == ["Målkedja"]


def test_figures_made_from_rows_lead_to_the_chapter_that_has_them() -> None:
    overview = Page("Översikt", "", "", (replace(EMPTY, about="finance"), replace(EMPTY, about="gone"), EMPTY), "overview")
    pages = (overview, replace(PAGES[0], key="finance"))
    [link] = read(render(*pages)).iterfind(".//p[@class='more']/a")
    assert (link.get("href"), link.text) == ("#k2", "Raderna bakom siffrorna: Ekonomi")
    assert 'class="more"' not in render(*pages, on_paper=True)
    assert 'class="more"' not in render(*pages, given=ReportWords({}, frozenset({"Ekonomi"})))


def test_a_long_table_shows_its_outermost_rows_and_folds_the_rest() -> None:
    rows = tuple(Row((f"rad {n}", n), level=1 if n % 50 else 0) for n in range(100))
    page = Page("Lista", "Lista", "", (Block((Field("a"), Field("b", "money")), rows),))
    [outer] = read(render(page)).iterfind(".//div[@class='outer']")
    assert texts(outer, ".//tbody/tr/th") == ["rad 0", "rad 50"]
    paper = read(render(page, on_paper=True))
    assert texts(paper, ".//tbody/tr/th") == ["rad 0", "rad 50"]
    assert texts(paper, ".//p[@class='left-out']") == ["98 rader till får inte plats här. De finns på bladet Lista i 2027-t2.xlsx."]


def test_a_series_is_drawn_before_its_figures_and_said_in_words() -> None:
    courses = (Course((("Utgångsvärde", 70.0), ("2026", 80.0), ("2027", 75.5)), least=85.0), Course((("2027", 1.0),)))
    block = Block((Field("Namn"), Field("Utfall", "number")), (Row(("Behöriga", 75.5)), Row(("Ny", 1))), courses=courses)
    tree = read(render(Page("Indikatorer", "", "", (block,))))
    assert texts(tree, ".//thead//th") == ["Namn", "Utveckling", "Utfall"]
    [drawn] = tree.iterfind(".//td/svg")
    assert drawn.findtext("title") == "Utgångsvärde: 70; 2026: 80; 2027: 75,5; minst 85"
    heights = [float(dot.attrib["cy"]) for dot in drawn.iterfind("circle")]
    [aim] = [float(line.attrib["y1"]) for line in drawn.iterfind("line")]
    assert heights[0] > heights[2] > heights[1] > aim
    assert texts(tree, ".//tbody/tr/td")[-1] == "1"


@pytest.mark.parametrize("rows, folded", [(MANY_ROWS, False), (MANY_ROWS + 1, True)])
def test_long_lists_are_folded_on_screen_and_left_to_the_workbook_on_paper(rows: int, *, folded: bool) -> None:
    page = Page("Lista", "Lista", "", (Block((Field("a"), Field("b", "money")), tuple(Row((f"rad {n}", n)) for n in range(rows))),))
    assert bool(texts(read(render(page)), ".//details/summary")) == folded
    paper = read(render(page, on_paper=True))
    assert len(texts(paper, ".//tbody/tr")) == (0 if folded else rows)
    said = [f"De {rows} raderna får inte plats här. De finns på bladet Lista i 2027-t2.xlsx."] if folded else []
    assert texts(paper, ".//p[@class='left-out']") == said


def test_paper_has_nothing_that_needs_a_screen() -> None:
    html = render(on_paper=True)
    assert "<script" not in html
    assert "<form" not in html
    assert "UBN.xlsx" not in html
