"""What is to be begun next: the round that the calendar brings, and the council's plan of another year."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from styrxl.model.council_plan import Plan
from styrxl.model.rounds import Round, RoundKind

# Steps, as pages and their texts call them.
HAND_OUT, ROLL_OVER, FINISH_ROLLOVER, FILL_IN_PLAN = "hand-out", "roll-over", "finish-rollover", "fill-in-plan"
_BEFORE = timedelta(days=21)  # by which a follow-up is handed out before its day
_PLANNING = 8  # the month in which work begins on next year's plan


@dataclass(frozen=True, slots=True)
class YearStep:
    """Something to begin: a round, or the plan of a year. ``now``: whether its time has come; ``day``: when it does.

    ``names``: who lacks something.
    """

    key: str
    year: int
    round: Round | None = None
    now: bool = True
    day: date | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class YearFacts:
    """What the next step of a year follows from: the plan, the kinds of rounds that anything is handed out in, and the rounds begun.

    ``proposals``: years for which a proposal for the council's plan lies in the workspace.
    """

    today: date
    plan: Plan
    kinds: Sequence[RoundKind]
    begun: Sequence[Round]
    proposals: Collection[int] = ()


def list_year_steps(facts: YearFacts) -> list[YearStep]:
    """Return what is to be begun, what is due first; nothing but the plan, where it is not filled in."""
    if not facts.plan.organisations or not facts.kinds:
        return [YearStep(FILL_IN_PLAN, facts.today.year)]
    if not facts.begun:
        return [_begin_year(facts, _choose_first_year(facts))]
    year = max(round_.year for round_ in facts.begun)
    steps = [*_list_followups(facts, year), *_list_next_year(facts, year)]
    return sorted(steps, key=lambda step: not step.now)


def is_past(round_: Round, begun: Sequence[Round]) -> bool:
    """Tell whether a round has been left behind: a later follow-up of the same year, or the same round of a later year, has begun since."""
    later = begun[begun.index(round_) + 1 :] if round_ in begun else ()
    return any(_leaves_behind(other, round_) for other in later)


def _leaves_behind(other: Round, round_: Round) -> bool:
    if other.year != round_.year:
        return other.year > round_.year and (other.kind == round_.kind or (other.followup and other.plan.kind == round_.plan.kind))
    return other.followup and other.plan == round_.plan and other > round_


def _choose_first_year(facts: YearFacts) -> int:
    """Return the first year that the plan has frames for and that is still to be planned, else the one that is planned now."""
    coming = facts.today.year + (facts.today.month >= _PLANNING)
    years = sorted({year for _, year in facts.plan.frames if year >= facts.today.year})
    return next((year for year in years if year >= coming), years[-1] if years else coming)


def _begin_year(facts: YearFacts, year: int) -> YearStep:
    first = next((kind for kind in facts.kinds if not kind.follows), facts.kinds[0])
    return YearStep(HAND_OUT, year, Round(year, first))


def _list_followups(facts: YearFacts, year: int) -> Iterator[YearStep]:
    """Yield the next follow-up of each round that a year has begun with."""
    for plan in [round_ for round_ in facts.begun if not round_.followup and round_.year == year]:
        kinds = [kind for kind in facts.kinds if kind.follows == plan.kind]
        last = max((round_.kind for round_ in facts.begun if round_.year == year and round_.kind in kinds), default=None)
        coming = [Round(year, kind) for kind in kinds if last is None or kind > last]
        due = [round_ for round_ in coming if facts.today >= round_.day - _BEFORE]
        if coming:
            round_ = due[-1] if due else coming[0]  # of several that were left out the last one
            yield YearStep(HAND_OUT, year, round_, bool(due), round_.day)


def _list_next_year(facts: YearFacts, year: int) -> Iterator[YearStep]:
    """Yield how the next year begins, once the year's last follow-up has, or its time has come."""
    ended = any(round_.kind.final for round_ in facts.begun if round_.year == year)
    now, following = ended or facts.today >= date(year, _PLANNING, 1), year + 1
    bare = tuple(o.org_id for o in facts.plan.of_kind(["board"], date(following, 1, 1)) if (o.org_id, following) not in facts.plan.frames)
    if bare and now:
        yield YearStep(FINISH_ROLLOVER if following in facts.proposals else ROLL_OVER, following, names=bare)
    elif now:
        yield _begin_year(facts, following)
