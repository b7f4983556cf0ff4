"""Publishing a round's report: the page, the PDF that is made from it, and the text in which the controller says something to it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path

from styrxl.model.catalogue import Word
from styrxl.model.errors import StyrxlError, working_on
from styrxl.model.rounds import Round
from styrxl.reports.book import make_book
from styrxl.rounds.desk import Desk
from styrxl.rounds.judge_inbox import judge_inbox
from styrxl.rounds.publish import gather_history, list_issued, make_scope
from styrxl.scale.garbage_collection import pause_garbage_collection
from styrxl.store.files import StagedFiles
from styrxl.web.report.report_page import render_report
from styrxl.web.report.report_words import read_report_words, write_empty_words

INSTALL = "pip install styrxl[pdf]"


@dataclass(frozen=True, slots=True)
class PublishedReport:
    """What ``report`` wrote, and what is to be told of it."""

    written: tuple[Path, ...]
    notes: tuple[Word, ...]


@pause_garbage_collection()
def publish_report(desk: Desk, round_: Round, *, pdf: bool) -> PublishedReport:
    """Write the council's report of a round as a page and, with ``pdf`` and where that can be made, as PDF.

    Raises StyrxlError: report-chapter-unknown, not-readable; file-locked, disk-full, not-writable.
    """
    judged = judge_inbox(desk, round_)
    history = gather_history(desk, round_, judged) if round_.followup else None
    scope = make_scope(desk, round_, desk.workspace.settings.language)
    _, book = make_book(judged, desk.plan, list_issued(desk, round_), scope, None, history)
    book = replace(book, pages=tuple(book.pages))
    workbook = desk.workspace.council(round_)
    page, paper, words = (workbook.with_suffix(end) for end in (".html", ".pdf", ".md"))
    chapters = [chapter.name for chapter in book.pages]
    given = read_report_words(_read(words), chapters, desk.workspace.shown(words))
    notes: list[Word] = []
    with working_on(page), StagedFiles() as stage:
        made = [page]
        stage.add(page, render_report(book, scope.look, workbook.name, given, on_paper=False).encode())
        if pdf and (data := _make_pdf(render_report(book, scope.look, workbook.name, given, on_paper=True))):
            stage.add(paper, data)
            made.append(paper)
        elif pdf:
            notes.append(Word("report_no_pdf", {"install": INSTALL}))
        if not words.exists():
            stage.add(words, write_empty_words(chapters).encode())
            made.append(words)
            notes.append(Word("report_words", {"path": desk.workspace.shown(words)}))
        stage.move_into_place()
    return PublishedReport(tuple(made), tuple(notes))


def _read(words: Path) -> str:
    """Return the text in which the controller says something to the chapters; nothing where there is none."""
    try:
        return words.read_text("utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise StyrxlError("not-readable", path=str(words), why=str(error)) from error


def _make_pdf(html: str) -> bytes | None:
    """Return a page as tagged PDF; None where WeasyPrint, or the libraries of the system that it needs, are not there."""
    try:
        from weasyprint import HTML  # noqa: PLC0415 -- an extra, and slow to import
    except (ImportError, OSError):
        return None
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    made: bytes = HTML(string=html, url_fetcher=_fetch_nothing).write_pdf(pdf_variant="pdf/ua-1")
    return made


def _fetch_nothing(url: str, *_: object, **__: object) -> dict[str, object]:
    raise ValueError(f"a report asks nobody for anything: {url}")
