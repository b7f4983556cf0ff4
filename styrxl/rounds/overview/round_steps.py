"""What is to be done next in a round: its steps, the most urgent one first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from styrxl.model.days import local_day
from styrxl.model.levels import is_demanded
from styrxl.rounds.overview.owner_groups import ASIDE, DONE, LATE, MEND, MISSING, count_groups, find_group
from styrxl.rounds.overview.round_facts import RoundFacts
from styrxl.rounds.status import OwnerStatus

# Steps, as pages and their texts call them.
TAKE_IN, PLACE, QUARANTINE, UNREADABLE_MAIL, DOUBTFUL = "take-in", "place", "quarantine", "unreadable-mail", "doubtful"
HAND_OUT_MORE, HAND_OUT_BY_MAIL, ANSWER, REMIND, CALL, UNREACHED = "hand-out-more", "mail-out", "answer", "remind", "call", "unreached"
MEND_NEWER = "mend-newer"
CONSOLIDATE, CONSOLIDATE_AGAIN, SEND_RESULTS, WAIT = "consolidate", "consolidate-again", "send-results", "wait"
WAITING_FOR_CONTROLLER = (PLACE, QUARANTINE, UNREADABLE_MAIL, DOUBTFUL, UNREACHED)

_LEFT = frozenset({MISSING, LATE, MEND})  # groups of owners that are not done


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do in a round: how many things it is about, and the day that it waits for."""

    key: str
    n: int = 0
    day: date | None = None


@dataclass(frozen=True, slots=True)
class RoundToDo:
    """How a round stands, in numbers by group of owners, and what is to be done: the main step first."""

    facts: RoundFacts
    counts: Mapping[str, int]
    steps: tuple[Step, ...]
    complete: bool  # whether everybody who was handed a workbook has an answer that counts

    @property
    def waiting(self) -> int:
        """How many things wait for the controller's word."""
        return sum(step.n for step in self.steps if step.key in WAITING_FOR_CONTROLLER)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.complete and not self.steps

    @property
    def has_new(self) -> bool:
        """Whether anything has come that nobody has looked at."""
        return bool(self.facts.new_files)


def find_to_do(facts: RoundFacts) -> RoundToDo:
    """Return what is to be done in a round that has been handed out."""
    counts = count_groups(facts.owners)
    complete = all(find_group(owner) in {DONE, ASIDE} for owner in facts.owners if _is_asked(owner))
    steps = list(_list_steps(facts, complete=complete))
    return RoundToDo(facts, counts, tuple(step for step in steps if step.key != WAIT or step is steps[0]), complete)


def _is_asked(owner: OwnerStatus) -> bool:
    return owner.issued is not None and is_demanded(owner.kind)


def _list_steps(facts: RoundFacts, *, complete: bool) -> Iterator[Step]:
    mail = facts.mail
    yield from _if_any(TAKE_IN, len(facts.new_files))
    yield from _if_any(PLACE, sum(file.waits for file in facts.unplaced))
    yield from _if_any(QUARANTINE, mail.quarantined)
    yield from _if_any(UNREADABLE_MAIL, len(mail.status.aside) + len(mail.status.unanswered))
    yield from _if_any(DOUBTFUL, mail.doubtful)
    yield from _if_any(HAND_OUT_MORE, len(facts.ready))
    # Where somebody has answered, and nobody was mailed a workbook, they were handed out in another way.
    by_mail = bool(mail.handed_out) or not any(owner.returned for owner in facts.owners)
    if facts.sends:
        yield from _if_any(HAND_OUT_BY_MAIL, len(mail.unmailed) if by_mail else 0)
        yield from _if_any(ANSWER, len(mail.unanswered))
        yield from _if_any(UNREACHED, sum(bool(o.unreached) and find_group(o) != DONE for o in facts.owners))
    yield from _list_late(facts)
    yield from _if_any(MEND_NEWER, sum(owner.earlier_counts for owner in facts.owners))
    yield from _list_results(facts, complete=complete)
    yield from _if_any(HAND_OUT_BY_MAIL, len(mail.unmailed) if facts.sends and not by_mail else 0)


def _list_late(facts: RoundFacts) -> Iterator[Step]:
    late = [owner for owner in facts.owners if _is_asked(owner) and _is_past_due(owner, facts.today)]
    if facts.sends:  # a reminder goes once a day
        yield from _if_any(REMIND, sum(owner.reminded is None or local_day(owner.reminded, facts.zone) < facts.today for owner in late))
    else:
        yield from _if_any(CALL, len(late))


def _is_past_due(owner: OwnerStatus, today: date) -> bool:
    return find_group(owner) in _LEFT and owner.due is not None and owner.due < today


def _list_results(facts: RoundFacts, *, complete: bool) -> Iterator[Step]:
    done = sum(find_group(owner) == DONE for owner in facts.owners)
    waiting = [owner for owner in facts.owners if _is_asked(owner) and find_group(owner) in _LEFT]
    days = [owner.due for owner in waiting if owner.due and owner.due >= facts.today]
    made = facts.consolidation
    if waiting and days:
        yield Step(WAIT, len(waiting), min(days))
    if done and made and not made.is_current:
        yield Step(CONSOLIDATE_AGAIN, done)
    elif done and not made and not days:
        yield Step(CONSOLIDATE, done)
    elif done and complete and facts.sends and not facts.mail.results_sent:
        yield Step(SEND_RESULTS, done)
    if waiting and not days:
        yield Step(WAIT, len(waiting))


def _if_any(key: str, n: int) -> Iterator[Step]:
    if n:
        yield Step(key, n)
