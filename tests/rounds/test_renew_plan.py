"""``init --renew``: a multi-year plan by an older form, written by today's with all its rows, and the old file kept beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from filled import fill_plan
from long_runs import long_run
from plan_of_all_kinds import GIVEN, MEASURED, as_given
from styrxl.cli import cli
from styrxl.model.standard_folder import standard_folder
from styrxl.rounds.council_plan import read_plan_file
from styrxl.rounds.issue import keep_plan_edition
from styrxl.rounds.judge_council_plan import read_judged_plan
from styrxl.sample.opened import open_workbook, save_workbook
from styrxl.store.ledger import Ledger
from styrxl.store.workspace import Workspace
from town import KEY, PLAN, Town
from year import ADJUSTMENT

OLD = {
    **PLAN,
    "frame_adjustments": [ADJUSTMENT, {**ADJUSTMENT, "operating": -7.5, "decision": "KF 2027-09-01 § 140"}],
    "waivers": [{"owner": "UBN", "round": "2027-t1", "rule": "missing-value", "reason": "Nytt system", "until": ADJUSTMENT["date"]}],
}


def write_older_form(root: Path) -> Path:
    """Write the plan's form as it was before some of its sheets and columns; return where it lies."""
    text = (standard_folder() / "sheets" / "multi_year_plan.yaml").read_text("utf-8")
    for sheet in ("last_year", "overall"):
        text = re.sub(rf"^  {sheet}:\n(?:    .*\n)+", "", text, flags=re.MULTILINE)
    text = re.sub(
        r"^      kind: \{heading: \{sv: Typ, en: Kind\}, list: adjustment_kind.*\n(?:        .*\n)*", "", text, flags=re.MULTILINE
    )
    path = root / "sheets" / "multi_year_plan.yaml"
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    return path


def older_town(root: Path, language: str = "sv", answers: Any = OLD, rows: int | None = None) -> Town:
    """Make a workspace whose plan was built with the older form, which is not there any more."""
    workspace = Workspace.init(root, "Åköping", key=KEY, language=language)
    form_file = write_older_form(root)
    with Ledger.open(workspace.database) as ledger:
        keep_plan_edition(workspace, ledger)
    form = workspace.forms.form("multi_year_plan")
    assert "last_year" not in {sheet.key for sheet in form.sheets}
    assert "kind" not in {column.field for column in form.sheet("frame_adjustments").columns}
    workspace.plan_path.write_bytes(fill_plan(workspace, answers, rows))
    form_file.unlink()
    return Town(root)


def read_rows(town: Town) -> Any:
    workspace = town.workspace
    with Ledger.open(workspace.database) as ledger:
        return read_judged_plan(workspace, workspace.forms_with(ledger.editions), read_plan_file(workspace.plan_path))[0]


def write_beside(town: Town) -> None:
    """Add a sheet, a column and a remark of the controller's own."""
    book = open_workbook(town.workspace.plan_path.read_bytes())
    book.create_sheet("Egna anteckningar")["B2"] = "Ring kommunchefen"
    frames = next(sheet for sheet in book.worksheets if sheet.title in {"Ramar", "Frames"})
    heading = next(cell.row for cell in frames["A"] if cell.value in {"Nämnd*", "Board*"})
    frames.cell(heading, 7, "Eget")
    frames.cell(heading + 1, 7, "Kolla i höst")
    frames["I2"] = "Preliminära ramar"
    town.workspace.plan_path.write_bytes(save_workbook(book))


@pytest.mark.parametrize("language", ["sv", "en"])
def test_all_rows_are_in_the_new_plan_and_what_is_not_is_named(tmp_path: Path, language: str) -> None:
    town = older_town(tmp_path / "town", language)
    write_beside(town)
    before, rows = town.workspace.plan_path.read_bytes(), read_rows(town)
    told = town.run("init", "--renew").stdout
    [kept] = town.root.glob("flerarsplan *.xlsx")
    assert kept.read_bytes() == before
    assert re.fullmatch(r"flerarsplan 20\d\d-\d\d-\d\d\.xlsx", kept.name)
    after = read_rows(town)
    assert {table: some for table, some in after.items() if some} == {table: some for table, some in rows.items() if some}
    assert [row["operating"] for row in after["frame_adjustments"]] == [20.0, -7.5]
    there = open_workbook(town.workspace.plan_path.read_bytes()).sheetnames
    expected = {
        "sv": (
            f"Skrev flerarsplan.xlsx efter dagens formulär, med alla rader. Den gamla finns kvar som {kept.name}.\n"
            "Nytt blad: Helhet\nNytt blad: Föregående år\nNy kolumn: Ramjusteringar, Typ\n"
            f"Det här följde inte med. Det finns kvar i {kept.name}:\n"
            "  Celler utanför tabellen på bladet Ramar (I2): 1 ifyllda.\n"
            "  Er egen kolumn Eget på bladet Ramar, ifyllda celler: 1.\n"
            "  Ert eget blad Egna anteckningar, ifyllda celler: 1.\n"
        ),
        "en": (
            f"Wrote flerarsplan.xlsx by today's form, with all its rows. The old one is kept as {kept.name}.\n"
            "New sheet: Overall\nNew sheet: Previous year\nNew column: Frame adjustments, Kind\n"
            f"This did not come along. It is still in {kept.name}:\n"
            "  Cells outside the table on the sheet Frames (I2): 1.\n"
            "  Your own column Eget on the sheet Frames, cells filled in: 1.\n"
            "  Your own sheet Egna anteckningar, cells filled in: 1.\n"
        ),
    }
    assert told == expected[language]
    assert ("Föregående år" if language == "sv" else "Previous year") in there
    assert town.run("init", "--renew").stdout.startswith("flerarsplan.xlsx ")  # it is today's already
    assert len([*town.root.glob("flerarsplan *.xlsx")]) == 1
    town.run("distribute", "2027-plan", "--level", "board")


def test_assignments_and_indicators_of_all_kinds_come_along(tmp_path: Path) -> None:
    """A closed one with its decision; targets of two years, words and numbers, and what is split by sex."""
    answers = {**OLD, "assignments": GIVEN, "council_indicators": MEASURED}
    town = older_town(tmp_path / "town", answers=answers)
    before = read_rows(town)
    town.run("init", "--renew")
    after = read_rows(town)
    for name, given in (("assignments", GIVEN), ("council_indicators", MEASURED)):
        assert list(after[name]) == list(before[name])
        assert as_given(after[name], given) == list(given)


def test_it_may_be_done_by_the_folders_name_and_again_the_same_day(tmp_path: Path) -> None:
    """The file that was kept first stays; the next one gets a number."""
    town = older_town(tmp_path / "town")
    first = town.workspace.plan_path.read_bytes()
    assert CliRunner().invoke(cli, ["init", str(town.root), "--renew"]).exit_code == 0
    town.run("init", "--renew", "--rows", "500")
    kept = sorted(town.root.glob("flerarsplan *.xlsx"), key=lambda path: len(path.name))
    assert [path.read_bytes() == first for path in kept] == [True, False]
    assert kept[1].name.endswith(" (2).xlsx")


def test_a_plan_with_more_rows_than_the_form_has_keeps_them(tmp_path: Path) -> None:
    more = long_run(410, 2300)  # than the 400 for which there is room otherwise
    units = [{"org_id": f"UBN-E{n}", "name": f"Enhet {n}", "kind": "unit", "board_id": "UBN"} for n in range(1, more + 1)]
    town = older_town(tmp_path / "town", answers={**OLD, "organisation": [*OLD["organisation"], *units]}, rows=more + 50)
    rows = read_rows(town)
    town.run("init", "--renew")
    assert read_rows(town)["organisation"] == rows["organisation"]
    assert len(rows["organisation"]) > more


def test_a_plan_from_before_forms_were_kept_is_renewed_too(tmp_path: Path) -> None:
    town = older_town(tmp_path / "town")
    book = open_workbook(town.workspace.plan_path.read_bytes())
    for name, value in ((row[0].value, row[1]) for row in book["_styrxl"].iter_rows()):
        if name == "edition":
            value.value = None
    book.custom_doc_props.props.clear()  # type: ignore[attr-defined] # newer than its types
    town.workspace.plan_path.write_bytes(save_workbook(book))
    rows = read_rows(town)
    assert "Skrev flerarsplan.xlsx" in town.run("init", "--renew").stdout
    after = read_rows(town)
    assert {table: some for table, some in after.items() if some} == {table: some for table, some in rows.items() if some}


# wrong orders


def refused(town: Town, expect: int = 3) -> str:
    """Run it where it cannot be done; return what is told. Nothing may have changed."""
    before = {path: path.read_bytes() for path in town.root.glob("*.xlsx")}
    told = town.run("init", "--renew", expect=expect).stderr
    assert {path: path.read_bytes() for path in town.root.glob("*.xlsx")} == before
    return told


def test_it_needs_a_workspace_with_a_plan(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "saknar filen styrxl.toml" in refused(Town(tmp_path / "empty"))
    town = older_town(tmp_path / "town")
    town.workspace.plan_path.unlink()
    assert "flerarsplan.xlsx finns inte" in refused(town)


def test_a_plan_that_is_open_is_left_alone(tmp_path: Path) -> None:
    town = older_town(tmp_path / "town")
    (town.root / "~$flerarsplan.xlsx").write_bytes(b"")
    assert "är öppen i Excel eller LibreOffice" in refused(town)


def test_a_plan_with_faults_is_to_be_mended_first(tmp_path: Path) -> None:
    """Its faults are told as they are by every command."""
    town = older_town(tmp_path / "town", answers={**OLD, "frames": [{"board_id": "UBN", "year": "snart", "operating_frame": 1}]})
    told = refused(town)
    assert "fel som behöver rättas först" in told
    assert "Ramar B" in told


def test_without_renew_a_folder_is_needed(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["--workspace", str(tmp_path), "init"])
    assert result.exit_code == 2
    assert "MAPP" in result.stderr
