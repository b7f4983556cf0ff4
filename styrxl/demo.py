"""The demonstration: a municipality's planning round, played through with the commands that a controller types."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import ceil
from pathlib import Path
from random import Random
from shlex import quote

from styrxl import habits
from styrxl.bench import NotHereError
from styrxl.errors import StyrxlError
from styrxl.faults import break_return
from styrxl.files import write_atomically
from styrxl.fill import fill
from styrxl.forms import Form
from styrxl.ledger import Ledger
from styrxl.material import luck, material, municipality
from styrxl.ods import as_ods
from styrxl.prefill import Prefill
from styrxl.rounds import Round
from styrxl.sample import YEAR, board_answers, plan_answers, unit_answers
from styrxl.workspace import Workspace

MARK = "EXEMPELDATA.txt"  # what tells a folder that the demonstration made, and may make anew, from any other
_DUE = {"board": date(YEAR, 1, 31), "unit": date(YEAR, 2, 28)}
_FAULTY = 8  # one in so many
_ATTEMPTS = 3
_PLAN_ROWS = 380  # units that the multi-year plan has rows for, as it comes
_ANSWERS = {"board": board_answers, "unit": unit_answers}

Run = Callable[[Sequence[str]], int]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demonstration is played: ``run`` runs a command's arguments and returns its exit status, ``say`` prints a line."""

    folder: Path
    units: int
    seed: int
    language: str
    run: Run
    say: Say
    round: Round = field(default=Round(YEAR, "plan"))

    def command(self, *words: str, fine: Sequence[int] = (0, 1)) -> None:
        """Show a command and run it; SystemExit with its status where that is not one to go on from."""
        self.say(f"\n$ styrxl {' '.join(map(quote, words))}")
        status = self.run(words)
        if status not in fine:
            raise SystemExit(status)

    def tell(self, key: str, **facts: object) -> None:
        """Say a line of the story."""
        self.say("\n" + material()["story"][key][self.language].format(**facts))

    def on(self, *words: str) -> tuple[str, ...]:
        """Return a command's words with the workspace that it is about."""
        spoken = () if self.language == "sv" else ("--lang", self.language)
        return ("--workspace", str(self.folder), *spoken, *words)


def play(stage: Stage) -> list[Path]:
    """Play the planning round, and return the files worth opening; StyrxlError (demo-in-the-way) for a folder that is something else."""
    _clear(stage)
    more = ["--rows", str(stage.units + 60)] if stage.units > _PLAN_ROWS else []
    stage.command("init", str(stage.folder), "--name", municipality(), *more, fine=(0,))
    _write_plan(stage)
    for level in ("board", "unit"):
        stage.command(*stage.on("distribute", stage.round.id, "--level", level), fine=(0,))
        _collect(stage, level)
    stage.command(*stage.on("link", stage.round.id))
    stage.command(*stage.on("consolidate", stage.round.id, "--all"))
    stage.command(*stage.on("status", stage.round.id))
    return list(_worth_opening(stage))


def _clear(stage: Stage) -> None:
    folder = stage.folder
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / MARK).is_file():
        raise StyrxlError("demo-in-the-way", path=str(folder))
    stage.tell("replaced", path=folder)
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _write_plan(stage: Stage) -> None:
    """Fill in the multi-year plan, and the dates and the address in the settings."""
    workspace = Workspace.open(stage.folder)
    form = workspace.forms.form("multi_year_plan")
    language = workspace.settings.language
    stage.tell("plan", path=workspace.plan_path)
    answers = habits.typed(plan_answers(stage.units, stage.seed), form, language, f"{stage.seed}/plan")
    write_atomically(workspace.plan_path, fill(workspace.plan_path.read_bytes(), form, language, answers, workspace.forms.words))
    write_atomically(stage.folder / MARK, f"{municipality()}\n".encode())
    settings = workspace.settings_path.read_text("utf-8").replace('address = ""', f'address = "controller@{material()["domain"]}"')
    settings += f'\n[rounds."{stage.round.id}"]\ndue = {_DUE["board"]}\ndue_units = {_DUE["unit"]}\n'
    write_atomically(workspace.settings_path, settings.encode())


# collecting a level's returns


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who answers for an owner: what came, and the mistakes that each attempt but the last has."""

    prefill: Prefill
    form: Form
    blank: bytes
    mistakes: tuple[tuple[str, ...], ...]


def _collect(stage: Stage, level: str) -> None:
    """Let everybody of a level hand in, and those whose returns come back hand in again, until all are in order."""
    workspace = Workspace.open(stage.folder)
    people = _people(stage, workspace, level)
    inbox = workspace.inbox(stage.round)
    inbox.mkdir(parents=True, exist_ok=True)
    left: list[str] = []  # mistakes for which nobody has had a place yet
    waiting = people
    for attempt in range(_ATTEMPTS + 1):
        if not waiting:
            return
        faulty = [one for one in waiting if attempt < len(one.mistakes)]
        stage.tell(level if attempt == 0 else "again" if faulty else "mended", n=len(waiting), faulty=len(faulty))
        for one in waiting:
            name = _file_name(one.prefill.owner, attempt, "ods" if one is _with_libreoffice(people) else "xlsx")
            _deliver(inbox / name, _return(stage, workspace, one, attempt, left), _moment(stage, level, one, attempt))
        stage.command(*stage.on("validate", "--round", stage.round.id))
        waiting = faulty


def _people(stage: Stage, workspace: Workspace, level: str) -> list[Person]:
    prefills = _prefills(workspace, stage.round, level)
    busy = [owner for owner, filled in prefills.items() if filled.form != "annual_plan" or filled.rows.get("unit_frames")]
    mistakes = _shared_out(busy or list(prefills), material()["mistakes"][level], luck(stage.seed, level))
    outbox = workspace.outbox(stage.round)
    return [
        Person(
            filled,
            workspace.forms.form(filled.form, filled.profile, filled.round),
            (outbox / f"{owner}.xlsx").read_bytes(),
            mistakes.get(owner, ()),
        )
        for owner, filled in prefills.items()
    ]


def _prefills(workspace: Workspace, round_: Round, level: str) -> dict[str, Prefill]:
    with Ledger.open(workspace.database) as ledger:
        issues = {owner: i for owner, i in ledger.issues(round_.id).items() if workspace.forms.form(i.form).level == level}
        texts = ledger.prefills(issue.issue_id for issue in issues.values())
    return {owner: Prefill.from_json(texts[issue.issue_id]) for owner, issue in sorted(issues.items())}


def _shared_out(owners: Sequence[str], mistakes: Sequence[Sequence[str]], rng: Random) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Share mistakes out to one owner in eight: all of them once if that can be done, and some each."""
    careless = rng.sample(owners, min(len(owners), max(2, ceil(len(owners) / _FAULTY)))) if owners else []
    each = min(_ATTEMPTS, max(1, ceil(len(mistakes) / len(careless)))) if careless else 0
    found = {}
    for index, owner in enumerate(careless):
        turns = [index + turn * len(careless) for turn in range(each)]
        wrap = len(mistakes) if each == 1 else len(careless) * each
        found[owner] = tuple(tuple(mistakes[turn % wrap]) for turn in turns if turn % wrap < len(mistakes))
    return found


def _with_libreoffice(people: Sequence[Person]) -> Person | None:
    """Return the one who works in LibreOffice: a unit that gets everything right the first time."""
    return next((one for one in people if not one.mistakes and one.prefill.board_id), None)


def _return(stage: Stage, workspace: Workspace, one: Person, attempt: int, left: list[str]) -> bytes:
    language = one.prefill.language
    answers = _ANSWERS[one.form.level](one.prefill, stage.seed)
    typed = habits.typed(answers, one.form, language, f"{stage.seed}/{one.prefill.owner}")
    data = fill(one.blank, one.form, language, typed, workspace.forms.words)
    return _spoilt(data, one, one.mistakes[attempt], left) if attempt < len(one.mistakes) else data


def _spoilt(data: bytes, one: Person, mistakes: Sequence[str], left: list[str]) -> bytes:
    """Return a return with its mistakes; what has no place in it is left for the next one that has room."""
    alone = any(name in material()["file_mistakes"] for name in mistakes)
    room = list(mistakes) if alone else [*mistakes, *left][:2]
    for name in room:
        if name in left:
            left.remove(name)
        try:
            data, _ = break_return(name, data, one.form, one.prefill.language)
        except NotHereError:
            left.append(name)
    return data


def _deliver(path: Path, data: bytes, when: datetime) -> None:
    write_atomically(path, data if path.suffix == ".xlsx" else as_ods(data))
    os.utime(path, (when.timestamp(), when.timestamp()))


def _file_name(owner: str, attempt: int, suffix: str) -> str:
    corrected = "" if attempt == 0 else " rättad" if attempt == 1 else f" rättad {attempt}"
    return f"{owner}{corrected}.{suffix}"


def _moment(stage: Stage, level: str, one: Person, attempt: int) -> datetime:
    """Return when a return arrives: in the two weeks up to the due date or just after it, each correction some days later."""
    rng = luck(stage.seed, one.prefill.owner, "time")
    first = _DUE[level] + timedelta(days=rng.randint(-12, 1) if not one.mistakes else rng.randint(-14, -9))
    minutes = rng.randint(8 * 60, 16 * 60) + attempt
    return datetime(first.year, first.month, first.day, tzinfo=UTC) + timedelta(days=3 * attempt, minutes=minutes)


def _worth_opening(stage: Stage) -> Iterator[Path]:
    workspace = Workspace.open(stage.folder)
    round_ = stage.round
    wanted = (
        workspace.council(round_),
        workspace.boards(round_) / "UBN.xlsx",
        workspace.outbox(round_) / "UBN.xlsx",
        workspace.outbox(round_) / "UBN-ALBY.xlsx",
        workspace.plan_path,
        workspace.inbox(round_),
    )
    yield from (path for path in wanted if path.exists())


def run_in_process(main: Callable[..., object]) -> Run:
    """Return a runner for click's commands: the same code as at the prompt, without a new process."""

    def run(words: Sequence[str]) -> int:
        try:
            main(args=list(words), prog_name="styrxl")
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else 1
        return 0

    return run
