"""What an owner is asked of the council's assignments: those that are open, each with what the owner has said of it before; pure.

The day that counts is that of the round's decisions (``Round.decisions_day``), as with frames: what is given after it comes into the next
round, and what is closed after it is still asked about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from styrxl.model.answers_in_force import AnswersInForce
from styrxl.model.assignments import Assignment
from styrxl.model.council_plan import Plan
from styrxl.model.forms import ASSIGNMENT_TABLES
from styrxl.model.prefill import Row
from styrxl.model.rounds import Round


def list_assignments(plan: Plan, round_: Round, boards: Collection[tuple[str, str]]) -> list[Assignment]:
    """Return the assignments that are open in a round, of those that any of some organisations (id, kind) answers for."""
    day = round_.decisions_day
    return [a for a in plan.assignments if a.is_open(day) and any(a.concerns(*board) for board in boards)]


def describe_assignment(assignment: Assignment, owner: str, past: Iterable[AnswersInForce]) -> dict[str, Any]:
    """Return what sheets may take of an assignment; ``past``: what was said before, oldest first.

    ``id``, ``text``, ``due``, ``goal``, ``decision`` and ``decided_on`` are the council's; ``how``, ``role``, ``last_status`` and
    ``last_comment`` what the owner said last, None where it has said nothing.
    """
    said: dict[str, Any] = {}
    for row in _list_answers(assignment.assignment_id, owner, past):
        given = {"how": row.get("how"), "role": row.get("responsible")}
        if row.get("status"):  # a comment belongs to its status
            said |= {"last_status": row["status"], "last_comment": row.get("comment")}
        said |= {name: value for name, value in given.items() if value}
    own = {"id": assignment.assignment_id, "text": assignment.text, "due": assignment.due, "goal": assignment.goal_id}
    return {**own, "decision": assignment.decision, "decided_on": assignment.decided_on, **said}


def _list_answers(code: str, owner: str, past: Iterable[AnswersInForce]) -> list[Row]:
    return [row for answers in past for table in ASSIGNMENT_TABLES for row in answers.of(table, owner) if row.get("assignment_id") == code]
