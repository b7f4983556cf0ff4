"""Pages of a follow-up that list what its returns say row by row: Åtaganden, Investeringar, Indikatorer; and feedback that is left over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from styrxl.excel.pages import Block, Field, Page, Row
from styrxl.model.goal_tree import Node, natural_key
from styrxl.model.rounds import Round
from styrxl.reports.columns import LINK_WIDTH, Spread, page, rest, spread
from styrxl.reports.followed import ADDED, Followed
from styrxl.reports.view import joined, plain, shortened

_COMMITMENT = frozenset({"commitment_id", "text", "parent_id", "last_status", "status", "comment", "continues"})
_NEW = frozenset({"commitment_id", "text", "parent_id", "responsible", "decision"})
_GOAL = 42  # letters of the goal that a commitment is tied to: in a narrow column the rest would take more room than the commitment


def make_page(follow: Followed) -> Page | None:
    """List all commitments: how they stand, what is said of them, whether they were added and whether they go on."""
    view, heading = follow.view, follow.view.phrases.heading
    nodes = sorted(follow.commitments, key=lambda n: (view.rank[n.owner or ""], natural_key(n.id)))
    if not nodes:
        return None
    fields = (
        Field(heading("id"), "id", 17),
        *(() if view.board else (Field(heading("board"), "name", 17),)),
        Field(heading("unit"), "name", 17),
        Field(heading("commitment"), width=32),
        Field(heading("goal"), width=17),
        Field(heading("council_goal_short"), "id", 9),
        Field(heading("last_status"), width=13),
        Field(heading("status"), "status", 15),
        Field(heading("comment"), width=32),
        *((Field(heading("continues"), "status", 12),) if view.scope.kind == "year" else ()),
        Field(heading("added"), "status", 13),
        *((Field(heading("feedback"), "input", 32),) if view.board else ()),
        Field(heading("responsible"), width=20, screen=True),
        Field(heading("focus_area"), width=24, screen=True),
        Field(heading("rest"), width=30, screen=True),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    spreads = {name: spread(view, name) for name in ("commitment_status", "added_commitments")}
    new = {r["commitment_id"]: r for r in plain(view.table("added_commitments"))}
    areas = {g.goal_id: g.focus_area for g in view.plan.goals}
    rows = [_commitment(follow, n, new.get(n.id), spreads, areas) for n in nodes]
    # What is both followed up and added in one and the same round is two rows of returns.
    rows += [_twice(follow, r, spreads["added_commitments"], len(fields)) for code, r in new.items() if code in follow.statuses]
    return page(view, "progress", [Block(fields, tuple(rows), table="commitments")])


def _commitment(
    follow: Followed, node: Node, new: Mapping[str, Any] | None, spreads: Mapping[str, Sequence[Spread]], areas: Mapping[str, str]
) -> Row:
    view = follow.view
    row = follow.statuses.get(node.id)
    entry = follow.entries[node.id]
    status = follow.status(node.id)
    told, table, known = (row, "commitment_status", _COMMITMENT) if row is not None else (new, "added_commitments", _NEW)
    more, amounts = rest(view, told, spreads[table], known) if told else (None, ())
    last = (row.get("last_status") if row else None) or follow.last_statuses.get(node.id)
    cells = (
        node.id,
        *(() if view.board else (view.board_name(node.owner or ""),)),
        view.unit_name(node.owner or ""),
        node.text,
        shortened(view.label(node.wanted) or node.wanted, _GOAL) if node.wanted else None,
        node.council_goal,
        view.scope.forms.words.lists["commitment_status"][last][view.scope.language] if last else None,
        follow.status_word(status),
        row.get("comment") if row else None,
        *((_goes_on(follow, row, status),) if view.scope.kind == "year" else ()),
        _added(follow, entry.row.get("decision"), entry.added, now=status == ADDED),
        *((view.kept.get(node.id),) if view.board else ()),
        node.responsible,
        areas.get(node.council_goal or ""),
        more,
        follow.link(node.id),
    )
    return Row(cells, int(told["_source"]) if told else None, amounts=amounts)


def _twice(follow: Followed, row: Mapping[str, Any], spreads: Sequence[Spread], width: int) -> Row:
    view = follow.view
    more, amounts = rest(view, row, spreads, _NEW)
    link = view.link(int(row["_source"]), row["_sheet"], int(row["_row"]))
    return Row((row["commitment_id"], *[None] * (width - 3), more, link), int(row["_source"]), amounts=amounts)


def _goes_on(follow: Followed, row: Mapping[str, Any] | None, status: str) -> str | None:
    said = row.get("continues") if row else None
    word = follow.view.phrases.word
    if said is not None:
        return word("goes_on" if said == "yes" else "goes_not_on")
    return word("none") if status == "done" else None


def _added(follow: Followed, decision: str | None, when: Round | None, *, now: bool) -> str | None:
    if when is None:
        return None
    word = follow.view.phrases.word
    return joined([word("added_now") if now else word("added_in", round=follow.round_word(when)), decision], ": ")
