"""What the command ``export`` writes: a data package that others' programs read, whole, and the same each time."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from datetime import datetime
from hashlib import sha256
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from town import BOARD, ROUND, Town

PERSON = "19640823-3234"


@pytest.fixture(scope="module")
def town(shared_full: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Give a town that has answered; one board writes what a spreadsheet would reckon with, and somebody's number; one has a fault."""
    full = shared_full.copy(tmp_path_factory.mktemp("export") / "full")
    first, *others = BOARD["commitments"]
    texts = {"text": '=HYPERLINK("http://example.se")', "expected_result": f'Fler läser, säger {PERSON};\n"alla"'}
    full.put("UBN.xlsx", full.filled("UBN", {**BOARD, "commitments": [{**first, **texts}, *others]}))
    full.put("KFN.xlsx", full.filled("KFN", {"budget": [{"activity": "Library", "cost": 480}]}))
    return full


@pytest.fixture(scope="module")
def folder(town: Town) -> Path:
    """Export the town's plans; give the folder."""
    town.run("export", ROUND)
    return town.root / "export" / ROUND


@pytest.fixture
def package(folder: Path) -> dict[str, Any]:
    """Give the package's description."""
    return json.loads((folder / "datapackage.json").read_text("utf-8"))  # type: ignore[no-any-return]


def copy_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".~")}


def read(folder: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of one of the package's tables."""
    return list(csv.DictReader(StringIO((folder / f"{name}.csv").read_bytes().decode("utf-8"), newline="")))


def test_the_package_names_each_of_its_files(folder: Path, package: dict[str, Any]) -> None:
    assert {path.name for path in folder.iterdir()} == {r["path"] for r in package["resources"]} | {"datapackage.json"}
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert (resource["bytes"], resource["hash"]) == (len(content), f"sha256:{sha256(content).hexdigest()}")
        heads = next(csv.reader(StringIO(content.decode("utf-8"))))
        assert heads == [field["name"] for field in resource["schema"]["fields"]]
        assert all(field["description"] for field in resource["schema"]["fields"])
    assert package["name"] == f"styrxl-{ROUND}"


def test_schemas_are_made_from_ours(package: dict[str, Any]) -> None:
    schemas = {r["name"]: r["schema"] for r in package["resources"]}
    fields = {f["name"]: f for f in schemas["goals"]["fields"]}
    assert fields["priority"] | {"description": ""} == {
        "name": "priority",
        "type": "integer",
        "description": "",
        "constraints": {"minimum": 1, "maximum": 3},
    }
    assert fields["goal_id"]["constraints"]["pattern"].endswith(r"-M\d+$")
    assert {f["name"]: f["type"] for f in schemas["commitments"]["fields"]}["start"] == "date"
    assert {f["name"]: f for f in schemas["confirmation"]["fields"]}["status"]["constraints"] == {"enum": ["proposed", "decided"]}
    assert schemas["goals"]["primaryKey"] == ["path", "sheet", "row"]
    links = {(k["fields"][0], k["reference"]["resource"]) for k in schemas["fact_goal_states"]["foreignKeys"]}
    assert links == {("round", "dim_rounds"), ("goal", "dim_goals")}
    assert {schema["missingValues"] == [""] for schema in schemas.values()} == {True}


@pytest.mark.skipif(not find_spec("frictionless"), reason="frictionless is not installed")
def test_frictionless_finds_it_valid(folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json"]
    assert subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0
    folder = shutil.copytree(folder, tmp_path / "broken")
    owners = folder / "dim_owners.csv"
    owners.write_bytes(owners.read_bytes().replace(b"UBN,", b"UBM,", 1))
    assert subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 1


def test_it_says_what_was_accepted_found_and_awaited(folder: Path) -> None:
    assert {row["owner"] for row in read(folder, "commitments")} == {"UBN", "UBN-ÅBY", "UBN-ÖST", "KFN-BIB"}
    assert {row["owner"]: row["state"] for row in read(folder, "status")}["KFN"] == "rejected"
    assert {row["verdict"] for row in read(folder, "findings") if row["severity"] == "error"} == {"rejected"}
    assert {row["owner"]: row["frame_current"] for row in read(folder, "fact_board_money")}["UBN"] == "1000"


def test_texts_are_no_formulas_and_name_nobody(folder: Path) -> None:
    [row] = [row for row in read(folder, "commitments") if row["commitment_id"] == "UBN-2027-A1"]
    assert row["text"] == '\'=HYPERLINK("http://example.se")'
    assert row["expected_result"] == 'Fler läser, säger 1964****-****;\n"alla"'
    assert not any(PERSON in path.read_text("utf-8") for path in folder.iterdir())


def test_the_same_input_gives_the_same_bytes_and_nothing_is_half_written(folder: Path, package: dict[str, Any], town: Town) -> None:
    """A file that somebody has open stops it; what the package had before and has no more goes, a file that is not its own stays."""
    first = copy_files(folder)
    (folder / "egen.csv").write_text("a", "utf-8")
    (folder / "borta.csv").write_text("a", "utf-8")
    named = json.dumps({**package, "resources": [*package["resources"], {"path": "borta.csv"}]})
    (folder / "datapackage.json").write_text(named, "utf-8")
    before = copy_files(folder)
    lock = folder / ".~lock.status.csv#"
    lock.write_text("Controller", "utf-8")
    assert "status.csv" in town.run("export", ROUND, expect=3).output
    assert copy_files(folder) == before
    lock.unlink()
    town.run("export", ROUND)
    assert copy_files(folder) == {**first, "egen.csv": b"a"}
    (folder / "egen.csv").unlink()


def test_what_may_be_published_lies_apart_and_names_nothing(town: Town, folder: Path) -> None:
    first = copy_files(folder)
    town.run("export", ROUND, "--public")
    public = town.root / "export" / f"{ROUND}-public"
    assert copy_files(folder) == first
    said = "\n".join(path.read_text("utf-8") for path in public.iterdir())
    assert "inbox/" not in said
    assert not any(text in said for text in ("Förvaltningschef", "Rektor", "Hålla samråd", "Grundskola", "Åtaganden!", "HYPERLINK", "@"))
    assert read(public, "fact_board_money") == read(folder, "fact_board_money")
    assert {row["council_text"] for row in read(public, "dim_goals")} == {row["council_text"] for row in read(folder, "dim_goals")}


@pytest.mark.parametrize("form", ["json", "parquet"])
def test_other_formats_hold_the_same(town: Town, folder: Path, form: str) -> None:
    kept = {name: read(folder, name) for name in ("fact_board_money", "status", "goals")}
    texts = {row["commitment_id"]: row["text"].removeprefix("'") for row in read(folder, "commitments")}
    town.run("export", ROUND, "--format", form)
    assert {path.suffix for path in folder.iterdir()} == {f".{form}", ".json"}
    tables = {name: load(folder / f"{name}.{form}") for name in (*kept, "commitments")}
    assert {row["commitment_id"]: row["text"] for row in tables["commitments"]} == texts
    assert {name: [{f: say(v) for f, v in row.items()} for row in tables[name]] for name in kept} == kept
    town.run("export", ROUND)


def load(path: Path) -> list[dict[str, Any]]:
    """Return a table's rows as values."""
    if path.suffix == ".json":
        return json.loads(path.read_text("utf-8"))  # type: ignore[no-any-return]
    parquet: Any = pytest.importorskip("pyarrow.parquet")
    return parquet.read_table(path).to_pylist()  # type: ignore[no-any-return]


def say(value: Any) -> str:
    """Return a value as CSV has it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
