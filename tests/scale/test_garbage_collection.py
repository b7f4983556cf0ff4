"""Work that makes no cycles."""

from __future__ import annotations

import gc

import pytest

from styrxl.scale.garbage_collection import pause_garbage_collection


class Cyclic:
    """Something that holds itself."""

    def __init__(self, gone: list[str]) -> None:
        """Note in ``gone`` when it goes."""
        self.itself, self.gone = self, gone

    def __del__(self) -> None:
        """Note it."""
        self.gone.append("gone")


def test_cycles_are_looked_for_again_afterwards_whatever_happened() -> None:
    """The search is off within, also after work within the work, and on again at the end."""
    within = []

    def work() -> None:
        with pause_garbage_collection():
            with pause_garbage_collection():
                pass
            within.append(gc.isenabled())
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert within == [False]
    assert gc.isenabled()


def test_what_is_left_is_searched_only_after_the_next_time() -> None:
    """What was left once is passed over until such work is done again: a command that runs for days does not fill the memory."""
    gone: list[str] = []
    with pause_garbage_collection():
        Cyclic(gone)
    gc.collect()
    assert not gone
    with pause_garbage_collection():
        gc.collect()
    assert gone
