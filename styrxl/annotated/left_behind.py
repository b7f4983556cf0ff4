"""What a return holds beside the answers asked for: own sheets, columns and pictures, notes, and formulas that have no value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape

from openpyxl.utils import column_index_from_string

from styrxl.annotated.carry import cell_of
from styrxl.model.findings import Finding
from styrxl.model.forms import Form, Words
from styrxl.model.limits import Limits
from styrxl.returns.file_type import is_zip
from styrxl.returns.tables import Table, blank, norm
from styrxl.returns.unpack import Package, RefusedError
from styrxl.returns.workbook import RawSheet, Returned, sheet_parts

_DRAWN = re.compile(rb"<(?:[a-z0-9]+:)?(?:pic|sp|graphicFrame|cxnSp)[ >]")
_NOTE = re.compile(rb"<comment [^<>]{0,400}>")
_BEGINNING = 2_000  # bytes of a note, in which its first word stands
_TAG = re.compile(rb"<[^<>]{0,400}>")
_FORMULA = re.compile(r'<c r="([A-Z]{1,3}\d{1,7})"[^>]{0,120}><f[^>]{0,200}>([^<]{1,8192})</f>')


@dataclass(frozen=True, slots=True)
class Left:
    """Something that does not come along; ``what`` is a key of the shared texts, ``count`` how many cells, pictures or notes."""

    what: str
    count: int
    facts: Mapping[str, str] = field(default_factory=dict)


def left_behind(returned: Returned, form: Form, tables: Iterable[Table], findings: Sequence[Finding], words: Words) -> Iterator[Left]:
    """Yield what stands in a return's cells and is no answer."""
    at = {table.place.sheet: table for table in tables}
    names = {norm(text): sheet for sheet in form.sheets for text in sheet.name.values()}
    ours = {norm(text) for key in ("start", "mend_sheet") for text in words.texts[key].values()} | {"_styrxl", "_listor"}
    own: dict[tuple[str | None, str | None], str] = {
        (f.sheet, f.cell): str(f.column) for f in findings if f.rule == "unknown-column" and f.cell
    }
    for raw in returned.sheets:
        sheet = names.get(norm(raw.name))
        if raw.name in at:
            yield from _columns(raw, at[raw.name], own, words)
        elif norm(raw.name) not in ours and (sheet is None or sheet.table):
            count = sum(not blank(value) for row in raw.rows for value in row)
            if count:
                yield Left("left_sheet" if sheet is None else "left_unplaced", count, {"sheet": raw.name})


def _columns(raw: RawSheet, table: Table, own: Mapping[tuple[str | None, str | None], str], words: Words) -> Iterator[Left]:
    headed = {
        column_index_from_string(cell.rstrip("0123456789")): text for (sheet, cell), text in own.items() if cell and sheet == raw.name
    }
    for column, heading in headed.items():
        yield Left("left_column", _filled(raw, column, table.place.heading_row), {"sheet": raw.name, "column": heading})
    known = set(table.place.columns.values()) | headed.keys()
    if table.place.downwards:
        known |= {column + step for column in known for step in (-1, 1)}
    checks = {norm(text) for text in words.texts["check_heading"].values()}
    across = range(raw.left + 1, raw.left + 1 + max(map(len, raw.rows), default=0))
    bare = [column for column in across if column not in known and _heading(raw, table, column) in {"", *checks}]
    count = sum(_filled(raw, column, table.place.heading_row) for column in bare if _heading(raw, table, column) == "")
    if count:
        yield Left("left_cells", count, {"sheet": raw.name})


def _heading(raw: RawSheet, table: Table, column: int) -> str:
    value = cell_of(raw, table.place.heading_row, column)
    return norm(value) if isinstance(value, str) else str(value)


def _filled(raw: RawSheet, column: int, below: int) -> int:
    return sum(not blank(cell_of(raw, row, column)) for row in range(below + 1, raw.top + len(raw.rows) + 1))


def things(package: Package | None, ours: int, mine: Iterable[str]) -> Iterator[Left]:
    """Yield pictures and notes; ``ours``: pictures that a fresh workbook has, ``mine``: words with which notes of ours begin."""
    drawn = noted = 0
    for name in package.names if package else ():
        if name.startswith("xl/drawings/drawing"):
            drawn += len(_DRAWN.findall(_part(package, name)))
        elif name.startswith("pictures/"):
            drawn += 1
        elif name.startswith("xl/") and "comments" in name and "threaded" not in name:
            noted += _notes(_part(package, name), tuple(mine))
    if drawn > ours:
        yield Left("left_pictures", drawn - ours)
    if noted:
        yield Left("left_notes", noted)


def _part(package: Package | None, name: str) -> bytes:
    try:
        return package.part(name) if package else b""
    except RefusedError:
        return b""


def _notes(xml: bytes, mine: tuple[str, ...]) -> int:
    count = 0
    for match in _NOTE.finditer(xml):
        text = unescape(_TAG.sub(b"", xml[match.end() : match.end() + _BEGINNING]).decode("utf-8", "replace"))
        count += not text.lstrip().startswith(mine)
    return count


def drawn_in(parts: Iterable[bytes]) -> int:
    """Count pictures in parts."""
    return sum(len(_DRAWN.findall(part)) for part in parts)


def package_of(data: bytes, limits: Limits) -> Package | None:
    """Return a return's parts; None for one that has no parts, or cannot be looked into."""
    try:
        return Package(data, limits) if is_zip(data) else None
    except RefusedError:
        return None


def formulas(package: Package | None, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the formulas, as texts that begin with ``=``, of cells (sheet, cell) that have no value; those that are found."""
    by_sheet: dict[str, set[str]] = {}
    for name, cell in wanted:
        by_sheet.setdefault(name, set()).add(cell)
    found: dict[tuple[str, str], str] = {}
    if not by_sheet or package is None:
        return found
    try:
        parts = sheet_parts(package)
        for name, cells in by_sheet.items():
            text = package.part(parts[name]).decode("utf-8", "replace") if parts.get(name, "") in package else ""
            found.update({(name, m[1]): f"={unescape(m[2])}" for m in _FORMULA.finditer(text) if m[1] in cells})
    except RefusedError:
        return found
    return found
