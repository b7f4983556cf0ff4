"""Readings kept from one command to the next, in ``.styrxl-cache/``: by a file's content, and for one program, form and schema alone.

It may be deleted at any time. It is bounded, holds only what lies in the inbox, and is read as data that may be damaged or forged:
whatever does not fit is read anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache as once
from importlib import metadata, resources
from pathlib import Path

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
    """The readings that are kept of one folder of returns."""

    def __init__(self, path: Path, key: str) -> None:
        """Read what is kept in a file under a key (``key_of``); under another key, or damaged, it holds nothing."""
        self._path = path
        self._key = key
        self._blobs: dict[str, bytes] = {}
        self._stored: frozenset[str] = frozenset()
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            if path.stat().st_size <= 2 * MOST:
                self._blobs = _split(path.read_bytes(), key)
        self._stored = frozenset(self._blobs)

    def __len__(self) -> int:
        """Count the readings."""
        return len(self._blobs)

    def get(self, sha256: str, forms: Forms) -> Reading | None:
        """Return the reading of a file's content, or None."""
        blob = self._blobs.get(sha256)
        if blob is None:
            return None
        try:
            return unpacked(blob, forms)
        except (BrokenError, StyrxlError):
            del self._blobs[sha256]
            self._stored -= {sha256}
            return None

    def put(self, sha256: str, blob: bytes) -> None:
        """Keep a reading, as ``compact.packed`` has it."""
        self._blobs[sha256] = blob

    def save(self, wanted: Iterable[str]) -> None:
        """Write those of some contents, where that changes anything; where nothing can be written nothing is."""
        kept: dict[str, bytes] = {}
        size = 0
        for sha256 in wanted:
            blob = self._blobs.get(sha256)
            if blob is not None and sha256 not in kept and size + len(blob) <= MOST:
                kept[sha256] = blob
                size += len(blob)
        if kept.keys() == self._stored:
            return
        with suppress(StyrxlError, OSError):  # a disk that is full or may not be written on: the next time takes as long as this one
            write_atomically(self._path, _joined(kept, self._key))
            _sweep(self._path)
        self._stored = frozenset(kept)


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


def _joined(blobs: Mapping[str, bytes], key: str) -> bytes:
    lengths = {sha256: len(blob) for sha256, blob in blobs.items()}
    index = json.dumps({"key": key, "lengths": lengths}, separators=(",", ":")).encode("ascii")
    return b"".join((_HEAD, len(index).to_bytes(8, "big"), index, *blobs.values()))


def _split(data: bytes, key: str) -> dict[str, bytes]:
    at = len(_HEAD) + 8
    if not data.startswith(_HEAD):
        return {}
    begins = at + int.from_bytes(data[len(_HEAD) : at], "big")
    index = json.loads(data[at:begins])
    if index["key"] != key:
        return {}
    found: dict[str, bytes] = {}
    for sha256, length in index["lengths"].items():
        found[sha256] = data[begins : begins + length]
        begins += length
    return found


def _sweep(path: Path) -> None:
    """Remove the oldest files beside one that was written, so that a few remain."""
    others = sorted((p for p in path.parent.glob("*.readings") if p != path), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in others[FILES - 1 :]:
        old.unlink(missing_ok=True)
