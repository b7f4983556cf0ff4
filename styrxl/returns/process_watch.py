"""Watch what a process takes of memory and time, and kill it past a bound: alike on every system, whatever its kernel can limit."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from styrxl.returns.child_process import ChildProcess

PATIENCE = 6  # times as long by the clock as of the processor's time: a busy machine makes no file unreadable
_PAUSE = 0.02  # seconds between two looks, in which a process can take some 20 MB
_LEAST_MB = 80  # what it may always have: Python with what reads workbooks takes 40


class ProcessWatch:
    """Watches a process; ``exceeded`` says what it was killed for (``too_much_memory``, ``took_too_long``), else ''."""

    def __init__(self, process: ChildProcess, memory_mb: int) -> None:
        """Take the process and how much memory it may have in all, in MB of 2^20 bytes."""
        self.exceeded = ""
        self._process = process
        self._memory = max(memory_mb, _LEAST_MB) << 20

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Let the process take so much of the processor's time within the block, and its memory."""
        done = threading.Event()
        watching = threading.Thread(target=self._watch, args=(done, seconds), daemon=True)
        watching.start()
        try:
            yield
        finally:
            done.set()
            watching.join()

    def _watch(self, done: threading.Event, seconds: float) -> None:
        last = time.monotonic() + PATIENCE * seconds
        try:
            seen = psutil.Process(self._process.pid)
            most_time = _measure_time(seen) + seconds
            while not done.wait(_PAUSE):
                if _measure_memory(seen) > self._memory:
                    self._kill("too_much_memory")
                elif _measure_time(seen) > most_time or time.monotonic() > last:
                    self._kill("took_too_long")
        except psutil.Error:
            return  # it has ended, and whoever waits for its answer knows

    def _kill(self, why: str) -> None:
        self.exceeded = self.exceeded or why
        self._process.kill()


def _measure_memory(process: psutil.Process) -> int:
    """Return how many bytes a process has: on Windows those that nobody else has, since it moves them out of the memory at will."""
    memory = process.memory_info()
    return int(getattr(memory, "private", memory.rss))


def _measure_time(process: psutil.Process) -> float:
    """Return how many seconds of the processor a process has taken."""
    took = process.cpu_times()
    return float(took.user + took.system)
