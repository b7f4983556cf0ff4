"""A returned file's bytes, read: identity and raw cells, or a finding that says why not.

What a file is and how large it is comes first (``kinds``, ``unpack``); only then do its cells reach the reader.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from styrxl.model.catalogue import Word
from styrxl.model.findings import Finding, finding
from styrxl.model.limits import CELLS, MB, STANDARD, Limits
from styrxl.model.masking import make_showable
from styrxl.returns.external_links import external_links
from styrxl.returns.file_type import WORKBOOKS, has_macros, is_zip, kind_of
from styrxl.returns.marks import NO_MARKS, Marks, marks_of
from styrxl.returns.nodates import spelled
from styrxl.returns.unpack import Package, RefusedError, oversized, packed, unreadable

IDENTITY_SHEET = "_styrxl"
SIGNED = ("form", "version", "round", "owner", "issue")
_IDENTITY = 200  # rows of the hidden sheet, and characters of an answer in it: far more than there are
ORDINARY_MB = 8  # unpacked: no more of a stranger's is read in the process that judges
_RELATION = re.compile(
    r"\{http://(?:schemas\.openxmlformats|purl\.oclc)\.org/(?:officeDocument/2006|ooxml/officeDocument)/relationships\}id"
)
_SMALL = 64_000  # bytes that are worth remembering
_USUAL = "xl/workbook.xml"
_OFFICE_DOCUMENT = "/relationships/officeDocument"
_BESIDE = ("styles.xml", "sharedstrings.xml")
_NOT_READ = ("pictures/", "media/", "thumbnails/", "configurations2/", "xl/media/", "xl/printersettings/", "docprops/thumbnail")
_STAMP = re.compile(r"styrxl_(\w+)")
_HEXADECIMAL, _HEX = {"issue", "signature"}, re.compile("[0-9a-f]{16,64}")

# Together these show that no cell of a sheet stands further away than Z9999, whatever else its XML says: every cell and row
# has its place first among its attributes, with one letter and four digits at most, and none has a prefix before its name.
_FAR_CELL = re.compile(rb'<c(?! r="[A-Z]\d{1,4}"|[a-zA-Z])')
_FAR_ROW = re.compile(rb'<row(?! r="\d{1,4}"|[a-zA-Z])')
_UNPLACED = re.compile(rb'<c(?! r="[A-Z]{1,3}\d{1,7}"|[a-zA-Z])')
_PREFIXED = re.compile(rb":(?:c|row)[\s/>]")
# What nobody has written: cells that are styled and empty, and the words of a formula. In a form they are most of a sheet.
_EMPTY_CELL = re.compile(rb'<c r="[A-Z]{1,3}\d{1,7}"(?: s="\d{1,6}")?/>')
_FORMULA = re.compile(rb"<f>[^<]{1,8192}</f>")
_STAMPED = re.compile(
    rb'<property [^<>]{0,200}\bname="styrxl_(\w{1,40})"[^<>]{0,200}>'
    rb"<vt:lpwstr(?: [^<>]{0,200}?)?(?:>([^<&]{0,400})</vt:lpwstr>|/>)</property>"
)
_ANSWERED = re.compile(rb'<c\s[^<>]{0,200}?\br="([A-Za-z]{1,3})(\d{1,7})"[^<>]{0,200}(?<!/)>')


class NotOrdinaryError(Exception):
    """A file that is not to be read in the process that judges."""


class _NotPlainError(Exception):
    """A sheet that must be there as a whole to be understood."""


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet's used cells as calamine gives them ('' where empty); ``top`` and ``left`` count from 0."""

    name: str
    top: int
    left: int
    rows: list[list[Any]]
    hidden: bool = False
    marks: Marks = NO_MARKS


@dataclass(frozen=True, slots=True)
class Returned:
    """A workbook that came back: who it says it is from (``mixed`` where it says two things), and its sheets."""

    identity: Mapping[str, str]
    sheets: tuple[RawSheet, ...]
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class _Content:
    """A workbook ready for the reader: its bytes, the XML of its sheets by name, and the identity in its properties."""

    data: bytes
    sheets: Mapping[str, bytes] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    unread: Collection[str] = ()  # sheets that are left where they are


Read = tuple[Returned | None, tuple[Finding, ...]]
Unread = Callable[[Mapping[str, str]], Collection[str]]  # identity, as the document's properties have it -> names of sheets


def EVERY(_: Mapping[str, str]) -> Collection[str]:  # noqa: N802 -- a constant
    """Leave no sheet unread."""
    return ()


def read(
    data: bytes, limits: Limits = STANDARD, *, ordinary_only: bool = False, ordinary_mb: int = ORDINARY_MB, unread: Unread = EVERY
) -> Read:
    """Read a workbook (xlsx, xlsm, xlsb, xls, ods).

    ``unread`` names the sheets that nobody will ask for: of an ordinary workbook they come without rows.

    A file that cannot be read gives one error (``unreadable-workbook``, ``encrypted-workbook``, ``oversized-workbook``) and no workbook;
    one without identity is still returned, with an empty identity. With ``ordinary_only`` raises NotOrdinaryError for a file that
    could take much time or memory; without it, any file may do its worst to the process: see ``isolated``.
    """
    try:
        return _read(data, limits, ordinary_mb if ordinary_only else 0, unread)
    except RefusedError as refused:
        return None, (refused.found,)


def _read(data: bytes, limits: Limits, ordinary_mb: int, unread: Unread) -> Read:
    if len(data) > limits.file_mb * MB:
        raise oversized("too_large_file", mb=len(data) // MB, high=limits.file_mb)
    package = Package(data, limits) if is_zip(data) else None
    kind = package.kind if package else kind_of(data)
    if kind == "locked" or (package and kind == "ods" and _is_locked_ods(package)):
        raise RefusedError(finding("encrypted-workbook"))
    if kind not in WORKBOOKS:
        raise unreadable("damaged") if kind == "damaged" else unreadable("seems_to_be", what=Word(f"kind_{kind}"))
    if ordinary_mb and kind != "xlsx":
        raise NotOrdinaryError
    content = _content(data, package, ordinary_mb, unread)
    sheets = tuple(_sheets(content, limits))
    hidden_away = next((_answers(sheet) for sheet in sheets if sheet.name == IDENTITY_SHEET), {})
    mixed = bool(hidden_away and content.properties) and any(hidden_away.get(k, "") != content.properties.get(k, "") for k in SIGNED)
    if mixed and content.unread:  # it says that it is two things: all of it is looked at
        return _read(data, limits, ordinary_mb, EVERY)
    return Returned(hidden_away or content.properties, sheets, mixed), (*_about(kind, data, package, limits), *_unseen(kind))


def _content(data: bytes, package: Package | None, ordinary_mb: int, unread: Unread) -> _Content:
    if package is None:
        return _Content(data)
    return _xlsx(package, ordinary_mb, unread) if package.kind == "xlsx" else _other(package)


# what is asked about a workbook as a whole


def _about(kind: str, data: bytes, package: Package | None, limits: Limits) -> Iterator[Finding]:
    if has_macros(kind, data, package.names if package else ()):
        found = finding("macro-workbook")
        yield replace(found, severity="warning") if limits.macros == "warn" else found
    if package is not None and kind == "xlsx" and (links := external_links(package)):
        yield finding("external-link", files=links)


def _unseen(kind: str) -> Iterator[Finding]:
    if kind != "xlsx":
        yield finding("partly-checked", kind=f".{kind}")


def _is_locked_ods(package: Package) -> bool:
    manifest = "meta-inf/manifest.xml"
    return manifest in package and b"encryption-data" in package.part(manifest)


# from the package to what the reader gets


def _xlsx(package: Package, ordinary_mb: int, unread: Unread) -> _Content:
    workbook = _workbook_part(package)
    folder, _, name = workbook.rpartition("/")
    base = f"{folder}/" if folder else ""
    relations = f"{base}_rels/{name}.rels"
    if workbook not in package or relations not in package:
        raise unreadable("damaged")
    always = ("[content_types].xml", "_rels/.rels", workbook, relations, *(base + part for part in _BESIDE), "docprops/custom.xml")
    fixed = [part for part in always if part in package]
    if ordinary_mb and package.size(fixed) > ordinary_mb * MB:
        raise NotOrdinaryError
    parts = {part: package.part(part) for part in fixed}
    properties = _properties(parts.pop("docprops/custom.xml", b""))
    where = _places(parts[workbook], parts[relations], base, package.limits)
    left = {name for name in unread(properties) if name in where} if ordinary_mb else set()
    found = {sheet: part for sheet, part in where.items() if part in package and sheet not in left}
    if ordinary_mb and package.size([*fixed, *found.values()]) > ordinary_mb * MB:
        raise NotOrdinaryError
    sheets = {sheet: _ready(package, sheet, part, ordinary_mb) for sheet, part in found.items()}
    parts |= {found[sheet]: xml for sheet, xml in sheets.items()}
    if (styles := base + "styles.xml") in parts:
        parts[styles] = _formats(parts[styles])
    return _Content(packed({package.original(part): content for part, content in parts.items()}), sheets, properties, left)


def _ready(package: Package, sheet: str, part: str, ordinary_mb: int) -> bytes:
    """Return a sheet's XML as it is to be read."""
    try:
        whole = package.sheet(part, _plain_bared if ordinary_mb > ORDINARY_MB else bytes)
    except _NotPlainError:
        whole = package.sheet(part)
    xml = bared(whole)
    if _FAR_CELL.search(xml) or _FAR_ROW.search(xml) or _PREFIXED.search(xml):
        if 0 < ordinary_mb <= ORDINARY_MB:  # more than that is let in of our own, whose extent is no danger
            raise NotOrdinaryError
        xml = whole if _UNPLACED.search(whole) or _PREFIXED.search(whole) else xml
        _check_extent(sheet, xml, package.limits)
    return spelled(xml)


def _plain_bared(piece: bytes) -> bytes:
    """Return a piece of a sheet as ``bared`` does: of a plan with a hundred thousand units, all of it is never there."""
    if b"<!" in piece or _UNPLACED.search(piece) or _PREFIXED.search(piece):
        raise _NotPlainError
    return bared(piece)


def bared(xml: bytes) -> bytes:
    """Return a sheet without its empty cells and what its formulas say: the same values, in a fifth of the bytes.

    A formula stays as ``<f/>``, which shows that there is one. Cells without an address are placed by those before them, so that
    nothing may be taken out: such a sheet (``_UNPLACED``) is read as it is.
    """
    bare = _FORMULA.sub(b"<f/>", _EMPTY_CELL.sub(b"", xml))
    return xml if b"<!" in bare else bare  # a comment, or text in which anything may stand


def _formats(styles: bytes) -> bytes:
    """Return of a stylesheet what the reader goes by, and takes long to find: the numbers' formats."""
    return _only_formats(styles) if len(styles) < _SMALL else styles


@lru_cache(maxsize=64)
def _only_formats(styles: bytes) -> bytes:
    try:
        root = _parsed(styles)
    except RefusedError:
        return styles  # the reader may make more of it
    kept = ET.Element(root.tag)
    for part in root:
        if part.tag.endswith("}numFmts"):
            kept.append(part)
        elif part.tag.endswith("}cellXfs"):
            looks = ET.SubElement(kept, part.tag)
            for look in part:
                ET.SubElement(looks, look.tag, {"numFmtId": look.get("numFmtId", "0")})
    return ET.tostring(kept)


def sheet_parts(package: Package) -> Mapping[str, str]:
    """Return the names of the parts that hold an xlsx's sheets, by the sheets' names; RefusedError."""
    workbook = _workbook_part(package)
    folder, _, name = workbook.rpartition("/")
    base = f"{folder}/" if folder else ""
    relations = f"{base}_rels/{name}.rels"
    if workbook not in package or relations not in package:
        raise unreadable("damaged")
    return _places(package.part(workbook), package.part(relations), base, package.limits)


def _workbook_part(package: Package) -> str:
    """Name of the part that the package says is its workbook; nearly always the usual one."""
    if _USUAL in package or "_rels/.rels" not in package:
        return _USUAL
    relations = _parsed(package.part("_rels/.rels"))
    targets = (r.get("Target") or "" for r in relations if (r.get("Type") or "").endswith(_OFFICE_DOCUMENT))
    return next(targets, _USUAL).replace("\\", "/").lstrip("/").lower()


def _parsed(content: bytes) -> ET.Element:
    try:
        return ET.fromstring(content)  # noqa: S314 -- without a document type, so that there are no entities: see ``unpack``
    except (ET.ParseError, ValueError, LookupError) as error:
        raise unreadable("damaged") from error


def _places(workbook: bytes, relations: bytes, base: str, limits: Limits) -> Mapping[str, str]:
    """Names of the sheets, and the parts that hold them."""
    count = workbook.count(b"sheetId=")
    if count > limits.sheets:
        raise oversized("too_many_sheets", n=count, high=limits.sheets)
    small = len(workbook) + len(relations) < _SMALL
    return _placed(workbook, relations, base) if small else _placed.__wrapped__(workbook, relations, base)


@lru_cache(maxsize=64)  # a form's workbooks are alike in this
def _placed(workbook: bytes, relations: bytes, base: str) -> Mapping[str, str]:
    targets = {r.get("Id"): (r.get("Target") or "") for r in _parsed(relations)}
    tags = [element for element in _parsed(workbook).iter() if element.tag.endswith("}sheet")]
    if not tags:
        raise unreadable("no_sheets")
    found = {}
    for tag in tags:
        key = next((value for name, value in tag.items() if _RELATION.fullmatch(name)), "")
        target = targets.get(key, "").replace("\\", "/")
        found[tag.get("name") or ""] = (target.lstrip("/") if target.startswith("/") else base + target).lower()
    return found


def _other(package: Package) -> _Content:
    """Unpack an xlsb or ods within limits as well; of its parts only pictures and the like are left out."""
    names = [name for name in package.names if not name.endswith("/") and not name.startswith(_NOT_READ)]
    parts = {package.original(name): package.part(name) for name in names}
    properties = _properties(parts.get("docProps/custom.xml") or parts.get("meta.xml") or b"")
    return _Content(packed(parts), {}, properties)


def _check_extent(name: str, xml: bytes, limits: Limits) -> None:
    """Refuse a sheet with values beyond the last row or column that is read, or with too many of them."""
    if xml.count(b"</c>") > CELLS:
        raise oversized("too_many_cells", sheet=name, high=CELLS)
    left, right, low, high = limits.columns, 0, limits.rows, 0
    for match in _ANSWERED.finditer(xml):
        row, column = int(match[2]), _column(match[1])
        if row > limits.rows or column > limits.columns:
            cell = (match[1] + match[2]).decode().upper()
            raise oversized(
                "too_far_down" if row > limits.rows else "too_far_right", sheet=name, cell=cell, high=limits.rows, columns=limits.columns
            )
        left, right, low, high = min(left, column), max(right, column), min(low, row), max(high, row)
    if max(0, right - left + 1) * max(0, high - low + 1) > CELLS:
        raise oversized("too_many_cells", sheet=name, high=CELLS)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


# from the reader to raw sheets


def _sheets(content: _Content, limits: Limits) -> Iterator[RawSheet]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content.data))
        kinds = {meta.name: meta for meta in book.sheets_metadata}
        names = [name for name in book.sheet_names if name not in kinds or kinds[name].typ == SheetTypeEnum.WorkSheet]
        if not names:
            raise unreadable("no_sheets")
        if len(names) > limits.sheets:
            raise oversized("too_many_sheets", n=len(names), high=limits.sheets)
        for name in names:
            hidden = name in kinds and kinds[name].visible != SheetVisibleEnum.Visible
            if name in content.unread:
                yield RawSheet(name, 0, 0, [], hidden)
                continue
            sheet = book.get_sheet_by_name(name)
            _check_size(name, sheet, limits)
            top, left = sheet.start or (0, 0)
            marks = marks_of(content.sheets[name]) if name in content.sheets else NO_MARKS
            yield RawSheet(name, top, left, sheet.to_python(), hidden, marks)
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise unreadable("damaged") from error


def _check_size(name: str, sheet: CalamineSheet, limits: Limits) -> None:
    if sheet.end is None or sheet.start is None:
        return
    (top, left), (bottom, right) = sheet.start, sheet.end
    if bottom >= limits.rows:
        raise oversized("too_far_down", sheet=name, high=limits.rows, columns=limits.columns)
    if right >= limits.columns:
        raise oversized("too_far_right", sheet=name, high=limits.rows, columns=limits.columns)
    if (bottom - top + 1) * (right - left + 1) > CELLS:
        raise oversized("too_many_cells", sheet=name, high=CELLS)


def _answers(sheet: RawSheet) -> dict[str, str]:
    rows = (row for row in sheet.rows[:_IDENTITY] if len(row) > 1 and row[0] != "" and row[1] != "")
    return {str(row[0]): _plain(str(row[0]), row[1]) for row in rows}


def _plain(name: str, value: Any) -> str:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    # Ten digits in a row of a signature can look like somebody's number: masked, it would be no signature of ours.
    return text if name in _HEXADECIMAL and _HEX.fullmatch(text) else make_showable(text)[:_IDENTITY]


def _properties(content: bytes) -> dict[str, str]:
    """Identity in the document properties, which LibreOffice and Excel keep, for a workbook whose hidden sheet is gone."""
    count = content.count(b"styrxl_")
    if not count:
        return {}
    if b"<!" not in content and len(plain := _STAMPED.findall(content)) == count:
        return {key.decode(): _plain(key.decode(), value.decode("utf-8", "replace").strip()) for key, value in plain}
    entries = list(_parsed(content).iter())
    stamped = ((next((m[1] for value in entry.attrib.values() if (m := _STAMP.fullmatch(value))), None), entry) for entry in entries)
    return {name: _plain(name, "".join(entry.itertext()).strip()) for name, entry in stamped if name}
