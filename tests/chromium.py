"""Chromium without a screen, as the browser in which somebody reads a page.

One Chromium serves a whole test session (it takes a second to start); each test has a context of its own in it, without cookies, pages or
settings of others.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from playwright.sync_api import Browser, BrowserContext, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")


@cache
def program() -> str | None:
    """Return Chromium's program, if there is one."""
    return next((path for path in map(shutil.which, _NAMES) if path), None)


@dataclass(frozen=True, slots=True)
class Chromium:
    """A browser that is running, and the loop in which Playwright talks to it."""

    browser: Browser
    loop: asyncio.AbstractEventLoop

    @contextmanager
    def open_context(self, *, trusts_all: bool = False) -> Iterator[BrowserContext]:
        """Yield a context of its own; ``trusts_all``: whatever certificates servers have.

        Playwright's loop counts as running meanwhile alone: it would be in the way of everybody else's.
        """
        asyncio._set_running_loop(self.loop)  # noqa: SLF001 -- as Playwright itself does
        try:
            context = self.browser.new_context(ignore_https_errors=trusts_all)
            context.set_default_timeout(60_000)  # milliseconds, on a machine that has much to do
            yield context
            context.close()
        finally:
            asyncio._set_running_loop(None)  # noqa: SLF001


@contextmanager
def opened() -> Iterator[Chromium]:
    """Yield a Chromium, and end it afterwards; root has no sandbox for it."""
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = Chromium(playwright.chromium.launch(executable_path=program(), args=arguments), asyncio.get_running_loop())
        asyncio._set_running_loop(None)  # noqa: SLF001
        try:
            yield running
        finally:
            asyncio._set_running_loop(running.loop)  # noqa: SLF001
            running.browser.close()
