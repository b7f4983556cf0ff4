"""The follow-up's page Målkedja: the goal tree, with how each goal and commitment stands."""

from __future__ import annotations

from collections.abc import Iterator

from styrxl.excel.pages import BOLD, PLAIN, Block, Field, Page, Row, outline_level
from styrxl.model.goal_tree import COMMITMENTS, COUNCIL_GOAL, Node
from styrxl.reports.assignments import AssignmentStanding, list_of_goals, name_responsible, whole_word
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.page_parts import LINK_WIDTH, MOST_ROWS_SEEN, commitments_below, make_titled_page, node_depth, section_of, section_row

_WIDTH = 8  # columns


def make_page(followup: FollowupView) -> Page | None:
    """Return the page with the tree; None where the council has no goals and nobody has any."""
    rows = tuple(_rows(followup))
    if not rows:
        return None
    heading = followup.view.phrases.heading
    fields = (
        Field(heading("kind"), width=18),
        Field(heading("id"), "id", 17),
        Field(heading("text"), width=66, indented=True),
        Field(heading("owner"), "name", 22),
        Field(heading("standing"), "status", 26),
        Field(heading("commitments_below"), "count", 12),
        Field(heading("added"), width=20),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    folded = outline_level([row.level for row in rows], MOST_ROWS_SEEN)
    return make_titled_page(followup.view, "standings", [Block(fields, rows, folded=folded, chain=True, name="goal_chain")])


def _rows(followup: FollowupView) -> Iterator[Row]:
    council_goals = {n.id for n in followup.council_goals}
    section: str | None = None
    assignments = list_of_goals(followup.view)
    for node in followup.view.nodes:
        if node.kind == COUNCIL_GOAL:
            if node.id in council_goals:
                yield _node_row(followup, node)
                yield from _contribution_rows(followup, node)
                yield from (_assignment_row(followup, standing) for standing in assignments.get(node.id, ()))
            continue
        if (begins := section_of(node)) is not None and begins != section:
            section = begins
            yield section_row(followup.view, section, _WIDTH)
        yield _node_row(followup, node)


def _node_row(followup: FollowupView, node: Node) -> Row:
    view, depth = followup.view, node_depth(node)
    cells = (
        view.phrases.kind(node.kind),
        node.id,
        node.text,
        view.name(node.owner),
        _state(followup, node),
        commitments_below(node),
        followup.added_word(node.id) if node.kind in COMMITMENTS else None,
        followup.link(node.id) if node.kind != COUNCIL_GOAL else None,
    )
    return Row(cells, level=depth, indent=depth, weight=BOLD if node.kind == COUNCIL_GOAL else PLAIN)


def _contribution_rows(followup: FollowupView, node: Node) -> Iterator[Row]:
    """Yield how boards that have nothing under a council goal contribute to it."""
    view, kind = followup.view, followup.view.phrases.kind("contribution")
    for row in followup.contributions.get(node.id, ()):
        state = followup.assessment_word(row["assessment"])
        cells = (kind, node.id, row.get("contribution"), view.name(row["_owner"]), state, None, None, view.row_link(row))
        yield Row(cells, level=1, indent=1)


def _assignment_row(followup: FollowupView, standing: AssignmentStanding) -> Row:
    """Return the row of an assignment under its goal; its answers stand on a page of their own."""
    view, given = followup.view, standing.assignment
    cells = (view.phrases.kind("assignment"), given.assignment_id, given.text, name_responsible(view, given))
    return Row((*cells, whole_word(view, standing), None, None, None), level=1, indent=1)


def _state(followup: FollowupView, node: Node) -> str | None:
    """Say how a goal or commitment stands; None of an owner that the reader does not have."""
    if node.kind == COUNCIL_GOAL:
        return followup.marked_state(followup.goal_states[node.id])
    if node.owner not in followup.view.by_id:
        return None
    if node.kind in COMMITMENTS:
        return followup.status_word(followup.status(node.id))
    return followup.assessment_word(followup.assessed(node.id)) or followup.silence_word(node.owner)
