"""A round as a package for the archive: whole, checked by others' program, its tables as their schemas say, its workbooks as published."""

from __future__ import annotations

import csv
import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import bagit
import pytest

from killed import Points, run_until
from long_runs import long_run
from small_pdf import read_pdf_standard
from town import ROUND, Town, saying

pytestmark = pytest.mark.filterwarnings("ignore:.*sRGB2014.icc")  # which WeasyPrint leaves to the garbage collection to close
KILLS = long_run(1, 40)


@pytest.fixture(scope="module")
def once_archived(shared_full: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a town with a package of its round, in which a return was set aside and one is nobody's."""
    town = shared_full.copy(tmp_path_factory.mktemp("archived") / "town")
    town.put("100 % klart?.xlsx", saying(town.filled("UBN-ÖST"), owner="NOBODY"), 9)
    town.run("consolidate", ROUND, "--all")
    town.run("set-aside", ROUND, "KFN-BIB", "--reason", "Fel år", "--by", "Controller")
    town.run("consolidate", ROUND, "--all")
    said = town.run("archive", ROUND).output
    assert f"archive/{ROUND} är klart" in said
    assert "Sekretess prövas" in said
    return town


@pytest.fixture
def archived(once_archived: Town, tmp_path: Path) -> tuple[Town, Path]:
    """Return a town and its package, for a test of its own."""
    town = once_archived.copy(tmp_path / "archived")
    return town, town.root / "archive" / ROUND


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    return list(csv.DictReader(StringIO(path.read_text("utf-8"), newline="")))


def test_it_is_a_valid_bag(archived: tuple[Town, Path]) -> None:
    """As bagit sees it, and not when a byte is turned."""
    _, path = archived
    bag = bagit.Bag(str(path))
    bag.validate()
    assert bag.info["Source-Organization"] == "Åköping"
    assert bag.info["External-Identifier"] == ROUND
    table = path / "data" / "tables" / "budget.csv"
    table.write_bytes(table.read_bytes().replace(b"900.5", b"900.6"))
    with pytest.raises(bagit.BagError):
        bagit.Bag(str(path)).validate()


def test_what_is_in_it(archived: tuple[Town, Path]) -> None:
    """All originals byte by byte, those that do not count too; never the key."""
    town, path = archived
    originals = {file.name: file.read_bytes() for file in (path / "data" / "originals").iterdir()}
    assert originals.pop("100 _ klart_.xlsx") == (town.inbox / "100 % klart?.xlsx").read_bytes()
    assert originals == {file.name: file.read_bytes() for file in town.inbox.iterdir() if "%" not in file.name}
    assert (path / "data" / "rules" / "flerarsplan.xlsx").read_bytes() == (town.root / "flerarsplan.xlsx").read_bytes()
    assert len(list((path / "data" / "rules" / "editions").iterdir())) == 3
    assert "Lämna" not in (path / "data" / "README.txt").read_text("utf-8")
    key = (town.root / "styrxl.key").read_bytes().strip()
    assert not [file for file in path.rglob("*") if file.is_file() and key in file.read_bytes()]


def test_its_workbooks_are_those_that_were_published(archived: tuple[Town, Path]) -> None:
    """Byte by byte; where something else was published both are there, and it is said."""
    town, path = archived
    for name in (f"council/{ROUND}.xlsx", f"boards/{ROUND}/UBN.xlsx", f"boards/{ROUND}/KFN.xlsx"):
        assert (path / "data" / "reports" / name).read_bytes() == (town.root / name).read_bytes()
    assert not (path / "data" / "published").exists()
    town.run("take-back", ROUND, "KFN-BIB", "--reason", "Rätt år", "--by", "Controller")
    said = town.run("archive", ROUND, "--no-pdf", str(town.root / "archive" / "again")).output
    assert "Det som är publicerat är inte det som svaren ger nu" in said
    again = town.root / "archive" / "again" / "data"
    assert (again / "published" / "council" / f"{ROUND}.xlsx").read_bytes() == (town.root / "council" / f"{ROUND}.xlsx").read_bytes()
    assert not list(again.rglob("*.pdf"))


def test_its_report_is_to_be_kept(archived: tuple[Town, Path]) -> None:
    """As PDF/A-2a, by what it says of itself, with its colours defined and its letters in it."""
    _, path = archived
    standard = read_pdf_standard(path / "data" / "reports" / "council" / f"{ROUND}.pdf")
    assert (standard.part, standard.conformance) == ("2", "A")
    assert standard.has_colours
    assert standard.fonts
    assert standard.fonts == standard.embedded


def test_records_and_decisions(archived: tuple[Town, Path]) -> None:
    """Who got what, what came, how it was judged and what was decided, with what was wrong in words."""
    _, path = archived
    records = {file.stem: read_rows(file) for file in (path / "data" / "records").glob("*.csv")}
    assert sorted(row["owner"] for row in records["issued"]) == ["KFN", "KFN-BIB", "UBN", "UBN-ÅBY", "UBN-ÖST"]
    assert [row["original"] for row in records["received"] if "%" in row["path"]] == ["originals/100 _ klart_.xlsx"]
    (decision,) = records["decisions"]
    assert (decision["kind"], decision["reason"], decision["decided_by"]) == ("set-aside", "Fel år", "Controller")
    newest = {row["path"]: row["verdict"] for row in records["verdicts"]}
    assert newest[f"inbox/{ROUND}/KFN-BIB.xlsx"] == "set-aside"
    assert newest[f"inbox/{ROUND}/UBN.xlsx"] == "accepted"
    assert ("unknown-owner", "error") in {
        (row["rule"], row["severity"]) for row in read_rows(path / "data" / "tables" / "findings.csv") if "%" in row["path"]
    }
    story = json.loads((path / "data" / "records" / "log.json").read_text("utf-8"))
    assert {"issued", "received", "judged", "set-aside"} <= {event["event"] for event in story["events"]}


def test_tables_are_as_their_schemas_say(archived: tuple[Town, Path]) -> None:
    """Each value of each row is of the type and within the bounds of its field; what counts is there and what does not is not."""
    _, path = archived
    checked = 0
    folders = [path / "data" / name for name in ("tables", "records")]
    packages = {folder: json.loads((folder / "datapackage.json").read_text("utf-8")) for folder in folders}
    for folder, resource in ((folder, resource) for folder, package in packages.items() for resource in package["resources"]):
        rows = read_rows(folder / resource["path"])
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        assert (folder / resource["path"]).read_text("utf-8").splitlines()[0].split(",") == list(fields)
        for row in rows:
            for name, text in row.items():
                checked += text != ""
                assert text == "" or fits(text, fields[name]), (resource["name"], name, text, fields[name])
    assert checked > 300
    budget = read_rows(path / "data" / "tables" / "budget.csv")
    assert [(row["owner"], row["activity"], row["cost"]) for row in budget] == [
        ("UBN", "Grundskola", "900.5"),
        ("UBN", "Förskola", "150.25"),
        ("KFN", "Library", "480"),
    ]
    assert not [row for row in read_rows(path / "data" / "tables" / "commitments.csv") if row["owner"] == "KFN-BIB"]


def fits(text: str, field: Mapping[str, Any]) -> bool:
    """Tell whether a text is a value of a field of a Table Schema."""
    limits = field.get("constraints", {})
    kind: str = field["type"]
    readers: Mapping[str, Callable[[str], Any]] = {"integer": int, "number": float, "date": date.fromisoformat, "datetime": _read_time}
    read = readers.get(kind, str)
    value: Any = read(text)
    low, high = ((read(str(limits[key])) if key in limits else value) for key in ("minimum", "maximum"))
    within = low <= value <= high and limits.get("minLength", 0) <= len(text) <= limits.get("maxLength", len(text))
    return within and value in limits.get("enum", [value]) and bool(re.fullmatch(limits.get("pattern", ".*"), text, re.DOTALL))


def _read_time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")


def test_never_over_another(archived: tuple[Town, Path]) -> None:
    """A package that was handed over stays as it is."""
    town, path = archived
    before = (path / "tagmanifest-sha256.txt").read_bytes()
    assert "finns redan" in town.run("archive", ROUND, expect=3).output
    assert (path / "tagmanifest-sha256.txt").read_bytes() == before


def test_of_a_round_without_anything(full: Town) -> None:
    """Nothing is written."""
    assert "inget att arkivera" in full.run("archive", "2031-t1", expect=3).output
    assert not (full.root / "archive").exists()


def test_without_what_makes_pdf(full: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an error, since nobody would miss the report until it is wanted."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    assert "styrxl archive --no-pdf" in full.run("archive", ROUND, expect=3).output
    assert not list((full.root / "archive").rglob("*.txt"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_at_any_moment(full: Town) -> None:
    """There is a whole package or none, and the next one is made and clears away what was left."""
    full.run("consolidate", ROUND)
    path = full.root / "archive" / ROUND

    words = ["--workspace", str(full.root), "archive", ROUND, "--no-pdf"]
    points = Points(frozenset({"os.mkdir", "os.rename"}), ".styrxl-", full.root)
    _, total = run_until(points, -1, words)
    assert total > 20
    path.rename(full.root / "first")
    for number in range(KILLS):
        assert run_until(points, total - 1 - (7 * number) % total, words)[0]
        assert not path.exists() or bagit.Bag(str(path)).is_valid()
        assert not path.exists()
    full.run("archive", ROUND, "--no-pdf")
    bagit.Bag(str(path)).validate()
    assert [one.name for one in path.parent.iterdir()] == [ROUND]
