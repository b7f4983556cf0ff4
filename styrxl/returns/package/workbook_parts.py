"""The parts of a workbook's package that the reader is given: sheets, formats and shared texts, and the identity in its properties."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree as ET

from styrxl.model.limits import MB
from styrxl.model.masking import make_showable
from styrxl.returns.package.binary_marks import RELATIONS, read_xls_sheets, read_xlsb_sheets
from styrxl.returns.package.cell_notes import read_notes
from styrxl.returns.package.marks import PreparedSheet
from styrxl.returns.package.ods_marks import read_ods_sheets
from styrxl.returns.package.relations import find_properties, find_workbook, parse, read_relations, respell_relations, write_workbook
from styrxl.returns.package.respell import encode_plainly, respell_texts
from styrxl.returns.package.sheet_xml import prepare_sheet
from styrxl.returns.package.unpack import NotOrdinaryError, Package, RefusedError, make_unreadable, zip_uncompressed
from styrxl.returns.package.usual_xml import count_usual_texts
from styrxl.returns.shown.cell_formats import NO_FORMATS, BookFormats, read_book_formats

IDENTITY_SIZE = 200  # rows of the hidden sheet, and characters of an answer in it: far more than there are
_SMALL = 64_000  # bytes that are worth remembering
_NOT_READ = ("pictures/", "media/", "thumbnails/", "configurations2/", "xl/media/", "xl/printersettings/", "docprops/thumbnail")
_STAMP = re.compile(r"styrxl_(\w+)")
_HEXADECIMAL, _HEX = {"issue", "signature", "edition"}, re.compile("[0-9a-f]{16,64}")
_STAMPED = re.compile(
    rb'<property [^<>]{0,200}\bname="styrxl_(\w{1,40})"[^<>]{0,200}>'
    rb"<vt:lpwstr(?: [^<>]{0,200}?)?(?:>([^<&]{0,400})</vt:lpwstr>|/>)</property>"
)


SheetsToSkip = Callable[[Mapping[str, str]], Collection[str]]  # identity in the document's properties -> names of sheets


@dataclass(frozen=True, slots=True)
class WorkbookParts:
    """What the reader is given of a workbook: its bytes, its sheets by name (of an xlsx), and the identity in its properties.

    Beside them what the reader does not tell: the notable formats of cells, the notes by sheet and cell, and whether days count from 1904.
    """

    data: bytes
    sheets: Mapping[str, PreparedSheet] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    skipped: Collection[str] = ()  # sheets that are not read
    macros: bool = False
    formats: BookFormats = NO_FORMATS
    notes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    from_1904: bool = False


def read_parts(data: bytes, package: Package | None, ordinary_mb: int, skip: SheetsToSkip) -> WorkbookParts:
    """Return the parts of a file (``package`` is its zip, if it is one); raises RefusedError, NotOrdinaryError.

    ``ordinary_mb``: how large an xlsx may be, unpacked (0: as the limits say); ``skip``: the sheets to leave out then.
    """
    if package is None:
        return WorkbookParts(data, read_xls_sheets(data))
    return _read_xlsx(package, ordinary_mb, skip) if package.kind == "xlsx" else _read_other(package)


def _read_xlsx(package: Package, ordinary_mb: int, skip: SheetsToSkip) -> WorkbookParts:
    workbook, stamped = find_workbook(package), find_properties(package)
    fixed = [part for part in (workbook, stamped) if part]
    _check_ordinary(package, fixed, ordinary_mb)
    found = read_relations(package, workbook)
    fixed += [part for part in (found.texts, found.styles) if part]
    _check_ordinary(package, fixed, ordinary_mb)
    properties = _read_properties(package.part(stamped)) if stamped else {}
    skipped = {*skip(properties)} & {sheet.name for sheet in found.sheets} if ordinary_mb else set()
    notes = [part for part in package.names if "comment" in part]
    _check_ordinary(package, [*fixed, *notes, *(sheet.part for sheet in found.sheets if sheet.name not in skipped)], ordinary_mb)
    parts = dict(write_workbook(found.sheets, from_1904=found.from_1904))
    styles = b""
    if found.styles:
        styles = encode_plainly(package.part(found.styles))
        parts["xl/styles.xml"] = _reduce_styles(styles)
    count = 0
    if found.texts:
        parts["xl/sharedStrings.xml"], count = _prepare_texts(package.part(found.texts))
    formats = read_book_formats(styles, parts.get("xl/sharedStrings.xml", b""))
    written = {sheet.name: texts for sheet in found.sheets if (texts := read_notes(package, sheet.part))} if notes else {}
    sheets = {}
    for number, sheet in enumerate(found.sheets, 1):
        if sheet.name not in skipped:
            sheets[sheet.name] = prepare_sheet(package, sheet.name, sheet.part, count, ordinary_mb)
            parts[f"xl/worksheets/sheet{number}.xml"] = sheets[sheet.name].xml
    return WorkbookParts(zip_uncompressed(parts), sheets, properties, skipped, found.macros, formats, written, found.from_1904)


def _check_ordinary(package: Package, parts: Collection[str], ordinary_mb: int) -> None:
    if ordinary_mb and package.size(parts) > ordinary_mb * MB:
        raise NotOrdinaryError


def _prepare_texts(xml: bytes) -> tuple[bytes, int]:
    """Return shared texts in the usual spelling, and how many there are; raises RefusedError."""
    plain = encode_plainly(xml)
    count = count_usual_texts(plain)
    return respell_texts(plain) if count is None else (plain, count)


def _reduce_styles(styles: bytes) -> bytes:
    """Return a stylesheet without all but the number formats: the reader needs no more, and would take long to find them."""
    return _keep_formats(styles) if len(styles) < _SMALL else styles


@lru_cache(maxsize=64)
def _keep_formats(styles: bytes) -> bytes:
    try:
        root = parse(styles)
    except RefusedError:
        return styles  # the reader may make more of it
    reduced = ET.Element(root.tag)
    for part in root:
        if part.tag.endswith("}numFmts"):
            reduced.append(part)
        elif part.tag.endswith("}cellXfs"):
            looks = ET.SubElement(reduced, part.tag)
            for look in part:
                ET.SubElement(looks, look.tag, {"numFmtId": look.get("numFmtId", "0")})
    return ET.tostring(reduced)


def find_sheet_parts(package: Package) -> Mapping[str, str]:
    """Return the parts of an xlsx's sheets by the sheets' names; raises RefusedError."""
    return {sheet.name: sheet.part for sheet in read_relations(package, find_workbook(package)).sheets}


def _read_other(package: Package) -> WorkbookParts:
    """Return the parts of an xlsb or ods, unpacked within the limits, without pictures and the like."""
    names = [name for name in package.names if not name.endswith("/") and not name.startswith(_NOT_READ)]
    parts = {package.original(name): package.part(name) for name in names}
    properties = _read_properties(parts.get("docProps/custom.xml") or parts.get("meta.xml") or b"")
    if package.kind == "ods":
        if "content.xml" not in package:
            raise make_unreadable("damaged")
        return WorkbookParts(zip_uncompressed(parts), read_ods_sheets(package.part("content.xml")), properties)
    if RELATIONS in package:
        parts[package.original(RELATIONS)] = respell_relations(package, RELATIONS)
    return WorkbookParts(zip_uncompressed(parts), read_xlsb_sheets(package), properties)


def read_identity_value(name: str, value: Any) -> str:
    """Return a value of the identity as a text, shortened, and masked where it could be a personal number."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    # Ten digits in a row of a signature may look like a personal number; masked, it would no longer be a signature.
    return text if name in _HEXADECIMAL and _HEX.fullmatch(text) else make_showable(text)[:IDENTITY_SIZE]


def _read_properties(content: bytes) -> dict[str, str]:
    """Identity in the document properties, which LibreOffice and Excel keep, for a workbook whose hidden sheet is gone."""
    content = encode_plainly(content)
    count = content.count(b"styrxl_")
    if not count and b"&#" not in content:
        return {}
    if b"<!" not in content and b"&#" not in content and len(plain := _STAMPED.findall(content)) == count:
        return {key.decode(): read_identity_value(key.decode(), value.decode("utf-8", "replace").strip()) for key, value in plain}
    entries = list(parse(content).iter())
    stamped = ((next((m[1] for value in entry.attrib.values() if (m := _STAMP.fullmatch(value))), None), entry) for entry in entries)
    return {name: read_identity_value(name, "".join(entry.itertext()).strip()) for name, entry in stamped if name}
