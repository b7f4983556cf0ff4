"""What a unit reads of its board's goals."""

from __future__ import annotations

from typing import Any

import pytest

from styrxl.model.form_files import Forms
from styrxl.model.prefill import Row
from styrxl.model.standard_folder import standard_folder
from styrxl.prefill.board_goals import ReadingTexts, concerns_unit, select_commitments

WORDS = Forms([standard_folder()]).words
COUNCIL = {"KF-M1": "Alla är delaktiga", "KF-M2": "Alla lär sig"}


def goal(number: int, **more: Any) -> dict[str, Any]:
    """Return a goal of the board UBN that holds in 2027 and 2028."""
    plain = {"goal_id": f"UBN-M{number}", "text": f"Mål {number}", "parent_id": "KF-M2", "concerned_units": None, "activity": None}
    return {**plain, "target_group": None, "priority": None, "from_year": 2027, "to_year": 2028, **more}


def commitment(number: int, parent: str, more_parents: str | None = None) -> dict[str, Any]:
    """Return a commitment of the board UBN."""
    return {"commitment_id": f"UBN-2027-A{number}", "text": f"Gör {number}", "parent_id": parent, "more_parents": more_parents}


def indicator(number: int, goal_id: str, **more: Any) -> dict[str, Any]:
    """Return an indicator of the board UBN."""
    plain = {"indicator_id": f"UBN-I{number}", "goal_id": goal_id, "name": f"Tal {number}", "unit": "procent", "baseline": None}
    return {**plain, "target": 85.0, **more}


def read(*args: Any, language: str = "sv") -> tuple[Row, ...]:
    """Return what stands on the sheet, of goals, commitments and indicators."""
    return ReadingTexts(WORDS, language, COUNCIL).make_rows(*args)


def test_goals_stand_by_priority_each_with_its_commitments_below_it() -> None:
    goals = [goal(1), goal(2, priority=2), goal(3, priority=1), goal(4, priority=2)]
    commitments = [commitment(1, "UBN-M2"), commitment(2, "KF-M1"), commitment(3, "UBN-M1"), commitment(4, "UBN-M3")]
    rows = read(goals, commitments, [])
    order = ["UBN-M3", "UBN-2027-A4", "UBN-M2", "UBN-2027-A1", "UBN-M4", "UBN-M1", "UBN-2027-A3", "UBN-2027-A2"]
    assert [row["id"] for row in rows] == order
    serves = [row["serves"] for row in rows]
    assert serves[:2] == ["KF-M2 Alla lär sig", "UBN-M3"]
    assert serves[-1] == "KF-M1 Alla är delaktiga"


def test_a_goal_says_whom_it_is_aimed_at_when_it_holds_and_how_it_is_measured() -> None:
    aimed = goal(1, activity="Förskola", target_group="Barn 1–5 år", priority=1)
    measured = [indicator(1, "UBN-M1", baseline=80.5), indicator(2, "UBN-M2"), indicator(3, "UBN-M1")]
    [row] = read([aimed], [], measured)
    assert row == {
        "id": "UBN-M1",
        "what": "Nämndmål",
        "text": "Mål 1",
        "serves": "KF-M2 Alla lär sig",
        "target_group": "Barn 1–5 år",
        "activity": "Förskola",
        "priority": 1,
        "years": "2027–2028",
        "indicators": "UBN-I1 Tal 1: 85 procent (utgångsvärde 80,5)\nUBN-I3 Tal 3: 85 procent",
    }
    [english] = read([aimed], [], measured, language="en")
    assert (english["what"], english["indicators"].split("\n")[0]) == ("Board goal", "UBN-I1 Tal 1: 85 procent (baseline 80.5)")


@pytest.mark.parametrize(
    "first, last, expected",
    [(2027, 2029, "2027–2029"), (2027, 2027, "2027"), (2027, None, "2027–"), (None, 2029, "–2029"), (None, None, None)],
)
def test_years_are_said_in_few_letters(first: int | None, last: int | None, expected: str | None) -> None:
    [row] = read([goal(1, from_year=first, to_year=last)], [], [])
    assert row["years"] == expected


def test_what_a_goal_is_aimed_at_takes_it_from_no_unit() -> None:
    aimed = goal(1, activity="Förskola", target_group="Små barn")
    assert concerns_unit(aimed, "UBN-A")
    named = goal(2, concerned_units="UBN-A;UBN-B", activity="Förskola")
    assert [concerns_unit(named, unit) for unit in ("UBN-A", "UBN-B", "UBN-AB")] == [True, True, False]


def test_a_commitment_reaches_the_units_of_any_board_goal_that_it_serves() -> None:
    goals = [goal(1, concerned_units="UBN-A"), goal(2), goal(3, concerned_units="UBN-B")]
    commitments = [
        commitment(1, "UBN-M1"),
        commitment(2, "UBN-M2"),
        commitment(3, "UBN-M1", "KF-M1;UBN-M2"),
        commitment(4, "UBN-M1", "KF-M1"),
        commitment(5, "KF-M1"),
        commitment(6, "UBN-M1", "UBN-M3"),
    ]
    reaching = {unit: [row["commitment_id"][-1] for row in select_commitments(commitments, goals, unit)] for unit in ("UBN-A", "UBN-B")}
    assert reaching == {"UBN-A": list("123456"), "UBN-B": list("2356")}
