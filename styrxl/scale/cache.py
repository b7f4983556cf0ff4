"""The cache of readings, in ``.styrxl-cache/``: by a file's content, and valid for one program, set of forms and schemas only.

It may be deleted at any time. Its size is bounded, and it is read as data that may be damaged or forged: what does not fit is read anew.
Readings are packed together in bundles (``pack``); a bundle is packed anew when too many of its files are no longer in the inbox.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from styrxl.model.errors import StyrxlError
from styrxl.model.form_files import Forms
from styrxl.model.limits import Limits
from styrxl.returns.read import Reading
from styrxl.scale.cache_key import make_cache_key
from styrxl.scale.pack import BUNDLE_SIZE, BrokenReadingsError, pack_readings, unpack_readings
from styrxl.store.files import make_private_folder, write_atomically
from styrxl.store.workspace import CACHE_FOLDER

LARGEST_FILE = 256_000_000  # bytes of one cache file
FILES_KEPT = 8  # cache files in a workspace: one a round
SMALL_BUNDLE = 40  # readings: smaller bundles are put together
_DEAD_PART = 4  # a bundle is packed anew when more than one in four of its readings is no longer wanted
_MAGIC = b"styrxl readings\n"


@dataclass(frozen=True, slots=True)
class _Bundle:
    """Readings that are packed together: where in the cache file, and the hashes of their return files ("" for one no longer wanted)."""

    start: int
    length: int
    contents: tuple[str, ...]
    new: bool = False  # in the temporary file, not in the cache file


class Cache:
    """The cached readings of one folder of returns; all of them, the new ones too, stay on the disk until they are asked for."""

    def __init__(self, path: Path, key: str, forms: Forms) -> None:
        """Look up what is kept in a file under a key (``cache_key.make_cache_key``); under another key, or damaged, it holds nothing."""
        self._path = path
        self._key = key
        self._forms = forms
        self._bundles: list[_Bundle] = []
        self._positions: dict[str, tuple[int, int]] = {}  # file's hash -> number of its bundle, and place in the bundle
        self._unpacked: dict[int, dict[int, Reading]] = {}  # bundle -> its readings that will still be asked for
        self._expected: frozenset[str] = frozenset()
        self._waiting: dict[str, Reading] = {}  # new readings, not packed yet
        self._new_bundles: IO[bytes] | None = None
        self._state: tuple[int, ...] = ()  # of the cache file when its index was read
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            if path.stat().st_size <= 2 * LARGEST_FILE:
                with path.open("rb") as file:
                    self._state = _file_state(file)
                    for bundle in _read_head(file, key):
                        self._add_bundle(bundle)
        self._stored = frozenset(self._positions)

    def __contains__(self, sha256: str) -> bool:
        """Whether there is a reading of a file's content, if it is not damaged."""
        return sha256 in self._positions or sha256 in self._waiting

    def __len__(self) -> int:
        """Count the readings."""
        return len(self._positions.keys() | self._waiting.keys())

    def expect(self, wanted: Iterable[str]) -> None:
        """Say which files will be asked for, once each: readings of the same bundle are kept in memory until then, and no longer."""
        self._expected = frozenset(wanted)

    def get(self, sha256: str) -> Reading | None:
        """Return the reading of a file's content, or None."""
        if sha256 in self._waiting:
            return self._waiting[sha256]
        if sha256 not in self._positions:
            return None
        number, place = self._positions[sha256]
        if place not in self._unpacked.get(number, ()) and not self._unpack_expected(number, place):
            return None
        reading = self._unpacked[number].pop(place)
        if not self._unpacked[number]:
            del self._unpacked[number]
        return reading

    def add(self, sha256: str, reading: Reading) -> None:
        """Add a reading."""
        self._waiting[sha256] = reading
        if len(self._waiting) >= BUNDLE_SIZE:
            self._pack()

    def add_packed(self, contents: Sequence[str], data: bytes) -> None:
        """Add the readings of some files, packed as by ``pack_readings``; when the disk is full they are left out."""
        if not contents:
            return
        with suppress(OSError):
            if self._new_bundles is None:
                self._new_bundles = TemporaryFile()  # noqa: SIM115 -- closed by ``close``
            at = self._new_bundles.seek(0, os.SEEK_END)
            self._new_bundles.write(data)
            self._add_bundle(_Bundle(at, len(data), tuple(contents), new=True))

    def save(self, wanted: Iterable[str]) -> None:
        """Write the readings of these files to the cache file, if it changes, and close; without an error when the disk is full."""
        self._pack()
        chosen = frozenset(wanted) & self._positions.keys()
        if chosen != self._stored:
            # Without a cache the next command takes as long as this one, and that is all.
            with suppress(StyrxlError, OSError, BrokenReadingsError):
                self._repack(chosen)
                bundles = self._choose_fitting(chosen)
                make_private_folder(self._path.parent)
                write_atomically(self._path, chain(_write_head(bundles, self._key), map(self._read_bytes, bundles)), mode=0o600)
                _remove_oldest(self._path)
        self.close()

    def close(self) -> None:
        """Forget all readings, and throw away the new ones that were not saved."""
        self._positions.clear()
        self._unpacked.clear()
        self._waiting.clear()
        if self._new_bundles is not None:
            self._new_bundles.close()
            self._new_bundles = None

    def _add_bundle(self, bundle: _Bundle) -> None:
        self._positions |= {sha256: (len(self._bundles), place) for place, sha256 in enumerate(bundle.contents) if sha256}
        self._bundles.append(bundle)

    def _pack(self) -> None:
        contents, readings = list(self._waiting), list(self._waiting.values())
        self._waiting.clear()
        self.add_packed(contents, pack_readings(readings))

    def _unpack_expected(self, number: int, place: int) -> bool:
        """Unpack those readings of a bundle that are expected, and the one at ``place``; False for a damaged bundle, which is forgotten."""
        readings = self._unpack(number)
        if readings is None:
            return False
        bundle = enumerate(self._bundles[number].contents)
        wanted = [n for n, sha256 in bundle if n == place or (sha256 in self._expected and self._positions.get(sha256) == (number, n))]
        self._unpacked[number] = {n: readings[n] for n in wanted}
        return True

    def _unpack(self, number: int) -> list[Reading] | None:
        bundle = self._bundles[number]
        try:
            readings = unpack_readings(self._read_bytes(bundle), self._forms)
            if len(readings) == len(bundle.contents):
                return readings
        except (BrokenReadingsError, OSError):
            pass
        for place in self._find_live(number, frozenset(bundle.contents)):
            del self._positions[bundle.contents[place]]
        self._stored -= set(bundle.contents)
        return None

    def _repack(self, chosen: frozenset[str]) -> None:
        """Pack small bundles together, and pack those anew of which too many readings are no longer wanted.

        Where as many files are new as are gone, returns were replaced: packing all bundles that they were in would take too long. Where
        more are gone, somebody has removed returns, and nothing of them may stay.
        """
        fresh, gone = len(chosen - self._stored), len(self._stored - chosen)
        live = {number: places for number in range(len(self._bundles)) if (places := self._find_live(number, chosen))}
        few = [number for number, places in live.items() if len(places) < SMALL_BUNDLE]
        for number, places in live.items():
            contents = self._bundles[number].contents
            dead = len(contents) - len(places)
            if dead * _DEAD_PART > len(contents) or (dead and gone > fresh) or (number in few and len(few) > 1):
                readings = self._unpack(number) or []
                for place in places if readings else ():
                    self.add(contents[place], readings[place])
        self._pack()

    def _find_live(self, number: int, chosen: frozenset[str]) -> list[int]:
        """Return the places of a bundle's readings that are wanted and not in another bundle as well."""
        contents = enumerate(self._bundles[number].contents)
        return [place for place, sha256 in contents if sha256 in chosen and self._positions.get(sha256) == (number, place)]

    def _choose_fitting(self, chosen: frozenset[str]) -> list[_Bundle]:
        """Return the bundles that hold some of these, as many as fit into a cache file."""
        chosen_bundles, size = [], 0
        for number, bundle in enumerate(self._bundles):
            live = frozenset(self._find_live(number, chosen))
            if live and size + bundle.length <= LARGEST_FILE:
                size += bundle.length
                chosen_bundles.append(
                    replace(bundle, contents=tuple(sha256 if place in live else "" for place, sha256 in enumerate(bundle.contents)))
                )
        return chosen_bundles

    def _read_bytes(self, bundle: _Bundle) -> bytes:
        if bundle.new:
            assert self._new_bundles is not None
            self._new_bundles.seek(bundle.start)
            return self._new_bundles.read(bundle.length)
        with self._path.open("rb") as file:
            if _file_state(file) != self._state:
                raise BrokenReadingsError("the cache file was replaced")
            file.seek(bundle.start)
            return file.read(bundle.length)


def open_cache(root: Path, name: str, forms: Forms, limits: Limits) -> Cache:
    """Return the cache of a folder of returns; ``name`` tells the folder from others of the workspace."""
    name_hash = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return Cache(root / CACHE_FOLDER / f"{name_hash}.readings", make_cache_key(forms, limits), forms)


def _file_state(file: IO[bytes]) -> tuple[int, ...]:
    """Return inode, time of change and size, which tell a file from one that replaces it."""
    status = os.fstat(file.fileno())
    return status.st_ino, status.st_mtime_ns, status.st_size


def _write_head(bundles: Sequence[_Bundle], key: str) -> tuple[bytes, bytes, bytes]:
    index = json.dumps({"key": key, "bundles": [[bundle.length, bundle.contents] for bundle in bundles]}, separators=(",", ":")).encode(
        "ascii"
    )
    return _MAGIC, len(index).to_bytes(8, "big"), index


def _read_head(file: IO[bytes], key: str) -> list[_Bundle]:
    if file.read(len(_MAGIC)) != _MAGIC:
        return []
    size = int.from_bytes(file.read(8), "big")
    index = json.loads(file.read(min(size, LARGEST_FILE)))
    if index["key"] != key:
        return []
    starts = accumulate((length for length, _ in index["bundles"]), initial=len(_MAGIC) + 8 + size)
    return [_Bundle(start, length, tuple(contents)) for (length, contents), start in zip(index["bundles"], starts, strict=False)]


def _remove_oldest(path: Path) -> None:
    """Remove the oldest cache files, so that with the one just written ``FILES_KEPT`` remain."""
    others = sorted((p for p in path.parent.glob("*.readings") if p != path), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in others[FILES_KEPT - 1 :]:
        old.unlink(missing_ok=True)
