"""Cells as people type them."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.returns import cell_values
from styrxl.returns.cell_values import CellValue


@pytest.mark.parametrize(
    "raw, value, interpreted",
    [
        (1200.0, 1200.0, False),
        (12, 12.0, False),
        ("1200", 1200.0, False),
        ("1 200,50", 1200.5, True),
        ("1\u00a0200", 1200.0, True),
        ("1\u202f200\u202f300", 1200300.0, True),
        ("1200 tkr", 1200.0, True),
        ("1,2 mkr", 1200.0, True),
        ("12,5", 12.5, True),
        ("12.5", 12.5, False),
        ("0,125", 0.125, True),
        ("1.200.000", 1200000.0, True),
        ("1.200,50", 1200.5, True),
        ("1,200.50", 1200.5, True),
        ("-5", -5.0, False),
        ("2123456", 2123456.0, False),
        ("12345678.25", 12345678.25, False),
        ("\u2212500", -500.0, True),
        ("(500)", -500.0, True),
    ],
)
def test_numbers(raw: object, value: float, *, interpreted: bool) -> None:
    """Money is read as people write it; what differs from what was written says so."""
    assert cell_values.read_number(raw, money=True) == CellValue(value, interpreted=interpreted)


def test_percent_is_no_money() -> None:
    """It is a number elsewhere."""
    assert cell_values.read_number("85 %", money=True).wrong
    assert cell_values.read_number("85 %") == CellValue(85.0, interpreted=True)


@pytest.mark.parametrize(
    "raw, both",
    [("1.200", (1200.0, 1.2)), ("1,200", (1200.0, 1.2)), ("12 500 kr", (12.5, 12500.0)), ("900 kronor", (0.9, 900.0))],
)
def test_numbers_that_can_be_read_in_two_ways(raw: str, both: tuple[float, float]) -> None:
    """Neither reading is chosen; both are offered."""
    assert cell_values.read_number(raw, money=True) == CellValue(ambiguous=both)


@pytest.mark.parametrize("raw", ["ca tusen", "12 000 till 14 000", True, date(2027, 3, 1), "1.2.3,4.5", "1e9", "9" * 100, "12,34,56"])
def test_what_is_no_number(raw: object) -> None:
    """It is said to be wrong, never guessed at."""
    assert cell_values.read_number(raw, money=True).wrong


@given(st.integers(-(10**9), 10**9), st.integers(0, 99))
def test_swedish_amounts_round_trip(whole: int, ore: int) -> None:
    """Any amount written the Swedish way, with spaces and a comma, is read as itself."""
    typed = f"{whole:,}".replace(",", "\u00a0") + f",{ore:02d}"
    sign = -1 if typed.startswith("-") else 1
    assert math.isclose(cell_values.read_number(typed).value, sign * (abs(whole) + ore / 100), abs_tol=1e-6)


@pytest.mark.parametrize(
    "raw, value, interpreted",
    [
        (date(2027, 3, 1), date(2027, 3, 1), False),
        (datetime(2027, 3, 1, 8, 30, tzinfo=UTC), date(2027, 3, 1), False),
        ("2027-03-01", date(2027, 3, 1), False),
        ("2027-3-1", date(2027, 3, 1), True),
        ("20270301", date(2027, 3, 1), True),
        (20270301.0, date(2027, 3, 1), True),
        (46447.0, date(2027, 3, 1), True),
        ("1/3 2027", date(2027, 3, 1), True),
        ("1/3", date(2027, 3, 1), True),
        ("1.3.2027", date(2027, 3, 1), True),
        ("31/12/2027", date(2027, 12, 31), True),
        ("12/31/2027", date(2027, 12, 31), True),
        ("5/5/2027", date(2027, 5, 5), True),
        ("'2027-03-01", date(2027, 3, 1), True),
        ("2027-03-01T00:00:00.000Z", date(2027, 3, 1), True),
        ("2027-03-01 14:30", date(2027, 3, 1), True),
        ("2027-03-01T23:30:00+01:00", date(2027, 3, 1), True),
    ],
)
def test_dates(raw: object, value: date | None, *, interpreted: bool) -> None:
    """Dates are read as people write them, day first; a day without a year is of the round's."""
    read = cell_values.read_day(raw, 2027)
    assert (read.value, read.interpreted) == (value, interpreted)


def test_dates_that_can_be_read_in_two_ways() -> None:
    """With slashes throughout, day and month may be either way round."""
    assert cell_values.read_day("03/04/2027", 2027) == CellValue(ambiguous=(date(2027, 4, 3), date(2027, 3, 4)))


@pytest.mark.parametrize("raw", ["sen", "2027-02-30", "32/1 2027", True, 2027.0, "våren 2027", "1/13/2027/5", "x" * 10_000])
def test_what_is_no_date(raw: object) -> None:
    """It is said to be wrong, never moved to a day that exists."""
    assert cell_values.read_day(raw, 2027).wrong


@pytest.mark.parametrize("raw", ["15/6", "15.6", "15-6"])
def test_a_day_without_a_year_is_no_date_where_there_is_no_round(raw: str) -> None:
    """The council's plan holds many years; no year is guessed there."""
    assert cell_values.read_day(raw, 2027).value == date(2027, 6, 15)
    assert cell_values.read_day(raw, None).wrong
    assert cell_values.read_day(f"{raw} 2027", None).value == date(2027, 6, 15)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%d.%m.%Y"]))
def test_any_date_round_trips(day: date, form: str) -> None:
    """Any day in any unambiguous form is read as itself."""
    assert cell_values.read_day(day.strftime(form), 2027).value == day


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_serial_numbers_are_days(day: date) -> None:
    """A date whose format was lost is still that date."""
    assert cell_values.read_day(float((day - date(1899, 12, 30)) / timedelta(days=1)), 2027).value == day


@pytest.mark.parametrize("raw, value", [(2027.0, 2027), ("2027", 2027), ("år 2027", 2027), (2027.5, None), ("tjugo", None), (True, None)])
def test_years(raw: object, value: int | None) -> None:
    """Whole numbers only."""
    assert cell_values.read_integer(raw).value == value


@pytest.mark.parametrize("raw, code", [("Ja", "yes"), (" ja ", "yes"), ("YES", "yes"), ("Nej.", "no"), ("kanske", None), (1.0, None)])
def test_choices(raw: object, code: str | None) -> None:
    """Letter case, spaces and the other language make no difference."""
    codes = {"ja": "yes", "yes": "yes", "nej": "no", "no": "no"}
    assert cell_values.read_choice(raw, codes, codes).value == code


@given(st.one_of(st.text(max_size=200), st.floats(), st.booleans(), st.dates()))
def test_nothing_breaks_a_reader(raw: object) -> None:
    """Whatever stands in a cell, it is read, ambiguous, wrong or nothing."""
    for read in (
        cell_values.read_number(raw),
        cell_values.read_day(raw, 2027),
        cell_values.read_integer(raw),
        cell_values.read_choice(raw, {}, ()),
        cell_values.read_text(raw),
    ):
        assert read.wrong + (read.ambiguous is not None) + (read.value is not None) <= 1


@pytest.mark.parametrize(
    "raw, value",
    [
        ("6\u00a0898\u00a0813,5 £", 6898813.5),
        ("£1 200", 1200),
        ("-£5", -5),
        ("£-5", -5),
        ("7 km", 7),
        (12, 12),
        ("1 200", 1200),
        ("£", None),
    ],
)
def test_units_that_a_form_names_are_no_part_of_a_number(raw: object, value: float | None) -> None:
    """Before or after it; without a number there is none."""
    assert cell_values.read_with_units(raw, cell_values.read_number, ("£", "km")).value == value


def test_a_unit_makes_no_number_certain() -> None:
    """What can be read in two ways is still asked about, and another unit is wrong."""
    assert cell_values.read_with_units("£1.200", cell_values.read_number, ("£",)).ambiguous == (1200, 1.2)
    assert cell_values.read_with_units("$12", cell_values.read_number, ("£",)).wrong
