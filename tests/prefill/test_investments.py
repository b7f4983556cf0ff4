"""Investments, each under its id, whether its plan was issued with ids or before there were any."""

from __future__ import annotations

from typing import Any

from styrxl.model.answers_in_force import AnswersInForce
from styrxl.model.rounds import standard_rounds
from styrxl.prefill.investments import find_row, list_investments


def answers(round_: str, table: str, *rows: dict[str, Any]) -> AnswersInForce:
    return AnswersInForce(standard_rounds().parse(round_), {table: {"UBN": rows}}, {"UBN": round_})


def planned(project: str, budget: float, code: str | None = None, **more: Any) -> dict[str, Any]:
    known = {"project": project, "total_expenditure": 10 * budget, "year_budget": budget, "finished_year": 2028, **more}
    return known | ({"investment_id": code, "next_year": 1.0, "later": None} if code else {})


def named(*rows: Any) -> list[tuple[str, str]]:
    return [(row["investment_id"], row["project"]) for row in rows]


def test_two_investments_with_ids_are_two_whatever_they_are_called() -> None:
    plans = answers("2027-plan", "investments", planned("Skolgård", 10, "UBN-P4"), planned("Skolgård", 20, "UBN-P7"))
    first, second = list_investments(plans, (), "UBN")
    assert named(first, second) == [("UBN-P4", "Skolgård"), ("UBN-P7", "Skolgård")]
    assert (second["total_expenditure"], second["year_budget"], second["next_year"], second["later"]) == (200, 20, 1.0, None)


def test_projects_of_a_plan_without_ids_get_the_same_ids_each_time() -> None:
    """Rows of one project are one investment: nobody who answers could tell them apart."""
    plans = answers("2027-plan", "investments", planned("Skolgård", 10), planned("Kök", 5), planned(" skolgård ", 20, finished_year=2029))
    rows = list_investments(plans, (), "UBN")
    assert named(*rows) == [("UBN-P1", "Skolgård"), ("UBN-P2", "Kök")]
    assert [(row["year_budget"], row["total_expenditure"], row["finished_year"]) for row in rows] == [(30, 300, 2029), (5, 50, 2028)]


def test_an_id_that_a_follow_up_has_given_stays_though_the_plan_is_sent_in_anew() -> None:
    """The plan without ids that counts now has its projects in another order, and one more."""
    plans = answers("2027-plan", "investments", planned("Moln", 1), planned("Kök", 5), planned("Skolgård", 10))
    t1 = answers(
        "2027-t1", "investment_outcomes", *({"investment_id": f"UBN-P{n}", "project": p} for n, p in ((1, "Skolgård"), (2, "Kök")))
    )
    assert named(*list_investments(plans, (t1,), "UBN")) == [("UBN-P3", "Moln"), ("UBN-P2", "Kök"), ("UBN-P1", "Skolgård")]


def test_answers_are_found_by_id_and_without_ids_by_project() -> None:
    row = {"investment_id": "UBN-P2", "project": "Nytt kök"}
    with_ids = ({"investment_id": "UBN-P1", "project": "Nytt kök", "outcome": 1}, {"investment_id": "UBN-P2", "project": "x", "outcome": 2})
    assert find_row(row, with_ids)["outcome"] == 2
    assert find_row(row, ({"project": "NYTT  KÖK", "outcome": 3},))["outcome"] == 3
    assert find_row(row, with_ids[:1]) == {}
