"""How assignments stand: overdue past their last day alone, and the whole as those who answer say."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.model.assignments import (
    DONE,
    LATE,
    MISSING,
    NOT_STARTED,
    OVERDUE,
    TO_CLOSE,
    UNDER_WAY,
    Assignment,
    find_state,
    is_overdue,
    judge_whole,
)
from styrxl.model.rounds import standard_rounds

LAST = date(2027, 6, 30)
ONE = Assignment("KF-U1", "Utred", ("UBN", "BOLAG"), LAST, date(2027, 1, 10), "§ 1", closed_on=date(2027, 9, 1), closing_decision="§ 9")
SAID = st.sampled_from([DONE, TO_CLOSE, LATE, UNDER_WAY, NOT_STARTED])


@pytest.mark.parametrize(
    "status, last, day, state",
    [
        (UNDER_WAY, None, LAST, UNDER_WAY),
        (LATE, None, LAST, LATE),  # says so itself, before its last day is past
        (LATE, None, date(2027, 7, 1), OVERDUE),
        (DONE, None, date(2027, 7, 1), DONE),
        (TO_CLOSE, None, date(2027, 7, 1), TO_CLOSE),  # what is left is the council's to do
        (None, UNDER_WAY, date(2027, 7, 1), OVERDUE),
        (None, DONE, date(2027, 7, 1), MISSING),
        (None, None, LAST, MISSING),
    ],
)
def test_how_it_stands_with_one(status: str | None, last: str | None, day: date, state: str) -> None:
    assert find_state(status, last, LAST, day) == state


@pytest.mark.parametrize(
    "states, whole",
    [
        ([DONE, DONE], DONE),
        ([DONE, UNDER_WAY], UNDER_WAY),
        ([DONE, NOT_STARTED], UNDER_WAY),
        ([NOT_STARTED, NOT_STARTED], NOT_STARTED),
        ([DONE, TO_CLOSE], TO_CLOSE),
        ([UNDER_WAY, TO_CLOSE], UNDER_WAY),
        ([UNDER_WAY, LATE], LATE),
        ([LATE, MISSING], LATE),
        ([DONE, MISSING], MISSING),
        ([LATE, OVERDUE, MISSING], OVERDUE),
        ([], MISSING),
    ],
)
def test_what_several_come_to(states: list[str], whole: str) -> None:
    assert judge_whole(states) == whole


@given(st.lists(SAID, min_size=1))
def test_the_whole_is_done_when_all_are(states: list[str]) -> None:
    """Whatever the order in which they answer."""
    assert (judge_whole(states) == DONE) == (set(states) == {DONE})
    assert judge_whole(sorted(states)) == judge_whole(states)


@given(st.dates(date(2027, 1, 1), date(2027, 12, 31)))
def test_late_is_no_more_overdue_than_under_way(day: date) -> None:
    assert is_overdue(LAST, LATE, day) == is_overdue(LAST, UNDER_WAY, day) == (day > LAST)


def test_it_is_open_from_its_decision_until_the_council_closes_it() -> None:
    days = [date(2027, 1, 9), date(2027, 1, 10), date(2027, 8, 31), date(2027, 9, 1)]
    assert [ONE.is_open(day) for day in days] == [False, True, True, False]
    assert [ONE.concerns(*who) for who in (("UBN", "board"), ("KFN", "board"), ("BOLAG", "company"))] == [True, False, True]
    everybody = Assignment("KF-U2", "Spara", ("all",), LAST, LAST, "§ 2")
    assert [everybody.concerns(*who) for who in (("UBN", "board"), ("BOLAG", "company"), ("UBN-ÅBY", "unit"))] == [True, False, False]


@pytest.mark.parametrize(
    "round_, day",
    [("2027-plan", (2027, 1, 1)), ("2027-t1", (2027, 4, 30)), ("2027-t2", (2027, 8, 31)), ("2027-year", (2027, 12, 31))],
)
def test_decisions_count_until_the_rounds_day_and_none_after_its_year(round_: str, day: tuple[int, int, int]) -> None:
    """Decisions on frames count at year-end whenever they come: assignments that are given after the year belong to the next one."""
    assert standard_rounds().parse(round_).decisions_day == date(*day)
