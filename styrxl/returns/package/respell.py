"""XML that is not spelled as usual, read by a parser and written anew as programs usually write it: the same cells, in the usual bytes.

What follows (the patterns of ``usual_xml``, calamine) thereby sees one spelling alone. What contradicts itself is refused, and named.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from xml.parsers.expat import ExpatError, ParserCreate
from xml.sax.saxutils import escape

from styrxl.model.column_letters import column_letter, column_number
from styrxl.returns.package.marks import PreparedSheet, SheetMarks
from styrxl.returns.package.unpack import make_unreadable
from styrxl.returns.package.usual_xml import KNOWN_ERRORS, LAST_COLUMN, LAST_ROW

_OURS = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "",
}
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KEPT = {  # attributes of other namespaces that mean something to a reader, and how they are usually written
    "http://www.w3.org/XML/1998/namespace space": "xml:space",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id": "r:id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id": "r:id",
}
_ERROR = re.compile(r"#(?:N/A|[^\s#]{1,30}[!?])")  # that some programs write as the text that a formula gave
_SHEET_PARTS = {"cols", "sheetData", "mergeCells"}  # all of a sheet that a reader needs
_NEVER_SHORT = {"t", "is", "sheetData", "row"}  # written with an end of their own even where they are empty
_QUOTE = {'"': "&quot;"}
_OF_ROWS = {"row", "c", "v", "is", "f"}
_ROOT = f'xmlns="{_MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_ADDRESS = re.compile(r"([A-Za-z]{1,3})0{0,9}([1-9][0-9]{0,6})")
_WHOLE = re.compile(r"[0-9]{1,7}")
_NOTHING = re.compile(r"0(?:\.0{1,20})?")
_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][-+]?[0-9]{1,3})?")
_BYTE_ORDER = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_DECLARATION = re.compile(r"\s*<\?xml[^<>]*\?>")
# Cells that are styled and empty, whose attributes are few and plain; a cell that does not say where it stands; the words of a formula.
_NAMED = rb"(?:[\w.-]{1,40}:)?"
_EMPTY_CELL = re.compile(
    rb"<"
    + _NAMED
    + rb"c(?=\s)(?:\s+[\w:.-]{1,40}\s?=\s?(?:\"[^\"<&]{0,99}\"|'[^'<&]{0,99}')){1,9}\s{0,99}(?:/>|>\s{0,99}</"
    + _NAMED
    + rb"c\s?>)"
)
_UNPLACED_CELL = re.compile(rb"<" + _NAMED + rb"c(?:[/>]|\s+(?!r\s?=)(?![^<>]*\sr\s?=))")
_WORDS = re.compile(rb"(<" + _NAMED + rb"f(?:\s[^<>]{0,400})?>)[^<]+(?=</)")


def respell_sheet(xml: bytes, sheet: str, texts: int, *, formulas: bool = False) -> PreparedSheet:
    """Return a sheet in the usual spelling; raises RefusedError.

    ``texts``: how many shared texts there are; ``formulas``: whether their words are wanted.
    """
    respeller = _SheetRespeller(sheet, texts)
    plain = encode_plainly(xml)
    respeller.feed(plain if formulas else _shorten(plain))
    marks = SheetMarks(
        respeller.errors, frozenset(respeller.uncalculated), frozenset(respeller.hidden_rows), frozenset(respeller.hidden_columns)
    )
    return PreparedSheet(respeller.xml(), marks, respeller.values)


def respell_texts(xml: bytes) -> tuple[bytes, int]:
    """Return shared texts in the usual spelling, and how many there are; raises RefusedError."""
    respeller = _Respeller()
    respeller.feed(encode_plainly(xml))
    return respeller.xml(), respeller.items


def encode_plainly(xml: bytes) -> bytes:
    """Return XML in two bytes a character as UTF-8, which is quicker to look through; any other as it is."""
    encoding = _BYTE_ORDER.get(xml[:2])
    if encoding is None:
        return xml
    try:
        return _DECLARATION.sub("", xml.decode(encoding), count=1).encode()
    except UnicodeError as error:
        raise make_unreadable("damaged") from error


def _shorten(xml: bytes) -> bytes:
    """Return a sheet without its empty cells and the words of its formulas; all of it where a cell's place follows from others'."""
    if b"<!" in xml or _UNPLACED_CELL.search(xml):
        return xml
    return _WORDS.sub(rb"\1=", _EMPTY_CELL.sub(b"", xml))


class _Respeller:
    """Writes XML anew while it is parsed: without prefixes, comments, white space between tags, and what is of no program but one."""

    wanted: Collection[str] = ()  # elements below the root, if not all are

    def __init__(self) -> None:
        self.items = 0
        self._pieces: list[str] = []
        self._skipped = 0  # how deep in an element that is left out
        self._in_rows = False
        self._depth = 0
        self._text: list[str] | None = None  # pieces of the text that is being read

    def feed(self, xml: bytes) -> None:
        """Parse a part; raises RefusedError."""
        parser = ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._read_text
        try:
            parser.Parse(xml, True)
        except (ExpatError, ValueError, LookupError) as error:
            raise make_unreadable("damaged") from error

    def xml(self) -> bytes:
        """Return what has been written."""
        return "".join(self._pieces).encode("utf-8", "replace")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        space, name = _split(tag)
        if self._skipped or space not in _OURS or name == "extLst":
            self._skipped += 1
            if (self._in_rows and name in _OF_ROWS) or (space in _OURS and name in {"sheetData", "si"}):
                raise make_unreadable("damaged")  # whether a program reads it depends on the program
            return
        if self._depth == 1 and self.wanted and name not in self.wanted:
            self._skipped = 1
            return
        self._depth += 1
        self._begin(name, attributes)

    def _end(self, tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        self._depth -= 1
        self._finish(_split(tag)[1])

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self.items += name == "si"
        self._text = [] if name == "t" else None
        self._in_rows |= name == "sheetData"
        self._pieces.append(f"<{name}{'' if self._depth > 1 else ' ' + _ROOT}{_write(attributes) if attributes else ''}>")

    def _finish(self, name: str) -> None:
        if self._text is not None:
            self._pieces.append(escape("".join(self._text)))
            self._text = None
        self._in_rows &= name != "sheetData"
        last = self._pieces[-1]
        if name not in _NEVER_SHORT and last.startswith(f"<{name}") and not last.endswith("/>"):
            self._pieces[-1] = f"{last[:-1]}/>"
        else:
            self._pieces.append(f"</{name}>")

    def _read_text(self, text: str) -> None:
        if self._text is not None and not self._skipped:
            self._text.append(text)


class _SheetRespeller(_Respeller):
    """Writes a sheet anew, each cell with its address, and collects its marks and values."""

    wanted = _SHEET_PARTS

    def __init__(self, sheet: str, texts: int) -> None:
        super().__init__()
        self.errors: dict[str, str] = {}
        self.uncalculated: set[str] = set()
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.values: dict[str, float | None] = {}
        self._sheet, self._texts = sheet, texts
        self._row = self._column = 0
        self._cell = ""
        self._kind, self._style = "n", ""
        self._begun = 0  # where among the pieces the cell's content begins
        self._formula: str | None = None
        self._value: str | None = None
        self._seen: dict[str, str] = {}  # cell -> as it was written

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name == "row":
            self._begin_row(attributes)
        elif self._cell and name in {"f", "v"}:
            self._text = []
        elif self._cell and name == "is":
            self._pieces.append("<is>")
        else:
            if name == "col" and _is_hidden(attributes, "width"):
                first, last = (_whole(attributes.get(key, "")) for key in ("min", "max"))
                self.hidden_columns |= {*range(first, min(last, LAST_COLUMN) + 1)}
            super()._begin(name, attributes)

    def _finish(self, name: str) -> None:
        if name == "c":
            self._finish_cell()
        elif self._cell and name == "f":
            self._formula, self._text = "".join(self._text or ()), None
        elif self._cell and name == "v":
            if self._value is not None:
                raise self._refuse("cell_twice")
            self._value, self._text = "".join(self._text or ()), None
        else:
            super()._finish(name)

    def _begin_row(self, attributes: dict[str, str]) -> None:
        text = attributes.get("r")
        self._row, self._column = self._row + 1 if text is None else _whole(text), 0
        if not 0 < self._row <= LAST_ROW:
            raise make_unreadable("no_such_cell", sheet=self._sheet, named=self._row)
        hidden = _is_hidden(attributes, "ht")
        if hidden:
            self.hidden_rows.add(self._row)
        self._pieces.append(f'<row r="{self._row}"{" hidden=" + chr(34) + "1" + chr(34) if hidden else ""}>')

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        row = self._row
        if (text := attributes.get("r")) is None:
            self._column += 1
        else:
            match = _ADDRESS.fullmatch(text.strip())
            self._column, row = (column_number(match[1]), int(match[2])) if match else (0, 0)
        if not (0 < self._column <= LAST_COLUMN and 0 < row <= LAST_ROW):
            raise make_unreadable("no_such_cell", sheet=self._sheet, named=(text or "")[:40])
        self._cell = f"{column_letter(self._column)}{row}"
        self._kind, self._style = attributes.get("t", "n").strip(), attributes.get("s", "").strip()
        self._formula = self._value = None
        self._begun = len(self._pieces)

    def _finish_cell(self) -> None:
        cell, content = self._cell, "".join(self._pieces[self._begun :])
        del self._pieces[self._begun :]
        written = self._write_cell(content)
        stands = cell in self._seen
        if self._seen.setdefault(cell, written) != written:
            raise self._refuse("cell_twice")
        style = f' s="{int(self._style)}"' if _WHOLE.fullmatch(self._style) else ""
        if written and not stands:
            self._pieces.append(f'<c r="{cell}"{style}{written}</c>')
        self._cell = ""

    def _write_cell(self, content: str) -> str:
        """Return what follows a cell's address and style, '' for one that is empty."""
        kind, value = self._kind, self._value
        formula = "" if self._formula is None else f"<f>{escape(self._formula)}</f>"
        if kind == "inlineStr" and content:
            return f' t="inlineStr">{content}'
        if kind == "e":
            return self._write_error(formula)
        if kind == "str" and formula and _ERROR.fullmatch((value or "").strip()):
            return self._write_error(formula)
        if kind in {"str", "inlineStr"} and value is not None:
            return f' t="str">{formula}<v xml:space="preserve">{escape(value)}</v>'
        if value is None or not value.strip():
            if formula:
                self.uncalculated.add(self._cell)
            return f">{formula}" if formula else ""
        return self._write_value(value.strip(), formula)

    def _write_value(self, value: str, formula: str) -> str:
        kind = self._kind
        if kind == "s":
            if not (_WHOLE.fullmatch(value) and int(value) < self._texts):
                raise self._refuse("no_such_text")
            return f' t="s"><v>{int(value)}</v>'
        if kind == "b" and value in {"0", "1", "false", "true"}:
            return f' t="b">{formula}<v>{int(value in {"1", "true"})}</v>'
        if kind == "d":
            return f' t="d">{formula}<v>{escape(value)}</v>'
        if kind != "n":
            raise self._refuse("damaged_cell")
        return self._write_number(value, formula)

    def _write_error(self, formula: str) -> str:
        shown = (self._value or "").strip() or "#"
        self.errors[self._cell] = shown
        return f' t="e">{formula}<v>{shown if shown in KNOWN_ERRORS else "#VALUE!"}</v>'

    def _write_number(self, value: str, formula: str) -> str:
        try:
            number = float(value)
        except ValueError:
            return f' t="str">{formula}<v>{escape(value)}</v>'  # no number: whoever reads it is to say so
        usual = value if _NUMBER.fullmatch(value) else repr(number)
        if not _NUMBER.fullmatch(usual):
            return f' t="str">{formula}<v>{escape(value)}</v>'
        self.values[self._cell] = number
        return f">{formula}<v>{usual}</v>"

    def _refuse(self, why: str) -> Exception:
        return make_unreadable(why, sheet=self._sheet, cell=self._cell)


@lru_cache(maxsize=1_000)
def _split(tag: str) -> tuple[str, str]:
    """Return the namespace and the name of an element, as the parser gives it."""
    space, _, name = tag.rpartition(" ")
    return space, name


def _write(attributes: Mapping[str, str]) -> str:
    named = ((name if " " not in name else _KEPT.get(name), value) for name, value in attributes.items())
    return "".join(f' {name}="{value if value.isalnum() else escape(value, _QUOTE)}"' for name, value in named if name)


def _whole(text: str) -> int:
    """Return a whole number; raises RefusedError where a text is none, or one far beyond the rows and columns that there are."""
    if not _WHOLE.fullmatch(text.strip()):
        raise make_unreadable("damaged")
    return int(text)


def _is_hidden(attributes: Mapping[str, str], size: str) -> bool:
    """Whether a row or column is hidden, or of no size, which shows the same."""
    no_size = _NOTHING.fullmatch(attributes.get(size, "").strip()) is not None
    return no_size or attributes.get("hidden", "").strip() in {"1", "true"}
