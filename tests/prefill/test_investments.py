"""A board's investments from year to year: each once, under its id, whether its plan was issued with ids or before there were any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from long_runs import long_run
from styrxl.model.answers_in_force import AnswersInForce
from styrxl.model.council_plan import Plan
from styrxl.model.prefill import Prefill, Row
from styrxl.model.rounds import standard_rounds
from styrxl.prefill.investments import (
    find_last_answer,
    find_numbers_given,
    list_followed_investments,
    list_investment_outlooks,
    list_investments,
    make_unfinished_rows,
)
from styrxl.prefill.year_so_far import YearSoFar

OWNER = "UBN"
PLAN = Plan((), (), {}, (), (), ())
KINDS = ("t1", "t2", "year")
MONEY = {"accumulated": 70.0, "expected_total": 95.0}


def answers(round_id: str, table: str, rows: Sequence[Row], issued: Prefill | None = None) -> AnswersInForce:
    return AnswersInForce(standard_rounds().parse(round_id), {table: {OWNER: tuple(rows)}}, {OWNER: "0"}, {OWNER: issued} if issued else {})


def year_of(plan: Sequence[Row], **followups: Sequence[Row]) -> YearSoFar:
    """Return 2027 with its plan, and the follow-ups that are answered."""
    said = tuple(answers(f"2027-{kind}", "investment_outcomes", followups[kind]) for kind in KINDS if kind in followups)
    return YearSoFar(PLAN, standard_rounds().parse("2027-plan"), answers("2027-plan", "investments", plan), said)


def planned(project: str, code: str | None = None, **more: Any) -> dict[str, Any]:
    known = {"project": project, "total_expenditure": 90.0, "year_budget": 60.0, "finished_year": 2028}
    return known | ({"investment_id": code, "next_year": 25.0, "later": 5.0} if code else {}) | more


def answered(code: str | None, project: str, finished: int, **more: Any) -> dict[str, Any]:
    known = {"project": project, "total_expenditure": 90.0, "year_budget": 60.0, "outcome": 40.0, "finished_year": finished}
    return known | MONEY | ({"investment_id": code} if code else {}) | more


def issue(rows: Mapping[str, Any]) -> Prefill:
    """Return what a plan of 2028 is issued with."""
    names = ("form", "language", "round", "round_name", "owner", "owner_name", "municipality", "contact")
    return Prefill(**dict.fromkeys(names, ""), version=1, profile=None, year=2028, board_id=None, board_name=None, rows=rows)  # type: ignore[arg-type]


def offered(last: YearSoFar) -> Prefill:
    return issue({"investments": make_unfinished_rows(last, OWNER)})


def next_year(last: YearSoFar, issued: Prefill | None, kept: Sequence[Row], earlier: Sequence[AnswersInForce] = ()) -> YearSoFar:
    """Return 2028, given what the board kept of its issued plan and wrote there."""
    plans = answers("2028-plan", "investments", kept, issued)
    return YearSoFar(PLAN, standard_rounds().parse("2028-t1"), plans, tuple(earlier), last)


def named(rows: Sequence[Row]) -> list[tuple[str, str]]:
    return [(row["investment_id"], row["project"]) for row in rows]


# ids


def test_two_investments_with_ids_are_two_whatever_they_are_called() -> None:
    first, second = list_investments(year_of([planned("Skolgård", "UBN-P4"), planned("Skolgård", "UBN-P7", year_budget=20.0)]), OWNER)
    assert named([first, second]) == [("UBN-P4", "Skolgård"), ("UBN-P7", "Skolgård")]
    assert (second["total_expenditure"], second["year_budget"], second["next_year"], second["later"]) == (90.0, 20.0, 25.0, 5.0)


def test_projects_of_a_plan_without_ids_get_the_same_ids_each_time() -> None:
    """Rows of one project are one investment: nobody who answers could tell them apart."""
    rows = list_investments(year_of([planned("Skolgård"), planned("Kök"), planned(" skolgård ", finished_year=2029)]), OWNER)
    assert named(rows) == [("UBN-P1", "Skolgård"), ("UBN-P2", "Kök")]
    assert [(row["year_budget"], row["total_expenditure"], row["finished_year"]) for row in rows] == [(120, 180, 2029), (60, 90, 2028)]


def test_an_id_that_a_follow_up_has_given_stays_though_the_plan_is_sent_in_anew() -> None:
    """The plan without ids that counts now has its projects in another order, and one more."""
    t1 = [answered("UBN-P1", "Skolgård", 2028), answered("UBN-P2", "Kök", 2028)]
    year = year_of([planned("Moln"), planned("Kök"), planned("Skolgård")], t1=t1)
    assert named(list_investments(year, OWNER)) == [("UBN-P3", "Moln"), ("UBN-P2", "Kök"), ("UBN-P1", "Skolgård")]


def test_a_plan_without_ids_after_a_year_with_ids_has_that_years() -> None:
    """It was issued before the year's workbooks were made anew."""
    last = year_of([planned("Moln", "UBN-P3"), planned("Kök", "UBN-P5")])
    year = next_year(last, issue({}), [planned("kök"), planned("Skolgård")])
    assert named(list_investments(year, OWNER)) == [("UBN-P5", "kök"), ("UBN-P1", "Skolgård")]


def test_the_numbers_that_a_plan_without_ids_takes_are_used() -> None:
    """The next plan's free rows come after them; a plan with ids tells itself which are."""
    assert find_numbers_given(year_of([planned("Moln"), planned("Kök")])) == {(OWNER, "P"): 2}
    assert find_numbers_given(year_of([planned("Moln"), planned("Kök")], t1=[answered("UBN-P7", "Kök", 2028)])) == {(OWNER, "P"): 7}
    assert find_numbers_given(year_of([planned("Moln", "UBN-P3")])) == {}


# from one round to the next


def test_answers_are_found_by_id_and_without_ids_by_project() -> None:
    twins = [answered("UBN-P1", "Kök", 2028, outcome=1.0), answered("UBN-P2", "Kök", 2028, outcome=2.0)]
    row = planned("Nytt kök", "UBN-P2")
    assert find_last_answer(row, year_of([row], t1=twins), OWNER)[0]["outcome"] == 2.0
    without = [answered(None, "NYTT  KÖK", 2028, outcome=3.0)]
    assert find_last_answer(row, year_of([row], t1=without), OWNER)[0]["outcome"] == 3.0
    assert find_last_answer(row, year_of([row], t1=twins[:1]), OWNER) == ({}, None)


def test_what_it_has_cost_is_known_in_the_next_years_first_follow_up() -> None:
    """But not this year's outcome, nor its forecast."""
    last = year_of([planned("Kök", "UBN-P1")], t1=[answered("UBN-P1", "Kök", 2028)], t2=[answered("UBN-P1", "Kök", 2028, accumulated=80.0)])
    row = planned("Kök", "UBN-P1")
    assert find_last_answer(row, next_year(last, offered(last), [row]), OWNER) == ({"accumulated": 80.0}, "2027-t2")


# into the next year's plan


@pytest.mark.parametrize(
    "said, carried, finished",
    [
        ({}, "preliminary", 2028),
        ({"t1": {"finished": 2029}}, "preliminary", 2029),
        ({"t1": {"finished": 2029}, "t2": {"finished": 2027}}, None, None),
        ({"t2": {"finished": 2027}, "year": {"finished": 2028}}, "continues", 2028),
        ({"t2": {"finished": 2028}, "year": {"finished": 2027}}, None, None),
        ({"year": {"finished": 2027, "carry_over": 12.0}}, "continues", None),  # finished, but for what is asked to be carried over
        ({"year": {"finished": 2027, "carry_over": 0.0}}, None, None),
    ],
)
def test_the_newest_answer_decides(said: Mapping[str, Mapping[str, Any]], carried: str | None, finished: int | None) -> None:
    last = year_of([planned("Kök", "UBN-P1")], **{kind: [answered("UBN-P1", "Kök", **one)] for kind, one in said.items()})
    found = [(row["investment_id"], row["carried"], row["finished_year"]) for row in make_unfinished_rows(last, OWNER)]
    assert found == ([("UBN-P1", carried, finished)] if carried else [])


def test_it_comes_with_what_was_planned_and_what_it_has_cost() -> None:
    last = year_of([planned("Kök", "UBN-P1")], t2=[answered("UBN-P1", "Kök", 2028)])
    [row] = make_unfinished_rows(last, OWNER)
    assert row == {
        "investment_id": "UBN-P1",
        "project": "Kök",
        "total_expenditure": 90.0,
        "year_budget": 25.0,
        "finished_year": 2028,
        "accumulated": 70.0,
        "expected_total": 95.0,
        "carried": "preliminary",
        "last_round": "2027-t2",
    }


def test_what_only_the_year_says_is_left_for_the_first_follow_up() -> None:
    """Without a budget of the year: none was decided."""
    plan = [planned("Kök", "UBN-P1"), planned("Moln", "UBN-P2"), planned("Skolgård", "UBN-P3", finished_year=2027)]
    early = year_of(plan, t2=[answered("UBN-P1", "Kök", 2028), answered("UBN-P2", "Moln", 2027), answered("UBN-P3", "Skolgård", 2027)])
    issued = offered(early)
    assert named(issued.rows["investments"]) == [("UBN-P1", "Kök")]
    final = [answered("UBN-P1", "Kök", 2027), answered("UBN-P2", "Moln", 2028), answered("UBN-P3", "Skolgård", 2027, carry_over=3.0)]
    late = year_of(plan, year=final)
    rows = list_followed_investments(next_year(late, issued, [planned("Kök", "UBN-P1"), planned("Tak", "UBN-P34")]), OWNER)
    assert [(row["investment_id"], row["year_budget"], row.get("carried")) for row in rows] == [
        ("UBN-P1", 60.0, None),
        ("UBN-P34", 60.0, None),
        ("UBN-P2", None, "left"),
        ("UBN-P3", None, "left"),
    ]


def test_the_years_answers_first_and_then_the_plan_gives_all_of_it_once() -> None:
    final = year_of(
        [planned("Kök", "UBN-P1"), planned("Moln", "UBN-P2")], year=[answered("UBN-P1", "Kök", 2028), answered("UBN-P2", "Moln", 2029)]
    )
    issued = offered(final)
    assert [(row["investment_id"], row["carried"]) for row in issued.rows["investments"]] == [
        ("UBN-P1", "continues"),
        ("UBN-P2", "continues"),
    ]
    assert named(list_followed_investments(next_year(final, issued, issued.rows["investments"]), OWNER)) == [
        ("UBN-P1", "Kök"),
        ("UBN-P2", "Moln"),
    ]


def test_a_row_that_was_cleared_has_ended_unless_the_years_last_word_says_otherwise() -> None:
    plan = [planned("Kök", "UBN-P1")]
    early = year_of(plan, t2=[answered("UBN-P1", "Kök", 2028)])
    late = year_of(plan, year=[answered("UBN-P1", "Kök", 2028)])
    assert list_followed_investments(next_year(early, offered(early), []), OWNER) == ()
    assert named(list_followed_investments(next_year(late, offered(early), []), OWNER)) == [("UBN-P1", "Kök")]
    assert list_followed_investments(next_year(late, offered(late), []), OWNER) == ()  # it was offered after the last word


def test_what_was_typed_anew_is_not_left_besides_and_its_namesake_is() -> None:
    """Somebody wrote the project into the plan under a new id; of two with one name that go on, the one that the plan lacks is left."""
    last = year_of([planned("Kök", "UBN-P1")], year=[answered("UBN-P1", "Kök", 2028)])
    nothing = issue({"investments": ()})
    assert named(list_followed_investments(next_year(last, nothing, [planned("KÖK", "UBN-P31")]), OWNER)) == [("UBN-P31", "KÖK")]
    twins = year_of([planned("Kök", "UBN-P1"), planned("Kök", "UBN-P2")], year=[answered(f"UBN-P{n}", "Kök", 2028) for n in (1, 2)])
    assert named(list_followed_investments(next_year(twins, nothing, [planned("Kök", "UBN-P1")]), OWNER)) == [
        ("UBN-P1", "Kök"),
        ("UBN-P2", "Kök"),
    ]


def test_a_plan_that_could_offer_nothing_says_itself_what_goes_on() -> None:
    """It was issued before anything could go on by itself."""
    last = year_of([planned("Kök", "UBN-P1")], year=[answered("UBN-P1", "Kök", 2028)])
    assert named(list_followed_investments(next_year(last, issue({}), [planned("Nytt kök")]), OWNER)) == [("UBN-P2", "Nytt kök")]


def test_what_was_left_stays_for_the_year_and_goes_on_from_there() -> None:
    last = year_of([planned("Kök", "UBN-P1")], year=[answered("UBN-P1", "Kök", 2029)])
    nothing = issue({"investments": ()})
    [row] = list_followed_investments(next_year(last, nothing, []), OWNER)
    t1 = answers("2028-t1", "investment_outcomes", [{**row, "finished_year": 2029, **MONEY}])
    ended = year_of([planned("Kök", "UBN-P1")], year=[answered("UBN-P1", "Kök", 2027)])  # last year's answers were put right since
    for again in (last, ended):
        assert named(list_followed_investments(next_year(again, nothing, [], [t1]), OWNER)) == [("UBN-P1", "Kök")]
        assert named(make_unfinished_rows(next_year(again, nothing, [], [t1]), OWNER)) == [("UBN-P1", "Kök")]


_FINISHED = st.integers(2026, 2029)


@settings(max_examples=long_run(150, 5000), deadline=None)
@given(
    st.integers(0, 4),
    st.dictionaries(st.sampled_from(KINDS), st.lists(st.tuples(_FINISHED, st.sampled_from([None, 0.0, 5.0])), min_size=4, max_size=4)),
    st.integers(0, 3),
    st.sets(st.integers(1, 4)),
)
def test_what_leaves_one_year_arrives_in_the_next_exactly_once(
    plan: int, said: Mapping[str, Sequence[tuple[int, float | None]]], issued_after: int, cleared: set[int]
) -> None:
    """Whenever the plan was issued, and whatever the board cleared in it."""

    def year(rounds: int) -> YearSoFar:
        followups = {
            kind: [
                answered(f"UBN-P{n}", f"Projekt {n}", *said[kind][n - 1][:1], carry_over=said[kind][n - 1][1]) for n in range(1, plan + 1)
            ]
            for kind in KINDS[:rounds]
            if kind in said
        }
        return year_of([planned(f"Projekt {n}", f"UBN-P{n}") for n in range(1, plan + 1)], **followups)

    issued, last = offered(year(issued_after)), year(3)
    there = {row["investment_id"]: row["carried"] for row in issued.rows["investments"]}
    kept = [row for row in issued.rows["investments"] if int(row["investment_id"].rpartition("P")[2]) not in cleared]
    arrived = [row["investment_id"] for row in list_followed_investments(next_year(last, issued, kept), OWNER)]
    assert len(set(arrived)) == len(arrived)
    for code, outlook in list_investment_outlooks(last, OWNER).items():
        gone = code in there and code not in {row["investment_id"] for row in kept}
        late_word = outlook.settled and there.get(code) != "continues"
        if outlook.goes_on and (not gone or late_word):
            assert arrived.count(code) == 1
        else:
            assert code not in arrived or code in {row["investment_id"] for row in kept}
