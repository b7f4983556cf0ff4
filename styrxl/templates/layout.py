"""Where everything stands in a form's workbook: sheets, heading rows, columns and rows, worked out before anything is written.

Formulas point across sheets, and whoever fills a workbook in for somebody (an annotated copy) must find its cells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.utils import get_column_letter, quote_sheetname

from styrxl.excel import measure
from styrxl.model.forms import BOOKED_REMARK, Column, Form, Sheet, Words, extend_rows
from styrxl.model.prefill import Prefill

GAP = 9.0  # points, between help and table


DOWN_WIDTHS = (46, 56, 34)  # label, answer, Kontroll
PAGE_WIDTH = 183  # digits: what A4 landscape holds with the smallest text (10 points) printed at 8, in up to 11 columns
_MOST_COLUMNS, _MARGIN = 11, 5 / 7  # each column more costs the room between two: 5 pixels, where a digit is 7
CHECK_WIDTHS = (24, 36)
LABEL_WIDTH = 26  # room that a label beside a frame needs
SPARE_ROWS = 5  # left to write on, however many were filled in beforehand
WIDEST_FROZEN = 21


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """Where a sheet's parts lie; ``rows`` counts rows of data, or answers where it is laid out downwards."""

    sheet: Sheet
    name: str
    help: tuple[str, ...]
    frame_row: int | None
    heading_row: int
    rows: int
    letters: Mapping[str, str]
    check_letter: str | None
    widths: tuple[float, ...]  # 0 where a column is hidden
    frame_letter: str  # letter of the column in which frames stand
    closes: bool = False  # whether a closing row follows its rows of data

    @property
    def first_row(self) -> int:
        """The first row of data."""
        return self.heading_row + 1

    @property
    def last_row(self) -> int:
        """The last row of data; before the first if there is none."""
        return self.heading_row + self.rows

    @property
    def end_row(self) -> int:
        """The last row of the table: of data, or the one that closes it."""
        return self.last_row + self.closes

    def part_rows(self, rows: Sequence[Mapping[str, Any]]) -> tuple[Sequence[Mapping[str, Any]], Mapping[str, Any] | None]:
        """Return what stands in rows of data, and in the closing row, where it follows them."""
        return (rows[:-1], rows[-1]) if self.closes else (rows, None)

    @property
    def is_downwards(self) -> bool:
        """Whether the sheet is laid out downwards."""
        return self.sheet.layout == "down"

    def cell(self, field: str, index: int = 0) -> str:
        """Return the cell of a field in a row of data (counted from 0)."""
        if self.is_downwards:
            return f"{self.letters[field]}{self.first_row + [c.field for c in self.sheet.columns].index(field)}"
        return f"{self.letters[field]}{self.first_row + index}"

    def absolute_range(self, letter: str) -> str:
        """Return a column's rows of data as a fixed reference that other sheets can use."""
        return f"{quote_sheetname(self.name)}!${letter}${self.first_row}:${letter}${self.last_row}"

    def absolute_cell(self, cell: str) -> str:
        """Return a cell as a fixed reference that other sheets can use."""
        letter, row = cell.rstrip("0123456789"), cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return f"{quote_sheetname(self.name)}!${letter}${row}"

    def width(self, field: str) -> float:
        """Return the width of a field's column."""
        return DOWN_WIDTHS[1] if self.is_downwards else self.sheet.column(field).width

    @property
    def shown_letters(self) -> tuple[str, ...]:
        """Letters of the columns that are seen, Kontroll too."""
        return tuple(get_column_letter(number) for number, width in enumerate(self.widths, 1) if width)

    @property
    def always_answered(self) -> bool:
        """Whether every row must be answered, also one that nobody has begun."""
        return (self.sheet.prefilled or self.is_downwards) and not self.sheet.optional


def lay_out_sheets(form: Form, prefill: Prefill, words: Words) -> dict[str, SheetLayout]:
    """Return where each sheet's parts lie, by its key."""
    return {sheet.key: _lay_out_sheet(sheet, prefill, words) for sheet in extend_rows(form, prefill.row_count).sheets}


def _lay_out_sheet(sheet: Sheet, prefill: Prefill, words: Words) -> SheetLayout:
    language = prefill.language
    widths = _column_widths(sheet, words, language, _empty_columns(sheet, prefill))
    told = " ".join(filter(None, (sheet.help.get(language), _tell_accounts(sheet, prefill, words))))
    help_lines = tuple(measure.wrap(told, sum(widths[: _count_on_first_page(sheet)]))) if told else ()
    frames = len(list_frame_labels(sheet))
    frame_row = 3 + len(help_lines) if frames else None
    return SheetLayout(
        sheet=sheet,
        name=sheet.name[language],
        help=help_lines,
        frame_row=frame_row,
        heading_row=3 + len(help_lines) + (frames + 1 if frames else 0),
        rows=_count_rows(sheet, prefill),
        letters={c.field: "B" if sheet.layout == "down" else get_column_letter(i) for i, c in enumerate(sheet.columns, 1)},
        check_letter=None if sheet.layout == "reading" else get_column_letter(3 if sheet.layout == "down" else len(sheet.columns) + 1),
        widths=widths,
        frame_letter="B" if sheet.layout == "down" else _frame_letter(widths),
        closes=sheet.closing is not None and bool(prefill.rows.get(sheet.closing.table)),
    )


def _tell_accounts(sheet: Sheet, prefill: Prefill, words: Words) -> str:
    """Say where the figures come from that a sheet has from the accounts; nothing where it has none."""
    remark = next((c.heading[prefill.language] for c in sheet.columns if c.booked == BOOKED_REMARK), None)
    if remark is None or not sheet.has_booked(prefill.rows.get(sheet.key, ())):
        return ""
    return words.text("from_accounts", prefill.language, day=prefill.booked.get("day", ""), remark=remark)


def _empty_columns(sheet: Sheet, prefill: Prefill) -> frozenset[str]:
    """Return the fields that are hidden: always, or that no row fills or asks for.

    The latter are shown in a blank template, or where there are no rows to show.
    """
    rows = prefill.rows.get(sheet.key, ())
    never = frozenset(column.field for column in sheet.columns if column.hidden)
    if not (rows or (prefill.round and not sheet.prefilled and sheet.layout == "rows")):
        return never
    empty = {c.field for c in sheet.columns if c.hide_empty and all(row.get(c.field) in (None, "") for row in rows)}
    return never.union(empty, (c.field for c in sheet.columns if sheet.prefilled and not any(_may_ask(row, c) for row in rows)))


def _may_ask(row: Mapping[str, Any], column: Column) -> bool:
    """Tell whether a row given beforehand may ask for a column's answer."""
    return all(not isinstance(codes, tuple) or str(row.get(field)) in codes for field, codes in column.asked_when.items())


def _count_on_first_page(sheet: Sheet) -> int | None:
    """Return how many columns are printed on the first page, where they take two."""
    fields = [column.field for column in sheet.columns]
    return fields.index(sheet.break_before) if sheet.break_before in fields else None


def _count_rows(sheet: Sheet, prefill: Prefill) -> int:
    given = len(prefill.rows.get(sheet.key, ()))
    if sheet.layout == "down":
        return len(sheet.columns)
    if sheet.layout == "reading" or sheet.prefilled:
        return given
    return max(sheet.rows, given + SPARE_ROWS if given else 0)


def _column_widths(sheet: Sheet, words: Words, language: str, hidden: Collection[str]) -> tuple[float, ...]:
    """Return the widths of columns, 0 for hidden ones; Kontroll takes what room there is."""
    if sheet.layout == "down":
        return tuple(float(width) for width in DOWN_WIDTHS)
    wanted = tuple(max(float(c.width), _longest_word(c.title(language, words.units)) + 2.2) for c in sheet.columns)
    widths = tuple(0.0 if column.field in hidden else width for column, width in zip(sheet.columns, wanted, strict=True))
    if sheet.layout == "reading":
        return widths
    low, high = CHECK_WIDTHS
    room = PAGE_WIDTH * 2 if sheet.break_before else PAGE_WIDTH - _MARGIN * max(0, len(widths) + 1 - _MOST_COLUMNS)
    return (*widths, min(max(room - sum(widths), low), high))


def _longest_word(title: str) -> float:
    """Return the width of the longest word, bold: it must fit beside the filter's arrow."""
    return max(measure.text_width(word, bold=True) for word in title.split())


def _frame_letter(widths: tuple[float, ...]) -> str:
    used = 0.0
    for number, width in enumerate(widths[:-1], 1):
        used += width
        if used >= LABEL_WIDTH:
            return get_column_letter(number + 1)
    return get_column_letter(len(widths))


def list_frame_labels(sheet: Sheet) -> tuple[tuple[str, str], ...]:
    """Return what the block above a table shows: (frame, ``frame``, ``spread``, ``planned`` or ``remaining``), row by row."""
    if sheet.limit:
        every = ("frame", "spread", "planned", "remaining") if sheet.spread else ("frame", "planned", "remaining")
        return tuple((sheet.limit.frame, what) for what in every)
    if sheet.limits:
        return tuple((frame, what) for frame in sheet.limits for what in ("frame", "remaining"))
    return ((sheet.frame, "frame"),) if sheet.frame else ()


def list_frame_cells(layout: SheetLayout) -> dict[tuple[str, str], str]:
    """Return the cells of the block above a table, by frame and by what they show."""
    if layout.frame_row is None:
        return {}
    return {label: f"{layout.frame_letter}{layout.frame_row + i}" for i, label in enumerate(list_frame_labels(layout.sheet))}


def asked_columns(sheet: Sheet) -> Iterator[Column]:
    """Yield the columns in which the owner answers."""
    return (column for column in sheet.columns if column.asked)
