"""The rows of a report's sheet, and what the control totals count of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate, compress, pairwise
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from styrxl.excel import limits, look, measure
from styrxl.excel.beyond_libraries import ADDRESS
from styrxl.excel.cells import clean
from styrxl.excel.formula_text import day_number
from styrxl.excel.pages import BOLD, Columns, Field, Link, Row, as_columns, link_target
from styrxl.excel.report_styles import STYLED_SIGNS, CellFormats
from styrxl.excel.widths import SMALL_KINDS, LongTexts, count_row_lines

_WRAPPED = frozenset({"text", "name", "status", "link", "id", "input", "measure"})
_INDENT = 2.2  # width that one step of indentation takes
ROWS_AT_ONCE = 2_000  # rows whose heights are worked out together


@dataclass(slots=True)
class Addresses:
    """Where the links of a workbook lead, each address once; ``workspace_path`` is that from the workbook to the workspace."""

    workspace_path: str
    numbers: dict[str, int] = field(default_factory=dict)

    def stand_in(self, link: Link) -> str | None:
        """Return what XlsxWriter is given for a link's address and place; None for an address that is too long for Excel."""
        if not link.path:
            return f"internal:{clean(link.place or '')}"
        address = link_target(link.path, self.workspace_path)
        if len(address) > limits.LONGEST_ADDRESS:
            return None
        number = self.numbers.setdefault(address, len(self.numbers))
        return f"{ADDRESS}{number}" + (f"#{clean(link.place)}" if link.place else "")


@dataclass(slots=True)
class ControlCounts:
    """What is written of each return: rows, and the amounts of its money."""

    rows: dict[int, int] = field(default_factory=dict)
    money: dict[int, list[float]] = field(default_factory=dict)

    def count(self, fields: Sequence[Field], rows: Sequence[Row]) -> None:
        """Count rows, wherever they are written."""
        whole = as_columns(rows)
        counted = compress(whole.source, (not again for again in whole.again)) if whole.again else whole.source
        for source, number in Counter(counted).items():
            if source is not None:
                self.rows[source] = self.rows.get(source, 0) + number
        sums = whole.sums or bytes(len(whole))
        for values in (values for of, values in zip(fields, whole.cells, strict=True) if of.tally):
            for source, value, summed in zip(whole.source, values, sums, strict=True):
                if value is not None and source is not None and not summed:
                    self.money.setdefault(source, []).append(value)
        for at, amounts in whole.amounts.items():
            if (source := whole.source[at]) is not None:
                self.money.setdefault(source, []).extend(amounts)


@dataclass(slots=True)
class ReportSheet:
    """A sheet of a report while it is written, row by row; rows and columns are counted from 0, as XlsxWriter does."""

    sheet: Worksheet
    formats: CellFormats
    addresses: Addresses
    counts: ControlCounts
    widths: Sequence[float]  # of its columns
    next_row: int = 0
    height: float = 0.0  # of all rows, in points
    page_start: float = 0.0  # height at which the printed page begins that is being filled
    links: int = 0
    charts: int = 0
    breaks: list[int] = field(default_factory=list)  # rows that begin a printed page
    side_files: dict[str, bytes] = field(default_factory=dict)  # tables that are too long for it, by name

    def end_row(self, points: float, outline: dict[str, Any] | None = None) -> None:
        """Give the row that has been written its height, and go to the next."""
        self.sheet.set_row(self.next_row, points, None, outline)
        self.next_row += 1
        self.height += points

    def write_line(self, text: str, style: str, points: float, span: int = 1) -> None:
        """Write a row that says one thing, over some columns."""
        if span > 1:
            self.sheet.merge_range(self.next_row, 0, self.next_row, span - 1, "", self.formats.named("help"))
        self.write(0, text, self.formats.named(style))
        self.end_row(points)

    def skip_line(self) -> None:
        """Leave a row empty."""
        self.end_row(measure.LINE_HEIGHT)

    def write(self, column: int, value: Any, look_: Format, row: int | None = None) -> None:
        """Write a value into the row at hand or another; a text stays a text, also one that begins like a formula or an address."""
        at = self.next_row if row is None else row
        if value is None or value == "":
            self.sheet.write_blank(at, column, None, look_)
        elif isinstance(value, str):
            self.sheet.write_string(at, column, _plain(value), look_)
        elif isinstance(value, Link):
            self._write_link(at, column, value, look_)
        elif isinstance(value, date):
            self.sheet.write_number(at, column, day_number(value), look_)
        else:
            self.sheet.write_number(at, column, _round_off(value), look_)

    def _write_link(self, row: int, column: int, link: Link, look_: Format) -> None:
        """Write a text that leads somewhere, as far as a sheet has room for links."""
        stand_in = self.addresses.stand_in(link) if self.links < limits.MOST_LINKS else None
        if stand_in is None:
            self.write(column, link.text, look_, row)
            return
        self.sheet.write_url(row, column, stand_in, look_, _plain(link.text))
        self.links += 1


def _plain(text: str) -> str:
    """Return a text as a cell has it; most are so as they stand, and this is seen at once."""
    if not (text.isprintable() and len(text) <= limits.MOST_LETTERS):
        text = clean(text)
    # XlsxWriter takes such a text for the XML of letters that differ, and would write it as it is.
    return f"{text} "[: limits.MOST_LETTERS] if text.startswith("<r>") and text.endswith("</r>") else text


def _round_off(number: float) -> float:
    """Return a number without what adding up in halves, fourths and so on has left behind its ninth decimal."""
    return whole if number == (whole := int(number)) else round(float(number), 9) or 0


@dataclass(frozen=True, slots=True)
class _Column:
    """A column while its cells are written."""

    field: Field
    at: int  # column of the sheet
    width: float  # in letters of body text, which those of some kinds are smaller than
    sure: float  # a text of no more letters than this is on one line, and not measured


def write_rows(sheet: ReportSheet, fields: Sequence[Field], rows: Sequence[Row], folded: int = limits.MOST_LEVELS) -> float:
    """Write rows and return their height in points all together; those below a level of the outline are folded away."""
    columns = [_column(sheet, at, of) for at, of in zip(accumulate((f.span for f in fields), initial=0), fields, strict=False)]
    points = 0.0
    for start in range(0, len(rows), ROWS_AT_ONCE):
        end = start + ROWS_AT_ONCE
        below = rows[end].level if end < len(rows) else 0
        points += _write_some(sheet, columns, as_columns(rows[start:end]), folded, below)
    return points


def _column(sheet: ReportSheet, at: int, of: Field) -> _Column:
    width = sum(sheet.widths[at : at + of.span]) * (look.BODY / look.SMALL if of.kind in SMALL_KINDS else 1.0)
    return _Column(of, at, width, width * 0.8 if of.kind in _WRAPPED else float("inf"))


def _write_some(sheet: ReportSheet, columns: Sequence[_Column], rows: Columns, folded: int, below: int) -> float:
    """Write some rows and return their height; ``below``: level of the outline of the row after them."""
    weight, indent = rows.weight or bytes(len(rows)), rows.indent or bytes(len(rows))
    for column, cells in zip(columns, rows.cells, strict=True):
        _write_column(sheet, column, cells, weight, indent)
    sheet.counts.count([column.field for column in columns], rows)
    most = count_row_lines(_long_texts(columns, rows.cells, indent), [w == BOLD for w in weight])
    before = sheet.height
    for lines, outline in zip(most, _outlines(rows.level or bytes(len(rows)), below, folded), strict=True):
        sheet.end_row(min(measure.row_height(lines) + 1.5, limits.HIGHEST_ROW), outline)
    return sheet.height - before


def _write_column(sheet: ReportSheet, column: _Column, cells: Iterable[Any], weight: Sequence[int], indent: Sequence[int]) -> None:
    """Write a column of some rows, each cell in a look by what stands in it and by its row's weight and indent."""
    kind, at, span = column.field.kind, column.at, column.field.span
    looks = sheet.formats.cell
    for row, (value, heavy, step) in enumerate(zip(cells, weight, indent, strict=True), sheet.next_row):
        if span > 1:
            sheet.sheet.merge_range(row, at, row, at + span - 1, "", looks(kind, "", 0, heavy))
        text = value.text if isinstance(value, Link) else value
        if isinstance(text, str) and text:
            shown = looks(kind, text[0] if text[0] in STYLED_SIGNS else "", step if column.field.indented else 0, heavy)
        else:
            shown = looks("money_decimals" if kind == "money" and _has_decimals(value) else kind, "", 0, heavy)
        sheet.write(at, value, shown, row)


def _has_decimals(value: Any) -> bool:
    return isinstance(value, int | float) and value != int(value)


def _long_texts(columns: Sequence[_Column], cells: Sequence[Iterable[Any]], indent: Sequence[int]) -> LongTexts:
    """Return the texts that may take more than one line."""
    long = LongTexts()
    for column, values in zip(columns, cells, strict=True):
        room = [_INDENT * step for step in indent] if column.field.indented and any(indent) else [0.0] * len(indent)
        for row, value in enumerate(values):
            text = value.text if isinstance(value, Link) else value
            if isinstance(text, str) and text and (len(text) > column.sure - room[row] or "\n" in text):
                long.rows.append(row)
                long.texts.append(text)
                long.widths.append(column.width - room[row])
    return long


def _outlines(levels: Sequence[int], below: int, folded: int) -> Iterator[dict[str, Any] | None]:
    """Yield what rows say about the outline; ``below``: level of the row after them."""
    for level_, after in pairwise([*levels, below]):
        level = min(level_, limits.MOST_LEVELS)
        told = {"level": level, "hidden": level > folded, "collapsed": after > max(level, folded)}
        yield told if any(told.values()) else None
