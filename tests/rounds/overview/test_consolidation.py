"""Whether the council's workbook is of what counts now."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from styrxl.rounds.desk import open_desk
from styrxl.rounds.overview.consolidation import find_consolidation
from styrxl.store.ledger import Ledger
from town import NOW, ROUND, Town


@pytest.fixture(scope="module")
def made(shared_planned: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Make a town whose boards are done, with the results made."""
    town = shared_planned.copy(tmp_path_factory.mktemp("made") / "town")
    town.run("consolidate", ROUND)
    return town


def state(town: Town) -> str:
    with Ledger.open(town.workspace.database) as ledger:
        found = find_consolidation(open_desk(town.workspace, ledger, NOW), town.workspace.rounds.parse(ROUND))
    return ("current" if found.is_current else "stale") if found else "none"


def answer(town: Town) -> None:
    town.put("KFN-BIB.xlsx", town.filled("KFN-BIB"))
    town.run("validate", "--round", ROUND)


def answer_and_consolidate(town: Town) -> None:
    answer(town)
    town.run("consolidate", ROUND)


def set_aside(town: Town) -> None:
    town.run("set-aside", ROUND, "KFN.xlsx", "--reason", "prov")
    town.run("validate", "--round", ROUND)


@pytest.mark.parametrize(
    "change, expected",
    [
        (lambda _: None, "current"),
        (lambda town: town.run("validate", "--round", ROUND), "current"),
        (lambda town: town.run("consolidate", ROUND), "current"),
        (answer, "stale"),
        (set_aside, "stale"),
        (answer_and_consolidate, "current"),
        (lambda town: town.workspace.council(town.workspace.rounds.parse(ROUND)).unlink(), "none"),
    ],
)
def test_it_is_current_until_other_returns_count(made: Town, tmp_path: Path, change: Callable[[Town], object], expected: str) -> None:
    town = made.copy(tmp_path / "town")
    change(town)
    assert state(town) == expected


def test_where_it_is_not_known_what_it_was_made_of_its_date_counts(made: Town, tmp_path: Path) -> None:
    town = made.copy(tmp_path / "town")
    (town.root / ".styrxl-cache" / "consolidated.json").write_text("[]")
    assert state(town) == "current"
    os.utime(town.workspace.council(town.workspace.rounds.parse(ROUND)), (0, 0))
    assert state(town) == "stale"
