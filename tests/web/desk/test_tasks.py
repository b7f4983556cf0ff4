"""The page of something that is being done: what it says of whom it waits for, as long as that holds."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from desk_in_chromium import enter, find_origin, run_desk_here
from desk_visitor import visit_desk
from styrxl.store.lock import hold_lock, this_process
from styrxl.store.workspace import Workspace
from styrxl.web.desk.tasks import Done, Task, TaskBook

OTHER = this_process("styrxl validate", "någon annan", datetime.now(UTC))


class Work:
    """Something that is at work until it is told to end."""

    def __init__(self, tasks: TaskBook) -> None:
        """Begin it."""
        self.end, self._begun = threading.Event(), threading.Event()
        self.task = tasks.begin("Pröva", None, "/", self._do)
        assert self._begun.wait(20)

    def _do(self, _: Task) -> Done:
        self._begun.set()
        assert self.end.wait(60)
        return Done()


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Make a new workspace."""
    Workspace.init(tmp_path, "Exempelby")
    return tmp_path


@pytest.fixture
def tasks(town: Path) -> TaskBook:
    """Return what the desk is doing."""
    return TaskBook(lambda: town)


def test_who_is_waited_for_is_told_while_they_hold_the_lock(town: Path) -> None:
    with visit_desk(town) as visitor:
        work = Work(visitor.tasks)
        page = f"/tasks/{work.task.id}"

        def tell() -> tuple[bool, object]:
            return "någon annan" in visitor.get(page), visitor.client.get(f"{page}/state").json()["waiting"]

        with hold_lock(town, OTHER):
            assert tell() == (False, "")  # nobody has waited yet
            work.task.wait_for(OTHER)
            assert tell() == (True, "någon annan")
        assert tell() == (False, "")  # and it is at work again
        work.end.set()
        assert "notice good" in visitor.wait(page)


def test_a_page_that_is_open_tells_whom_it_waits_for_and_no_longer(town: Path, tasks: TaskBook, browser: BrowserContext) -> None:
    with run_desk_here(town, tasks=tasks) as link:
        work = Work(tasks)
        page = enter(browser, link)
        page.goto(f"{find_origin(link)}/tasks/{work.task.id}")
        status = page.locator("main [role=status]")
        assert status.inner_text().startswith("Det pågår.")
        with hold_lock(town, OTHER):
            work.task.wait_for(OTHER)
            page.wait_for_selector("main [role=status] >> text=någon annan")
        page.wait_for_selector("main [role=status] >> text=någon annan", state="detached")
        assert status.inner_text().startswith("Det pågår.")
        work.end.set()
        page.wait_for_selector("main .notice.good")
