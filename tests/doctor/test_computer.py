"""The computer: its clock, room, memory and console."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from styrxl.doctor.computer import (
    format_size,
    look_at_clock,
    look_at_memory,
    look_at_temporary_files,
    tell_console,
    tell_memory,
    tell_temporary_room,
)
from styrxl.doctor.look import GOOD, MEND, WATCH, Look
from styrxl.model.limits import MB

NOW = datetime(2027, 1, 5, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Helsinki")


def seen(look: Look) -> tuple[str, str]:
    return look.state, look.key


def test_a_clock_that_shows_another_age_is_wrong() -> None:
    assert [seen(look) for look in look_at_clock(NOW.replace(year=2000), ZONE)] == [(MEND, "clock-wrong")]


def test_the_clock_is_told_in_the_municipalitys_zone() -> None:
    [look] = look_at_clock(NOW, ZONE)
    assert (seen(look), look.facts) == ((GOOD, "clock"), {"now": "2027-01-05 11:00", "zone": "Europe/Helsinki"})


@pytest.mark.parametrize(
    "free, told", [(49 * MB, (MEND, "temporary-full")), (499 * MB, (WATCH, "temporary-little")), (500 * MB, (GOOD, "temporary"))]
)
def test_room_for_temporary_files(free: int, told: tuple[str, str]) -> None:
    assert seen(tell_temporary_room("/tmp", free)) == told  # noqa: S108 -- only named


def test_no_folder_for_temporary_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is left of asking where there is one."""

    def find() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/x']")

    assert [look.part for look in look_at_temporary_files()] == ["computer"]
    monkeypatch.setattr(tempfile, "gettempdir", find)
    [look] = look_at_temporary_files()
    assert (seen(look), look.facts["why"]) == ((MEND, "temporary-none"), "No usable temporary directory found in ['/x']")
    assert list(tmp_path.iterdir()) == []


def test_memory() -> None:
    assert [seen(tell_memory(free)) for free in (499 * MB, 500 * MB)] == [(WATCH, "memory-little"), (GOOD, "memory")]
    assert len(list(look_at_memory())) == 1


@pytest.mark.parametrize(
    "page, encoding, told",
    [
        (None, "UTF-8", (GOOD, "console")),
        (None, "utf-8", (GOOD, "console")),
        (None, "ISO8859-1", (WATCH, "locale-wrong")),
        (850, "cp1252", (WATCH, "code-page")),
        (65001, "cp1252", (GOOD, "console")),
        (0, "cp1252", (GOOD, "console")),  # no console: a service
    ],
)
def test_the_console(page: int | None, encoding: str, told: tuple[str, str]) -> None:
    assert seen(tell_console(page, encoding)) == told


def test_sizes_are_said_as_people_say_them() -> None:
    sizes = [format_size(size) for size in (700, 49_600_000, 999 * MB, 61_600 * MB)]
    assert [size["sv"] for size in sizes] == ["1 kB", "50 MB", "999 MB", "61,6 GB"]
    assert sizes[-1]["en"] == "61.6 GB"
