"""LibreOffice without a screen, as the person who opens a workbook, types in it and saves it.

One LibreOffice serves a whole test session (it takes seconds to start, tenths of a second a workbook) with a profile of its own.
It is driven through UNO, which only some Pythons have: the one that comes with LibreOffice, or Debian's with python3-uno.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

TYPIST = Path(__file__).with_name("office_typist.py")
FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "ods": "calc8", "xls": "MS Excel 97", "pdf": "calc_pdf_Export"}
PATIENCE = 120  # seconds for one workbook
TRIES = 3  # of which the first ones may end in a crash

Cells = Mapping[str, Mapping[str, object]]
Deed = tuple[object, ...]  # what is done to a sheet, its name, and to what


class OfficeError(Exception):
    """LibreOffice could not do it."""


class LockedCellError(OfficeError):
    """A cell that nobody can type in: it is locked, on a protected sheet."""


class Formula(str):
    """A text typed so that it becomes a formula (English names, ``;`` between arguments)."""

    __slots__ = ()


@cache
def soffice() -> str | None:
    """Return LibreOffice's program, if there is one."""
    return shutil.which("soffice")


@cache
def python_with_uno() -> str | None:
    """Return a Python that can talk to LibreOffice, if there is one."""
    program = soffice()
    beside = [str(Path(program).resolve().with_name(name)) for name in ("python", "python.exe")] if program else []
    system = shutil.which("python3", path=os.defpath)
    candidates = [*beside, sys.executable, *([system] if system else [])]
    return next((python for python in candidates if _has_uno(python)), None)


def _has_uno(python: str) -> bool:
    return (
        shutil.which(python) is not None and subprocess.run([python, "-c", "import uno"], capture_output=True, check=False).returncode == 0
    )


def missing() -> str | None:
    """Say what must be installed before LibreOffice can be used, or nothing."""
    if not soffice():
        return "LibreOffice Calc (soffice)"
    return None if python_with_uno() else "a Python with UNO (Debian's python3-uno)"


@dataclass(slots=True)
class Office:
    """A LibreOffice that is started when first used, and again should it have died."""

    folder: Path
    _pipe: str = field(default_factory=lambda: f"styrxl-{uuid.uuid4().hex}")
    _process: subprocess.Popen[bytes] | None = None

    def convert(self, data: bytes, to: str, suffix: str = ".xlsx") -> bytes:
        """Open a workbook and save it as ``xlsx``, ``ods`` or ``pdf``; nothing is typed, nothing recalculated."""
        return self._work(data, {}, to, suffix)

    def fill(self, data: bytes, cells: Cells, to: str = "xlsx", suffix: str = ".xlsx", deeds: Sequence[Deed] = ()) -> bytes:
        """Open a workbook, type ``{sheet: {cell: value}}``, recalculate and save it.

        Texts are typed as texts, also ``=…`` (but see `Formula`), numbers and dates as such, and None empties the cell.
        ``deeds`` come first: what is done to whole sheets, which lifts their protection. Raises `LockedCellError` for a cell that a
        person could not type in.
        """
        return self._work(data, cells, to, suffix, deeds)

    def _work(self, data: bytes, cells: Cells, to: str, suffix: str, deeds: Sequence[Deed] = ()) -> bytes:
        typed = {sheet: {cell: _typed(value) for cell, value in entries.items()} for sheet, entries in cells.items()}
        before, after = self.folder / f"before{suffix}", self.folder / f"after.{to}"
        before.write_bytes(data)
        after.unlink(missing_ok=True)
        answer = self._ask({"deeds": list(deeds), "cells": typed, "open": str(before), "save": str(after), "filter": FILTERS[to]})
        if "locked" in answer:
            raise LockedCellError(answer["locked"])
        if "failed" in answer:
            raise OfficeError(answer["failed"])
        return after.read_bytes()

    def _ask(self, job: Mapping[str, object]) -> dict[str, str]:
        """Have a job done; LibreOffice and its UNO crash now and then, and then it is done anew, from the same bytes, in a new one."""
        crashes: list[subprocess.SubprocessError] = []
        while len(crashes) < TRIES:
            try:
                return self._asked(job)
            except subprocess.SubprocessError as error:
                self.stop()
                crashes.append(error)
        raise OfficeError(f"{crashes[-1]}: {getattr(crashes[-1], 'stderr', '')}") from crashes[-1]

    def _asked(self, job: Mapping[str, object]) -> dict[str, str]:
        python = python_with_uno()
        assert python is not None, missing()
        self._start()
        text = json.dumps({"pipe": self._pipe, **job})
        done = subprocess.run(
            [python, str(TYPIST)], input=text, capture_output=True, encoding="utf-8", timeout=PATIENCE, check=True, env=_surroundings()
        )
        answer: dict[str, str] = json.loads(done.stdout)
        return answer

    def _start(self) -> None:
        if self._process and self._process.poll() is None:
            return
        program = soffice()
        assert program is not None, missing()
        profile = (self.folder / "profile").as_uri()
        switches = ["--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck"]
        self._process = subprocess.Popen(
            [program, *switches, f"-env:UserInstallation={profile}", f"--accept=pipe,name={self._pipe};urp;"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_surroundings(),
            start_new_session=True,  # it starts others: they share its id as their group's
        )

    def stop(self) -> None:
        """End LibreOffice and what it started."""
        if not self._process:
            return
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()
        self._process = None


@contextmanager
def opened(folder: Path) -> Iterator[Office]:
    """Yield a LibreOffice that keeps its profile and files in the folder, and end it afterwards."""
    office = Office(folder)
    try:
        yield office
    finally:
        office.stop()


def _typed(value: object) -> tuple[str, object]:
    match value:
        case None:
            return "nothing", None
        case Formula():
            return "formula", str(value)
        case str():
            return "text", value
        case dt.datetime():
            raise TypeError("type a date, not a moment")
        case dt.date():
            return "date", value.isoformat()
        case int() | float():
            return "number", value
    raise TypeError(f"nobody can type {value!r}")


def _surroundings() -> dict[str, str]:
    """Our own surroundings, but for a language that knows Swedish letters in file names."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}
