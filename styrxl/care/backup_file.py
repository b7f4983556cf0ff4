"""A backup as one file: a zip of the workspace's files and its ledger, and a list of them with their hashes.

Any program opens it. ``manifest.json`` names each file with its path in the workspace, its member in the zip, size, SHA-256, date and
rights; the ledger is an SQLite file, whatever database it came from.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Self

from styrxl.model.errors import StyrxlError

FORMAT = 1
MANIFEST = "manifest.json"
LEDGER = "ledger/styrxl.db"
FOLDER = "workspace"
_PIECE = 1 << 20
_LARGEST_MANIFEST = 1 << 28  # bytes: some 250 a file
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file in a backup: where it belongs in the workspace (``path``, with ``/``), and what it was; ``modified``: in nanoseconds."""

    path: str
    member: str
    size: int
    sha256: str
    modified: int
    mode: int = 0o600


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds; ``ledger`` is None where there was none yet. ``absent``: files that the ledger named and nobody had."""

    program: str
    made_at: str
    municipality: str
    files: tuple[KeptFile, ...]
    ledger: KeptFile | None
    absent: tuple[str, ...] = ()

    @property
    def members(self) -> tuple[KeptFile, ...]:
        """The files and the ledger."""
        return (*self.files, *([self.ledger] if self.ledger else []))

    def to_json(self) -> bytes:
        """Return what stands in the backup; ASCII, so that names of any bytes are kept."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1).encode("ascii")


class _Pipe:
    """Takes what a zip is written to, and hands it on in pieces: backups are larger than memory."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: all is handed on by ``take``."""

    def take(self) -> list[bytes]:
        parts, self._parts = self._parts, []
        return parts


Kept = tuple[KeptFile, bytes]


def write_backup(kept: Iterator[Kept], make_manifest: Callable[[list[KeptFile]], Manifest]) -> Iterator[bytes]:
    """Yield a backup's bytes; ``kept``: its files with their content, one at a time, of which ``make_manifest`` makes the list."""
    pipe, files = _Pipe(), []
    # typeshed asks for a file that seeks; zipfile writes to a pipe as well.
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:  # type: ignore[call-overload]
        for file, data in kept:
            files.append(file)
            archive.writestr(file.member, data)
            yield from pipe.take()
        archive.writestr(MANIFEST, make_manifest(files).to_json())
    yield from pipe.take()


def name_member(path: str, known: set[str]) -> str:
    """Return under which name a file lies in the zip: its own, where every program can read that, and each once."""
    plain = f"{FOLDER}/{path.encode('utf-8', 'replace').decode('utf-8')}"
    name, number = plain, 1
    while name in known:
        number += 1
        name = f"{plain} ({number})"
    return name


def hash_bytes(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


class BackupFile:
    """A backup opened to be read."""

    def __init__(self, path: Path) -> None:
        """Open it; raises StyrxlError: not-readable, backup-unknown where it is none of ours, backup-newer."""
        self.path = path
        try:
            self._archive = zipfile.ZipFile(path)
            self.manifest = self._read_manifest()
        except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
            raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error
        except (*_BROKEN, KeyError, TypeError) as error:
            raise StyrxlError("backup-unknown", path=str(path), why=str(error) or type(error).__name__) from error

    def __enter__(self) -> Self:
        """Return it, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._archive.close()

    def _read_manifest(self) -> Manifest:
        raw = json.loads(self._read_member(MANIFEST, _LARGEST_MANIFEST))
        if raw["format"] > FORMAT:
            raise StyrxlError("backup-newer", path=str(self.path), program=raw.get("program", "?"))
        files = tuple(_make_file(file) for file in raw["files"])
        ledger = _make_file(raw["ledger"]) if raw["ledger"] else None
        return Manifest(raw["program"], raw["made_at"], raw["municipality"], files, ledger, tuple(raw["absent"]))

    def _read_member(self, name: str, most: int) -> bytes:
        with self._archive.open(name) as member:
            return member.read(most)

    def find_damaged(self) -> list[KeptFile]:
        """Return the files that are not there, or not as they were; every byte is read."""
        return [file for file in self.manifest.members if not self._is_whole(file)]

    def _is_whole(self, file: KeptFile) -> bool:
        try:
            with self._archive.open(file.member) as member:
                digest, size = _digest(member, file.size)
        except (*_BROKEN, KeyError, Exception):  # noqa: BLE001 -- zlib's own errors and whatever else a damaged zip gives
            return False
        return (digest, size) == (file.sha256, file.size)

    def copy_to(self, file: KeptFile, to: Path) -> None:
        """Write a file that is whole to a path; raises OSError."""
        with self._archive.open(file.member) as member, to.open("wb") as out:
            while piece := member.read(_PIECE):
                out.write(piece)


def _make_file(raw: dict[str, Any]) -> KeptFile:
    """Return a file of the list; ValueError for one that would lie outside its folder."""
    file = KeptFile(
        str(raw["path"]), str(raw["member"]), int(raw["size"]), str(raw["sha256"]), int(raw["modified"]), int(raw["mode"]) & 0o777
    )
    parts = PurePosixPath(file.path).parts
    if not parts or file.path.startswith("/") or ".." in parts or "\0" in file.path:  # what else Windows would misread is renamed there
        raise ValueError(file.path)
    return file


def _digest(member: IO[bytes], size: int) -> tuple[str, int]:
    """Return the hash and size of what is read, but of no more than a piece beyond the size that it should have."""
    digest, read = hashlib.sha256(), 0
    while read <= size and (piece := member.read(_PIECE)):
        digest.update(piece)
        read += len(piece)
    return digest.hexdigest(), read
