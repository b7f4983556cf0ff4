"""A backup: all of a workspace, as it is at one moment, in one file that is checked before it is there."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from styrxl import __version__
from styrxl.care.backup_file import LEDGER, BackupFile, Kept, KeptFile, Manifest, hash_bytes, name_member, write_backup
from styrxl.model.days import stamp_moment
from styrxl.model.errors import StyrxlError
from styrxl.rounds.opening.open_workspace import Writer, open_ledger
from styrxl.store.backup_note import BackupNote, keep_backup_note
from styrxl.store.database import RECEIPTS
from styrxl.store.files import StagedFiles, is_temporary, remove_leftovers
from styrxl.store.ledger import Ledger
from styrxl.store.ledger_copy import copy_ledger
from styrxl.store.lock import NAME as LOCK_NAME
from styrxl.store.workspace import CACHE_FOLDER, Workspace

_BESIDE = ("", "-journal", "-wal", "-shm")  # what SQLite keeps beside a ledger
_PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made: where, of how many files and bytes.

    ``absent``: files that the ledger names and that are not in the workspace. ``left_out``: what is no file of the workspace's own
    (a link to a folder, a pipe), or was removed while it was to be read.
    """

    path: Path
    files: int
    size: int
    absent: tuple[str, ...]
    left_out: tuple[str, ...]


def back_up(workspace: Workspace, to: Path, writer: Writer, now: datetime) -> Backup:
    """Write a backup of a workspace to a file, or into a folder under a name with the day and time; commands that write wait for it.

    Raises StyrxlError: backup-inside, backup-in-the-way; workspace-held; as ``Ledger.open``; not-readable; disk-full, not-writable.
    """
    path = _choose_path(workspace, to, now)
    left_out: list[str] = []
    remove_leftovers([path.parent], now.timestamp())  # of a backup that was killed
    with open_ledger(workspace, writer) as ledger, StagedFiles() as staged:
        made: list[Manifest] = []

        def make_manifest(files: list[KeptFile]) -> Manifest:
            ledger_file = next(file for file in files if file.member == LEDGER)
            rest = tuple(file for file in files if file is not ledger_file)
            absent = find_absent(workspace, ledger, rest)
            made.append(Manifest(__version__, now.isoformat(), workspace.settings.municipality, rest, ledger_file, absent))
            return made[-1]

        temporary = staged.add(path, write_backup(_read_all(workspace, ledger, left_out.append), make_manifest), mode=_PRIVATE)
        staged.sync()
        _check(temporary, path)
        size = temporary.stat().st_size
        staged.move_into_place()
        keep_backup_note(workspace.root, BackupNote(now, path.absolute()))
    return Backup(path, len(made[-1].files), size, made[-1].absent, tuple(left_out))


def _choose_path(workspace: Workspace, to: Path, now: datetime) -> Path:
    path = to / f"styrxl-{workspace.root.resolve().name}-{stamp_moment(now, workspace.settings.zone)}.zip" if to.is_dir() else to
    if path.resolve().is_relative_to(workspace.root.resolve()):
        raise StyrxlError("backup-inside", path=str(path))
    if path.exists():
        raise StyrxlError("backup-in-the-way", path=str(path))
    return path


def _check(temporary: Path, path: Path) -> None:
    """Read back what was written; raises StyrxlError (backup-broken)."""
    with BackupFile(temporary) as backup:
        damaged = backup.find_damaged()
    if damaged:
        raise StyrxlError("backup-broken", path=str(path), n=len(damaged), names=", ".join(file.path for file in damaged))


def _read_all(workspace: Workspace, ledger: Ledger, leave_out: Callable[[str], None]) -> Iterator[Kept]:
    """Yield the files of a workspace with their content, and the ledger last: what it names was read before."""
    known: set[str] = set()
    for path in list_files(workspace, leave_out):
        name = path.relative_to(workspace.root).as_posix()
        member = name_member(name, known)
        known.add(member)
        kept = _read(path, name, member)
        if kept:
            yield kept
        else:
            leave_out(name)
    with tempfile.TemporaryDirectory(prefix="styrxl-") as folder:
        copy = Path(folder) / "styrxl.db"
        copy_ledger(ledger.database, copy)
        data = copy.read_bytes()
    yield KeptFile("styrxl.db", LEDGER, len(data), hash_bytes(data), 0, _PRIVATE), data


def _read(path: Path, name: str, member: str) -> Kept | None:
    """Return a file as it is now; None where it was removed meanwhile. Raises StyrxlError (not-readable)."""
    try:
        about = path.stat()
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error
    return KeptFile(name, member, len(data), hash_bytes(data), about.st_mtime_ns, stat.S_IMODE(about.st_mode) & 0o777), data


def list_files(workspace: Workspace, leave_out: Callable[[str], None] = lambda _: None) -> Iterator[Path]:
    """Yield the files of a workspace that a backup holds: not the cache, the lock, the ledger, or what is still being written."""
    database = workspace.database
    own = {f"{database}{end}" for end in _BESIDE} if isinstance(database, Path) else set()
    for folder, folders, names in os.walk(workspace.root):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not (here == workspace.root and name == CACHE_FOLDER) and not is_temporary(name))
        for link in [name for name in folders if (here / name).is_symlink()]:
            leave_out((here / link).relative_to(workspace.root).as_posix())
        for name in sorted(names):
            path = here / name
            if is_temporary(name) or (here == workspace.root and name == LOCK_NAME) or str(path) in own:
                continue
            if path.is_file():
                yield path
            else:
                leave_out(path.relative_to(workspace.root).as_posix())


def find_absent(workspace: Workspace, ledger: Ledger, files: tuple[KeptFile, ...]) -> tuple[str, ...]:
    """Return the returns that the ledger names last under their paths, and of which there is neither the name nor the bytes."""
    names = {workspace.shown(workspace.root / file.path) for file in files}
    hashes = {file.sha256 for file in files}
    with ledger.database.reading() as connection:
        rows = connection.execute(sa.select(RECEIPTS.c.path, RECEIPTS.c.sha256)).all()
    there = {row.path for row in rows if row.path in names or row.sha256 in hashes or "://" in row.path}
    return tuple(sorted({row.path for row in rows} - there))
