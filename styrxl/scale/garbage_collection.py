"""Pausing Python's garbage collector during work that makes no reference cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

SHARE = 0.02  # of the time goes to searching what blocks have left behind, some hundred kilobytes each
_UNSEARCHED = 10.0  # seconds: a process that is soon done is not searched at all


class _Search:
    """The search of all that blocks have left behind, made where it is due."""

    def __init__(self) -> None:
        self._due = monotonic() + _UNSEARCHED

    def make(self) -> None:
        begun = monotonic()
        if begun < self._due:
            return
        gc.collect()
        ended = monotonic()
        self._due = ended + (ended - begun) / SHARE


_SEARCH = _Search()


@contextmanager
def pause_garbage_collection() -> Iterator[None]:
    """Pause the search for reference cycles within the block, and exempt from later searches what the block leaves behind.

    Thousands of returns are some millions of objects, and so are the rows of their workbooks; they are needed to the end and have no
    cycles. Searching them again and again takes as long as judging them. What the block before left behind is searched again, since a
    process that lives for days comes here often: not each time, since that takes as long as it saves, the longer the more it holds.
    """
    if not gc.isenabled():  # within another such block
        yield
        return
    gc.unfreeze()
    _SEARCH.make()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
