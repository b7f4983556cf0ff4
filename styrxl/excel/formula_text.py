"""Values as they are written in formulas."""

from __future__ import annotations

from datetime import date

_EPOCH = date(1899, 12, 30).toordinal()  # day 0 of Excel's calendar, as it counts after February 1900
_SPACE = " "


def quote(text: str) -> str:
    """Return a text as a formula has it."""
    return '"' + text.replace('"', '""') + '"'


def trim(value: object) -> str:
    """Return a value as Excel's TRIM gives it."""
    if value is None:
        return ""
    if isinstance(value, date):
        return str(day_number(value))
    return _SPACE.join(part for part in str(value).split(_SPACE) if part)


def day_number(day: date) -> int:
    """Return Excel's number of a day."""
    return day.toordinal() - _EPOCH
