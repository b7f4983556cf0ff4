"""A workspace opened to work in: its ledger, its plan, and others kept from writing there where something is to be written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from styrxl.store.ledger import Ledger
from styrxl.store.ledger_watch import LedgerWatch
from styrxl.store.lock import LockHolder, lock_for_writing
from styrxl.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Writer:
    """Who is about to write in a workspace, and by which command; ``on_wait`` is told who else holds its lock."""

    user: str
    command: str
    on_wait: Callable[[LockHolder], None] = lambda _: None


@contextmanager
def open_ledger(workspace: Workspace, writer: Writer | None = None, watch: LedgerWatch | None = None) -> Iterator[Ledger]:
    """Open a workspace's ledger, and keep others from writing in the workspace where there is a writer; ``watch`` as ``Ledger.open``.

    Raises StyrxlError: as ``Ledger.open``, and as ``lock_for_writing`` where there is a writer.
    """
    with ExitStack() as stack:
        if writer:
            stack.enter_context(lock_for_writing(workspace, writer.command, writer.user, datetime.now(UTC), writer.on_wait))
        ledger = stack.enter_context(Ledger.open(workspace.database, new=not workspace.is_used, watch=watch))
        if writer:
            stack.enter_context(ledger.database.alone())
        yield ledger
