"""Files that are to be read, what reading them gave, and how it is to be done."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from styrxl.model.errors import StyrxlError
from styrxl.returns.read import Reading

Step = Callable[[int], None]
Progress = Callable[[int], AbstractContextManager[Step]]  # how many there are -> what is told each time that some are done


def silent(_: int) -> AbstractContextManager[Step]:
    """Tell nobody."""
    return nullcontext(lambda _: None)


@dataclass(frozen=True, slots=True)
class Lying:
    """A return where it lies: how it is named, and when it came as far as can be seen; ``address`` where it is no file here."""

    shown: str
    path: Path
    modified: datetime
    address: str = ""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A return that was read."""

    lying: Lying
    sha256: str
    size: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class How:
    """How returns are read: in so many processes (None: as pays) or on a cluster, keeping what was read or not, telling how far it is."""

    jobs: int | None = None
    scheduler: str | None = None
    keep: bool = True
    progress: Progress = silent
    inbox: str | None = None  # an address at which the returns lie, in place of the workspace's own inbox


def modified(path: Path) -> datetime:
    """Return when a file was last changed; raises StyrxlError (not-readable)."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error
