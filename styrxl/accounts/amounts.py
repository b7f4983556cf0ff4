"""Amounts as accounting systems write them, exactly: ``1 234,50-``, ``(1.234,50)``, ``-1234.5``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f'’]+")
_MINUS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_DIGITS = re.compile(r"\d{1,15}|\d{0,15}(?:[.,]\d{1,15}){1,6}")
_UNIT = re.compile(r"(kr|sek|kronor|tkr|tsek|kkr|mkr|mnkr|msek)\.?$", re.IGNORECASE)
_NAMED = {"kr": "kronor", "sek": "kronor", "tkr": "tkr", "tsek": "tkr", "kkr": "tkr", "mkr": "mkr", "mnkr": "mkr", "msek": "mkr"}
_CENTS = re.compile(r"[.,](\d{1,2})$|[.,](\d{4,})$")
_LONGEST = 60
_SURE = 15  # digits that a number in a workbook has; what stands after them comes of computing


class UnreadableAmountError(ValueError):
    """An amount that cannot be read, or that may be two."""


def read_amount(cell: Any, decimal: str | None, unit: str = "kronor") -> Decimal | None:
    """Return a cell's amount, None for an empty one; ``decimal``: the mark that stands before öre, None where none is known.

    Raises UnreadableAmountError; also for an amount that says that it is in another unit.
    """
    if isinstance(cell, bool):
        raise UnreadableAmountError(cell)
    if isinstance(cell, int | float):
        return _read_number(cell)
    if not isinstance(cell, str):
        raise UnreadableAmountError(cell)
    text, sign, named = _strip(cell)
    if not text:
        return None
    if named and _NAMED.get(named, named) != unit:
        raise UnreadableAmountError(cell)
    if not _DIGITS.fullmatch(text):
        raise UnreadableAmountError(cell)
    return sign * _read_digits(text, decimal)


def find_decimal_mark(cells: Iterable[Any]) -> str | None:
    """Return the mark that amounts show to stand before öre: comma or full stop, None where none shows it, or both do."""
    marks = {mark for cell in cells if isinstance(cell, str) and (mark := _see_mark(_strip(cell)[0]))}
    return marks.pop() if len(marks) == 1 else None


def _strip(cell: str) -> tuple[str, int, str]:
    """Return an amount's digits and marks, its sign, and the unit that stands after it."""
    if len(cell) > _LONGEST:
        return cell, 1, ""
    text = _SPACES.sub("", cell.translate(_MINUS)).strip('="')
    named = _UNIT.search(text)
    text, unit = (text[: named.start()], named[1].lower()) if named else (text, "")
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1], -1, unit
    if text.endswith("-"):
        return text[:-1], -1, unit
    return text[1:] if text[:1] in {"+", "-"} else text, -1 if text.startswith("-") else 1, unit


def _see_mark(text: str) -> str:
    """Return the decimal mark that an amount shows without doubt; empty where it shows none."""
    if not _DIGITS.fullmatch(text):
        return ""
    marks = [sign for sign in text if sign in ",."]
    if len(set(marks)) > 1:
        return marks[-1] if marks.count(marks[-1]) == 1 else ""
    return marks[0] if len(marks) == 1 and _CENTS.search(text) else ""


def _read_number(number: float) -> Decimal:
    if not -1e15 < number < 1e15:  # also not a number at all
        raise UnreadableAmountError(number)
    return Decimal(number) if isinstance(number, int) else Decimal(f"{number:.{_SURE}g}")


def _read_digits(text: str, decimal: str | None) -> Decimal:
    mark = decimal or _see_mark(text)
    marks = [sign for sign in text if sign in ",."]
    if not mark and len(marks) == 1:
        raise UnreadableAmountError(text)  # 1.234 may be either
    whole, _, part = text.rpartition(mark) if mark and mark in text else (text, "", "")
    groups = re.split("[,.]", whole)
    if (mark and mark in whole) or any(sign in ",." for sign in part) or (len(groups) > 1 and not _are_thousands(groups)):
        raise UnreadableAmountError(text)
    return Decimal(f"{''.join(groups) or '0'}.{part or '0'}")


def _are_thousands(groups: list[str]) -> bool:
    return 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
