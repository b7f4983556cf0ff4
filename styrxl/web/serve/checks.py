"""Workbooks that owners are looking at, between looking and handing in: in memory alone, for a while, and never on a disk."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from styrxl.rounds.owner_links.check import CheckedWorkbook

KEPT = 30 * 60.0  # seconds
MOST = 200_000_000  # bytes of workbooks, of all owners together


Receipt = Mapping[str, Any]  # what the page of a receipt shows


@dataclass(frozen=True, slots=True)
class _Kept:
    checked: CheckedWorkbook
    until: float


@dataclass(frozen=True, slots=True)
class _HandedIn:
    link: int
    receipt: Receipt
    until: float


class Checks:
    """Checked workbooks by a token that the page of each holds; the oldest go where there is no more room.

    What was handed in is let go of, and its receipt held as long, for whoever presses twice, goes back or has the page shown anew.
    """

    def __init__(self, most: int = MOST, kept: float = KEPT, clock: Callable[[], float] = time.monotonic) -> None:
        """Take how many bytes are held at most, for how many seconds, and what tells the time."""
        self._most, self._seconds, self._clock = most, kept, clock
        self._checks: dict[str, _Kept] = {}
        self._handed_in: dict[str, _HandedIn] = {}
        self._lock = Lock()

    def keep(self, checked: CheckedWorkbook) -> str:
        """Hold a workbook, and return its token; of one that may not be handed in, only that it may not."""
        token = secrets.token_urlsafe(16)
        if not checked.may_be_handed_in:
            checked = replace(checked, data=b"", judged=replace(checked.judged, tables={}))
        with self._lock:
            self._checks[token] = _Kept(checked, self._clock() + self._seconds)
            self._let_go()
        return token

    def find(self, token: str, link: int) -> CheckedWorkbook | None:
        """Return the workbook that a token stands for, if it was looked at by that link (its number); None where it is not held."""
        with self._lock:
            self._let_go()
            kept = self._checks.get(token)
        return kept.checked if kept and kept.checked.link.number == link else None

    def hand_in(self, token: str, link: int, receipt: Receipt) -> None:
        """Let go of a workbook that was handed in by a link, and hold its receipt."""
        with self._lock:
            self._checks.pop(token, None)
            self._handed_in[token] = _HandedIn(link, receipt, self._clock() + self._seconds)

    def find_receipt(self, token: str, link: int) -> Receipt | None:
        """Return the receipt of what a token stood for, if it was handed in by that link (its number); None where it was not."""
        with self._lock:
            self._let_go()
            done = self._handed_in.get(token)
        return done.receipt if done and done.link == link else None

    def _let_go(self) -> None:
        now = self._clock()
        for token in [token for token, kept in self._checks.items() if kept.until <= now]:
            del self._checks[token]
        for token in [token for token, done in self._handed_in.items() if done.until <= now]:
            del self._handed_in[token]
        while len(self._checks) > 1 and sum(len(kept.checked.data) for kept in self._checks.values()) > self._most:
            del self._checks[next(iter(self._checks))]
