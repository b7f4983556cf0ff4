"""Sheets and shared texts whose XML is spelled as programs usually do: read by patterns that know all of it, or not at all.

A pattern that looks for something overlooks what is spelled otherwise. Here patterns account for every byte of a sheet's rows: where one
is left over, the sheet is not spelled as usual, and ``respell`` is to write it anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from styrxl.returns.package.marks import NO_MARKS, SheetMarks

LAST_COLUMN, LAST_ROW = 16_384, 1_048_576  # of Excel
KNOWN_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")  # to calamine
# Repeated groups may go back (``*``, not ``*+``): Pythons before 3.11.5 mismatch those that may not. What follows them begins otherwise,
# and nothing matches in two ways: that would double the time for each row above one that is unusual.
_PIECE = 1 << 20  # bytes of a sheet's rows that are taken apart at a time, so that a large one is never in memory as cells
_SHORT = 16_000  # bytes before the rows that are worth remembering

_MAIN = rb"http://(?:schemas\.openxmlformats\.org/spreadsheetml/2006|purl\.oclc\.org/ooxml/spreadsheetml)/main"
_QUOTED = rb"(?:\"%b\"|'%b')"
_DECLARATION = rb"(?:\xef\xbb\xbf)?(?:<\?xml version=%b(?: encoding=%b)?(?: standalone=%b)? ?\?>\s{0,9})?" % tuple(
    _QUOTED % (part, part) for part in (rb"1\.0", rb"(?i:utf-8)", rb"\w{2,3}")
)
_ATTRIBUTES = rb'(?: [A-Za-z][\w:.-]{0,60}="[^"<&]{0,400}")*'
_ROOT = rb'<%b(?: (?:xmlns="' + _MAIN + rb'"|(?!xmlns=)[A-Za-z][\w:.-]{0,60}="[^"<]{0,400}"))*>'
_SHEET_ROOT = re.compile(_DECLARATION + _ROOT % b"worksheet")
_TEXTS_ROOT = re.compile(_DECLARATION + _ROOT % b"sst")

_TEXT = rb"[^<&]*+(?:&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});[^<&]*+)*"
_FORMULA = rb"<f" + _ATTRIBUTES + rb"(?: ?/>|>[^<]*+</f>)"
# What may follow a cell's address and style: its type, and what it holds. Nothing is captured: groups within a repetition that does not
# go back (``*+``) make Python's re raise SystemError on some rows. What a form has most of is tried first.
_KINDS = (
    rb"><f/>",
    rb' t="s"{more}><v>\d{1,9}</v>',
    rb'(?: t="n")?{more}>(?:{formula})?<v>-?\d{1,40}(?:\.\d{1,40})?(?:[eE][-+]?\d{1,3})?</v>',
    rb' t="str"{more}>(?:{formula})?(?:<v(?: xml:space="preserve")?>(?!#(?:N/A|[^\s#<]{1,30}[!?])<){text}</v>|<v ?/>)',
    rb' t="inlineStr"{more}><is>(?:{text}<(?!/is>)/?[A-Za-z][^<>]*+>)*{text}</is>',
    rb' t="b"{more}>(?:{formula})?<v>[01]</v>',
    rb' t="d"{more}>(?:{formula})?<v>[\dT:.Z+-]{1,40}</v>',
    rb' t="e"{more}>(?:{formula})?<v>(?:' + "|".join(map(re.escape, KNOWN_ERRORS)).encode() + rb")</v>",
    rb'(?:(?!><f/></c>)(?: t="n")?{more}>{formula}(?:<v></v>|<v ?/>)?| t="str"{more}>{formula})',
    rb"{more}>",
)


def _fill(pattern: bytes) -> bytes:
    more = rb'(?: (?:cm|vm|ph)="\d{1,6}")*'
    return pattern.replace(b"{more}", more).replace(b"{formula}", _FORMULA).replace(b"{text}", _TEXT)


_CELL = rb'<c r="[A-Z]{1,3}[1-9]\d{0,6}"(?: s="\d{1,6}")?(?:' + b"|".join(map(_fill, _KINDS)) + rb")</c>"
_EMPTY = rb'<c r="[A-Z]{1,3}[1-9]\d{0,6}"' + _ATTRIBUTES + rb" ?/>"
_ROW = rb'<row(?: (?!r=)[A-Za-z][\w:.-]{0,60}="[^"<&]{0,400}")* r="[1-9]\d{0,6}"' + _ATTRIBUTES
_ROWS = re.compile(rb"(?:%b ?(?:/>|>(?:%b|%b)*</row>))*" % (_ROW, _CELL, _EMPTY))
# What is found by these stands where it seems to, once the pattern above has accounted for every byte: no text holds a ``<``.
_TAG = re.compile(rb'<row(?:( [^<>]*?)|) r="(\d+)"([^<>]*)>')
_NUMBER = re.compile(rb'<row[^<>]*? r="(\d+)"')
_FILLED = re.compile(rb'<c r="([^"]++)"[^/>]*+>')
_SHARED = re.compile(rb' t="s"[^<>]*><v>(\d+)')
_ERROR = re.compile(rb'<c r="([A-Z]+\d+)"[^<>]* t="e"[^<>]*>(?:<f[^<>]*/>|<f[^<>]*>[^<]*</f>)?<v>([^<]*)')
_PLAIN = re.compile(rb'<c r="([A-Z]++\d++)"(?: s="\d++")?+><f/></c>')
# A formula and what follows it, where that is no value; and the same in a cell that says that its value is an empty text.
_VALUELESS = re.compile(rb"<f[^<>]*(?:/>|>[^<]*</f>)(?:<v></v>|<v ?/>|)</c>")
_EMPTY_TEXTS = (b' t="str"><f/><v></v></c>', b' t="str"><f/><v/></c>', b' t="str"><f/><v /></c>')
_NO_VALUE = re.compile(rb'<c r="([A-Z]+\d+)"([^<>]*)>(?:<f[^<>]*/>|<f[^<>]*>[^<]*</f>)(<v></v>|<v ?/>)?</c>')
_ROWS_BEGIN, _END_OF_ROW = b"<sheetData", b"</row>"
_UNUSUAL, _UNUSUAL_END = re.compile(rb"<[!?]"), re.compile(rb"<(?:[!?]|sheetData)")
_HIDDEN = re.compile(rb' (?:hidden="(?:1|true)"|(?:ht|width)="0(?:\.0{1,20})?")')
_COLUMNS = re.compile(rb"<cols>(?:<col" + _ATTRIBUTES + rb"(?: ?/>|></col>))*</cols>")
_COLUMN = re.compile(rb"<col( [^<>]+)>")
_SPAN = re.compile(rb' (min|max)="(\d{1,5})"')
_ITEM, _NO_ITEM = b"<si>", b"<si/>"
_PLAIN_TEXTS = re.compile(rb'(?:<si><t(?: xml:space="preserve")?>[^<]*+</t></si>)*</sst>\s*')


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
    head = xml[:begin]
    columns = (_read_head if len(head) < _SHORT else _read_head.__wrapped__)(head)
    if columns is None or _UNUSUAL_END.search(xml, end):
        return None
    errors: dict[str, str] = {}
    uncalculated: list[bytes] = []
    hidden: list[int] = []
    last = 0
    several = end - begin > _PIECE
    try:
        for piece in _cut(xml, begin, end):
            rows = _check_piece(piece, texts)
            if several and rows and int(rows[0]) <= last:
                return None
            last = max(map(int, rows), default=last) if several else last
            if b' t="e"' in piece:
                errors |= {cell.decode(): shown.decode() for cell, shown in _ERROR.findall(piece)}
            if b"<f" in piece:
                uncalculated += _find_uncalculated(piece)
            if b" hidden=" in piece or b' ht="0' in piece:
                hidden += [int(row) for before, row, after in _TAG.findall(piece) if _HIDDEN.search(before + after)]
    except _UnusualError:
        return None
    if not (errors or uncalculated or hidden or columns):
        return NO_MARKS
    return SheetMarks(errors, frozenset(b" ".join(uncalculated).decode().split()), frozenset(hidden), columns)


def _find_rows(xml: bytes) -> tuple[int, int] | None:
    """Return where a sheet's rows begin and end; None where they do not as usual."""
    begin = xml.find(_ROWS_BEGIN)
    if xml.startswith(b"<sheetData/>", begin):
        return begin + len(b"<sheetData/>"), begin + len(b"<sheetData/>")
    start, end = begin + len(b"<sheetData>"), xml.rfind(b"</sheetData>")
    return (start, end) if xml.startswith(b"<sheetData>", begin) and end >= start else None


@lru_cache(maxsize=256)  # what stands before the rows is alike in all workbooks of a form
def _read_head(head: bytes) -> frozenset[int] | None:
    """Return the numbers of the columns that are hidden, from what stands before the rows; None where it is not spelled as usual."""
    root = _SHEET_ROOT.match(head)
    if root is None or _UNUSUAL.search(head, root.end()):
        return None
    return _read_hidden_columns(head)


def _read_hidden_columns(head: bytes) -> frozenset[int] | None:
    """Return the numbers of the columns that are hidden; None where what says so is not spelled as usual."""
    columns = _COLUMNS.search(head)
    if columns is None:
        return None if b"col " in head or b":col" in head or b"<col" in head else frozenset()
    if head.count(b"<col") != columns[0].count(b"<col"):
        return None
    if not _HIDDEN.search(columns[0]):
        return frozenset()
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


def _check_piece(piece: bytes, texts: int) -> list[bytes]:
    """Return the numbers of the rows of a piece, as written; raises _UnusualError where it is not spelled as usual.

    Nor where two rows or cells are at one place, or a cell has no text.
    """
    if _ROWS.fullmatch(piece) is None:
        raise _UnusualError
    rows, cells, shared = _NUMBER.findall(piece), _FILLED.findall(piece), {*_SHARED.findall(piece)}
    if len({*rows}) != len(rows) or len({*cells}) != len(cells) or max(map(int, shared), default=-1) >= texts:
        raise _UnusualError
    return rows


def _find_uncalculated(piece: bytes) -> list[bytes]:
    """Return the cells with a formula and no value; one that gives an empty text has an empty value too, and says that it is a text."""
    valueless = len(_VALUELESS.findall(piece))
    if valueless == sum(map(piece.count, _EMPTY_TEXTS)):  # as a program leaves a form: none, but for those that give an empty text
        return []
    plain = _PLAIN.findall(piece)
    if len(plain) == piece.count(b"<f"):  # in a form that no program has calculated: all of them
        return plain
    return [cell for cell, more, value in _NO_VALUE.findall(piece) if not (value and b' t="str"' in more)]


def count_usual_texts(xml: bytes) -> int | None:
    """Return how many shared texts there are; None where they are not spelled as usual."""
    root = _TEXTS_ROOT.match(xml)
    if root is None:
        return None
    count = xml.count(_ITEM)
    if _PLAIN_TEXTS.fullmatch(xml, root.end()):
        return count
    if b"<!" in xml or xml.find(b"<?", root.end()) >= 0:
        return None
    if not count:
        return 0 if xml[root.end() :].strip() == b"</sst>" else None
    empty = xml.count(_NO_ITEM)
    return count + empty if xml.count(b"<si") == count + empty and xml.count(b":si") == 0 and xml.count(b"</si>") == count else None
