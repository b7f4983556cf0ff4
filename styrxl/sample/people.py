"""The sample's people: who answers for which workbook, what they get wrong, what they hand in, and when."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import ceil
from pathlib import Path
from random import Random

from styrxl.excel.look import Look
from styrxl.model.forms import Form
from styrxl.model.prefill import Prefill
from styrxl.model.rounds import Round
from styrxl.prefill.plan import sign_issue
from styrxl.rounds.look import read_look
from styrxl.sample import habits
from styrxl.sample.faults.followup import break_followup
from styrxl.sample.faults.open_return import NotHereError
from styrxl.sample.faults.plan import break_return
from styrxl.sample.fill import fill
from styrxl.sample.followup_answers import answer_board_followup, answer_unit_followup
from styrxl.sample.material import luck, material, year_material
from styrxl.sample.ods import convert_to_ods
from styrxl.sample.plan_answers import answer_board_plan, answer_unit_plan
from styrxl.store.files import write_atomically
from styrxl.store.ledger import Ledger
from styrxl.store.workspace import Workspace

_FAULTY = 8  # one in so many
_ATTEMPTS = 3
_FORGOTTEN = "missing-value"  # what anybody who has a commitment can forget in a follow-up
_ANSWERS = {
    ("board", False): answer_board_plan,
    ("unit", False): answer_unit_plan,
    ("board", True): answer_board_followup,
    ("unit", True): answer_unit_followup,
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who answers for an owner: what was issued (signed), the last day, and the mistakes that each attempt but the last has."""

    prefill: Prefill
    form: Form
    due: date
    mistakes: tuple[tuple[str, ...], ...]

    @property
    def owner(self) -> str:
        """Whose workbook it is."""
        return self.prefill.owner


@dataclass(frozen=True, slots=True)
class People:
    """The people of a round, the look and the seed that they all share, and mistakes for which nobody has had a place yet.

    ``filled``: the workbooks of those who get something wrong, as they are meant to be, by owner: they are handed in again.
    """

    people: tuple[Person, ...]
    shown: Look
    seed: int
    left: list[str] = field(default_factory=list)
    filled: dict[str, bytes] = field(default_factory=dict)

    def faulty(self, waiting: Sequence[Person], attempt: int) -> list[Person]:
        """Return those who still get something wrong."""
        return [one for one in waiting if attempt < len(one.mistakes)]

    def hand_in(self, inbox: Path, waiting: Iterable[Person], attempt: int) -> datetime:
        """Put the returns of some into the inbox, and return when the last one came."""
        inbox.mkdir(parents=True, exist_ok=True)
        moments = []
        for one in waiting:
            suffix = "ods" if one is self._with_libreoffice() else "xlsx"
            moments.append(_time_of_attempt(self.seed, one, attempt))
            _deliver(inbox / _file_name(one.owner, attempt, suffix), self._return(one, attempt), moments[-1])
        return max(moments)

    def _with_libreoffice(self) -> Person | None:
        """Return the one who works in LibreOffice: a unit that gets everything right the first time."""
        return next((one for one in self.people if not one.mistakes and one.prefill.board_id), None)

    def _return(self, one: Person, attempt: int) -> bytes:
        data = self.filled.get(one.owner) or self._fill(one)
        if attempt == len(one.mistakes):
            return data
        self.filled[one.owner] = data
        return self._spoilt(data, one, one.mistakes[attempt])

    def _fill(self, one: Person) -> bytes:
        answers = _ANSWERS[one.form.level, one.form.kind is not None](one.prefill, self.seed)
        seed = f"{self.seed}/{one.owner}/{one.form.kind or ''}".rstrip("/")
        return fill(one.form, one.prefill, habits.type_by_habit(answers, one.form, one.prefill.language, seed), self.shown)

    def _spoilt(self, data: bytes, one: Person, mistakes: Sequence[str]) -> bytes:
        """Return a return with its mistakes; what has no place in it is left for the next one that has room.

        The first one sends a return back: in a follow-up something is forgotten instead where it has no place.
        """
        alone = any(name in material()["file_mistakes"] for name in mistakes)
        room = list(mistakes) if alone else [*mistakes, *self.left][:2]
        first = mistakes[0]
        for name in room:
            if name in self.left:
                self.left.remove(name)
            try:
                data = _break_return(name, data, one)
            except NotHereError:
                self.left.append(name)
        return _break_return(_FORGOTTEN, data, one) if first in self.left and one.form.kind is not None else data


def _break_return(name: str, data: bytes, one: Person) -> bytes:
    if one.form.kind is None:
        return break_return(name, data, one.form, one.prefill.language)[0]
    return break_followup(name, data, one.form, one.prefill)[0]


def gather_people(workspace: Workspace, round_: Round, levels: Sequence[str], due: Mapping[str, date], seed: int) -> People:
    """Return the people to whom a round's workbooks have gone."""
    people = [one for level in levels for one in _people_of_level(workspace, round_, level, due[level], seed)]
    return People(tuple(people), read_look(workspace), seed)


def _people_of_level(workspace: Workspace, round_: Round, level: str, due: date, seed: int) -> list[Person]:
    prefills = _prefills(workspace, round_, level)
    busy = [owner for owner, filled in prefills.items() if filled.form != "annual_plan" or filled.rows.get("unit_frames")]
    groups = year_material()["mistakes"][round_.kind.key][level] if round_.followup else material()["mistakes"][level]
    where = (level, round_.id) if round_.followup else (level,)
    mistakes = share_out_mistakes(busy or list(prefills), groups, luck(seed, *where))
    return [
        Person(
            filled,
            workspace.forms.form(filled.form, filled.profile, filled.round),
            due,
            mistakes.get(owner, ()),
        )
        for owner, filled in prefills.items()
    ]


def _prefills(workspace: Workspace, round_: Round, level: str) -> dict[str, Prefill]:
    with Ledger.open(workspace.database) as ledger:
        issues = {owner: i for owner, i in ledger.issues(round_.id).items() if workspace.forms.form(i.form).level == level}
        texts = ledger.prefills(issue.issue_id for issue in issues.values())
    made = ((owner, issue.issue_id, Prefill.from_json(texts[issue.issue_id])) for owner, issue in sorted(issues.items()))
    return {owner: sign_issue(prefill, issue, workspace.sign) for owner, issue, prefill in made}


def share_out_mistakes(owners: Sequence[str], mistakes: Sequence[Sequence[str]], rng: Random) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Share mistakes out to one owner in eight: all of them once if that can be done, and some each."""
    careless = rng.sample(owners, min(len(owners), max(2, ceil(len(owners) / _FAULTY)))) if owners else []
    each = min(_ATTEMPTS, max(1, ceil(len(mistakes) / len(careless)))) if careless else 0
    found = {}
    for index, owner in enumerate(careless):
        turns = [index + turn * len(careless) for turn in range(each)]
        wrap = len(mistakes) if each == 1 else len(careless) * each
        found[owner] = tuple(tuple(mistakes[turn % wrap]) for turn in turns if turn % wrap < len(mistakes))
    return found


def _deliver(path: Path, data: bytes, when: datetime) -> None:
    write_atomically(path, data if path.suffix == ".xlsx" else convert_to_ods(data))
    os.utime(path, (when.timestamp(), when.timestamp()))


def _file_name(owner: str, attempt: int, suffix: str) -> str:
    corrected = "" if attempt == 0 else " rättad" if attempt == 1 else f" rättad {attempt}"
    return f"{owner}{corrected}.{suffix}"


def _time_of_attempt(seed: int, one: Person, attempt: int) -> datetime:
    """Return when a return arrives: in the two weeks up to the due date or just after it, each correction some days later."""
    rng = luck(seed, one.owner, "time")
    first = one.due + timedelta(days=rng.randint(-12, 1) if not one.mistakes else rng.randint(-14, -9))
    minutes = rng.randint(8 * 60, 16 * 60) + attempt
    return datetime(first.year, first.month, first.day, tzinfo=UTC) + timedelta(days=3 * attempt, minutes=minutes)
