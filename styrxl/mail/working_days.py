"""Working days in Sweden: neither weekends, nor public holidays, nor the eves that are taken for one."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from holidays import DE_FACTO, PUBLIC, HolidayBase, country_holidays

_SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Tell whether people are at work on a day, in a Swedish municipality."""
    return day.weekday() < _SATURDAY and day not in _list_holidays()


def find_next_working_day(day: date) -> date:
    """Return the first working day after a day."""
    later = day + timedelta(days=1)
    return later if is_working_day(later) else find_next_working_day(later)


@cache
def _list_holidays() -> HolidayBase:
    """Return the days on which Swedes are off, by law or because all of them are, of any year that it is asked about."""
    return country_holidays("SE", categories=(PUBLIC, DE_FACTO))
