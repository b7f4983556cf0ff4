"""The state of each goal, as the table of a mailed summary has it: of a plan, or of a follow-up with its assessments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from styrxl.model.catalogue import word
from styrxl.model.goal_tree import BOARD_GOAL, COUNCIL_GOAL, Node
from styrxl.model.rollup import STATUSES, YES
from styrxl.reports.followed import ADDED, OUTSIDE, Followed
from styrxl.reports.view import View, shortened


def planned(view: View) -> list[dict[str, Any]]:
    """Return whether each goal of a plan has commitments: the council's goals, or a board's own."""
    kind, language = COUNCIL_GOAL if view.board is None else BOARD_GOAL, view.scope.language
    return [
        {
            "name": _name(node),
            "state": word("mail_goal_served" if node.commitments or node.also else "mail_goal_bare", language),
            "goals": node.below.get(BOARD_GOAL, 0),
            "commitments": node.commitments,
        }
        for node in view.nodes
        if node.kind == kind
    ]


def followed(follow: Followed) -> list[dict[str, Any]]:
    """Return how each goal is assessed in a follow-up, and how many of the goals and commitments under it are on track."""
    return list(_council(follow) if follow.view.board is None else _board(follow))


def _council(follow: Followed) -> Iterator[dict[str, Any]]:
    for node in follow.council:
        standing = follow.standings[node.id]
        said = follow.assessment_word(standing.own.assessment) if standing.own else follow.said(standing.value)
        yield {
            "name": _name(node),
            "state": follow.view.phrases.word("own_mark", what=said) if standing.own else said,
            "goals": _part(follow, standing.goals_at(YES), len(standing.goals)),
            "commitments": _part(follow, standing.commitments_at(YES), len(standing.commitments)),
        }


def _board(follow: Followed) -> Iterator[dict[str, Any]]:
    statuses = _statuses(follow)
    for node in follow.nodes:
        if node.kind == BOARD_GOAL:
            code, mine = follow.assessed(node.id), statuses.get(node.id, ())
            yield {
                "name": _name(node),
                "state": follow.assessment_word(code) or follow.view.phrases.word("status_missing"),
                "goals": "",
                "commitments": _part(follow, sum(STATUSES.get(status) == YES for status in mine), len(mine)),
            }


def _statuses(follow: Followed) -> dict[str, Sequence[str]]:
    """Return the statuses of the commitments under each board goal, without those that nobody asked for."""
    by_node, found = follow.view.by_node, dict[str, list[str]]()
    for node in follow.commitments:
        status, above = follow.status(node.id), node.parent
        if status in (OUTSIDE, ADDED):
            continue
        while above is not None and above in by_node:
            if by_node[above].kind == BOARD_GOAL:
                found.setdefault(above, []).append(status)
                break
            above = by_node[above].parent
    return {**found}


def _part(follow: Followed, n: int, of: int) -> str:
    return word("mail_n_of", follow.view.scope.language, n=n, of=of) if of else ""


def _name(node: Node) -> str:
    return f"{node.id} {shortened(node.text)}"
