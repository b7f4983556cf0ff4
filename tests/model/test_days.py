"""Days as people in the municipality have them: what is kept in UTC is shown in its zone, whichever zone the computer is in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from styrxl.cli import cli
from styrxl.model.days import begin_of_day, format_moment, local_day
from styrxl.validation.admitted import Admitted
from town import ROUND, Town, new_town

MIDNIGHT = datetime(2027, 1, 4, 23, 30, tzinfo=UTC)  # half past midnight on the 5th, in Sweden
STOCKHOLM = ZoneInfo("Europe/Stockholm")
LOS_ANGELES, KIRITIMATI = "PST8PDT,M3.2.0,M11.1.0", "<+14>-14"  # as POSIX spells them; 22 hours apart, in winter


@pytest.fixture(params=[LOS_ANGELES])
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the computer be in another zone than the municipality."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: None) -> Town:  # noqa: ARG001 -- for what it does
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


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("elsewhere", ["UTC0", LOS_ANGELES, KIRITIMATI], indirect=True)
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
def test_a_day_is_that_of_the_municipalitys_zone(moment: datetime | None, day: date | None) -> None:
    assert local_day(moment, STOCKHOLM) == day


@pytest.mark.usefixtures("elsewhere")
def test_a_moment_is_told_in_the_municipalitys_zone() -> None:
    """Also on the night on which clocks are put back, when an hour comes twice."""
    assert format_moment(MIDNIGHT, STOCKHOLM) == "2027-01-05 00:30"
    assert format_moment(datetime(2027, 6, 30, 22, 30, tzinfo=UTC), STOCKHOLM) == "2027-07-01 00:30"
    assert [format_moment(datetime(2027, 10, 31, hour, 30, tzinfo=UTC), STOCKHOLM) for hour in (0, 1)] == ["2027-10-31 02:30"] * 2
    begun = [begin_of_day(datetime(2027, month, 31, 12, tzinfo=UTC), STOCKHOLM) for month in (1, 10)]
    assert begun == [datetime(2027, 1, 30, 23, tzinfo=UTC), datetime(2027, 10, 30, 22, tzinfo=UTC)]


def test_status_shows_the_days_that_people_have(town: Town) -> None:
    """Who has returned nothing by then is late: the last day was the 4th."""
    night(town, "validate", "--round", ROUND)
    rows = {line.split()[0]: line.split() for line in night(town, "status", ROUND).splitlines() if line.startswith(("UBN ", "KFN "))}
    assert rows["UBN"] == ["UBN", "Utbildningsnämnden", "2027-01-05", "2027-01-04", "2027-01-05", "Klar"]
    assert rows["KFN"][-2:] == ["inkommen,", "försenad"]


@pytest.mark.parametrize("elsewhere", ["UTC0", LOS_ANGELES, KIRITIMATI], indirect=True)
def test_what_came_after_midnight_came_late_whichever_zone_the_computer_is_in(town: Town) -> None:
    night(town, "consolidate", ROUND)
    [own] = [row for row in sheet(town, "Uppsikt") if row[:2] == ["Utbildningsnämnden", "Nämnden själv"]]
    assert own[6:8] == ["✓ Klar", "! Sen"]


def test_a_municipality_can_be_in_another_zone(town: Town) -> None:
    """There the last day was not over yet."""
    settings = town.root / "styrxl.toml"
    settings.write_text(settings.read_text("utf-8").replace('# timezone = "Europe/Stockholm"', 'timezone = "Atlantic/Azores"'), "utf-8")
    night(town, "consolidate", ROUND)
    [own] = [row for row in sheet(town, "Uppsikt") if row[:2] == ["Utbildningsnämnden", "Nämnden själv"]]
    assert own[7] != "! Sen"
    rows = {line.split()[0]: line.split() for line in night(town, "status", ROUND).splitlines() if line.startswith(("UBN ", "KFN "))}
    assert rows["UBN"][2:5] == ["2027-01-04", "2027-01-04", "2027-01-04"]
    assert "försenad" not in rows["KFN"][-1]


def test_the_same_workbooks_are_made_in_any_zone(town: Town, tmp_path: Path) -> None:
    """Byte by byte, of all that council and boards read: by computers whose days are never the same."""
    night(town, "set-aside", ROUND, "UBN", "--reason", "Utkast")
    other = town.put("KFN.xlsx", town.filled("KFN"))
    os.utime(other, (MIDNIGHT.timestamp() + 60, MIDNIGHT.timestamp() + 60))
    night(town, "validate", "--round", ROUND)
    made = []
    for name, zone in (("west", LOS_ANGELES), ("east", KIRITIMATI)):
        root = tmp_path / name
        shutil.copytree(town.root, root, ignore=shutil.ignore_patterns(".styrxl-cache"))
        command = [sys.executable, "-P", "-m", "styrxl", "--workspace", str(root), "consolidate", ROUND]
        subprocess.run(command, env={**os.environ, "TZ": zone}, check=True, capture_output=True)
        made.append({path.relative_to(root): path.read_bytes() for part in ("council", "boards") for path in (root / part).rglob("*.*")})
    assert made[0]
    assert made[0] == made[1]


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


@pytest.mark.usefixtures("elsewhere")
def test_a_return_is_judged_by_the_day_that_people_had_when_it_came() -> None:
    assert Admitted(0, "x.xlsx", "0" * 64, MIDNIGHT).day == date(2027, 1, 5)
