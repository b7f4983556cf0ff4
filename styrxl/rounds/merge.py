"""Two people, one workbook: what a newer return of an owner lacks of an older one, and the two joined sheet by sheet.

Never cell by cell: half a row of each would be something that nobody has written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell

from styrxl.model.forms import Form
from styrxl.returns.tables import Table, blank
from styrxl.sample.fill import DoesNotFitError, Grid, grids, opened, saved, write_text
from styrxl.validation.lost_answers import lost

NEWER, OLDER = "newer", "older"


@dataclass(frozen=True, slots=True)
class Joined:
    """A workbook made of two returns; ``taken``: sheet key -> from which; ``unplaced``: answers that it has no place for."""

    data: bytes
    taken: Mapping[str, str]
    unplaced: tuple[str, ...]


def differing(newer: Sequence[Table], older: Sequence[Table]) -> list[Table]:
    """Return the newer return's sheets that both have answers on, but not the same ones."""
    before = {table.place.key: table for table in older if table.answered}
    return [t for t in newer if t.answered and t.place.key in before and _written(t) != _written(before[t.place.key])]


def joined(data: bytes, form: Form, newer: Sequence[Table], older: Sequence[Table]) -> Joined:
    """Return an owner's fresh workbook with the newer return's answers, and the older's on the sheets where the newer has none.

    Answers stand exactly as they were written. What has no place in the fresh workbook (rows under foreign ids, cells that show an
    error) is named as ``Sheet!C7``, and nothing is then fit to use.
    """
    book = opened(data)
    places = grids(book, form)
    taken: dict[str, str] = {}
    unplaced: list[str] = []
    for which, tables in ((NEWER, [t for t in newer if t.answered]), (OLDER, lost(newer, older))):
        for table in tables:
            taken[table.place.key] = which
            unplaced += _typed(places.get(table.place.key), table)
    return Joined(saved(book), taken, tuple(unplaced))


def _written(table: Table) -> list[tuple[str, Mapping[str, Any]]]:
    """Rows with answers: their id where they have one, and the answers as they stand."""
    ids = [key for key, _ in _rows(table)]
    answers = [{name: value for name, _, value in row} for _, row in _rows(table)]
    marks = {name: shown for (name, _), shown in table.marks.items()}
    rows = [(key, row) for key, row in zip(ids, answers, strict=True) if row]
    if table.sheet.id_column:
        rows.sort(key=lambda row: row[0])  # rows that were moved say the same
    return [*rows, *([("", marks)] if marks else [])]


def _rows(table: Table) -> Iterator[tuple[str, list[tuple[str, int, Any]]]]:
    """Yield each row's id ('' where the sheet has none) and its answers: field, Excel row, value."""
    own = [c.field for c in table.sheet.columns if c.asked and c.field in table.columns]
    column = table.sheet.id_column
    for index, row in enumerate(table.rows):
        key = row_key(table.columns[column.field][index]) if column and column.field in table.columns else ""
        yield key, [(name, row, table.columns[name][index]) for name in own if not blank(table.columns[name][index])]


def row_key(typed: Any) -> str:
    """Return the id at the start of what stands in an id cell."""
    text = "" if blank(typed) else str(typed).strip()
    return text.split(" ", 1)[0].upper()


def _typed(grid: Grid | None, table: Table) -> list[str]:
    """Type a sheet's answers into the fresh workbook, and name those that have no place there."""
    unplaced = [_named(table, name, row) for name, row in table.marks]
    index_of = _indices(grid) if grid is not None else {}
    for count, (key, answers) in enumerate(_rows(table)):
        index = index_of.get(key) if grid is not None and grid.spec.id_column else count
        unplaced += [_named(table, name, row) for name, row, value in answers if not _type(grid, name, index, value)]
    return unplaced


def _indices(grid: Grid) -> dict[str, int]:
    column = grid.spec.id_column
    return {row_key(grid.cell(column.field, index).value): index for index in range(len(grid.rows))} if column else {}


def _type(grid: Grid | None, name: str, index: int | None, value: Any) -> bool:
    """Type an answer as it was written; False where there is no place for it."""
    if grid is None or index is None:
        return False
    try:
        cell = grid.cell(name, index)
    except DoesNotFitError:
        return False
    if cell.value == value:
        return True
    if cell.protection.locked and not grid.spec.column(name).locked_when_prefilled:
        return False
    return _put(cell, value)


def _put(cell: Cell, value: Any) -> bool:
    if not isinstance(value, str):
        cell.value = value
        return True
    if ILLEGAL_CHARACTERS_RE.search(value):
        return False
    write_text(cell, value)
    return True


def _named(table: Table, name: str, row: int) -> str:
    return f"{table.place.sheet}!{table.place.cell(name, row) or table.place.headings.get(name, name)}"
