"""What the council gives boards to do: when it is open, how it stands with each who answers for it, and what that comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from styrxl.model.forms import EVERYBODY

EVERYBODY_KIND = "board"  # what is given to all is given to all boards; companies are named
DONE, TO_CLOSE, LATE, UNDER_WAY, NOT_STARTED = "done", "to_close", "late", "under_way", "not_started"  # codes of the list assignment_status
OVERDUE, MISSING, CLOSED = "overdue", "missing", "closed"  # in place of a status: past its last day, not answered, closed by the council
STATES = (DONE, UNDER_WAY, NOT_STARTED, LATE, OVERDUE, TO_CLOSE, MISSING, CLOSED)  # in the order in which they are told
_SETTLED = frozenset({DONE, TO_CLOSE})  # what its owner can do no more about
_WORST = (OVERDUE, LATE, MISSING)  # of several who answer, what one of them says counts for the whole


@dataclass(frozen=True, slots=True)
class Assignment:
    """A row of the sheet Uppdrag; it is open until the council closes it, whatever those say who are responsible."""

    assignment_id: str
    text: str
    responsible: tuple[str, ...]  # ids, EVERYBODY among them where all boards are
    due: date  # the last day
    decided_on: date
    decision: str
    goal_id: str | None = None
    closed_on: date | None = None
    closing_decision: str | None = None

    def concerns(self, org_id: str, kind: str) -> bool:
        """Tell whether an organisation answers for it."""
        return org_id in self.responsible or (EVERYBODY in self.responsible and kind == EVERYBODY_KIND)

    def is_closed(self, day: date) -> bool:
        """Tell whether the council has closed it by the end of a day."""
        return self.closed_on is not None and self.closed_on <= day

    def is_open(self, day: date) -> bool:
        """Tell whether it is given and not closed by the end of a day."""
        return self.decided_on <= day and not self.is_closed(day)


def is_overdue(due: date | None, status: str | None, day: date) -> bool:
    """Tell whether an assignment is overdue on a day: past its last day, and something for its owner to do; never because it says late."""
    return due is not None and due < day and status not in _SETTLED


def find_state(status: str | None, last: str | None, due: date | None, day: date) -> str:
    """Return how an assignment stands with one who answers for it: overdue, else what that owner says, else that nothing is said.

    ``last``: what that owner said before, which tells whether it is overdue where nothing is said now.
    """
    return OVERDUE if is_overdue(due, status or last, day) else status or MISSING


def judge_whole(states: Collection[str]) -> str:
    """Return what the states with all who answer for an assignment come to: done when it is with all of them."""
    found = Counter(states)
    for state in _WORST:
        if found[state]:
            return state
    if found.keys() <= _SETTLED:
        return TO_CLOSE if found[TO_CLOSE] else DONE if found else MISSING
    return NOT_STARTED if found.keys() == {NOT_STARTED} else UNDER_WAY
