"""Working days in Sweden."""

from __future__ import annotations

from datetime import date

import pytest

from styrxl.mail.working_days import find_next_working_day, is_working_day

# From the Swedish calendars of the years.
HOLIDAYS = [
    date(2026, 1, 1),
    date(2026, 1, 6),
    date(2026, 4, 3),  # Good Friday
    date(2026, 4, 6),  # Easter Monday
    date(2026, 5, 1),
    date(2026, 5, 14),  # Ascension Day
    date(2026, 6, 19),  # Midsummer's Eve
    date(2027, 3, 26),
    date(2027, 3, 29),
    date(2027, 5, 6),
    date(2027, 6, 25),
    date(2026, 12, 24),
    date(2026, 12, 25),
    date(2026, 12, 31),
    date(2026, 11, 28),  # a Saturday
    date(2026, 11, 29),
]


@pytest.mark.parametrize("day", HOLIDAYS, ids=str)
def test_nobody_is_at_work_on_weekends_and_holidays(day: date) -> None:
    assert not is_working_day(day)


@pytest.mark.parametrize("day", [date(2026, 11, 27), date(2026, 4, 2), date(2027, 6, 24), date(2026, 12, 23), date(2027, 1, 5)], ids=str)
def test_people_are_at_work_on_other_days(day: date) -> None:
    assert is_working_day(day)


def test_the_next_working_day_is_after_all_holidays() -> None:
    assert find_next_working_day(date(2026, 12, 23)) == date(2026, 12, 28)
    assert find_next_working_day(date(2026, 11, 27)) == date(2026, 11, 30)
