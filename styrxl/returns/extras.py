"""What a returned file holds besides the values of its cells: pictures, notes, and formulas that have no value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape

from styrxl.model.limits import MB, Limits
from styrxl.returns.package.file_type import is_zip
from styrxl.returns.package.respell import respell_sheet
from styrxl.returns.package.unpack import ORDINARY_MB, NotOrdinaryError, Package, RefusedError
from styrxl.returns.package.usual_xml import LAST_ROW
from styrxl.returns.package.workbook_parts import find_sheet_parts
from styrxl.returns.workbook import ReturnedWorkbook

_PICTURE = re.compile(rb"<(?:[a-z0-9]+:)?(?:pic|sp|graphicFrame|cxnSp)[ >]")
_NOTE = re.compile(rb"<comment [^<>]{0,400}>")
_BEGINNING = 2_000  # bytes of a note, in which its first word stands
_TAG = re.compile(rb"<[^<>]{0,400}>")
_FORMULA = re.compile(r'<c r="([A-Z]{1,3}\d{1,7})"[^>]{0,120}><f[^>]{0,200}>([^<]{1,8192})</f>')


@dataclass(frozen=True, slots=True)
class Extras:
    """How many pictures a file holds, how many notes that are not ours, and (sheet, cell) -> formula, as a text that begins with ``=``."""

    pictures: int = 0
    notes: int = 0
    formulas: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExtrasQuestion:
    """Which extras are asked for: the cells whose formulas are, by sheet, and the words with which notes of ours begin."""

    cells: Mapping[str, frozenset[str]]
    own_notes: tuple[str, ...]


def question_about(returned: ReturnedWorkbook, own_notes: Iterable[str]) -> ExtrasQuestion:
    """Return what is to be asked of a file that was read: the formulas of all cells that have no value."""
    cells = {sheet.name: frozenset(sheet.marks.uncalculated) for sheet in returned.sheets if sheet.marks.uncalculated}
    return ExtrasQuestion(cells, tuple(own_notes))


def read_extras(data: bytes, question: ExtrasQuestion, limits: Limits, *, ordinary_only: bool = False) -> Extras:
    """Return the extras of a file; none where it has no parts, or cannot be looked into.

    With ``ordinary_only`` raises NotOrdinaryError for what is no ordinary xlsx, or holds much: see ``isolated``.
    """
    try:
        if not is_zip(data):
            return Extras()
        package = Package(data, limits)
        if ordinary_only and (package.kind != "xlsx" or package.size(package.names) > ORDINARY_MB * MB):
            raise NotOrdinaryError
    except RefusedError:
        return Extras()
    notes = sum(_count_notes(part, question.own_notes) for part in _parts(package, _holds_notes))
    return Extras(_count_all_pictures(package), notes, dict(_formulas(package, question.cells)))


def count_pictures(drawing: bytes) -> int:
    """Count the pictures, shapes and charts in the XML of a drawing."""
    return len(_PICTURE.findall(drawing))


def _count_all_pictures(package: Package) -> int:
    drawn = sum(count_pictures(part) for part in _parts(package, lambda name: name.startswith("xl/drawings/drawing")))
    return drawn + sum(name.startswith("pictures/") for name in package.names)


def _holds_notes(name: str) -> bool:
    return name.startswith("xl/") and "comments" in name and "threaded" not in name


def _parts(package: Package, wanted: Callable[[str], bool]) -> Iterator[bytes]:
    """Yield the parts whose names are wanted; those that cannot be unpacked are empty."""
    for name in package.names:
        if wanted(name):
            try:
                yield package.part(name)
            except RefusedError:
                yield b""


def _count_notes(xml: bytes, own: Collection[str]) -> int:
    count = 0
    for match in _NOTE.finditer(xml):
        text = unescape(_TAG.sub(b"", xml[match.end() : match.end() + _BEGINNING]).decode("utf-8", "replace"))
        count += not text.lstrip().startswith(tuple(own))
    return count


def _formulas(package: Package, wanted: Mapping[str, Collection[str]]) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the formulas of cells that are wanted; those that are found."""
    try:
        parts = find_sheet_parts(package) if wanted else {}
        for name, cells in wanted.items():
            xml = package.part(parts[name]) if parts.get(name, "") in package else b""
            text = respell_sheet(xml, name, LAST_ROW, formulas=True).xml.decode() if xml else ""
            yield from (((name, match[1]), f"={unescape(match[2])}") for match in _FORMULA.finditer(text) if match[1] in cells)
    except RefusedError:
        return
