"""The sample municipality in the midst of its second interim report, as the desk and the report show it in Chromium."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Route, ViewportSize

from desk_visitor import ORIGIN, visit_desk
from styrxl.cli import cli
from styrxl.sample.play import Stage, play, run_in_process
from styrxl.store.workspace import Workspace

ROUND = "2027-t2"
UNITS = 40
LANGUAGES = ("sv", "en")
WIDE: ViewportSize = {"width": 1000, "height": 800}


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample with all returns in, some to be mended, and when that is; the round's report, by languages."""

    midst: Path
    now: datetime
    reports: dict[str, Path]


class _EnoughError(Exception):
    """The story has come as far as is to be pictured."""


def play_sample(folder: Path) -> Sample:
    """Play the sample until its second interim report is put together; a copy is kept of what it was when all had handed in."""
    story, midst, moments = folder / "story", folder / "midst", list[datetime]()
    reports = {language: folder / f"report.{language}.html" for language in LANGUAGES}
    run_command = run_in_process(cli.main)

    def run(words: Sequence[str], now: datetime) -> int:
        status = run_command(words, now)
        if ROUND in words and "--annotate" in words:
            shutil.copytree(story, midst)
            moments.append(now)
        if ROUND in words and "consolidate" in words:
            for language, path in reports.items():
                _speak(story, language)
                run_command(["--workspace", str(story), "report", ROUND, "--no-pdf"], now)
                (story / "council" / f"{ROUND}.html").rename(path)
            raise _EnoughError
        return status

    try:
        play(Stage(story, UNITS, 1, "sv", run, lambda _: None))
    except _EnoughError:
        return Sample(midst, moments[0], reports)
    raise AssertionError(ROUND)


def _speak(root: Path, language: str) -> None:
    """Have a workspace's reports be in a language."""
    settings = Workspace.open(root).settings_path
    settings.write_text(re.sub(r'^language = "\w+"', f'language = "{language}"', settings.read_text("utf-8"), flags=re.MULTILINE), "utf-8")


def open_light(browser: BrowserContext) -> Page:
    """Return an empty page, wide and light."""
    page = browser.new_page()
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    return page


@contextmanager
def show_desk(sample: Sample, language: str, browser: BrowserContext) -> Iterator[Page]:
    """Yield a page whose requests the desk answers, at the time of the story."""
    with visit_desk(sample.midst, sample.now, language) as visitor:

        def answer(route: Route) -> None:
            asked = urlsplit(route.request.url)
            given = visitor.client.get(f"{asked.path}?{asked.query}" if asked.query else asked.path)
            route.fulfill(status=given.status_code, headers={"Content-Type": given.headers["Content-Type"]}, body=given.content)

        page = open_light(browser)
        page.route(f"{ORIGIN}/**", answer)
        yield page
