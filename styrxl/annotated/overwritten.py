"""Columns whose headings somebody has overwritten or erased, found by where they stand among the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from styrxl.annotated.carry import raw_value
from styrxl.returns.tables import Table, is_blank, show_heading
from styrxl.returns.workbook import SheetCells


def restore_columns(table: Table, raw: SheetCells) -> Table:
    """Return a table with the answers under overwritten headings too: in the columns where the missing ones stood as issued.

    Only for the copy that goes back, where the heading is whole again and the answers are to be checked.
    """
    if table.place.downwards:
        return table
    below = range(table.place.heading_row + 1, raw.top + len(raw.rows) + 1)
    found = {
        field: column for field, column in _find_missing(table).items() if any(not is_blank(raw_value(raw, row, column)) for row in below)
    }
    headings = {field: _heading_at(raw, table, column) for field, column in found.items()}
    place = replace(table.place, columns={**table.place.columns, **found}, headings={**table.place.headings, **headings})
    asked = [place.columns[c.field] for c in table.sheet.columns if c.asked and c.field in found]
    begun = {row for row in below if any(not is_blank(raw_value(raw, row, column)) for column in asked)}
    rows = tuple(sorted({*table.rows, *begun}))
    known = {field: dict(zip(table.rows, values, strict=True)) for field, values in table.columns.items()}
    columns = {
        field: [known.get(field, {}).get(row, raw_value(raw, row, column)) for row in rows] for field, column in place.columns.items()
    }
    return replace(table, place=place, rows=rows, columns=columns, typed=None) if found else table


def _find_missing(table: Table) -> Mapping[str, int]:
    """Return the columns of the missing fields, where those beside them stand as issued and nothing of ours stands there."""
    order = [column.field for column in table.sheet.columns]
    places = table.place.columns
    found = {}
    for index, field in enumerate(order):
        if field in places or not table.sheet.columns[index].asked:
            continue
        before = next(((places[f] + index - i) for i, f in reversed([*enumerate(order[:index])]) if f in places), None)
        after = next((places[f] - (i - index) for i, f in enumerate(order) if i > index and f in places), None)
        column = before if after is None or before == after else after if before is None else None
        if column is not None and column > 0 and column not in places.values():
            found[field] = column
    return found


def _heading_at(raw: SheetCells, table: Table, column: int) -> str:
    value = raw_value(raw, table.place.heading_row, column)
    return show_heading(value) if isinstance(value, str) else str(value)
