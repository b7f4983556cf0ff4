"""Typed frames as plain values, in which an empty cell is None."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def column(frame: pd.DataFrame, name: str) -> list[Any]:
    """Return a column's values, None where a cell is empty; only None where the frame has no such column."""
    if name not in frame:
        return [None] * len(frame)
    values, empty = frame[name].tolist(), frame[name].isna()
    if not empty.any():
        return values
    return [None if is_empty else value for value, is_empty in zip(values, empty.tolist(), strict=True)]


def records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the rows of a frame, field -> value, None where a cell is empty."""
    names = [str(name) for name in frame.columns]
    for values in zip(*(column(frame, name) for name in names), strict=True):
        yield dict(zip(names, values, strict=True))


def json_value(value: Any) -> Any:
    """Return a value as JSON gives it back: what was issued is compared with what would be issued now."""
    if isinstance(value, date):
        return (value.date() if isinstance(value, datetime) else value).isoformat()
    return value.item() if hasattr(value, "item") else value


def whole_year(value: Any) -> int | None:
    """Return a cell's year, None where it is empty."""
    return None if value is None else int(value)
