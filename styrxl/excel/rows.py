"""The rows of reports as XML; ``report_file`` puts them into the workbook.

openpyxl makes everything but the rows. These are written here, since openpyxl's own writing of cells takes several times as
long and needs one relation a link; a round of ten thousand returns has a million cells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import accumulate, chain, compress, count, pairwise
from typing import Any
from xml.sax.saxutils import quoteattr

from zlib_ng import zlib_ng as zlib

from styrxl.excel import archive, finish, limits, look, measure
from styrxl.excel.formula_text import day_number
from styrxl.excel.pages import BOLD, PLAIN, SHADED, Columns, Field, Link, Row, as_columns, link_target
from styrxl.excel.sheet import clean
from styrxl.excel.styles import CellStyles
from styrxl.excel.widths import SMALL_KINDS, LongTexts, count_row_lines

_WRAPPED = frozenset({"text", "name", "status", "link", "id", "input"})
_TEXTS, _AMOUNTS = frozenset({str, type(None)}), frozenset({int, float, type(None)})
_SIGNS = frozenset("=+-@'✓!✗")  # a text that begins with one of these has a style of its own
_INDENT = 2.2  # width that one step of indentation takes
ROWS_AT_ONCE = 2_000  # rows that are written together


@dataclass(slots=True)
class SheetLinks:
    """A sheet's links while its rows are written: as XML, compressed, since it stands below the rows."""

    count: int = 0
    ids: dict[str, str] = field(default_factory=dict)  # of relations, by the address that each leads to
    _pieces: list[bytes] = field(default_factory=list)

    def add(self, found: Iterable[tuple[str, str, str | None]]) -> None:
        """Go on with some: cell, address, place in it."""
        made = [_hyperlink(ref, self.ids.setdefault(address, f"link{len(self.ids) + 1}"), where) for ref, address, where in found]
        self.count += len(made)
        self._pieces.append(zlib.compress("".join(made).encode(), 1))

    def xml(self) -> bytes:
        """Return them all."""
        return b"".join(map(zlib.decompress, self._pieces))


@dataclass(slots=True)
class WrittenSheet:
    """A sheet's rows while they are written."""

    deflater: archive.Deflater = field(default_factory=archive.Deflater)
    links: SheetLinks = field(default_factory=SheetLinks)
    string_uses: int = 0  # of shared strings
    last_row: int = 0  # that is written
    height: float = 0.0  # of all rows, in points
    page_start: float = 0.0  # height at which the printed page begins that is being filled
    row_counts: dict[int, int] = field(default_factory=dict)  # written of each return
    money: dict[int, list[float]] = field(default_factory=dict)
    alternative_texts: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)  # ranges of cells that are one
    width: int = 1
    side_files: dict[str, bytes] = field(default_factory=dict)  # tables that it has no room for, by name


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Writes the rows of a sheet: its styles, texts and widths, and what is written of it so far."""

    sheet: WrittenSheet
    styles: CellStyles
    strings: dict[str, int]
    widths: Sequence[float]
    letters: Sequence[str]
    workspace_path: str  # from the workbook to the workspace

    def write_line(self, cells: Sequence[str], points: float, more: str = "") -> int:
        """Write a row of cells, made with its number, and return that."""
        self.sheet.last_row += 1
        self.sheet.height += points
        self.sheet.deflater.add(f'<row r="{self.sheet.last_row}" ht="{points:g}" customHeight="1"{more}>{"".join(cells)}</row>')
        return self.sheet.last_row

    def text_cell(self, text: str, style: str, column: int = 0) -> str:
        """Return a cell with a text in the next row."""
        self.sheet.string_uses += 1
        number = self.strings.setdefault(text, len(self.strings))
        style_id = self.styles.named(style)
        return f'<c r="{self.letters[column]}{self.sheet.last_row + 1}" s="{style_id}" t="s"><v>{number}</v></c>'

    def empty_cell(self, style: str, column: int) -> str:
        """Return a cell without anything in it in the next row."""
        return f'<c r="{self.letters[column]}{self.sheet.last_row + 1}" s="{self.styles.named(style)}"/>'

    def skip_line(self, points: float = measure.LINE_HEIGHT) -> None:
        """Leave a row empty."""
        self.write_line((), points)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column while its cells are written."""

    kind: str
    width: float  # in letters of body text, which those of some kinds are smaller than
    sure: float  # a text of no more letters than this is on one line, and not measured
    letter: str
    indented: bool
    tally: bool
    more: tuple[str, ...] = ()  # letters of the columns that it takes besides its own


@dataclass(frozen=True, slots=True)
class _FilledColumn:
    """What stands in some rows of a column, links as what they say; ``texts`` has None for what is no text, nothing where none is."""

    column: _Column
    values: Sequence[Any]
    texts: Sequence[str | None]
    types: AbstractSet[type]


_Key = tuple[str, str, int, int]  # of a style: kind, first letter, indent, weight
_Lead = tuple[int, int, Link]  # row, column, and where its cell leads


def write_rows(writer: RowWriter, fields: Sequence[Field], rows: Sequence[Row], folded: int = limits.MOST_LEVELS) -> float:
    """Write rows and return their height in points all together; those below a level of the outline are folded away."""
    starts = accumulate((f.span for f in fields), initial=0)
    columns = [_column(writer, n, f) for n, f in zip(starts, fields, strict=False)]
    points = 0.0
    for start in range(0, len(rows), ROWS_AT_ONCE):
        end = start + ROWS_AT_ONCE
        below = rows[end].level if end < len(rows) else 0
        points += _write_some(writer, columns, as_columns(rows[start:end]), folded, below)
    return points


def _column(writer: RowWriter, n: int, of: Field) -> _Column:
    for weight in (PLAIN, SHADED, BOLD):
        writer.styles.cell(of.kind, weight)  # made first, so that the numbers of styles do not depend on what stands in the rows
    width = sum(writer.widths[n : n + of.span]) * (look.BODY / look.SMALL if of.kind in SMALL_KINDS else 1.0)
    sure = width * 0.8 if of.kind in _WRAPPED else float("inf")
    more = tuple(writer.letters[n + 1 : n + of.span])
    return _Column(of.kind, width, sure, writer.letters[n], of.indented, of.tally, more)


def _write_some(writer: RowWriter, columns: Sequence[_Column], rows: Columns, folded: int, below: int) -> float:
    """Write some rows, a column at a time, and return their height; ``below``: level of the outline of the row after them.

    Texts and styles are numbered as they are met from left to right and row by row, whatever is written first.
    """
    sheet, first = writer.sheet, writer.sheet.last_row + 1
    numbers = [*map(str, range(first, first + len(rows)))]
    weight, indent = rows.weight or bytes(len(rows)), rows.indent or bytes(len(rows))
    filled, leads = _fill_columns(columns, rows)
    _add_links(writer, columns, leads, numbers)
    sheet.string_uses += _number_texts(writer.strings, filled)
    styles = _choose_styles(writer.styles, filled, weight, indent)
    cells = [_cells_xml(writer.strings, of, numbers, style) for of, style in zip(filled, styles, strict=True)]
    if any(column.more for column in columns):
        _add_merged_cells(writer, columns, cells, numbers, weight)
    most = count_row_lines(_long_texts(filled, indent), [w == BOLD for w in weight])
    _count_for_totals(sheet, columns, rows)
    tall = {lines: min(measure.row_height(lines) + 1.5, limits.HIGHEST_ROW) for lines in set(most)}
    begins = {lines: f'" ht="{points:g}" customHeight="1"' for lines, points in tall.items()}
    more = _outline_attributes(rows.level or [0] * len(rows), below, folded) if rows.level or below else [""] * len(rows)
    heads = [f'<row r="{number}{begins[lines]}{outline}>' for number, lines, outline in zip(numbers, most, more, strict=True)]
    for row in map("".join, zip(heads, *cells, ["</row>"] * len(rows), strict=True)):
        sheet.deflater.add(row)
    points = sum(map(tall.__getitem__, most))
    sheet.last_row += len(rows)
    sheet.height += points
    return points


def _fill_columns(columns: Sequence[_Column], rows: Columns) -> tuple[list[_FilledColumn], list[_Lead]]:
    """Return what stands in the columns, and where their cells lead."""
    filled, leads = list[_FilledColumn](), list[_Lead]()
    for at, (column, cells) in enumerate(zip(columns, rows.cells, strict=True)):
        values, types = cells, {*map(type, cells)}
        if Link in types:
            leads += [(row, at, cell) for row, cell in enumerate(cells) if type(cell) is Link]
            values = [cell.text if type(cell) is Link else cell for cell in cells]
            types = {*map(type, values)}
        texts = values if types <= _TEXTS else [v if type(v) is str else None for v in values] if str in types else ()
        filled.append(_FilledColumn(column, values, texts, types))
    return filled, leads


def _add_links(writer: RowWriter, columns: Sequence[_Column], leads: list[_Lead], numbers: Sequence[str]) -> None:
    """Note where cells lead, row by row, as far as a sheet has room for links."""
    leads.sort(key=lambda lead: lead[:2])
    some = leads[: limits.MOST_LINKS - writer.sheet.links.count]
    if some:
        writer.sheet.links.add(
            (f"{columns[at].letter}{numbers[row]}", link_target(link.path, writer.workspace_path), link.place) for row, at, link in some
        )


def _number_texts(strings: dict[str, int], filled: Sequence[_FilledColumn]) -> int:
    """Give texts that have not been met before a number, and return how many texts there are."""
    columns = [of.texts for of in filled if of.texts]
    found = dict.fromkeys(chain.from_iterable(zip(*columns, strict=True)))
    strings.update(zip([text for text in found if text and text not in strings], count(len(strings)), strict=False))
    return sum(sum(map(bool, texts)) for texts in columns)


def _choose_styles(
    styles: CellStyles, filled: Sequence[_FilledColumn], weight: Sequence[int], indent: Sequence[int]
) -> list[int | list[int]]:
    """Return the style of each column, or of each of its cells where these differ."""
    keys = [_style_keys(of, weight, indent) for of in filled]
    firsts = [
        (row, at, key)
        for at, each in enumerate(keys)
        if isinstance(each, list)
        for key, row in dict(zip(reversed(each), range(len(each) - 1, -1, -1), strict=True)).items()
    ]
    known = {key: styles.text(*key) for _, _, key in sorted(firsts)}
    return [[known[key] for key in each] if isinstance(each, list) else styles.text(*each) for each in keys]


def _style_keys(of: _FilledColumn, weight: Sequence[int], indent: Sequence[int]) -> _Key | list[_Key]:
    """Return the key of a column's style, or of each cell's."""
    column = of.column
    indents = column.indented and any(indent)
    signs = not _SIGNS.isdisjoint({text[0] for text in of.texts if text})
    decimals = column.kind == "money" and not of.types <= {int, type(None)} and any(map(_has_decimals, of.values))
    if not indents and not signs and not decimals and weight.count(weight[0]) == len(weight):
        return column.kind, "", 0, weight[0]
    found = []
    for value, step, heavy in zip(of.values, indent, weight, strict=True):
        if type(value) is str and value:
            found.append((column.kind, value[0] if value[0] in _SIGNS else "", step if column.indented else 0, heavy))
        else:
            found.append(("money_decimals" if decimals and _has_decimals(value) else column.kind, "", 0, heavy))
    return found


def _has_decimals(value: Any) -> bool:
    return isinstance(value, int | float) and value != int(value)


def _cells_xml(strings: Mapping[str, int], of: _FilledColumn, numbers: Sequence[str], style: int | list[int]) -> list[str]:
    """Return a column's cells as XML: this is done for every cell there is, a million times in a large round."""
    begins, middle = f'<c r="{of.column.letter}', f'" s="{style}"'
    if of.types <= _TEXTS and isinstance(style, int):  # most of all cells
        full = f'{middle} t="s"><v>'
        return [
            f"{begins}{number}{full}{strings[text]}</v></c>" if text else f"{begins}{number}{middle}/>"
            for number, text in zip(numbers, of.texts, strict=True)
        ]
    if of.types <= _TEXTS:
        within = [f' t="s"><v>{strings[text]}</v></c>' if text else "/>" for text in of.values]
    elif of.types <= _AMOUNTS:
        within = ["/>" if v is None else f"><v>{whole if v == (whole := int(v)) else repr(round(float(v), 9))}</v></c>" for v in of.values]
    else:
        within = [_cell_end_xml(strings, value) for value in of.values]
    if isinstance(style, int):
        return [f"{begins}{number}{middle}{inner}" for number, inner in zip(numbers, within, strict=True)]
    return [f'{begins}{number}" s="{s}"{inner}' for number, s, inner in zip(numbers, style, within, strict=True)]


def _cell_end_xml(strings: Mapping[str, int], value: object) -> str:
    """Return a cell's XML after its style."""
    if value is None or value == "":
        return "/>"
    if isinstance(value, str):
        return f' t="s"><v>{strings[value]}</v></c>'
    if isinstance(value, date):
        return f"><v>{day_number(value)}</v></c>"
    assert isinstance(value, int | float), value
    return f"><v>{finish.rounded_number(value)}</v></c>"


def _add_merged_cells(
    writer: RowWriter, columns: Sequence[_Column], cells: list[list[str]], numbers: Sequence[str], weight: Sequence[int]
) -> None:
    """Give columns that take several of the sheet's the empty cells that are merged with theirs."""
    for row, number in enumerate(numbers):
        for at, column in enumerate(columns):
            if column.more:
                style = writer.styles.cell(column.kind, weight[row])
                cells[at][row] += "".join(f'<c r="{letter}{number}" s="{style}"/>' for letter in column.more)
                writer.sheet.merged.append(f"{column.letter}{number}:{column.more[-1]}{number}")


def _long_texts(filled: Sequence[_FilledColumn], indent: Sequence[int]) -> LongTexts:
    """Return the texts that may take more than one line."""
    long = LongTexts()
    for of in filled:
        column = of.column
        room = [_INDENT * step for step in indent] if column.indented and any(indent) else [0.0] * len(indent)
        sure = column.sure - max(room)
        for row, text in enumerate(of.texts):
            if text and (len(text) > sure or "\n" in text) and (len(text) > column.sure - room[row] or "\n" in text):
                long.rows.append(row)
                long.texts.append(text)
                long.widths.append(column.width - room[row])
    return long


def count_unwritten_rows(sheet: WrittenSheet, fields: Sequence[Field], rows: Sequence[Row]) -> None:
    """Count rows for the control totals that are written elsewhere."""
    _count_for_totals(sheet, fields, as_columns(rows))


def _count_for_totals(sheet: WrittenSheet, columns: Sequence[_Column | Field], rows: Columns) -> None:
    counted = compress(rows.source, (not again for again in rows.again)) if rows.again else rows.source
    for source, number in Counter(counted).items():
        if source is not None:
            sheet.row_counts[source] = sheet.row_counts.get(source, 0) + number
    typed = [values for column, values in zip(columns, rows.cells, strict=True) if column.tally]
    sums = rows.sums or bytes(len(rows))
    for values in typed:
        for source, value, summed in zip(rows.source, values, sums, strict=True):
            if value is not None and source is not None and not summed:
                sheet.money.setdefault(source, []).append(value)
    for at, amounts in rows.amounts.items():
        if (source := rows.source[at]) is not None:
            sheet.money.setdefault(source, []).extend(amounts)


def _outline_attributes(levels: Sequence[int], below: int, folded: int) -> Iterator[str]:
    """Yield what rows say about the outline; ``below``: level of the row after them."""
    for level_, after in pairwise([*levels, below]):
        level = min(level_, limits.MOST_LEVELS)
        more = f' outlineLevel="{level}"' if level else ""
        if level > folded:
            more += ' hidden="1"'
        if after > max(level, folded):
            more += ' collapsed="1"'
        yield more


def _hyperlink(ref: str, relation: str, where: str | None) -> str:
    return f'<hyperlink ref="{ref}" r:id="{relation}"' + (f" location={_quote_place(where)}" if where else "") + "/>"


@lru_cache(maxsize=20_000)  # many lead to the same row of the same sheet, each in a workbook of its own
def _quote_place(place: str) -> str:
    return quoteattr(clean(place))
