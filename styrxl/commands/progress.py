"""How far a command is: a bar with rate and remaining time on a terminal, now and then a line elsewhere, nothing when it is quick."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, TextIO

from styrxl.model.catalogue import number_text, word

if TYPE_CHECKING:
    from styrxl.scale.return_files import Progress, Step

_QUICK = 1.0  # seconds in which nothing is said
_OFTEN, _SELDOM = 0.2, 15.0  # seconds between two redrawings, and between two lines
_WIDE = 24


def show_progress_on(stream: TextIO | None, language: str, clock: Callable[[], float] = time.monotonic) -> Progress:
    """Return what tells on a stream how far reading is; on standard error where there is none."""
    return partial(_show_progress, stream or sys.stderr, language, clock)


@contextmanager
def _show_progress(stream: TextIO, language: str, clock: Callable[[], float], count: int) -> Iterator[Step]:
    terminal = stream.isatty()
    start = told = clock()
    done, drawn = 0, False

    def step(more: int) -> None:
        nonlocal done, told, drawn
        done += more
        now = clock()
        if now - start < _QUICK or now - told < (_OFTEN if terminal else _SELDOM):
            return
        told, drawn = now, True
        line = _line(done, count, now - start, language)
        stream.write(f"\r{_bar(done, count)} {line}\x1b[K" if terminal else f"{line}\n")
        stream.flush()

    try:
        yield step
    finally:
        if terminal and drawn:
            stream.write("\r\x1b[K")
            stream.flush()


def _bar(done: int, count: int) -> str:
    filled = _WIDE * done // max(count, 1)
    return "█" * filled + "░" * (_WIDE - filled)


def _line(done: int, count: int, seconds: float, language: str) -> str:
    rate = done / seconds
    left = round((count - done) / rate) if rate else 0
    facts = {"done": number_text(done, language), "n": number_text(count, language), "rate": number_text(round(rate), language)}
    return word("progress", language, **facts, left=f"{left // 60}:{left % 60:02}")
