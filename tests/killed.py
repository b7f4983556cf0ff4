"""Commands that are killed (kill -9) when they come to a file: what they leave behind must be whole, or nothing."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from forked import CONTEXT, make_process
from styrxl.cli import cli


@dataclass(frozen=True, slots=True)
class Points:
    """When a command comes to a file: what Python tells of it, and what the names of files have in them that are opened, of those below."""

    events: frozenset[str]
    opened: str
    below: Path

    def has(self, event: str, facts: tuple[object, ...]) -> bool:
        """Tell whether it comes to one now."""
        if not (event == "open" or event in self.events) or str(self.below) not in str(facts[0]):
            return False
        return event in self.events or self.opened in str(facts[0])


def run_until(points: Points, last: int, words: Sequence[str], now: datetime | None = None) -> tuple[bool, int]:
    """Run a command that is killed when it comes to a file after ``last`` others; return whether it was, and to how many it came."""
    passed: Synchronized[int] = CONTEXT.Value("q", 0)
    process = make_process(_do, points, last, passed, list(words), now)
    process.start()
    process.join(120)
    assert process.exitcode in {0, -signal.SIGKILL}, process.exitcode
    return process.exitcode != 0, passed.value


def run_silently(words: Sequence[str], now: datetime | None = None) -> None:
    """Run a command, whose words nobody wants to hear."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    cli.main(list(words), obj={"now": now} if now else None, standalone_mode=False)


def _do(points: Points, last: int, passed: Synchronized[int], words: Sequence[str], now: datetime | None) -> None:
    def hear(event: str, facts: tuple[object, ...]) -> None:
        if points.has(event, facts):
            if passed.value == last:
                os.kill(os.getpid(), signal.SIGKILL)
            passed.value += 1

    sys.addaudithook(hear)
    run_silently(words, now)
