"""An export's table: its headings found, each row's texts and amounts by the mapping's columns, and rows that are sums set apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from styrxl.accounts.amounts import UnreadableAmountError, find_decimal_mark, read_amount
from styrxl.accounts.grid import BadCell, ExportRefusedError, Grid
from styrxl.accounts.patterns import Pattern
from styrxl.descriptions.outcome_mapping import AMOUNT_COLUMNS, Export, OutcomeMapping
from styrxl.model.catalogue import Word
from styrxl.returns.cell_values import fold_text

_HEADINGS_WITHIN = 200  # rows from the top
NOTHING = Decimal(0)
Values = tuple[Decimal, ...]  # a row's amounts, one for each of the mapping's columns of amounts


@dataclass(frozen=True, slots=True)
class AmountColumn:
    """A column of amounts: what it holds (``amount``, ``debit`` …, ``month``), its heading, and of a month which."""

    role: str
    heading: str
    month: int = 0


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A row: its number in the file, its texts by the mapping's columns, its amounts, and the amounts that cannot be read.

    ``typed``: the texts that stand in the row itself, where ``texts`` has what stands above. ``label``: its first text.
    """

    number: int
    texts: Mapping[str, str]
    values: Values
    typed: Mapping[str, str]
    label: str
    unread: tuple[str, ...] = ()

    @property
    def is_zero(self) -> bool:
        """Whether it moves nothing."""
        return not any(self.values) and not self.unread


@dataclass(frozen=True, slots=True)
class Tie:
    """What a file says that an account has come to, and what its rows do."""

    account: str
    stated: Decimal
    counted: Decimal


@dataclass(frozen=True, slots=True)
class Table:
    """An export's rows with amounts, in their order; ``name``: of its sheet, ``columns`` those of amounts.

    ``sums``: whether some of its rows may be sums of others. ``ties``: what it says itself that its accounts have come to.
    """

    name: str
    columns: tuple[AmountColumn, ...]
    rows: tuple[ExportRow, ...]
    sums: bool = True
    ties: tuple[Tie, ...] = ()


def list_amount_columns(mapping: OutcomeMapping) -> tuple[AmountColumn, ...]:
    """Return the columns of amounts that a mapping names."""
    amounts = mapping.amounts
    months = tuple(AmountColumn("month", heading, number) for number, heading in enumerate(amounts.months, 1))
    named = (AmountColumn(role, getattr(amounts, role)) for role in AMOUNT_COLUMNS if role in amounts.model_fields_set)
    return months or tuple(named)


def read_table(grids: Iterable[Grid], mapping: OutcomeMapping, columns: Sequence[AmountColumn]) -> Table:
    """Return the table of the one grid with all the mapping's headings; raises ExportRefusedError where none has them, or several have."""
    wanted = [*mapping.columns.values(), *(column.heading for column in columns)]
    found = list[tuple[Grid, int, int]]()
    for grid in grids:
        found.append((grid, *_find_headings(grid, wanted)))
        if found[-1][1] == len(wanted) and not grid.is_sheet:  # a text that is read by one delimiter need not be by another
            break
    whole = [(grid, index) for grid, number, index in found if number == len(wanted)]
    if not whole:
        raise ExportRefusedError(_tell_missing(max(found, key=lambda each: each[1], default=None), wanted))
    if len(names := [grid.name for grid, _ in whole]) > 1:
        raise ExportRefusedError(Word("export_several", {"sheets": names}))
    return _read_rows(*whole[0], mapping, tuple(columns))


def _find_headings(grid: Grid, wanted: Sequence[str]) -> tuple[int, int]:
    """Return how many of some headings the row with most of them has, and its place among the rows."""
    counts = [
        sum(_find_column(cells, heading, grid) is not None for heading in wanted) for _, cells in grid.rows[:_HEADINGS_WITHIN] or [(0, [])]
    ]
    best = max(counts)
    return best, counts.index(best)


def _find_column(cells: Sequence[Any], heading: str, grid: Grid) -> int | None:
    """Return the place of a heading: where it stands exactly, else the only one that a ``*`` lets be it."""
    texts = [fold_text(str(cell)) for cell in cells]
    wanted = fold_text(heading)
    wanted = grid.aliases.get(wanted, wanted)
    if wanted in texts:
        return texts.index(wanted)
    fitting = [index for index, text in enumerate(texts) if "*" in wanted and Pattern(wanted).fits(text)]
    return fitting[0] if len(fitting) == 1 else None


def _tell_missing(best: tuple[Grid, int, int] | None, wanted: Sequence[str]) -> Word:
    if best is None or not best[0].rows or not best[1]:
        return Word("export_no_headings", {"headings": list(wanted)})
    grid, _, index = best
    number, cells = grid.rows[index]
    missing = [heading for heading in wanted if _find_column(cells, heading, grid) is None]
    there = [str(cell).strip() for cell in cells if str(cell).strip()]
    return Word("export_lacks_headings", {"headings": missing, "row": number, "there": there})


def _read_rows(grid: Grid, index: int, mapping: OutcomeMapping, columns: tuple[AmountColumn, ...]) -> Table:
    _, headings = grid.rows[index]
    places = {name: _find_column(headings, heading, grid) for name, heading in mapping.columns.items()}
    amounts = [_find_column(headings, column.heading, grid) for column in columns]
    below = [row for row in grid.rows[index + 1 :] if list(row[1]) != list(headings)]  # the headings again, on each page
    said = mapping.export.decimal if "decimal" in mapping.export.given else None
    decimal = said or find_decimal_mark(_pick(cells, place) for _, cells in below for place in amounts)
    rows = _fill(below, places, amounts, mapping.export, decimal)
    return Table(grid.name, columns, tuple(rows))


def _fill(
    below: Iterable[tuple[int, Sequence[Any]]],
    places: Mapping[str, int | None],
    amounts: Sequence[int | None],
    export: Export,
    decimal: str | None,
) -> Iterator[ExportRow]:
    """Yield the rows with amounts; in some columns an empty cell has what stands above it."""
    above: dict[str, str] = {}
    for number, cells in below:
        typed = {name: _show(_pick(cells, place)) for name, place in places.items()}
        above |= {name: typed[name] for name in export.fill_down if typed[name]}
        named = bool(next(iter(typed.values())))  # a row of words alone is a banner
        values, unread = _read_values([_pick(cells, place) for place in amounts], decimal, export.unit, named=named)
        if values is None:
            continue
        texts = {**typed, **{name: above.get(name, "") for name in export.fill_down}}
        label = next((text for place, cell in enumerate(cells) if place not in amounts and (text := _show(cell))), "")
        yield ExportRow(number, texts, values, typed, label, unread)


def _pick(cells: Sequence[Any], place: int | None) -> Any:
    return cells[place] if place is not None and place < len(cells) else ""


def _show(cell: Any) -> str:
    """Return a cell's text: a whole number without decimals, a day as it is written."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    return " ".join(str(cell).strip('="').split()) if isinstance(cell, str) else str(cell)


def _read_values(cells: Sequence[Any], decimal: str | None, unit: str, *, named: bool) -> tuple[Values | None, tuple[str, ...]]:
    """Return a row's amounts, None where it has none, and those that cannot be read; ``named``: whether it has an account."""
    values, unread, any_amount = [], [], False
    for cell in cells:
        try:
            value = read_amount(cell, decimal, unit)
        except UnreadableAmountError:
            value = None
            if named or isinstance(cell, BadCell) or any(letter.isdigit() for letter in str(cell)):
                unread.append(str(cell))
        any_amount = any_amount or value is not None
        values.append(value or NOTHING)
    return (tuple(values) if any_amount or unread else None), tuple(unread)


def add_values(all_values: Iterable[Values], width: int) -> Values:
    """Return the sums of rows' amounts, column by column."""
    sums = [NOTHING] * width
    for values in all_values:
        for index, value in enumerate(values):
            sums[index] += value
    return tuple(sums)
