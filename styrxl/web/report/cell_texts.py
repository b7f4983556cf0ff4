"""A cell's value as text, as the workbook shows it: by the kind of its column, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from styrxl.excel.pages import Link
from styrxl.excel.widths import NUMBERS
from styrxl.model.catalogue import digits_text, number_text

_MINUS, _DECIMALS = "\N{MINUS SIGN}", {"percent": 1, "million": 1, "million_change": 1}
_SIGNED = frozenset({"million_change"})


def is_number(kind: str) -> bool:
    """Whether a column of a kind holds numbers, which stand to the right."""
    return kind in NUMBERS


def write_cell(value: Any, kind: str, language: str) -> str:
    """Return a cell's text; empty where there is nothing."""
    match value:
        case None:
            return ""
        case Link():
            return value.text
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case bool():
            return str(value)
        case int() | float() if kind == "integer":
            return digits_text(value)
        case int() | float():
            return _write_number(value, kind, language)
    return str(value)


def _write_number(value: float, kind: str, language: str) -> str:
    """Return a number as people read it: rounded as its column is, with a real minus sign."""
    decimals = _DECIMALS.get(kind)
    if decimals is None:
        size = number_text(abs(value), language)
    else:
        text = f"{abs(value):,.{decimals}f}"
        size = text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",") if language == "sv" else text
    nothing = not any(digit in size for digit in "123456789")
    sign = "" if nothing else _MINUS if value < 0 else "+" if kind in _SIGNED else ""
    return f"{sign}{size}"
