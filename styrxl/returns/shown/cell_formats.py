"""Which formats of a workbook's cells say more than their values: number formats, crossed out, white on white."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree import ElementTree as ET

from styrxl.returns.shown.number_formats import BUILT_IN, NumberFormat, parse_number_format

_WHITE_INDEXES = {"1", "9"}  # of Excel's old palette
_WHITE_THEMES = {"0"}  # the background of the workbook's theme
_PALE = re.compile("(?:[EF][0-9A-F]){3}", re.IGNORECASE)
_SMALL = 1 << 20  # bytes of a stylesheet that are worth remembering
_STRIKE = b"<strike"


@dataclass(frozen=True, slots=True)
class CellFormat:
    """What a format does to a cell's value: a notable number format, a line through it, the colour of its ground."""

    number: NumberFormat | None = None
    struck: bool = False
    white: bool = False


@dataclass(frozen=True, slots=True)
class BookFormats:
    """The notable formats of a workbook by their index, and the indexes of shared texts that are crossed out, or partly so."""

    cells: Mapping[int, CellFormat] = field(default_factory=dict)
    struck_texts: frozenset[int] = frozenset()


NO_FORMATS = BookFormats()


def read_book_formats(styles: bytes, texts: bytes) -> BookFormats:
    """Return what is notable in a workbook's stylesheet and shared texts; nothing in what is no XML."""
    cells = _read_cell_formats(styles) if len(styles) < _SMALL else _read_cell_formats.__wrapped__(styles)
    struck = frozenset(_find_struck_texts(texts)) if _STRIKE in texts else frozenset[int]()
    return BookFormats(cells, struck) if cells or struck else NO_FORMATS


@lru_cache(maxsize=64)  # a form's workbooks are alike in this
def _read_cell_formats(styles: bytes) -> Mapping[int, CellFormat]:
    root = _parse(styles)
    if root is None:
        return {}
    codes = {**BUILT_IN, **{f.get("numFmtId", ""): f.get("formatCode", "") for f in _children(root, "numFmts")}}
    fonts = {str(i): (_is_struck(font), _is_white(font.find("{*}color"))) for i, font in enumerate(_children(root, "fonts"))}
    grounds = {str(i): _is_light(fill) for i, fill in enumerate(_children(root, "fills"))}
    notable = {}
    for index, cell in enumerate(_children(root, "cellXfs")):
        struck, white = fonts.get(cell.get("fontId", "0"), (False, False))
        code = codes.get(cell.get("numFmtId", "0"))
        number = parse_number_format(code) if code else None
        on_white = white and grounds.get(cell.get("fillId", "0"), True)
        seen = CellFormat(number if number and number.notable else None, struck, on_white)
        if seen != CellFormat():
            notable[index] = seen
    return notable


def _parse(content: bytes) -> ET.Element | None:
    try:
        return ET.fromstring(content)  # noqa: S314 -- without a document type, so that there are no entities: see ``unpack``
    except (ET.ParseError, ValueError, LookupError):
        return None


def _children(root: ET.Element, name: str) -> list[ET.Element]:
    found = root.find(f"{{*}}{name}")
    return [] if found is None else list(found)


def _is_struck(font: ET.Element) -> bool:
    line = font.find("{*}strike")
    return line is not None and line.get("val", "1") not in {"0", "false"}


def _is_white(colour: ET.Element | None) -> bool:
    if colour is None:
        return False
    rgb = colour.get("rgb", "")
    plain = colour.get("theme") in _WHITE_THEMES and float(colour.get("tint", "0")) == 0
    return rgb[-6:].upper() == "FFFFFF" or colour.get("indexed") in _WHITE_INDEXES or plain


def _is_light(fill: ET.Element) -> bool:
    """Whether white letters do not show on a ground: none, or one that is nearly white."""
    pattern = fill.find("{*}patternFill")
    if pattern is None:
        return False  # shades from one colour to another
    kind = pattern.get("patternType", "none")
    colour = pattern.find("{*}fgColor")
    return kind == "none" or (kind == "solid" and colour is not None and (_is_white(colour) or _is_pale(colour.get("rgb", ""))))


def _is_pale(rgb: str) -> bool:
    return bool(_PALE.fullmatch(rgb[-6:]))


def _find_struck_texts(texts: bytes) -> Iterator[int]:
    root = _parse(texts)
    for index, text in enumerate(root if root is not None else ()):
        if any(_is_struck(look) for look in text.iterfind("{*}r/{*}rPr")):
            yield index
