"""The lock of a workspace: when the ledger is a file, only one command at a time writes.

The workspace may be on a network share, where SQLite's own locks cannot be trusted. The lock is a file that names its holder; it is
created whole or not at all, and everybody who sees the workspace sees it. The lock of a dead process of this computer is replaced,
also when its number has gone to another process since; whether a process of another computer is dead cannot be known here, so that a
person must break its lock.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TypeVar

from styrxl.model.days import format_moment, standard_zone
from styrxl.model.errors import StyrxlError
from styrxl.store.files import create_atomically, find_host_name, remove_leftovers
from styrxl.store.processes import is_process_alive, read_process_start
from styrxl.store.workspace import Workspace

NAME = "styrxl.lock"
PATIENCE = 30.0  # seconds to wait for somebody else's command
_PAUSE = 0.05
_T = TypeVar("_T")
_TRIES = 20
_TURN = ".styrxl-turn.tmp"  # whose turn it is to remove a dead one's lock


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
    return LockHolder(user, find_host_name(), os.getpid(), command, now, read_process_start(os.getpid()), secrets.token_hex(8))


@contextmanager
def lock_for_writing(workspace: Workspace, command: str, user: str, now: datetime, waiting: Callable[[LockHolder], None]) -> Iterator[None]:
    """Hold the lock of a workspace whose ledger is a file, and remove the temporary files that killed commands left.

    Raises as ``hold_lock``.
    """
    with ExitStack() as stack:
        if workspace.has_ledger_file:
            zone = workspace.settings.zone
            stack.enter_context(hold_lock(workspace.root, this_process(command, user, now), waiting=waiting, zone=zone))
        remove_leftovers(workspace.folders(), now.timestamp())
        yield


@contextmanager
def hold_lock(
    root: Path,
    holder: LockHolder,
    patience: float | None = None,
    waiting: Callable[[LockHolder], None] = lambda _: None,
    zone: tzinfo | None = None,
) -> Iterator[None]:
    """Hold the lock of a workspace within the block; ``waiting`` is called once with the holder that is waited for.

    ``zone``: in which it is told since when somebody has it, the usual one if nothing is said.

    Raises StyrxlError: workspace-held or lock-unreadable after ``patience`` seconds; disk-full, not-writable.
    """
    path = root / NAME
    _acquire(path, holder, PATIENCE if patience is None else patience, waiting, zone or standard_zone())
    try:
        yield
    finally:
        _release(path, holder)


def read_holder(root: Path) -> LockHolder | None:
    """Return the holder of the lock, or None; UNREADABLE_HOLDER for a lock that cannot be read."""
    return _read(root / NAME)


def break_lock(root: Path, only: LockHolder | None = None) -> LockHolder | None:
    """Remove the lock, and return its holder; None when there was no lock, or not the one that is meant (``only``).

    Raises StyrxlError: not-writable.
    """
    holder = read_holder(root)
    if holder is None or (only is not None and holder != only):
        return None
    _unlink(root / NAME)
    _unlink(root / _TURN)
    return holder


def is_elsewhere(holder: LockHolder) -> bool:
    """Whether the holder is a process of another computer, of which nobody can say here whether it still runs."""
    return holder.host != find_host_name()


def is_running(holder: LockHolder) -> bool:
    """Whether the holder is a process of this computer that still runs."""
    return not is_elsewhere(holder) and not is_dead(holder)


def is_dead(holder: LockHolder) -> bool:
    """Whether the holder is a process of this computer that no longer runs."""
    return not is_elsewhere(holder) and holder.pid > 0 and not is_process_alive(holder.pid, holder.started)


def _acquire(path: Path, holder: LockHolder, patience: float, waiting: Callable[[LockHolder], None], zone: tzinfo) -> None:
    last = time.monotonic() + patience
    announced = False
    while not create_atomically(path, holder.to_json()):
        other = _read(path)
        if other is None:
            continue  # released in the meantime
        dead = is_dead(other)
        if dead and _remove_if_dead(path, holder):
            continue
        if patience and not announced and not dead and other is not UNREADABLE_HOLDER:  # which is perhaps just being written
            waiting(other)
            announced = True
        if time.monotonic() >= last:
            raise _tell_held(path, other, zone)
        time.sleep(_PAUSE)


def _tell_held(path: Path, other: LockHolder, zone: tzinfo) -> StyrxlError:
    if other is UNREADABLE_HOLDER:
        return StyrxlError("lock-unreadable", path=str(path))
    since = format_moment(other.since, zone)
    return StyrxlError("workspace-held", user=other.user, host=other.host, pid=other.pid, command=other.command, since=since)


def _remove_if_dead(path: Path, holder: LockHolder) -> bool:
    """Remove the lock of a dead process, and say whether anybody else may have it now.

    Of several that find it at once none may remove the lock that another has just created: they take turns, by a file of its own, and
    look again. That holds on every system and every share, as the lock itself.
    """
    turn = path.with_name(_TURN)
    if not create_atomically(turn, holder.to_json()):
        other = _read(turn)
        if other is not None and is_dead(other):
            _unlink(turn)
        return False
    try:
        found = _read(path)
        if found is not None and is_dead(found):
            _unlink(path)
    finally:
        _unlink(turn)
    return True


def _release(path: Path, holder: LockHolder) -> None:
    with contextlib.suppress(StyrxlError):
        other = _read(path)
        if other is not None and other.token == holder.token:  # else it was broken, and may have another holder by now
            _unlink(path)


def _read(path: Path) -> LockHolder | None:
    try:
        content = _try_again(path.read_bytes)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error
    try:
        return LockHolder.from_json(content)
    except ValueError:
        return UNREADABLE_HOLDER


def _unlink(path: Path) -> None:
    try:
        _try_again(lambda: path.unlink(missing_ok=True))
    except OSError as error:
        raise StyrxlError("not-writable", path=str(path), why=error.strerror or str(error)) from error


def _try_again(deed: Callable[[], _T]) -> _T:
    """Return what comes of a deed, which Windows refuses for the moment that somebody else reads or removes the file."""
    for _ in range(_TRIES):
        with contextlib.suppress(PermissionError):
            return deed()
        time.sleep(_PAUSE)
    return deed()
