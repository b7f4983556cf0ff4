"""How often links and codes may be tried: wrong ones cost, right ones do not."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

EACH, ALL = 10, 300  # wrong attempts within the window, from one address and from all
WINDOW = 60.0  # seconds
_MOST_ADDRESSES = 50_000


class Attempts:
    """Wrong attempts of late, by address; addresses are forgotten with the window, and kept nowhere else."""

    def __init__(self, each: int = EACH, everybody: int = ALL, window: float = WINDOW, clock: Callable[[], float] = time.monotonic) -> None:
        """Take how many wrong ones are let pass in how many seconds, and what tells the time."""
        self._each, self._everybody, self._window, self._clock = each, everybody, window, clock
        self._wrong: dict[str, deque[float]] = {}
        self._all: deque[float] = deque()
        self._lock = Lock()

    def may_try(self, address: str) -> bool:
        """Whether somebody may try again now."""
        with self._lock:
            self._forget()
            return len(self._wrong.get(address, ())) < self._each and len(self._all) < self._everybody

    def note_wrong(self, address: str) -> None:
        """Note that somebody tried a wrong one."""
        with self._lock:
            self._forget()
            now = self._clock()
            self._all.append(now)
            if len(self._wrong) < _MOST_ADDRESSES:
                self._wrong.setdefault(address, deque()).append(now)

    def _forget(self) -> None:
        before = self._clock() - self._window
        while self._all and self._all[0] <= before:
            self._all.popleft()
        for address in [address for address, times in self._wrong.items() if times[-1] <= before]:
            del self._wrong[address]
        for times in self._wrong.values():
            while times and times[0] <= before:
                times.popleft()
