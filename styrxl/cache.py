"""Readings kept from one command to the next, in ``.styrxl-cache/``: by a file's content, and for one program, form and schema alone.

It may be deleted at any time. It is bounded, holds only what lies in the inbox, and is read as data that may be damaged or forged:
whatever does not fit is read anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache as once
from importlib import metadata, resources
from itertools import accumulate, chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from styrxl import __version__
from styrxl.compact import BrokenError, unpacked
from styrxl.errors import StyrxlError
from styrxl.files import write_atomically
from styrxl.forms import Forms
from styrxl.limits import Limits
from styrxl.reading import Reading

FOLDER = ".styrxl-cache"
MOST = 256_000_000  # bytes of one file of it
FILES = 8  # that are kept: one a round
_HEAD = b"styrxl readings\n"


class Cache:
    """The readings that are kept of one folder of returns; they stay on the disk, also those that are new, until they are asked for."""

    def __init__(self, path: Path, key: str) -> None:
        """Look up what is kept in a file under a key (``key_of``); under another key, or damaged, it holds nothing."""
        self._path = path
        self._key = key
        self._kept: dict[str, tuple[int, int]] = {}  # where each begins in the file, and its length
        self._new: dict[str, tuple[int, int]] = {}  # the same, in a file of their own
        self._aside: IO[bytes] | None = None
        self._mark: tuple[int, ...] = ()  # of the file that was looked up
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            if path.stat().st_size <= 2 * MOST:
                with path.open("rb") as file:
                    self._mark = _mark(file)
                    self._kept = _index(file, key)
        self._stored = frozenset(self._kept)

    def __contains__(self, sha256: str) -> bool:
        """Whether there is a reading of a file's content, if it is not damaged."""
        return sha256 in self._kept or sha256 in self._new

    def __len__(self) -> int:
        """Count the readings."""
        return len(self._kept.keys() | self._new.keys())

    def get(self, sha256: str, forms: Forms) -> Reading | None:
        """Return the reading of a file's content, or None."""
        if sha256 not in self:
            return None
        try:
            return unpacked(self._blob(sha256), forms)
        except (BrokenError, StyrxlError, OSError, ValueError):
            self._kept.pop(sha256, None)
            self._new.pop(sha256, None)
            self._stored -= {sha256}
            return None

    def put(self, sha256: str, blob: bytes) -> None:
        """Keep a reading, as ``compact.packed`` has it; where the disk is full it is not kept."""
        with suppress(OSError):
            if self._aside is None:
                self._aside = TemporaryFile()  # noqa: SIM115 -- closed by ``close``
            at = self._aside.seek(0, os.SEEK_END)
            self._aside.write(blob)
            self._new[sha256] = at, len(blob)

    def save(self, wanted: Iterable[str]) -> None:
        """Write those of some contents, where that changes anything, and close; where nothing can be written nothing is."""
        chosen: dict[str, int] = {}
        size = 0
        for sha256 in wanted:
            _, length = self._new.get(sha256) or self._kept.get(sha256, (0, 0))
            if length and sha256 not in chosen and size + length <= MOST:
                chosen[sha256] = length
                size += length
        if chosen.keys() != self._stored:
            # On a disk that is full or may not be written on nothing is kept: the next time takes as long as this one.
            with suppress(StyrxlError, OSError, BrokenError):
                write_atomically(self._path, chain(_head(chosen, self._key), map(self._blob, chosen)))
                _sweep(self._path)
                self._kept = {}  # they lie elsewhere now; who asks again looks them up again
            self._stored = frozenset(chosen)
        self.close()

    def close(self) -> None:
        """Let go of what is new and was not saved."""
        self._new.clear()
        if self._aside is not None:
            self._aside.close()
            self._aside = None

    def _blob(self, sha256: str) -> bytes:
        if self._aside is not None and sha256 in self._new:
            at, length = self._new[sha256]
            self._aside.seek(at)
            return self._aside.read(length)
        at, length = self._kept[sha256]
        with self._path.open("rb") as file:
            if _mark(file) != self._mark:
                raise BrokenError("another has written it anew")
            file.seek(at)
            return file.read(length)


def cache_of(root: Path, name: str, forms: Forms, limits: Limits) -> Cache:
    """Return what is kept of a folder of returns in a workspace; ``name`` tells it from others."""
    mark = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return Cache(root / FOLDER / f"{mark}.readings", key_of(forms, limits))


def key_of(forms: Forms, limits: Limits) -> str:
    """Return what a reading depends on beside the file's bytes: program, reader, forms, schemas and limits."""
    parts = [program(), repr(limits), *(f"{name}\0{content}" for name, content in sorted(forms.sources().items()))]
    return hashlib.sha256("\0\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


@once
def program() -> str:
    """Return a mark of this very program: its version, its code, and what it reads and checks with."""
    digest = hashlib.sha256()
    for entry in sorted(resources.files("styrxl").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith((".py", "catalogue.yaml")):
            digest.update(entry.read_bytes())
    others = (f"{name} {metadata.version(name)}" for name in ("python-calamine", "pandera"))
    return " ".join((__version__, digest.hexdigest(), *others))


def _mark(file: IO[bytes]) -> tuple[int, ...]:
    """Return what tells a file from one that takes its place."""
    status = os.fstat(file.fileno())
    return status.st_ino, status.st_mtime_ns, status.st_size


def _head(lengths: Mapping[str, int], key: str) -> tuple[bytes, bytes, bytes]:
    index = json.dumps({"key": key, "lengths": dict(lengths)}, separators=(",", ":")).encode("ascii")
    return _HEAD, len(index).to_bytes(8, "big"), index


def _index(file: IO[bytes], key: str) -> dict[str, tuple[int, int]]:
    if file.read(len(_HEAD)) != _HEAD:
        return {}
    size = int.from_bytes(file.read(8), "big")
    index = json.loads(file.read(min(size, MOST)))
    return _places(index["lengths"], len(_HEAD) + 8 + size) if index["key"] == key else {}


def _places(lengths: Mapping[str, int], begins: int) -> dict[str, tuple[int, int]]:
    starts = accumulate(lengths.values(), initial=begins)
    return {sha256: (start, length) for (sha256, length), start in zip(lengths.items(), starts, strict=False)}


def _sweep(path: Path) -> None:
    """Remove the oldest files beside one that was written, so that a few remain."""
    others = sorted((p for p in path.parent.glob("*.readings") if p != path), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in others[FILES - 1 :]:
        old.unlink(missing_ok=True)
