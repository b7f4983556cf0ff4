"""Rows of sheets as XML, and the parts of a workbook that they are put into.

openpyxl makes everything but the rows. These are written here, since openpyxl's own writing of cells takes several times as
long and needs one relation a link; a round of ten thousand returns has a million cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from itertools import accumulate
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from styrxl import look, package
from styrxl.book import BOLD, PLAIN, SHADED, Field, Link, Row, serial, target
from styrxl.page import clean
from styrxl.pagewidths import Long, lines_of
from styrxl.reportstyles import Styles

# openpyxl does not say that a label's format is its own, and LibreOffice then takes the cell's.
_LABELS = re.compile(rb'(<(?:c:)?numFmt formatCode="[^"]*")\s*/>')
_DATA = re.compile(rb"<sheetData\s*/>|<sheetData>.*?</sheetData>", re.DOTALL)
_SIZE = re.compile(rb'<dimension ref="[^"]*"\s*/>')
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_AFTER_LINKS = re.compile(rb"<printOptions|<pageMargins")
MOST_LINKS = 65_530  # on a sheet; Excel's own limit

_WRAPPED = frozenset({"text", "name", "status", "link", "id", "input"})
_SIGNS = frozenset("=+-@'✓!✗")  # a text that begins with one of these has a style of its own
_INDENT = 2.2  # width that one step of indentation takes
_AT_ONCE = 2_000  # rows that are written together
_DEEPEST = 7  # level of an outline; Excel's own limit


@dataclass(slots=True)
class Sheet:
    """A sheet's rows while they are written."""

    packer: package.Packer = field(default_factory=package.Packer)
    links: list[tuple[str, str, str | None]] = field(default_factory=list)  # cell, address, place in it
    uses: int = 0  # of shared strings
    bottom: int = 0  # last row written
    height: float = 0.0  # of all rows, in points
    broken: float = 0.0  # height at which the page began that is being filled
    rows: dict[int, int] = field(default_factory=dict)  # written of each return
    money: dict[int, list[float]] = field(default_factory=dict)
    alts: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)  # ranges of cells that are one
    width: int = 1
    beside: dict[str, bytes] = field(default_factory=dict)  # tables that it has no room for, as files


@dataclass(frozen=True, slots=True)
class Pen:
    """What writing a sheet's rows needs."""

    sheet: Sheet
    styles: Styles
    strings: dict[str, int]
    widths: Sequence[float]
    letters: Sequence[str]
    up: str

    def line(self, cells: Sequence[str], points: float, more: str = "") -> int:
        """Write a row of cells, made with its number, and return that."""
        self.sheet.bottom += 1
        self.sheet.height += points
        self.sheet.packer.add(f'<row r="{self.sheet.bottom}" ht="{points:g}" customHeight="1"{more}>{"".join(cells)}</row>')
        return self.sheet.bottom

    def text(self, text: str, style: str, column: int = 0) -> str:
        """Return a cell with a text in the next row."""
        self.sheet.uses += 1
        number = self.strings.setdefault(text, len(self.strings))
        style_id = self.styles.named(style)
        return f'<c r="{self.letters[column]}{self.sheet.bottom + 1}" s="{style_id}" t="s"><v>{number}</v></c>'

    def empty(self, style: str, column: int) -> str:
        """Return a cell without anything in it in the next row."""
        return f'<c r="{self.letters[column]}{self.sheet.bottom + 1}" s="{self.styles.named(style)}"/>'

    def blank(self, points: float = look.LINE_HEIGHT) -> None:
        """Leave a row empty."""
        self.line((), points)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column while its cells are written."""

    kind: str
    width: float
    sure: float  # a text of no more letters than this is on one line, and not measured
    begins: str  # a cell, until the number of its row
    styles: tuple[int, int, int]  # by the weight of the row
    indented: bool
    tally: bool
    letter: str
    more: tuple[str, ...] = ()  # letters of the columns that it takes besides its own


def write_rows(pen: Pen, fields: Sequence[Field], rows: Sequence[Row], folded: int = _DEEPEST) -> float:
    """Write rows and return their height in points all together; those below a level of the outline are folded away."""
    starts = accumulate((f.span for f in fields), initial=0)
    columns = [_column(pen, n, f) for n, f in zip(starts, fields, strict=False)]
    tallied = [n for n, column in enumerate(columns) if column.tally]
    points, last = 0.0, len(rows) - 1
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        long, bold = Long(), [row.weight == BOLD for row in some]
        written = [_cells(pen, columns, row, n, long) for n, row in enumerate(some)]
        for n, (row, cells, most) in enumerate(zip(some, written, lines_of(long, bold), strict=True), start):
            _tally(pen.sheet, row, tallied)
            tall = min(look.row_height(most) + 1.5, look.LONGEST_ROW)
            points += tall
            pen.line(cells, tall, _outlined(rows, n, folded, last))
    return points


def _column(pen: Pen, n: int, of: Field) -> _Column:
    plain, shaded, bold = (pen.styles.cell(of.kind, weight) for weight in (PLAIN, SHADED, BOLD))
    width = sum(pen.widths[n : n + of.span])
    sure = width * 0.8 if of.kind in _WRAPPED else float("inf")
    more = tuple(pen.letters[n + 1 : n + of.span])
    letter = pen.letters[n]
    return _Column(of.kind, width, sure, f'<c r="{letter}', (plain, shaded, bold), of.indented, of.tally, letter, more)


def _cells(pen: Pen, columns: Sequence[_Column], row: Row, at: int, long: Long) -> list[str]:
    """Return a row's cells as XML, and note the texts that may take more than one line; ``at``: how many rows further down it will be.

    This is run for every cell there is, a million times in a large round: texts, most of them, are written without a call.
    """
    number, weight, strings, styles = pen.sheet.bottom + 1 + at, row.weight, pen.strings, pen.styles
    cells: list[str] = []
    texts = 0
    for column, value in zip(columns, row.cells, strict=True):
        text = _linked(pen, column, number, value) if type(value) is Link else value
        if type(text) is str and text:
            style, room = column.styles[weight], 0.0
            if (row.indent and column.indented) or text[0] in _SIGNS:
                indent = row.indent if column.indented else 0
                style, room = styles.text(column.kind, text[0], indent, weight), _INDENT * indent
            if len(text) > column.sure - room or "\n" in text:
                long.rows.append(at)
                long.texts.append(text)
                long.widths.append(column.width - room)
            texts += 1
            cells.append(f'{column.begins}{number}" s="{style}" t="s"><v>{strings.setdefault(text, len(strings))}</v></c>')
        elif text is None or text == "":
            cells.append(f'{column.begins}{number}" s="{column.styles[weight]}"/>')
        else:
            cells.append(_amount(styles, column, weight, text, number))
        if column.more:
            cells += [f'<c r="{letter}{number}" s="{column.styles[weight]}"/>' for letter in column.more]
            pen.sheet.merged.append(f"{column.letter}{number}:{column.more[-1]}{number}")
    pen.sheet.uses += texts
    return cells


def _linked(pen: Pen, column: _Column, number: int, link: Link) -> str:
    """Note where a cell leads, and return what it says."""
    if len(pen.sheet.links) < MOST_LINKS:
        pen.sheet.links.append((f"{column.letter}{number}", target(link.path, pen.up), link.place))
    return link.text


def _amount(styles: Styles, column: _Column, weight: int, value: object, number: int) -> str:
    """Return the cell of a date or a number as XML."""
    style = column.styles[weight]
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return f'{column.begins}{number}" s="{style}"><v>{serial(day)}</v></c>'
    assert isinstance(value, int | float), value
    if column.kind == "money" and value != int(value):
        style = styles.cell("money_decimals", weight)
    return f'{column.begins}{number}" s="{style}"><v>{package.plain(value)}</v></c>'


def count_rows(sheet: Sheet, fields: Sequence[Field], rows: Iterable[Row]) -> None:
    """Count rows for the control totals that are written elsewhere."""
    tallied = [n for n, f in enumerate(fields) if f.tally]
    for row in rows:
        _tally(sheet, row, tallied)


def _tally(sheet: Sheet, row: Row, tallied: Sequence[int]) -> None:
    source = row.source
    if source is None:
        return
    if not row.again:
        sheet.rows[source] = sheet.rows.get(source, 0) + 1
    typed = [v for n in tallied if (v := row.cells[n]) is not None] if tallied and not row.sums else []
    if amounts := [*row.amounts, *typed]:
        sheet.money.setdefault(source, []).extend(amounts)


def _outlined(rows: Sequence[Row], at: int, folded: int, last: int) -> str:
    level = min(rows[at].level, _DEEPEST)
    more = f' outlineLevel="{level}"' if level else ""
    if level > folded:
        more += ' hidden="1"'
    if at < last and rows[at + 1].level > max(level, folded):
        more += ' collapsed="1"'
    return more


def packed(workbook: Workbook, sheets: Sequence[Sheet], strings: dict[str, int]) -> list[bytes]:
    """Return a workbook of openpyxl with the rows of its sheets, in pieces; the same input gives the same bytes."""
    buffer = BytesIO()
    workbook.save(buffer)
    parts = package.sharing(package.timeless(package.unpacked(buffer.getvalue())))
    charts = {name: _LABELS.sub(rb'\1 sourceLinked="0"/>', data) for name, data in parts.items() if name.startswith("xl/charts/")}
    parts = package.described({**parts, **charts}, [alt for sheet in sheets for alt in sheet.alts])
    made: dict[str, Sequence[bytes | package.Packed]] = {name: (data,) for name, data in parts.items()}
    for number, sheet in enumerate(sheets, 1):
        made |= _filled(parts, number, sheet)
    made[package.STRINGS] = (_shared(strings, sum(sheet.uses for sheet in sheets)),)
    return package.zipped(made)


def _shared(strings: dict[str, int], uses: int) -> package.Packed:
    """Return the part of shared strings, letting go of them."""
    packer = package.Packer()
    for piece in package.shared((escape(clean(text)) for text in strings), len(strings), uses):
        packer.add(piece)
    strings.clear()
    return packer.end()


def _filled(parts: Mapping[str, bytes], number: int, sheet: Sheet) -> dict[str, Sequence[bytes | package.Packed]]:
    """Return a sheet's part with its rows and links, and its relations with the files that they lead to."""
    name, relations = f"xl/worksheets/sheet{number}.xml", f"xl/worksheets/_rels/sheet{number}.xml.rels"
    size = f'<dimension ref="A1:{get_column_letter(sheet.width)}{max(sheet.bottom, 1)}"/>'.encode()
    before, after = _DATA.split(_SIZE.sub(lambda _: size, parts[name], count=1), maxsplit=1)
    around = before + b"<sheetData>", b"</sheetData>" + after
    if not sheet.links:
        return {name: (around[0], sheet.packer.end(), around[1])}
    ids = {address: f"link{n}" for n, address in enumerate(dict.fromkeys(address for _, address, _ in sheet.links), 1)}
    found = "".join(_hyperlink(ref, ids[address], where) for ref, address, where in sheet.links)
    links = f'<hyperlinks xmlns:r="{_RELATIONS}">{found}</hyperlinks>'.encode()
    below = _AFTER_LINKS.sub(lambda match: links + match[0], around[1], count=1)
    kind = f'Type="{_RELATIONS}/hyperlink" TargetMode="External"'
    made = "".join(f'<Relationship Id="{i}" {kind} Target={quoteattr(address)}/>' for address, i in ids.items())
    empty = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
    named = parts.get(relations, empty).replace(b"</Relationships>", f"{made}</Relationships>".encode())
    return {name: (around[0], sheet.packer.end(), below), relations: (named,)}


def _hyperlink(ref: str, relation: str, where: str | None) -> str:
    return f'<hyperlink ref="{ref}" r:id="{relation}"' + (f" location={_quoted(where)}" if where else "") + "/>"


@lru_cache(maxsize=20_000)  # many lead to the same row of the same sheet, each in a workbook of its own
def _quoted(place: str) -> str:
    return quoteattr(clean(place))
