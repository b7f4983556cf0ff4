"""How a mail command keeps others from writing in the workspace, only while it writes there itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

from styrxl.rounds.desk import Desk
from styrxl.store.files import make_folder
from styrxl.store.lock import LockHolder, hold_lock, lock_for_writing, this_process

_LONG_WAIT = 900.0  # seconds: a mail that was sent and is not recorded would be sent again


@dataclass(frozen=True, slots=True)
class WorkspaceAccess:
    """The locks that a command takes; ``on_wait`` is told who else holds one."""

    desk: Desk
    command: str
    on_wait: Callable[[LockHolder], None] = lambda _: None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep others from writing in the workspace."""
        lock = lock_for_writing(self.desk.workspace, self.command, self.desk.by, datetime.now(UTC), self.on_wait)
        with lock, self.desk.ledger.database.alone():
            yield

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Keep others from writing while one mail is recorded; waits long, since the mail has gone by then."""
        lock = (
            hold_lock(self.desk.workspace.root, self._holder(), _LONG_WAIT, self.on_wait, self.desk.zone)
            if self.desk.workspace.has_ledger_file
            else nullcontext()
        )
        with lock:
            yield

    def exclusively(self, folder: str, patience: float) -> AbstractContextManager[None]:
        """Keep others from doing the same in a folder of the workspace: only one command sends, and only one watches.

        Raises StyrxlError (workspace-held) after ``patience`` seconds.
        """
        path = self.desk.workspace.root / folder
        make_folder(path)
        return hold_lock(path, self._holder(), patience, self.on_wait, self.desk.zone)

    def _holder(self) -> LockHolder:
        return this_process(self.command, self.desk.by, datetime.now(UTC))
