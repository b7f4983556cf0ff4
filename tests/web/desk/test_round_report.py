"""The report live in the desk: read, said something to, and written."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from desk_visitor import visit_desk
from styrxl.excel.pages import Link
from styrxl.web.desk.round_report import find_source
from town import NOW, ROUND, Town


def test_the_page_is_the_report_with_style_and_script_fetched(full: Town) -> None:
    with visit_desk(full.root, NOW) as visitor:
        page = visitor.get(f"/rounds/{ROUND}/report")
        assert "<style" not in page
        assert " style=" not in page
        assert re.findall(r"<script[^>]*>", page) == ['<script src="/report/report.js" defer>']
        for path in ("/report/report.css", "/report/report.js"):
            assert len(visitor.get(path)) > 500
        sources = {unquote(href) for href in re.findall(r'href="(/rounds/[^"#]*/returns/[^"]*)"', page)}
        assert any(one.startswith(f"/rounds/{ROUND}/returns/UBN.xlsx#Åtaganden!") for one in sources)


def test_what_is_said_to_a_chapter_is_kept_and_shown(full: Town) -> None:
    with visit_desk(full.root, NOW) as visitor:
        done = visitor.press(f"/rounds/{ROUND}/do/chapter-words?chapter=Ekonomi", words="Det *går* bra.\n\n<b>x</b>")
        assert "Det du skrev är sparat." in done
        assert (full.root / "council" / f"{ROUND}.md").read_text("utf-8").startswith("# Ekonomi\n\nDet *går* bra.")
        page = visitor.get(f"/rounds/{ROUND}/report")
        assert "Det <em>går</em> bra." in page
        assert "<b>x</b>" not in page
        visitor.press(f"/rounds/{ROUND}/do/chapter-words?chapter=Ekonomi", words="Det *går* bra.", left_out="1")
        assert "Det <em>går</em> bra." not in visitor.get(f"/rounds/{ROUND}/report")
        assert "! Utelämnas" in visitor.get(f"/rounds/{ROUND}/report/chapters")


def test_of_two_windows_the_second_is_told_what_the_first_has_said(full: Town) -> None:
    path = f"/rounds/{ROUND}/do/chapter-words?chapter=Ekonomi"
    with visit_desk(full.root, NOW) as visitor:
        first = visitor.get(path)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', first))
        visitor.press(path, words="Det ena.")
        answer = visitor.post(path.partition("?")[0], hidden | {"words": "Det andra."})
        assert answer.status_code == 409
        assert "Något har ändrats" in answer.text
        assert "Det andra." not in (full.root / "council" / f"{ROUND}.md").read_text("utf-8")


def test_a_chapter_that_there_is_not_is_told(full: Town) -> None:
    with visit_desk(full.root, NOW) as visitor:
        assert "inget kapitel som heter Ekonomin" in visitor.get(f"/rounds/{ROUND}/do/chapter-words?chapter=Ekonomin")


def test_the_report_is_written_and_downloaded(full: Town) -> None:
    with visit_desk(full.root, NOW) as visitor:
        done = visitor.press(f"/rounds/{ROUND}/do/publish-report", paper="")
        assert f"/files/council/{ROUND}/{ROUND}.html" in done
        answer = visitor.client.get(f"/files/council/{ROUND}/{ROUND}.html")
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.content == (full.root / "council" / f"{ROUND}.html").read_bytes()


@pytest.mark.parametrize(
    "path, place, href",
    [
        ("inbox/2027-t1/Å b.xlsx", "'Mål och ''x'''!C7", "/rounds/2027-t1/returns/%C3%85%20b.xlsx#M%C3%A5l_och_%27x%27!C7"),
        ("inbox/2027-t1/A.xlsx", None, "/rounds/2027-t1/returns/A.xlsx"),
        ("https://example.se/A.xlsx", None, "https://example.se/A.xlsx"),
    ],
)
def test_a_figure_leads_to_its_cell(path: str, place: str | None, href: str) -> None:
    assert find_source(Link("A", path, place), "2027-plan") == href
