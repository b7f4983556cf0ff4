"""Long work: begun by a button, done in the background one after the other, left and found again."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from styrxl.model.errors import StyrxlError
from styrxl.scale.return_files import Step
from styrxl.store.files import make_private_folder, write_atomically
from styrxl.store.lock import LockHolder
from styrxl.store.log_file import write_down
from styrxl.store.workspace import CACHE_FOLDER
from styrxl.web.desk.access import Access, read_access

KEPT = 50  # tasks that have ended and are still shown
_FILE = "desk-task.json"
_PAUSE = 0.1  # seconds between looks
SETTINGS_FILE = "styrxl.toml"  # what makes a folder a workspace


@dataclass(frozen=True, slots=True)
class Link:
    """Where to go on from what was done."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a task: what it says, what is left to see to, and where to go on."""

    lines: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(slots=True)
class Task:
    """Something that is being done: waiting, at work or ended (``done``, or ``error``)."""

    id: str
    title: str
    round: str | None
    begun: datetime
    back: str  # where it was begun
    state: str = "waiting"  # waiting, working, done, failed, interrupted
    finished: int = 0
    of: int = 0
    waiting_for: LockHolder | None = None
    said: list[str] = field(default_factory=list)
    done: Done | None = None
    error: StyrxlError | None = None
    counted: str = "workbooks"  # what ``finished`` and ``of`` count; ``letters``
    log: Path | None = None  # where an error that nobody foresaw is written down
    access: Access | None = None  # of who began it

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes."""
        return self.state in {"done", "failed", "interrupted"}

    @contextmanager
    def show_sending(self, count: int) -> Iterator[Step]:
        """Tell how far sending so many letters is."""
        self.counted = "letters"
        with self.show_progress(count) as step:
            yield step

    def say(self, text: str) -> None:
        """Tell what came of a part of it, while it goes on."""
        self.said.append(text)

    @contextmanager
    def show_progress(self, count: int) -> Iterator[Step]:
        """Tell how far reading so many files is."""
        self.finished, self.of = 0, count

        def step(more: int) -> None:
            self.finished += more

        yield step

    def wait_for(self, holder: LockHolder) -> None:
        """Tell who is waited for."""
        self.waiting_for = holder


class TaskBook:
    """The tasks of a desk, the newest last; one is at work at a time."""

    def __init__(self, root: Callable[[], Path]) -> None:
        """Take what tells the workspace's folder."""
        self._root = root
        self._tasks: dict[str, Task] = {}
        self._lock, self._at_work = threading.Lock(), threading.Lock()

    def begin(
        self,
        title: str,
        round_: str | None,
        back: str,
        work: Callable[[Task], Done],
        *,
        at_once: bool = False,
        access: Access | None = None,
    ) -> Task:
        """Begin something in the background, and return it; ``at_once``: beside what is at work, rather than after it.

        ``access``: of who begins it; of nobody in particular it is shown to those who see everybody.
        """
        task = Task(secrets.token_urlsafe(8), title, round_, datetime.now(UTC), back, access=access)
        with self._lock:
            self._tasks[task.id] = task
            for old in [one.id for one in self._tasks.values() if one.has_ended][:-KEPT]:
                del self._tasks[old]
        threading.Thread(target=self._run_at_once if at_once else self._run, args=(task, work), name=f"task-{task.id}", daemon=True).start()
        return task

    def find(self, task_id: str) -> Task | None:
        """Return a task by its id."""
        return self._tasks.get(task_id)

    def list_tasks(self) -> list[Task]:
        """Return all tasks, the newest first."""
        return list(self._tasks.values())[::-1]

    @property
    def running(self) -> list[Task]:
        """The tasks that have not ended."""
        return [task for task in self.list_tasks() if not task.has_ended]

    def wait_until_idle(self) -> None:
        """Return when nothing is being done any more."""
        while self.running:
            time.sleep(_PAUSE)

    def find_interrupted(self) -> None:
        """List what was at work when the desk ended last, as interrupted: what it had written by then is whole."""
        path = self._root() / CACHE_FOLDER / _FILE
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(path.read_bytes())
            begun, access = datetime.fromisoformat(kept["begun"]), read_access(kept.get("access"))
            task = Task(kept["id"], kept["title"], kept["round"], begun, kept["back"], state="interrupted", access=access)
            self._tasks[task.id] = task
            path.unlink()

    def _run(self, task: Task, work: Callable[[Task], Done]) -> None:
        with self._at_work:
            self._write_down(task)
            self._run_at_once(task, work)
            with suppress(OSError):
                (self._root() / CACHE_FOLDER / _FILE).unlink(missing_ok=True)

    def _run_at_once(self, task: Task, work: Callable[[Task], Done]) -> None:
        task.state = "working"
        try:
            task.done, task.state = work(task), "done"
        except StyrxlError as error:
            task.error, task.state = error, "failed"
        except Exception as error:  # noqa: BLE001 -- told on the task's page; the log has it whole
            task.log, task.state = write_down(error, f"desk: {task.title}", self._root()), "failed"

    def _write_down(self, task: Task) -> None:
        if not (self._root() / SETTINGS_FILE).is_file():  # no workspace yet: nothing of ours is put there
            return
        kept: dict[str, Any] = {"id": task.id, "title": task.title, "round": task.round, "begun": task.begun.isoformat(), "back": task.back}
        kept["access"] = task.access.to_json() if task.access else None
        with suppress(StyrxlError):  # then an interruption is not told
            make_private_folder(self._root() / CACHE_FOLDER)
            write_atomically(self._root() / CACHE_FOLDER / _FILE, json.dumps(kept).encode("utf-8"), mode=0o600)
