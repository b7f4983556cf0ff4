"""Indicators and investments from one year into the next, through workbooks, whichever came first: the plan or the year's answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from filled import fill_issued
from next_year import FEBRUARY, NOVEMBER, answer_year, hand_out_plan, issued, judged, put
from styrxl.sample.opened import locate_sheets, read_values
from town import BOARD, Answers
from year import BOARD_T2, BOARD_YEAR, Followed, changed

DELAYED = changed(BOARD_YEAR, "investment_outcomes", 0, finished_year=2028, carry_over=4, comment="Asfalten dröjer till våren.")
DELAYED = changed(DELAYED, "indicator_outcomes", 0, outcome=88)
FINISHED = changed(DELAYED, "investment_outcomes", 0, finished_year=2027, carry_over=None, comment=None)


@pytest.fixture
def year(shared_two_years: Followed, tmp_path: Path) -> Followed:
    """Return a year of the test's own whose two first follow-ups are answered, with frames for the next."""
    return Followed(shared_two_years.town.copy(tmp_path / "year"))


def shown(data: bytes, form: Any, key: str, *fields: str) -> list[tuple[Any, ...]]:
    """Return some fields of a sheet's rows that are given or answered."""
    grid = locate_sheets(read_values(data), form)[key]
    name = "project" if "investment" in key else "name"
    return [tuple(grid.value(field, n) for field in fields) for n in range(len(grid.rows)) if grid.value(name, n)]


def planned(year: Followed, data: bytes) -> list[list[tuple[Any, ...]]]:
    form = year.town.forms.form("annual_plan")
    money = ("investment_id", "project", "year_budget", "finished_year", "accumulated", "expected_total", "carried")
    return [
        shown(data, form, "investments", *money),
        shown(data, form, "indicators", "indicator_id", "baseline", "target", "last_outcome"),
    ]


def followed(year: Followed) -> list[list[tuple[Any, ...]]]:
    year.town.run("distribute", "2028-t1", "--level", "board", "--to", "UBN")
    form = year.town.forms.form("board_followup", None, "t1")
    data = issued(year, "2028-t1")
    return [
        shown(data, form, "investment_outcomes", "investment_id", "project", "year_budget"),
        shown(data, form, "indicator_outcomes", "indicator_id", "target", "last_outcome"),
    ]


def fill_next(year: Followed, data: bytes) -> bytes:
    """Return the plan of 2028 filled in: a new project and a new indicator after what was there."""
    form = year.town.forms.form("annual_plan")
    carried = len(shown(data, form, "investments", "project"))
    roof = {"project": "Nytt tak", "total_expenditure": 50, "year_budget": 50, "finished_year": 2028}
    more = {"goal_id": "KF-M2", "name": "Trygga elever", "unit": "procent", "direction": "higher", "target": 90}
    kept: dict[str, Any] = {key: said for key, said in BOARD.items() if key not in {"goals", "commitments"}}
    rows: dict[str, Any] = {"investments": [*({"year_budget": 30} for _ in range(carried)), roof], "indicators": [{}, more]}
    return fill_issued(year.town.root, "2028-plan", "UBN", {**kept, **rows})


def answer_august(year: Followed, finished: int) -> None:
    """Let the board say in August when its project will be finished."""
    year.put("t2", "UBN", changed(BOARD_T2, "investment_outcomes", 0, finished_year=finished), 1, "UBN (2).xlsx")


def test_the_plan_comes_first(year: Followed) -> None:
    """In August it is not finished: the plan has it, preliminary. The year's outcomes are in the first follow-up."""
    data = hand_out_plan(year)
    assert planned(year, data) == [
        [("UBN-P1", "Skolgård", None, 2028, 70, 90, "Preliminärt")],
        [("UBN-I1", 80, 85, 86)],
    ]
    put(year, "2028-plan", fill_next(year, data), NOVEMBER)
    answer_year(year, DELAYED)
    assert followed(year) == [
        [("UBN-P1", "Skolgård", 30), ("UBN-P2", "Nytt tak", 50)],
        [("UBN-I1", "minst 85", 88), ("UBN-I2", "minst 90", None)],
    ]


def test_what_only_the_year_says_is_left_for_the_first_follow_up(year: Followed) -> None:
    """In August it was to be finished, and so no plan has it."""
    answer_august(year, 2027)
    data = hand_out_plan(year)
    assert planned(year, data)[0] == []
    put(year, "2028-plan", fill_next(year, data), NOVEMBER)
    answer_year(year, DELAYED)
    assert followed(year)[0] == [("UBN-P2", "Nytt tak", 50), ("UBN-P1", "Skolgård", None)]


@pytest.mark.parametrize("said, projects", [(DELAYED, ["UBN-P1", "UBN-P2"]), (FINISHED, ["UBN-P2"])])
def test_the_years_answers_come_first(year: Followed, said: Answers, projects: list[str]) -> None:
    """Then the plan has all of it, and nothing is left."""
    answer_year(year, said)
    data = hand_out_plan(year)
    carried = [("UBN-P1", "Skolgård", None, 2028, 86, 90, "Fortsätter")] if said is DELAYED else []
    assert planned(year, data) == [carried, [("UBN-I1", 80, 85, 88)]]
    put(year, "2028-plan", fill_next(year, data), FEBRUARY)
    money, indicators = followed(year)
    assert [row[0] for row in money] == projects
    assert indicators == [("UBN-I1", "minst 85", 88), ("UBN-I2", "minst 90", None)]


def test_as_they_stand_they_are_no_answers_and_no_faults(year: Followed) -> None:
    """A plan with nothing typed is empty; one filled in has no remark on what came along."""
    data = hand_out_plan(year)
    [untouched] = judged(year, "2028-plan", data, NOVEMBER).returns
    assert [finding.rule for finding in untouched.findings] == ["empty-return"]
    result = judged(year, "2028-plan", fill_next(year, data), NOVEMBER)
    [return_] = result.returns
    told = [(f.rule, f.sheet, f.severity) for f in return_.findings if f.sheet in {"Indikatorer", "Investeringar"}]
    assert (return_.verdict, told) == ("accepted", [])
    rows = result.tables["investments"]
    assert rows["investment_id"].tolist() == ["UBN-P1", "UBN-P2"]
    assert rows["accumulated"].tolist()[0] == 70.0
