"""Writing files whole: a reader sees the old bytes or the new ones, never half of them."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import socket
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from styrxl.model.errors import StyrxlError

_LITTER = {"desktop.ini", "thumbs.db"}
_UNFINISHED = (".tmp", ".part", ".crdownload")


_AT_ONCE = 16
_FULL = {errno.ENOSPC, errno.EDQUOT}
_PREFIX, _SUFFIX = ".styrxl-", ".tmp"
_A_DAY = 24 * 3600.0
_QUERY, _DENIED, _STILL_ACTIVE = 0x1000, 5, 259  # Windows' own numbers


class Stage:
    """Files that are written beside their places, and then put there together; at the end of the block the rest is thrown away.

    Whatever goes wrong while they are written (a full disk, a workbook that is open) leaves all places as they were.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._written: dict[Path, Path] = {}

    def __enter__(self) -> Self:
        """Return the stage."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Throw away what was not put in its place."""
        for temporary in self._written.values():
            temporary.unlink(missing_ok=True)

    def add(self, path: Path, content: bytes | Iterable[bytes], mode: int = 0o666) -> Path:
        """Write a file (in pieces or whole) beside its place, making its folders, and return where; ``mode`` is narrowed by the umask.

        Raises StyrxlError: file-locked where somebody has the workbook open, disk-full, not-writable.
        """
        if (lock := open_elsewhere(path)) is not None:
            raise StyrxlError("file-locked", path=str(path), lock=lock.name)
        make_folder(path.parent)
        temporary = path.with_name(f"{_PREFIX}{_host_mark()}-{os.getpid()}-{secrets.token_hex(8)}{_SUFFIX}")
        self._written[path] = temporary
        with _trouble(path):
            _write(temporary, content, mode)
        return temporary

    def settle(self) -> None:
        """See to it that all files are safely on the disk, before anybody is told of them; raises as ``add``."""
        # Many at once: a disk takes hardly longer over a hundred files than over one.
        with ThreadPoolExecutor(min(_AT_ONCE, len(self._written) or 1)) as pool:
            for path, trouble in zip(self._written, list(pool.map(_synced, self._written.values())), strict=True):
                if trouble:
                    with _trouble(path):
                        raise trouble

    def put(self) -> None:
        """Put the files in their places, once all of them are safely on the disk; raises as ``add``."""
        self.settle()
        for path, temporary in list(self._written.items()):
            with _trouble(path):
                _replace(temporary, path)
            del self._written[path]


def write_atomically(path: Path, content: bytes | Iterable[bytes], mode: int = 0o666) -> None:
    """Write a file by way of a temporary one beside it; raises as ``Stage.add``. A device or a pipe is written to where it is."""
    if path.is_char_device() or path.is_fifo():
        with _trouble(path), path.open("wb") as device:
            device.writelines((content,) if isinstance(content, bytes) else content)
        return
    with Stage() as stage:
        stage.add(path, content, mode)
        stage.put()


def sweep(folders: Iterable[Path], now: float) -> list[Path]:
    """Remove what killed writes left behind in folders, and return it: of dead processes of this computer, of others after a day."""
    found = [path for folder in folders if folder.is_dir() for path in folder.glob(f"{_PREFIX}*{_SUFFIX}")]
    return [path for path in found if _is_left(path, now) and _removed(path)]


def _is_left(path: Path, now: float) -> bool:
    of_host, _, rest = path.name.removeprefix(_PREFIX).partition("-")
    pid = rest.partition("-")[0]
    if of_host == _host_mark() and pid.isdecimal():
        return not alive(int(pid))
    try:
        return now - path.stat().st_mtime > _A_DAY
    except OSError:
        return False


def _removed(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False  # somebody else was quicker, or may
    return True


@cache
def host() -> str:
    """Name of this computer."""
    return socket.gethostname() or "?"


@cache
def _host_mark() -> str:
    return hashlib.sha256(host().encode("utf-8", "surrogateescape")).hexdigest()[:8]


def alive(pid: int) -> bool:
    """Whether there is a process with this number on this computer."""
    if sys.platform == "win32":
        return _alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True


def _alive_on_windows(pid: int) -> bool:
    # os.kill would end the process there.
    import ctypes  # noqa: PLC0415 - for Windows only

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]  # Windows has it
    handle = kernel.OpenProcess(_QUERY, False, pid)
    if not handle:
        return bool(kernel.GetLastError() == _DENIED)
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == _STILL_ACTIVE


def make_folder(path: Path) -> None:
    """Make a folder and those above it; one that is there already is fine.

    Raises StyrxlError: disk-full, not-writable.
    """
    with _trouble(path):
        path.mkdir(parents=True, exist_ok=True)


def open_elsewhere(path: Path) -> Path | None:
    """Return the lock file that Excel or LibreOffice keeps beside a workbook that somebody has open, if there is one.

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


def _synced(path: Path) -> OSError | None:
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
def _trouble(path: Path) -> Iterator[None]:
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


def is_litter(name: str) -> bool:
    """Whether a file of that name is no return: Office's lock files, what systems leave behind, downloads that were not finished."""
    return name.startswith(("~$", ".")) or name.lower() in _LITTER or name.lower().endswith(_UNFINISHED)
