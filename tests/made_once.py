"""What takes long to make, made by one of the processes in which the tests run, and found by the others."""

from __future__ import annotations

import os
import pickle
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest

PATIENCE = 600.0  # seconds to wait for another process that makes it
T = TypeVar("T")


def make_folder_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder, to be copied and not changed, in which ``make`` has put something for all processes of this run."""
    base = factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else factory.getbasetemp()
    folder, made = base / f"once-{name}", base / f"once-{name}.made"
    # SQLite's lock: there is no other that every system has, and that goes when its holder dies.
    with closing(sqlite3.connect(base / f"once-{name}.lock", timeout=PATIENCE)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        if not made.exists():
            make(folder)
            made.touch()
    return folder


def make_value_once(factory: pytest.TempPathFactory, name: str, make: Callable[[], T]) -> T:
    """Return what ``make`` returns, which can be pickled; made once for all processes of this run."""

    def write(folder: Path) -> None:
        folder.mkdir()
        (folder / "value").write_bytes(pickle.dumps(make()))

    folder = make_folder_once(factory, name, write)
    value: T = pickle.loads((folder / "value").read_bytes())  # noqa: S301 -- written above
    return value
