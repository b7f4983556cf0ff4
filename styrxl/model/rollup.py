"""The council's goals rolled up from what hangs under them. The rule stands here, and nowhere else.

Two questions are asked of each of the council's goals, as the city of Malmö asks them in its annual report.

*Do the boards' goals cover it?* Asked of the boards that the council names for the goal, or, where it names none, of those that
answer that it concerns them. A board covers the goal when it has a goal or a commitment of its own that serves it, first of all
or besides. Yes: all of them do. Partly: some do. No: none does, or none is concerned.

*Were those fulfilled?* The parts are the boards' goals under it, each as its board assesses it; where there are none, the
commitments under it stand in for them (done, under way as planned: yes; partly done, late: partly; not done, cancelled: no; not
started says nothing yet).

1. More than half of the parts must say something; else the goal cannot be assessed. "Cannot be assessed" and a missing answer say
   nothing, and are never half a yes or half a no.
2. All that say something say yes: fulfilled. But if fewer than half of the commitments that say something are done or under way
   as planned: partly.
3. More than half of those that say something say no: not fulfilled.
4. Else: partly.

So what is suggested is never better than the best part nor worse than the worst. The council's own assessment goes before it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

YES, PARTLY, NO = 2, 1, 0
YesPartlyNo = int | None  # YES, PARTLY, NO, or None: says nothing

ASSESSMENTS: Mapping[str, YesPartlyNo] = MappingProxyType(
    {
        "on_track": YES,
        "fulfilled": YES,
        "partly_on_track": PARTLY,
        "partly_fulfilled": PARTLY,
        "off_track": NO,
        "not_fulfilled": NO,
        "not_assessable": None,
    }
)
STATUSES: Mapping[str, YesPartlyNo] = MappingProxyType(
    {"done": YES, "on_plan": YES, "partly_done": PARTLY, "late": PARTLY, "not_done": NO, "cancelled": NO, "not_started": None}
)
GOOD = frozenset(code for code, value in ASSESSMENTS.items() if value == YES)
BAD = frozenset(code for code, value in ASSESSMENTS.items() if value == NO)
DONE_OR_ON_PLAN = frozenset(code for code, value in STATUSES.items() if value == YES)
BEHIND = frozenset(code for code, value in STATUSES.items() if value == NO) | {"late"}  # partly done is not behind: part of it is done
_EXPECTED = {YES: "on_track", PARTLY: "partly_on_track", NO: "off_track", None: "not_assessable"}
_FINAL = {YES: "fulfilled", PARTLY: "partly_fulfilled", NO: "not_fulfilled", None: "not_assessable"}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a council goal's parts come to, and by which step of the rule: a key of the words that say why."""

    value: YesPartlyNo
    why: str  # nothing, unknown, all, held_back, mostly_no, mixed
    by: str = "goals"  # what the parts are: goals, or commitments in their stead


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which boards are concerned by a council goal, and which of them have a goal or a commitment that serves it."""

    concerned: tuple[str, ...]
    covering: tuple[str, ...]

    @property
    def value(self) -> int:
        """Whether the boards' goals cover it: YES, PARTLY or NO."""
        if not self.covering:
            return NO
        return YES if len(self.covering) == len(self.concerned) else PARTLY

    @property
    def lacking(self) -> tuple[str, ...]:
        """The boards that are concerned and have nothing that serves it."""
        return tuple(board for board in self.concerned if board not in self.covering)


def cover(named: Sequence[str], answering: Sequence[str], serving: Collection[str]) -> Coverage:
    """Return how boards cover a goal: those that the council names, else those that answer that it concerns them."""
    concerned = tuple(dict.fromkeys(named or answering))
    return Coverage(concerned, tuple(board for board in concerned if board in serving))


def suggest(goals: Sequence[YesPartlyNo], commitments: Sequence[YesPartlyNo]) -> Suggestion:
    """Return what is suggested for a council goal, from the boards' goals and all commitments under it."""
    by = "goals" if goals else "commitments"
    parts = goals or commitments
    answers = [part for part in parts if part is not None]
    if not parts:
        return Suggestion(None, "nothing", by)
    if 2 * len(answers) <= len(parts):
        return Suggestion(None, "unknown", by)
    if all(part == YES for part in answers):
        statuses = [status for status in commitments if status is not None]
        held_back = 2 * sum(status == YES for status in statuses) < len(statuses)
        return Suggestion(PARTLY, "held_back", by) if held_back else Suggestion(YES, "all", by)
    if 2 * sum(part == NO for part in answers) > len(answers):
        return Suggestion(NO, "mostly_no", by)
    return Suggestion(PARTLY, "mixed", by)


def assessment_code(value: YesPartlyNo, scale: str) -> str:
    """Return the code of an assessment on a scale: what is expected, or what is (final)."""
    return {"expected": _EXPECTED, "final": _FINAL}[scale][value]
