"""Start and end of commitments as people type them, in whole returns."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from styrxl.model.findings import Finding, fix, message
from styrxl.returns.habits.day_columns import make_day_reader
from styrxl.returns.habits.days_in_words import DayWords
from town import BOARD, PRESCHOOL, Town

UNIT_START, UNIT_END = "F5", "G5"


def judge(town: Town, owner: str, start: Any, end: Any) -> list[Finding]:
    """Return the findings on the days of a first commitment."""
    answers = BOARD if owner == "UBN" else PRESCHOOL
    first, *rest = answers["commitments"]
    data = town.filled(owner, {**answers, "commitments": [{**first, "start": start, "end": end}, *rest]})
    [judged] = town.judge((f"{owner}.xlsx", data)).returns
    return list(judged.findings)


def told(found: list[Finding]) -> list[tuple[str, str | None, Any]]:
    """Return rule, cell and what was understood."""
    return [(f.rule, f.cell, f.facts.get("read")) for f in found]


@pytest.mark.parametrize(
    "start, end, first, last",
    [
        ("mars", "mars", date(2027, 3, 1), date(2027, 3, 31)),
        ("v. 10", "v. 12", date(2027, 3, 8), date(2027, 3, 28)),
        ("vt 2027", "ht 2027", date(2027, 1, 1), date(2027, 12, 31)),
        ("2027-02-01T00:00:00.000Z", "2027-05", date(2027, 2, 1), date(2027, 5, 31)),
        ("'2027-02-01", "'Q2", date(2027, 2, 1), date(2027, 6, 30)),
        ("löpande", "tills vidare", date(2027, 1, 1), date(2027, 12, 31)),
        ("2027", "hela året", date(2027, 1, 1), date(2027, 12, 31)),
    ],
)
def test_days_in_words_are_read_and_told(shared_full: Town, start: Any, end: Any, first: date, last: date) -> None:
    """The first day where it starts, the last where it ends; where the days may be left out, what goes on lasts the year."""
    found = judge(shared_full, "UBN-ÖST", start, end)
    assert told(found) == [("interpreted-value", UNIT_START, first), ("interpreted-value", UNIT_END, last)]


def test_what_goes_on_is_asked_about_where_a_day_is_needed(shared_full: Town) -> None:
    """A board's commitment has its days."""
    found = judge(shared_full, "UBN", date(2027, 1, 1), "löpande")
    assert [(f.rule, f.value) for f in found] == [("wrong-type", "löpande")]
    assert "tom" not in fix(found[0], "sv")


def test_what_is_not_understood_may_be_left_empty(shared_full: Town) -> None:
    """Where the answer is not needed, and both languages say so."""
    [found] = judge(shared_full, "UBN-ÖST", "efter sommaren", None)
    assert (found.rule, found.cell) == ("wrong-type", UNIT_START)
    assert fix(found, "sv").endswith("Den får också lämnas tom.")
    assert fix(found, "en").endswith("It may also be left empty.")


@pytest.mark.parametrize(
    "start, end, cell, choices",
    [
        ("sept", "maj", UNIT_END, (date(2027, 5, 31), date(2028, 5, 31))),
        ("1/9", "15/6", UNIT_END, (date(2027, 6, 15), date(2028, 6, 15))),
        ("ht", "vt", UNIT_END, (date(2027, 6, 30), date(2028, 6, 30))),
        ("oktober", date(2027, 5, 31), UNIT_START, (date(2026, 10, 1), date(2027, 10, 1))),
    ],
)
def test_a_year_is_asked_for_where_the_rounds_does_not_fit(
    shared_full: Town, start: Any, end: Any, cell: str, choices: tuple[date, date]
) -> None:
    """Both years are offered, and nothing is guessed."""
    [found] = [f for f in judge(shared_full, "UBN-ÖST", start, end) if f.severity == "error"]
    assert (found.rule, found.cell, found.facts["first"], found.facts["second"]) == ("ambiguous-value", cell, *choices)
    assert choices[0].isoformat() in message(found, "sv")


def test_days_with_their_years_are_in_the_wrong_order(shared_full: Town) -> None:
    """There is nothing to ask."""
    found = judge(shared_full, "UBN-ÖST", "hösten 2027", "våren 2027")
    assert [(f.rule, f.cell) for f in found if f.severity == "error"] == [("date-order", UNIT_END)]


def test_the_end_of_a_time_stamp_in_utc_may_be_the_next_day(shared_full: Town) -> None:
    """Midnight in Sweden is an hour or two before midnight there."""
    [found] = judge(shared_full, "UBN-ÖST", "2027-01-31T23:00:00.000Z", None)
    assert (found.rule, found.facts["first"], found.facts["second"]) == ("ambiguous-value", date(2027, 1, 31), date(2027, 2, 1))


def test_a_number_that_is_a_year_is_that_year(shared_full: Town) -> None:
    """As it shows in a cell that was given no format; any other number is no day."""
    words = shared_full.forms.words
    sheet = shared_full.form("UBN").sheet("commitments")
    read = make_day_reader(sheet, sheet.column("end"), DayWords(words.days), 2027)
    assert (read(2028.0).value, read(42.0).wrong, read(10.5).wrong) == (date(2028, 12, 31), True, True)


def test_a_part_of_a_year_is_no_day_of_decision(shared_full: Town) -> None:
    """Only what starts or ends has a first or a last day."""
    [confirmed] = BOARD["confirmation"]
    for typed, rules in (("mars 2027", ["wrong-type"]), ("1 mars 2027", ["interpreted-value"])):
        data = shared_full.filled("UBN", {**BOARD, "confirmation": [{**confirmed, "decision_date": typed}]})
        [judged] = shared_full.judge(("UBN.xlsx", data)).returns
        assert [f.rule for f in judged.findings] == rules
