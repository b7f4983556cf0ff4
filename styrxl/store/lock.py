"""The workspace's lock: with a ledger in a file, one controller at a time writes.

The workspace may lie on a network share, where SQLite's own locks are not to be trusted: a file that says who is at work is
made whole or not at all, and is seen by everybody who sees the workspace. One that a dead process left behind on this
computer is taken over; of others nobody here can tell, so that a person must break them.
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
from styrxl.store.files import Stage, alive, host, sweep
from styrxl.store.workspace import Workspace

NAME = "styrxl.lock"
PATIENCE = 30.0  # seconds to wait for somebody else's command
_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is at work in a workspace; ``started`` tells a process from a later one with the same number, where that can be known."""

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
    def from_json(cls, content: bytes) -> Holder:
        """Return whom a lock file names; ValueError where it names nobody."""
        try:
            raw = json.loads(content.decode("utf-8"))
            since = datetime.fromisoformat(raw["since"])
            return cls(
                str(raw["user"]), str(raw["host"]), int(raw["pid"]), str(raw["command"]), since, str(raw["started"]), str(raw["token"])
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("no lock of ours") from error


NOBODY = Holder("?", "?", 0, "?", datetime.fromtimestamp(0, UTC))  # what a lock that cannot be read says


def user_name() -> str:
    """Name of who is at work: ``STYRXL_USER``, else what the operating system says."""
    if told := os.environ.get("STYRXL_USER", "").strip():
        return told
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user here, as in some containers
        return "?"


def me(command: str, user: str, now: datetime) -> Holder:
    """Return this process as a lock names it."""
    return Holder(user, host(), os.getpid(), command, now, _started(os.getpid()), secrets.token_hex(8))


@contextmanager
def writing(workspace: Workspace, command: str, user: str, now: datetime, waiting: Callable[[Holder], None]) -> Iterator[None]:
    """Keep others from writing in the workspace, where its ledger does not see to that, and clear away what killed commands left.

    Raises as ``held``.
    """
    with ExitStack() as stack:
        if workspace.alone:
            stack.enter_context(held(workspace.root, me(command, user, now), waiting=waiting))
        sweep(workspace.folders(), now.timestamp())
        yield


@contextmanager
def held(root: Path, holder: Holder, patience: float | None = None, waiting: Callable[[Holder], None] = lambda _: None) -> Iterator[None]:
    """Hold the workspace's lock; ``waiting`` is told once whom we wait for.

    Raises StyrxlError: workspace-held after so many seconds; disk-full, not-writable.
    """
    path = root / NAME
    _take(path, holder, PATIENCE if patience is None else patience, waiting)
    try:
        yield
    finally:
        _let_go(path, holder)


def who_holds(root: Path) -> Holder | None:
    """Return who holds the lock, or None; NOBODY for a lock that cannot be read."""
    try:
        content = (root / NAME).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StyrxlError("not-readable", path=str(root / NAME), why=error.strerror or str(error)) from error
    try:
        return Holder.from_json(content)
    except ValueError:
        return NOBODY


def break_lock(root: Path) -> Holder | None:
    """Remove the lock, and return whose it was; None where there was none.

    Raises StyrxlError: not-writable.
    """
    holder = who_holds(root)
    if holder is not None:
        _unlink(root / NAME)
    return holder


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StyrxlError("not-writable", path=str(path), why=error.strerror or str(error)) from error


def is_running(holder: Holder) -> bool:
    """Whether a lock is that of a process of this computer that still runs."""
    return holder.host == host() and not is_dead(holder)


def is_dead(holder: Holder) -> bool:
    """Whether a lock was left behind by a process of this computer that is no more."""
    if holder.host != host() or holder.pid <= 0:
        return False
    return not alive(holder.pid) or (holder.started != "" and holder.started != _started(holder.pid))


def _take(path: Path, holder: Holder, patience: float, waiting: Callable[[Holder], None]) -> None:
    last = time.monotonic() + patience
    told = False
    while not _made(path, holder):
        other = who_holds(path.parent)
        if other is None:
            continue  # let go of in between
        if is_dead(other):
            _clear(path)
            continue
        if patience and not told and other is not NOBODY:  # that one is perhaps only just being written
            waiting(other)
            told = True
        if time.monotonic() >= last:
            raise StyrxlError("workspace-held", user=other.user, host=other.host, pid=other.pid, command=other.command, since=_local(other))
        time.sleep(_PAUSE)


def _made(path: Path, holder: Holder) -> bool:
    """Make the lock file, whole or not at all; False where there is one."""
    with Stage() as stage:
        temporary = stage.add(path, holder.to_json())
        try:
            if sys.platform == "win32":
                os.rename(temporary, path)  # noqa: PTH104 - refuses to replace, there; Path.rename says nothing of it
            else:
                os.link(temporary, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            return _made_plainly(path, holder)
    return True


def _made_plainly(path: Path, holder: Holder) -> bool:
    """Make the lock file where the file system knows no links: others may see it empty for a moment, as NOBODY's."""
    try:
        with path.open("xb") as file:
            file.write(holder.to_json())
    except FileExistsError:
        return False
    except OSError as error:
        raise StyrxlError("not-writable", path=str(path), why=error.strerror or str(error)) from error
    return True


def _clear(path: Path) -> None:
    """Remove a dead process's lock. Of several who find it at once none may remove the lock that another has made since."""
    with _alone(path.parent):
        holder = who_holds(path.parent)
        if holder is not None and is_dead(holder):
            _unlink(path)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes of this computer out, where the system has such a thing for folders."""
    if sys.platform == "win32":
        yield
        return
    import fcntl  # noqa: PLC0415 - Windows has none

    with ExitStack() as stack:
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, descriptor)  # which lets go of it, too
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def _let_go(path: Path, holder: Holder) -> None:
    other = who_holds(path.parent)
    if other is not None and other.token == holder.token:  # else it was broken, and may be somebody else's by now
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _started(pid: int) -> str:
    """When a process began, in the kernel's own count; empty where that is not told."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _local(holder: Holder) -> str:
    return f"{holder.since.astimezone():%Y-%m-%d %H:%M}"
