"""How far reading is: a bar with remaining time on a terminal, one line elsewhere, nothing when it is quick."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, TextIO

import click

from styrxl.model.catalogue import number_text, word

if TYPE_CHECKING:
    from styrxl.scale.return_files import Progress, Step

_QUICK = 1.0  # seconds in which nothing is said


def show_progress_on(stream: TextIO | None, language: str, quick: float = _QUICK) -> Progress:
    """Return what tells on a stream how far reading is, once it has taken so many seconds; on standard error where there is none."""
    return partial(_show_progress, stream or sys.stderr, language, quick)


@contextmanager
def _show_progress(stream: TextIO, language: str, quick: float, count: int) -> Iterator[Step]:
    label = word("progress", language, n=number_text(count, language))
    bar = click.progressbar(length=count, label=label, file=stream, show_pos=True, show_percent=False)
    start, waiting, shown = time.monotonic(), 0, False

    with ExitStack() as stack:

        def step(more: int) -> None:
            nonlocal waiting, shown
            waiting += more
            if not shown and time.monotonic() - start >= quick:
                stack.enter_context(bar)  # which draws it
                shown = True
            if shown:
                bar.update(waiting)
                waiting = 0

        yield step
