"""Next year: it begins from what this year has."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook

from filled import fill_issued, fill_plan
from judging import judge_data
from plan_of_all_kinds import GIVEN, MEASURED, as_given
from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.model.table_values import records
from styrxl.rounds.council_plan import read_plan_file
from styrxl.rounds.desk import open_desk
from styrxl.rounds.judge_council_plan import judge_plan
from styrxl.sample.opened import locate_sheets, open_sheets, open_workbook, read_values, save_workbook
from styrxl.store.ledger import Ledger
from town import BOARD, NOW, PLAN, ROUND, Town, new_town
from year import changed

NEXT = "2028-plan"
YEAR = {"start": date(2028, 1, 1), "end": date(2028, 12, 31)}


def rows(path: Path, sheet: str) -> list[list[Any]]:
    return [row for row in load_workbook(path).get_sheet_by_name(sheet).to_python() if any(value != "" for value in row)]


def into_next_year(town: Town) -> None:
    """Fill in the frames of next year, as the proposal asks for, and hand out its plans."""
    frames = [*PLAN["frames"], *({**row, "year": 2028} for row in PLAN["frames"])]
    town.workspace.plan_path.write_bytes(fill_plan(town.workspace, {**PLAN, "frames": frames}))
    town.run("distribute", NEXT, "--level", "board")


def issued(town: Town, owner: str) -> bytes:
    return (town.root / "outbox" / NEXT / f"{owner}.xlsx").read_bytes()


def judged(town: Town, data: bytes) -> JudgedRound:
    with Ledger.open(town.workspace.database) as ledger:
        desk = open_desk(town.workspace, ledger, NOW)
        return judge_data(desk, standard_rounds().parse(NEXT), [("UBN", data)], NOW)


def test_a_proposal_has_all_of_the_plan_and_a_row_for_each_thing_to_fill_in(full: Town) -> None:
    """The frames of next year, of those that had one; the plan itself is left alone."""
    before = full.workspace.plan_path.read_bytes()
    told = full.run("rollover", "2028").stdout
    assert "Skrev flerarsplan 2028.xlsx" in told
    assert "Ramar att fylla i (3): UBN, KFN, REV" in told
    assert full.workspace.plan_path.read_bytes() == before
    path = full.root / "flerarsplan 2028.xlsx"
    for sheet in ("Organisation", "Mål"):
        assert [row[:3] for row in rows(path, sheet)] == [row[:3] for row in rows(full.workspace.plan_path, sheet)]
    frames = [row[:3] for row in rows(path, "Ramar") if isinstance(row[1], float)]
    assert [(str(row[0]).split(" ")[0], row[1], row[2]) for row in frames] == [
        ("UBN", 2027, 1000),
        ("KFN", 2027, 500),
        ("REV", 2027, 5),
        ("UBN", 2028, ""),
        ("KFN", 2028, ""),
        ("REV", 2028, ""),
    ]
    full.run("rollover", "2028", expect=3)  # a proposal that somebody may have begun on is not written over


def test_a_filled_in_proposal_is_the_plan(full: Town) -> None:
    """Saved as the plan it is read like any other, and then there is nothing left to fill in."""
    full.run("rollover", "2028")
    path = full.root / "flerarsplan 2028.xlsx"
    book = open_workbook(path.read_bytes())
    frames = open_sheets(book, full.forms.form("multi_year_plan"))["frames"]
    for row, amount in enumerate((1100, 550, 6), 3):
        frames.cell("operating_frame", row).value = amount
    full.workspace.plan_path.write_bytes(save_workbook(book))
    told = full.run("rollover", "2028").stdout
    assert "har ramar och målvärden för 2028" in told
    full.run("validate", "--round", ROUND)  # this year is read as before


def test_assignments_and_indicators_go_on_into_the_proposal(tmp_path: Path) -> None:
    """All as they are, closed ones too; an indicator without a target for the year gets a row for it, with its kind and its split."""
    town = new_town(tmp_path / "town", {**PLAN, "assignments": GIVEN, "council_indicators": MEASURED})
    told = town.run("rollover", "2028").stdout
    workspace = town.workspace
    with Ledger.open(workspace.database) as ledger:
        data = read_plan_file(town.root / "flerarsplan 2028.xlsx")
        tables = judge_plan(workspace, workspace.forms_with(ledger.editions), data)[1]
    rows = {name: [*records(tables[name])] for name in ("assignments", "council_indicators")}
    for name, given in (("assignments", GIVEN), ("council_indicators", MEASURED)):
        assert as_given(rows[name], given) == list(given), name
    assert len(rows["assignments"]) == len(GIVEN)
    asked = [(row["indicator_id"], row["year"], row["direction"], row["by_sex"], row["target"]) for row in rows["council_indicators"][6:]]
    assert asked == [
        ("KF-I2", 2028, "within", "yes", None),
        ("KF-I3", 2028, "yes_no", None, None),
        ("KF-I4", 2028, "better", None, "lower"),
        ("KF-I5", 2028, "undirected", None, None),
    ]
    assert "KF-I1" not in told  # has its target for the year


@pytest.mark.parametrize("year, told", [("2031", "Inget av fullmäktiges mål gäller 2031"), ("2031", "Mål som inte gäller 2031 (3)")])
def test_what_ends_is_named(full: Town, year: str, told: str) -> None:
    """Goals that do not hold any more, and that none is left."""
    assert told in full.run("rollover", year).stdout


def test_goals_that_go_on_come_with_the_next_plan(full: Town) -> None:
    """Under their ids, to be changed as needed; new ones are numbered after the highest that anybody has answered under."""
    into_next_year(full)
    grid = locate_sheets(read_values(issued(full, "UBN")), full.forms.form("annual_plan"))["goals"]
    assert [grid.value(name) for name in ("goal_id", "text", "priority", "from_year", "to_year")] == [
        "UBN-M1",
        "Fler elever når målen",
        1,
        2027,
        2029,
    ]
    assert grid.value("parent_id") == "KF-M2 Kunskapsresultaten förbättras"
    assert grid.value("goal_id", 1) == "UBN-M2"


def test_what_was_carried_over_is_no_answer(full: Town) -> None:
    """A plan that nobody has written in is empty; one that keeps the goal as it was is fine."""
    into_next_year(full)
    assert [f.rule for f in judged(full, issued(full, "UBN")).returns[0].findings] == ["empty-return"]
    commitments = [
        {"text": "Utveckla läsprogrammet", "parent_id": "UBN-M1", "responsible": "Skolchef", "expected_result": "Fler läser", **YEAR},
        {"text": "Hålla fler samråd", "parent_id": "KF-M1", "responsible": "Skolchef", "expected_result": "Tre samråd", **YEAR},
    ]
    answers = {**{key: said for key, said in BOARD.items() if key != "goals"}, "commitments": commitments}
    result = judged(full, fill_issued(full.root, NEXT, "UBN", answers))
    assert result.returns[0].findings == ()
    assert result.tables["goals"]["goal_id"].tolist() == ["UBN-M1"]
    copied = changed(answers, "commitments", 0, text="starta läsprogram")
    [again] = judged(full, fill_issued(full.root, NEXT, "UBN", copied)).returns
    assert [(f.rule, f.column, f.facts["other"]) for f in again.findings] == [("copied-from-last-year", "Åtagande", "UBN-2027-A1")]
