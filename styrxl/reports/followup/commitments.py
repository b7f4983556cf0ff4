"""The follow-up's page Åtaganden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from styrxl.excel.measure import text_width
from styrxl.excel.pages import Block, Field, Page, Row
from styrxl.model.goal_judgement import STATUSES
from styrxl.model.goal_tree import Node, natural_key
from styrxl.model.table_values import records
from styrxl.reports.columns import ReportColumn, describe_rest, report_columns
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.page_parts import LINK_WIDTH, make_titled_page
from styrxl.reports.view import join_texts

_SHOWN = frozenset({"commitment_id", "text", "parent_id", "last_status", "expected_result", "status", "comment", "continues", "carried"})
_STATUS_WIDTH, _WIDEST_STATUS, _PADDING = 17.5, 24.0, 1.75
_SHOWN_OF_ADDED = frozenset({"commitment_id", "text", "parent_id", "responsible", "decision"})


def make_page(followup: FollowupView) -> Page | None:
    """Return the page with all commitments: how they stand, whether they were added and whether they go on; None where there are none."""
    view, heading = followup.view, followup.view.phrases.heading
    nodes = sorted(followup.commitments, key=lambda n: (view.rank[n.owner or ""], natural_key(n.id)))
    if not nodes:
        return None
    carried = {n.id: word for n in nodes if (word := _carried_word(followup, n.id))}
    status_width = _find_status_width(followup, nodes)
    fields = (
        Field(heading("id"), "id", 17),
        Field(heading("unit" if view.board else "board_or_unit"), "name", 20),
        Field(heading("commitment"), width=66, least=50),
        Field(heading("goal"), width=14),
        Field(heading("council_goal_short"), "id", 8),
        Field(heading("status"), "status", status_width),
        Field(heading("comment"), width=35 - (status_width - _STATUS_WIDTH) / 2),  # few have one: it gives way first
        *((Field(heading("continues"), "status", 11),) if view.round.kind.final else ()),
        *((Field(heading("carried"), width=11),) if carried else ()),
        *((Field(heading("feedback"), "input", 32),) if view.board else ()),
        *(() if view.board else (Field(heading("board"), "name", 40, screen=True),)),
        Field(heading("expected_result"), width=100, screen=True),
        Field(heading("goal_text"), width=130, screen=True),
        Field(heading("last_status"), width=26, screen=True),
        Field(heading("added"), "status", 32, screen=True),
        Field(heading("responsible"), width=40, screen=True),
        Field(heading("focus_area"), width=40, screen=True),
        Field(heading("dimension"), width=14, screen=True),
        Field(heading("rest"), width=60, screen=True),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    columns = {table: report_columns(view, table) for table in ("commitment_status", "added_commitments")}
    added = {row["commitment_id"]: row for row in records(view.table("added_commitments"))}
    rows = [_commitment_row(followup, node, added.get(node.id), columns, carried) for node in nodes]
    # What is both followed up and added in one and the same round is two rows of returns.
    rows += [
        _second_row(followup, row, columns["added_commitments"], len(fields)) for code, row in added.items() if code in followup.statuses
    ]
    return make_titled_page(view, "progress", [Block(fields, tuple(rows), table="commitments")])


def _find_status_width(followup: FollowupView, nodes: Iterable[Node]) -> float:
    """Return a width at which the longest status stands on one line: else most rows of some languages are two lines high."""
    words = {followup.status_word(status) for node in nodes if (status := followup.status(node.id)) in STATUSES}
    return min(_WIDEST_STATUS, max([_STATUS_WIDTH, *(text_width(word, bold=True) + _PADDING for word in words)]))


def _commitment_row(
    followup: FollowupView,
    node: Node,
    added: Mapping[str, Any] | None,
    columns: Mapping[str, Sequence[ReportColumn]],
    carried: Mapping[str, str],
) -> Row:
    """Return a commitment's row, from the row that says how it stands, else from the one that added it."""
    view = followup.view
    answer = followup.statuses.get(node.id)
    status = followup.status(node.id)
    row, table, shown = (answer, "commitment_status", _SHOWN) if answer is not None else (added, "added_commitments", _SHOWN_OF_ADDED)
    more, amounts = describe_rest(view, row, columns[table], shown) if row else (None, ())
    goal = view.council_goal(node.council_goal) if node.council_goal else None
    last = (answer.get("last_status") if answer else None) or followup.last_statuses.get(node.id)
    cells = (
        node.id,
        view.unit_name(node.owner or "") if view.board else view.name(node.owner),
        node.text,
        node.wanted,
        node.council_goal,
        followup.status_word(status),
        answer.get("comment") if answer else None,
        *((_continues_word(followup, answer, status),) if view.round.kind.final else ()),
        *((carried.get(node.id),) if carried else ()),
        *((view.feedback.get(node.id),) if view.board else (view.board_name(node.owner or ""),)),
        followup.entries[node.id].row.get("expected_result"),
        view.label(node.wanted) if node.wanted else None,
        view.scope.forms.label("commitment_status", last)[view.scope.language] if last else None,
        _added_word(followup, node.id),
        node.responsible,
        *((goal.focus_area, view.dimension_name(goal.dimension)) if goal else (None, None)),
        more,
        followup.link(node.id),
    )
    return Row(cells, int(row["_source"]) if row else None, amounts=amounts)


def _second_row(followup: FollowupView, row: Mapping[str, Any], columns: Sequence[ReportColumn], width: int) -> Row:
    more, amounts = describe_rest(followup.view, row, columns, _SHOWN_OF_ADDED)
    link = followup.view.row_link(row)
    return Row((row["commitment_id"], *[None] * (width - 3), more, link), int(row["_source"]), amounts=amounts)


def _continues_word(followup: FollowupView, answer: Mapping[str, Any] | None, status: str) -> str | None:
    continues = answer.get("continues") if answer else None
    word = followup.view.phrases.word
    if continues is not None:
        return word("goes_on" if continues == "yes" else "goes_not_on")
    return word("none") if status == "done" else None


def _carried_word(followup: FollowupView, code: str) -> str | None:
    """Say how a commitment comes from last year; None for one that is new, or of which nobody has said."""
    entry = followup.entries.get(code)
    carried = followup.statuses.get(code, {}).get("carried") or (entry.row.get("carried") if entry else None)
    return followup.view.scope.forms.label("carried", carried)[followup.view.scope.language] if carried else None


def _added_word(followup: FollowupView, code: str) -> str | None:
    """Say in which round a commitment was added, and by which decision; None for a planned one."""
    added = followup.added_word(code)
    return join_texts([added, followup.entries[code].row.get("decision")], ": ") if added else None
