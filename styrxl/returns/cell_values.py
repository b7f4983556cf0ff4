"""How a cell is read: amounts, years, dates, choices and texts as people type them.

Each reader returns ``CellValue``: the value, and how certain it is. ``interpreted``: it was written in another way; ``ambiguous``: the
two values that it may have; ``wrong``: it could not be read. Patterns are bounded, so that no cell can make them slow.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from styrxl.model.catalogue import digits_text
from styrxl.returns.letters import make_plain

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f']+")
_NUMBER = re.compile(r"([-−–+]?)(\d{1,18}(?:[.,]\d{1,18}){0,6})(tkr|tsek|kkr|kr|kronor|sek|:-|mkr|mnkr|msek|%|procent|st)?", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00)?)?")
_COMPACT = re.compile(r"(20\d\d)(\d\d)(\d\d)")
_DAY_FIRST = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})(?:([/.\- ]{1,3})(\d{4}))?")
_EPOCH = date(1899, 12, 30)  # day 0 of Excel's calendar, as it counts after February 1900
_SERIALS = range(36526, 73415)  # 2000-01-01 to 2100-12-31
_YEARS = range(1700, 2200)  # what a timestamp in nanoseconds can hold, and then some of sense
_LARGEST = 1e15  # numbers beyond it are not exact
_CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LONGEST = 60  # nothing longer is a number or a date
_ISO_DAY = len("2027-03-01")
_LAST_HOURS = 22


@dataclass(frozen=True, slots=True)
class CellValue:
    """The value of one cell, and how certain it is."""

    value: Any = None
    interpreted: bool = False
    ambiguous: tuple[Any, Any] | None = None
    wrong: bool = False
    year_assumed: bool = False  # a day whose year was not written


NOTHING = CellValue()
WRONG = CellValue(wrong=True)


def read_text(raw: Any) -> CellValue:
    """Read a text; a number or date becomes its text."""
    if isinstance(raw, str):
        value = raw.replace("\u00a0", " ").strip()
        if not value.isprintable() and _CONTROL_CHARACTERS.search(value):  # no workbook may hold them, nor a frame; a terminal obeys some
            return CellValue(_CONTROL_CHARACTERS.sub("", value).strip() or None, interpreted=True)
        return CellValue(value) if value else NOTHING
    if isinstance(raw, float) and raw.is_integer():
        return CellValue(str(int(raw)))
    return CellValue(raw.isoformat() if isinstance(raw, date) else str(raw))


def fold_unit(text: str) -> str:
    """Return a unit as it is looked for beside a number: without case and spaces."""
    return _SPACES.sub("", make_plain(text)).casefold()


def read_number(raw: Any, *, money: bool = False, units: Collection[str] = ()) -> CellValue:
    """Read a number; with ``money`` an amount in thousands of kronor, for which kronor and millions may be typed as well.

    ``units``: the column's own unit, in all spellings, as ``fold_unit`` gives them.
    """
    if isinstance(raw, bool | date):
        return WRONG
    if isinstance(raw, int | float):
        return CellValue(float(raw)) if abs(raw) < _LARGEST else WRONG
    if not isinstance(raw, str) or len(raw) > _LONGEST:
        return WRONG
    typed = raw.strip().replace("\u00a0", " ")
    compact = _SPACES.sub("", typed)
    if compact.startswith("(") and compact.endswith(")"):
        compact = f"-{compact[1:-1]}"
    number = _drop_unit(compact, units)
    match = _NUMBER.fullmatch(number)
    if not match or (match[3] and number != compact):
        return WRONG
    values = _find_amounts(match[2])
    if not values:
        return WRONG
    signed = [-v if match[1] in {"-", "−", "–"} else v for v in values]
    return _apply_unit(signed, (match[3] or "").lower(), money=money, plain=typed == digits_text(signed[0]))


def _drop_unit(compact: str, units: Collection[str]) -> str:
    """Return what stands before or after a unit, or all of it where there is none."""
    folded = compact.casefold()
    if len(folded) != len(compact):
        return compact
    for unit in units:
        if folded.endswith(unit):
            return compact[: -len(unit)]
        if folded.startswith(unit):
            return compact[len(unit) :]
    return compact


def read_with_units(raw: Any, read: Callable[[Any], CellValue], units: Collection[str]) -> CellValue:
    """Read a number beside which one of some units may stand, before or after it; these are no part of it."""
    if not isinstance(raw, str) or len(raw) > _LONGEST:
        return read(raw)
    compact = _SPACES.sub("", raw)
    sign, number = (compact[0], compact[1:]) if compact[:1] in {"-", "−", "–"} else ("", compact)
    for unit in (_SPACES.sub("", unit) for unit in units):
        bare = number.removeprefix(unit).removesuffix(unit)
        if bare != number:
            return replace(read(f"{sign}{bare}"), interpreted=False)
    return read(raw)


def _apply_unit(values: list[float], unit: str, *, money: bool, plain: bool) -> CellValue:
    if len(values) > 1:
        return CellValue(ambiguous=(values[0], values[1]))
    value = values[0]
    if unit in {"kr", "kronor", "sek", ":-"} and money and value:
        return CellValue(ambiguous=(value / 1000, value))
    if unit in {"%", "procent"} and money:
        return WRONG
    if unit in {"mkr", "mnkr", "msek"}:
        return CellValue(value * 1000, interpreted=True) if money else WRONG
    return CellValue(value, interpreted=not plain)


def _find_amounts(digits: str) -> list[float]:
    """Return the numbers that digits with dots and commas may mean: two where a mark may stand before thousands or decimals."""
    marks = [c for c in digits if c in ".,"]
    if not marks:
        return [float(digits)]
    groups = re.split(r"[.,]", digits)
    if len(marks) > 1 and marks[0] != marks[-1]:  # 1.200,50 or 1,200.50
        whole = groups[:-1]
        regular = len(set(marks[:-1])) == 1 and all(len(g) == 3 for g in whole[1:])
        return [float("".join(whole) + "." + groups[-1])] if regular else []
    if len(marks) > 1:  # 1.200.000
        return [float("".join(groups))] if all(len(g) == 3 for g in groups[1:]) else []
    decimal = float(".".join(groups))
    if len(groups[1]) == 3 and 1 <= len(groups[0]) <= 3 and not groups[0].startswith("0"):
        return [float("".join(groups)), decimal]
    return [decimal]


def read_integer(raw: Any) -> CellValue:
    """Read a whole number such as a year."""
    if isinstance(raw, str):
        match = re.fullmatch(r"\s*(?:år|year)?\s*(\d{1,9})\s*", raw.replace("\u00a0", " "), re.IGNORECASE)
        return CellValue(int(match[1]), interpreted=raw.strip() != match[1]) if match and len(raw) <= _LONGEST else WRONG
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not float(raw).is_integer() or abs(raw) >= _LARGEST:
        return WRONG
    return CellValue(int(raw))


def read_day(raw: Any, year: int | None) -> CellValue:
    """Read a date; a day and month alone are of the round's year, and no date where there is no round (``year`` None)."""
    if isinstance(raw, date):
        day = raw.date() if isinstance(raw, datetime) else raw
        return CellValue(day) if day.year in _YEARS else WRONG
    if isinstance(raw, bool):
        return WRONG
    if isinstance(raw, int | float):
        return _read_day_number(raw)
    if not isinstance(raw, str) or len(raw) > _LONGEST:
        return WRONG
    typed = " ".join(raw.replace("\u00a0", " ").split())
    if typed.startswith("'"):  # what makes a cell of Excel hold text, where another program wrote it
        return replace(read_day(typed.lstrip("' "), year), interpreted=True)
    iso = _ISO.fullmatch(typed)
    if iso:
        read = _make_date(int(iso[1]), int(iso[2]), int(iso[3]))
        return CellValue(read.value, interpreted=not read.wrong and read.value.isoformat() != typed[:10], wrong=read.wrong)
    compact = _COMPACT.fullmatch(typed)
    if compact:
        return _make_date(int(compact[1]), int(compact[2]), int(compact[3]))
    stamp = _read_time_stamp(typed)
    return _read_day_first(typed, year) if stamp.wrong else stamp


def _read_day_number(raw: float) -> CellValue:
    if not math.isfinite(raw):
        return WRONG
    if int(raw) in _SERIALS:
        return CellValue(_EPOCH + timedelta(days=int(raw)), interpreted=True)
    compact = _COMPACT.fullmatch(f"{raw:.0f}")
    return _make_date(int(compact[1]), int(compact[2]), int(compact[3])) if compact else WRONG


def _read_day_first(typed: str, year: int | None) -> CellValue:
    match = _DAY_FIRST.fullmatch(typed)
    if not match or not (match[5] or year):
        return WRONG
    first, mark, second = int(match[1]), match[2], int(match[3])
    given = int(match[5] or year or 0)
    # A slash throughout is written in either order (1/3/2027); «1/3 2027» and dots are day first in Swedish.
    if mark in "/-" and match[4] == mark and first != second:
        both = _make_date(given, second, first), _make_date(given, first, second)
        if not both[0].wrong and not both[1].wrong:
            return CellValue(ambiguous=(both[0].value, both[1].value))
        return both[1] if both[0].wrong else both[0]
    return replace(_make_date(given, second, first), year_assumed=match[5] is None)


def _read_time_stamp(typed: str) -> CellValue:
    """Read a time stamp; midnight here is an hour or two before midnight in one that ends in Z."""
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        return WRONG
    if moment.year not in _YEARS or len(typed) <= _ISO_DAY:
        return WRONG
    day = moment.date()
    if moment.utcoffset() == timedelta() and moment.hour >= _LAST_HOURS and not moment.minute:
        return CellValue(ambiguous=(day, day + timedelta(days=1)))
    return CellValue(day, interpreted=True)


def _make_date(year: int, month: int, number_: int) -> CellValue:
    try:
        return CellValue(date(year, month, number_), interpreted=True) if year in _YEARS else WRONG
    except ValueError:
        return WRONG


def read_choice(raw: Any, codes: Mapping[str, str], usual: Collection[str]) -> CellValue:
    """Read a choice; ``codes``: folded text -> code; ``usual``: the folded texts that are chosen from the list, and need no telling."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    typed = fold_text(str(raw))
    code = codes.get(typed)
    return CellValue(code, interpreted=typed not in usual) if code is not None else WRONG


def fold_text(typed: str) -> str:
    """Return a text for comparison: without case, odd spaces, final full stop and invisible characters, dashes as hyphens."""
    return " ".join(make_plain(typed).split()).rstrip(".").casefold()


def memoise(reader: Callable[[Any], CellValue]) -> Callable[[Any], CellValue]:
    """Return the reader with its results remembered: a round repeats the same few values thousands of times."""
    known: dict[Any, CellValue] = {}

    def read(raw: Any) -> CellValue:
        key = (type(raw), raw)
        value = known.get(key)
        if value is None:
            if len(known) > 100_000:
                known.clear()
            value = known[key] = reader(raw)
        return value

    return read
