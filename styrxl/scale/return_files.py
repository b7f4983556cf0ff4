"""Return files to be read, what reading them gives, and the options for reading them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from styrxl.model.errors import StyrxlError

if TYPE_CHECKING:
    from styrxl.returns.read import Reading

Step = Callable[[int], None]
Progress = Callable[[int], AbstractContextManager[Step]]  # how many files there are -> a step to call with how many more are done


def show_no_progress(_: int) -> AbstractContextManager[Step]:
    """Return a step that shows nothing."""
    return nullcontext(lambda _: None)


@dataclass(frozen=True, slots=True)
class ReturnFile:
    """A file that came back: its name in reports, its path, when it was last changed, and its address if it is not on this computer.

    ``data``: its bytes, where it lies nowhere.
    """

    name: str
    path: Path
    modified: datetime
    address: str = ""
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A return file with the hash and size of its bytes, and its reading."""

    file: ReturnFile
    sha256: str
    size: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class ReadingMethod:
    """How returns are to be read.

    ``jobs``: number of processes (None: as many as save time). ``scheduler``: address of a Dask cluster. ``keep``: whether to cache.
    """

    jobs: int | None = None
    scheduler: str | None = None
    keep: bool = True
    progress: Progress = show_no_progress
    inbox: str | None = None  # an address at which the returns lie, instead of in the workspace's own inbox


def read_modified_time(path: Path) -> datetime:
    """Return when a file was last changed; raises StyrxlError (not-readable)."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error
