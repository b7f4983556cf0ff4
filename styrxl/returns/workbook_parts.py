"""The parts of a workbook's package that the reader is given: sheets, formats and shared texts, and the identity in its properties."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree as ET

from styrxl.model.limits import MB, Limits
from styrxl.model.masking import make_showable
from styrxl.returns.sheet_xml import prepare_sheet
from styrxl.returns.unpack import NotOrdinaryError, Package, RefusedError, make_oversized, make_unreadable, zip_uncompressed

IDENTITY_SIZE = 200  # rows of the hidden sheet, and characters of an answer in it: far more than there are
_RELATION = re.compile(
    r"\{http://(?:schemas\.openxmlformats|purl\.oclc)\.org/(?:officeDocument/2006|ooxml/officeDocument)/relationships\}id"
)
_SMALL = 64_000  # bytes that are worth remembering
_USUAL = "xl/workbook.xml"
_OFFICE_DOCUMENT = "/relationships/officeDocument"
_SHARED_PARTS = ("styles.xml", "sharedstrings.xml")
_NOT_READ = ("pictures/", "media/", "thumbnails/", "configurations2/", "xl/media/", "xl/printersettings/", "docprops/thumbnail")
_STAMP = re.compile(r"styrxl_(\w+)")
_HEXADECIMAL, _HEX = {"issue", "signature"}, re.compile("[0-9a-f]{16,64}")
_STAMPED = re.compile(
    rb'<property [^<>]{0,200}\bname="styrxl_(\w{1,40})"[^<>]{0,200}>'
    rb"<vt:lpwstr(?: [^<>]{0,200}?)?(?:>([^<&]{0,400})</vt:lpwstr>|/>)</property>"
)


SheetsToSkip = Callable[[Mapping[str, str]], Collection[str]]  # identity in the document's properties -> names of sheets


@dataclass(frozen=True, slots=True)
class WorkbookParts:
    """What the reader is given of a workbook: its bytes, the XML of its sheets by name, and the identity in its properties."""

    data: bytes
    sheets: Mapping[str, bytes] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    skipped: Collection[str] = ()  # sheets that are not read


def read_parts(data: bytes, package: Package | None, ordinary_mb: int, skip: SheetsToSkip) -> WorkbookParts:
    """Return the parts of a file (``package`` is its zip, if it is one); raises RefusedError, NotOrdinaryError.

    ``ordinary_mb``: how large an xlsx may be, unpacked (0: as the limits say); ``skip``: the sheets to leave out then.
    """
    if package is None:
        return WorkbookParts(data)
    return _read_xlsx(package, ordinary_mb, skip) if package.kind == "xlsx" else _read_other(package)


def _read_xlsx(package: Package, ordinary_mb: int, skip: SheetsToSkip) -> WorkbookParts:
    workbook, relations, base = _find_workbook(package)
    always = ("[content_types].xml", "_rels/.rels", workbook, relations, *(base + part for part in _SHARED_PARTS), "docprops/custom.xml")
    fixed = [part for part in always if part in package]
    if ordinary_mb and package.size(fixed) > ordinary_mb * MB:
        raise NotOrdinaryError
    parts = {part: package.part(part) for part in fixed}
    properties = _read_properties(parts.pop("docprops/custom.xml", b""))
    part_of = _locate_sheets(parts[workbook], parts[relations], base, package.limits)
    skipped = {name for name in skip(properties) if name in part_of} if ordinary_mb else set()
    read = {sheet: part for sheet, part in part_of.items() if part in package and sheet not in skipped}
    if ordinary_mb and package.size([*fixed, *read.values()]) > ordinary_mb * MB:
        raise NotOrdinaryError
    sheets = {sheet: prepare_sheet(package, sheet, part, ordinary_mb) for sheet, part in read.items()}
    parts |= {read[sheet]: xml for sheet, xml in sheets.items()}
    if (styles := base + "styles.xml") in parts:
        parts[styles] = _reduce_styles(parts[styles])
    data = zip_uncompressed({package.original(part): content for part, content in parts.items()})
    return WorkbookParts(data, sheets, properties, skipped)


def _find_workbook(package: Package) -> tuple[str, str, str]:
    """Return the workbook's part, its relations' part, and the folder of both; raises RefusedError."""
    workbook = _find_workbook_part(package)
    folder, _, name = workbook.rpartition("/")
    base = f"{folder}/" if folder else ""
    relations = f"{base}_rels/{name}.rels"
    if workbook not in package or relations not in package:
        raise make_unreadable("damaged")
    return workbook, relations, base


def _reduce_styles(styles: bytes) -> bytes:
    """Return a stylesheet without all but the number formats: the reader needs no more, and would take long to find them."""
    return _keep_formats(styles) if len(styles) < _SMALL else styles


@lru_cache(maxsize=64)
def _keep_formats(styles: bytes) -> bytes:
    try:
        root = _parse(styles)
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
    workbook, relations, base = _find_workbook(package)
    return _locate_sheets(package.part(workbook), package.part(relations), base, package.limits)


def _find_workbook_part(package: Package) -> str:
    """Return the part that the package names as its workbook; nearly always the usual one."""
    if _USUAL in package or "_rels/.rels" not in package:
        return _USUAL
    relations = _parse(package.part("_rels/.rels"))
    targets = (r.get("Target") or "" for r in relations if (r.get("Type") or "").endswith(_OFFICE_DOCUMENT))
    return next(targets, _USUAL).replace("\\", "/").lstrip("/").lower()


def _parse(content: bytes) -> ET.Element:
    try:
        return ET.fromstring(content)  # noqa: S314 -- without a document type, so that there are no entities: see ``unpack``
    except (ET.ParseError, ValueError, LookupError) as error:
        raise make_unreadable("damaged") from error


def _locate_sheets(workbook: bytes, relations: bytes, base: str, limits: Limits) -> Mapping[str, str]:
    """Return the sheets' names and parts."""
    count = workbook.count(b"sheetId=")
    if count > limits.sheets:
        raise make_oversized("too_many_sheets", n=count, high=limits.sheets)
    small = len(workbook) + len(relations) < _SMALL
    return _parse_sheet_parts(workbook, relations, base) if small else _parse_sheet_parts.__wrapped__(workbook, relations, base)


@lru_cache(maxsize=64)  # a form's workbooks are alike in this
def _parse_sheet_parts(workbook: bytes, relations: bytes, base: str) -> Mapping[str, str]:
    targets = {r.get("Id"): (r.get("Target") or "") for r in _parse(relations)}
    tags = [element for element in _parse(workbook).iter() if element.tag.endswith("}sheet")]
    if not tags:
        raise make_unreadable("no_sheets")
    parts = {}
    for tag in tags:
        key = next((value for name, value in tag.items() if _RELATION.fullmatch(name)), "")
        target = targets.get(key, "").replace("\\", "/")
        parts[tag.get("name") or ""] = (target.lstrip("/") if target.startswith("/") else base + target).lower()
    return parts


def _read_other(package: Package) -> WorkbookParts:
    """Return the parts of an xlsb or ods, unpacked within the limits, without pictures and the like."""
    names = [name for name in package.names if not name.endswith("/") and not name.startswith(_NOT_READ)]
    parts = {package.original(name): package.part(name) for name in names}
    properties = _read_properties(parts.get("docProps/custom.xml") or parts.get("meta.xml") or b"")
    return WorkbookParts(zip_uncompressed(parts), {}, properties)


def read_identity_value(name: str, value: Any) -> str:
    """Return a value of the identity as a text, shortened, and masked where it could be a personal number."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    # Ten digits in a row of a signature may look like a personal number; masked, it would no longer be a signature.
    return text if name in _HEXADECIMAL and _HEX.fullmatch(text) else make_showable(text)[:IDENTITY_SIZE]


def _read_properties(content: bytes) -> dict[str, str]:
    """Identity in the document properties, which LibreOffice and Excel keep, for a workbook whose hidden sheet is gone."""
    count = content.count(b"styrxl_")
    if not count:
        return {}
    if b"<!" not in content and len(plain := _STAMPED.findall(content)) == count:
        return {key.decode(): read_identity_value(key.decode(), value.decode("utf-8", "replace").strip()) for key, value in plain}
    entries = list(_parse(content).iter())
    stamped = ((next((m[1] for value in entry.attrib.values() if (m := _STAMP.fullmatch(value))), None), entry) for entry in entries)
    return {name: read_identity_value(name, "".join(entry.itertext()).strip()) for name, entry in stamped if name}
