"""The state of each goal, as the table of a mailed summary has it: of a plan, or of a follow-up with its assessments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from styrxl.model.catalogue import word
from styrxl.model.goal_judgement import STATUSES, YES
from styrxl.model.goal_tree import BOARD_GOAL, COUNCIL_GOAL, Node
from styrxl.reports.followup_view import ADDED, OUTSIDE, FollowupView
from styrxl.reports.view import View, shorten


def plan_goal_states(view: View) -> list[dict[str, Any]]:
    """Return whether each goal of a plan has commitments: the council's goals, or a board's own.

    Each has ``name``, ``state`` (in words), ``goals`` and ``commitments`` (how many are under it).
    """
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


def followup_goal_states(followup: FollowupView) -> list[dict[str, Any]]:
    """Return how each goal is assessed in a follow-up: the council's goals, or a board's own.

    Each has ``name``, ``state`` (in words), ``goals`` and ``commitments`` (how many of those under it are on track, of all: in words).
    """
    return list(_council_goals(followup) if followup.view.board is None else _board_goals(followup))


def _council_goals(followup: FollowupView) -> Iterator[dict[str, Any]]:
    for node in followup.council_goals:
        state = followup.goal_states[node.id]
        yield {
            "name": _name(node),
            "state": followup.state_in_force(state),
            "goals": _share(followup, state.count_goals(YES), len(state.goals)),
            "commitments": _share(followup, state.count_commitments(YES), len(state.commitments)),
        }


def _board_goals(followup: FollowupView) -> Iterator[dict[str, Any]]:
    statuses = _statuses_below(followup)
    for node in followup.nodes:
        if node.kind == BOARD_GOAL:
            below = statuses.get(node.id, ())
            yield {
                "name": _name(node),
                "state": followup.assessment_word(followup.assessed(node.id)) or followup.view.phrases.word("status_missing"),
                "goals": "",
                "commitments": _share(followup, sum(STATUSES.get(status) == YES for status in below), len(below)),
            }


def _statuses_below(followup: FollowupView) -> dict[str, Sequence[str]]:
    """Return the statuses of the commitments under each board goal, without those that nobody asked for."""
    by_node, statuses = followup.view.by_node, dict[str, list[str]]()
    for node in followup.commitments:
        status, parent = followup.status(node.id), node.parent
        if status in (OUTSIDE, ADDED):
            continue
        while parent is not None and parent in by_node:
            if by_node[parent].kind == BOARD_GOAL:
                statuses.setdefault(parent, []).append(status)
                break
            parent = by_node[parent].parent
    return {**statuses}


def _share(followup: FollowupView, n: int, of: int) -> str:
    return word("mail_n_of", followup.view.scope.language, n=n, of=of) if of else ""


def _name(node: Node) -> str:
    return f"{node.id} {shorten(node.text)}"
