"""Sheets and shared texts whose XML is spelled as programs usually do: read by patterns that know all of it, or not at all.

A pattern that looks for something overlooks what is spelled otherwise. Here patterns account for every byte of a sheet's rows: where one
is left over, the sheet is not spelled as usual, and ``respell`` is to write it anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from styrxl.returns.marks import NO_MARKS, SheetMarks

LAST_COLUMN, LAST_ROW = 16_384, 1_048_576  # of Excel
KNOWN_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")  # to calamine
_PIECE = 1 << 20  # bytes of a sheet's rows that are taken apart at a time, so that a large one is never in memory as cells

_MAIN = rb"http://(?:schemas\.openxmlformats\.org/spreadsheetml/2006|purl\.oclc\.org/ooxml/spreadsheetml)/main"
_QUOTED = rb"(?:\"%b\"|'%b')"
_DECLARATION = rb"(?:\xef\xbb\xbf)?(?:<\?xml version=%b(?: encoding=%b)?(?: standalone=%b)? ?\?>\s{0,9})?" % tuple(
    _QUOTED % (part, part) for part in (rb"1\.0", rb"(?i:utf-8)", rb"\w{2,3}")
)
_ATTRIBUTES = rb'(?: [A-Za-z][\w:.-]{0,60}="[^"<&]{0,400}")*+'
_ROOT = rb'<%b(?: (?:xmlns="' + _MAIN + rb'"|(?!xmlns=)[A-Za-z][\w:.-]{0,60}="[^"<]{0,400}"))*+>'
_SHEET_ROOT = re.compile(_DECLARATION + _ROOT % b"worksheet")
_TEXTS_ROOT = re.compile(_DECLARATION + _ROOT % b"sst")

_TEXT = rb"[^<&]*+(?:&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});[^<&]*+)*+"
_FORMULA = rb"<f" + _ATTRIBUTES + rb"(?: ?/>|>[^<]*+</f>)"
_KINDS = (  # what may follow a cell's address and style: its type, and what it holds
    rb'(?: t="n")?{more}>(?:{formula})?<v>-?\d{1,40}(?:\.\d{1,40})?(?:[eE][-+]?\d{1,3})?</v>',
    rb' t="s"{more}><v>(\d{1,9})</v>',
    rb' t="str"{more}>(?:{formula})?(?:<v(?: xml:space="preserve")?>{text}</v>|<v ?/>)',
    rb' t="inlineStr"{more}><is>(?:{text}<(?!/is>)/?[A-Za-z][^<>]*+>)*+{text}</is>',
    rb' t="b"{more}>(?:{formula})?<v>[01]</v>',
    rb' t="d"{more}>(?:{formula})?<v>[\dT:.Z+-]{1,40}</v>',
    rb' t="e"{more}>(?:{formula})?<v>(' + "|".join(map(re.escape, KNOWN_ERRORS)).encode() + rb")</v>",
    rb'((?: t="n")?{more}>{formula}(?:<v></v>|<v ?/>)?| t="str"{more}>{formula})',
    rb"{more}>",
)


def _fill(pattern: bytes) -> bytes:
    more = rb'(?: (?:cm|vm|ph)="\d{1,6}")*+'
    return pattern.replace(b"{more}", more).replace(b"{formula}", _FORMULA).replace(b"{text}", _TEXT)


_CELL = re.compile(rb'(<c r="([A-Z]{1,3}[1-9]\d{0,6})"(?: s="\d{1,6}")?(?:' + b"|".join(map(_fill, _KINDS)) + rb")</c>)")
_EMPTY = re.compile(rb'<c r="[A-Z]{1,3}[1-9]\d{0,6}"' + _ATTRIBUTES + rb" ?/>")
_ROW = re.compile(rb'(<row((?: (?!r=)[A-Za-z][\w:.-]{0,60}="[^"<&]{0,400}")*+) r="([1-9]\d{0,6})"(' + _ATTRIBUTES + rb") ?/?>)")
_END_OF_ROW = b"</row>"
_HIDDEN = re.compile(rb' hidden="(?:1|true)"')
_COLUMNS = re.compile(rb"<cols>(?:<col" + _ATTRIBUTES + rb"(?: ?/>|></col>))*+</cols>")
_COLUMN = re.compile(rb"<col( [^<>]+)>")
_SPAN = re.compile(rb' (min|max)="(\d{1,5})"')
_ITEM, _NO_ITEM = b"<si>", b"<si/>"


class _UnusualError(Exception):
    """Rows that are not spelled as usual."""


def read_usual_sheet(xml: bytes, texts: int) -> SheetMarks | None:
    """Return the marks of a sheet of an xlsx; None where it is not spelled as usual in each byte of its rows.

    ``texts``: how many shared texts there are. Of what is spelled as usual each cell says where it stands, within seven digits and three
    letters, and no other stands there.
    """
    bounds = _find_rows(xml)
    if bounds is None:
        return None
    begin, end = bounds
    columns = _read_hidden_columns(xml[:begin])
    if columns is None:
        return None
    errors: dict[str, str] = {}
    uncalculated: list[bytes] = []
    hidden: list[int] = []
    last = 0
    try:
        for piece in _cut(xml, begin, end):
            cells = _take_cells(piece, texts)
            rows = [(int(number), before + after) for _, before, number, after in _take_rows(piece, cells)]
            if rows and rows[0][0] <= last:
                return None
            last = max((row for row, _ in rows), default=last)
            if b't="e"' in piece:
                errors |= {cell[1].decode(): cell[3].decode() for cell in cells if cell[3]}
            uncalculated += [cell[1] for cell in cells if cell[4]]
            hidden += [row for row, more in rows if _HIDDEN.search(more)] if b'hidden="' in piece else []
    except _UnusualError:
        return None
    if not (errors or uncalculated or hidden or columns):
        return NO_MARKS
    return SheetMarks(errors, frozenset(b" ".join(uncalculated).decode().split()), frozenset(hidden), columns)


def _find_rows(xml: bytes) -> tuple[int, int] | None:
    """Return where a sheet's rows begin and end; None where it is not spelled as usual around them."""
    root = _SHEET_ROOT.match(xml)
    begin = xml.find(b"<sheetData", root.end()) if root else -1
    if root is None or begin < 0 or b"<!" in xml or xml.find(b"<?", root.end()) >= 0:
        return None
    if xml.startswith(b"<sheetData/>", begin):
        end = start = begin + len(b"<sheetData/>")
    else:
        start, end = begin + len(b"<sheetData>"), xml.rfind(b"</sheetData>")
    whole = xml.startswith((b"<sheetData>", b"<sheetData/>"), begin) and end >= start
    return (start, end) if whole and xml.find(b"<sheetData", end) < 0 else None


def _read_hidden_columns(head: bytes) -> frozenset[int] | None:
    """Return the numbers of the columns that are hidden; None where what says so is not spelled as usual."""
    columns = _COLUMNS.search(head)
    if columns is None:
        return None if b"col " in head or b":col" in head or b"<col" in head else frozenset()
    if head.count(b"<col") != columns[0].count(b"<col"):
        return None
    hidden: set[int] = set()
    for column in _COLUMN.findall(columns[0]):
        if _HIDDEN.search(column):
            span = {key: int(number) for key, number in _SPAN.findall(column)}
            if len(span) != 2:
                return None
            hidden.update(range(span[b"min"], min(span[b"max"], LAST_COLUMN) + 1))
    return frozenset(hidden)


def _cut(xml: bytes, begin: int, end: int) -> Iterator[bytes]:
    """Yield a sheet's rows in pieces that end where a row does."""
    while end - begin > _PIECE:
        cut = xml.find(_END_OF_ROW, begin + _PIECE, end)
        if cut < 0:
            break
        yield xml[begin : cut + len(_END_OF_ROW)]
        begin = cut + len(_END_OF_ROW)
    yield xml[begin:end]


def _take_cells(piece: bytes, texts: int) -> Sequence[tuple[bytes, bytes, bytes, bytes, bytes]]:
    """Return cells that are not empty: XML, address, number of a shared text, error, formula without a value; raises _UnusualError."""
    cells: Sequence[tuple[bytes, bytes, bytes, bytes, bytes]] = _CELL.findall(piece)
    if len({cell[1] for cell in cells}) != len(cells) or max((int(cell[2]) for cell in cells if cell[2]), default=-1) >= texts:
        raise _UnusualError
    return cells


def _take_rows(piece: bytes, cells: Sequence[tuple[bytes, ...]]) -> Sequence[tuple[bytes, bytes, bytes, bytes]]:
    """Return the rows (XML, attributes, number, attributes); raises _UnusualError where anything else is left of the piece."""
    rows: Sequence[tuple[bytes, bytes, bytes, bytes]] = _ROW.findall(piece)
    known = sum(len(cell[0]) for cell in cells) + sum(len(row[0]) for row in rows) + len(_END_OF_ROW) * piece.count(_END_OF_ROW)
    if known != len(piece) and known + sum(map(len, _EMPTY.findall(piece))) != len(piece):
        raise _UnusualError
    begun = sum(not row[0].endswith(b"/>") for row in rows)
    if begun != piece.count(_END_OF_ROW) or len({row[2] for row in rows}) != len(rows):
        raise _UnusualError
    return rows


def count_usual_texts(xml: bytes) -> int | None:
    """Return how many shared texts there are; None where they are not spelled as usual."""
    root = _TEXTS_ROOT.match(xml)
    if root is None or b"<!" in xml or xml.find(b"<?", root.end()) >= 0:
        return None
    count = xml.count(_ITEM)
    if not count:
        return 0 if xml[root.end() :].strip() == b"</sst>" else None
    empty = xml.count(_NO_ITEM)
    return count + empty if xml.count(b"<si") == count + empty and xml.count(b":si") == 0 and xml.count(b"</si>") == count else None
