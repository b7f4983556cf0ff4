"""A workspace read from Python says what the commands say, and writes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import styrxl
from styrxl.model.errors import StyrxlError
from town import ROUND, Town


def list_files(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file() and ".styrxl-cache" not in path.parts}


@pytest.fixture
def town(full: Town) -> Town:
    """Give a town that has answered, one board with a fault."""
    full.put("KFN.xlsx", full.filled("KFN", {"budget": [{"activity": "Library", "cost": 480}]}))
    return full


def test_a_round_says_what_the_command_says(town: Town) -> None:
    told = json.loads(town.run("validate", "--round", ROUND, "--format", "json", expect=None).stdout)
    before = list_files(town.root)
    round_ = styrxl.open(town.root).round(ROUND)
    assert [(one.path, one.verdict, one.owner) for one in round_.returns] == [
        (w["path"], w["verdict"], w["owner"]) for w in told["workbooks"]
    ]
    cells = [(f.rule, f.severity, f.sheet, f.cell, f.column, f.message) for one in round_.returns for f in one.findings]
    assert cells == [
        tuple(f[key] for key in ("rule", "severity", "sheet", "cell", "column", "message"))
        for w in told["workbooks"]
        for f in w["findings"]
    ]
    assert len(round_.findings) == len(cells) > 0
    assert set(round_.status["state"]) == {one.verdict for one in round_.returns}
    assert list_files(town.root) == before


def test_tables_hold_the_rows_in_force_with_their_places(town: Town) -> None:
    commitments = styrxl.open(town.root).round("2027-plan").tables["commitments"]
    assert [*commitments.columns[:5]] == ["owner", "path", "sheet", "row", "commitment_id"]
    board = commitments[commitments["owner"] == "UBN"]
    assert [*board["text"]] == ["Starta läsprogram", "Hålla samråd"]
    assert set(board["path"]) == {f"inbox/{ROUND}/UBN.xlsx"}
    assert set(board["sheet"]) == {"Åtaganden"}
    assert "KFN" not in set(commitments["owner"])
    budget = styrxl.open(town.root).round(ROUND).tables["budget"]
    assert budget.loc[budget["owner"] == "UBN", "cost"].sum() == 1050.75


def test_a_file_is_looked_at_and_not_recorded(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "min plan.xlsx"
    file.write_bytes(town.issued("UBN"))
    before = list_files(town.root)
    checked = styrxl.validate(file, workspace=town.root)
    assert (checked.owner, checked.form, checked.round, checked.verdict) == ("UBN", "annual_plan", ROUND, "rejected")
    assert {"empty-return"} >= {f.rule for f in checked.findings if f.severity == "error"} or checked.findings
    assert list_files(town.root) == before


def test_what_is_not_there_is_told(tmp_path: Path, full: Town) -> None:
    with pytest.raises(StyrxlError, match="no-workspace"):
        styrxl.open(tmp_path / "none")
    with pytest.raises(StyrxlError, match="unknown-round"):
        styrxl.open(full.root).round("2027-nothing")
    with pytest.raises(StyrxlError, match="ambiguous-round"):
        styrxl.open(full.root).round("delår 2027")
    assert styrxl.open(full.root).round("Plan 2027").id == ROUND
    with pytest.raises(StyrxlError, match="unknown-owner-named"):
        styrxl.validate(full.inbox / "UBN.xlsx", workspace=full.root, round=ROUND, owner="UBM", form="annual_plan")
    with pytest.raises(AttributeError):
        getattr(styrxl, "nothing")  # noqa: B009 -- type checkers know that it is not there


def test_importing_it_takes_no_library() -> None:
    """Nothing but what is asked for."""
    code = "import styrxl, sys; print(sorted({'pandas', 'pandera', 'sqlalchemy', 'openpyxl', 'click'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
