"""What a process remembers of the rounds that it has judged: those of late, as far as they fit, and hashes of the files they rest on.

A command forgets it when it ends. A process that lives long hands the same memory to all of its threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, RLock
from typing import Any

from styrxl.model.judged import JudgedRound
from styrxl.store.stamps import FileHashes

_A_RETURN, _A_FINDING = 3_000, 1_000  # bytes that each takes, roughly


class Memory:
    """Judged rounds, by what they rest on; ``most``: so many bytes of them, none but the newest where that is more."""

    def __init__(self, most: int = 0) -> None:
        """Begin empty; without room for a single round unless told so."""
        self.hashes = FileHashes()
        self._most = most
        self._rounds: dict[str, tuple[str, JudgedRound, int]] = {}  # round -> key, judged, bytes; the one used last comes last
        self._locks: dict[str, RLock] = {}
        self._lock = Lock()
        self._described: tuple[tuple[Any, ...], str] | None = None

    def describe_once(self, things: tuple[Any, ...], describe: Callable[[], str]) -> str:
        """Return what describes some values that nobody changes: as it was found before, where it is these very values again."""
        known = self._described
        if known and len(known[0]) == len(things) and all(a is b for a, b in zip(known[0], things, strict=True)):
            return known[1]
        text = describe()
        self._described = things, text
        return text

    @contextmanager
    def judging(self, round_id: str) -> Iterator[None]:
        """Let one thread at a time judge a round; others, which want the same, wait for it."""
        with self._lock:
            lock = self._locks.setdefault(round_id, RLock())
        with lock:
            yield

    @property
    def has_room(self) -> bool:
        """Whether rounds are kept at all."""
        return self._most > 0

    def find(self, round_id: str) -> tuple[str, JudgedRound] | None:
        """Return what is remembered of a round, and under which key; None where there is nothing."""
        with self._lock:
            known = self._rounds.pop(round_id, None)
            if known is None:
                return None
            self._rounds[round_id] = known
        return known[0], _share(known[1])

    def keep(self, key: str, judged: JudgedRound) -> None:
        """Remember a round under a key, in place of what was remembered of it, and forget those that were not asked for the longest."""
        if not self._most:
            return
        shared = _share(judged)
        for frame in shared.tables.values():
            if len(frame.columns):
                frame.columns.get_loc(frame.columns[0])  # makes the index in which pandas looks columns up: not by two threads at once
        size = _measure(shared)
        with self._lock:
            self._rounds.pop(judged.round, None)
            self._rounds[judged.round] = key, shared, size
            while len(self._rounds) > 1 and sum(one[2] for one in self._rounds.values()) > self._most:
                del self._rounds[next(iter(self._rounds))]


def _share(judged: JudgedRound) -> JudgedRound:
    """Return a judged round whose tables may be changed without changing those of others: pandas copies what is written to."""
    tables = {name: frame.copy(deep=False) for name, frame in judged.tables.items()}
    return JudgedRound(judged.round, judged.returns, tables, judged.booked, judged.replaced)


def _measure(judged: JudgedRound) -> int:
    """Return how many bytes a judged round takes, roughly."""
    tables = sum(int(frame.memory_usage(deep=True).sum()) for frame in judged.tables.values())
    return tables + _A_RETURN * len(judged.returns) + _A_FINDING * sum(len(return_.findings) for return_ in judged.returns)
