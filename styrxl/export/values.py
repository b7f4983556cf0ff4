"""A cell's value as the data package has it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from styrxl.model.masking import make_showable, mask_number


def plain_value(value: Any, kind: str) -> Any:
    """Return a value as a field of a kind has it; None where there is none. Personal identity numbers are masked in texts and numbers."""
    if value is None:
        return None
    if kind == "string":
        return _as_text(value)
    if kind == "integer":
        return int(value)
    if kind == "number":
        return None if mask_number(value) else float(value)
    if kind == "date":
        return value.date() if isinstance(value, datetime) else value
    return value


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return mask_number(value) or f"{value:.15g}"
    if isinstance(value, date):
        return value.isoformat()
    return make_showable(str(value)) or None
