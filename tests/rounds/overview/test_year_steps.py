"""Which round or plan is to be begun next."""

from __future__ import annotations

from datetime import date

import pytest

from styrxl.model.council_plan import Organisation, Plan
from styrxl.model.rounds import Round, standard_rounds
from styrxl.rounds.overview.year_steps import YearFacts, is_past, list_year_steps

KINDS = standard_rounds()
OURS = [KINDS[key] for key in ("plan", "t1", "t2", "year")]
BOARD = Organisation("UBN", "Utbildning", "board", None, None, (), None, None, None, (), None, None)


def rounds(*names: str) -> list[Round]:
    return [KINDS.parse(name) for name in names]


def plan(*years: int) -> Plan:
    return Plan((BOARD,), (), {("UBN", year): (1.0, None) for year in years}, (), (), ())


@pytest.mark.parametrize(
    "today, years, begun, expected",
    [
        (date(2026, 10, 1), [2027], [], [("hand-out", "2027-plan", True)]),
        (date(2027, 2, 1), [2027, 2028], [], [("hand-out", "2027-plan", True)]),
        (date(2027, 9, 1), [2027, 2028], [], [("hand-out", "2028-plan", True)]),
        (date(2027, 2, 1), [2027], ["2027-plan"], [("hand-out", "2027-t1", False)]),
        (date(2027, 4, 10), [2027], ["2027-plan"], [("hand-out", "2027-t1", True)]),
        (date(2027, 9, 1), [2027, 2028], ["2027-plan"], [("hand-out", "2027-t2", True), ("hand-out", "2028-plan", True)]),  # none of April
        (date(2027, 6, 1), [2027], ["2027-plan", "2027-t2"], [("hand-out", "2027-year", False)]),  # one was left out
        (date(2027, 9, 1), [2027], ["2027-plan", "2027-t1", "2027-t2"], [("roll-over", "", True), ("hand-out", "2027-year", False)]),
        (date(2028, 1, 9), [2027, 2028], ["2027-plan", "2027-year"], [("hand-out", "2028-plan", True)]),
        (date(2028, 1, 9), [2027], ["2027-plan", "2027-year"], [("roll-over", "", True)]),
        (date(2028, 1, 9), [2027, 2028], ["2027-plan", "2027-year", "2028-plan"], [("hand-out", "2028-t1", False)]),
    ],
)
def test_the_calendar_brings_the_next_round(today: date, years: list[int], begun: list[str], expected: list[tuple[str, str, bool]]) -> None:
    found = list_year_steps(YearFacts(today, plan(*years), OURS, rounds(*begun)))
    assert [(step.key, step.round.id if step.round else "", step.now) for step in found] == expected


def test_a_proposal_that_lies_there_is_to_be_finished() -> None:
    found = list_year_steps(YearFacts(date(2028, 1, 9), plan(2027), OURS, rounds("2027-plan", "2027-year"), {2028}))
    assert [(step.key, step.year, step.names) for step in found] == [("finish-rollover", 2028, ("UBN",))]


def test_an_empty_plan_comes_first() -> None:
    empty = Plan((), (), {}, (), (), ())
    assert [step.key for step in list_year_steps(YearFacts(date(2027, 1, 1), empty, OURS, ()))] == ["fill-in-plan"]


def test_a_round_is_past_when_a_later_one_has_begun() -> None:
    begun = rounds("2027-plan", "2027-t1", "2028-plan", "2027-year", "2027-ik")
    assert [round_.id for round_ in begun if is_past(round_, begun)] == ["2027-plan", "2027-t1"]
    assert is_past(begun[3], [*begun, *rounds("2028-t1")])  # the year before, once the next is followed up
