"""Which of an owner's returns is the newest, whatever their files' dates say; and files whose names are alike."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from styrxl.store.ledger import Ledger
from town import BOARD, ROUND, Town
from year import changed

FUTURE, PAST = datetime(2099, 1, 1, tzinfo=UTC), datetime(1980, 1, 1, tzinfo=UTC)
A_DAY = datetime.now(UTC) - timedelta(hours=2)


def put(town: Town, name: str, text: str, dated: datetime) -> None:
    """Put a board's return into the inbox, with a text that tells it from others."""
    path = town.put(name, town.filled("UBN", changed(BOARD, "commitments", 0, text=text)))
    os.utime(path, (dated.timestamp(), dated.timestamp()))


@pytest.fixture
def town(planned: Town) -> Town:
    """Give a town whose board has not answered yet."""
    (planned.inbox / "UBN.xlsx").unlink()
    for table in ("verdicts", "receipts"):
        with sqlite3.connect(planned.root / "styrxl.db") as ledger:
            ledger.execute(f"DELETE FROM {table}")  # noqa: S608 - both are ours
    return planned


def report(town: Town) -> dict[str, tuple[str, list[str]]]:
    """Judge the inbox; return verdict, and rules of the findings on arrival, by file name."""
    found = json.loads(town.run("validate", "--round", ROUND, "--format", "json", expect=None).stdout)["workbooks"]
    return {
        Path(w["path"]).name: (w["verdict"], [f["rule"] for f in w["findings"] if f["rule"] in {"doubted-date", "named-for-another"}])
        for w in found
        if w["owner"] == "UBN" and not w["path"].endswith("/UBN.xlsx")
    }


@pytest.mark.parametrize(
    "dates, told",
    [
        ((A_DAY, A_DAY + timedelta(hours=1)), [False, False]),
        ((A_DAY, A_DAY - timedelta(days=9)), [False, True]),
        ((FUTURE, A_DAY), [True, True]),
        ((FUTURE, FUTURE - timedelta(days=9)), [True, True]),
        ((A_DAY, PAST), [False, True]),
        ((A_DAY, A_DAY), [False, True]),
    ],
)
def test_what_comes_later_counts(town: Town, dates: tuple[datetime, datetime], told: list[bool]) -> None:
    """A sender's clock that is ahead, or an old file handed in at last, does not change who came first."""
    put(town, "b.xlsx", "Först", dates[0])
    _, first = report(town)["b.xlsx"]
    put(town, "a.xlsx", "Sedan", dates[1])
    found = report(town)
    assert [bool(first), bool(found["a.xlsx"][1])] == told
    assert (found["b.xlsx"][0], found["a.xlsx"][0]) == ("superseded", "accepted")
    assert report(town) == found
    with Ledger.open(town.workspace.database) as ledger:
        receipts = ledger.receipts(ROUND)
    earlier, later = (receipts[f"inbox/{ROUND}/{name}.xlsx"].received_at for name in "ba")
    assert earlier < later
    assert later <= datetime.now(UTC) + timedelta(seconds=1)


def test_files_first_seen_together_keep_the_order_of_their_dates(town: Town) -> None:
    """Whatever they are called."""
    for name, days in (("b", 3), ("c", 2), ("a", 1)):
        put(town, f"{name}.xlsx", name, FUTURE + timedelta(days=days))
    assert {name: verdict for name, (verdict, _) in report(town).items()} == {
        "a.xlsx": "superseded",
        "c.xlsx": "superseded",
        "b.xlsx": "accepted",
    }


def test_a_file_that_is_renamed_came_when_it_came(town: Town) -> None:
    """The newest is still the newest."""
    put(town, "a.xlsx", "Först", A_DAY)
    report(town)
    put(town, "b.xlsx", "Sedan", A_DAY + timedelta(hours=1))
    report(town)
    (town.inbox / "a.xlsx").rename(town.inbox / "z.xlsx")
    assert report(town) == {"b.xlsx": ("accepted", []), "z.xlsx": ("superseded", [])}


@pytest.mark.parametrize(
    "names", [("UBN.xlsx", "ubn.XLSX"), ("Språk.xlsx", unicodedata.normalize("NFD", "Språk.xlsx")), ("É.xlsx", "é.xlsx")]
)
def test_names_that_are_alike(town: Town, names: tuple[str, str]) -> None:
    """Names that differ in letter case or composition alone are those of two returns, and the newer of them counts."""
    for number, name in enumerate(names):
        put(town, name, name, A_DAY + timedelta(hours=number))
    if len([path for path in town.inbox.iterdir() if path.name in names]) < 2:
        pytest.skip("this file system takes them for one")
    found = json.loads(town.run("validate", "--round", ROUND, "--format", "json", expect=None).stdout)["workbooks"]
    mine = {w["path"]: w["verdict"] for w in found if w["path"].rpartition("/")[2] in names}
    assert list(mine.values()) == ["superseded", "accepted"] if names[0] < names[1] else ["accepted", "superseded"]
    with Ledger.open(town.workspace.database) as ledger:
        assert len({receipt.sha256 for path, receipt in ledger.receipts(ROUND).items() if path in mine}) == 2


def test_of_equal_files_the_one_that_came_first_counts(town: Town) -> None:
    """Whatever they are called, and although they are dated alike: else the old one would be answered again, and not the new one."""
    dated = A_DAY
    for name in ("c.xlsx", "a.xlsx", "b.xlsx"):
        put(town, name, "Först", dated)
        verdicts = {path: verdict for path, (verdict, _) in report(town).items()}
        assert verdicts == {path: "accepted" if path == "c.xlsx" else "duplicate" for path in verdicts}


def test_of_equal_files_seen_together_the_one_with_the_earliest_date_counts(town: Town) -> None:
    """The first time as ever after."""
    for hours, name in enumerate(("b.xlsx", "a.xlsx", "c.xlsx")):
        put(town, name, "Först", A_DAY - timedelta(hours=10 - hours))
    put(town, "0.xlsx", "Först", PAST)
    first = report(town)
    assert {name: verdict for name, (verdict, _) in first.items()} == {
        "b.xlsx": "accepted",
        "a.xlsx": "duplicate",
        "c.xlsx": "duplicate",
        "0.xlsx": "duplicate",
    }
    shutil.rmtree(town.root / ".styrxl-cache")
    assert report(town) == first
