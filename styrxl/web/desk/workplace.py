"""The workspace that a desk works in: opened for reading by pages, and for writing by what is carried out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path

from styrxl.mail.workspace_access import WorkspaceAccess
from styrxl.model.days import local_day, standard_zone
from styrxl.model.errors import StyrxlError
from styrxl.rounds.desk import Desk
from styrxl.rounds.opening.keeper import WorkspaceKeeper
from styrxl.rounds.opening.open_workspace import open_ledger
from styrxl.scale.return_files import Progress, ReadingMethod, show_no_progress
from styrxl.store.files import make_private
from styrxl.store.ledger import Ledger
from styrxl.store.lock import LockHolder, hold_lock, is_dead, read_holder, this_process
from styrxl.store.log_file import log_to
from styrxl.store.workspace import CACHE_FOLDER, Workspace


def read_clock() -> datetime:
    """Return the time that it is."""
    return datetime.now(UTC)


class Workplace:
    """A municipality's folder, and how it is opened. ``asked``: the language that was asked for; ``clock`` tells the time."""

    def __init__(self, root: Path, asked: str | None = None, clock: Callable[[], datetime] = read_clock, by: str | None = None) -> None:
        """Take the folder, the language to speak instead of the workspace's, what tells the time, and who is at work (the user)."""
        self.asked = asked
        self.clock = clock
        self.when_moved: Callable[[Path, Path], None] = lambda _before, _after: None
        self._by = by
        self._settle(root)

    def move_to(self, root: Path) -> None:
        """Work in another folder from now on; ``when_moved`` is told."""
        before = self.root
        self._settle(root)
        self.when_moved(before, root)

    def _settle(self, root: Path) -> None:
        self.root = root
        self._keeper = WorkspaceKeeper(root, self._by, find_now=self.clock)
        if self.is_there:
            make_private(root / CACHE_FOLDER)
            log_to(root)

    @property
    def is_there(self) -> bool:
        """Whether the folder is a workspace yet."""
        return (self.root / "styrxl.toml").is_file()

    @property
    def by(self) -> str:
        """Who is at work."""
        return self._by or self._keeper.user

    def seen_by(self, who: str | None) -> Workplace:
        """Return the same place for somebody else, under whose name the ledger has what they do; itself for nobody in particular."""
        if who is None:
            return self
        other = copy(self)
        other._by = who  # noqa: SLF001 -- its own kind
        return other

    def open_workspace(self) -> Workspace:
        """Return the workspace, its own files looked through; raises StyrxlError: no-workspace, own-files-broken."""
        return self._keeper.open_workspace()

    def find_workspace(self) -> Workspace | None:
        """Return the workspace, if its settings can be read."""
        with suppress(StyrxlError):
            return self.open_workspace()
        return None

    @property
    def zone(self) -> tzinfo:
        """The municipality's zone; the usual one where its settings cannot be read."""
        workspace = self.find_workspace()
        return workspace.settings.zone if workspace else standard_zone()

    @property
    def today(self) -> date:
        """The day that people in the municipality have."""
        return local_day(self.clock(), self.zone)

    @contextmanager
    def looking(self) -> Iterator[tuple[Workspace, Ledger]]:
        """Open the workspace with its ledger, whatever state the council's plan is in; raises StyrxlError: as ``open_workspace``."""
        workspace = self.open_workspace()
        with open_ledger(workspace) as ledger:
            yield workspace, ledger

    @contextmanager
    def reading(self, progress: Progress = show_no_progress) -> Iterator[Desk]:
        """Open the workspace for reading, whoever writes there meanwhile; raises StyrxlError as ``WorkspaceKeeper.read``."""
        with self._keeper.read() as desk:
            yield replace(desk, by=self.by, how=ReadingMethod(progress=progress))

    @contextmanager
    def writing(self, what: str, waiting: Callable[[LockHolder], None], progress: Progress = show_no_progress) -> Iterator[Desk]:
        """Open the workspace for writing, once nobody else writes there; ``what`` is told to others who wait.

        Raises StyrxlError as ``WorkspaceKeeper.write``.
        """
        with self._keeper.write(what, waiting, self._by) as desk:
            yield replace(desk, by=self.by, how=ReadingMethod(progress=progress))

    @contextmanager
    def holding(self, what: str, waiting: Callable[[LockHolder], None]) -> Iterator[None]:
        """Keep others from writing in the folder, whatever state its settings and its plan are in; raises StyrxlError: workspace-held."""
        with hold_lock(self.root, this_process(what, self.by, datetime.now(UTC)), waiting=waiting, zone=self.zone):
            yield

    def access(self, desk: Desk, what: str, waiting: Callable[[LockHolder], None]) -> WorkspaceAccess:
        """Return the locks that mail takes for itself, from a desk that is open for reading."""
        return WorkspaceAccess(desk, what, waiting)

    def find_other_writer(self) -> LockHolder | None:
        """Return who else is writing in the workspace just now, as far as that can be seen: another program or computer, not this desk."""
        holder = None
        with suppress(StyrxlError):
            holder = read_holder(self.root)
        return None if holder is None or holder.pid == os.getpid() or is_dead(holder) else holder


def opens_files_here() -> bool:
    """Whether a file can be opened on this computer's screen by its own program."""
    return sys.platform in {"win32", "darwin"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
