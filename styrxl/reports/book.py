"""A judged round into the pages of a workbook for readers; all figures are worked out here, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from styrxl.excel.pages import Book, Page
from styrxl.excel.rows import MOST_LINKS, WrittenSheet
from styrxl.excel.styles import CellStyles
from styrxl.excel.workbook import Desk, Made, new_workbook, packed_book, tallies, write_sheet
from styrxl.model.council_plan import Plan
from styrxl.model.judged import JudgedRound
from styrxl.reports import followup as followup_pages
from styrxl.reports import plan as plan_pages
from styrxl.reports.followed import Followed
from styrxl.reports.history import Behind
from styrxl.reports.missing import missing
from styrxl.reports.own_tables import others
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
    return view, Book(title, scope.language, f"{scope.municipality} · {scope.round_name}", _pages(view), view.up)


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


def council_book(judged: JudgedRound, plan: Plan, issued: Iterable[Issued], scope: Scope, behind: Behind | None = None) -> Made:
    """Return the council's workbook of a round; the same input gives the same bytes. ``behind``: what a follow-up follows.

    Raises StyrxlError (driver-missing) for a table that Excel has no room for, where pyarrow is not there.
    """
    return packed_book(*_drawn(judged, plan, issued, scope, None, behind, {}, judged.round))


def board_book(
    judged: JudgedRound,
    plan: Plan,
    issued: Iterable[Issued],
    scope: Scope,
    board: str,
    behind: Behind | None = None,
    kept: Mapping[str, str] | None = None,
) -> Made:
    """Return the workbook of a board and its units; the same input gives the same bytes; raises as ``council_book``.

    ``behind``: what a follow-up follows. ``kept``: the board's feedback, by id of unit or commitment, which stands in it again.
    """
    return packed_book(*_drawn(judged, plan, issued, scope, board, behind, kept or {}, board))


def _drawn(
    judged: JudgedRound,
    plan: Plan,
    issued: Iterable[Issued],
    scope: Scope,
    board: str | None,
    behind: Behind | None,
    kept: Mapping[str, str],
    stem: str,
) -> tuple[Desk, Sequence[WrittenSheet]]:
    """Write all sheets, and let go of what they were made from before they are packed."""
    view, book = consolidate(judged, plan, issued, scope, board, behind, kept)
    workbook = new_workbook(book, scope.look)
    said = {key: view.phrases.word(key) for key in ("page", "of")}
    too_many = view.phrases.word("too_many_links", n=MOST_LINKS)
    desk = Desk(workbook, book, CellStyles(workbook, scope.look.accent), {}, **said, too_many=too_many, phrases=view.phrases, stem=stem)
    # Each page is let go of when it has been written: in a large round they are many rows.
    sheets = [*map(partial(write_sheet, desk), book.pages)]
    sheets.append(write_sheet(desk, sources(view, tallies(sheets))))
    return replace(desk, book=replace(book, pages=())), sheets
