"""What a return holds beside the answers asked for: own sheets, columns, pictures and notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl.utils import column_index_from_string

from styrxl.annotated.carry import raw_value
from styrxl.model.findings import Finding
from styrxl.model.forms import Form, Words
from styrxl.returns.extras import Extras
from styrxl.returns.tables import Table, is_blank, normalise_heading
from styrxl.returns.workbook import ReturnedWorkbook, SheetCells

_NOT_READ = frozenset({"unknown-column", "similar-column", "unread-column"})


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Something that does not come along; ``what`` is a key of the shared texts, ``count`` how many cells, pictures or notes."""

    what: str
    count: int
    facts: Mapping[str, str] = field(default_factory=dict)


def list_left_cells(
    returned: ReturnedWorkbook, form: Form, tables: Iterable[Table], findings: Sequence[Finding], words: Words
) -> Iterator[LeftBehind]:
    """Yield what stands in a return's cells and is no answer."""
    at = {table.place.sheet: table for table in tables}
    names = {normalise_heading(text): sheet for sheet in form.sheets for text in sheet.name.values()}
    ours = {normalise_heading(text) for key in ("start", "mend_sheet") for text in words.texts[key].values()} | {"_styrxl", "_listor"}
    own: dict[tuple[str | None, str | None], str] = {(f.sheet, f.cell): str(f.column) for f in findings if f.rule in _NOT_READ and f.cell}
    for raw in returned.sheets:
        sheet = names.get(normalise_heading(raw.name))
        if raw.name in at:
            yield from _list_left_columns(raw, at[raw.name], own, words)
        elif normalise_heading(raw.name) not in ours and (sheet is None or sheet.table):
            count = sum(not is_blank(value) for row in raw.rows for value in row)
            if count:
                yield LeftBehind("left_sheet" if sheet is None else "left_unplaced", count, {"sheet": raw.name})


def _list_left_columns(
    raw: SheetCells, table: Table, own: Mapping[tuple[str | None, str | None], str], words: Words
) -> Iterator[LeftBehind]:
    headed = {
        column_index_from_string(cell.rstrip("0123456789")): text for (sheet, cell), text in own.items() if cell and sheet == raw.name
    }
    for column, heading in headed.items():
        yield LeftBehind("left_column", _count_filled(raw, column, table.place.heading_row), {"sheet": raw.name, "column": heading})
    known = set(table.place.columns.values()) | headed.keys()
    if table.place.downwards:
        known |= {column + step for column in known for step in (-1, 1)}
    checks = {normalise_heading(text) for text in words.texts["check_heading"].values()}
    across = range(raw.left + 1, raw.left + 1 + max(map(len, raw.rows), default=0))
    bare = [column for column in across if column not in known and _heading_of(raw, table, column) in {"", *checks}]
    count = sum(_count_filled(raw, column, table.place.heading_row) for column in bare if _heading_of(raw, table, column) == "")
    if count:
        yield LeftBehind("left_cells", count, {"sheet": raw.name})


def _heading_of(raw: SheetCells, table: Table, column: int) -> str:
    value = raw_value(raw, table.place.heading_row, column)
    return normalise_heading(value) if isinstance(value, str) else str(value)


def _count_filled(raw: SheetCells, column: int, below: int) -> int:
    return sum(not is_blank(raw_value(raw, row, column)) for row in range(below + 1, raw.top + len(raw.rows) + 1))


def list_left_objects(extras: Extras, ours: int) -> Iterator[LeftBehind]:
    """Yield pictures and notes; ``ours``: how many pictures a fresh workbook has."""
    if extras.pictures > ours:
        yield LeftBehind("left_pictures", extras.pictures - ours)
    if extras.notes:
        yield LeftBehind("left_notes", extras.notes)
