"""What two returns make of one sheet: its answers in their places, and what is to be told of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from styrxl.annotated.carry import FreshSheet
from styrxl.returns.row_ids import make_id_key
from styrxl.rounds.merging.merge_rows import SIDES, JoinedCell, JoinedRow, PairedSheet, Side, follow_renamed, join_cells
from styrxl.templates.layout import SheetLayout
from styrxl.validation.answered_rows import Answer, ShownError

Renamed = Mapping[Side, Mapping[str, Mapping[str, str]]]  # return -> sheet key -> id of a row, as it is compared -> the id that it gets


@dataclass(frozen=True, slots=True)
class MovedRow:
    """A row that gets another id: which return's, what names it, the id that it gets, and what names the row that has its own."""

    side: Side
    shown: str
    id: str
    instead: str


@dataclass(frozen=True, slots=True)
class ToldCell:
    """A cell in which the returns differ: where it is in the new workbook, and what was written in each (None: nothing)."""

    cell: str
    heading: str
    newer: Any
    older: Any


@dataclass(frozen=True, slots=True)
class MergedCell:
    """A cell of the new workbook: where, what was written in each return (None: nothing), and what comes out.

    ``kind``: ``same`` where both say the same, ``newer`` or ``older`` where only that one has answered and it counts, ``conflict`` where
    both have and the newer's counts, ``dropped`` where only the older has, and it does not count.
    """

    cell: str
    heading: str
    newer: Any
    older: Any
    result: Any
    kind: str


@dataclass(frozen=True, slots=True)
class MergedRow:
    """A row of the new workbook: what names it, which return has it (``newer``, ``older``, ``both``), and its cells."""

    shown: str
    side: str
    cells: tuple[MergedCell, ...]


@dataclass(frozen=True, slots=True)
class MergedSheet:
    """What came of a sheet: its answers (row of data -> field -> value), and what is to be told.

    ``older``, ``newer``: what names the rows that only this return has; ``common``: how many both have. ``conflicts``: both have
    answered, and the newer's counts; ``kept``: only the older has, and it counts; ``dropped``: only the older has, and it does not.
    ``left_out``: what names the older's rows that are left out, as nobody can tell which they are. ``unplaced``: cells of answers
    without a place. ``rows``: all rows with their cells, side by side, in the new workbook's order.
    """

    key: str
    name: str
    downwards: bool
    answers: Mapping[int, Mapping[str, Any]]
    older: tuple[str, ...]
    newer: tuple[str, ...]
    common: int
    moved: tuple[MovedRow, ...]
    conflicts: tuple[ToldCell, ...]
    kept: tuple[ToldCell, ...]
    dropped: tuple[ToldCell, ...]
    left_out: tuple[str, ...]
    unplaced: tuple[str, ...]
    rows: tuple[MergedRow, ...] = ()


def merge_sheet(
    sheet: PairedSheet,
    rows: Sequence[JoinedRow],
    fresh: FreshSheet,
    layout: SheetLayout,
    language: str,
    renamed: Renamed,
    *,
    newer_wins: bool,
) -> MergedSheet:
    """Return a sheet's answers where ``rows`` have them, and what is to be told of them, in a language."""
    answers: dict[int, dict[str, Any]] = {}
    told: dict[str, list[ToldCell]] = {"conflicts": [], "kept": [], "dropped": []}
    unplaced: list[str] = []
    shown: dict[int, MergedRow] = {}
    for row in rows:
        followed = _follow(row, sheet, renamed)
        cells, differing = join_cells(followed, newer_wins=newer_wins)
        if row.index is not None:
            shown[row.index] = _show_row(followed, cells, layout, language)
        for field, answer in cells.items():
            if row.index is None or not _has_place(field, answer, fresh):
                unplaced.append(_find_cell(sheet, row, field))
            else:
                answers.setdefault(row.index, {})[field] = "" if answer.written is None else answer.written
        for cell in differing:
            kind = "conflicts" if cell.newer and cell.from_newer else "dropped" if cell.from_newer else "kept"
            told[kind] += _tell(row, cell, layout, language)
    return MergedSheet(
        sheet.key,
        layout.name,
        layout.is_downwards,
        answers,
        tuple(row.shown for row in rows if row.newer is None),
        tuple(row.shown for row in rows if row.older is None),
        len(sheet.rows.pairs),
        tuple(_list_moved(rows, fresh)),
        **{kind: tuple(cells) for kind, cells in told.items()},
        left_out=tuple(row.shown for doubt in sheet.rows.unclear for row in doubt.older),
        unplaced=tuple(unplaced),
        rows=tuple(shown[index] for index in sorted(shown)),
    )


def _show_row(row: JoinedRow, cells: Mapping[str, Answer], layout: SheetLayout, language: str) -> MergedRow:
    """Return a row's cells, side by side, in the order of their columns; what has no place in the new workbook is left out."""
    fields = [c.field for c in layout.sheet.columns if any(own and c.field in own.answers for own in (row.newer, row.older))]
    side = "both" if row.newer and row.older else "newer" if row.newer else "older"
    return MergedRow(row.shown, side, tuple(_show_cell(row, field, cells.get(field), layout, language) for field in fields))


def _show_cell(row: JoinedRow, field: str, result: Answer | None, layout: SheetLayout, language: str) -> MergedCell:
    newer, older = (own.answers.get(field) if own else None for own in (row.newer, row.older))
    if older is None:
        kind = "newer"
    elif newer is None or newer.written is None:
        kind = "older" if result is older else "dropped"
    else:
        kind = "same" if newer.understood == older.understood else "conflict"
    cell = layout.cell(field, row.index) if row.index is not None else ""
    new, old, out = (answer.written if answer else None for answer in (newer, older, result))
    return MergedCell(cell, layout.sheet.column(field).heading[language], new, old, out, kind)


def _follow(row: JoinedRow, sheet: PairedSheet, renamed: Renamed) -> JoinedRow:
    """Return a row that refers to others by the ids that they have got."""
    newer, older = (
        follow_renamed(own, source.table.sheet, renamed[side]) if (own := row.of(side)) and (source := sheet.of(side)) else None
        for side in SIDES
    )
    return replace(row, newer=newer, older=older)


def _has_place(field: str, answer: Answer, fresh: FreshSheet) -> bool:
    """Whether an answer can stand in a fresh workbook: errors cannot, nor letters that no workbook can hold."""
    written = answer.written
    writable = not isinstance(written, ShownError) and not (isinstance(written, str) and ILLEGAL_CHARACTERS_RE.search(written))
    return writable and any(column.field == field for column in fresh.sheet.columns)


def _find_cell(sheet: PairedSheet, row: JoinedRow, field: str) -> str:
    """Return where an answer was written, as ``Sheet!C7``."""
    for side in SIDES:
        own, source = row.of(side), sheet.of(side)
        if own and source and field in own.answers:
            place = source.table.place
            return f"{place.sheet}!{place.cell(field, own.number) or place.headings.get(field, field)}"
    return sheet.key


def _tell(row: JoinedRow, cell: JoinedCell, layout: SheetLayout, language: str) -> Iterator[ToldCell]:
    if row.index is not None and cell.field in layout.letters:
        heading = layout.sheet.column(cell.field).heading[language]
        newer = cell.newer.written if cell.newer else None
        yield ToldCell(layout.cell(cell.field, row.index), heading, newer, cell.older.written)


def _list_moved(rows: Sequence[JoinedRow], fresh: FreshSheet) -> Iterator[MovedRow]:
    """Yield the rows of one return alone that get another id than they had."""
    column = fresh.sheet.id_column
    if column is None or not column.number:
        return
    ids = {make_id_key(id_): index for index, id_ in enumerate(fresh.ids)}
    names = {row.index: row.shown for row in rows}
    for row in rows:
        side: Side = "older" if row.newer is None else "newer"
        own = row.of(side)
        if own and row.index is not None and (row.newer is None or row.older is None) and ids.get(own.id) != row.index:
            yield MovedRow(side, own.shown, fresh.ids[row.index], names.get(ids.get(own.id), ""))
