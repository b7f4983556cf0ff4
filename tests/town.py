"""A small town for tests: two boards, three units, three goals, played through with the commands as a controller types them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
from click.testing import CliRunner, Result

from filled import fill_issued, fill_plan
from judging import judge_data
from municipality import FRAMES, GOALS, NAME, ORGANISATION, Rows
from styrxl.cli import cli
from styrxl.model.form_files import Forms
from styrxl.model.forms import Form
from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.desk import Desk, open_desk
from styrxl.rounds.judge_inbox import judge_inbox_quietly, select_board_tables
from styrxl.sample.opened import open_workbook, save_workbook
from styrxl.store.ledger import Ledger
from styrxl.store.workspace import Workspace

ROUND = "2027-plan"
NOW = datetime(2027, 1, 5, 9, 0, tzinfo=UTC)
KEY = "5" * 64
Answers = Mapping[str, Rows]

PLAN: Answers = {"organisation": ORGANISATION, "council_goals": GOALS, "frames": FRAMES}

YEAR = {"start": date(2027, 1, 1), "end": date(2027, 12, 31)}
BOARD: Answers = {
    "confirmation": [{"status": "proposed", "confirms": "yes", "responsible": "Förvaltningschef"}],
    "goal_responses": [
        {"concerns": "yes", "contribution": "Elevråd och samråd på varje skola."},
        {"contribution": "Med tidiga insatser i läsning och matematik."},
    ],
    "goals": [{"text": "Fler elever når målen", "parent_id": "KF-M2", "priority": 1, "from_year": 2027, "to_year": 2029}],
    "commitments": [
        {"text": "Starta läsprogram", "parent_id": "UBN-M1", "responsible": "Skolchef", "expected_result": "Fler läser", **YEAR},
        {"text": "Hålla samråd", "parent_id": "KF-M1", "responsible": "Skolchef", "expected_result": "Två samråd", **YEAR},
    ],
    "indicators": [
        {"goal_id": "UBN-M1", "name": "Behöriga elever", "unit": "procent", "direction": "higher", "baseline": 80, "target": 85}
    ],
    "budget": [{"activity": "Grundskola", "revenue": 100, "cost": 900.5}, {"activity": "Förskola", "cost": 150.25}],
    "unit_frames": [{"frame": 500}, {"frame": 300.5}],
    "investments": [{"project": "Skolgård", "total_expenditure": 90, "year_budget": 60, "finished_year": 2028}],
}
ENGLISH_BOARD: Answers = {
    "confirmation": [
        {"status": "decided", "confirms": "yes", "decision_date": date(2027, 1, 18), "paragraph": "§ 4", "responsible": "Director"}
    ],
    "goal_responses": [{"concerns": "no", "reason": "Others are nearer."}, {"contribution": "With open libraries."}],
    "goals": [{"text": "More visit the library", "parent_id": "KF-M3", "from_year": 2027, "to_year": 2028}],
    "commitments": [{"text": "Open on Sundays", "parent_id": "KFN-M1", "responsible": "Director", "expected_result": "Open", **YEAR}],
    "budget": [{"activity": "Library", "cost": 480}],
    "unit_frames": [{"frame": 400}],
}
SCHOOL: Answers = {
    "commitments": [
        {"text": "Läsa varje dag", "parent_id": "UBN-M1", "school_form": "compulsory", "responsible": "Rektor"},
        {"text": "Läxhjälp två kvällar", "parent_id": "UBN-2027-A1", "school_form": "compulsory", "responsible": "Rektor"},
    ]
}
PRESCHOOL: Answers = {
    "goals": [{"text": "Barnen är ute mer", "parent_id": "UBN-M1", "from_year": 2027, "to_year": 2028}],
    "commitments": [
        {"text": "Högläsning före lunch", "parent_id": "UBN-M1", "responsible": "Rektor"},
        {"text": "Utedag varje vecka", "parent_id": "UBN-ÖST-M1", "responsible": "Rektor", "expected_result": "En dag i veckan", **YEAR},
    ],
}
LIBRARY: Answers = {"commitments": [{"text": "Sunday stories", "parent_id": "KFN-2027-A1", "responsible": "Librarian"}]}
ANSWERS: Mapping[str, Answers] = {"UBN": BOARD, "KFN": ENGLISH_BOARD, "UBN-ÅBY": SCHOOL, "UBN-ÖST": PRESCHOOL, "KFN-BIB": LIBRARY}
BOARDS = ("UBN", "KFN")
UNITS = ("UBN-ÅBY", "UBN-ÖST", "KFN-BIB")

BOARD_TABLES: dict[frozenset[tuple[str, int, int]], Mapping[str, pd.DataFrame]] = {}  # what boards have planned, by a town's state


@dataclass(frozen=True, slots=True)
class Town:
    """A workspace on disk, and what a controller does with it."""

    root: Path

    @property
    def workspace(self) -> Workspace:
        """The workspace as it is now."""
        return Workspace.open(self.root)

    @property
    def forms(self) -> Forms:
        """Its forms."""
        return self.workspace.forms

    @property
    def inbox(self) -> Path:
        """Where returns are put."""
        return self.root / "inbox" / ROUND

    def run(self, *words: str, expect: int | None = 0) -> Result:
        """Type a command; its exit status must be the one expected (None for any). No command waits for a server that is away."""
        result = CliRunner().invoke(cli, ["--workspace", str(self.root), *words], obj={"wait": lambda _: None})
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert expect is None or result.exit_code == expect, f"{words}: {result.exit_code}\n{result.output}"
        return result

    def form(self, owner: str) -> Form:
        """Return the form that an owner was given."""
        if owner in BOARDS:
            return self.forms.form("annual_plan")
        return self.forms.form("unit_plan", "skola" if owner == "UBN-ÅBY" else None)

    def language(self, owner: str) -> str:
        """Return the language of an owner."""
        return "en" if owner.startswith("KFN") else "sv"

    def issued(self, owner: str) -> bytes:
        """Return the workbook that an owner was given."""
        return (self.root / "outbox" / ROUND / f"{owner}.xlsx").read_bytes()

    def filled(self, owner: str, answers: Answers | None = None) -> bytes:
        """Return the workbook of an owner with answers typed in."""
        return fill_issued(self.root, ROUND, owner, answers or ANSWERS[owner])

    def put(self, name: str, data: bytes, second: int = 0) -> Path:
        """Put a file into the inbox, changed last now, or so many seconds later: as near to now as to be believed."""
        self.inbox.mkdir(parents=True, exist_ok=True)
        path = self.inbox / name
        path.write_bytes(data)
        at = (datetime.now(UTC) + timedelta(seconds=second)).timestamp()
        os.utime(path, (at, at))
        return path

    def judge(self, *files: tuple[str, bytes], whole_inbox: bool = False) -> JudgedRound:
        """Judge files together against what was issued, without the command around it."""
        with Ledger.open(self.workspace.database) as ledger:
            desk = open_desk(self.workspace, ledger, NOW)
            boards = self.board_tables(desk)
            return judge_data(desk, standard_rounds().parse(ROUND), files, NOW, boards=boards, whole_inbox=whole_inbox)

    def board_tables(self, desk: Desk) -> Mapping[str, pd.DataFrame]:
        """Return what boards have planned, in the town as it is now."""
        state = self._state()
        if state not in BOARD_TABLES:
            BOARD_TABLES[state] = select_board_tables(judge_inbox_quietly(desk, standard_rounds().parse(ROUND)))
        return BOARD_TABLES[state]

    def _state(self) -> frozenset[tuple[str, int, int]]:
        """Return which files there are, how large and how old; a copy has them all alike."""
        files = [path for path in self.root.rglob("*") if path.is_file()]
        return frozenset((str(path.relative_to(self.root)), path.stat().st_size, path.stat().st_mtime_ns) for path in files)

    def copy(self, to: Path) -> Town:
        """Copy the town, somewhere else."""
        shutil.copytree(self.root, to)
        return Town(to)


def lost(data: bytes) -> bytes:
    """Return a workbook without its hidden sheet and its properties, as when its sheets were copied into a new file."""
    book = open_workbook(data)
    del book["_styrxl"]
    book.custom_doc_props.props.clear()  # type: ignore[attr-defined] # newer than its types
    return save_workbook(book)


def new_town(root: Path, plan: Answers = PLAN) -> Town:
    """Make a workspace with a filled plan; its key is always the same, so that bytes can be compared."""
    workspace = Workspace.init(root, NAME, key=KEY)
    workspace.plan_path.write_bytes(fill_plan(workspace, plan))
    return Town(root)


def planned_town(root: Path, plan: Answers = PLAN, plans: Mapping[str, Answers] = ANSWERS) -> Town:
    """Make a town whose boards have accepted plans, and whose units have their workbooks."""
    town = new_town(root, plan)
    town.run("distribute", ROUND, "--level", "board")
    for owner in BOARDS:
        if owner in plans:
            town.put(f"{owner}.xlsx", town.filled(owner, plans[owner]))
    town.run("distribute", ROUND, "--level", "unit", expect=0 if plans.keys() >= set(BOARDS) else 1)
    return town


def full_town(root: Path, plan: Answers = PLAN, plans: Mapping[str, Answers] = ANSWERS) -> Town:
    """Make a town in which everybody has answered (those for whom there are answers)."""
    town = planned_town(root, plan, plans)
    for minute, owner in enumerate(UNITS, 1):
        if owner in plans:
            town.put(f"{owner}.xlsx", town.filled(owner, plans[owner]), minute)
    return town


def saying(data: bytes, **facts: str) -> bytes:
    """Return a workbook that says something else of itself in its hidden sheet, without our signature, and nothing elsewhere."""
    book = open_workbook(data)
    for row in book["_styrxl"].iter_rows():
        if row[0].value in facts:
            row[1].value = facts[str(row[0].value)]
    book.custom_doc_props.props.clear()  # type: ignore[attr-defined] # newer than its types
    return save_workbook(book)
