"""The way back from a backup: into a folder of its own, every file checked first; and with nothing but styrxl."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from styrxl.care.backup_file import BackupFile, KeptFile
from styrxl.model.errors import StyrxlError
from styrxl.model.naming.file_names import make_portable, make_unique
from styrxl.store.database import open_database
from styrxl.store.files import make_folder, make_temporary_path, remove_leftovers, translate_errors
from styrxl.store.ledger_copy import check_ledger_file, copy_rows
from styrxl.store.workspace import Workspace

_SECTION = re.compile(r"(?m)^[ \t]*\[database\][^\n]*$")
_NEXT = re.compile(r"(?m)^[ \t]*\[")
ONLY_PORTABLE: bool = os.name == "nt"  # names are there; elsewhere a file may be called anything
_URL = re.compile(r"(?m)^([ \t]*url[ \t]*=)")


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: how many files, which of them were damaged (and left out), and which the workspace did not have then already.

    ``moved_from``: the database that the ledger came from, where it lies in the folder now. ``renamed``: files that this system cannot
    have under the names that they had: returns are known by their bytes all the same.
    """

    files: int
    damaged: tuple[str, ...]
    absent: tuple[str, ...]
    made_at: str
    moved_from: str | None = None
    renamed: tuple[str, ...] = ()


def restore(archive: Path, target: Path, now: float, *, database: str = "", partly: bool = False) -> Restored:
    """Make a workspace of a backup in a new or empty folder, whole or not at all.

    ``database``: the address of an empty one for the ledger, which else is a file in the folder. ``partly``: leave out files that are
    damaged rather than stop. Raises StyrxlError: workspace-exists, restore-not-empty; backup-unknown, backup-newer, backup-broken;
    ledger-used; not-readable, disk-full, not-writable; as ``open_database``.
    """
    _check_target(target)
    with BackupFile(archive) as backup:
        damaged = backup.find_damaged()
        ledger = backup.manifest.ledger
        needed = any(file is ledger or file.path == "styrxl.toml" for file in damaged)
        if damaged and (needed or not partly):
            raise StyrxlError("backup-broken", path=str(archive), n=len(damaged), names=", ".join(file.path for file in damaged))
        make_folder(target.resolve().parent)
        remove_leftovers([target.resolve().parent], now)
        folder = make_temporary_path(target.resolve())
        try:
            make_folder(folder)
            files = [file for file in backup.manifest.files if file not in damaged]
            placed = {file.path: _put(backup, file, folder) for file in files}
            moved_from = _place_ledger(backup, ledger, folder, database) if ledger else None
            _move(folder, target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        manifest = backup.manifest
    renamed = tuple(f"{old} → {new}" for old, new in placed.items() if old != new)
    return Restored(len(files), tuple(file.path for file in damaged), manifest.absent, manifest.made_at, moved_from, renamed)


def _check_target(target: Path) -> None:
    if (target / "styrxl.toml").exists():
        raise StyrxlError("workspace-exists", path=str(target))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise StyrxlError("restore-not-empty", path=str(target))


def _put(backup: BackupFile, file: KeptFile, folder: Path) -> str:
    """Write a file into the folder, and return its path there: another one where this system cannot have that, or has it already."""
    parts = file.path.split("/")
    path = folder.joinpath(*(map(make_portable, parts) if ONLY_PORTABLE else parts))
    make_folder(path.parent)
    if path.exists():  # another file, whose name differs in what is no difference here
        path = path.with_name(make_unique(path.name, [other.name for other in path.parent.iterdir()]))
    with translate_errors(path):
        backup.copy_to(file, path)
        path.chmod(file.mode)
        os.utime(path, ns=(file.modified, file.modified))  # by which returns count as received
    return path.relative_to(folder).as_posix()


def _place_ledger(backup: BackupFile, ledger: KeptFile, folder: Path, database: str) -> str | None:
    """Put the ledger where the settings say, or else in the folder, and let the settings say so; return where it was said to be."""
    own = folder / "styrxl.db"
    with translate_errors(own):
        backup.copy_to(ledger, own)
    check_ledger_file(own)
    before = Workspace.open(folder)
    said = before.settings.database
    _point_settings_at(before.settings_path, database)
    place = Workspace.open(folder).database
    with_rows = open_database(own)  # brought up to date
    try:
        if database:
            target = open_database(database)
            try:
                copy_rows(with_rows, target)
            finally:
                target.close()
    finally:
        with_rows.close()
    if place != own:  # in a database of its own: it must not lie here as well
        own.unlink()
    return said if said and said != database else None


def _point_settings_at(path: Path, database: str) -> None:
    """Let settings name a database, or none: the one that they name may be in use, by the workspace that the backup was made of."""
    about = path.stat()
    text = path.read_bytes().decode("utf-8-sig")
    named = name_database(text, database)
    if named != text:
        path.write_bytes(named.encode("utf-8"))
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    if (Workspace.open(path.parent).settings.database or "") != database:
        raise StyrxlError("restore-database", path=path.name)


def name_database(text: str, database: str) -> str:
    """Return settings that name a database, or with none: the line that named another is kept as a comment."""
    section = _SECTION.search(text)
    if section:
        end = _NEXT.search(text, section.end())
        body = text[section.end() : end.start() if end else len(text)]
        line = f'\nurl = "{database}"' if database else ""
        return text[: section.end()] + line + _URL.sub(r"# \1", body) + (text[end.start() :] if end else "")
    return text.rstrip("\n") + f'\n\n[database]\nurl = "{database}"\n' if database else text


def _move(folder: Path, target: Path) -> None:
    """Move a finished folder to its place: all of it is there at once."""
    with translate_errors(target):
        if target.exists():
            target.rmdir()
        folder.rename(target)
