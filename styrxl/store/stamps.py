"""Whether files are as they were, told by what the system says of them, so that nobody needs to read them again.

A file that is changed twice within one tick of its disk's clock looks the same after the second change. What was read of a file that
had been changed just then is therefore not trusted by its stamp (as git has it); a moment later it is read once more.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from styrxl.store.files import read_file

_TICK = 2_000_000_000  # nanoseconds: FAT counts in two seconds, others more finely
_MOST = 200_000  # files whose hashes are kept


class Stamp(NamedTuple):
    """What tells a file from one that was changed or replaced."""

    inode: int
    size: int
    modified: int  # nanoseconds
    changed: int

    def is_old(self, at: int) -> bool:
        """Whether the file had last been changed well before a time (nanoseconds), so that no later change can look the same."""
        return max(self.modified, self.changed) + _TICK < at


def read_stamp(path: Path) -> Stamp | None:
    """Return a file's stamp, or a folder's; None where there is none."""
    try:
        about = os.stat(path)  # noqa: PTH116 -- of thousands of files, each time
    except OSError:
        return None
    return Stamp(about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)


def read_stamps(files: Iterable[Path], folders: Iterable[Path]) -> dict[str, Stamp | None]:
    """Return the stamps of some files, of what lies in some folders, and of these, by path."""
    stamps = {str(path): read_stamp(path) for path in files}
    for folder in folders:
        stamps[str(folder)] = read_stamp(folder)
        try:
            with os.scandir(folder) as entries:
                stamps |= {entry.path: read_stamp(Path(entry.path)) for entry in entries}
        except OSError:
            continue  # there is none
    return stamps


def are_old(stamps: Iterable[Stamp | None], at: int) -> bool:
    """Whether all these were last changed well before a time (nanoseconds)."""
    return all(stamp is None or stamp.is_old(at) for stamp in stamps)


class FileHashes:
    """Hashes of files, each read again only where it may have changed; for several threads at once."""

    def __init__(self) -> None:
        """Begin without any."""
        self._known: dict[Path, tuple[Stamp, str]] = {}
        self._lock = Lock()

    def find(self, path: Path, most: int) -> str:
        """Return the SHA-256 of a file as ``read_file`` has it; raises as it does."""
        stamp, at = read_stamp(path), time.time_ns()
        with self._lock:
            known = self._known.get(path)
        if known and known[0] == stamp:
            return known[1]
        sha256 = read_file(path, most)[1]
        if stamp and stamp.is_old(at) and read_stamp(path) == stamp:
            with self._lock:
                if len(self._known) >= _MOST:
                    self._known.clear()
                self._known[path] = stamp, sha256
        return sha256


def hash_files(paths: Iterable[Path]) -> str:
    """Return a hash of what some files hold, with their names; one that cannot be read holds nothing."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        try:
            data = path.read_bytes() if path.is_file() else b""
        except OSError:
            data = b""
        digest.update(f"\0{path}\0{len(data)}\0".encode("utf-8", "surrogateescape") + data)
    return digest.hexdigest()
