"""A round in words: how it stands in numbers, each with its way into the table, and what is to be done in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from styrxl.rounds.desk import Desk
from styrxl.rounds.overview.owner_groups import ASIDE, DONE, LATE, MEND, MISSING, NOT_ISSUED
from styrxl.rounds.overview.round_steps import (
    ANSWER,
    CALL,
    CONSOLIDATE,
    CONSOLIDATE_AGAIN,
    DOUBTFUL,
    HAND_OUT_BY_MAIL,
    HAND_OUT_MORE,
    MEND_NEWER,
    PLACE,
    QUARANTINE,
    REMIND,
    SEND_RESULTS,
    TAKE_IN,
    UNREACHED,
    UNREADABLE_MAIL,
    WAIT,
    RoundToDo,
)
from styrxl.web.desk.texts import Texts

PAGE = "home"  # whose texts these are
# Where each step of a round is done, after /rounds/ROUND.
STEP_PLACES: Mapping[str, str] = {
    TAKE_IN: "/do/judge",
    PLACE: "#unplaced",
    QUARANTINE: "/quarantine",
    UNREADABLE_MAIL: "#mail",
    DOUBTFUL: "/mail/sent",
    HAND_OUT_MORE: "/hand-out",
    HAND_OUT_BY_MAIL: "/do/mail?mailing=templates",
    ANSWER: "/do/mail?mailing=answers",
    REMIND: "/do/mail?mailing=reminders",
    CALL: f"?state={LATE}",
    UNREACHED: "?state=unreached",
    MEND_NEWER: f"?state={MEND_NEWER}",
    CONSOLIDATE: "/do/consolidate",
    CONSOLIDATE_AGAIN: "/do/consolidate",
    SEND_RESULTS: "/do/mail?mailing=summary",
    WAIT: "/take-in",
}
_SHOWN_GROUPS = (MISSING, LATE, MEND, ASIDE, DONE, NOT_ISSUED)


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step in words: what it is, what its button says, and where that leads."""

    text: str
    button: str
    href: str


@dataclass(frozen=True, slots=True)
class ShownRound:
    """A round in words: its counts (text and link), and its steps, the main one first; ``asked``: how many were handed a workbook."""

    id: str
    name: str
    counts: tuple[tuple[str, str], ...]
    steps: tuple[ShownStep, ...]
    done: int
    asked: int
    changed_forms: tuple[str, ...] = ()
    take_in: str = ""  # where more answers are taken in, while some are missing


def show_round(desk: Desk, to_do: RoundToDo, language: str, can_open: Callable[[str], bool]) -> ShownRound:
    """Return a round in words, with those steps that its reader can take: whose pages they can open."""
    texts = Texts(PAGE, language)
    round_, here = to_do.facts.round, f"/rounds/{to_do.facts.round.id}"
    all_late = to_do.counts[LATE] == to_do.counts[MISSING] > 0
    groups = [group for group in _SHOWN_GROUPS if to_do.counts[group] and not (all_late and group == MISSING)]
    names = {LATE: "count_all_late"} if all_late else {}
    counts = [(texts(names.get(group, f"count_{group}"), n=to_do.counts[group]), f"{here}?state={group}") for group in groups]
    if to_do.waiting:
        counts.insert(0, (texts("count_waiting", n=to_do.waiting), f"{here}#waiting"))
    shown = [_show_step(step.key, here, texts, n=step.n, day=step.day or "") for step in to_do.steps]
    steps = [step for step in shown if can_open(step.href)]
    changed = [texts("form_changed", form=word.facts["form"], n=word.facts["n"]) for word in to_do.facts.changed_forms]
    return ShownRound(
        round_.id,
        desk.workspace.settings.round_name(round_, texts.language),
        tuple(counts),
        tuple(steps),
        to_do.counts[DONE],
        sum(owner.issued is not None or owner.returned is not None for owner in to_do.facts.owners),
        tuple(changed),
        "" if to_do.complete or (to_do.steps and to_do.steps[0].key == WAIT) or not can_open(f"{here}/take-in") else f"{here}/take-in",
    )


def _show_step(key: str, here: str, texts: Texts, *, n: int, day: object) -> ShownStep:
    where = STEP_PLACES[key]
    text = texts(f"step_{key}" if key != WAIT or day else "step_wait_on", n=n, day=day)
    return ShownStep(text, texts(f"do_{key}"), where if key == QUARANTINE else here + where)
