"""The demonstration: a municipality's year, from plan to annual report, played through with the commands that a controller types."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shlex import quote

from styrxl.descriptions.outcome_mapping import FILE
from styrxl.model.council_plan import PLAN_FORM
from styrxl.model.errors import StyrxlError
from styrxl.model.forms import extend_rows
from styrxl.model.rounds import Round, standard_rounds
from styrxl.rounds.issue import make_plan_prefill
from styrxl.rounds.look import read_look
from styrxl.sample import habits, people, plan_changes
from styrxl.sample.accounts import write_accounts
from styrxl.sample.fill import Answers, fill
from styrxl.sample.material import material, municipality, year_material
from styrxl.sample.others import LEVELS, hand_in_others
from styrxl.sample.plan_answers import YEAR, adjustments
from styrxl.store.files import write_atomically
from styrxl.store.workspace import Workspace

MARK = "EXEMPELDATA.txt"  # what tells a folder that the demonstration made, and may make anew, from any other
_PLAN_ROWS = 380  # units that the multi-year plan has rows for, as it comes
_LEVELS = {"board": "boards", "unit": "units"}

Run = Callable[[Sequence[str], datetime], int]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demonstration is played, and when.

    ``run`` runs a command's arguments at a time and returns its exit status, ``say`` prints a line.
    """

    folder: Path
    units: int
    seed: int
    language: str
    run: Run
    say: Say
    now: datetime = datetime(YEAR - 1, 11, 24, 9, tzinfo=UTC)

    def at(self, when: date) -> Stage:
        """Return the stage at another time: a moment, or nine o'clock on a day."""
        return replace(self, now=when if isinstance(when, datetime) else datetime(when.year, when.month, when.day, 9, tzinfo=UTC))

    def command(self, *words: str, fine: Sequence[int] = (0, 1)) -> None:
        """Show a command and run it; SystemExit with its status where that is not one to go on from."""
        self.say(f"\n$ styrxl {' '.join(map(quote, words))}")
        status = self.run(words, self.now)
        if status not in fine:
            raise SystemExit(status)

    def tell(self, key: str, **facts: object) -> None:
        """Say a line of the story."""
        lines: Mapping[str, Mapping[str, str]] = {**material()["story"], **year_material()["story"]}
        self.say("\n" + lines[key][self.language].format(**facts))

    def on(self, *words: str) -> tuple[str, ...]:
        """Return a command's words with the workspace that it is about."""
        spoken = () if self.language == "sv" else ("--lang", self.language)
        return ("--workspace", str(self.folder), *spoken, *words)

    @property
    def workspace(self) -> Workspace:
        """The workspace as it is now."""
        return Workspace.open(self.folder)


def play(stage: Stage) -> list[Path]:
    """Play the year, and return the files worth opening; StyrxlError (demo-in-the-way) for a folder that is something else."""
    _clear(stage)
    rows = _count_plan_rows(stage)
    more = ["--rows", str(rows)] if rows else []
    stage.command("init", str(stage.folder), "--name", municipality(), *more, fine=(0,))
    _write_plan(stage)
    _plan(stage)
    _follow_up(stage, _round("t1"))
    _decide(stage)
    _take_outcomes(stage, _round("t2"))
    _follow_up(stage, _round("t2"), last=_sum_up_summer)
    _follow_up(stage, _round("year"), last=_assess)
    _go_on(stage)
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


def calendar(kind: str, level: str, what: str) -> date:
    """Return the day on which a level's workbooks of a round go ``out`` or are ``due``; months are counted on into the next year."""
    month, day = year_material()["rounds"][kind][_LEVELS[level]][what]
    return _day(month, day)


def _closed(kind: str) -> date:
    month, day = year_material()["rounds"][kind]["closed"]
    return _day(month, day)


def _day(month: int, day: int) -> date:
    """Return a day of the year, of the one after it (from month 13 on), or of the one before (a month with a minus)."""
    return date(YEAR - 1, -month, day) if month < 0 else date(YEAR + (month > 12), (month - 1) % 12 + 1, day)


def _round(kind: str) -> Round:
    return Round(YEAR, standard_rounds()[kind])


# the multi-year plan


def _write_plan(stage: Stage) -> None:
    """Fill in the multi-year plan as it is before the year, and the dates and the address in the settings."""
    workspace = stage.workspace
    stage.tell("plan", path=workspace.plan_path)
    _write(stage, "plan")
    write_atomically(stage.folder / MARK, f"{municipality()}\n".encode())
    settings = workspace.settings_path.read_text("utf-8").replace('address = ""', f'address = "controller@{material()["domain"]}"')
    for kind in (kind for kind in standard_rounds() if kind in year_material()["rounds"]):
        board, unit = (calendar(kind, level, "due") for level in _LEVELS)
        settings += f'\n[rounds."{YEAR}-{kind}"]\ndue = {board}\ndue_units = {unit}\n'
    write_atomically(workspace.settings_path, settings.encode())


def _write(stage: Stage, step: str) -> None:
    """Make the multi-year plan with all that the controller has written up to a step; it is printed as far as it is filled in."""
    workspace, rows = stage.workspace, _count_plan_rows(stage)
    form = extend_rows(workspace.forms.form(PLAN_FORM), rows)
    written: Answers = {}
    for name, answers in plan_changes.list_steps(stage.units, stage.seed, YEAR).items():
        typed = habits.type_by_habit(answers, form, workspace.settings.language, f"{stage.seed}/{name}")
        written = plan_changes.add_answers(written, typed)
        if name == step:
            break
    data = fill(form, make_plan_prefill(workspace, form, {}, rows), written, read_look(workspace), short=True)
    write_atomically(workspace.plan_path, data)


def _count_plan_rows(stage: Stage) -> int | None:
    """Return how many rows of units the multi-year plan is made with; None for as many as it comes with."""
    return stage.units + 60 if stage.units > _PLAN_ROWS else None


def _decide(stage: Stage) -> None:
    """Let the controller write what the council decided in June."""
    workspace, year = stage.workspace, year_material()
    here = stage.at(_day(*year["written_on"]))
    facts = {"path": workspace.plan_path, "day": here.now.date(), "adjustments": len(adjustments(stage.units))}
    facts |= {"board": year["renamed"]["board"], "name": year["renamed"]["name"], "from_day": plan_changes.find_day_of_change(YEAR)}
    moves = plan_changes.has_moving_unit(stage.units)
    here.tell("summer" if moves else "summer_small", **facts, unit=year["moved"]["unit"], new_board=year["moved"]["board"])
    _write(here, "summer")


def _assess(stage: Stage) -> None:
    """Let the controller write how the council is proposed to assess its goals."""
    answers = plan_changes.answer_council_assessments(YEAR)
    stage.tell("council", n=len(answers["council_assessments"]), path=stage.workspace.plan_path)
    _write(stage, "assessments")


def _sum_up_summer(stage: Stage) -> None:
    """Let the controller write how the executive board judges the municipality as a whole in August."""
    stage.tell("overall", path=stage.workspace.plan_path)
    _write(stage, "overall")


# the rounds


def _plan(stage: Stage) -> None:
    """Play the planning round: boards first, then the units of boards that are done."""
    round_ = _round("plan")
    for level in _LEVELS:
        here = stage.at(calendar("plan", level, "out"))
        here.command(*stage.on("distribute", round_.id, "--level", level), fine=(0,))
        if level == "board":
            _hand_in_others(here, round_)
        _collect(stage, round_, level)
    here = stage.at(_closed("plan"))
    here.command(*stage.on("link", round_.id))
    here.command(*stage.on("consolidate", round_.id, "--all"))
    here.command(*stage.on("status", round_.id))


def _collect(stage: Stage, round_: Round, level: str) -> None:
    """Let everybody of a level hand in, and those whose returns come back hand in again, until all are in order."""
    crowd = people.gather_people(stage.workspace, round_, [level], {level: calendar("plan", level, "due")}, stage.seed)
    waiting, attempt = list(crowd.people), 0
    while waiting:
        faulty = crowd.faulty(waiting, attempt)
        stage.tell(level if attempt == 0 else "again" if faulty else "mended", n=len(waiting), faulty=len(faulty))
        came = crowd.hand_in(stage.workspace.inbox(round_), waiting, attempt)
        stage.at(came + timedelta(hours=1)).command(*stage.on("validate", "--round", round_.id))
        waiting, attempt = faulty, attempt + 1


def _follow_up(stage: Stage, round_: Round, last: Callable[[Stage], None] | None = None) -> None:
    """Play a follow-up: everybody answers, some get their workbook back and mend it, and the results are put together."""
    due = {level: calendar(round_.kind.key, level, "due") for level in _LEVELS}
    stage.at(calendar(round_.kind.key, "board", "out")).command(*stage.on("distribute", round_.id))
    _hand_in_others(stage.at(calendar(round_.kind.key, "board", "out")), round_)
    crowd = people.gather_people(stage.workspace, round_, list(_LEVELS), due, stage.seed)
    faulty, inbox = crowd.faulty(crowd.people, 0), stage.workspace.inbox(round_)
    boards = sum(one.prefill.board_id is None for one in crowd.people)
    name = stage.workspace.settings.round_name(round_, stage.language)
    stage.tell("handed_in", round=name, boards=boards, units=len(crowd.people) - boards, faulty=len(faulty))
    came = crowd.hand_in(inbox, crowd.people, 0)
    stage.at(came + timedelta(hours=1)).command(*stage.on("validate", "--round", round_.id, "--annotate"))
    waiting, attempt = faulty, 1
    while waiting:
        faulty = crowd.faulty(waiting, attempt)
        stage.tell("again" if faulty else "mended_all", n=len(waiting), faulty=len(faulty))
        came = crowd.hand_in(inbox, waiting, attempt)
        stage.at(came + timedelta(hours=1)).command(*stage.on("validate", "--round", round_.id))
        waiting, attempt = faulty, attempt + 1
    here = stage.at(_closed(round_.kind.key))
    if last:
        last(here)
    here.command(*stage.on("consolidate", round_.id, "--all"))


def _take_outcomes(stage: Stage, round_: Round) -> None:
    """Let the controller take a round's outcomes from an export of the accounts, before workbooks go out."""
    here = stage.at(calendar(round_.kind.key, "board", "out"))
    path = write_accounts(stage.workspace, round_, here.now, stage.seed)
    here.tell("accounts", path=path)
    here.command(*stage.on("outcomes", round_.id, str(path)))


def _hand_in_others(stage: Stage, round_: Round) -> None:
    """Let the finance office and the company hand in, a week after they got their workbooks."""
    for level in LEVELS:
        stage.command(*stage.on("distribute", round_.id, "--level", level), fine=(0,))
    days = 50 if round_.kind.follows is None else 7
    stage.tell("others", n=hand_in_others(stage.workspace, round_, stage.now + timedelta(days=days)))


def _go_on(stage: Stage) -> None:
    stage.tell("next", year=YEAR + 1)
    stage.at(_closed("year")).command(*stage.on("rollover", str(YEAR + 1)))


def _worth_opening(stage: Stage) -> Iterator[Path]:
    workspace = stage.workspace
    plan, summer, year = (_round(kind) for kind in ("plan", "t2", "year"))
    wanted = (
        workspace.council(year),
        workspace.council(plan),
        workspace.boards(summer) / "UBN.xlsx",
        workspace.outbox(plan) / "UBN.xlsx",
        workspace.outbox(plan) / "UBN-ALBY.xlsx",
        workspace.root / FILE,
        workspace.outbox(summer) / "UBN.xlsx",
        workspace.outbox(year) / "UBN.xlsx",
        *sorted(workspace.returned(year).glob("*.xlsx"))[:1],
        workspace.plan_path,
        workspace.plan_path.with_name(f"{workspace.plan_path.stem} {YEAR + 1}.xlsx"),
        workspace.inbox(year),
    )
    yield from (path for path in wanted if path.exists())


def run_in_process(main: Callable[..., object]) -> Run:
    """Return a runner for click's commands: the same code as at the prompt, without a new process."""

    def run(words: Sequence[str], now: datetime) -> int:
        try:
            main(args=list(words), prog_name="styrxl", obj={"now": now})
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else 1
        return 0

    return run
