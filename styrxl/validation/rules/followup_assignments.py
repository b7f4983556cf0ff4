"""Status of the council's assignments in a follow-up, against their last days and what was said before.

Finds ``assignment-past-due``, ``assignment-reopened``.
"""

from __future__ import annotations

from collections.abc import Iterator

from styrxl.model.assignments import DONE, NOT_STARTED, UNDER_WAY, is_overdue
from styrxl.model.findings import Remark
from styrxl.validation.one_return import OtherReturns, Return, Rule, parse_day, say_in_swedish

_SHEET = "assignment_status"


def find_past_due(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find an assignment past its last day that is said to be under way, or not to have begun: it is done, or late."""
    day = return_.round.day
    for row in return_.rows(_SHEET):
        due, status = parse_day(row.issued.get("due")), row.answers["status"]
        if status in {NOT_STARTED, UNDER_WAY} and is_overdue(due, status, day):
            told = return_.word(_SHEET, status)
            facts = {"id": row.answers["assignment_id"], "told": told, "due": due, "day": day}
            yield return_.remark(_SHEET, row.number, "status", "assignment-past-due", say_in_swedish(told), **facts)


def find_reopened(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find an assignment that was done when its owner answered last, and is not any more."""
    for row in return_.rows(_SHEET):
        status = row.answers["status"]
        if row.issued.get("last_status") == DONE and status not in {None, DONE}:
            told = return_.word(_SHEET, status)
            facts = {"id": row.answers["assignment_id"], "told": told}
            yield return_.remark(_SHEET, row.number, "status", "assignment-reopened", say_in_swedish(told), **facts)


RULES: tuple[Rule, ...] = (find_past_due, find_reopened)
