"""Killed in the middle (kill -9): the next run ends as an undisturbed one does, with nothing lost, doubled or half written.

Each command is killed a couple of times every day, and a hundred times in ``make test-long``. Half of the kills come at a random
moment, half at a random point at which the command touches a file or the ledger.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from forked import CONTEXT, make_process
from long_runs import long_run
from styrxl.cli import cli
from town import BOARD, BOARDS, ROUND, UNITS, Town, lost, new_town

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")

KILLS = long_run(2, 100)
ECONOMIST = {key: BOARD[key] for key in ("budget", "unit_frames", "investments")}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def boards_have_answered(town: Town) -> None:
    """Hand out to boards, and put their answers into the inbox; units have nothing yet."""
    town.run("distribute", ROUND, "--level", "board")
    for owner in BOARDS:
        town.put(f"{owner}.xlsx", town.filled(owner))


def all_have_answered(town: Town) -> None:
    """Everybody has answered, and one of them wrongly; nothing of the units' has been judged."""
    boards_have_answered(town)
    town.run("distribute", ROUND, "--level", "unit")
    for minute, owner in enumerate(UNITS, 1):
        town.put(f"{owner}.xlsx", town.filled(owner), minute)
    town.put("UBN again.xlsx", town.filled("UBN", {**BOARD, "budget": [{"activity": "Skola"}]}), 9)
    town.put("litter.xlsx", b"PK", 10)


def two_have_answered_for_one(town: Town) -> None:
    """Put an economist's and a strategist's returns of one board into the inbox."""
    town.run("distribute", ROUND, "--level", "board")
    town.put("a.xlsx", town.filled("UBN", ECONOMIST))
    town.put("b.xlsx", town.filled("UBN", {key: BOARD[key] for key in BOARD if key not in ECONOMIST}), 1)


def all_have_sent(town: Town) -> None:
    """Everybody's answers lie in a folder of the sender's."""
    all_have_answered(town)
    town.inbox.rename(town.root / "sent")


def one_has_lost_its_identity(town: Town) -> None:
    """Everybody's answers have come, but one that says not whose it is: it lies in a folder of the sender's."""
    all_have_answered(town)
    (town.root / "sent").mkdir()
    (town.root / "sent" / "x.xlsx").write_bytes(lost(town.filled("UBN-ÖST")))
    (town.inbox / "UBN-ÖST.xlsx").unlink()


@dataclass(frozen=True, slots=True)
class Deed:
    """A command that is killed: what comes before, and its words; ``{root}`` is the workspace."""

    name: str
    before: Callable[[Town], None]
    words: tuple[str, ...]

    @property
    def here(self) -> bool:
        """Whether this styrxl has the command and its options."""
        command = cli.commands.get(self.words[0])
        options = {name for parameter in command.params for name in parameter.opts} if command else set()
        return command is not None and all(word in options for word in self.words if word.startswith("--"))

    def done_to(self, town: Town) -> list[str]:
        """Return the command's words in a town."""
        return ["--workspace", str(town.root), *(word.format(root=town.root) for word in self.words)]


DEEDS = (
    Deed("distribute", boards_have_answered, ("distribute", ROUND)),
    Deed("validate", all_have_answered, ("validate", "--round", ROUND)),
    Deed("set-aside", all_have_answered, ("set-aside", ROUND, "UBN-ÖST", "--reason", "Utkast")),
    Deed("merge", two_have_answered_for_one, ("merge", ROUND, "UBN")),
    Deed("consolidate", all_have_answered, ("consolidate", ROUND, "--all")),
    Deed("annotate", all_have_answered, ("validate", "--round", ROUND, "--annotate")),
    Deed("receive", all_have_sent, ("receive", ROUND, "{root}/sent")),
    Deed("assign", one_has_lost_its_identity, ("receive", ROUND, "{root}/sent/x.xlsx", "--owner", "UBN-ÖST")),
)


def cells(path: Path) -> list[tuple[str, list[list[Any]]]]:
    """Everything that stands in a workbook."""
    book = CalamineWorkbook.from_path(path)
    return [(name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]


def outcome(town: Town) -> dict[str, Any]:
    """All that a command leaves: workbooks by their cells, the inbox by its bytes, the ledger but for its times and numbers.

    Files in the inbox go by their content, since their names may tell when they were received.
    """
    found: dict[str, Any] = {}
    for folder in ("outbox", "returned", "boards", "council"):
        for path in sorted((town.root / folder).rglob("*")):
            if path.is_file():
                found[path.relative_to(town.root).as_posix()] = cells(path)
    names = {town.workspace.shown(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in town.root.glob("inbox/*/*")}
    found["inbox"] = sorted(names.values())
    connection = sqlite3.connect(town.root / "styrxl.db")
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        columns = [c[1] for c in connection.execute(f"PRAGMA table_info({table})") if not c[1].endswith("_at") and c[1] != "number"]
        rows = connection.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()  # noqa: S608 - the tables' own names
        found[f"ledger: {table}"] = sorted(repr([names.get(value, value) for value in row]) for row in rows)
    connection.close()
    return found


def _do(words: list[str], points: Synchronized[int], last: int) -> None:
    """Run a command, and count the points at which it touches a file or the ledger; die at the last one, if it is not 0."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)

    def at_a_point(*_: object) -> None:
        points.value += 1
        if points.value == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def hear(event: str, facts: tuple[Any, ...]) -> None:
        if event in {"os.rename", "os.link", "os.remove", "os.mkdir"} or (event == "open" and facts[2] & WRITES):
            at_a_point()

    sys.addaudithook(hear)
    sa.event.listen(sa.Engine, "before_cursor_execute", at_a_point)
    sa.event.listen(sa.Engine, "commit", at_a_point)
    cli(words, prog_name="styrxl")


def kill_at_a_point(words: list[str], last: int) -> tuple[int | None, int]:
    """Run a command that dies at a point; return its exit code and how many points it passed."""
    points: Synchronized[int] = CONTEXT.Value("i", 0)
    process = make_process(_do, words, points, last)
    process.start()
    process.join(120)
    return process.exitcode, points.value


def kill_at_a_moment(words: list[str], seconds: float) -> int | None:
    """Run a command and kill it after so long; return its exit code."""
    points: Synchronized[int] = CONTEXT.Value("i", 0)
    process = make_process(_do, words, points, 0)
    process.start()
    last = time.monotonic() + 60
    while not points.value and process.is_alive() and time.monotonic() < last:
        time.sleep(0.001)  # until it has begun
    process.join(seconds)
    process.kill()
    process.join(60)
    return process.exitcode


@pytest.mark.parametrize("deed", [pytest.param(deed, id=deed.name) for deed in DEEDS])
def test_the_run_after_a_kill_ends_as_an_undisturbed_one(
    deed: Deed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    if not deed.here:
        pytest.skip(f"there is no {' '.join(deed.words[:1])} with all of {deed.words[1:]} yet")
    monkeypatch.setenv("STYRXL_USER", "Anna")
    before = new_town(tmp_path / "town")  # always at the same path, since words may name it
    deed.before(before)
    before.root.rename(tmp_path / "before")

    def fresh() -> Town:
        return Town(tmp_path / "before").copy(tmp_path / "town")

    town = fresh()
    began = time.monotonic()
    status, points = kill_at_a_point(deed.done_to(town), 0)
    took = time.monotonic() - began
    undisturbed = outcome(town)
    assert status in {0, 1}
    assert points > 0
    town.root.rename(tmp_path / "undisturbed")
    killed, chance = 0, Random(deed.name)  # noqa: S311 - to try, not to hide
    for number in range(3 * KILLS):  # some end before they are killed
        town = fresh()
        words = deed.done_to(town)
        at_moment = number % 2 == 1
        point, moment = chance.randint(1, points), chance.uniform(0, 0.7 * took)
        ended = kill_at_a_moment(words, moment) if at_moment else kill_at_a_point(words, point)[0]
        killed += ended == -signal.SIGKILL
        # A merge that was killed when all was done has nothing left to do.
        town.run(*words[2:], expect=None if deed.name == "merge" else status)
        told = f"kill {number}: {f'after {moment:.3f} s' if at_moment else f'at point {point} of {points}'}"
        assert outcome(town) == undisturbed, told
        left = [path.name for path in town.root.rglob("*") if path.name.endswith(".tmp") or path.name == "styrxl.lock"]
        assert left == [], told
        shutil.rmtree(town.root)
        if killed == KILLS:
            break
    assert killed == KILLS
    record_property("kills", killed)
    record_property("points", points)
    print(f"{deed.name}: killed {killed} times in {number + 1} runs of {took:.2f} s with {points} points")  # noqa: T201 - with -s, for the README
