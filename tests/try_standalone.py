"""Tries the standalone program as somebody would who has no Python: ``python tests/try_standalone.py dist/styrxl/styrxl``.

A small town's plan goes round in a folder with a space and an å, with nothing in the environment; the same commands of the package that is
installed beside it must give the same workbook, byte for byte.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import IO

import psutil

sys.path.insert(0, str(Path(__file__).parent))
from filled import fill_plan
from styrxl.returns.child_process import SERVE
from styrxl.sample import ods
from town import PLAN, ROUND, Town

READ_ELSEWHERE = "styrxl.returns.isolated"
READ_TOGETHER = "styrxl.scale.processes"
FILES_FOR_TWO = 90  # as many as take two processes
SURROUNDINGS = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP") if name in os.environ}  # without these Windows starts nothing


@dataclass
class Program:
    """The standalone program in a workspace, and the processes that it was seen to start."""

    path: Path
    root: Path
    served: set[str] = field(default_factory=set)
    surroundings: Mapping[str, str] = field(default_factory=lambda: SURROUNDINGS)

    def run(self, *words: str, expect: int = 0) -> str:
        """Run a command in the workspace and return what it prints; its exit status must be the one expected."""
        began = time.perf_counter()
        with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as trouble:
            with self._start(words, said.fileno(), trouble.fileno()) as process:
                while process.poll() is None:
                    self._look_at_children(process.pid)
                    time.sleep(0.005)
            text, told = (_read_again(file) for file in (said, trouble))
        assert process.returncode == expect, f"{words}: {process.returncode}\n{text}\n{told}"
        tell(f"{time.perf_counter() - began:5.1f} s  styrxl {' '.join(words)}")
        return text

    @contextmanager
    def open_desk(self) -> Iterator[str]:
        """Run the desk, and yield the link to it."""
        with self._start(["desk", "--no-browser"], subprocess.PIPE, subprocess.DEVNULL) as process:
            try:
                assert process.stdout
                yield process.stdout.readline().decode("utf-8").strip()
            finally:
                process.kill()

    def _start(self, words: Sequence[str], said: int, trouble: int) -> subprocess.Popen[bytes]:
        command = [str(self.path), *words]
        return subprocess.Popen(command, cwd=self.root, env=self.surroundings, stdin=subprocess.DEVNULL, stdout=said, stderr=trouble)

    def _look_at_children(self, pid: int) -> None:
        try:
            commands = [child.cmdline() for child in psutil.Process(pid).children()]
        except psutil.Error:  # one that has just ended
            return
        self.served |= {command[2] for command in commands if command[1:2] == [SERVE] and len(command) > 2}


def _read_again(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8")


def tell(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)  # noqa: T201 -- what a script is for


def try_program(path: Path, place: Path) -> None:
    """Play a round; raises AssertionError where anything is not as it is with the installed package."""
    program = Program(path, place)
    assert "distribute" in program.run("--help")
    program.run("init", "Åköpings plan", "--name", "Åköpings kommun")
    town = Town(place / "Åköpings plan")
    program.root = town.root
    town.workspace.plan_path.write_bytes(fill_plan(town.workspace, PLAN))
    program.run("check")
    program.run("doctor")
    try_round(program, town, place / "svar från nämnder")
    try_many(program, town)
    try_desk(program)
    try_old_ledger(program, town)


def try_round(program: Program, town: Town, answers: Path) -> None:
    """Hand out, take in, judge and put together; one return is no xlsx, which is read in a process of its own."""
    program.run("distribute", ROUND, "--level", "board")
    answers.mkdir()
    (answers / "från nämnden.ods").write_bytes(ods.convert_to_ods(town.filled("UBN")))
    (answers / "from the board.xlsx").write_bytes(town.filled("KFN"))
    program.run("receive", ROUND, str(answers))
    program.run("validate", "--round", ROUND)
    assert program.served == {READ_ELSEWHERE}
    program.run("distribute", ROUND, "--level", "unit")
    program.run("consolidate", ROUND, "--all", "--jobs", "2")
    book = town.root / "council" / f"{ROUND}.xlsx"
    made = book.read_bytes()
    town.run("consolidate", ROUND)
    assert book.read_bytes() == made, "the standalone program's workbook is not the installed package's"
    program.run("report", ROUND)
    program.run("export", ROUND)
    settings = town.root / "styrxl.toml"
    settings.write_text(settings.read_text("utf-8") + '\n[mail]\nfrom = "planering@example.se"\n', "utf-8")
    program.run("mail", "reminders", ROUND, expect=1)  # its units have no addresses


def try_many(program: Program, town: Town) -> None:
    """Judge so many files that they are read in two processes."""
    for number in range(FILES_FOR_TWO):
        (town.inbox / f"skräp {number}.xlsx").write_bytes(b"%%PDF-1.7 %d" % number)
    said = program.run("validate", "--round", ROUND, "--jobs", "2", "--format", "json", expect=1)
    assert READ_TOGETHER in program.served
    again = town.run("validate", "--round", ROUND, "--jobs", "1", "--format", "json", expect=1).stdout
    assert said == again


def try_desk(program: Program) -> None:
    """Open the desk and follow its link, as a browser does."""
    began = time.perf_counter()
    visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), urllib.request.ProxyHandler({}))
    with program.open_desk() as link:
        tell(f"{time.perf_counter() - began:5.1f} s  styrxl desk, until it answers")
        address = link.partition("/enter/")[0]
        pages = [visitor.open(page, timeout=30).read().decode("utf-8") for page in (link, address + "/", f"{address}/static/desk.css")]
        assert "Åköpings kommun" in pages[1]
        if sys.platform == "linux":
            try_browser(program)


def try_browser(program: Program) -> None:
    """Let the desk that is open be opened in a browser, which must find its own libraries and not the program's."""
    browser, seen = program.root / "browser", program.root / "seen by the browser"
    browser.write_text(f"#!/bin/sh\n/usr/bin/env > '{seen}'\n", "utf-8")
    browser.chmod(0o755)
    program.surroundings = {**SURROUNDINGS, "BROWSER": f"'{browser}' %s"}
    program.run("desk")
    assert "LD_LIBRARY_PATH=" not in seen.read_text("utf-8")


def try_old_ledger(program: Program, town: Town) -> None:
    """Open a ledger that an earlier version of the program made."""
    ledger = town.root / "styrxl.db"
    ledger.unlink()
    with sqlite3.connect(ledger) as old:
        old.executescript((Path(__file__).parent / "store" / "ledger_0004.sql").read_text("utf-8"))
    program.run("status", ROUND)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="styrxl på prov ") as folder:
        try_program(Path(sys.argv[1]).absolute(), Path(folder))
    tell("The standalone program does what the installed package does.")
