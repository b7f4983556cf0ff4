"""A workspace that one process opens again and again, as the desk in the browser does for each page.

::

    keeper = WorkspaceKeeper(root)  # one for each workspace, for as long as the process lives
    with keeper.read() as desk:  # in any thread, without a lock
        judged = judge_inbox_quietly(desk, round_)  # comes from memory where nothing that it rests on has changed
    with keeper.write("take-back", on_wait) as desk:  # holds the workspace's lock, as a command does
        take_back(desk, ...)

Settings, forms, words and plan are kept until one of their files changes, and what was read of the ledger until anybody writes in it. A
desk is for one thread, and for the block: open another one for the next page.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from styrxl.model.council_plan import Plan
from styrxl.rounds.desk import Desk, open_desk
from styrxl.rounds.opening.open_workspace import Writer, open_ledger
from styrxl.rounds.own_files import check_due_owners, check_own_files
from styrxl.scale.kept_in_memory import Memory
from styrxl.scale.return_files import ReadingMethod
from styrxl.store.ledger import Ledger
from styrxl.store.ledger_watch import LedgerWatch
from styrxl.store.lock import LockHolder, find_user_name
from styrxl.store.stamps import Stamp, are_old, hash_files, read_stamps
from styrxl.store.workspace import Workspace

_MOST = 600_000_000  # bytes of judged rounds that are kept in memory: one of 500 units takes some 3 MB, one of 10,000 some 60
_FOLDERS = ("sheets", "schemas", "mail")  # what a workspace has of its own


@dataclass(frozen=True, slots=True)
class _Opened:
    """A workspace as it was read, with the plan; ``stamps``: of its files, empty where a later change might look the same."""

    workspace: Workspace
    plan: Plan
    editions: frozenset[str]
    content: str
    stamps: dict[str, Stamp | None]


class WorkspaceKeeper:
    """Opens one workspace for reading and for writing, quickly where nothing has changed; for several threads at once."""

    def __init__(
        self,
        root: Path,
        by: str | None = None,
        how: ReadingMethod | None = None,
        find_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take the workspace's folder, who is at work (the user of this computer), how returns are read, and what tells the time."""
        self.root = root
        self.memory = Memory(_MOST)
        self._by = by
        self._how = how or ReadingMethod()
        self._find_now = find_now
        self._opened: _Opened | None = None
        self._watch: LedgerWatch | None = None
        self._lock = Lock()

    @contextmanager
    def read(self) -> Iterator[Desk]:
        """Open the workspace for reading.

        Raises StyrxlError: no-workspace, own-files-broken, not-readable; as ``Ledger.open``, ``read_plan``.
        """
        workspace = self.open_workspace()
        with open_ledger(workspace, watch=self._find_watch(workspace)) as ledger:
            yield self._open_desk(ledger)

    @contextmanager
    def write(self, command: str, on_wait: Callable[[LockHolder], None] = lambda _: None, by: str | None = None) -> Iterator[Desk]:
        """Open the workspace for writing, and keep others from it within the block; ``on_wait`` is told who else holds its lock.

        ``by``: who writes, where it is not the one who is at work here else. Raises StyrxlError: workspace-held; and as ``read``.
        """
        workspace = self.open_workspace()
        with open_ledger(workspace, Writer(by or self.user, command, on_wait), self._find_watch(workspace)) as ledger:
            yield self._open_desk(ledger, by)

    @property
    def user(self) -> str:
        """Who is at work."""
        return self._by or find_user_name()

    def open_workspace(self) -> Workspace:
        """Return the workspace as it was kept, where nothing has changed; raises StyrxlError: no-workspace, own-files-broken."""
        opened = self._opened
        if opened and self._is_current(opened):
            return opened.workspace
        check_own_files(self.root)
        return Workspace.open(self.root)

    def _find_watch(self, workspace: Workspace) -> LedgerWatch | None:
        """Return what remembers what was read of the ledger, where that is a file."""
        path = workspace.database
        if isinstance(path, Path) and (self._watch is None or self._watch.path != path):
            self._watch = LedgerWatch(path)
        return self._watch if isinstance(path, Path) else None

    def _open_desk(self, ledger: Ledger, by: str | None = None) -> Desk:
        """Return a desk with what is kept or, where anything has changed, what is read now: by one thread, others wait for it."""
        with self._lock:
            opened = self._opened
            editions = frozenset(ledger.edition_ids())
            if opened is None or opened.editions != editions or not self._is_current(opened):
                opened = self._opened = self._read(ledger, editions)
        return Desk(opened.workspace, ledger, opened.plan, self._find_now(), by or self.user, self._how, self.memory)

    def _read(self, ledger: Ledger, editions: frozenset[str]) -> _Opened:
        at, stamps = time.time_ns(), self._read_stamps()
        content = hash_files(map(Path, stamps))
        check_own_files(self.root)
        workspace = Workspace.open(self.root)
        desk = open_desk(workspace, ledger, self._find_now())
        check_due_owners(workspace, desk.plan)
        trusted = are_old(stamps.values(), at) and self._read_stamps() == stamps
        return _Opened(workspace, desk.plan, editions, content, stamps if trusted else {})

    def _is_current(self, opened: _Opened) -> bool:
        """Tell whether the workspace's files are as they were; those that were changed just before are read again to tell."""
        at, stamps = time.time_ns(), self._read_stamps()
        if opened.stamps:
            return stamps == opened.stamps
        if hash_files(map(Path, stamps)) != opened.content:
            return False
        if are_old(stamps.values(), at) and self._read_stamps() == stamps and opened is self._opened:
            self._opened = replace(opened, stamps=stamps)
        return True

    def _read_stamps(self) -> dict[str, Stamp | None]:
        workspace = Workspace(self.root)
        files = [workspace.settings_path, workspace.plan_path, workspace.key_path, self.root / "outcomes.yaml"]
        return read_stamps(files, [self.root / folder for folder in _FOLDERS])
