"""The plan's page on who has done what."""

from __future__ import annotations

from collections.abc import Sequence

from styrxl.excel.pages import BOLD, Block, Field, Link, Page, Row
from styrxl.reports.columns import LINK_WIDTH, page
from styrxl.reports.participation import Standing, in_time, standings, sum_word, verdict
from styrxl.reports.view import View, joined


def make_page(view: View) -> Page | None:
    """Show who has been handed a workbook, returned it and got it done, with commitments; groups first, then everybody."""
    those = [s for s in standings(view) if view.board is None or s.part.id != view.board]
    if not those:
        return None
    return page(view, "oversight", [b for b in (_groups(view, those), _everybody(view, those)) if b])


def _groups(view: View, those: Sequence[Standing]) -> Block | None:
    by_board, by_administration = dict[str, list[Standing]](), dict[str, list[Standing]]()
    for s in those:
        by_board.setdefault(s.part.board, []).append(s)
        if s.part.administration and s.part.kind == "unit":
            by_administration.setdefault(s.part.administration, []).append(s)
    kind = {code: label[view.scope.language] for code, label in view.scope.forms.words.lists["kind"].items()}
    groups = [(kind["board"], board, mine) for board, mine in by_board.items()] if view.board is None else []
    groups += [(kind["administration"], a, mine) for a, mine in by_administration.items()]
    if not groups:
        return None
    heading, word = view.phrases.heading, view.phrases.word
    keys = ("owners", "issued", "returned", "accepted", "late", "commitments")
    fields = (Field(heading("part"), "name", 34), Field(heading("kind"), width=14), *(Field(heading(k), "count", 12) for k in keys))
    rows = tuple(Row((view.name(who), what, *_counts(mine))) for what, who, mine in groups)
    last = Row((sum_word(view), None, *_counts(those)), weight=BOLD)
    title = word("board_summary_title" if view.board else "summary_title")
    return Block(fields, rows, heading=title, table="oversight_groups", totals=(last,))


def _counts(those: Sequence[Standing]) -> tuple[int, ...]:
    return (
        len(those),
        sum(s.issue is not None for s in those),
        sum(s.returned for s in those),
        sum(s.accepted is not None for s in those),
        sum(s.late for s in those),
        sum(s.commitments for s in those),
    )


def _everybody(view: View, those: Sequence[Standing]) -> Block:
    heading = view.phrases.heading
    whose = () if view.board else (Field(heading("board"), "name", 34),)
    fields = (
        *whose,
        Field(heading("unit"), width=34 if view.board else 26),
        Field(heading("administration"), "name", 20),
        Field(heading("issued_on"), "date", 12),
        Field(heading("due"), "date", 12),
        Field(heading("received_on"), "date", 12),
        Field(heading("verdict"), "status", 18),
        Field(heading("in_time"), "status", 12),
        Field(heading("own_commitments"), "count", 12),
        Field(heading("elsewhere"), width=24),
        Field(heading("profile"), width=12),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    rows = tuple(_standing(view, s) for s in those)
    title = view.phrases.word("board_detail_title" if view.board else "detail_title")
    return Block(fields, rows, heading=title, table="oversight", sticky=True)


def _standing(view: View, s: Standing) -> Row:
    unit = s.part.name if s.part.kind == "unit" else view.phrases.word("board_level")
    newest = s.accepted or s.newest
    cells = (
        *(() if view.board else (view.name(s.part.board),)),
        unit,
        view.name(s.part.administration),
        s.issue.issued_at if s.issue else None,
        s.issue.due if s.issue else None,
        s.came,
        verdict(view, s),
        in_time(view, s),
        s.commitments if s.accepted else None,
        view.phrases.word("elsewhere", where=s.elsewhere) if s.elsewhere else None,
        (newest.profile if newest else None) or s.part.profile,
        Link(joined((s.part.id, newest.path.rpartition("/")[2])) or "", newest.path) if newest else None,
    )
    return Row(cells, s.elsewhere_source.index if s.elsewhere_source else None)
