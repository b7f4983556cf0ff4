"""Processes of this computer: as Linux tells of them, and as psutil does on Windows and macOS."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from styrxl.store import processes
from styrxl.store.processes import is_process_alive, read_process_start


@pytest.fixture(params=["linux", "win32", "darwin"], autouse=True)
def _system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have processes asked about as on each system, as far as psutil knows of them here."""
    if request.param != sys.platform:
        if request.param == "linux":
            pytest.skip("there is no /proc")
        monkeypatch.setattr(processes, "SYSTEM", request.param)


@contextmanager
def running() -> Iterator[subprocess.Popen[bytes]]:
    """Run a process that does nothing."""
    with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_one_that_runs_is_known_by_its_number_and_when_it_began() -> None:
    with running() as process:
        began = read_process_start(process.pid)
        assert began == read_process_start(process.pid) != ""
        assert is_process_alive(process.pid)
        assert is_process_alive(process.pid, began)
    assert not is_process_alive(process.pid)
    assert not is_process_alive(process.pid, began)


def test_another_one_that_got_the_number_is_not_the_one_that_is_meant() -> None:
    with running() as process:
        assert not is_process_alive(process.pid, read_process_start(os.getppid()) + "1")
        assert not is_process_alive(process.pid, read_process_start(os.getpid()))


def test_one_of_which_nobody_may_know_when_it_began_is_taken_for_the_one_that_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    """As those of others where they are hidden: two that write at once are worse than a lock that a person has to remove."""
    monkeypatch.setattr(processes, "read_process_start", lambda _: "")
    assert is_process_alive(os.getpid(), "123")


def test_the_clock_may_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Psutil then says another time for each process, but on Windows, where it says what is kept of it."""
    if processes.SYSTEM == "win32":
        return
    began, create_time = read_process_start(os.getpid()), psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: create_time(self) + 3600)
    assert read_process_start(os.getpid()) == began


def test_one_that_has_ended_and_that_nobody_asked_for_does_not_live() -> None:
    """A container's first process may never ask. Windows keeps none of those."""
    if processes.SYSTEM == "win32":
        return
    with running() as process:
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert not is_process_alive(process.pid)


@pytest.mark.parametrize("pid", [0, -1, 2**31 - 1, 2**70])
def test_a_number_that_no_process_has_is_of_none(pid: int) -> None:
    assert not is_process_alive(pid)
