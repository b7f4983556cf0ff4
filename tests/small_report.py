"""The small municipality's report, as councillors read it."""

from __future__ import annotations

from dataclasses import replace

from small_town import consolidated, town
from small_year import follow_up, history
from styrxl.excel.look import STANDARD
from styrxl.excel.pages import Book
from styrxl.web.report.chapters import list_chapters
from styrxl.web.report.report_page import Assets, render_report
from styrxl.web.report.report_words import PREFACE, ReportWords

SAID = {
    PREFACE: "Så gick det.\n\n# Läs så här\n\nFörst *översikten*, se [mer](https://exempel.example.se).",
    "Översikt": "Ett gott år.\n\n### Mer\n\n- ett\n- två\n",
    "Overview": "A good year.\n\n> So they say.\n",
}


def make_plan(language: str = "sv") -> Book:
    """Return the chapters of the planning round."""
    return _in_order(consolidated(*town(language))[1])


def make_followup(kind: str, language: str = "sv") -> Book:
    """Return the chapters of a follow-up."""
    judged, plan, issued, scope = follow_up(kind)
    return _in_order(consolidated(judged, plan, issued, replace(scope, language=language), None, history(kind))[1])


def render(book: Book, *, on_paper: bool = False, assets: Assets | None = None) -> str:
    """Return a book as a page, with a few words of the controller's."""
    return render_report(book, STANDARD, "2027.xlsx", ReportWords(SAID, frozenset()), on_paper=on_paper, assets=assets)


def _in_order(book: Book) -> Book:
    return replace(book, pages=list_chapters(book.pages))
