"""A visitor of the desk, without a browser: let in by the link, with forms filled in and work waited for."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from time import sleep  # which tests may take from others
from typing import Any

import httpx2 as httpx
from starlette.testclient import TestClient

from styrxl.web.desk.app import make_app
from styrxl.web.desk.door import Door, OpenDesk, make_key
from styrxl.web.desk.tasks import TaskBook
from styrxl.web.desk.workplace import Workplace

PORT = 8765
ORIGIN = f"http://127.0.0.1:{PORT}"
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
_PATIENCE = 60.0  # seconds


class Caller:
    """A browser without script, at a desk that answers somewhere."""

    def __init__(self, client: httpx.Client, link: str) -> None:
        """Take a client, and the link that lets it in."""
        self.client = client
        self.link = link

    def enter(self) -> httpx.Response:
        """Follow the link."""
        return self.client.get(self.link)

    def get(self, path: str, expect: int = 200) -> str:
        """Return a page."""
        answer = self.client.get(path)
        assert answer.status_code == expect, (path, answer.status_code, answer.text[:2000])
        return answer.text

    def post(self, path: str, fields: Mapping[str, Any], files: Any = None) -> httpx.Response:
        """Send a form as a page of the desk would."""
        origin = str(self.client.base_url).rstrip("/")
        return self.client.post(path, data=dict(fields), files=files, headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"})

    def find_hidden(self, path: str) -> dict[str, str]:
        """Return what the forms of a page carry along unseen."""
        return read_hidden(self.get(path))

    def press(self, path: str, files: Any = None, expect: int = 200, **fields: str) -> str:
        """Open an action's page, fill in its fields, press its button and return the page of what came of it."""
        hidden = self.find_hidden(path)
        assert "shown" in hidden, self.get(path)
        answer = self.post(path.partition("?")[0], hidden | fields, files)
        assert answer.status_code == expect, (answer.status_code, answer.text[:2000])
        return self.wait(answer.url.path) if answer.url.path.startswith("/tasks/") else answer.text

    def wait(self, path: str) -> str:
        """Return a task's page once the task has ended."""
        last = time.monotonic() + _PATIENCE
        while time.monotonic() < last:
            if self.client.get(f"{path}/state").json()["state"] not in {"waiting", "working"}:
                return self.get(path)
            sleep(0.02)
        raise AssertionError(self.get(path))


class Visitor(Caller):
    """A browser without script, at the desk of a workspace in this process."""

    def __init__(self, client: TestClient, link: str, place: Workplace, tasks: TaskBook) -> None:
        """Take a client, the link that lets it in, where the desk works, and what it is doing."""
        super().__init__(client, link)
        self.place = place
        self.tasks = tasks


@contextmanager
def call_at(link: str) -> Iterator[Caller]:
    """Come to a desk that runs by the link to it."""
    with httpx.Client(base_url=link.partition("/enter/")[0], follow_redirects=True, timeout=_PATIENCE) as client:
        caller = Caller(client, link)
        caller.enter()
        yield caller


def read_hidden(page: str) -> dict[str, str]:
    """Return what the forms of a page carry along unseen."""
    return {unescape(name): unescape(value) for name, value in _HIDDEN.findall(page)}


@contextmanager
def visit_desk(root: Path, now: datetime | None = None, language: str | None = None, *, enter: bool = True) -> Iterator[Visitor]:
    """Open a workspace's desk to a visitor; ``now``: the time that it is there."""
    desk = OpenDesk(PORT, os.getpid(), make_key())
    place = Workplace(root, language, clock=lambda: now or datetime.now(UTC), by="kontrollern")
    tasks = TaskBook(lambda: place.root)
    with TestClient(make_app(place, Door(desk), tasks), base_url=ORIGIN, follow_redirects=True) as client:
        visitor = Visitor(client, desk.make_link().removeprefix(ORIGIN), place, tasks)
        if enter:
            visitor.enter()
        yield visitor
