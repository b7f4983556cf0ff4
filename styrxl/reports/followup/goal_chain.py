"""The page Målkedja of a follow-up: the tree, with how each goal and commitment stands."""

from __future__ import annotations

from collections.abc import Iterator

from styrxl.excel.pages import BOLD, PLAIN, Block, Field, Page, Row, outline_level
from styrxl.model.goal_tree import COMMITMENTS, COUNCIL_GOAL, Node
from styrxl.reports.columns import LINK_WIDTH, page
from styrxl.reports.followed import ADDED, Followed
from styrxl.reports.plan.goal_chain import MOST_SEEN


def make_page(follow: Followed) -> Page | None:
    """Show the tree; None where the council has no goals and nobody has any."""
    rows = tuple(_rows(follow))
    if not rows:
        return None
    heading = follow.view.phrases.heading
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
    return page(follow.view, "standings", [Block(fields, rows, folded=outline_level([r.level for r in rows], MOST_SEEN))])


def _rows(follow: Followed) -> Iterator[Row]:
    council = {n.id for n in follow.council}
    section: str | None = None
    for node in follow.view.nodes:
        if node.kind == COUNCIL_GOAL:
            if node.id in council:
                yield _row(follow, node)
            continue
        if node.loose and node.depth == 0 and (title := "free" if node.free else "loose") != section:
            section = title
            word = follow.view.phrases.word
            yield Row((word(title), None, word(f"{title}_why"), *[None] * 5), weight=BOLD)
        yield _row(follow, node)


def _row(follow: Followed, node: Node) -> Row:
    view = follow.view
    depth = node.depth + (1 if node.loose else 0)
    cells = (
        view.phrases.kind(node.kind),
        node.id,
        node.text,
        view.name(node.owner),
        _standing(follow, node),
        node.commitments if node.below or node.kind == COUNCIL_GOAL else None,
        _added(follow, node),
        follow.link(node.id) if node.kind != COUNCIL_GOAL else None,
    )
    return Row(cells, level=depth, indent=depth, weight=BOLD if node.kind == COUNCIL_GOAL else PLAIN)


def _standing(follow: Followed, node: Node) -> str | None:
    if node.kind == COUNCIL_GOAL:
        one = follow.standings[node.id]
        said = follow.assessment_word(one.own.assessment) if one.own else follow.said(one.value)
        return follow.view.phrases.word("own_mark" if one.own else "suggested_mark", what=said)
    if node.owner not in follow.view.by_id:
        return None
    if node.kind in COMMITMENTS:
        return follow.status_word(follow.status(node.id))
    code = follow.assessed(node.id)
    silent = "status_missing" if node.owner in follow.asked else "status_outside"
    return follow.assessment_word(code) if code else follow.view.phrases.word(silent)


def _added(follow: Followed, node: Node) -> str | None:
    if node.kind not in COMMITMENTS or (when := follow.entries[node.id].added) is None:
        return None
    now = follow.status(node.id) == ADDED
    return follow.view.phrases.word("added_now") if now else follow.view.phrases.word("added_in", round=follow.round_word(when))
