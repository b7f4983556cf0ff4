"""Ids of rows, as they are compared."""

from __future__ import annotations

from typing import Any

from styrxl.returns.cell_values import fold
from styrxl.returns.tables import blank


def id_key(typed: Any, *, named: bool = False) -> str:
    """Return the id at the start of what stands in an id cell; all of it, folded, where rows are ``named``."""
    if type(typed) is str and not named:
        return typed.strip().split(" ", 1)[0].upper()
    text = "" if blank(typed) else str(typed).strip()
    return fold(text) if named else text.split(" ", 1)[0].upper()
