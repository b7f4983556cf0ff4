"""Readings kept from one command to the next, in ``.styrxl-cache/``: by a file's content, and for one program, form and schema alone.

It may be deleted at any time. It is bounded, and is read as data that may be damaged or forged: whatever does not fit is read anew.
Readings lie together in sheaves (``compact``), which are packed anew when too much in them is no longer in the inbox.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache as once
from importlib import metadata, resources
from itertools import accumulate, chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from styrxl import __version__
from styrxl.model.errors import StyrxlError
from styrxl.model.form_files import Forms
from styrxl.model.limits import Limits
from styrxl.returns.read import Reading
from styrxl.scale.pack import TOGETHER, BrokenError, packed, unpacked
from styrxl.store.files import write_atomically

FOLDER = ".styrxl-cache"
MOST = 256_000_000  # bytes of one file of it
FILES = 8  # that are kept: one a round
_FEW = 40  # readings that are too few to lie together
_PART = 4  # of those that lie together no more than one in so many may be wanted no more
_HEAD = b"styrxl readings\n"


@dataclass(frozen=True, slots=True)
class _Sheaf:
    """Readings that are packed together: where they lie, and of which contents they are, in order; "" where it is wanted no more."""

    at: int
    length: int
    of: tuple[str, ...]
    new: bool = False  # and in a file of its own


class Cache:
    """The readings that are kept of one folder of returns; they stay on the disk, also those that are new, until they are asked for."""

    def __init__(self, path: Path, key: str, forms: Forms) -> None:
        """Look up what is kept in a file under a key (``key_of``); under another key, or damaged, it holds nothing."""
        self._path = path
        self._key = key
        self._forms = forms
        self._sheaves: list[_Sheaf] = []
        self._spots: dict[str, tuple[int, int]] = {}  # of each content: its sheaf, and its place in that
        self._opened: dict[int, dict[int, Reading]] = {}  # what is still to be asked for of sheaves that were opened
        self._expected: frozenset[str] = frozenset()
        self._waiting: dict[str, Reading] = {}  # new ones, not packed yet
        self._aside: IO[bytes] | None = None
        self._mark: tuple[int, ...] = ()  # of the file that was looked up
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            if path.stat().st_size <= 2 * MOST:
                with path.open("rb") as file:
                    self._mark = _mark(file)
                    for sheaf in _index(file, key):
                        self._take(sheaf)
        self._stored = frozenset(self._spots)

    def __contains__(self, sha256: str) -> bool:
        """Whether there is a reading of a file's content, if it is not damaged."""
        return sha256 in self._spots or sha256 in self._waiting

    def __len__(self) -> int:
        """Count the readings."""
        return len(self._spots.keys() | self._waiting.keys())

    def expect(self, wanted: Iterable[str]) -> None:
        """Say which contents will be asked for, each once: what is unpacked beside one is kept until it is, and no longer."""
        self._expected = frozenset(wanted)

    def get(self, sha256: str) -> Reading | None:
        """Return the reading of a file's content, or None."""
        if sha256 in self._waiting:
            return self._waiting[sha256]
        if sha256 not in self._spots:
            return None
        number, place = self._spots[sha256]
        if place not in self._opened.get(number, ()) and not self._open(number, place):
            return None
        found = self._opened[number].pop(place)
        if not self._opened[number]:
            del self._opened[number]
        return found

    def add(self, sha256: str, reading: Reading) -> None:
        """Keep a reading."""
        self._waiting[sha256] = reading
        if len(self._waiting) >= TOGETHER:
            self._pack()

    def put(self, contents: Sequence[str], data: bytes) -> None:
        """Keep the readings of some contents, as ``compact.packed`` has them; where the disk is full they are not kept."""
        if not contents:
            return
        with suppress(OSError):
            if self._aside is None:
                self._aside = TemporaryFile()  # noqa: SIM115 -- closed by ``close``
            at = self._aside.seek(0, os.SEEK_END)
            self._aside.write(data)
            self._take(_Sheaf(at, len(data), tuple(contents), new=True))

    def save(self, wanted: Iterable[str]) -> None:
        """Write the readings of some contents, where that changes anything, and close; where nothing can be written nothing is."""
        self._pack()
        chosen = frozenset(wanted) & self._spots.keys()
        if chosen != self._stored:
            # On a disk that is full or may not be written on nothing is kept: the next time takes as long as this one.
            with suppress(StyrxlError, OSError, BrokenError):
                self._bind(chosen)
                sheaves = self._fitting(chosen)
                write_atomically(self._path, chain(_head(sheaves, self._key), map(self._bytes, sheaves)))
                _sweep(self._path)
        self.close()

    def close(self) -> None:
        """Let go of what is new and was not saved."""
        self._spots.clear()
        self._opened.clear()
        self._waiting.clear()
        if self._aside is not None:
            self._aside.close()
            self._aside = None

    def _take(self, sheaf: _Sheaf) -> None:
        self._spots |= {sha256: (len(self._sheaves), place) for place, sha256 in enumerate(sheaf.of) if sha256}
        self._sheaves.append(sheaf)

    def _pack(self) -> None:
        contents, readings = list(self._waiting), list(self._waiting.values())
        self._waiting.clear()
        self.put(contents, packed(readings))

    def _open(self, number: int, place: int) -> bool:
        """Unpack the readings of a sheaf that are expected, and one of them; a sheaf that is damaged is forgotten."""
        readings = self._unpacked(number)
        if readings is None:
            return False
        sheaf = enumerate(self._sheaves[number].of)
        wanted = [n for n, sha256 in sheaf if n == place or (sha256 in self._expected and self._spots.get(sha256) == (number, n))]
        self._opened[number] = {n: readings[n] for n in wanted}
        return True

    def _unpacked(self, number: int) -> list[Reading] | None:
        sheaf = self._sheaves[number]
        try:
            readings = unpacked(self._bytes(sheaf), self._forms)
            if len(readings) == len(sheaf.of):
                return readings
        except (BrokenError, OSError):
            pass
        for place in self._live(number, frozenset(sheaf.of)):
            del self._spots[sheaf.of[place]]
        self._stored -= set(sheaf.of)
        return None

    def _bind(self, chosen: frozenset[str]) -> None:
        """Pack anew what lies in small sheaves, and in those with too many of which no more is wanted.

        Where as many came as went, returns were replaced, and it takes too long to pack the readings of all their neighbours. Where more
        went, somebody has taken them away, and nothing of them stays.
        """
        fresh, gone = len(chosen - self._stored), len(self._stored - chosen)
        live = {number: places for number in range(len(self._sheaves)) if (places := self._live(number, chosen))}
        few = [number for number, places in live.items() if len(places) < _FEW]
        for number, places in live.items():
            of = self._sheaves[number].of
            dead = len(of) - len(places)
            if dead * _PART > len(of) or (dead and gone > fresh) or (number in few and len(few) > 1):
                readings = self._unpacked(number) or []
                for place in places if readings else ():
                    self.add(of[place], readings[place])
        self._pack()

    def _live(self, number: int, chosen: frozenset[str]) -> list[int]:
        """Return the places in a sheaf of contents that are wanted, and lie nowhere else."""
        of = self._sheaves[number].of
        return [place for place, sha256 in enumerate(of) if sha256 in chosen and self._spots.get(sha256) == (number, place)]

    def _fitting(self, chosen: frozenset[str]) -> list[_Sheaf]:
        """Return the sheaves in which some of these are, as far as they fit into the file."""
        found, size = [], 0
        for number, sheaf in enumerate(self._sheaves):
            live = frozenset(self._live(number, chosen))
            if live and size + sheaf.length <= MOST:
                size += sheaf.length
                found.append(replace(sheaf, of=tuple(sha256 if place in live else "" for place, sha256 in enumerate(sheaf.of))))
        return found

    def _bytes(self, sheaf: _Sheaf) -> bytes:
        if sheaf.new:
            assert self._aside is not None
            self._aside.seek(sheaf.at)
            return self._aside.read(sheaf.length)
        with self._path.open("rb") as file:
            if _mark(file) != self._mark:
                raise BrokenError("another has written it anew")
            file.seek(sheaf.at)
            return file.read(sheaf.length)


def cache_of(root: Path, name: str, forms: Forms, limits: Limits) -> Cache:
    """Return what is kept of a folder of returns in a workspace; ``name`` tells it from others."""
    mark = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return Cache(root / FOLDER / f"{mark}.readings", key_of(forms, limits), forms)


def key_of(forms: Forms, limits: Limits) -> str:
    """Return what a reading depends on beside the file's bytes: program, reader, forms, schemas and limits."""
    parts = [program(), repr(limits), *(f"{name}\0{content}" for name, content in sorted(forms.sources().items()))]
    return hashlib.sha256("\0\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


@once
def program() -> str:
    """Return a mark of this very program: its version, its code, and what it reads and checks with."""
    digest = hashlib.sha256()
    package = Path(str(resources.files("styrxl")))
    for path in sorted((*package.rglob("*.py"), *package.rglob("catalogue.yaml"))):
        digest.update(path.read_bytes())
    others = (f"{name} {metadata.version(name)}" for name in ("python-calamine", "pandera"))
    return " ".join((__version__, digest.hexdigest(), *others))


def _mark(file: IO[bytes]) -> tuple[int, ...]:
    """Return what tells a file from one that takes its place."""
    status = os.fstat(file.fileno())
    return status.st_ino, status.st_mtime_ns, status.st_size


def _head(sheaves: Sequence[_Sheaf], key: str) -> tuple[bytes, bytes, bytes]:
    index = json.dumps({"key": key, "sheaves": [[one.length, one.of] for one in sheaves]}, separators=(",", ":")).encode("ascii")
    return _HEAD, len(index).to_bytes(8, "big"), index


def _index(file: IO[bytes], key: str) -> list[_Sheaf]:
    if file.read(len(_HEAD)) != _HEAD:
        return []
    size = int.from_bytes(file.read(8), "big")
    index = json.loads(file.read(min(size, MOST)))
    if index["key"] != key:
        return []
    starts = accumulate((length for length, _ in index["sheaves"]), initial=len(_HEAD) + 8 + size)
    return [_Sheaf(start, length, tuple(of)) for (length, of), start in zip(index["sheaves"], starts, strict=False)]


def _sweep(path: Path) -> None:
    """Remove the oldest files beside one that was written, so that a few remain."""
    others = sorted((p for p in path.parent.glob("*.readings") if p != path), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in others[FILES - 1 :]:
        old.unlink(missing_ok=True)
