"""The key by which ids of rows are compared, and the row that closes a sheet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from styrxl.model.forms import Sheet
from styrxl.returns.cell_values import fold_text
from styrxl.returns.letters import make_plain
from styrxl.returns.tables import Table, is_blank


def make_id_key(typed: Any, *, named: bool = False) -> str:
    """Return the key of an id cell's value: the id at its start, or for a sheet whose rows are ``named`` all of it, folded."""
    if type(typed) is str and not named:
        return make_plain(typed).strip().split(" ", 1)[0].upper()
    text = "" if is_blank(typed) else str(typed).strip()
    return fold_text(text) if named else make_plain(text).split(" ", 1)[0].upper()


def find_closing_row(sheet: Sheet, ids: Iterable[tuple[int, Any]]) -> int | None:
    """Return the row that closes a sheet, of pairs of row and id: the last that bears the last of its names that any of them bears.

    Another row may be called as the closing row usually is: then that has its other name.
    """
    if sheet.closing is None:
        return None
    keys = [(row, make_id_key(typed, named=sheet.named)) for row, typed in ids]
    for names in reversed(sheet.closing.names):
        known = {make_id_key(name, named=sheet.named) for name in names.values()}
        if rows := [row for row, key in keys if key in known]:
            return rows[-1]
    return None


def locate_closing_row(table: Table) -> int | None:
    """Return the Excel row that closes a table's sheet, where it is among its rows."""
    column = table.sheet.id_column if table.sheet.closing else None
    if column is None or column.field not in table.columns:
        return None
    return find_closing_row(table.sheet, zip(table.rows, table.columns[column.field], strict=True))
