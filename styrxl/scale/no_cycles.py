"""Work that makes no cycles, during which Python is not to look for any."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_cycles() -> Iterator[None]:
    """Let nothing be searched for cycles within, nor what is left of it afterwards.

    Thousands of returns are some millions of objects, and so are the rows of their workbooks, kept to the end and without cycles: to go
    through them time and again takes as long as to judge them. What was left the last time may be searched again, since a command that
    runs for days does this often.
    """
    if not gc.isenabled():  # within another
        yield
        return
    gc.unfreeze()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
