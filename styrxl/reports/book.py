"""A judged round into the pages of a workbook for readers; all figures are worked out here, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from styrxl.excel import limits
from styrxl.excel.pages import Block, Book, Page
from styrxl.excel.workbook import BookWriter, WriterWords, WrittenBook
from styrxl.model.council_plan import Plan
from styrxl.model.forms import ASSIGNMENT_TABLES
from styrxl.model.judged import JudgedRound
from styrxl.reports import followup as followup_pages
from styrxl.reports import plan as plan_pages
from styrxl.reports.companies import make_pages as make_company_pages
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.history import RoundHistory
from styrxl.reports.missing import make_missing_page
from styrxl.reports.own_tables import make_own_pages
from styrxl.reports.phrases import Phrases
from styrxl.reports.sources import make_sources_page
from styrxl.reports.tables_page import list_tables, make_tables_page
from styrxl.reports.view import FOLLOWED, PLANNED, IssuedForm, Scope, View

# Each page with the tables that it is about: it is made where a form of the round has one of them (or always).
_PLAN_PAGES = (
    (plan_pages.overview, ()),
    (plan_pages.charts, PLANNED),
    (plan_pages.goal_chain, PLANNED),
    (plan_pages.commitments, ("commitments",)),
    (plan_pages.assignments, ASSIGNMENT_TABLES),
    (plan_pages.sound_management, PLANNED),
    (plan_pages.finance, ("budget",)),
    (plan_pages.investments, ("investments",)),
    (plan_pages.indicators, ("indicators",)),
    (plan_pages.oversight, PLANNED),
)
_FOLLOWUP_PAGES = (
    (followup_pages.overview, ()),
    (followup_pages.charts, (*FOLLOWED, "outcomes")),
    (followup_pages.goal_chain, FOLLOWED),
    (followup_pages.commitments, ("commitment_status", "added_commitments")),
    (followup_pages.assignments, ASSIGNMENT_TABLES),
    (followup_pages.fulfilment, ("goal_assessments", "contribution_status")),
    (followup_pages.sound_management, ("goal_assessments", "contribution_status")),
    (followup_pages.finance, ("outcomes", "unit_outcomes")),
    (followup_pages.investments, ("investment_outcomes",)),
    (followup_pages.indicators, ("indicator_outcomes",)),
    (followup_pages.oversight, FOLLOWED),
)


def make_book(
    judged: JudgedRound,
    plan: Plan,
    issued: Iterable[IssuedForm],
    scope: Scope,
    board: str | None = None,
    history: RoundHistory | None = None,
    feedback: Mapping[str, str] | None = None,
) -> tuple[View, Book]:
    """Return what the council, or a board with its units, sees of a round, and the book of it, all pages but the sources.

    Only accepted returns in force go in. A page with nothing to say is left out; what is missing is always said.
    ``history``: of a follow-up, what earlier rounds said. ``feedback``: the board's so far, by id of unit or commitment. The pages are
    made as they are asked for, once: in a large round they are many rows.
    """
    view = View(judged, plan, scope, tuple(issued), board, history, feedback or {})
    title = f"{scope.round_name} – {view.name(board) if board else scope.municipality}"
    return view, Book(title, scope.language, f"{scope.municipality} · {scope.round_name}", _pages(view), view.workspace_path)


def _pages(view: View) -> Iterator[Page]:
    taken = [view.phrases.sheet(key, "name") for key in ("missing", "tables", "sources")]
    if view.history is None:
        pages = (module.make_page(view) for module, tables in _PLAN_PAGES if not tables or view.asks(*tables))
    else:
        followup = FollowupView(view, view.history)
        pages = (module.make_page(followup) for module, tables in _FOLLOWUP_PAGES if not tables or view.asks(*tables))
    for page in pages:
        if page is not None:
            taken.append(page.name)
            yield page
            del page  # before the next one is made
    for page in make_company_pages(view):
        taken.append(page.name)
        yield page
    yield from make_own_pages(view, taken)
    yield make_missing_page(view)


def council_book(
    judged: JudgedRound,
    plan: Plan,
    issued: Iterable[IssuedForm],
    scope: Scope,
    history: RoundHistory | None = None,
    *,
    tables: bool = False,
) -> WrittenBook:
    """Return the council's workbook of a round; the same input gives the same bytes. ``history``: of a follow-up.

    ``tables``: with a sheet more, on which every list is an Excel table.
    Raises StyrxlError (driver-missing) for a table that Excel has no room for, where pyarrow is not there.
    """
    return _writer(judged, plan, issued, scope, None, history, None, judged.round, tables=tables).finish()


def board_book(
    judged: JudgedRound,
    plan: Plan,
    issued: Iterable[IssuedForm],
    scope: Scope,
    board: str,
    history: RoundHistory | None = None,
    feedback: Mapping[str, str] | None = None,
    *,
    tables: bool = False,
) -> WrittenBook:
    """Return the workbook of a board and its units; the same input gives the same bytes; raises as ``council_book``.

    ``history``: of a follow-up. ``feedback``: the board's, by id of unit or commitment, which stands in the workbook again.
    ``tables``: as in ``council_book``.
    """
    return _writer(judged, plan, issued, scope, board, history, feedback, board, tables=tables).finish()


def _writer(
    judged: JudgedRound,
    plan: Plan,
    issued: Iterable[IssuedForm],
    scope: Scope,
    board: str | None,
    history: RoundHistory | None,
    feedback: Mapping[str, str] | None,
    stem: str,
    *,
    tables: bool,
) -> BookWriter:
    """Return a writer that has all pages, and let go of what they were made from: in a large round they are many rows."""
    view, book = make_book(judged, plan, issued, scope, board, history, feedback)
    writer = BookWriter(book, scope.look, _writer_words(view.phrases), stem)
    lists: list[Block] = []
    for page in book.pages:
        writer.write(page)
        lists += list_tables(page, view.phrases.heading("level")) if tables else ()
        del page  # before the next one is made
    if lists:
        writer.write(make_tables_page(view, lists))
    writer.write(make_sources_page(view, writer.tallies))
    return writer


def _writer_words(phrases: Phrases) -> WriterWords:
    return WriterWords(
        page=phrases.word("page"),
        of=phrases.word("of"),
        too_many_links=phrases.word("too_many_links", n=limits.MOST_LINKS),
        too_many_rows=phrases.template("in_parquet"),
    )
