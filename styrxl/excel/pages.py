"""A workbook for readers as plain values: pages of blocks of rows, with charts and links, before anything is Excel."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, islice
from typing import Any, overload
from urllib.parse import quote

from styrxl.excel.cells import cut_text
from styrxl.excel.limits import LONGEST_COLUMN_NAME, MOST_LEVELS

PLAIN, SHADED, BOLD = range(3)  # weights of a row: bold ones are shaded too
CHART_WIDTH = 17.0  # centimetres, of a chart that stands beside all tables
_AT_ONCE = 2_000  # rows that are gathered together


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to a cell; ``path`` is relative to the workspace ("" for this workbook)."""

    text: str
    path: str
    place: str | None = None  # 'Sheet'!A1


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a block.

    ``kind``: text, name (whose words are not broken), id, integer, count, percent (to one decimal), number, measure (a
    number, or words in its place, which stand to the right as well), money (tkr), date, status (a text that begins with ✓, ! or ✗),
    link, note (runs on to the right), input (where the reader writes). ``tally``: money that returns were filled in with, which the
    control totals count.
    """

    heading: str
    kind: str = "text"
    width: float = 16
    tally: bool = False
    indented: bool = False
    screen: bool = False  # not printed where it stands at the end: paper has room for so much, and links lead nowhere there
    least: float = 0.0  # width that it is not narrowed below
    span: int = 1  # columns of the sheet that it takes: a long text over some that are narrow in other blocks; not in a table


@dataclass(frozen=True, slots=True)
class Row:
    """A row; ``source`` is the return of which it is a row, and which the control totals count it for."""

    cells: tuple[Any, ...]
    source: int | None = None
    level: int = 0  # of the outline; 0 is always seen
    indent: int = 0
    weight: int = PLAIN
    amounts: tuple[float, ...] = ()  # of the return's money, what the row says in words
    sums: bool = False  # its money adds up other rows and is not counted again
    again: bool = False  # a further part of a row that is counted where it first stands; its money is its own


class ComputedColumn(Sequence[Any]):
    """A column whose values are computed each time that they are asked for, each from the values at its place in some lists."""

    __slots__ = ("_compute", "_sources")

    def __init__(self, compute: Callable[..., Any], *sources: Sequence[Any]) -> None:
        """Take the function that computes a value, and the lists that hold its arguments."""
        self._compute, self._sources = compute, sources

    def __len__(self) -> int:
        """Return how many values there are."""
        return len(self._sources[0])

    def __getitem__(self, at: int | slice) -> Any:
        """Return a value, or a list of some."""
        some = [values[at] for values in self._sources]
        return [*map(self._compute, *some)] if isinstance(at, slice) else self._compute(*some)

    def __iter__(self) -> Iterator[Any]:
        """Yield the values."""
        return map(self._compute, *self._sources)


@dataclass(frozen=True, slots=True)
class Columns(Sequence[Row]):
    """Rows that are kept column by column, each put together when it is asked for: a large round has hundreds of thousands.

    All is as ``Row`` has it; ``amounts`` are those of the rows that have any, by place, and what comes after them is empty where it is 0
    in all rows.
    """

    cells: tuple[Sequence[Any], ...]
    source: Sequence[int | None]
    amounts: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    level: Sequence[int] = ()
    indent: Sequence[int] = ()
    weight: Sequence[int] = ()
    sums: Sequence[int] = ()
    again: Sequence[int] = ()

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.source)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Columns: ...
    def __getitem__(self, at: int | slice) -> Row | Columns:
        """Return a row, or columns of some."""
        if isinstance(at, slice):
            places = range(len(self))[at] if self.amounts else ()
            amounts = {n: self.amounts[row] for n, row in enumerate(places) if row in self.amounts}
            return Columns(tuple(values[at] for values in self.cells), self.source[at], amounts, *(flags[at] for flags in self.flags))
        row = range(len(self))[at]
        level, indent, weight, sums, again = (flags[row] if flags else 0 for flags in self.flags)
        cells = tuple(values[row] for values in self.cells)
        return Row(cells, self.source[row], level, indent, weight, self.amounts.get(row, ()), bool(sums), bool(again))

    @property
    def flags(self) -> tuple[Sequence[int], ...]:
        """What there is a number for in each row, or none at all."""
        return self.level, self.indent, self.weight, self.sums, self.again


def as_columns(rows: Sequence[Row]) -> Columns:
    """Return rows column by column."""
    if isinstance(rows, Columns):
        return rows
    flags = ([r.level for r in rows], [r.indent for r in rows], [r.weight for r in rows], [r.sums for r in rows], [r.again for r in rows])
    cells = tuple(zip(*(r.cells for r in rows), strict=True))
    amounts = {n: r.amounts for n, r in enumerate(rows) if r.amounts}
    return Columns(cells, [r.source for r in rows], amounts, *(some if any(some) else () for some in flags))


def gather_columns(rows: Iterable[Row]) -> Columns:
    """Return rows column by column; they are taken some at a time, so that they need not all be kept."""
    left = iter(rows)
    cells, source, amounts = list[list[Any]](), list[int | None](), dict[int, tuple[float, ...]]()
    flags = [array("i") for _ in range(5)]
    while some := [*islice(left, _AT_ONCE)]:
        part = as_columns(some)
        cells = cells or [[] for _ in part.cells]
        amounts |= {len(source) + n: those for n, those in part.amounts.items()}
        source += part.source
        for mine, more in zip(cells, part.cells, strict=True):
            mine.extend(more)
        for kept, found in zip(flags, part.flags, strict=True):
            kept.extend(found or bytes(len(part)))
    return Columns(tuple(cells), source, amounts, *(kept if any(kept) else () for kept in flags))


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of a chart, one for each of its categories; ``labels`` is the number format that the bars say them in."""

    name: str
    values: tuple[float, ...]
    colour: str
    labels: str = "0"


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that says one thing: its title; ``alt`` says it to those who cannot see it. ``columns`` are those of its block.

    Of two series the second one stands in front of the first, of which it is a part.
    """

    title: str
    alt: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    columns: tuple[int, ...]
    signed: bool = False  # below zero has the colour of what is to be watched
    stacked: bool = False  # the series are parts of one whole, beside each other
    shares: bool = False  # each whole is as long as the others
    at: int | None = None  # column in which it begins, counted from 0; else beside all of the page's tables
    width: float = CHART_WIDTH  # centimetres


@dataclass(frozen=True, slots=True)
class Course:
    """A row's figures over time, with the names of their moments, and between what they are to be (None: no such bound)."""

    points: tuple[tuple[str, float], ...]
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Rows under one row of headings. ``table`` names an Excel table; ``totals`` stand below it; ``empty`` is said without rows."""

    fields: tuple[Field, ...]
    rows: Sequence[Row]
    heading: str | None = None
    table: str | None = None
    totals: tuple[Row, ...] = ()
    empty: str | None = None
    chart: Chart | None = None
    new_page: bool = False
    sticky: bool = False  # of several blocks, the one whose headings are repeated on each printed page
    folded: int = MOST_LEVELS  # level of the outline below which rows are folded away
    chain: bool = False  # rows hang on each other by their levels: read as a page, they are folded into each other
    about: str = ""  # key of the page on whose subject it is, and on which the rows stand that it is made from
    courses: tuple[Course, ...] = ()  # one for each row, where rows are series; drawn where the block is read as a page
    name: str = ""  # of a list that is no Excel table where it stands: by it, it may be had as one on a sheet of its own

    @property
    def starts(self) -> tuple[int, ...]:
        """The column of the sheet in which each of its own begins, and last how many it takes."""
        return tuple(accumulate((f.span for f in self.fields), initial=0))

    def column(self, n: int) -> Sequence[Any]:
        """Return the values of a column, without those of the totals."""
        return self.rows.cells[n] if isinstance(self.rows, Columns) and self.rows else [row.cells[n] for row in self.rows]

    @property
    def levels(self) -> Sequence[int]:
        """The rows' levels of the outline; nothing where all are always seen."""
        return self.rows.level if isinstance(self.rows, Columns) else [row.level for row in self.rows]


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet as values; ``key`` names it whatever the language, ``read_help`` is its help where it is no sheet but a chapter."""

    name: str
    title: str
    help: str
    blocks: tuple[Block, ...]
    key: str = ""
    read_help: str = ""

    def has_more_links(self, most: int) -> bool:
        """Whether there are more links than so many; they are only counted where they might be."""
        columns = [(block, n) for block in self.blocks for n, field_ in enumerate(block.fields) if field_.kind == "link"]
        if sum(len(block.rows) for block, _ in columns) <= most:
            return False
        return sum(isinstance(cell, Link) for block, n in columns for cell in block.column(n)) > most


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook without its last sheet, the sources, which can only be worked out when the others have been written."""

    title: str
    language: str
    footer: str
    pages: Iterable[Page]
    workspace_path: str  # from the workbook to the workspace


@dataclass(frozen=True, slots=True)
class Tally:
    """What was written of one return: rows, and kronor (tkr) added up."""

    rows: int = 0
    money: float = 0.0


@lru_cache(maxsize=20_000)
def link_target(path: str, workspace_path: str) -> str:
    """Return where a path leads, as the address that a workbook keeps: from itself, letter by letter as the file is named.

    Names are not normalised: a file name in decomposed letters is another file where the disk says so.
    """
    if re.match(r"/|[A-Za-z]:[/\\]", path):
        return "file:///" + quote(path.replace("\\", "/").lstrip("/"), safe="/:")
    if re.match(r"[a-z][a-z0-9+.-]+://", path):
        return quote(path, safe="/:")
    return quote(workspace_path + path, safe="/")


def cell_address(sheet: str, row: int, column: str = "A") -> str:
    """Return the address of a cell on a sheet, in any workbook."""
    return "'" + sheet.replace("'", "''") + f"'!{column}{row}"


def fit_widths(widths: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """Narrow the widest columns alike until all of them fit, none under what it needs at least."""
    result = [max(w, n) for w, n in zip(widths, least, strict=True)]
    cap = max(result, default=0.0)
    while sum(result) > room and cap > min(least, default=0.0):
        cap -= 0.5
        result = [max(min(w, cap), n) for w, n in zip(widths, least, strict=True)]
    return result


def unique_headings(headings: Sequence[str]) -> list[str]:
    """Return the headings as an Excel table takes them: no longer than it reads, and with a number after those that have come before."""
    seen, result = set[str](), []
    for heading in headings:
        name, times = cut_text(heading, LONGEST_COLUMN_NAME), 1
        while name.casefold() in seen:
            times += 1
            number = f" ({times})"
            name = cut_text(heading, LONGEST_COLUMN_NAME - len(number)) + number
        seen.add(name.casefold())
        result.append(name)
    return result


def outline_level(levels: Sequence[int], most: int) -> int:
    """Return the deepest level at which no more than so many rows are seen; those below it are folded away."""
    for level in range(max(levels, default=0), 0, -1):
        if sum(found <= level for found in levels) <= most:
            return level
    return 0
