"""Values as they are written in formulas."""

from __future__ import annotations

from datetime import date

from styrxl.excel.limits import LONGEST_LITERAL

_EPOCH = date(1899, 12, 30).toordinal()  # day 0 of Excel's calendar, as it counts after February 1900
_SPACE = " "
_PIECE = LONGEST_LITERAL // 2  # letters: a quotation mark is written twice, and a letter beyond U+FFFF counts as two


def quote(text: str) -> str:
    """Return a text as a formula has it: one that is longer than Excel reads in one piece is joined from several."""
    pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)] or [""]
    return "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


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
