"""What a sheet's cells look like, where that says more than their values: numbers as they show, what is crossed out, hidden or merged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from styrxl.model.column_letters import column_number
from styrxl.returns.shown.cell_formats import BookFormats, CellFormat
from styrxl.returns.shown.number_formats import ShownNumber

_CELL = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"(?: s="(\d{1,6})")?')  # without a format it has the first
_SHARED = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"[^<>]{0,80}? t="s"[^<>]{0,80}>(?:<f/>)?<v>(\d{1,9})</v>')
_ADDRESS = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"')
_STRIKE = re.compile(rb'<strike(?: val="(?:1|true)")?\s?/>')
_MERGE = re.compile(rb'<mergeCell ref="([A-Z]{1,3}\d{1,7}):([A-Z]{1,3}\d{1,7})"')
_MOST_MERGES = 2_000  # no form's answers are merged more often


@dataclass(frozen=True, slots=True)
class Appearance:
    """What is seen of a sheet's cells beside their values; cells by their address.

    ``scaled``: numbers that show as another one without a unit -> the number that they are. ``unsigned``: numbers below zero that show
    as above it; ``unseen``: answers that do not show at all; ``struck``: crossed out, or partly so. ``merged``: ranges, ``C7:C9``.
    ``notes``: what is written in notes and comments. ``from_1904``: whether the days of its dates are counted from 1904.
    """

    scaled: Mapping[str, float] = field(default_factory=dict)
    unsigned: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()
    struck: frozenset[str] = frozenset()
    merged: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    from_1904: bool = False


PLAIN = Appearance()


@dataclass(frozen=True, slots=True)
class SeenRows:
    """A sheet's values as they show (a number with a unit is a text), from ``top`` and ``left``, counted from 0; and its appearance."""

    rows: list[list[Any]]
    top: int
    left: int
    appearance: Appearance = PLAIN


def see_rows(xml: bytes, formats: BookFormats, rows: list[list[Any]], top: int, left: int) -> SeenRows:
    """Return a sheet's values as they show; ``rows`` are changed.

    Its XML is spelled as usual (``usual_xml``).
    """
    cells = dict(_find_notable_cells(xml, formats.cells))
    struck = {cell for cell, look in cells.items() if look.struck} | {*_find_struck_texts(xml, formats.struck_texts)}
    merged = tuple(_find_merges(xml))
    if not cells and not struck and not merged:
        return SeenRows(rows, top, left)
    _write_parts_of_dates(rows, top, left, cells)
    white = frozenset(cell for cell, look in cells.items() if look.white)
    shown = {cell: look.number.show for cell, look in cells.items() if look.number}
    return see_numbers(rows, top, left, shown, Appearance(unseen=white, struck=frozenset(struck), merged=merged))


def _find_notable_cells(xml: bytes, formats: Mapping[int, CellFormat]) -> Iterator[tuple[str, CellFormat]]:
    if 0 not in formats and not any(b's="%d"' % index in xml for index in formats):
        return
    for match in _CELL.finditer(xml):
        if look := formats.get(int(match[2] or 0)):
            yield match[1].decode(), look


def _find_struck_texts(xml: bytes, texts: frozenset[int]) -> Iterator[str]:
    """Yield the cells whose shared text, or text of its own, is crossed out or partly so."""
    if texts:
        yield from (match[1].decode() for match in _SHARED.finditer(xml) if int(match[2]) in texts)
    if b"<strike" in xml:
        for match in _STRIKE.finditer(xml):
            if cell := _ADDRESS.match(xml, max(xml.rfind(b"<c ", 0, match.start()), 0)):
                yield cell[1].decode()


def _find_merges(xml: bytes) -> Iterator[str]:
    end = xml.rfind(b"</sheetData>")
    if end >= 0 and xml.find(b"<mergeCell ", end) >= 0:
        for match, _ in zip(_MERGE.finditer(xml, end), range(_MOST_MERGES), strict=False):
            yield f"{match[1].decode()}:{match[2].decode()}"


def _write_parts_of_dates(rows: list[list[Any]], top: int, left: int, cells: Mapping[str, CellFormat]) -> None:
    """Put the month or the year in the place of dates of which no more shows: what day is meant, its column says."""
    for cell, look in cells.items():
        part = look.number.part_of_date if look.number else ""
        spot = _find_spot(rows, top, left, cell) if part else None
        if spot and isinstance(day := rows[spot[0]][spot[1]], date):
            rows[spot[0]][spot[1]] = f"{day:%Y-%m}" if part == "month" else f"{day:%Y}"


def see_numbers(
    rows: list[list[Any]], top: int, left: int, shows: Mapping[str, Callable[[float], ShownNumber]], appearance: Appearance
) -> SeenRows:
    """Put what shows in the place of numbers, and add to a sheet's appearance what does not; ``shows``: what a cell shows of its number."""
    scaled: dict[str, float] = {}
    unsigned, unseen = set(), set(appearance.unseen)
    for cell, show in shows.items():
        spot = _find_spot(rows, top, left, cell)
        value = rows[spot[0]][spot[1]] if spot else ""
        if spot is None or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        shown = show(float(value))
        if not shown.visible and not shown.unit:
            unseen.add(cell)
        elif shown.unit:
            rows[spot[0]][spot[1]] = shown.text
        elif shown.number != value:
            scaled[cell] = value
            rows[spot[0]][spot[1]] = shown.number
        if not shown.signed:
            unsigned.add(cell)
    return SeenRows(rows, top, left, replace(appearance, scaled=scaled, unsigned=frozenset(unsigned), unseen=frozenset(unseen)))


def _find_spot(rows: list[list[Any]], top: int, left: int, cell: str) -> tuple[int, int] | None:
    """Return where a cell stands in rows; None outside them."""
    row, column = split_address(cell)
    index, across = row - 1 - top, column - 1 - left
    return (index, across) if 0 <= index < len(rows) and 0 <= across < len(rows[index]) else None


def split_address(cell: str) -> tuple[int, int]:
    """Return the Excel row and the column (1 = A) of a cell's address."""
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :]), column_number(letters)
