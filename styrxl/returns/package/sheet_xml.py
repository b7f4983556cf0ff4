"""A sheet's XML prepared for calamine: its extent checked, and without what is slow to read or would make calamine fail."""

from __future__ import annotations

import re
from collections.abc import Mapping

from styrxl.model.limits import CELLS, MB, Limits
from styrxl.returns.package.marks import PreparedSheet
from styrxl.returns.package.respell import encode_plainly, respell_sheet
from styrxl.returns.package.unpack import ORDINARY_MB, NotOrdinaryError, Package, make_oversized
from styrxl.returns.package.usual_xml import read_usual_sheet

RESPELLED_MB = 2  # unpacked size of a sheet that is spelled anew in the process that judges, where that takes no more than a moment

_UNPLACED = re.compile(rb'<c(?! r="[A-Z]{1,3}\d{1,7}"|[a-zA-Z])')
_PREFIXED = re.compile(rb":(?:c|row)[\s/>]")
# A cell or row further away than Z9999: a sheet with one is looked at closely. (One pattern for both would stop at every tag.)
_FAR = (re.compile(rb'<c(?! r="[A-Z]\d{1,4}"|[a-zA-Z])'), re.compile(rb'<row(?! r="\d{1,4}"|[a-zA-Z])'))
# What nobody has written: cells that are styled and empty, and the words of a formula. In a form they are most of a sheet.
_EMPTY_CELL = re.compile(rb'<c r="[A-Z]+[0-9]+"(?: s="[0-9]+"|) ?/>')
_FORMULA = re.compile(rb"<f>[^<]{1,8192}</f>")
_ANSWERED = re.compile(rb'<c\s[^<>]{0,200}?\br="([A-Za-z]{1,3})(\d{1,7})"[^<>]{0,200}(?<!/)>')


_BELOW_ZERO = re.compile(rb"<v>(-[^<]{1,400})</v>")
_LOWEST = -1e11  # calamine counts in milliseconds, 64 bits of them; no real amount is so low


def spell_low_numbers(xml: bytes) -> bytes:
    """Return a sheet in which numbers too low for any calendar are texts: in a cell for a date calamine would panic at them."""
    if b"<v>-" not in xml:
        return xml
    parts, done = [], 0
    for match in _BELOW_ZERO.finditer(xml):
        if not _is_too_low(match[1]):
            continue
        begins = max(xml.rfind(mark, done, match.start()) for mark in (b"<c ", b"<c>"))
        ends = xml.find(b">", begins, match.start())
        tag = xml[begins:ends].replace(b' t="n"', b"")
        if begins < 0 or ends < 0 or b' t="' in tag:
            continue
        parts += [xml[done:begins], tag, b' t="str"', xml[ends : match.end()]]
        done = match.end()
    return b"".join([*parts, xml[done:]])


def _is_too_low(written: bytes) -> bool:
    try:
        return float(written) <= _LOWEST
    except ValueError:
        return False


class _NeededWholeError(Exception):
    """A sheet that can only be stripped as a whole, not piece by piece."""


def prepare_sheet(package: Package, sheet: str, part: str, texts: int, ordinary_mb: int) -> PreparedSheet:
    """Return a sheet in the usual spelling; ``texts``: how many shared texts there are. Raises RefusedError, NotOrdinaryError.

    With ``ordinary_mb`` a sheet with cells far away is not ordinary, nor is a large one that is not spelled as usual; with more than
    ORDINARY_MB both are ordinary, since so much is let in only of our own, whose extent and spelling are no danger.
    """
    try:
        whole = package.sheet(part, _strip_piece)
    except _NeededWholeError:
        whole = package.sheet(part)
    whole = encode_plainly(whole)
    xml = strip_sheet(whole)
    values: Mapping[str, float | None] = {}
    marks = read_usual_sheet(xml, texts)
    if marks is None:
        if 0 < ordinary_mb <= ORDINARY_MB and len(whole) > RESPELLED_MB * MB:
            raise NotOrdinaryError
        respelled = respell_sheet(whole, sheet, texts)
        xml, marks, values = respelled.xml, respelled.marks, respelled.values
    if any(far.search(xml) for far in _FAR):
        if 0 < ordinary_mb <= ORDINARY_MB:
            raise NotOrdinaryError
        _check_extent(sheet, xml, package.limits)
    return PreparedSheet(spell_low_numbers(xml), marks, values)


def _strip_piece(piece: bytes) -> bytes:
    """Return a piece of a sheet, stripped: so that a plan of a hundred thousand units is never in memory as a whole."""
    if b"<!" in piece or _UNPLACED.search(piece) or _PREFIXED.search(piece):
        raise _NeededWholeError
    return strip_sheet(piece)


def strip_sheet(xml: bytes) -> bytes:
    """Return a sheet without its empty cells and the texts of its formulas: the same values, in a fifth of the bytes.

    A formula becomes ``<f/>``. Comments are stripped within, too: a sheet with any is to be spelled anew as it was. One with cells without
    an address (``_UNPLACED``) must not come here: the place of such a cell follows from the cells before it, so that none may be removed.
    """
    return _EMPTY_CELL.sub(b"", _FORMULA.sub(b"<f/>", xml))  # formulas first: they are most of it, and quicker to find


def _check_extent(name: str, xml: bytes, limits: Limits) -> None:
    """Refuse a sheet with values beyond the last row or column that is read, or with too many of them."""
    if xml.count(b"</c>") > CELLS:
        raise make_oversized("too_many_cells", sheet=name, high=CELLS)
    left, right, low, high = limits.columns, 0, limits.rows, 0
    for match in _ANSWERED.finditer(xml):
        row, column = int(match[2]), _column(match[1])
        if row > limits.rows or column > limits.columns:
            cell = (match[1] + match[2]).decode().upper()
            raise make_oversized(
                "too_far_down" if row > limits.rows else "too_far_right", sheet=name, cell=cell, high=limits.rows, columns=limits.columns
            )
        left, right, low, high = min(left, column), max(right, column), min(low, row), max(high, row)
    if max(0, right - left + 1) * max(0, high - low + 1) > CELLS:
        raise make_oversized("too_many_cells", sheet=name, high=CELLS)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
