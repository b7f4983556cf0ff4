"""Two returns' answers on one sheet, joined row by row and cell by cell, in their places in a fresh workbook; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from styrxl.annotated.carry import MOST_ROWS, FreshSheet
from styrxl.model.forms import Sheet
from styrxl.returns.letters import make_plain
from styrxl.returns.row_ids import make_id_key
from styrxl.returns.tables import Table, is_blank
from styrxl.validation.answered_rows import ERASED, Answer, AnsweredRow
from styrxl.validation.paired_rows import PairedRows, pair_rows

Side = Literal["newer", "older"]
SIDES: tuple[Side, Side] = ("newer", "older")
Issued = Sequence[Mapping[str, Any]]  # a sheet's rows as they were issued


@dataclass(frozen=True, slots=True)
class SheetOfReturn:
    """A return's sheet: its table, its rows with answers, and the rows that it was issued with."""

    table: Table
    rows: Sequence[AnsweredRow]
    issued: Issued = ()


@dataclass(frozen=True, slots=True)
class PairedSheet:
    """A sheet of two returns (None where a return does not have it), its rows paired."""

    key: str
    newer: SheetOfReturn | None
    older: SheetOfReturn | None
    rows: PairedRows

    def of(self, side: Side) -> SheetOfReturn | None:
        """Return one of the returns' sheet."""
        return self.newer if side == "newer" else self.older

    @property
    def name(self) -> str:
        """The sheet's name in a return that has it."""
        return next(side.table.place.sheet for side in (self.newer, self.older) if side)

    @property
    def unclear_names(self) -> list[str]:
        """What names the rows of which nobody can tell which is which."""
        return [f"{self.name}: {doubt.newer[0].shown}" for doubt in self.rows.unclear]

    def has_more(self, *, newer_wins: bool) -> bool:
        """Whether the older has, or may have, an answer that the newer lacks; with ``newer_wins`` a row that it lacks."""
        lacking = (set(older.answers) - set(newer.answers) for newer, older in self.rows.pairs)
        return bool(self.rows.only_older) or (not newer_wins and (bool(self.rows.unclear) or any(lacking)))


@dataclass(frozen=True, slots=True)
class JoinedRow:
    """A row of the new workbook: what each of the returns has of it, and its row of data (None where there is no place for it)."""

    newer: AnsweredRow | None
    older: AnsweredRow | None
    index: int | None = None

    def of(self, side: Side) -> AnsweredRow | None:
        """Return what one of the returns has of it."""
        return self.newer if side == "newer" else self.older

    @property
    def shown(self) -> str:
        """What names it."""
        return next((row.shown for row in (self.newer, self.older) if row and row.shown), "")


@dataclass(frozen=True, slots=True)
class JoinedCell:
    """A cell in which the returns differ: what each of them says (None: nothing), and which of them counts."""

    field: str
    newer: Answer | None
    older: Answer
    from_newer: bool


def pair_sheets(newer: Mapping[str, SheetOfReturn], older: Mapping[str, SheetOfReturn]) -> list[PairedSheet]:
    """Return the sheets that either return has, by key, with their rows paired."""
    return [_pair_sheet(key, newer.get(key), older.get(key)) for key in dict.fromkeys((*newer, *older))]


def _pair_sheet(key: str, newer: SheetOfReturn | None, older: SheetOfReturn | None) -> PairedSheet:
    sides = [side for side in (newer, older) if side]
    sheet = sides[0].table.sheet
    given = {make_id_key(row[sheet.id_column.field], named=sheet.named) for side in sides for row in side.issued} if sheet.id_column else ()
    return PairedSheet(key, newer, older, pair_rows(sheet, newer.rows if newer else (), older.rows if older else (), given))


def place_rows(sheet: PairedSheet, fresh: FreshSheet) -> list[JoinedRow]:
    """Return a sheet's rows in their places: each where its id is, or where it stood; what the newer has comes first.

    A row whose place is taken, or that has no id of its own, goes to the next free one. Rows that were given beforehand are never free,
    and where all are given there is no other place. Of rows in doubt there are the newer's alone.
    """
    alone = (*sheet.rows.only_newer, *(row for doubt in sheet.rows.unclear for row in doubt.newer))
    rows = [JoinedRow(new, old) for new, old in sheet.rows.pairs] + [JoinedRow(new, None) for new in alone]
    rows.sort(key=lambda row: row.newer.number if row.newer else 0)
    rows += [JoinedRow(None, old) for old in sorted(sheet.rows.only_older, key=lambda row: row.number)]
    index_of = {make_id_key(id_, named=fresh.sheet.named): index for index, id_ in enumerate(fresh.ids)} if fresh.sheet.id_column else {}

    def find_place(side: SheetOfReturn | None, row: AnsweredRow | None) -> int | None:
        if side is None or row is None:
            return None
        if fresh.sheet.id_column:
            return index_of.get(row.id) if row.id else None
        place = side.table.place
        index = 0 if place.downwards else row.number - place.heading_row - 1
        return index if index < len(fresh.ids) else None

    taken: dict[int | None, int] = {}  # row of data -> position in rows
    for position, row in enumerate(rows):
        index = find_place(sheet.newer, row.newer)
        taken.setdefault(find_place(sheet.older, row.older) if index is None else index, position)
    own = {position: index for index, position in taken.items() if index is not None}
    free = _list_free(fresh, own.values())
    return [replace(row, index=own[position] if position in own else next(free, None)) for position, row in enumerate(rows)]


def _list_free(fresh: FreshSheet, taken: Iterable[int]) -> Iterator[int]:
    """Yield the rows of data that are free: those after all that are taken, then those between; without ids there are always more."""
    column = fresh.sheet.id_column
    if (column is not None and not column.number) or fresh.sheet.layout == "down":
        return iter(())
    used = set(taken)
    last, count = max(used, default=-1), len(fresh.ids)
    free = [index for index in range(fresh.given, MOST_ROWS if column is None else count) if index not in used]
    return iter(sorted(free, key=lambda index: (index >= count, index < last, index)))


def find_renamed(rows: Sequence[JoinedRow], fresh: FreshSheet, side: Side) -> dict[str, str]:
    """Return the ids of one return's rows that have got another id, with that one."""
    column = fresh.sheet.id_column
    if column is None or not column.number:
        return {}
    ids = [(own.id, fresh.ids[row.index]) for row in rows if row.index is not None and (own := row.of(side)) and own.id]
    kept = {old for old, new in ids if make_id_key(new) == old}
    return {old: new for old, new in ids if old not in kept}


def follow_renamed(row: AnsweredRow, sheet: Sheet, renamed: Mapping[str, Mapping[str, str]]) -> AnsweredRow:
    """Return a row that refers to others by the ids that they have got; ``renamed``: sheet key -> id, as it is compared -> that one."""
    answers = dict(row.answers)
    for column in sheet.columns:
        new = {old: id_ for name in column.source for old, id_ in renamed.get(name.removeprefix("own:"), {}).items() if name[:4] == "own:"}
        answer = answers.get(column.field)
        if new and answer and isinstance(answer.written, str) and isinstance(answer.understood, tuple):
            understood = tuple(new.get(part, part) for part in answer.understood)
            if understood != answer.understood:
                answers[column.field] = Answer(_replace_ids(answer.written, new), understood)
    return replace(row, answers=answers)


def _replace_ids(written: str, new: Mapping[str, str]) -> str:
    """Return a reference, or several, with some ids replaced; the text after an id stays."""
    pattern = rf"(^\s*|[;,\n]\s*)({'|'.join(map(re.escape, new))})(?![\w-])"
    return re.sub(pattern, lambda match: match[1] + new[match[2].upper()], make_plain(written), flags=re.IGNORECASE)


def join_cells(row: JoinedRow, *, newer_wins: bool) -> tuple[dict[str, Answer], list[JoinedCell]]:
    """Return a row's answers by field, and the cells in which the returns differ.

    What only one of them has answered is kept, with ``newer_wins`` only on rows that the newer does not have; elsewhere the newer's counts.
    """
    if row.newer is None or row.older is None:
        return {**(row.newer or row.older or _NOTHING).answers}, []
    answers: dict[str, Answer] = {}
    told = []
    for field in dict.fromkeys((*row.newer.answers, *row.older.answers)):
        newer, older = row.newer.answers.get(field), row.older.answers.get(field)
        from_newer = newer_wins or older is None or newer not in {None, ERASED}
        chosen = newer if from_newer else older
        if chosen is not None:
            answers[field] = chosen
        if older is not None and (newer is None or newer.understood != older.understood):
            told.append(JoinedCell(field, None if newer == ERASED else newer, older, from_newer))
    return answers, told


_NOTHING = AnsweredRow(0, "", "", "", {})


def add_erased(rows: Sequence[AnsweredRow], table: Table, issued: Issued) -> list[AnsweredRow]:
    """Return rows with what their owner has erased of the answers that were given beforehand; ``issued``: the sheet's rows as issued."""
    column = table.sheet.id_column
    if column is None or not issued:
        return [*rows]
    given = {make_id_key(row[column.field], named=table.sheet.named): row for row in issued}
    erased = {
        number: (key, id_, fields) for number, key, id_ in _list_ids(table) if (fields := _list_erased(table, number, given.get(key)))
    }
    numbers = {row.number for row in rows}
    return [
        *(replace(r, answers={**r.answers, **dict.fromkeys(erased[r.number][2], ERASED)}) if r.number in erased else r for r in rows),
        *(AnsweredRow(n, key, "", id_, dict.fromkeys(fields, ERASED)) for n, (key, id_, fields) in erased.items() if n not in numbers),
    ]


def _list_ids(table: Table) -> Iterator[tuple[int, str, str]]:
    """Yield the Excel row, the id as it is compared and the id as it is shown of each row that has one."""
    return ((number, make_id_key(id_, named=table.sheet.named), str(id_).strip()) for number, id_ in table.ids)


def _list_erased(table: Table, number: int, given: Mapping[str, Any] | None) -> list[str]:
    """Return the fields of a row that had an answer as issued, which the owner may change, and have none now."""
    asked = [c.field for c in table.sheet.columns if c.asked and not c.locked_when_given and c.field in table.columns]
    begun = table.rows.index(number) if number in table.rows else None
    had = [field for field in asked if given and not is_blank(given.get(field)) and (field, number) not in table.marks]
    return [field for field in had if begun is None or is_blank(table.columns[field][begun])]
