"""How a mail command keeps others from writing in the workspace, only while it writes there itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from styrxl.rounds.desk import Desk
from styrxl.store.files import make_folder
from styrxl.store.lock import LockHolder, hold_lock, lock_for_writing, this_process

_LONG = 900.0  # seconds to wait for others before what was just sent is noted: rather late than twice


@dataclass(frozen=True, slots=True)
class Room:
    """Who is at work, by which command, and how they are told whom they wait for."""

    desk: Desk
    command: str
    waiting: Callable[[LockHolder], None] = lambda _: None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep others from writing in the workspace."""
        with lock_for_writing(self.desk.workspace, self.command, self.desk.by, datetime.now(UTC), self.waiting):
            yield

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Keep others from writing while one mail is noted; waits long, since the mail has gone by then."""
        with ExitStack() as stack:
            if self.desk.workspace.has_ledger_file:
                stack.enter_context(hold_lock(self.desk.workspace.root, self._me(), patience=_LONG, waiting=self.waiting))
            yield

    def alone(self, place: str, patience: float) -> AbstractContextManager[None]:
        """Keep others from doing the same in a folder of the workspace: only one sends, and only one watches.

        Raises StyrxlError: workspace-held after so many seconds.
        """
        path = self.desk.workspace.root / place
        make_folder(path)
        return hold_lock(path, self._me(), patience, self.waiting)

    def _me(self) -> LockHolder:
        return this_process(self.command, self.desk.by, datetime.now(UTC))
