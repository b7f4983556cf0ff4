"""Pausing Python's garbage collector during work that makes no reference cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

_SEARCH_EVERY = 20  # blocks: each leaves some hundred kilobytes behind
_TURNS = count(1)


@contextmanager
def pause_garbage_collection() -> Iterator[None]:
    """Pause the search for reference cycles within the block, and exempt from later searches what the block leaves behind.

    Thousands of returns are some millions of objects, and so are the rows of their workbooks; they are needed to the end and have no
    cycles. Searching them again and again takes as long as judging them. What the block before left behind is searched again, since a
    process that lives for days comes here often: not each time, since that takes as long as it saves.
    """
    if not gc.isenabled():  # within another such block
        yield
        return
    gc.unfreeze()
    if next(_TURNS) % _SEARCH_EVERY == 0:
        gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
