"""A judged round into the pages of a workbook for readers; all figures are worked out here, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from styrxl.excel import limits
from styrxl.excel.pages import Book, Page
from styrxl.excel.workbook import BookWriter, WriterWords, WrittenBook
from styrxl.model.council_plan import Plan
from styrxl.model.judged import JudgedRound
from styrxl.reports import followup as followup_pages
from styrxl.reports import plan as plan_pages
from styrxl.reports.followed import Followed
from styrxl.reports.history import Behind
from styrxl.reports.missing import missing
from styrxl.reports.own_tables import others
from styrxl.reports.phrases import Phrases
from styrxl.reports.sources import sources
from styrxl.reports.view import Issued, Scope, View

_PLAN_PAGES = (
    plan_pages.overview,
    plan_pages.goal_chain,
    plan_pages.commitments,
    plan_pages.finance,
    plan_pages.investments,
    plan_pages.indicators,
    plan_pages.oversight,
)
_FOLLOWUP_PAGES = (
    followup_pages.overview,
    followup_pages.goal_chain,
    followup_pages.commitments,
    followup_pages.fulfilment,
    followup_pages.finance,
    followup_pages.investments,
    followup_pages.indicators,
    followup_pages.oversight,
)


def consolidate(
    judged: JudgedRound,
    plan: Plan,
    issued: Iterable[Issued],
    scope: Scope,
    board: str | None = None,
    behind: Behind | None = None,
    kept: Mapping[str, str] | None = None,
) -> tuple[View, Book]:
    """Return the workbook of the council, or of a board and its units, but for its sources.

    Only returns that are accepted and in force go in. A page with nothing to say is left out; what is missing is always said.
    ``behind``: what a follow-up follows. ``kept``: the board's feedback so far, by id of unit or commitment. The pages are made as they
    are asked for, once: in a large round they are many rows.
    """
    view = View(judged, plan, scope, tuple(issued), board, behind, kept or {})
    title = f"{scope.round_name} – {view.name(board) if board else scope.municipality}"
    return view, Book(title, scope.language, f"{scope.municipality} · {scope.round_name}", _pages(view), view.workspace_path)


def _pages(view: View) -> Iterator[Page]:
    taken = [view.phrases.sheet(key, "name") for key in ("missing", "sources")]
    if view.behind is None:
        pages = (page.make_page(view) for page in _PLAN_PAGES)
    else:
        follow = Followed(view, view.behind)
        pages = (page.make_page(follow) for page in _FOLLOWUP_PAGES)
    for each in pages:
        if each is not None:
            taken.append(each.name)
            yield each
            del each
    yield from others(view, taken)
    yield missing(view)


def council_book(judged: JudgedRound, plan: Plan, issued: Iterable[Issued], scope: Scope, behind: Behind | None = None) -> WrittenBook:
    """Return the council's workbook of a round; the same input gives the same bytes. ``behind``: what a follow-up follows.

    Raises StyrxlError (driver-missing) for a table that Excel has no room for, where pyarrow is not there.
    """
    return _write_book(judged, plan, issued, scope, None, behind, {}, judged.round).finish()


def board_book(
    judged: JudgedRound,
    plan: Plan,
    issued: Iterable[Issued],
    scope: Scope,
    board: str,
    behind: Behind | None = None,
    kept: Mapping[str, str] | None = None,
) -> WrittenBook:
    """Return the workbook of a board and its units; the same input gives the same bytes; raises as ``council_book``.

    ``behind``: what a follow-up follows. ``kept``: the board's feedback, by id of unit or commitment, which stands in it again.
    """
    return _write_book(judged, plan, issued, scope, board, behind, kept or {}, board).finish()


def _write_book(
    judged: JudgedRound,
    plan: Plan,
    issued: Iterable[Issued],
    scope: Scope,
    board: str | None,
    behind: Behind | None,
    kept: Mapping[str, str],
    stem: str,
) -> BookWriter:
    """Return a writer that has all pages, and let go of what they were made from: in a large round they are many rows."""
    view, book = consolidate(judged, plan, issued, scope, board, behind, kept)
    writer = BookWriter(book, scope.look, _writer_words(view.phrases), stem)
    for page in book.pages:
        writer.write(page)
        del page  # before the next one is made
    writer.write(sources(view, writer.tallies))
    return writer


def _writer_words(phrases: Phrases) -> WriterWords:
    return WriterWords(
        page=phrases.word("page"),
        of=phrases.word("of"),
        too_many_links=phrases.word("too_many_links", n=limits.MOST_LINKS),
        too_many_rows=phrases.template("in_parquet"),
    )
