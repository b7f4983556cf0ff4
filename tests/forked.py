"""Processes for what is done at once, or killed: forked from one that has imported what they need, which takes each a second by itself."""

from __future__ import annotations

import multiprocessing
import os
import pkgutil
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import styrxl
from styrxl.cli import main

# Not what other people's programs need alone, nor what is run by itself.
_LEFT_OUT = ("styrxl.__main__", "styrxl.api", "styrxl.store.migrations.")
_PATIENCE = 60.0  # seconds that a program may take to say that it runs, on a machine that has much to do

if sys.platform == "win32":
    CONTEXT = multiprocessing.get_context("spawn")
else:
    CONTEXT = multiprocessing.get_context("forkserver")


def list_modules() -> list[str]:
    """Return the names of styrxl's modules: commands import most of theirs where they are needed."""
    names = (module.name for module in pkgutil.walk_packages(styrxl.__path__, "styrxl."))
    return [name for name in names if not name.startswith(_LEFT_OUT)]


CONTEXT.set_forkserver_preload(["pytest", "msal", "uvicorn", *list_modules()])


def make_process(work: Callable[..., object], *args: object) -> BaseProcess:
    """Return a process that is to do some work, a function of a module's, with the environment that this one has now."""
    return CONTEXT.Process(target=_work, args=(dict(os.environ), work, args))


@dataclass(frozen=True, slots=True)
class Program:
    """A styrxl that runs, what it had said when it ran, and its process."""

    process: BaseProcess
    said: str

    @property
    def pid(self) -> int:
        """The number of its process."""
        assert self.process.pid
        return self.process.pid

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it, as a loss of power does."""
        self.process.kill()

    def wait(self, seconds: float) -> int | None:
        """Return with what it ended; None where it goes on after so long."""
        self.process.join(seconds)
        return self.process.exitcode


@contextmanager
def run_styrxl(words: list[str], until: str, *, stream: int = 1, **environment: str) -> Iterator[Program]:
    """Run styrxl, and yield it once it has said something that matches ``until``; it is killed in the end.

    ``stream``: where it says that, 1 its output or 2 its errors.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        heard = Path(folder) / "said"
        process = make_process(_run, words, environment, stream, str(heard))
        process.start()
        try:
            yield Program(process, _hear(process, heard, until))
        finally:
            process.kill()
            process.join(_PATIENCE)


def _run(words: list[str], environment: dict[str, str], stream: int, heard: str) -> None:
    os.environ.update(environment)
    for number in (1, 2):
        os.dup2(os.open(heard if number == stream else os.devnull, os.O_WRONLY | os.O_CREAT), number)
    main(words)


def _hear(process: BaseProcess, heard: Path, until: str) -> str:
    """Return what matches, once it is said."""
    last = time.monotonic() + _PATIENCE
    while time.monotonic() < last:
        said = heard.read_text("utf-8", "replace") if heard.exists() else ""
        if found := re.search(until, said):
            return found[0]
        assert process.is_alive(), (process.exitcode, said)
        time.sleep(0.02)
    raise AssertionError(said)


def _work(environment: dict[str, str], work: Callable[..., object], args: tuple[object, ...]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    work(*args)
