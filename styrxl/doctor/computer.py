"""The computer: its clock and zone, its console, room for temporary files, memory, and how long paths may be."""

from __future__ import annotations

import locale
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, tzinfo

import psutil

from styrxl.doctor.look import COMPUTER, GOOD, MEND, WATCH, Look
from styrxl.model.days import format_moment
from styrxl.model.forms import LANGUAGES
from styrxl.model.limits import MB

_OLDEST = 2026  # a year before which this program was not
LITTLE, TOO_LITTLE = 500 * MB, 50 * MB  # bytes of disk for temporary files
_MEMORY = 500 * MB  # bytes, for a round of a thousand units with some processes (docs/speed.md)
_UTF8 = 65001  # a code page of Windows


def look_at_clock(now: datetime, zone: tzinfo) -> Iterator[Look]:
    """Tell whether the clock can be right, and in which zone days are told; ``now``: what it shows."""
    facts = {"now": format_moment(now, zone), "zone": str(zone)}
    yield Look(COMPUTER, MEND, "clock-wrong", facts) if now.year < _OLDEST else Look(COMPUTER, GOOD, "clock", facts)


def look_at_temporary_files() -> Iterator[Look]:
    """Tell whether there is a folder for temporary files, with room in it."""
    try:
        folder = tempfile.gettempdir()
    except FileNotFoundError as error:
        yield Look(COMPUTER, MEND, "temporary-none", {"why": error.strerror or str(error)})
        return
    yield tell_temporary_room(folder, shutil.disk_usage(folder).free)


def tell_temporary_room(folder: str, free: int) -> Look:
    """Tell whether there is room for temporary files; ``free``: bytes."""
    facts = {"folder": folder, "free": format_size(free)}
    if free < TOO_LITTLE:
        return Look(COMPUTER, MEND, "temporary-full", facts)
    return Look(COMPUTER, WATCH, "temporary-little", facts) if free < LITTLE else Look(COMPUTER, GOOD, "temporary", facts)


def format_size(size: int) -> dict[str, str]:
    """Return a number of bytes as people say it, by language."""
    if size >= 1_000 * MB:
        text = f"{size / 1_000 / MB:.1f} GB"
        return {"sv": text.replace(".", ","), "en": text}
    return dict.fromkeys(LANGUAGES, f"{size / MB:.0f} MB" if size >= MB else f"{size / 1_000:.0f} kB")


def look_at_memory() -> Iterator[Look]:
    """Tell how much memory is free."""
    yield tell_memory(psutil.virtual_memory().available)


def tell_memory(free: int) -> Look:
    """Tell whether so many bytes of memory do for an ordinary round."""
    return Look(COMPUTER, WATCH if free < _MEMORY else GOOD, "memory-little" if free < _MEMORY else "memory", {"free": format_size(free)})


def look_at_console() -> Iterator[Look]:
    """Tell whether what commands say is read right where it is shown."""
    page = None
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 -- for Windows only

        page = int(ctypes.windll.kernel32.GetConsoleOutputCP())  # type: ignore[attr-defined,unused-ignore]  # Windows has it
    yield tell_console(page, locale.getencoding())


def tell_console(code_page: int | None, encoding: str) -> Look:
    """Tell whether letters are shown as they are; ``code_page``: Windows' own number, None on other systems, 0 without a console."""
    if code_page is None:
        wrong = encoding.lower().replace("-", "") != "utf8"
        return Look(COMPUTER, WATCH if wrong else GOOD, "locale-wrong" if wrong else "console", {"encoding": encoding})
    wrong = code_page not in {0, _UTF8}
    return Look(COMPUTER, WATCH if wrong else GOOD, "code-page" if wrong else "console", {"encoding": str(code_page)})
