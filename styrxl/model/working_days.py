"""Working days in Sweden: neither weekends, nor public holidays, nor the eves that are taken for one."""

from __future__ import annotations

from datetime import date, timedelta

_SATURDAY = 5
# New Year's Day, Epiphany, May Day, the National Day, Christmas Eve and the two days after it, New Year's Eve.
_FIXED = frozenset({(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)})
_AFTER_EASTER = (-2, 1, 39)  # Good Friday, Easter Monday, Ascension Day


def is_working_day(day: date) -> bool:
    """Tell whether people are at work on a day, in a Swedish municipality."""
    return day.weekday() < _SATURDAY and (day.month, day.day) not in _FIXED and day not in _list_movable(day.year)


def find_next_working_day(day: date) -> date:
    """Return the first working day after a day."""
    later = day + timedelta(days=1)
    return later if is_working_day(later) else find_next_working_day(later)


def _list_movable(year: int) -> set[date]:
    easter = find_easter(year)
    nineteenth = date(year, 6, 19)  # Midsummer's Eve is the Friday from the 19th to the 25th of June
    return {easter + timedelta(days=n) for n in _AFTER_EASTER} | {nineteenth + timedelta(days=(4 - nineteenth.weekday()) % 7)}


def find_easter(year: int) -> date:
    """Return Easter Day of a Gregorian year (Meeus, Jones and Butcher)."""
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
