"""Publishing a round's report: the page, the PDF that is made from it, and the text in which the controller says something to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from styrxl.excel.look import Look
from styrxl.excel.pages import Book, Link
from styrxl.model.catalogue import Word, tell_how_to_install
from styrxl.model.errors import working_on
from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import Round
from styrxl.reports.book import make_book
from styrxl.rounds.desk import Desk
from styrxl.rounds.judge_inbox import judge_inbox
from styrxl.rounds.publish import gather_history, list_issued, make_scope
from styrxl.scale.garbage_collection import pause_garbage_collection
from styrxl.store.files import StagedFiles
from styrxl.web.report.chapters import list_chapters
from styrxl.web.report.kept_words import find_words, read_words
from styrxl.web.report.make_pdf import NoPdfError, make_pdf
from styrxl.web.report.report_page import Assets, render_report
from styrxl.web.report.report_words import ReportWords, read_report_words, write_empty_words


@dataclass(frozen=True, slots=True)
class Report:
    """A round's report before it is written: its pages as chapters in their order, and what is said to them."""

    book: Book
    chapters: tuple[str, ...]
    look: Look
    workbook: str  # the name of the council's
    given: ReportWords

    def render(self, *, on_paper: bool = False, assets: Assets | None = None, source_link: Callable[[Link], str] | None = None) -> str:
        """Return it as HTML, as ``render_report`` says."""
        return render_report(self.book, self.look, self.workbook, self.given, on_paper=on_paper, assets=assets, source_link=source_link)


@dataclass(frozen=True, slots=True)
class PublishedReport:
    """What ``report`` wrote, and what is to be told of it."""

    written: tuple[Path, ...]
    notes: tuple[Word, ...]


def gather_report(desk: Desk, round_: Round, judged: JudgedRound) -> Report:
    """Return the report of a round as it has been judged; nothing is written.

    Raises StyrxlError: report-chapter-unknown, not-readable.
    """
    history = gather_history(desk, round_, judged) if round_.followup else None
    scope = make_scope(desk, round_, desk.workspace.settings.language)
    _, book = make_book(judged, desk.plan, list_issued(desk, round_), scope, None, history)
    book = replace(book, pages=list_chapters(book.pages))
    chapters = tuple(page.name for page in book.pages)
    words = find_words(desk.workspace, round_)
    given = read_report_words(read_words(desk.workspace, round_), chapters, desk.workspace.shown(words))
    return Report(book, chapters, scope.look, desk.workspace.council(round_).name, given)


@pause_garbage_collection()
def publish_report(desk: Desk, round_: Round, *, pdf: bool) -> PublishedReport:
    """Write the council's report of a round as a page and, with ``pdf`` and where that can be made, as PDF.

    Raises StyrxlError: report-chapter-unknown, not-readable; file-locked, disk-full, not-writable.
    """
    report = gather_report(desk, round_, judge_inbox(desk, round_))
    workbook, words = desk.workspace.council(round_), find_words(desk.workspace, round_)
    page, paper = workbook.with_suffix(".html"), workbook.with_suffix(".pdf")
    notes: list[Word] = []
    with working_on(page), StagedFiles() as stage:
        made = [page]
        stage.add(page, report.render().encode())
        if pdf:
            try:
                stage.add(paper, make_pdf(report.render(on_paper=True)))
                made.append(paper)
            except NoPdfError as error:
                notes.append(Word(error.key, {"install": tell_how_to_install("pdf"), "page": desk.workspace.shown(page)}))
        if not words.exists():
            stage.add(words, write_empty_words(report.chapters).encode())
            made.append(words)
            notes.append(Word("report_words", {"path": desk.workspace.shown(words)}))
        stage.move_into_place()
    return PublishedReport(tuple(made), tuple(notes))
