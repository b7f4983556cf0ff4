"""A workspace opened again and again: quickly where nothing has changed, and as from nothing where anything has."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pandas as pd
import pytest

from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.judge_inbox import judge_inbox_quietly
from styrxl.rounds.opening.keeper import WorkspaceKeeper
from town import NOW, ROUND, Town

PLAN = standard_rounds().parse(ROUND)


def make_keeper(town: Town, days: int = 0) -> WorkspaceKeeper:
    return WorkspaceKeeper(town.root, find_now=lambda: NOW + timedelta(days=days))


def judge_plan(keeper: WorkspaceKeeper) -> JudgedRound:
    with keeper.read() as desk:
        return judge_inbox_quietly(desk, PLAN)


def assert_same(one: JudgedRound, other: JudgedRound) -> None:
    assert one.returns == other.returns
    for table, frame in one.tables.items():
        pd.testing.assert_frame_equal(frame, other.tables[table])


def test_what_has_not_changed_is_the_same_plan_and_settings(full: Town) -> None:
    keeper = make_keeper(full)
    with keeper.read() as first, keeper.read() as again:
        assert again.plan is first.plan
        assert again.workspace is first.workspace
        assert again.forms is first.forms


@pytest.mark.parametrize("wait", [False, True], ids=["at once", "later"])
def test_settings_of_the_same_size_and_date_are_read_anew(full: Town, wait: bool) -> None:  # noqa: FBT001 -- a case
    """Also where they are changed in the same moment as they were read before."""
    path = full.workspace.settings_path
    about = path.stat()
    keeper = make_keeper(full)
    with keeper.read() as desk:
        assert desk.workspace.settings.municipality == "Åköping"
    if wait:
        time.sleep(2.2)
        with keeper.read():
            pass
    path.write_text(path.read_text("utf-8").replace("Åköping", "Ököping"), "utf-8")
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    with keeper.read() as desk:
        assert desk.workspace.settings.municipality == "Ököping"


def test_what_has_not_changed_comes_from_memory(full: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even from the disk; and nobody changes what others are given."""
    keeper = make_keeper(full)
    first = judge_plan(keeper)
    for name in ("judge_once", "judge_returns"):
        monkeypatch.setattr(f"styrxl.rounds.judge_inbox.{name}", None)
    again = judge_plan(keeper)
    assert again.returns is first.returns
    again.tables["commitments"]["text"] = "?"
    assert_same(judge_plan(keeper), first)
