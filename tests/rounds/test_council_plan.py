"""The council's plan, read by one command and kept for the next."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from filled import build_short_plan
from municipality import FRAMES
from styrxl.model.council_plan import Overall, Plan
from styrxl.model.errors import StyrxlError
from styrxl.model.judged import Judged
from styrxl.model.standard_folder import standard_folder
from styrxl.rounds import judge_council_plan
from styrxl.rounds.council_plan import read_plan
from styrxl.sample.opened import open_workbook, save_workbook
from town import PLAN, ROUND, Town

CHANGED = date(2027, 6, 1)
FULL: dict[str, tuple[Mapping[str, Any], ...]] = {
    **{name: tuple(rows) for name, rows in PLAN.items()},
    "organisation": (*PLAN["organisation"], {"org_id": "KFN-NY", "name": "Nya", "kind": "unit", "board_id": "KFN", "from": CHANGED}),
    "frame_adjustments": ({"board_id": "UBN", "year": 2027, "date": CHANGED, "operating": 20.5, "decision": "KF 2027-06-01 § 7"},),
    "council_indicators": (
        {"indicator_id": "KF-I1", "goal_id": "KF-M2", "name": "Behöriga", "unit": "procent", "direction": "higher", "board_id": "UBN"}
        | {"year": 2027, "target": 85.5},
    ),
    "council_assessments": ({"round": "2027-year", "goal_id": "KF-M1", "assessment": "fulfilled", "reason": "Gott."},),
    "overall": (
        {"round": "2027-year", "judgement": "I huvudsak.", "balance_result": -1200.5, "tax_revenue": 5000, "net_financial_items": -8},
    ),
    "waivers": ({"owner": "UBN", "round": ROUND, "rule": "goal-uncovered", "reason": "Ny nämnd.", "until": CHANGED},),
}


@pytest.fixture
def kept(planned: Town) -> Path:
    """Where the plan's rows are kept, of a workspace whose plan has something on every sheet."""
    planned.workspace.plan_path.write_bytes(build_short_plan(planned.workspace, FULL))
    path = planned.root / ".styrxl-cache" / "council-plan.json"
    path.unlink()
    return path


def judged_instead(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows each time a plan is judged."""
    judged: list[int] = []
    judge = judge_council_plan.read_judged_plan

    def noted(*arguments: object) -> object:
        judged.append(1)
        return judge(*arguments)  # type: ignore[arg-type] # as they come

    monkeypatch.setattr(judge_council_plan, "read_judged_plan", noted)
    return judged


def test_what_is_kept_is_what_was_judged(planned: Town, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each value and each day of every table, and nothing is judged the second time."""
    judged = judged_instead(monkeypatch)
    first, second = read_plan(planned.workspace, planned.forms), read_plan(planned.workspace, planned.forms)
    assert len(judged) == 1
    assert kept.is_file()
    assert first == second
    assert first.organisations[-1].start == CHANGED
    assert first.adjustments[0].date == CHANGED
    assert first.waivers[0].until == CHANGED
    assert (first.indicators[0]["target"], first.indicators[0]["baseline"]) == (85.5, None)
    assert first.frames["UBN", 2027] == (1000.0, 100.0)
    assert first.find_overall("2027-year") == Overall("2027-year", "I huvudsak.", -1200.5, 5000.0, None, -8.0)
    assert first.find_overall("2027-t2") is None


def test_what_a_plan_of_an_older_form_lacks_is_told_in_the_same_words_each_time(planned: Town, kept: Path) -> None:
    """Also by a command that finds the rows kept."""
    book = load_workbook(planned.workspace.plan_path)
    del book["Helhet"]
    book.save(planned.workspace.plan_path)
    first, second = (planned.run("status", ROUND).stderr for _ in range(2))
    assert kept.is_file()
    assert "Helhet" in first
    assert "init --renew" in first
    assert second == first


def change_plan(town: Town) -> None:
    frames = ({**FRAMES[0], "operating_frame": 1001}, *FRAMES[1:])
    town.workspace.plan_path.write_bytes(build_short_plan(town.workspace, {**FULL, "frames": frames}))


def change_form(town: Town) -> None:
    (town.root / "sheets").mkdir()
    (town.root / "sheets" / "words.yaml").write_bytes((standard_folder() / "sheets" / "words.yaml").read_bytes() + b"\n# a comment\n")


def change_program(town: Town) -> None:
    path = town.root / ".styrxl-cache" / "council-plan.json"
    path.write_text(path.read_text("utf-8").replace('"key":["', '"key":["0'), "utf-8")


def damage(town: Town) -> None:
    path = town.root / ".styrxl-cache" / "council-plan.json"
    path.write_bytes(path.read_bytes()[:-20])


def put_something_else_there(town: Town) -> None:
    (town.root / ".styrxl-cache" / "council-plan.json").write_text(json.dumps([1, 2]))


@pytest.mark.parametrize("change", [change_plan, change_form, change_program, damage, put_something_else_there])
def test_what_was_judged_of_something_else_is_not_believed(
    planned: Town, kept: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Town], None]
) -> None:
    """Another plan, form or program, or a file that does not hold together: the plan is judged anew."""
    before = read_plan(planned.workspace, planned.forms)
    change(planned)
    judged = judged_instead(monkeypatch)
    after: Plan = read_plan(planned.workspace, planned.forms)
    assert len(judged) == 1
    assert (after == before) is (change is not change_plan)
    assert kept.is_file()


def test_a_plan_with_errors_is_told_each_time(planned: Town, kept: Path) -> None:
    """Nothing is kept of it."""
    book = load_workbook(planned.workspace.plan_path)
    book["Ramar"]["C5"].value = "mycket"
    book.save(planned.workspace.plan_path)
    for _ in range(2):
        with pytest.raises(StyrxlError) as caught:
            read_plan(planned.workspace, planned.forms)
        assert caught.value.code == "plan-broken"
    assert not kept.exists()


@pytest.mark.parametrize("name", ["Ramar (2026-11)", "Ramar (2)", "Ramar kopia", "Förra höstens"])
def test_a_copied_sheet_is_named_and_not_read(planned: Town, name: str) -> None:
    """Frames of last autumn, kept for comparison, change none of this year's; the controller is told as long as they are there."""
    before = read_plan(planned.workspace, planned.forms)
    book = open_workbook(planned.workspace.plan_path.read_bytes())
    copied = book.copy_worksheet(book["Ramar"])
    copied.title = name
    for row in copied.iter_rows(min_row=2):
        for cell in row:
            if isinstance(cell.value, int | float) and cell.value not in {2027, 2028}:
                cell.value = cell.value / 2
    planned.workspace.plan_path.write_bytes(save_workbook(book))
    after = read_plan(planned.workspace, planned.forms)
    assert after.frames == before.frames
    assert [(f.rule, f.sheet) for f in after.findings] == [("unread-sheet", name)]
    assert read_plan(planned.workspace, planned.forms).findings == after.findings
    for _ in range(2):
        assert f"flerarsplan.xlsx: Bladet {name} " in planned.run("status", ROUND).output


def test_a_plan_that_knows_nothing_of_the_whole_is_as_good(planned: Town) -> None:
    """The controller is told that an optional sheet is missing, and it stops nothing."""
    book = load_workbook(planned.workspace.plan_path)
    del book["Helhet"]
    book.save(planned.workspace.plan_path)
    plan = read_plan(planned.workspace, planned.forms)
    told = [(finding.rule, finding.severity, finding.sheet) for finding in plan.findings]
    assert (plan.overall, told) == ((), [("missing-sheet", "info", "Helhet")])


@pytest.mark.parametrize(
    "row, cell, rule",
    [
        ({"round": "2027-t9"}, "A6", "not-in-list"),
        ({"judgement": "Ja."}, "A6", "missing-value"),
        ({"round": "2027-t2", "tax_revenue": -5}, "D6", "out-of-range"),
    ],
)
def test_what_is_wrong_on_the_sheet_of_the_whole(planned: Town, row: Mapping[str, Any], cell: str, rule: str) -> None:
    answers = {name: tuple(rows) for name, rows in PLAN.items()}
    planned.workspace.plan_path.write_bytes(build_short_plan(planned.workspace, {**answers, "overall": (row,)}))
    with pytest.raises(StyrxlError) as caught:
        read_plan(planned.workspace, planned.forms)
    judged = caught.value.facts["judged"]
    assert isinstance(judged, Judged)
    assert [(f.sheet, f.cell, f.rule) for f in judged.findings] == [("Helhet", cell, rule)]


def test_the_office_may_state_coverage_without_an_assessment(planned: Town) -> None:
    """Of several rows of a goal the last one that says something counts; a row that says neither is refused."""
    rows = (
        {"round": "2027-t1", "goal_id": "KF-M1", "coverage": "poor"},
        {"round": "2027-t1", "goal_id": "KF-M2", "assessment": "on_track", "coverage": "good"},
        {"round": "2027-t1", "goal_id": "KF-M2", "coverage": "partly"},
    )
    planned.workspace.plan_path.write_bytes(build_short_plan(planned.workspace, {**FULL, "council_assessments": rows}))
    plan = read_plan(planned.workspace, planned.forms)
    assert plan.stated_coverage("2027-t1") == {"KF-M1": "poor", "KF-M2": "partly"}
    assert {code: own.assessment for code, own in plan.assessed("2027-t1").items()} == {"KF-M2": "on_track"}
    assert plan.stated_coverage("2027-year") == {}
    neither = ({"round": "2027-t1", "goal_id": "KF-M1", "reason": "Hm."},)
    planned.workspace.plan_path.write_bytes(build_short_plan(planned.workspace, {**FULL, "council_assessments": neither}))
    with pytest.raises(StyrxlError, match="plan-broken"):
        read_plan(planned.workspace, planned.forms)
