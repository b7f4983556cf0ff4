"""A board's indicators as series: under one id over years, with the baseline and the newest outcome, whichever came first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from styrxl.model.answers_in_force import AnswersInForce
from styrxl.model.council_plan import CouncilGoal, Plan
from styrxl.model.prefill import Prefill, Row
from styrxl.model.rounds import standard_rounds
from styrxl.prefill.indicators import find_last_outcome, list_followed_indicators, make_lasting_rows
from styrxl.prefill.year_so_far import YearSoFar

OWNER = "UBN"
GOAL = CouncilGoal("KF-M1", "Fler läser", "Kunskap", "quality", sound_management=False, concerned_boards=(), from_year=2027, to_year=2030)
ENDING = CouncilGoal("KF-M2", "Fler mår bra", "Hälsa", "quality", sound_management=False, concerned_boards=(), from_year=2027, to_year=2027)
PLAN = Plan((), (GOAL, ENDING), {}, (), (), ())


OF_ITS_TIME = {"highest": None, "by_sex": None}  # what older plans do not say


def answers(round_id: str, issued: Prefill | None = None, owner: str = OWNER, **tables: Sequence[Row]) -> AnswersInForce:
    found = {name: {owner: tuple(rows)} for name, rows in tables.items()}
    return AnswersInForce(standard_rounds().parse(round_id), found, {owner: "0"}, {owner: issued} if issued else {})


def indicator(number: int, goal: str = "KF-M1", **more: Any) -> dict[str, Any]:
    known = {"indicator_id": f"UBN-I{number}", "goal_id": goal, "name": f"Mått {number}", "unit": "procent", "direction": "higher"}
    return {**known, "baseline": 70.0, "target": 85.0, "kolada_id": None, **more}


def outcome(number: int, value: float | None) -> dict[str, Any]:
    return {"indicator_id": f"UBN-I{number}", "name": f"Mått {number}", "outcome": value}


def year_of(
    number: int, plan: Sequence[Row], last: YearSoFar | None = None, issued: Prefill | None = None, **followups: Sequence[Row]
) -> YearSoFar:
    said = tuple(answers(f"{number}-{kind}", indicator_outcomes=rows) for kind, rows in followups.items())
    plans = answers(f"{number}-plan", issued, indicators=plan, goals=[])
    return YearSoFar(PLAN, standard_rounds().parse(f"{number}-plan"), plans, said, last)


def issue(last: YearSoFar) -> Prefill:
    names = ("form", "language", "round", "round_name", "owner", "owner_name", "municipality", "contact")
    rows = {"indicators": make_lasting_rows(last, OWNER, ["KF-M1"])}
    return Prefill(**dict.fromkeys(names, ""), version=1, profile=None, year=2028, board_id=None, board_name=None, rows=rows)  # type: ignore[arg-type]


def ids(rows: Sequence[Row]) -> list[str]:
    return [row["indicator_id"] for row in rows]


def test_one_whose_goal_holds_comes_into_the_next_plan_with_its_newest_outcome() -> None:
    last = year_of(2027, [indicator(3), indicator(4, "KF-M2")], t1=[outcome(3, 81.0)], t2=[outcome(3, 84.0)])
    assert make_lasting_rows(last, OWNER, ["KF-M1"]) == ({**indicator(3), **OF_ITS_TIME, "last_outcome": 84.0, "last_round": "2027-t2"},)


def test_an_outcome_that_is_more_than_a_number_is_shown_in_words() -> None:
    """By sex, of an older year, and too few to be shown; a number by itself stands as one."""
    told = [
        outcome(1, 81.0) | {"outcome_women": 84.5, "outcome_men": "too_few", "outcome_year": 2026},
        {**outcome(2, None), "outcome": "too_few"},
        outcome(3, 5.0) | {"outcome_year": 2027},
    ]
    rows = make_lasting_rows(year_of(2027, [indicator(1), indicator(2), indicator(3)], year=told), OWNER, ["KF-M1"])
    assert [(row["last_outcome"], row.get("last_outcome_shown")) for row in rows] == [
        (
            81.0,
            {"sv": "81 (kvinnor 84,5, män För få för att visas, avser 2026)", "en": "81 (women 84.5, men Too few to be shown, of 2026)"},
        ),
        ("too_few", None),
        (5.0, None),
    ]


def test_the_newest_outcome_is_the_newest_that_was_told() -> None:
    """A round in which there was none yet is passed over, and so is the turn of a year."""
    last = year_of(2027, [indicator(1)], t1=[outcome(1, 81.0)], t2=[outcome(1, None)])
    found = find_last_outcome("UBN-I1", last)
    assert found is not None
    assert (found.outcome.value, found.round.id) == (81.0, "2027-t1")
    assert find_last_outcome("UBN-I1", year_of(2028, [indicator(1)], last)) == found
    told = find_last_outcome("UBN-I1", year_of(2028, [indicator(1)], last, t1=[outcome(1, 0.0)]))
    assert told is not None
    assert (told.outcome.value, told.round.id) == (0.0, "2028-t1")
    assert find_last_outcome("UBN-I2", last) is None


def test_a_council_indicator_keeps_its_series_when_another_board_answers_for_it() -> None:
    t2 = answers("2027-t2", None, "KFN", indicator_outcomes=[{"indicator_id": "KF-I1", "outcome": 12.0}])
    last = YearSoFar(PLAN, standard_rounds().parse("2027-plan"), answers("2027-plan"), (t2,))
    found = find_last_outcome("KF-I1", year_of(2028, [], last))
    assert found is not None
    assert found.outcome.value == 12.0


def test_baseline_and_series_go_on_to_the_end() -> None:
    """Over three years, each plan begun with what the year before had."""
    first = year_of(2027, [indicator(1)], year=[outcome(1, 75.0)])
    [second_row] = make_lasting_rows(first, OWNER, ["KF-M1"])
    second = year_of(2028, [second_row], first, year=[outcome(1, 80.0)])
    [third_row] = make_lasting_rows(second, OWNER, ["KF-M1"])
    assert (third_row["indicator_id"], third_row["baseline"], third_row["last_outcome"]) == ("UBN-I1", 70.0, 80.0)


def test_one_that_came_too_late_for_the_plan_is_followed_up_and_arrives_once() -> None:
    """The plan of 2028 was issued before the newest plan of 2027 was sent in."""
    early, late = year_of(2027, [indicator(1)]), year_of(2027, [indicator(1), indicator(2), indicator(3, "KF-M2")])
    issued = issue(early)
    kept = [*issued.rows["indicators"], indicator(21)]
    assert ids(list_followed_indicators(year_of(2028, kept, late, issued), OWNER)) == ["UBN-I1", "UBN-I21", "UBN-I2"]
    again = [*kept, indicator(22, name="mått  2")]  # somebody typed it into the plan
    assert ids(list_followed_indicators(year_of(2028, again, late, issued), OWNER)) == ["UBN-I1", "UBN-I21", "UBN-I22"]
    issued = issue(late)
    assert ids(list_followed_indicators(year_of(2028, issued.rows["indicators"], late, issued), OWNER)) == ["UBN-I1", "UBN-I2"]


def test_one_that_the_board_cleared_or_could_not_be_offered_does_not_come_back() -> None:
    last = year_of(2027, [indicator(1)])
    issued = issue(last)
    assert list_followed_indicators(year_of(2028, [], last, issued), OWNER) == ()
    before_any = Prefill.from_json(issued.to_json().replace('"indicators": [', '"others": ['))
    assert list_followed_indicators(year_of(2028, [], last, before_any), OWNER) == ()
