"""Read from a sheet's XML what calamine does not give: errors, formulas without a value, hidden rows and columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_COLUMNS = 16_384
_ERROR_CELL = re.compile(
    rb'<c r="([A-Z]{1,3}\d{1,7})"[^>]{0,80} t="e"[^>]{0,80}>(?:<f[^>]{0,200}>[^<]{0,8192}</f>|<f[^>]{0,200}/>)?<v>([^<]{1,40})</v>'
)
_NO_VALUE = re.compile(rb"(?:</f>|<f[^<>]{0,200}/>)(?:<v></v>|<v ?/>)?</c>")
_CELL = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"([^<>]{0,200})>')
_PLAIN = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"(?: s="\d{1,6}")?><f/></c>')
_EMPTY_TEXT = re.compile(rb'<c r="[A-Z]{1,3}\d{1,7}"(?: s="\d{1,6}")? t="str"><f/><v></v></c>')
_HIDDEN = re.compile(rb'hidden="(?:1|true)"')
_HIDDEN_ROW = re.compile(rb'<row [^<>]{0,400}?hidden="(?:1|true)"')
_ROW = re.compile(rb'\br="(\d{1,7})"')
_COLUMN = re.compile(rb"<col ([^<>]{1,300})>")
_SPAN = re.compile(rb'\b(min|max)="(\d{1,5})"')


@dataclass(frozen=True, slots=True)
class SheetMarks:
    """Errors, formulas without a value, hidden rows and columns of a sheet; empty for xls, xlsb and ods, which have no such XML."""

    errors: Mapping[str, str] = field(default_factory=dict)  # cell -> #DIV/0! …
    uncalculated: frozenset[str] = frozenset()  # cells with a formula and no value
    hidden_rows: frozenset[int] = frozenset()  # Excel rows
    hidden_columns: frozenset[int] = frozenset()  # 1 = A


NO_MARKS = SheetMarks()


def read_marks(xml: bytes) -> SheetMarks:
    """Return the marks of a sheet, given its part of an xlsx."""
    errors = {m[1].decode(): m[2].decode("utf-8", "replace") for m in _ERROR_CELL.finditer(xml)} if b't="e"' in xml else {}
    uncalculated = frozenset(_find_uncalculated(xml))
    if not _HIDDEN.search(xml):
        return SheetMarks(errors, uncalculated) if errors or uncalculated else NO_MARKS
    rows = xml.find(b"<sheetData")
    return SheetMarks(errors, uncalculated, frozenset(_find_hidden_rows(xml[rows:])), frozenset(_find_hidden_columns(xml[:rows])))


def _find_uncalculated(xml: bytes) -> list[str]:
    plain = _PLAIN.findall(xml)
    if len(plain) + len(_EMPTY_TEXT.findall(xml)) == len(_NO_VALUE.findall(xml)):  # the usual case: all of them at once
        return b" ".join(plain).decode().split()
    cells = []
    for match in _NO_VALUE.finditer(xml):
        cell = _CELL.match(xml, xml.rfind(b"<c ", 0, match.start()))
        # A formula that gives an empty text has an empty value too, and says that it is a text.
        if cell and b't="str"' not in cell[2]:
            cells.append(cell[1].decode())
    return cells


def _find_hidden_rows(xml: bytes) -> list[int]:
    rows = (_ROW.search(match[0]) for match in _HIDDEN_ROW.finditer(xml))
    return [int(row[1]) for row in rows if row]


def _find_hidden_columns(xml: bytes) -> set[int]:
    columns: set[int] = set()
    for match in _COLUMN.finditer(xml):
        if _HIDDEN.search(match[1]):
            span = {key: int(number) for key, number in _SPAN.findall(match[1])}
            if len(span) == 2:
                columns.update(range(span[b"min"], min(span[b"max"], _COLUMNS) + 1))
    return columns
