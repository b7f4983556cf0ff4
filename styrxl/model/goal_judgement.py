"""How the council's goals are judged, in three grades and *unknown*. The whole rule stands here, and nowhere else.

Readers have it in ``docs/en/how-goals-are-judged.md``. Three questions are asked of each of the council's goals in a round; the first two
are those that the city of Malmö asks in its annual report.

*Do the boards cover it?* (``cover``) What the council's office says in *Träffbild* goes before all else. Where it says nothing: the
share of the boards concerned that have a goal, a commitment or an assessed contribution of their own, good from three quarters, no where
none has. Concerned are the boards that the council names, or, where it names none, those that answer that it concerns them or serve
it. A board without an accepted plan is unknown, and no part of the share.

*Do the boards say that it is fulfilled?* (``assess``) The parts are the boards' goals under it, each as its board assesses it; where
there are none, the commitments under it stand in for them (done, under way as planned: yes; partly done, late: partly; not done,
cancelled: no; not started says nothing yet). Contributions of boards that have neither count beside them, each as one part.

1. More than half of the parts must say something; else the goal cannot be assessed. "Cannot be assessed" and a missing answer say
   nothing, and are never half a yes or half a no.
2. All that say something say yes: fulfilled. But if fewer than half of the commitments that say something are done or under way
   as planned: partly.
3. More than half of those that say something say no: not fulfilled.
4. Else: partly.

*Do the council's own indicators say so?* (``sum_up_indicators``) More than half of those under the goal must say something. All met:
yes; none: no; else partly. At year-end the outcome, in all, is held against the target; before it the board's own *Nås målvärdet?*
counts, never an outcome against a target that is the year's. "Uncertain" says nothing; nor does an outcome of an older year, nor one
that is of too few to be shown. An indicator without direction is followed, never met or missed, and no part of the count.

What is suggested (``suggest``) is the grade of the assessments, lowered from fulfilled to partly, and never to no, where coverage or
indicators say less than yes. Where nobody has anything to assess, the indicators decide alone. The council's own assessment goes
before the suggestion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from styrxl.model.indicators import BETTER, UNDIRECTED, WITHIN, YES_OR_NO, Outcome, Target

YES, PARTLY, NO = 2, 1, 0
Grade = int | None  # YES, PARTLY, NO, or None: unknown, says nothing

ASSESSMENTS: Mapping[str, Grade] = MappingProxyType(
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
STATUSES: Mapping[str, Grade] = MappingProxyType(
    {"done": YES, "on_plan": YES, "partly_done": PARTLY, "late": PARTLY, "not_done": NO, "cancelled": NO, "not_started": None}
)
TARGET_ANSWERS: Mapping[str, Grade] = MappingProxyType({"yes": YES, "uncertain": None, "no": NO})
COVERAGES: Mapping[str, Grade] = MappingProxyType({"good": YES, "partly": PARTLY, "poor": NO})
GOOD = frozenset(code for code, grade in ASSESSMENTS.items() if grade == YES)
BAD = frozenset(code for code, grade in ASSESSMENTS.items() if grade == NO)
DONE_OR_ON_PLAN = frozenset(code for code, grade in STATUSES.items() if grade == YES)
BEHIND = frozenset(code for code, grade in STATUSES.items() if grade == NO) | {"late"}  # partly done is not behind: part of it is done
CLOSED = frozenset({"done", "cancelled"})  # after which a commitment does not go on, unless its owner says so
_EXPECTED = {YES: "on_track", PARTLY: "partly_on_track", NO: "off_track", None: "not_assessable"}
_FINAL = {YES: "fulfilled", PARTLY: "partly_fulfilled", NO: "not_fulfilled", None: "not_assessable"}


def grade_assessment(code: str | None) -> Grade:
    """Return what an assessment says (a code of ``ASSESSMENTS``); None where it is missing or impossible."""
    return ASSESSMENTS[code] if code else None


def grade_status(code: str | None) -> Grade:
    """Return what a commitment's status says (a code of ``STATUSES``); None where it is missing or says nothing yet."""
    return STATUSES[code] if code else None


def assessment_code(grade: Grade, scale: str) -> str:
    """Return the code of an assessment on a scale: what is expected, or what is (final)."""
    return {"expected": _EXPECTED, "final": _FINAL}[scale][grade]


# coverage


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which boards a council goal concerns, and which of them serve it; ``unknown``: may be concerned, and have no accepted plan."""

    concerned: tuple[str, ...]
    covering: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    stated: str | None = None  # what the council's office says: a code of ``COVERAGES``

    @property
    def known(self) -> tuple[str, ...]:
        """The boards of which the share is taken."""
        return tuple(board for board in self.concerned if board not in self.unknown)

    @property
    def grade(self) -> Grade:
        """Whether the boards cover it."""
        if self.stated is not None:
            return COVERAGES[self.stated]
        if not self.known:
            return None if self.unknown else NO
        if not self.covering:
            return NO
        return YES if 4 * len(self.covering) >= 3 * len(self.known) else PARTLY

    @property
    def lacking(self) -> tuple[str, ...]:
        """The boards that are concerned and have nothing that serves it."""
        return tuple(board for board in self.known if board not in self.covering)


def cover(
    named: Sequence[str], answering: Sequence[str], serving: Sequence[str], unknown: Sequence[str] = (), stated: str | None = None
) -> Coverage:
    """Return how boards cover a goal.

    ``named``: by the council; ``answering``: that it concerns them; ``serving``: with a goal, a commitment or an assessed contribution;
    ``unknown``: all boards without an accepted plan; ``stated``: what the council's office says (a code of ``COVERAGES``).
    """
    concerned = tuple(dict.fromkeys(named or (*answering, *serving)))  # who has a goal there is concerned, whatever it answers
    without_plan = tuple(board for board in unknown if board not in serving and (not named or board in concerned))
    return Coverage(concerned, tuple(board for board in concerned if board in serving), without_plan, stated)


# indicators


def judge_indicator(*, final: bool, outcome: Outcome, target: Target, answer: str | None) -> Grade:
    """Return whether an indicator is met: at year-end (``final``) by its outcome, before that by its board's answer alone.

    One without direction is neither met nor missed.
    """
    if target.direction == UNDIRECTED:
        return None
    return meet_target(outcome, target) if final else TARGET_ANSWERS.get(answer or "")


def meet_target(outcome: Outcome, target: Target) -> Grade:
    """Return whether the year's outcome, in all, is what was aimed at; where no direction is known higher is better.

    None for an outcome of an older year, for one of too few to be shown, and for one that is not of the target's kind.
    """
    if outcome.year is not None or outcome.value is None:
        return None
    if target.direction == YES_OR_NO:
        told = {outcome.value, target.value}
        return None if told - {"yes", "no"} else YES if len(told) == 1 else NO
    met = _compare(outcome.value, target) if not isinstance(outcome.value, str) else None
    return None if met is None else YES if met else NO


def _compare(value: float, target: Target) -> bool | None:
    """Return whether a number is as good as a target of a direction; None where something of that is not known."""
    if target.direction == BETTER:
        way, baseline = target.way, target.baseline
        return None if way is None or baseline is None else value > baseline if way == "higher" else value < baseline
    if target.value is None or isinstance(target.value, str):
        return None
    if target.direction == WITHIN:
        return None if target.highest is None else target.value <= value <= target.highest
    return value <= target.value if target.direction == "lower" else value >= target.value


def sum_up_indicators(indicators: Sequence[Grade]) -> Grade:
    """Return what the council's indicators under a goal say together."""
    said = [grade for grade in indicators if grade is not None]
    if 2 * len(said) <= len(indicators):
        return None
    met = said.count(YES)
    return YES if met == len(said) else PARTLY if met else NO


# assessments


@dataclass(frozen=True, slots=True)
class Parts:
    """What the boards and units say under a council goal; a contribution is no part before it is answered."""

    goals: Sequence[Grade] = ()
    commitments: Sequence[Grade] = ()
    contributions: Sequence[Grade] = ()

    @property
    def by(self) -> str:
        """What the parts are: goals, commitments in their stead, or contributions alone; nothing where there is nobody to ask."""
        return "goals" if self.goals else "commitments" if self.commitments else "contributions" if self.contributions else "nothing"

    @property
    def grades(self) -> tuple[Grade, ...]:
        """What each part says."""
        return (*(self.goals or self.commitments), *self.contributions)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the parts come to, and by which step of the rule."""

    grade: Grade
    why: str  # nothing, unknown, all, held_back, mostly_no, mixed


def assess(parts: Parts) -> Assessment:
    """Return what the boards' assessments of a council goal come to."""
    answers = [grade for grade in parts.grades if grade is not None]
    if parts.by == "nothing":
        return Assessment(None, "nothing")
    if 2 * len(answers) <= len(parts.grades):
        return Assessment(None, "unknown")
    if all(grade == YES for grade in answers):
        statuses = [status for status in parts.commitments if status is not None]
        held_back = 2 * sum(status == YES for status in statuses) < len(statuses)
        return Assessment(PARTLY, "held_back") if held_back else Assessment(YES, "all")
    if 2 * sum(grade == NO for grade in answers) > len(answers):
        return Assessment(NO, "mostly_no")
    return Assessment(PARTLY, "mixed")


# the suggestion


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is suggested for a council goal, and by which step of the rule: keys of the words that say why."""

    grade: Grade
    why: str  # as of an assessment; by indicators: all, mixed, mostly_no, unknown
    by: str = "goals"  # goals, commitments, contributions, indicators; nothing
    lowered_by: tuple[str, ...] = ()  # coverage, indicators


def suggest(parts: Parts, coverage: Grade = None, indicators: Sequence[Grade] = ()) -> Suggestion:
    """Return what is suggested for a council goal, from its parts, how boards cover it, and each of the council's indicators under it."""
    assessed, measured = assess(parts), sum_up_indicators(indicators)
    if parts.by == "nothing":
        why = {YES: "all", PARTLY: "mixed", NO: "mostly_no", None: "unknown"}[measured]
        return Suggestion(measured, why, "indicators") if indicators else Suggestion(None, "nothing", "nothing")
    less = tuple(name for name, grade in (("coverage", coverage), ("indicators", measured)) if grade in (PARTLY, NO))
    if assessed.grade == YES and less:
        return Suggestion(PARTLY, assessed.why, parts.by, less)
    return Suggestion(assessed.grade, assessed.why, parts.by)


def find_contradiction(grade: Grade, indicators: Sequence[Grade]) -> str | None:
    """Return how a goal's grade speaks against its indicators: ``missed`` under one called fulfilled, ``all_met`` under one that is not."""
    if grade == YES and NO in indicators:
        return "missed"
    return "all_met" if grade == NO and sum_up_indicators(indicators) == YES else None
