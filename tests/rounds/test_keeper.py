"""A workspace opened again and again: quickly where nothing has changed, and as from nothing where anything has."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from judging_changes import CHANGES, NAMES, assert_same
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.judge_inbox import judge_inbox_quietly
from styrxl.rounds.opening.keeper import WorkspaceKeeper
from styrxl.scale.kept_in_memory import Memory
from styrxl.scale.return_files import ReadingMethod
from styrxl.validation.judge import judge
from town import NOW, ROUND, Town

PLAN = standard_rounds().parse(ROUND)


def make_keeper(town: Town, days: int = 0) -> WorkspaceKeeper:
    return WorkspaceKeeper(town.root, find_now=lambda: NOW + timedelta(days=days))


def judge_plan(keeper: WorkspaceKeeper) -> JudgedRound:
    with keeper.read() as desk:
        return judge_inbox_quietly(desk, PLAN)


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


def judge_from_nothing(town: Town) -> JudgedRound:
    keeper = WorkspaceKeeper(town.root, how=ReadingMethod(keep=False), find_now=lambda: NOW)
    return judge_plan(keeper)


@pytest.fixture
def judged(shared_judged: Town, tmp_path: Path) -> Town:
    """Return a town of the test's own whose plans have been judged."""
    return shared_judged.copy(tmp_path / "judged")


@pytest.mark.parametrize("change", [change for change, _ in CHANGES], ids=NAMES)
def test_what_has_changed_is_as_from_nothing(judged: Town, change: Callable[[Town], object]) -> None:
    keeper = make_keeper(judged)
    judge_plan(keeper)
    change(judged)
    anew = judge_from_nothing(judged)
    assert_same(judge_plan(keeper), anew)
    assert_same(judge_plan(keeper), anew)


@pytest.mark.parametrize("wait", [False, True], ids=["at once", "later"])
def test_a_return_of_the_same_size_and_date_is_judged_anew(full: Town, wait: bool) -> None:  # noqa: FBT001 -- a case
    """Also where it is replaced in the same moment as it was judged."""
    keeper, path = make_keeper(full), full.inbox / "KFN-BIB.xlsx"
    about, data = path.stat(), path.read_bytes()
    assert judge_plan(keeper).returns[0].verdict == "accepted"
    if wait:
        time.sleep(2.2)
        judge_plan(keeper)
    path.write_bytes(b"?" * len(data))
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert judge_plan(keeper).returns[0].verdict == "unreadable"


def test_one_thread_judges_a_round_and_the_others_wait_for_it(full: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    full.run("validate", "--round", ROUND, expect=None)
    rounds: list[str] = []

    def judge_slowly(*what: object) -> JudgedRound:
        time.sleep(0.2)
        rounds.append(ROUND)
        return judge(*what)  # type: ignore[arg-type] # as it is called

    monkeypatch.setattr("styrxl.rounds.judge_inbox.judge", judge_slowly)
    full.workspace.key_path.write_text("12" * 32 + "\n", "ascii")
    keeper = make_keeper(full)
    with ThreadPoolExecutor(8) as pool:
        first, *others = pool.map(lambda _: judge_plan(keeper), range(8))
    assert rounds == [ROUND]
    for other in others:
        assert_same(first, other)


def test_different_rounds_are_judged_at_once() -> None:
    memory, both = Memory(), [Event(), Event()]

    def meet(place: int) -> bool:
        with memory.judging(str(place)):
            both[place].set()
            return both[1 - place].wait(10)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(meet, range(2))) == [True, True]


def test_no_more_rounds_are_remembered_than_fit() -> None:
    """The newest one in any case; of the others those that were asked for last."""
    memory, rounds = Memory(7_000), {name: JudgedRound(name, (), {}) for name in "abc"}
    large = replace(rounds["c"], returns=(Judged(0, "UBN.xlsx", "", "accepted", ()),) * 5)
    for name in "ab":
        memory.keep("key", rounds[name])
    memory.find("a")
    memory.keep("key", large)
    assert [name for name in "abc" if memory.find(name)] == ["c"]
    assert Memory().find("a") is None


def test_what_others_write_in_the_ledger_is_seen(full: Town) -> None:
    """By other programs as well as in other threads."""
    keeper = make_keeper(full)
    with keeper.read() as desk:
        assert not desk.ledger.decisions(ROUND)
        full.run("set-aside", ROUND, "KFN-BIB", "--reason", "Utkast")
        assert len(desk.ledger.decisions(ROUND)) == 1
    edition = full.forms.edition("unit_followup")
    with keeper.write("take-back") as desk:
        desk.ledger.keep_editions({edition.id: edition.to_json()})
        assert edition.id in desk.ledger.edition_ids()
    with keeper.read() as desk:
        assert edition.id in desk.forms.kept


def test_a_ledger_that_was_put_in_place_of_another_is_seen(full: Town) -> None:
    keeper, path = make_keeper(full), full.root / "styrxl.db"
    before = path.read_bytes()
    full.run("set-aside", ROUND, "KFN-BIB", "--reason", "Utkast")
    with keeper.read() as desk:
        assert desk.ledger.decisions(ROUND)
    path.rename(path.with_suffix(".aside"))
    path.write_bytes(before)
    with keeper.read() as desk:
        assert not desk.ledger.decisions(ROUND)
