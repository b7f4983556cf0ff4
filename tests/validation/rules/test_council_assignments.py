"""The sheet Uppdrag of the council's plan: who answers for what until when, given and closed by which decisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from filled import build_short_plan
from styrxl.model.assignments import Assignment
from styrxl.model.council_plan import Plan
from styrxl.model.errors import StyrxlError
from styrxl.model.findings import fix
from styrxl.model.judged import Judged
from styrxl.rounds.council_plan import read_plan
from town import PLAN, Town

GIVEN: Mapping[str, Any] = {
    "assignment_id": "KF-U1",
    "text": "Utred skolskjutsen",
    "responsible": "UBN",
    "due": date(2027, 6, 30),
    "decided_on": date(2026, 11, 23),
    "decision": "KF 2026-11-23 § 140",
}
CLOSED = {"closed_on": date(2027, 9, 1), "closing_decision": "KF 2027-09-01 § 98"}


def written(town: Town, *rows: Mapping[str, Any]) -> Plan:
    """Return the plan of a town with some assignments."""
    answers = {name: tuple(those) for name, those in PLAN.items()}
    town.workspace.plan_path.write_bytes(build_short_plan(town.workspace, {**answers, "assignments": rows}))
    return read_plan(town.workspace, town.forms)


def test_assignments_are_read(planned: Town) -> None:
    """With those responsible by id, or all boards, written in either language; nothing is told of what is right."""
    rows = (
        {**GIVEN, "goal_id": "KF-M1"},
        {**GIVEN, **CLOSED, "assignment_id": "KF-U2", "responsible": "kfn; UBN"},
        {**GIVEN, "assignment_id": "KF-U3", "responsible": "Alla"},
        {**GIVEN, "assignment_id": "KF-U4", "responsible": "all; KFN"},
    )
    plan = written(planned, *rows)
    first = Assignment("KF-U1", "Utred skolskjutsen", ("UBN",), date(2027, 6, 30), date(2026, 11, 23), "KF 2026-11-23 § 140", "KF-M1")
    assert plan.assignments[0] == first
    assert [a.responsible for a in plan.assignments] == [("UBN",), ("KFN", "UBN"), ("all",), ("all", "KFN")]
    assert (plan.assignments[1].closed_on, plan.assignments[1].closing_decision) == (date(2027, 9, 1), "KF 2027-09-01 § 98")
    assert [plan.responsible(a, date(2027, 1, 1)) for a in plan.assignments] == [["UBN"], ["UBN", "KFN"], ["UBN", "KFN"], ["UBN", "KFN"]]
    assert plan.findings == ()


def test_all_stands_in_the_language_of_the_plan(planned: Town) -> None:
    """What was read is written as people write it."""
    written(planned, {**GIVEN, "responsible": "all;KFN"})
    assert load_workbook(planned.workspace.plan_path)["Uppdrag"]["C6"].value == "Alla; KFN"


@pytest.mark.parametrize(
    "row, cell, rule",
    [
        ({"responsible": "UBX"}, "C6", "unknown-parent"),
        ({"responsible": "UBN; UBN-ÅBY"}, "C6", "parent-not-allowed"),
        ({"goal_id": "KF-M99"}, "G6", "unknown-parent"),
        ({"closed_on": CLOSED["closed_on"]}, "I6", "missing-value"),
        ({"closing_decision": CLOSED["closing_decision"]}, "H6", "missing-value"),
        ({**CLOSED, "closed_on": date(2026, 11, 1)}, "H6", "date-order"),
        ({"decision": None}, "F6", "missing-value"),
        ({"assignment_id": "Skolskjuts"}, "A6", "wrong-type"),
    ],
)
def test_what_is_wrong_is_told_at_its_cell(planned: Town, row: Mapping[str, Any], cell: str, rule: str) -> None:
    with pytest.raises(StyrxlError) as caught:
        written(planned, {**GIVEN, **row})
    judged = caught.value.facts["judged"]
    assert isinstance(judged, Judged)
    assert [(f.sheet, f.cell, f.rule) for f in judged.findings if f.severity == "error"] == [("Uppdrag", cell, rule)]


@pytest.mark.parametrize("typed", ["U1", "KF-U", "Skolskjuts"])
def test_an_id_of_another_form_is_told_with_one_of_the_right_form(planned: Town, typed: str) -> None:
    """Though no row of the sheet has one."""
    with pytest.raises(StyrxlError) as caught:
        written(planned, {**GIVEN, "assignment_id": typed})
    judged = caught.value.facts["judged"]
    assert isinstance(judged, Judged)
    assert fix(judged.findings[0], "sv") == "Skriv ett id av rätt form i cellen A6, till exempel KF-U1."
    assert fix(judged.findings[0], "en") == "Write an id of the right form in the cell A6, for example KF-U1."


def test_an_unknown_board_gets_candidates(planned: Town) -> None:
    with pytest.raises(StyrxlError) as caught:
        written(planned, {**GIVEN, "responsible": "UBM"})
    judged = caught.value.facts["judged"]
    assert isinstance(judged, Judged)
    assert "UBN" in str(judged.findings[0].facts["candidates"])


def test_an_id_stands_once(planned: Town) -> None:
    with pytest.raises(StyrxlError) as caught:
        written(planned, GIVEN, {**GIVEN, "text": "Något helt annat"})
    judged = caught.value.facts["judged"]
    assert isinstance(judged, Judged)
    assert [(f.cell, f.rule) for f in judged.findings] == [("A7", "duplicate-id")]


def test_a_last_day_before_the_decision_is_asked_about(planned: Town) -> None:
    """It stops nothing: the council may give what should have been done already."""
    plan = written(planned, {**GIVEN, "due": date(2026, 11, 22)}, {**GIVEN, "assignment_id": "KF-U2", "due": date(2026, 11, 23)})
    assert [(f.rule, f.severity, f.cell) for f in plan.findings] == [("assignment-due-before-decision", "warning", "D6")]
