"""The desk of a workspace as its users have it: a program of its own, and a page of it in Chromium."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page


@contextmanager
def start_desk(root: Path, language: str = "sv") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the desk of a workspace, and yield its process and the link to it; it is killed in the end."""
    command = [sys.executable, "-P", "-m", "styrxl", "--workspace", str(root), "--lang", language, "desk", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8") as desk:
        try:
            assert desk.stdout
            yield desk, desk.stdout.readline().strip()
        finally:
            desk.kill()


@contextmanager
def open_page(root: Path, browser: BrowserContext, language: str = "sv") -> Iterator[tuple[Page, str]]:
    """Start the desk of a workspace, and yield its first screen and the address that its others follow."""
    with start_desk(root, language) as (_, link):
        yield enter(browser, link), link.partition("/enter/")[0]


def enter(browser: BrowserContext, link: str) -> Page:
    """Follow the link to a desk, and return its first screen."""
    page = browser.new_page()
    page.goto(link)
    page.wait_for_url("**/")
    return page
