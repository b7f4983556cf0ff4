"""The key by which ids of rows are compared."""

from __future__ import annotations

from typing import Any

from styrxl.returns.cell_values import fold_text
from styrxl.returns.letters import make_plain
from styrxl.returns.tables import is_blank


def make_id_key(typed: Any, *, named: bool = False) -> str:
    """Return the key of an id cell's value: the id at its start, or for a sheet whose rows are ``named`` all of it, folded."""
    if type(typed) is str and not named:
        return make_plain(typed).strip().split(" ", 1)[0].upper()
    text = "" if is_blank(typed) else str(typed).strip()
    return fold_text(text) if named else make_plain(text).split(" ", 1)[0].upper()
