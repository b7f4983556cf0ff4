"""Whatever judging a round rests on, changed one by one; and two judgings of a round held against each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

import pandas as pd

from styrxl.model.booked_outcomes import BookedRow
from styrxl.model.judged import JudgedRound
from styrxl.model.standard_folder import standard_folder
from styrxl.sample.opened import open_workbook, save_workbook
from styrxl.store.ledger import Ledger
from styrxl.store.outcome_runs import OutcomeRun, record_run
from town import BOARD, ROUND, Town


def assert_same(one: JudgedRound, other: JudgedRound) -> None:
    """Hold all of a judged round against another one, with the kinds of its columns."""
    assert one.returns == other.returns
    assert list(one.tables) == list(other.tables)
    for table, frame in one.tables.items():
        pd.testing.assert_frame_equal(frame, other.tables[table])


def set_aside(town: Town) -> None:
    town.run("set-aside", ROUND, "KFN-BIB", "--reason", "Utkast")


def change_goals(town: Town) -> None:
    book = open_workbook(town.workspace.plan_path.read_bytes())
    book["Mål"]["B5"].value = "Alla är delaktiga"
    town.workspace.plan_path.write_bytes(save_workbook(book))


def change_settings(town: Town) -> None:
    path = town.workspace.settings_path
    path.write_text(path.read_text("utf-8") + "\n[limits]\nsheets = 90\n", "utf-8")


def change_key(town: Town) -> None:
    town.workspace.key_path.write_text("12" * 32 + "\n", "ascii")


def add_form(town: Town) -> None:
    (town.root / "sheets").mkdir()
    own = (standard_folder() / "sheets" / "unit_plan.yaml").read_text("utf-8").replace("Här beskriver", "Här visar")
    (town.root / "sheets" / "unit_plan.yaml").write_text(own, "utf-8")


def replace_return(town: Town) -> None:
    goals = [{**BOARD["goals"][0], "text": "Alla elever når målen"}]
    town.put("UBN.xlsx", town.filled("UBN", {**BOARD, "goals": goals}), 60)


def book_outcomes(town: Town) -> None:
    with Ledger.open(town.workspace.database) as ledger:
        run = OutcomeRun(ROUND, "utfall.csv", "", "", datetime(2027, 1, 4, tzinfo=UTC), "?", 0, 0)
        record_run(ledger.database, run, (BookedRow("UBN", None, 100, 200, 100, 0, 0),))


def judge_as_earlier_version(town: Town) -> None:
    """Let an earlier version of the program have judged otherwise."""
    with sqlite3.connect(town.root / "styrxl.db") as ledger:
        ledger.execute("UPDATE verdicts SET program = '0.0.1', verdict = 'rejected'")


CHANGES: list[tuple[Callable[[Town], object], bool]] = [
    (replace_return, True),
    (lambda town: town.put("UBN igen.xlsx", town.filled("UBN"), 90), True),
    (lambda town: (town.inbox / "KFN-BIB.xlsx").unlink(), True),
    (lambda town: (town.inbox / "KFN-BIB.xlsx").rename(town.inbox / "Biblioteket.xlsx"), True),
    (set_aside, True),
    (change_goals, False),
    (change_settings, False),
    (add_form, False),
    (change_key, True),
    (book_outcomes, False),
    (judge_as_earlier_version, False),
    (lambda town: town.run("distribute", ROUND, "--to", "UBN", "--rows", "70"), True),
]
NAMES = ["replaced", "added", "removed", "renamed", "set aside", "plan", "settings", "form", "key", "outcomes", "version", "issued"]
