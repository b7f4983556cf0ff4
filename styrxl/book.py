"""A workbook for readers as plain values: pages of blocks of rows, with charts and links, before anything is Excel."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import accumulate
from typing import Any
from urllib.parse import quote

PLAIN, SHADED, BOLD = range(3)  # weights of a row: bold ones are shaded too


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to a cell; ``path`` is relative to the workspace ("" for this workbook)."""

    text: str
    path: str
    place: str | None = None  # 'Sheet'!A1


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a block.

    ``kind``: text, name (whose words are not broken), id, integer, count, number, money (tkr), date, status (a text that begins
    with ✓, ! or ✗), link, note (runs on to the right), input (where the reader writes). ``tally``: money that returns were
    filled in with, which the control totals count.
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


@dataclass(frozen=True, slots=True)
class Block:
    """Rows under one row of headings. ``table`` names an Excel table; ``totals`` stand below it; ``empty`` is said without rows."""

    fields: tuple[Field, ...]
    rows: tuple[Row, ...]
    heading: str | None = None
    note: str | None = None
    table: str | None = None
    totals: tuple[Row, ...] = ()
    empty: str | None = None
    chart: Chart | None = None
    headless: bool = False
    new_page: bool = False
    sticky: bool = False  # of several blocks, the one whose headings are repeated on each printed page
    folded: int = 7  # level of the outline below which rows are folded away

    @property
    def starts(self) -> tuple[int, ...]:
        """The column of the sheet in which each of its own begins, and last how many it takes."""
        return tuple(accumulate((f.span for f in self.fields), initial=0))


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet."""

    name: str
    title: str
    help: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook without its last sheet, the sources, which can only be worked out when the others have been written."""

    title: str
    language: str
    footer: str
    pages: Iterable[Page]
    up: str  # from the workbook to the workspace


@dataclass(frozen=True, slots=True)
class Tally:
    """What was written of one return: rows, and kronor (tkr) added up."""

    rows: int = 0
    money: float = 0.0


def total(values: Iterable[float | None]) -> float:
    """Add up amounts in tkr, right to the öre whatever their order; None counts as nothing."""
    return round(math.fsum(v for v in values if v is not None), 5)


def difference(first: float | None, second: float | None) -> float | None:
    """Return first minus second, or None where either is not there."""
    return None if first is None or second is None else total((first, -second))


@lru_cache(maxsize=20_000)
def target(path: str, up: str) -> str:
    """Return where a path leads, as the address that a workbook keeps: from itself, letter by letter as the file is named.

    Names are not normalised: a file name in decomposed letters is another file where the disk says so.
    """
    if re.match(r"/|[A-Za-z]:[/\\]", path):
        return "file:///" + quote(path.replace("\\", "/").lstrip("/"), safe="/:")
    if re.match(r"[a-z][a-z0-9+.-]+://", path):
        return quote(path, safe="/:")
    return quote(up + path, safe="/")


def place(sheet: str, row: int, column: str = "A") -> str:
    """Return the address of a cell on a sheet, in any workbook."""
    return "'" + sheet.replace("'", "''") + f"'!{column}{row}"


def fitted(widths: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """Narrow the widest columns alike until all of them fit, none under what it needs at least."""
    result = [max(w, n) for w, n in zip(widths, least, strict=True)]
    cap = max(result, default=0.0)
    while sum(result) > room and cap > min(least, default=0.0):
        cap -= 0.5
        result = [max(min(w, cap), n) for w, n in zip(widths, least, strict=True)]
    return result


def unique(headings: Sequence[str]) -> list[str]:
    """Return the headings with a number after those that have come before: an Excel table needs each to be its own."""
    seen, result = set[str](), []
    for heading in headings:
        name, times = heading, 1
        while name.casefold() in seen:
            times += 1
            name = f"{heading} ({times})"
        seen.add(name.casefold())
        result.append(name)
    return result


def serial(day: date) -> int:
    """Return a day as Excel counts it."""
    return day.toordinal() - 693594


def outline(levels: Sequence[int], most: int) -> int:
    """Return the deepest level at which no more than so many rows are seen; those below it are folded away."""
    for level in range(max(levels, default=0), 0, -1):
        if sum(found <= level for found in levels) <= most:
            return level
    return 0
