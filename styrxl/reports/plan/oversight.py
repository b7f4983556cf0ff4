"""The plan's page Uppsikt: who has done what."""

from __future__ import annotations

from collections.abc import Sequence

from styrxl.excel.pages import BOLD, Block, Field, Page, Row
from styrxl.reports.assignment_page import make_overdue_block
from styrxl.reports.page_parts import LINK_WIDTH, file_link, make_titled_page, sum_label
from styrxl.reports.participation import Participation, group_by_organisation, in_time_word, list_participation, verdict_word
from styrxl.reports.view import View


def make_page(view: View) -> Page | None:
    """Return the page that says who was issued a workbook, returned it and had it accepted, with commitments; None for nobody.

    Groups come first, then each owner.
    """
    participation = [p for p in list_participation(view) if view.board is None or p.owner.id != view.board]
    if not participation:
        return None
    overdue = make_overdue_block(view)
    blocks = (_groups_block(view, participation), overdue if overdue.rows else None, _owners_block(view, participation))
    return make_titled_page(view, "oversight", [block for block in blocks if block])


def _groups_block(view: View, participation: Sequence[Participation]) -> Block | None:
    groups = group_by_organisation(view, participation)
    if not groups:
        return None
    heading, word = view.phrases.heading, view.phrases.word
    keys = ("owners", "issued", "returned", "accepted", "late", "commitments")
    fields = (Field(heading("part"), "name", 34), Field(heading("kind"), width=14), *(Field(heading(k), "count", 12) for k in keys))
    rows = tuple(Row((view.name(id_), kind, *_counts(members))) for kind, id_, members in groups)
    last = Row((sum_label(view), None, *_counts(participation)), weight=BOLD)
    title = word("board_summary_title" if view.board else "summary_title")
    return Block(fields, rows, heading=title, table="oversight_groups", totals=(last,))


def _counts(participation: Sequence[Participation]) -> tuple[int, ...]:
    return (
        len(participation),
        sum(p.issue is not None for p in participation),
        sum(p.returned for p in participation),
        sum(p.accepted is not None for p in participation),
        sum(p.late for p in participation),
        sum(p.commitments for p in participation),
    )


def _owners_block(view: View, participation: Sequence[Participation]) -> Block:
    heading = view.phrases.heading
    fields = (
        *(() if view.board else (Field(heading("board"), "name", 34),)),
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
    rows = tuple(_owner_row(view, p) for p in participation)
    title = view.phrases.word("board_detail_title" if view.board else "detail_title")
    return Block(fields, rows, heading=title, table="oversight", sticky=True)


def _owner_row(view: View, p: Participation) -> Row:
    unit = p.owner.name if p.owner.kind == "unit" else view.phrases.word("board_level")
    shown = p.accepted or p.newest
    cells = (
        *(() if view.board else (view.name(p.owner.board),)),
        unit,
        view.name(p.owner.administration),
        p.issue.issued_at if p.issue else None,
        p.issue.due if p.issue else None,
        p.received_on,
        verdict_word(view, p),
        in_time_word(view, p),
        p.commitments if p.accepted else None,
        view.phrases.word("elsewhere", where=p.elsewhere) if p.elsewhere else None,
        (shown.profile if shown else None) or p.owner.profile,
        file_link(p.owner.id, shown.path) if shown else None,
    )
    return Row(cells, p.elsewhere_source.index if p.elsewhere_source else None)
