"""The lock of a workspace: when the ledger is a file, only one command at a time writes.

The workspace may be on a network share, where SQLite's own locks cannot be trusted. The lock is a file that names its holder; it is
created whole or not at all, and everybody who sees the workspace sees it. The lock of a dead process of this computer is replaced;
whether a process of another computer is dead cannot be known here, so that a person must break its lock.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from styrxl.model.errors import StyrxlError
from styrxl.store.files import create_atomically, find_host_name, is_process_alive, remove_leftovers
from styrxl.store.workspace import Workspace

NAME = "styrxl.lock"
PATIENCE = 30.0  # seconds to wait for somebody else's command
_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class LockHolder:
    """The process that holds the lock of a workspace; ``started`` tells it from a later process with the same number, where known."""

    user: str
    host: str
    pid: int
    command: str
    since: datetime
    started: str = ""
    token: str = ""

    def to_json(self) -> bytes:
        """Return what stands in the lock file."""
        return (json.dumps(asdict(self) | {"since": self.since.isoformat()}, indent=1) + "\n").encode("ascii")

    @classmethod
    def from_json(cls, content: bytes) -> LockHolder:
        """Return the holder that a lock file names; ValueError when it names none."""
        try:
            raw = json.loads(content.decode("utf-8"))
            since = datetime.fromisoformat(raw["since"])
            return cls(
                str(raw["user"]), str(raw["host"]), int(raw["pid"]), str(raw["command"]), since, str(raw["started"]), str(raw["token"])
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("no lock of ours") from error


UNREADABLE_HOLDER = LockHolder("?", "?", 0, "?", datetime.fromtimestamp(0, UTC))  # of a lock that cannot be read


def find_user_name() -> str:
    """Return the user's name: ``STYRXL_USER``, else the one that the operating system has."""
    if name := os.environ.get("STYRXL_USER", "").strip():
        return name
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user here, as in some containers
        return "?"


def this_process(command: str, user: str, now: datetime) -> LockHolder:
    """Return the holder that stands for this process."""
    return LockHolder(user, find_host_name(), os.getpid(), command, now, _read_start(os.getpid()), secrets.token_hex(8))


@contextmanager
def lock_for_writing(workspace: Workspace, command: str, user: str, now: datetime, waiting: Callable[[LockHolder], None]) -> Iterator[None]:
    """Hold the lock of a workspace whose ledger is a file, and remove the temporary files that killed commands left.

    Raises as ``hold_lock``.
    """
    with ExitStack() as stack:
        if workspace.has_ledger_file:
            stack.enter_context(hold_lock(workspace.root, this_process(command, user, now), waiting=waiting))
        remove_leftovers(workspace.folders(), now.timestamp())
        yield


@contextmanager
def hold_lock(
    root: Path, holder: LockHolder, patience: float | None = None, waiting: Callable[[LockHolder], None] = lambda _: None
) -> Iterator[None]:
    """Hold the lock of a workspace within the block; ``waiting`` is called once with the holder that is waited for.

    Raises StyrxlError: workspace-held after ``patience`` seconds; disk-full, not-writable.
    """
    path = root / NAME
    _acquire(path, holder, PATIENCE if patience is None else patience, waiting)
    try:
        yield
    finally:
        _release(path, holder)


def read_holder(root: Path) -> LockHolder | None:
    """Return the holder of the lock, or None; UNREADABLE_HOLDER for a lock that cannot be read."""
    try:
        content = (root / NAME).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StyrxlError("not-readable", path=str(root / NAME), why=error.strerror or str(error)) from error
    try:
        return LockHolder.from_json(content)
    except ValueError:
        return UNREADABLE_HOLDER


def break_lock(root: Path, only: LockHolder | None = None) -> LockHolder | None:
    """Remove the lock, and return its holder; None when there was no lock, or not the one that is meant (``only``).

    Raises StyrxlError: not-writable.
    """
    holder = read_holder(root)
    if holder is None or (only is not None and holder != only):
        return None
    _unlink(root / NAME)
    return holder


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StyrxlError("not-writable", path=str(path), why=error.strerror or str(error)) from error


def is_running(holder: LockHolder) -> bool:
    """Whether the holder is a process of this computer that still runs."""
    return holder.host == find_host_name() and not is_dead(holder)


def is_dead(holder: LockHolder) -> bool:
    """Whether the holder is a process of this computer that no longer runs."""
    if holder.host != find_host_name() or holder.pid <= 0:
        return False
    return not is_process_alive(holder.pid) or (holder.started != "" and holder.started != _read_start(holder.pid))


def _acquire(path: Path, holder: LockHolder, patience: float, waiting: Callable[[LockHolder], None]) -> None:
    last = time.monotonic() + patience
    announced = False
    while not create_atomically(path, holder.to_json()):
        other = read_holder(path.parent)
        if other is None:
            continue  # released in the meantime
        if is_dead(other):
            _remove_if_dead(path)
            continue
        if patience and not announced and other is not UNREADABLE_HOLDER:  # an unreadable lock is perhaps just being written
            waiting(other)
            announced = True
        if time.monotonic() >= last:
            raise StyrxlError(
                "workspace-held", user=other.user, host=other.host, pid=other.pid, command=other.command, since=_format_since(other)
            )
        time.sleep(_PAUSE)


def _remove_if_dead(path: Path) -> None:
    """Remove the lock of a dead process. Of several that find it at once none may remove the lock that another has just created."""
    with _keep_others_out(path.parent):
        holder = read_holder(path.parent)
        if holder is not None and is_dead(holder):
            _unlink(path)


@contextmanager
def _keep_others_out(folder: Path) -> Iterator[None]:
    """Keep other processes of this computer out of the block, where the system can lock a folder."""
    if sys.platform == "win32":
        yield
        return
    import fcntl  # noqa: PLC0415 - Windows has none

    with ExitStack() as stack:
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, descriptor)  # which also releases the lock
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def _release(path: Path, holder: LockHolder) -> None:
    other = read_holder(path.parent)
    if other is not None and other.token == holder.token:  # else it was broken, and may have another holder by now
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _read_start(pid: int) -> str:
    """Return when a process began, in the kernel's own count; '' where that is not known."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _format_since(holder: LockHolder) -> str:
    return f"{holder.since.astimezone():%Y-%m-%d %H:%M}"
