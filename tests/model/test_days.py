"""Days as people here have them: what is kept in UTC is shown in the computer's zone, in all that people read."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from styrxl.cli import cli
from styrxl.model.days import local_day
from styrxl.validation.admitted import Admitted
from town import ROUND, Town, new_town

MIDNIGHT = datetime(2027, 1, 4, 23, 30, tzinfo=UTC)  # half past midnight on the 5th, in Sweden
SWEDEN = "CET-1CEST,M3.5.0,M10.5.0/3"  # as POSIX spells it: the machine need not know any zones


@pytest.fixture
def in_sweden(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the computer's zone be Sweden's."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", SWEDEN)
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_sweden: None) -> Town:  # noqa: ARG001 -- for what it does
    """Make a town in which all that happens does so soon after midnight on the 5th of January."""
    monkeypatch.setenv("STYRXL_USER", "Anna")
    made = new_town(tmp_path / "town")
    with (made.root / "styrxl.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[rounds."{ROUND}"]\ndue = 2027-01-04\n')
    night(made, "distribute", ROUND, "--level", "board")
    came = made.put("UBN.xlsx", made.filled("UBN"))
    os.utime(came, (MIDNIGHT.timestamp(), MIDNIGHT.timestamp()))
    return made


def night(town: Town, *words: str, at: datetime = MIDNIGHT, expect: int = 0) -> str:
    """Type a command at that time."""
    result = CliRunner().invoke(cli, ["--workspace", str(town.root), *words], obj={"now": at})
    assert result.exit_code == expect, result.output
    return result.stdout


def sheet(town: Town, name: str) -> list[list[Any]]:
    """Return a sheet of the council's workbook, row by row."""
    book = load_workbook(BytesIO((town.root / "council" / f"{ROUND}.xlsx").read_bytes()))
    return [[cell.value for cell in row] for row in book[name].iter_rows()]


@pytest.mark.usefixtures("in_sweden")
@pytest.mark.parametrize(
    "moment,day",
    [
        (MIDNIGHT, date(2027, 1, 5)),
        (datetime(2027, 6, 30, 22, 30, tzinfo=UTC), date(2027, 7, 1)),
        (datetime(2027, 6, 30, 21, 30, tzinfo=UTC), date(2027, 6, 30)),
        (datetime(2027, 1, 5, 0, 30), date(2027, 1, 5)),  # noqa: DTZ001 -- a time without a zone is theirs
        (None, None),
    ],
)
def test_a_day_is_that_of_the_computers_zone(moment: datetime | None, day: date | None) -> None:
    assert local_day(moment) == day


def test_status_shows_the_days_that_people_have(town: Town) -> None:
    """Who has returned nothing by then is late: the last day was the 4th."""
    night(town, "validate", "--round", ROUND)
    rows = {line.split()[0]: line.split() for line in night(town, "status", ROUND).splitlines() if line.startswith(("UBN ", "KFN "))}
    assert rows["UBN"] == ["UBN", "Utbildningsnämnden", "2027-01-05", "2027-01-04", "2027-01-05", "Klar"]
    assert rows["KFN"][-2:] == ["inkommen,", "försenad"]


def test_decisions_have_the_day_that_people_had(town: Town) -> None:
    night(town, "set-aside", ROUND, "UBN", "--reason", "Utkast")
    assert "av Anna 2027-01-05: Utkast" in night(town, "set-aside", ROUND, "UBN", "--reason", "Utkast")
    assert "Undantaget av Anna 2027-01-05: Utkast." in night(town, "validate", "--round", ROUND)
    night(town, "consolidate", ROUND)
    assert "2027-01-05 undantagen av Anna: Utkast" in str(sheet(town, "Källor"))
    assert "2027-01-05" in str([row for row in sheet(town, "Saknas och varningar") if "Utbildningsnämnden" in row])


def test_the_councils_workbook_has_the_days_that_people_had(town: Town) -> None:
    """And what came in after midnight came in late."""
    night(town, "consolidate", ROUND)
    rows = sheet(town, "Källor")
    head = next(row for row in rows if "Från" in row)
    [row] = [row for row in rows if row[0] == "Utbildningsnämnden"]
    assert dict(zip(head, row, strict=True))["Inkom"] == datetime(2027, 1, 5)  # noqa: DTZ001 -- a cell has no zone
    [own] = [row for row in sheet(town, "Uppsikt") if row[:2] == ["Utbildningsnämnden", "Nämnden själv"]]
    assert [value.day if isinstance(value, datetime) else value for value in own[3:8]] == [5, 4, 5, "✓ Klar", "! Sen"]


def test_an_older_workbook_is_told_the_day_of_the_newer(town: Town) -> None:
    night(town, "distribute", ROUND, "--level", "board", "--rows", "70", at=MIDNIGHT + timedelta(days=2))
    assert "En nyare delades ut 2027-01-07." in night(town, "validate", "--round", ROUND)


def test_the_log_as_json_keeps_utc(town: Town) -> None:
    night(town, "validate", "--round", ROUND)
    [came] = [e for e in json.loads(night(town, "log", ROUND, "UBN", "--format", "json"))["events"] if e["event"] == "received"]
    assert came["at"] == "2027-01-04T23:30:00+00:00"


@pytest.mark.usefixtures("in_sweden")
def test_a_return_is_judged_by_the_day_that_people_had_when_it_came() -> None:
    assert Admitted(0, "x.xlsx", "0" * 64, MIDNIGHT).day == date(2027, 1, 5)
