"""What was read of a ledger, remembered until anybody writes in it: for a process that reads the same things again and again.

Whether anybody has, in whatever process, SQLite itself says (``PRAGMA data_version``), to a connection that does nothing else. Of another
kind of database nothing is remembered.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable, Hashable
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

_PATIENCE = 1.0  # seconds to wait for a commit; after that nothing is remembered
T = TypeVar("T")


class LedgerWatch:
    """What was read of the ledger in a file; for several threads at once. Nobody may change what it gives."""

    def __init__(self, path: Path) -> None:
        """Take the ledger's path."""
        self.path = path
        self._known: dict[Hashable, Any] = {}
        self._version: tuple[int, int] | None = None
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self._close: Callable[[], object] = lambda: None
        self._asking = Lock()

    def recall(self, key: Hashable, read: Callable[[], T]) -> T:
        """Return what was read under a key, or read it now where anybody has written since."""
        version = self._find_version()
        if version is None:
            return read()
        with self._lock:
            if version != self._version:
                self._known.clear()
                self._version = version
            elif key in self._known:
                return cast("T", self._known[key])
        value = read()  # perhaps of a later version: then the next one who asks reads again
        with self._lock:
            if version == self._version:
                self._known[key] = value
        return value

    def _find_version(self) -> tuple[int, int] | None:
        """Return the file and a number that changes whenever anybody has written in it; None where that cannot be said."""
        with self._asking:
            try:
                inode = self.path.stat().st_ino
                if self._connection is None or inode != self._inode:
                    self._connect(inode)
                assert self._connection is not None
                return id(self._connection), int(self._connection.execute("PRAGMA data_version").fetchone()[0])
            except (OSError, sqlite3.Error):
                return None

    def _connect(self, inode: int) -> None:
        self._close()
        self._connection = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        self._inode = inode
        self._close = weakref.finalize(self, self._connection.close)
