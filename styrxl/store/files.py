"""Write files whole: a reader sees the old bytes or the new ones, never half of them. Read them, with their hash."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import socket
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from styrxl.model.errors import StyrxlError
from styrxl.model.naming.file_names import is_reserved
from styrxl.store.processes import is_process_alive

_SYSTEM_FILES = {"desktop.ini", "thumbs.db"}
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".download", ".opdownload")


_AT_ONCE = 16
_FULL = {errno.ENOSPC, errno.EDQUOT}
_PREFIX, _SUFFIX = ".styrxl-", ".tmp"
_A_DAY = 24 * 3600.0


class StagedFiles:
    """Files that are first written under temporary names, and then moved to their paths together.

    An error while they are written (a full disk, a workbook that is open) leaves all paths as they were. At the end of the block the
    files that were not moved are removed.
    """

    def __init__(self) -> None:
        """Begin without files."""
        self._written: dict[Path, Path] = {}

    def __enter__(self) -> Self:
        """Return the staged files."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Remove the files that were not moved to their paths."""
        for temporary in self._written.values():
            temporary.unlink(missing_ok=True)

    def add(self, path: Path, content: bytes | Iterable[bytes], mode: int = 0o666) -> Path:
        """Write a file (in pieces or whole) next to its path, making its folders; return the temporary path. The umask narrows ``mode``.

        Raises StyrxlError: name-reserved where Windows could not have it; file-locked where somebody has the workbook open, disk-full,
        not-writable.
        """
        if is_reserved(path.name):
            raise StyrxlError("name-reserved", path=str(path), name=path.name)
        if (lock := find_office_lock(path)) is not None:
            raise StyrxlError("file-locked", path=str(path), lock=lock.name)
        make_folder(path.parent)
        temporary = make_temporary_path(path)
        self._written[path] = temporary
        with translate_errors(path):
            _write(temporary, content, mode)
        return temporary

    def sync(self) -> None:
        """Wait until all files are safely on the disk, so that the ledger may name them; raises as ``add``."""
        # Many at once: a hundred files take a disk hardly longer than one.
        with ThreadPoolExecutor(min(_AT_ONCE, len(self._written) or 1)) as pool:
            for path, error in zip(self._written, list(pool.map(_sync, self._written.values())), strict=True):
                if error:
                    with translate_errors(path):
                        raise error

    def move_into_place(self) -> None:
        """Move all files to their paths, once they are safely on the disk; raises as ``add``."""
        self.sync()
        for path, temporary in list(self._written.items()):
            with translate_errors(path):
                _replace(temporary, path)
            del self._written[path]


def write_atomically(path: Path, content: bytes | Iterable[bytes], mode: int = 0o666) -> None:
    """Write a file under a temporary name and move it to its path; raises as ``StagedFiles.add``. A device or pipe is written directly."""
    if path.is_char_device() or path.is_fifo():
        with translate_errors(path), path.open("wb") as device:
            device.writelines((content,) if isinstance(content, bytes) else content)
        return
    with StagedFiles() as staged:
        staged.add(path, content, mode)
        staged.move_into_place()


def create_atomically(path: Path, content: bytes | Iterable[bytes], mode: int = 0o666) -> bool:
    """Write a new file, whole or not at all; False where there is one by that name already, which stays. Raises as ``StagedFiles.add``."""
    with StagedFiles() as staged:
        temporary = staged.add(path, content, mode)
        staged.sync()
        try:
            if sys.platform == "win32":
                os.rename(temporary, path)  # noqa: PTH104 - refuses to replace, there; Path.rename says nothing of it
            else:
                os.link(temporary, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            return _create_without_links(path, temporary)
    return True


def _create_without_links(path: Path, temporary: Path) -> bool:
    """Create a file on a file system without links: empty for a moment, and then whole."""
    with translate_errors(path):
        try:
            path.open("xb").close()
        except FileExistsError:
            return False
        temporary.replace(path)
    return True


def make_temporary_path(path: Path) -> Path:
    """Return a name beside a path by which whoever comes later knows whether it is still being written."""
    return path.with_name(f"{_PREFIX}{_hash_host_name()}-{os.getpid()}-{secrets.token_hex(8)}{_SUFFIX}")


def is_temporary(name: str) -> bool:
    """Whether a file or folder is one that is still being written, by its name."""
    return name.startswith(_PREFIX) and name.endswith(_SUFFIX)


def remove_leftovers(folders: Iterable[Path], now: float) -> list[Path]:
    """Remove, and return, the temporary files in folders that killed commands left."""
    return [path for path in find_leftovers(folders, now) if _remove(path)]


def find_leftovers(folders: Iterable[Path], now: float) -> list[Path]:
    """Return the temporary files in folders that killed commands left: of this computer at once, of others after a day."""
    files = [path for folder in folders if folder.is_dir() for path in folder.glob(f"{_PREFIX}*{_SUFFIX}")]
    return [path for path in files if _is_leftover(path, now)]


def _is_leftover(path: Path, now: float) -> bool:
    host_hash, _, rest = path.name.removeprefix(_PREFIX).partition("-")
    pid = rest.partition("-")[0]
    if host_hash == _hash_host_name() and pid.isdecimal() and not is_process_alive(int(pid)):
        return True
    try:  # of another computer, or of a process whose number another one may have by now
        return now - path.stat().st_mtime > _A_DAY
    except OSError:
        return False


def _remove(path: Path) -> bool:
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError:
        return False  # somebody else was quicker, or may
    return True


@cache
def find_host_name() -> str:
    """Return the name of this computer."""
    return socket.gethostname() or "?"


@cache
def _hash_host_name() -> str:
    return hashlib.sha256(find_host_name().encode("utf-8", "surrogateescape")).hexdigest()[:8]


def make_folder(path: Path) -> None:
    """Make a folder and those above it; one that is there already is fine.

    Raises StyrxlError: disk-full, not-writable.
    """
    with translate_errors(path):
        path.mkdir(parents=True, exist_ok=True)


def make_private(path: Path) -> None:
    """Let nobody but its owner read a file or look into a folder, where the system has such rights, it is there and it is ours."""
    with suppress(OSError):
        mode = path.stat().st_mode
        if mode & 0o077:
            path.chmod(mode & 0o700)


def make_private_folder(path: Path) -> None:
    """Make a folder that nobody but its owner may look into; raises as ``make_folder``."""
    make_folder(path)
    make_private(path)


def find_office_lock(path: Path) -> Path | None:
    """Return the lock file of Excel or LibreOffice next to a workbook that somebody has open, or None.

    On Linux and macOS an open workbook can be replaced, and whoever has it open would then save over it.
    """
    if not path.exists():
        return None
    locks = (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#"))
    return next((lock for lock in locks if lock.exists()), None)


def _write(path: Path, content: bytes | Iterable[bytes], mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, mode), "wb") as file:
        file.writelines((content,) if isinstance(content, bytes) else content)


def _sync(path: Path) -> OSError | None:
    try:
        with path.open("r+b") as file:
            os.fsync(file.fileno())
    except OSError as error:
        return error
    return None


def _replace(temporary: Path, path: Path) -> None:
    try:
        temporary.replace(path)
    except PermissionError as error:
        if path.is_dir():
            raise
        # Windows refuses to replace a workbook that is open in Excel.
        raise StyrxlError("file-locked", path=str(path), lock=f"~${path.name}") from error


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Tell in the block's stead what keeps a file from being written; raises StyrxlError: disk-full, not-writable."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StyrxlError("disk-full", path=str(path)) from error
        raise StyrxlError("not-writable", path=str(path), why=error.strerror or str(error)) from error


def read_file(path: Path, most: int) -> tuple[bytes, str, int]:
    """Return a file's bytes, its hash and its size; of one larger than ``most`` only as many bytes as show that it is.

    Raises StyrxlError (not-readable).
    """
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size <= most:  # to ask for all is quicker than to ask for no more than so much
                data = file.read()
                return data, hashlib.sha256(data).hexdigest(), len(data)
            data = file.read(most + 1)
            file.seek(0)
            return data, hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error


def find_kept_name(path: Path, data: bytes, day: str) -> Path:
    """Return where a file's old bytes are kept beside it: under the day, with a number where other bytes lie there."""
    number, kept = 1, path.with_name(f"{path.stem} {day}{path.suffix}")
    while kept.exists() and kept.read_bytes() != data:
        number += 1
        kept = path.with_name(f"{path.stem} {day} ({number}){path.suffix}")
    return kept


def replace_keeping(path: Path, data: bytes, day: str, keep_in: Path | None = None) -> Path | None:
    """Put new bytes in a file's place and keep the old ones beside it, or in a folder; return where, None where none were, or the same.

    Raises StyrxlError: file-locked where somebody has it open, disk-full, not-writable.
    """
    with translate_errors(path):
        old = path.read_bytes() if path.exists() else None
        kept = None if old in {None, data} else find_kept_name((keep_in or path.parent) / path.name, old or b"", day)
    with StagedFiles() as staged:
        if kept and old is not None and not kept.exists():
            staged.add(kept, old)
        staged.add(path, data)
        staged.move_into_place()
    return kept


def is_system_file(name: str) -> bool:
    """Whether a file is no return, by its name: a lock file of Office, a file of the operating system, an unfinished download."""
    return name.startswith(("~$", ".")) or name.lower() in _SYSTEM_FILES or name.lower().endswith(_UNFINISHED)
