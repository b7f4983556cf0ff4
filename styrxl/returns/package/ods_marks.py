"""What an OpenDocument spreadsheet says of its cells besides their values, and the values that whoever reads it must find there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate

from styrxl.model.column_letters import column_letter
from styrxl.returns.package.marks import PreparedSheet, SheetMarks
from styrxl.returns.package.unpack import make_unreadable
from styrxl.returns.package.usual_xml import LAST_COLUMN, LAST_ROW
from styrxl.returns.shown.appearance import Appearance
from styrxl.returns.shown.number_formats import ShownNumber
from styrxl.returns.shown.shown_texts import see_number

_TABLE, _OFFICE, _TEXT, _STYLE, _MORE = (
    f"{name} "
    for name in (
        "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
        "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    )
)
_ROW, _COLUMN, _GROUPS = f"{_TABLE}table-row", f"{_TABLE}table-column", {f"{_TABLE}table-row-group", f"{_TABLE}table-column-group"}
_CELLS = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}
_NUMBERS = {"float", "percentage", "currency"}
_MOST = 1_000  # columns of one repeated cell that are marked: beyond them nothing is asked
# As Excel and LibreOffice show errors, in Swedish and English: of a formula anything alike, of a constant what nobody writes as an answer.
_ERROR = re.compile(r"(?:Err|Fel):\d{3}|#(?:N/A|SAKNAS!?|[^\s#]{1,30}[!?])")
_CONSTANT = re.compile(
    r"#(?:N/A|DIV/0!|REF!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|SAKNAS!?|DIVISION/0!|REFERENS!|V[ÄA]RDEFEL!|NAMN\?|OGILTIGT!|SKÄRNING!)"
)


def read_ods_sheets(content: bytes) -> Mapping[str, PreparedSheet]:
    """Return the sheets of an ods by name, from its ``content.xml``; raises RefusedError."""
    parser, reader = ParserCreate(namespace_separator=" "), _Reader()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = reader.start, reader.end, reader.read_text
    try:
        parser.Parse(content, True)
    except (ExpatError, ValueError, LookupError) as error:
        raise make_unreadable("damaged") from error
    return {
        name: PreparedSheet(
            b"",
            SheetMarks(s.errors, frozenset(s.uncalculated), frozenset(s.hidden_rows), frozenset(s.hidden_columns)),
            s.values,
            Appearance(unseen=frozenset(s.unseen), struck=frozenset(s.struck), merged=tuple(s.merged), notes=s.notes),
            s.shown,
        )
        for name, s in reader.sheets.items()
    }


@dataclass(slots=True)
class _Sheet:
    errors: dict[str, str] = field(default_factory=dict)
    uncalculated: set[str] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    values: dict[str, float | None] = field(default_factory=dict)
    shown: dict[str, ShownNumber] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)
    struck: set[str] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    row: int = 1
    column: int = 1


class _Reader:
    """Collects the marks of all sheets while their XML is parsed."""

    def __init__(self) -> None:
        self.sheets: dict[str, _Sheet] = {}
        self._sheet: _Sheet | None = None
        self._depth = 0
        self._tables = 0  # a cell may hold another table
        self._hidden: list[int] = []  # depths of groups that are closed
        self._row: Mapping[str, str] = {}
        self._filled = False  # whether anything stands in the row
        self._cell: Mapping[str, str] | None = None
        self._cell_depth = 0
        self._paragraphs: list[str] = []
        self._reads = False
        self._style = ""  # that is being described
        self._struck: set[str] = set()  # styles that cross out
        self._is_struck = False  # whether the cell's text is, or a part of it
        self._note: list[str] | None = None  # paragraphs of the cell's note
        self._note_depth = 0
        self._in_note = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        self._depth += 1
        if tag == f"{_TABLE}table":
            self._tables += 1
            if self._tables == 1:
                self._sheet = self.sheets.setdefault(attributes.get(f"{_TABLE}name", ""), _Sheet())
        if self._sheet is None or self._tables != 1:
            self._describe(tag, attributes)
            return
        if tag in _CELLS:
            self._cell, self._cell_depth, self._paragraphs, self._note = attributes, self._depth, [], None
            self._is_struck = attributes.get(f"{_TABLE}style-name") in self._struck
        elif self._cell is not None:
            self._start_in_cell(tag, attributes)
        elif tag == _ROW:
            self._row, self._filled, self._sheet.column = attributes, False, 1
        elif tag == _COLUMN:
            self._pass_columns(self._sheet, attributes)
        elif tag in _GROUPS and attributes.get(f"{_TABLE}display") == "false":
            self._hidden.append(self._depth)

    def _start_in_cell(self, tag: str, attributes: Mapping[str, str]) -> None:
        if attributes.get(f"{_TEXT}style-name") in self._struck:
            self._is_struck = True
        if tag == f"{_OFFICE}annotation":
            self._note, self._note_depth = [], self._depth
        elif tag == f"{_TEXT}p" and self._note is not None and self._depth == self._note_depth + 1:
            self._note.append("")
            self._in_note = True
        elif tag == f"{_TEXT}p" and self._depth == self._cell_depth + 1:
            self._reads = True
            self._paragraphs.append("")

    def read_text(self, text: str) -> None:
        """Take a text."""
        if self._reads:
            self._paragraphs[-1] += text
        elif self._in_note and self._note:
            self._note[-1] += text

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        if self._sheet is not None and self._tables == 1:
            if tag in _CELLS and self._cell is not None and self._depth == self._cell_depth:
                self._finish_cell(self._sheet, self._cell)
            elif self._reads and self._depth == self._cell_depth + 1:
                self._reads = False
            elif self._in_note and self._depth == self._note_depth + 1:
                self._in_note = False
            elif tag == _ROW:
                self._finish_row(self._sheet)
        if tag == f"{_TABLE}table":
            self._tables -= 1
            if not self._tables:
                self._sheet, self._hidden = None, []
        if self._hidden and self._hidden[-1] == self._depth:
            self._hidden.pop()
        self._depth -= 1

    def _describe(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take what a style says, which stands before all sheets."""
        if tag == f"{_STYLE}style":
            self._style = attributes.get(f"{_STYLE}name", "")
        elif tag == f"{_STYLE}text-properties" and attributes.get(f"{_STYLE}text-line-through-style", "none") != "none":
            self._struck.add(self._style)

    def _see_cell(self, sheet: _Sheet, cell: Mapping[str, str]) -> None:
        """Take what a cell looks like; one that is repeated has neither a note nor others merged with it."""
        address = f"{column_letter(sheet.column)}{sheet.row}"
        across, down = (_count(cell, f"number-{what}-spanned", _MOST) for what in ("columns", "rows"))
        if across > 1 or down > 1:
            sheet.merged.append(f"{address}:{column_letter(sheet.column + across - 1)}{sheet.row + down - 1}")
        if self._note is not None and (text := "\n".join(self._note).strip()):
            sheet.notes[address] = text
        self._note = None

    def _see_number(self, sheet: _Sheet, address: str, text: str) -> None:
        """Take what shows of a number; a writer that gives no text at all leaves it to whoever opens the file."""
        number = sheet.values[address]
        if number is None or not self._paragraphs:
            return
        if not text and number:
            sheet.unseen.add(address)
        elif (seen := see_number(number, text)) != ShownNumber(number):
            sheet.shown[address] = seen

    def _pass_columns(self, sheet: _Sheet, attributes: Mapping[str, str]) -> None:
        count = _count(attributes, "number-columns-repeated", LAST_COLUMN)
        if self._hidden or attributes.get(f"{_TABLE}visibility", "visible") != "visible":
            sheet.hidden_columns.update(range(sheet.column, min(sheet.column + count, LAST_COLUMN + 1)))
        sheet.column = min(sheet.column + count, LAST_COLUMN + 1)

    def _finish_row(self, sheet: _Sheet) -> None:
        count = _count(self._row, "number-rows-repeated", LAST_ROW)
        if self._filled and (self._hidden or self._row.get(f"{_TABLE}visibility", "visible") != "visible"):
            sheet.hidden_rows.update(range(sheet.row, min(sheet.row + count, LAST_ROW + 1)))
        sheet.row, sheet.column = min(sheet.row + count, LAST_ROW + 1), 1

    def _finish_cell(self, sheet: _Sheet, cell: Mapping[str, str]) -> None:
        shown, kind = "\n".join(self._paragraphs).strip(), cell.get(f"{_OFFICE}value-type", "")
        count, self._cell = _count(cell, "number-columns-repeated", LAST_COLUMN), None
        formula = f"{_TABLE}formula" in cell
        self._see_cell(sheet, cell)
        wrong = cell.get(f"{_MORE}value-type") == "error" or bool((_ERROR if formula else _CONSTANT).fullmatch(shown))
        if wrong or kind or formula or shown:
            self._filled = True
            columns = range(sheet.column, min(sheet.column + count, sheet.column + _MOST, LAST_COLUMN + 1))
            rows = range(sheet.row, min(sheet.row + _count(self._row, "number-rows-repeated", _MOST), LAST_ROW + 1))
            for address in (f"{column_letter(column)}{row}" for row in rows for column in columns):
                if wrong:
                    sheet.errors[address] = shown or "#"
                elif formula and not kind and not self._paragraphs:
                    sheet.uncalculated.add(address)
                elif kind in _NUMBERS or shown:
                    sheet.values[address] = _read_number(cell.get(f"{_OFFICE}value", "")) if kind in _NUMBERS else None
                    self._see_number(sheet, address, shown)
                if self._is_struck:
                    sheet.struck.add(address)
        sheet.column = min(sheet.column + count, LAST_COLUMN + 1)


def _count(attributes: Mapping[str, str], name: str, most: int) -> int:
    text = attributes.get(f"{_TABLE}{name}", "1").strip()
    return max(1, min(int(text), most)) if re.fullmatch(r"[0-9]{1,9}", text) else 1


def _read_number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise make_unreadable("damaged") from error
