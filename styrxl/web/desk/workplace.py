"""The workspace that a desk works in: opened for reading by pages, and for writing by what is carried out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from styrxl.mail.workspace_access import WorkspaceAccess
from styrxl.model.errors import StyrxlError
from styrxl.rounds.desk import Desk, open_desk
from styrxl.rounds.own_files import check_due_owners, check_own_files
from styrxl.scale.return_files import Progress, ReadingMethod, show_no_progress
from styrxl.store.files import make_private
from styrxl.store.ledger import Ledger
from styrxl.store.lock import LockHolder, find_user_name, is_dead, lock_for_writing, read_holder
from styrxl.store.workspace import CACHE_FOLDER, Workspace


def read_clock() -> datetime:
    """Return the time that it is."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Workplace:
    """A municipality's folder, and how it is opened. ``asked``: the language that was asked for; ``by``: who is at work."""

    root: Path
    asked: str | None = None
    clock: Callable[[], datetime] = read_clock
    by: str = field(default_factory=find_user_name)

    @property
    def is_there(self) -> bool:
        """Whether the folder is a workspace yet."""
        return (self.root / "styrxl.toml").is_file()

    def open_workspace(self) -> Workspace:
        """Return the workspace, its own files looked through first; raises StyrxlError: no-workspace, own-files-broken."""
        check_own_files(self.root)
        return Workspace.open(self.root)

    @contextmanager
    def reading(self, progress: Progress = show_no_progress) -> Iterator[Desk]:
        """Open the workspace for reading; whoever writes there meanwhile is not disturbed. Raises StyrxlError as ``open_desk``."""
        with self._opened(self.open_workspace(), progress) as desk:
            yield desk

    @contextmanager
    def writing(self, what: str, waiting: Callable[[LockHolder], None], progress: Progress = show_no_progress) -> Iterator[Desk]:
        """Open the workspace for writing, once nobody else writes there; ``what`` is told to others who wait.

        Raises StyrxlError: workspace-held; and as ``open_desk``.
        """
        workspace = self.open_workspace()
        with ExitStack() as stack:
            stack.enter_context(lock_for_writing(workspace, what, self.by, datetime.now(UTC), waiting))
            desk = stack.enter_context(self._opened(workspace, progress))
            stack.enter_context(desk.ledger.database.alone())
            yield desk

    def access(self, desk: Desk, what: str, waiting: Callable[[LockHolder], None]) -> WorkspaceAccess:
        """Return the locks that mail takes for itself, from a desk that is open for reading."""
        return WorkspaceAccess(desk, what, waiting)

    @contextmanager
    def _opened(self, workspace: Workspace, progress: Progress) -> Iterator[Desk]:
        make_private(workspace.root / CACHE_FOLDER)
        with Ledger.open(workspace.database, new=not workspace.is_used) as ledger:
            desk = open_desk(workspace, ledger, self.clock(), self.by, ReadingMethod(progress=progress))
            check_due_owners(workspace, desk.plan)
            yield desk

    def find_other_writer(self) -> LockHolder | None:
        """Return who else is writing in the workspace just now, as far as that can be seen: another program or computer, not this desk."""
        holder = None
        with suppress(StyrxlError):
            holder = read_holder(self.root)
        return None if holder is None or holder.pid == os.getpid() or is_dead(holder) else holder


def opens_files_here() -> bool:
    """Whether a file can be opened on this computer's screen by its own program."""
    return sys.platform in {"win32", "darwin"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
