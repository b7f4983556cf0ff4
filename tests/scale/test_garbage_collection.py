"""Work that makes no cycles."""

from __future__ import annotations

import gc
import os
import subprocess
import sys

import pytest

from styrxl.scale.garbage_collection import pause_garbage_collection


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


LEFT_TWICE = """
import gc
from styrxl.scale.garbage_collection import pause_garbage_collection
class Cyclic:
    def __init__(self):
        self.itself = self
    def __del__(self):
        print("gone")
with pause_garbage_collection():
    Cyclic()
gc.collect()
print("once")
with pause_garbage_collection():
    gc.collect()
    print("twice")
"""


def test_what_is_left_is_searched_only_after_the_next_time() -> None:
    """What was left once is passed over until such work is done again: a command that runs for days does not fill the memory.

    In a process of its own, which has little to search.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run([sys.executable, "-P", "-c", LEFT_TWICE], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["once", "gone", "twice"]


LEFT_OFTEN = """
import os, sys, time
now = 0.0
time.monotonic = lambda: now
from styrxl.scale.garbage_collection import pause_garbage_collection
gone = 0
class Cyclic:
    def __init__(self):
        self.itself = self
    def __del__(self):
        global gone
        gone += 1
for _ in range(100):
    now += float(sys.argv[1])
    with pause_garbage_collection():
        Cyclic()
print(gone, flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("seconds_between, gone", [(60.0, 99), (0.05, 0)])
def test_a_process_that_lives_long_searches_by_itself_what_was_left(seconds_between: float, gone: int) -> None:
    """Now and then, as the desk does, which judges again and again for days; one that is soon done never."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-P", "-c", LEFT_OFTEN, str(seconds_between)], env=environment, capture_output=True, text=True, check=True
    )
    assert int(run.stdout) == gone
