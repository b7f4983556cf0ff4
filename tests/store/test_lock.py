"""The workspace's lock, and what killed commands leave behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest

from atonce import at_once
from forked import CONTEXT, make_process
from styrxl.model.days import format_moment, standard_zone
from styrxl.model.errors import StyrxlError
from styrxl.store import lock
from styrxl.store.files import StagedFiles, remove_leftovers
from styrxl.store.ledger import Ledger
from styrxl.store.lock import NAME, LockHolder, break_lock, find_user_name, hold_lock, is_dead, is_running, read_holder, this_process
from town import ANSWERS, ROUND, Town

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
ELSEWHERE = LockHolder("Åsa", "server-1", 77, "validate", NOON, "1", "ab")


def trouble(root: Path) -> tuple[str, dict[str, object]]:
    with pytest.raises(StyrxlError) as caught, hold_lock(root, this_process("merge", "Bo", NOON), patience=0.1):
        pass
    return caught.value.code, caught.value.facts


def test_the_lock_says_who_is_at_work_and_is_let_go_of(tmp_path: Path) -> None:
    mine = this_process("distribute", "Anna", NOON)
    with hold_lock(tmp_path, mine):
        assert read_holder(tmp_path) == mine
        assert [path.name for path in tmp_path.iterdir()] == [NAME]
        assert is_running(mine)
    assert read_holder(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_the_lock_is_let_go_of_whatever_happens(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), hold_lock(tmp_path, this_process("distribute", "Anna", NOON)):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_somebody_else_s_lock_is_respected_and_named(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(ELSEWHERE.to_json())
    told: list[LockHolder] = []
    with pytest.raises(StyrxlError) as caught, hold_lock(tmp_path, this_process("merge", "Bo", NOON), 0.2, told.append):
        pass
    since = format_moment(NOON, standard_zone())
    assert caught.value.facts == {"user": "Åsa", "host": "server-1", "pid": 77, "command": "validate", "since": since}
    assert caught.value.code == "workspace-held"
    assert told == [ELSEWHERE]  # once
    assert read_holder(tmp_path) == ELSEWHERE
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"user": 1}'])
def test_a_lock_that_cannot_be_read_is_somebody_s_and_can_be_broken(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    assert trouble(tmp_path) == ("lock-unreadable", {"path": str(tmp_path / NAME)})
    assert break_lock(tmp_path) == lock.UNREADABLE_HOLDER
    assert list(tmp_path.iterdir()) == []


def gone() -> int:
    """Return the number of a process that is no more."""
    process = make_process(int)
    process.start()
    process.join()
    assert process.pid
    return process.pid


def test_a_dead_process_s_lock_is_taken_over(tmp_path: Path) -> None:
    dead = replace(this_process("validate", "Anna", NOON), pid=gone())
    assert is_dead(dead)
    (tmp_path / NAME).write_bytes(dead.to_json())
    mine = this_process("merge", "Bo", NOON)
    with hold_lock(tmp_path, mine, patience=0):
        assert read_holder(tmp_path) == mine


def test_a_dead_process_of_another_computer_cannot_be_told_from_a_living_one(tmp_path: Path) -> None:
    dead = replace(this_process("validate", "Anna", NOON), pid=gone(), host="server-1")
    assert not is_dead(dead)
    (tmp_path / NAME).write_bytes(dead.to_json())
    assert trouble(tmp_path)[0] == "workspace-held"


def test_another_process_that_got_the_number_is_not_taken_for_the_holder(tmp_path: Path) -> None:
    former = replace(this_process("validate", "Anna", NOON), started="1")
    assert is_dead(former)
    assert not is_running(former)
    (tmp_path / NAME).write_bytes(former.to_json())
    with hold_lock(tmp_path, this_process("merge", "Bo", NOON), patience=0):
        pass
    assert list(tmp_path.iterdir()) == []


def test_whoever_found_a_dead_one_s_lock_first_removes_it_and_is_waited_for(tmp_path: Path) -> None:
    """The other one must not remove what the first one creates next; one that died at it is nobody who is waited for."""
    dead = replace(this_process("validate", "Anna", NOON), pid=gone())
    (tmp_path / NAME).write_bytes(dead.to_json())
    (tmp_path / ".styrxl-turn.tmp").write_bytes(this_process("merge", "Bo", NOON).to_json())
    assert trouble(tmp_path)[0] == "workspace-held"
    assert read_holder(tmp_path) == dead
    (tmp_path / ".styrxl-turn.tmp").write_bytes(dead.to_json())
    with hold_lock(tmp_path, this_process("merge", "Bo", NOON), patience=1):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_person_s_word_removes_all_that_keeps_others_out(tmp_path: Path) -> None:
    for name in (NAME, ".styrxl-turn.tmp"):
        (tmp_path / name).write_bytes(b"")
    assert break_lock(tmp_path) == lock.UNREADABLE_HOLDER
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_somebody_reads_just_now_is_let_go_of_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses to remove a file that is open, and to open one that is being removed."""
    refusals = {"unlink": 3, "read_bytes": 3}

    def refuse(name: str, deed: Callable[..., Any]) -> None:
        def try_to(path: Path, *given: object, **more: object) -> object:
            if path.name == NAME and refusals[name]:
                refusals[name] -= 1
                raise PermissionError(13, "in use")
            return deed(path, *given, **more)

        monkeypatch.setattr(Path, name, try_to)

    with hold_lock(tmp_path, this_process("merge", "Bo", NOON)):
        refuse("unlink", Path.unlink)
        refuse("read_bytes", Path.read_bytes)
    assert refusals == {"unlink": 0, "read_bytes": 0}
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_was_broken_is_not_let_go_of_for_the_next_one(tmp_path: Path) -> None:
    with hold_lock(tmp_path, this_process("merge", "Bo", NOON)):
        assert break_lock(tmp_path)
        (tmp_path / NAME).write_bytes(ELSEWHERE.to_json())
    assert read_holder(tmp_path) == ELSEWHERE


def test_a_file_system_without_links_has_locks_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    mine = this_process("merge", "Bo", NOON)
    with hold_lock(tmp_path, mine):
        assert read_holder(tmp_path) == mine
        assert trouble(tmp_path)[0] == "workspace-held"
    assert list(tmp_path.iterdir()) == []


def test_who_is_at_work_can_be_said_and_is_else_the_computer_s_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYRXL_USER", " Anna ")
    assert find_user_name() == "Anna"
    monkeypatch.delenv("STYRXL_USER")
    monkeypatch.setenv("LOGNAME", "anna01")
    assert find_user_name() == "anna01"


def _count(root: str, barrier: Barrier, times: int) -> None:
    """Add to a number in a file, which only works out if nobody else does so meanwhile."""
    barrier.wait()
    for _ in range(times):
        with hold_lock(Path(root), this_process("count", "?", NOON), patience=60):
            path = Path(root) / "number"
            number = int(path.read_text())
            time.sleep(0.001)
            path.write_text(str(number + 1))


def test_one_at_a_time(tmp_path: Path) -> None:
    """Several who want the lock, beginning with a dead one's."""
    (tmp_path / "number").write_text("0")
    (tmp_path / NAME).write_bytes(replace(this_process("validate", "Anna", NOON), pid=gone()).to_json())
    barrier = CONTEXT.Barrier(4)
    workers = [make_process(_count, str(tmp_path), barrier, 25) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]
    assert (tmp_path / "number").read_text() == "100"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["number"]


# The commands


def test_a_command_that_writes_waits_for_nobody_in_vain_and_one_that_reads_does_not_wait(
    full: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    (full.root / NAME).write_bytes(ELSEWHERE.to_json())
    monkeypatch.setattr("styrxl.store.lock.PATIENCE", 0.1)
    for command in (
        ("distribute", ROUND),
        ("validate", "--round", ROUND),
        ("set-aside", ROUND, "UBN", "--reason", "x"),
        ("merge", ROUND, "UBN"),
    ):
        refused = full.run(*command, expect=3)
        assert "Åsa på server-1 kör ”validate” i arbetsmappen. Väntar …\nÅsa arbetar i arbetsmappen just nu" in refused.stderr
    full.run("status", ROUND)
    full.run("log", ROUND)
    assert read_holder(full.root) == ELSEWHERE


def test_two_controllers_at_once_come_one_after_the_other(planned: Town, tmp_path: Path) -> None:
    """Each waits for the other; what they leave is what one alone would have left."""
    alone = planned.copy(tmp_path / "alone")
    for command in (("distribute", ROUND, "--rows", "70"), ("distribute", ROUND, "--rows", "70"), ("validate", "--round", ROUND)):
        alone.run(*command)
    statuses = at_once(
        planned, ("distribute", ROUND, "--rows", "70"), ("distribute", ROUND, "--rows", "70"), ("validate", "--round", ROUND)
    )
    assert [status for status, _ in statuses] == [0, 0, 0]
    assert {owner: planned.issued(owner) for owner in ANSWERS} == {owner: alone.issued(owner) for owner in ANSWERS}
    counts = [[len(part) for part in recorded(town)] for town in (planned, alone)]
    # Each owner's two issues; two returns, judged before and after a newer workbook was handed out.
    assert counts == [[10, 2, 4, 0]] * 2
    assert not (planned.root / NAME).exists()


def recorded(town: Town) -> tuple[Sequence[object], ...]:
    """All that the ledger has on the round."""
    with Ledger.open(town.root / "styrxl.db") as ledger:
        history = ledger.round_record(ROUND)
    return history.issues, history.receipts, history.verdicts, history.decisions


def test_unlock_says_whose_lock_it_was(full: Town) -> None:
    (full.root / NAME).write_bytes(ELSEWHERE.to_json())
    since = format_moment(NOON, standard_zone())
    result = full.run("--lang", "en", "unlock")
    assert result.stdout == f"The lock is removed. It was taken by Åsa on server-1 (process 77) for “validate” on {since}.\n"
    assert result.stderr.startswith("Note: that was another computer")
    assert "Ask Åsa" in result.stderr
    assert full.run("--lang", "en", "unlock").stdout == "The workspace is not locked.\n"
    (full.root / NAME).write_bytes(this_process("validate", "Bo", NOON).to_json())
    assert full.run("--lang", "en", "unlock").stderr.startswith("Note: the command is still running")
    (full.root / NAME).write_bytes(replace(this_process("validate", "Bo", NOON), pid=gone()).to_json())
    assert full.run("--lang", "en", "unlock").stderr == ""
    (full.root / NAME).write_bytes(b"")
    assert full.run("--lang", "en", "unlock").stdout == "The lock is removed. Whose it was could not be read.\n"


def test_no_lock_is_left_behind_by_a_command_that_ended_badly(full: Town) -> None:
    (full.inbox / "skräp.xlsx").write_bytes(b"PK")
    full.run("validate", "--round", ROUND, expect=1)
    full.run("take-back", ROUND, "UBN", "--reason", "x", expect=3)
    assert not (full.root / NAME).exists()


# What killed writes leave behind


def _write_and_die(folder: str) -> None:
    with StagedFiles() as stage:
        stage.add(Path(folder) / "UBN.xlsx", b"half of it")
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_leftovers_of_the_dead_are_swept_and_of_the_living_are_not(tmp_path: Path) -> None:
    process = make_process(_write_and_die, str(tmp_path))
    process.start()
    process.join()
    [left] = tmp_path.iterdir()
    assert left.name.startswith(".styrxl-")
    with StagedFiles() as stage:
        mine = stage.add(tmp_path / "KFN.xlsx", b"whole")
        assert remove_leftovers([tmp_path, tmp_path / "not-there"], time.time()) == [left]
        assert list(tmp_path.iterdir()) == [mine]
        stage.move_into_place()
    assert [path.name for path in tmp_path.iterdir()] == ["KFN.xlsx"]


def test_leftovers_of_other_computers_are_swept_after_a_day(tmp_path: Path) -> None:
    left = tmp_path / ".styrxl-01234567-1-ab.tmp"
    left.touch()
    assert remove_leftovers([tmp_path], left.stat().st_mtime + 24 * 3600) == []
    assert remove_leftovers([tmp_path], left.stat().st_mtime + 24 * 3600 + 1) == [left]
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_a_process_whose_number_another_one_has_are_swept_after_a_day(tmp_path: Path) -> None:
    with StagedFiles() as stage:
        left = stage.add(tmp_path / "x", b"")
        assert remove_leftovers([tmp_path], left.stat().st_mtime + 24 * 3600) == []
        assert remove_leftovers([tmp_path], left.stat().st_mtime + 24 * 3600 + 1) == [left]


def test_a_command_that_writes_sweeps_the_workspace(full: Town) -> None:
    with StagedFiles() as stage:
        name = stage.add(full.root / "x", b"").name.replace(f"-{os.getpid()}-", f"-{gone()}-")
    places = [full.root, full.root / "outbox" / ROUND, full.inbox, full.root / "council"]
    for place in places:
        (place / name).touch()
    full.run("status", ROUND)
    assert all((place / name).exists() for place in places)
    full.run("validate", "--round", ROUND)
    assert not [place for place in places if (place / name).exists()]
