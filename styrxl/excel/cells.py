"""Single values as cells hold them: errors, days and moments as numbers, numbers with all of their digits, letters that XML forbids."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from styrxl.excel.formula_text import day_number
from styrxl.excel.limits import MOST_LETTERS

FORMULA_SIGNS = ("=", "+", "-", "@", "'")  # a text that begins so becomes a formula when somebody edits its cell
OPEN, CLOSE = "\ue000", "\ue001"  # private letters: what stands between them is a token, filled in for each owner
FOOTER_LETTERS = 70  # of a text in a footer: half of what is as wide as A4
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_NO_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_OURS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff\ue000\ue001]")
_TOKEN_LETTERS = re.compile(f"[{OPEN}{CLOSE}]")
_SECONDS = 86_400
_FALSE_LEAP_DAY = 60  # Excel counts a 29 February 1900


class CellError(str):
    """An error that a cell shows in place of a value, such as ``#DIV/0!``."""

    __slots__ = ()


class Token(str):
    """What stands in a template where an owner's own value comes."""

    __slots__ = ()


def token(name: str) -> Token:
    """Return what stands in a template where an owner's own value comes."""
    return Token(f"{OPEN}{name}{CLOSE}")


def clean(text: str) -> str:
    """Return a text of ours without letters that XML forbids or that tokens are made of, and no longer than a cell holds."""
    return _NOT_OURS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:MOST_LETTERS]


def count_letters(text: str) -> int:
    """Return how many letters Excel counts in a text: two in one beyond U+FFFF."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut_text(text: str, most: int) -> str:
    """Return as much of a text as there is room for, in letters as Excel counts them."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * most].decode("utf-16-le", "ignore")


def escape_forbidden(text: str) -> str:
    """Return a text as a cell holds it: letters that XML forbids come as Excel writes them, and come back as they were."""
    return _NO_XML.sub(_escape, _ESCAPED.sub("_x005F_", text[:MOST_LETTERS]))


def escape_foreign(text: str) -> str:
    """Return somebody else's text as ``escape_forbidden`` does; its own letters that open a token come as tokens without a name."""
    return escape_forbidden(text).replace(OPEN, OPEN + CLOSE)


def omit_token_letters(text: str) -> str:
    """Return a text without the letters that tokens are made of."""
    return _TOKEN_LETTERS.sub("", text)


def _escape(letter: re.Match[str]) -> str:
    return f"_x{ord(letter[0]):04X}_"


def excel_number(value: Any) -> tuple[float | None, str]:
    """Return a day, moment, time of day or duration as Excel counts it, and the kind of format that shows it; None for what it cannot."""
    match value:
        case datetime():
            moment = value.replace(tzinfo=None)
            return (_day(moment.date()) or 0) + (moment - datetime.combine(moment.date(), time())).total_seconds() / _SECONDS, "moment"
        case date():
            return _day(value), "date"
        case time():
            return (value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6) / _SECONDS, "time"
        case timedelta():
            return value.total_seconds() / _SECONDS, "duration"
    return None, ""


def _day(day: date) -> int | None:
    number = day_number(day)
    if number <= _FALSE_LEAP_DAY:
        number -= 1
    return number if number >= 1 else None


def exact_number(number: float) -> str:
    """Return a number as XML has it, with all of its digits."""
    return str(int(number)) if float(number).is_integer() and abs(number) < 1e15 else repr(float(number))


def rounded_number(number: float) -> str:
    """Return a number as XML has it where it was worked out: without what the last binary digits leave behind."""
    return str(int(number)) if number == int(number) else repr(round(float(number), 9))


def footer_text(text: str) -> str:
    """Return a text as a footer has it: ``&`` begins a code there, and there is room for 255 letters in all."""
    return text.replace("\n", " ")[:FOOTER_LETTERS].replace("&", "&&")
