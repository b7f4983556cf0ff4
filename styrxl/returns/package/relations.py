"""Where the parts of an xlsx are: from its root through the relations, never by the names that parts usually have."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from styrxl.returns.package.unpack import Package, make_oversized, make_unreadable

_OFFICE = re.compile(r"http://(?:schemas\.openxmlformats|purl\.oclc)\.org/(?:officeDocument/2006|ooxml/officeDocument)/relationships")
_RELATION_ID = re.compile(rf"\{{{_OFFICE.pattern}\}}id")
_OTHER_SHEETS = {"chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"}  # without cells, or with old macros in them
_ROOT, _USUAL = "_rels/.rels", "xl/workbook.xml"
_SMALL = 64_000  # bytes that are worth remembering
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet of a workbook: its name, its part, and whether it shows (``visible``, ``hidden``, ``veryHidden``)."""

    name: str
    part: str
    state: str


@dataclass(frozen=True, slots=True)
class WorkbookRelations:
    """What a workbook is made of; parts as ``Package`` has them, None where there is none."""

    sheets: tuple[SheetEntry, ...]
    texts: str | None  # shared texts
    styles: str | None
    from_1904: bool  # how it counts days
    macros: bool


def find_properties(package: Package) -> str | None:
    """Return the part of the document's own properties; raises RefusedError."""
    found = _find_part(package, _ROOT, "", "custom-properties", "customProperties")
    return found or ("docprops/custom.xml" if "docprops/custom.xml" in package else None)


def find_workbook(package: Package) -> str:
    """Return the workbook's part; raises RefusedError."""
    return _find_part(package, _ROOT, "", "officeDocument") or _USUAL


def read_relations(package: Package, workbook: str) -> WorkbookRelations:
    """Return what a workbook is made of; raises RefusedError, also where a sheet's part is not there."""
    folder, _, name = workbook.rpartition("/")
    base = f"{folder}/" if folder else ""
    relations = f"{base}_rels/{name}.rels"
    if workbook not in package or relations not in package:
        raise make_unreadable("damaged")
    content, targets = package.part(workbook), package.part(relations)
    read = _read if len(content) + len(targets) < _SMALL else _read.__wrapped__
    found = read(content, targets, base)
    if len(found.sheets) > package.limits.sheets:
        raise make_oversized("too_many_sheets", n=len(found.sheets), high=package.limits.sheets)
    for sheet in found.sheets:
        if sheet.part not in package:
            raise make_unreadable("lost_sheet", sheet=sheet.name)
    if any(part and part not in package for part in (found.texts, found.styles)):
        raise make_unreadable("damaged")
    return found


@lru_cache(maxsize=64)  # a form's workbooks are alike in this
def _read(workbook: bytes, relations: bytes, base: str) -> WorkbookRelations:
    elements = list(parse(workbook).iter())
    tags = [element for element in elements if _local(element.tag) == "sheet"]
    if not tags:
        raise make_unreadable("no_sheets")
    entries = {r.get("Id"): (_kind(r), resolve(base, r.get("Target", ""))) for r in _relationships(parse(relations))}
    related = [(tag, entries.get(next((v for k, v in tag.items() if _RELATION_ID.fullmatch(k)), ""))) for tag in tags]
    sheets = tuple(_make_sheet(tag, entry) for tag, entry in related if entry is None or entry[0] not in _OTHER_SHEETS)
    if not sheets:
        raise make_unreadable("no_sheets")
    names = [sheet.name.casefold() for sheet in sheets]
    if len({*names}) != len(names):
        raise make_unreadable("damaged")
    from_1904 = any(e.get("date1904", "").strip() in {"1", "true"} for e in elements if _local(e.tag) == "workbookPr")
    kinds = {kind for kind, _ in entries.values()}
    texts, styles = (_only({part for kind, part in entries.values() if kind == wanted}) for wanted in ("sharedStrings", "styles"))
    macros = "vbaProject" in kinds or any("acrosheet" in kind for kind in kinds)
    return WorkbookRelations(sheets, texts, styles, from_1904, macros)


def _make_sheet(tag: ET.Element, entry: tuple[str, str] | None) -> SheetEntry:
    name = tag.get("name") or ""
    if entry is None or entry[0] != "worksheet":
        raise make_unreadable("lost_sheet", sheet=name)
    return SheetEntry(name, entry[1], tag.get("state", "visible"))


@lru_cache(maxsize=64)
def write_workbook(sheets: tuple[SheetEntry, ...], *, from_1904: bool) -> Mapping[str, bytes]:
    """Return the parts of a workbook that holds these sheets, in ``xl/worksheets/sheet1.xml`` …, as programs usually write them."""
    entries = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{n}" state={quoteattr(sheet.state)} r:id="rId{n}"/>'
        for n, sheet in enumerate(sheets, 1)
    )
    days = '<workbookPr date1904="1"/>' if from_1904 else ""
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>'.encode(),
        _ROOT: _write_relations([("officeDocument", _USUAL)]),
        _USUAL: f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">{days}<sheets>{entries}</sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": _write_relations(("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)),
    }


def _write_relations(targets: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> bytes:
    entries = (f'<Relationship Id="rId{n}" Type="{_RELATIONS}/{kind}" Target="{target}"/>' for n, (kind, target) in enumerate(targets, 1))
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(entries)}</Relationships>'.encode()


def _find_part(package: Package, relations: str, base: str, *kinds: str) -> str | None:
    """Return the part that some relations name, and that is there; raises RefusedError where they name several."""
    if relations not in package:
        return None
    content = package.part(relations)
    targets = (_read_targets if len(content) < _SMALL else _read_targets.__wrapped__)(content, base)
    return _only({part for kind, part in targets if kind in kinds and part in package})


def read_targets(package: Package, relations: str, base: str) -> Mapping[str, str]:
    """Return the parts that relations name and that are there, by the relations' keys; raises RefusedError."""
    targets = {r.get("Id", ""): resolve(base, r.get("Target", "")) for r in _relationships(parse(package.part(relations)))}
    return {key: part for key, part in targets.items() if part in package}


def respell_relations(package: Package, relations: str) -> bytes:
    """Return relations of the workbook as programs usually write them; raises RefusedError."""
    written = (
        {"Id": r.get("Id", ""), "Type": r.get("Type", ""), "Target": _find_original(package, r)}
        for r in _relationships(parse(package.part(relations)))
    )
    entries = (f"<Relationship {' '.join(f'{name}={quoteattr(value)}' for name, value in entry.items())}/>" for entry in written)
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(entries)}</Relationships>'.encode()


def _find_original(package: Package, relationship: ET.Element) -> str:
    part = resolve("xl/", relationship.get("Target", ""))
    return package.original(part)[len("xl/") :] if part in package and part.startswith("xl/") else relationship.get("Target", "")


@lru_cache(maxsize=64)
def _read_targets(relations: bytes, base: str) -> tuple[tuple[str, str], ...]:
    return tuple((_kind(r), resolve(base, r.get("Target", ""))) for r in _relationships(parse(relations)))


def _relationships(root: ET.Element) -> Iterator[ET.Element]:
    return (r for r in root.iter() if _local(r.tag) == "Relationship" and r.get("TargetMode") != "External")


def _only(parts: set[str]) -> str | None:
    if len(parts) > 1:
        raise make_unreadable("damaged")
    return next(iter(parts), None)


def _kind(relationship: ET.Element) -> str:
    return (relationship.get("Type") or "").strip().rpartition("/")[2]


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def resolve(base: str, target: str) -> str:
    """Return the part that a target names (ECMA-376, part 2, 6.5), as ``Package`` has it; ``base``: the folder it is seen from, or ''."""
    plain = unquote(target.strip().partition("#")[0]).replace("\\", "/")
    path = plain if plain.startswith("/") else f"/{base}{plain}"
    return posixpath.normpath(path).lstrip("/").lower()


def parse(content: bytes) -> ET.Element:
    """Return the XML of a small part; raises RefusedError."""
    try:
        return ET.fromstring(content)  # noqa: S314 -- without a document type, so that there are no entities: see ``unpack``
    except (ET.ParseError, ValueError, LookupError) as error:
        raise make_unreadable("damaged") from error
