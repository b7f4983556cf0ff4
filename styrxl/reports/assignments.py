"""How the council's assignments stand in a round: with each who answers for them, and as a whole; what all pages on them share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from styrxl.model.assignments import (
    CLOSED,
    DONE,
    LATE,
    MISSING,
    NOT_STARTED,
    OVERDUE,
    STATES,
    TO_CLOSE,
    Assignment,
    find_state,
    judge_whole,
)
from styrxl.model.forms import ASSIGNMENT_TABLES, EVERYBODY
from styrxl.model.table_values import records
from styrxl.reports.history import PastRound
from styrxl.reports.overview_parts import Figure
from styrxl.reports.view import View, join_texts

_SIGNS = {DONE: "✓ ", LATE: "! ", TO_CLOSE: "! "}


@dataclass(frozen=True, slots=True)
class AnsweredAssignment:
    """An assignment with one who answers for it: the row of the accepted return, None where it says nothing; ``last``: said before."""

    owner: str
    row: Mapping[str, Any] | None
    last: str | None
    state: str  # of model.assignments

    @property
    def status(self) -> str | None:
        """What is said of it in this round."""
        return self.row.get("status") if self.row else None


@dataclass(frozen=True, slots=True)
class AssignmentStanding:
    """An assignment of the round, with all who answer for it that the reader may see."""

    assignment: Assignment
    answers: tuple[AnsweredAssignment, ...]
    state: str  # the whole's


def list_standings(view: View) -> list[AssignmentStanding]:
    """Return the assignments that a round is about, in the council plan's order.

    Those that are open on the day of its decisions, those that were closed in its year by then, and whatever else returns answer about,
    which were handed out before. Of a follow-up an answer says how it goes, of a plan only that it is planned.
    """
    table = ASSIGNMENT_TABLES[view.history is not None]
    if not view.asks(*ASSIGNMENT_TABLES):
        return []
    rows: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in records(view.table(table)):
        if row["assignment_id"]:
            rows.setdefault(row["assignment_id"], {})[row["_owner"]] = row
    before = _find_last_statuses(view)
    known = {a.assignment_id: a for a in view.plan.assignments}
    asked = [a for a in known.values() if a.assignment_id in rows or _is_shown(view, a)]
    asked += [_describe_row(code, those) for code, those in rows.items() if code not in known]
    return [made for a in asked if (made := _judge(view, a, rows.get(a.assignment_id, {}), before))]


def _is_shown(view: View, assignment: Assignment) -> bool:
    day = view.round.decisions_day
    closed = assignment.closed_on
    return assignment.is_open(day) or (closed is not None and assignment.decided_on <= day and date(view.round.year, 1, 1) <= closed <= day)


def _describe_row(code: str, rows: Mapping[str, Mapping[str, Any]]) -> Assignment:
    """Return an assignment that the council's plan does not have any more, as it was handed out."""
    row = next(iter(rows.values()))
    due = row.get("due")
    return Assignment(code, row.get("text") or "", tuple(rows), due.date() if due is not None else date.max, date.min, "")


def _judge(
    view: View, assignment: Assignment, rows: Mapping[str, Mapping[str, Any]], before: Mapping[tuple[str, str], str]
) -> AssignmentStanding | None:
    """Return how an assignment stands; None where nobody answers for it whom the reader may see."""
    owners = [*dict.fromkeys((*view.plan.responsible(assignment, view.round.day), *rows))]
    owners = [owner for owner in owners if view.board is None or owner in view.by_id]
    if not owners:
        return None
    answers = tuple(_judge_answer(view, assignment, owner, rows.get(owner), before) for owner in owners)
    closed = assignment.is_closed(view.round.decisions_day)
    return AssignmentStanding(assignment, answers, CLOSED if closed else judge_whole([answer.state for answer in answers]))


def _judge_answer(
    view: View, assignment: Assignment, owner: str, row: Mapping[str, Any] | None, before: Mapping[tuple[str, str], str]
) -> AnsweredAssignment:
    last = (row.get("last_status") if row else None) or before.get((assignment.assignment_id, owner))
    if view.history is None:  # a plan says how it is done, not how far that has come
        state = find_state(last or NOT_STARTED, last, assignment.due, view.round.day)
        return AnsweredAssignment(owner, row, last, state if row else MISSING)
    return AnsweredAssignment(owner, row, last, find_state(row.get("status") if row else None, last, assignment.due, view.round.day))


def _find_last_statuses(view: View) -> dict[tuple[str, str], str]:
    """Return what was said of each assignment by each owner in the rounds before, the newest of it."""
    history = view.history
    rounds: Sequence[PastRound] = (*((history.last_year,) if history.last_year else ()), *history.earlier) if history else ()
    rows = [row for past in rounds for row in past.rows("assignment_status") if row.get("status")]
    return {(row["assignment_id"], row["_owner"]): row["status"] for row in rows}


# the words


def status_word(view: View, answer: AnsweredAssignment) -> str:
    """Say what an owner says of an assignment, or why nothing is said; with its sign, and whether the last day is past."""
    status = answer.status if view.history else answer.last
    said = _said_word(view, status) if answer.row and status else _silence_word(view, answer)
    if answer.state != OVERDUE:
        return said
    return view.phrases.word("assignment_overdue", said=said.removeprefix("! "))


def _said_word(view: View, status: str) -> str:
    return _SIGNS.get(status, "") + view.scope.forms.label("assignment_status", status)[view.scope.language]


def _silence_word(view: View, answer: AnsweredAssignment) -> str:
    if view.history is None and answer.row:
        return view.phrases.word("assignment_planned")
    if not is_asked(view, answer.owner):
        return view.phrases.word("status_outside")
    # An accepted return in which it does not stand was handed out before it was given.
    return view.phrases.word("assignment_new" if answer.owner in view.accepted else "status_missing")


def is_asked(view: View, owner: str) -> bool:
    """Tell whether an owner is asked in the round: companies are where they have been handed a workbook."""
    known = view.by_id.get(owner)
    return known is None or known.expected or owner in view.accepted or owner in view.issued


def whole_word(view: View, standing: AssignmentStanding) -> str:
    """Say what an assignment's answers come to, with its sign, or that the council has closed it."""
    if standing.state == CLOSED:
        return view.phrases.word("assignment_closed", day=standing.assignment.closed_on)
    if standing.state in (OVERDUE, MISSING):
        return view.phrases.word("assignment_past" if standing.state == OVERDUE else "status_missing")
    return view.phrases.word("assignment_planned") if view.history is None else _said_word(view, standing.state)


def decisions_word(view: View, assignment: Assignment) -> str | None:
    """Say by which decision it was given, and when and by which the council has closed it, also after the round's day."""
    closed = assignment.closed_on
    told = {"day": closed.isoformat(), "decision": assignment.closing_decision or ""} if closed else {}
    return join_texts([assignment.decision, view.phrases.word("assignment_closed_by", **told) if closed else None], "\n")


def count_words(view: View, states: Sequence[str]) -> str | None:
    """Say how many stand how: ``genomförda: 1; pågår: 2``."""
    counts = Counter(states)
    return join_texts([view.phrases.word(f"assignments_{state}", n=counts[state]) for state in STATES if counts[state]], "; ")


def count_assignments(view: View) -> list[Figure]:
    """Return how many assignments are open, and how they stand; nothing where there are none."""
    standings = list_standings(view)
    if not standings:
        return []
    still_open = [s for s in standings if s.state != CLOSED]
    remark = count_words(view, [s.state for s in standings]) if view.history else _count_planned(view, still_open)
    return [(view.phrases.figure("own_assignments" if view.board else "assignments"), len(still_open), remark)]


def _count_planned(view: View, standings: Sequence[AssignmentStanding]) -> str:
    answers = [answer for standing in standings for answer in standing.answers]
    return view.phrases.word("assignments_planned", n=sum(answer.row is not None for answer in answers), total=len(answers))


def list_of_goals(view: View) -> dict[str, list[AssignmentStanding]]:
    """Return the open assignments that belong to one of the council's goals, by goal."""
    found: dict[str, list[AssignmentStanding]] = {}
    for standing in list_standings(view):
        if standing.assignment.goal_id and standing.state != CLOSED:
            found.setdefault(standing.assignment.goal_id, []).append(standing)
    return found


def name_responsible(view: View, assignment: Assignment) -> str:
    """Name all who answer for an assignment."""
    everybody = [view.phrases.word("all_boards")] if EVERYBODY in assignment.responsible else []
    return ", ".join([*everybody, *(view.name(owner) or owner for owner in assignment.responsible if owner != EVERYBODY)])


def list_unanswered(view: View) -> Iterator[tuple[AssignmentStanding, AnsweredAssignment]]:
    """Yield the open assignments of which somebody who answers for them says nothing in the round."""
    for standing in list_standings(view):
        if standing.state != CLOSED:
            yield from ((standing, answer) for answer in standing.answers if answer.row is None and is_asked(view, answer.owner))


def list_overdue(view: View) -> Iterator[tuple[AssignmentStanding, AnsweredAssignment]]:
    """Yield the open assignments that are past their last day with somebody who answers for them."""
    for standing in list_standings(view):
        if standing.state != CLOSED:
            yield from ((standing, answer) for answer in standing.answers if answer.state == OVERDUE)
