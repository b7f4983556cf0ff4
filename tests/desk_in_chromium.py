"""The desk of a workspace on a port of loopback, and a page of it in Chromium."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import BrowserContext, Page

from forked import Program, run_styrxl
from styrxl.web.desk.app import make_app
from styrxl.web.desk.door import Door, OpenDesk
from styrxl.web.desk.server import LOOPBACK, make_config
from styrxl.web.desk.tasks import TaskBook
from styrxl.web.desk.workplace import Workplace

_PATIENCE = 60.0  # seconds


@contextmanager
def run_desk_here(root: Path, language: str = "sv", tasks: TaskBook | None = None) -> Iterator[str]:
    """Have the desk of a workspace answer in this process, and yield the link to it; ``tasks``: what it is doing."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        desk = OpenDesk.of_this_process(listening.getsockname()[1])
        server = uvicorn.Server(make_config(make_app(Workplace(root, language), Door(desk), tasks)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield desk.make_link()
        finally:
            server.should_exit = True
            thread.join(_PATIENCE)


@contextmanager
def fork_desk(root: Path, language: str = "sv") -> Iterator[tuple[Program, str]]:
    """Run the desk of a workspace in a process of its own, and yield that and the link to it; it is killed in the end."""
    words = ["--workspace", str(root), "--lang", language, "desk", "--no-browser"]
    with run_styrxl(words, r"http://\S+(?=\n)") as program:
        yield program, program.said


@contextmanager
def open_page(root: Path, browser: BrowserContext, language: str = "sv") -> Iterator[tuple[Page, str]]:
    """Open the desk of a workspace, and yield its first screen and the address that its others follow."""
    with run_desk_here(root, language) as link:
        yield enter(browser, link), find_origin(link)


def find_origin(link: str) -> str:
    """Return the address that the pages of a desk follow, by the link to it."""
    return link.partition("/enter/")[0]


def enter(browser: BrowserContext, link: str) -> Page:
    """Follow the link to a desk, and return its first screen."""
    page = browser.new_page()
    page.goto(link)
    page.wait_for_url("**/")
    return page
