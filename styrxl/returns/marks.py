"""Read from a sheet's XML what calamine does not give: errors, formulas without a value, hidden rows and columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate

from styrxl.model.column_letters import column_letter, column_number

_COLUMNS = 16_384
_ERROR_CELL = re.compile(
    rb'<c r="([A-Z]{1,3}\d{1,7})"[^>]{0,80} t="e"[^>]{0,80}>(?:<f[^>]{0,200}>[^<]{0,8192}</f>|<f[^>]{0,200}/>)?'
    rb"<v(?: [^<>]{0,80})?>([^<&]{1,40})</v>"
)
_NO_VALUE = re.compile(rb"(?:</f>|<f[^<>]{0,200}/>)(?:<v(?: [^<>]{0,80})?(?:></v>|/>))?</c>")
_CELL = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"([^<>]{0,200})>')
_PLAIN = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"(?: s="\d{1,6}")?><f/></c>')
_EMPTY_TEXT = re.compile(rb'<c r="[A-Z]{1,3}\d{1,7}"(?: s="\d{1,6}")? t="str"><f/><v></v></c>')
_HIDDEN = re.compile(rb'hidden="(?:1|true)"')
_ROW = re.compile(rb'<row r="(\d{1,7})"([^<>]{0,400})>')
_COLUMN = re.compile(rb"<col ([^<>]{1,300})>")
_SPAN = re.compile(rb'\b(min|max)="(\d{1,5})"')

# None of these stands in a sheet that is spelled as the patterns above know it, beside what ``prepare_sheet`` has seen to: comments and
# CDATA, entities in attributes, white space between tags or around signs. Where they stand in a text the sheet is parsed, too.
_UNUSUAL = (b"<!", b"> <", b'= "')
_UNUSUAL_NEAR = {b"'": (b"='",), b"&": (b'="&',)}  # by a sign that is found sooner
_UNUSUAL_SPACE = {
    space: (b">" + space, b'"' + space, *(tag + space for tag in (b"<c", b"<row", b"<col"))) for space in (b"\n", b"\r", b"\t")
}


@dataclass(frozen=True, slots=True)
class SheetMarks:
    """Errors, formulas without a value, hidden rows and columns of a sheet; empty for xls, xlsb and ods, which have no such XML."""

    errors: Mapping[str, str] = field(default_factory=dict)  # cell -> #DIV/0! …
    uncalculated: frozenset[str] = frozenset()  # cells with a formula and no value
    hidden_rows: frozenset[int] = frozenset()  # Excel rows
    hidden_columns: frozenset[int] = frozenset()  # 1 = A


NO_MARKS = SheetMarks()


def read_marks(xml: bytes) -> SheetMarks:
    """Return the marks of a sheet of an xlsx in which each cell and row begins with its address, and no tag has a prefix.

    Patterns find them where all else is spelled as usual, too; else a parser does. Raises as ``parse_marks``.
    """
    if not _is_usual(xml):
        return parse_marks(xml)
    errors = {m[1].decode(): m[2].decode("utf-8", "replace") for m in _ERROR_CELL.finditer(xml)} if b't="e"' in xml else {}
    if len(errors) != xml.count(b't="e"'):
        return parse_marks(xml)
    uncalculated = frozenset(_find_uncalculated(xml))
    if not _HIDDEN.search(xml):
        return SheetMarks(errors, uncalculated) if errors or uncalculated else NO_MARKS
    rows = xml.find(b"<sheetData")
    return SheetMarks(errors, uncalculated, frozenset(_find_hidden_rows(xml[rows:])), frozenset(_find_hidden_columns(xml[:rows])))


def _is_usual(xml: bytes) -> bool:
    root = max(xml.find(b"<worksheet", 0, 4_000), 0)
    near = {**_UNUSUAL_NEAR, **_UNUSUAL_SPACE}
    parts = (*_UNUSUAL, *(part for sign, parts in near.items() if xml.find(sign, root) >= 0 for part in parts))
    return all(xml.find(part, root) < 0 for part in parts)


def _find_uncalculated(xml: bytes) -> list[str]:
    plain = _PLAIN.findall(xml)
    if len(plain) + len(_EMPTY_TEXT.findall(xml)) == len(_NO_VALUE.findall(xml)):  # the usual case: all of them at once
        return b" ".join(plain).decode().split()
    cells = []
    for match in _NO_VALUE.finditer(xml):
        cell = _CELL.match(xml, xml.rfind(b"<c ", 0, match.start()))
        # A formula that gives an empty text has an empty value too, and says that it is a text.
        is_empty_text = cell is not None and b't="str"' in cell[2] and b"<v" in match[0]
        if cell and not is_empty_text:
            cells.append(cell[1].decode())
    return cells


def _find_hidden_rows(xml: bytes) -> list[int]:
    return [int(row[1]) for row in _ROW.finditer(xml) if _HIDDEN.search(row[2])]


def _find_hidden_columns(xml: bytes) -> set[int]:
    columns: set[int] = set()
    for match in _COLUMN.finditer(xml):
        if _HIDDEN.search(match[1]):
            span = {key: int(number) for key, number in _SPAN.findall(match[1])}
            if len(span) == 2:
                columns.update(range(span[b"min"], min(span[b"max"], _COLUMNS) + 1))
    return columns


def parse_marks(xml: bytes) -> SheetMarks:
    """Return the marks of a sheet, however its XML is spelled; raises ValueError where it is no XML, or an address none."""
    parser = _MarksParser()
    try:
        parser.feed(xml)
    except ExpatError as error:
        raise ValueError(str(error)) from error
    return SheetMarks(parser.errors, frozenset(parser.uncalculated), frozenset(parser.hidden_rows), frozenset(parser.hidden_columns))


class _MarksParser:
    """Collects a sheet's marks while its XML is parsed."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}
        self.uncalculated: set[str] = set()
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self._row = self._column = 0
        self._cell, self._type = "", ""
        self._has_formula = self._has_value = False
        self._value: list[str] | None = None  # pieces of the value that is being read
        self._text = ""

    def feed(self, xml: bytes) -> None:
        """Parse a sheet; raises ExpatError, ValueError."""
        parser = ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._read_text
        parser.Parse(xml, True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
            if _says_yes(attributes.get("hidden")):
                self.hidden_rows.add(self._row)
        elif name == "c":
            self._start_cell(attributes)
        elif name == "f":
            self._has_formula = True
        elif name == "v":
            self._has_value, self._value = True, []
        elif name == "col" and _says_yes(attributes.get("hidden")):
            self.hidden_columns |= {*range(int(attributes["min"]), min(int(attributes["max"]), _COLUMNS) + 1)}

    def _start_cell(self, attributes: dict[str, str]) -> None:
        address = attributes.get("r", "").upper()
        self._column = column_number(address.rstrip("0123456789")) if address else self._column + 1
        self._cell = address or f"{column_letter(self._column)}{self._row}"
        self._type, self._has_formula, self._has_value, self._text = attributes.get("t", "n"), False, False, ""

    def _read_text(self, text: str) -> None:
        if self._value is not None:
            self._value.append(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if name == "v" and self._value is not None:
            self._text, self._value = "".join(self._value), None
        elif name == "c":
            if self._type == "e":
                self.errors[self._cell] = self._text.strip()
            elif self._has_formula and not self._text and not (self._type == "str" and self._has_value):
                self.uncalculated.add(self._cell)


def _says_yes(text: str | None) -> bool:
    return text is not None and text.strip() in {"1", "true"}
