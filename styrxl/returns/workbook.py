"""Read a returned file's bytes with calamine: identity and raw cells, or a finding that says why not.

What kind of file it is and how large is checked first (``file_type``, ``unpack``, ``workbook_parts``), before calamine sees it.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from styrxl.model.catalogue import Word
from styrxl.model.column_letters import column_number
from styrxl.model.findings import Finding, finding
from styrxl.model.limits import CELLS, MB, STANDARD, Limits
from styrxl.model.naming.sheet_names import IDENTITY_SHEET
from styrxl.model.prefill import COMPARED
from styrxl.returns.package.external_links import find_external_links
from styrxl.returns.package.file_type import WORKBOOKS, find_kind, has_macros, is_zip
from styrxl.returns.package.marks import NO_MARKS, PreparedSheet, SheetMarks
from styrxl.returns.package.unpack import ORDINARY_MB, NotOrdinaryError, Package, RefusedError, make_oversized, make_unreadable
from styrxl.returns.package.workbook_parts import IDENTITY_SIZE, SheetsToSkip, WorkbookParts, read_identity_value, read_parts
from styrxl.returns.shown.appearance import PLAIN, Appearance, SeenRows, see_numbers, see_rows


@dataclass(frozen=True, slots=True)
class SheetCells:
    """A sheet's used cells as they show ('' where empty; else as calamine gives them); ``top`` and ``left`` count from 0."""

    name: str
    top: int
    left: int
    rows: list[list[Any]]
    hidden: bool = False
    marks: SheetMarks = NO_MARKS
    appearance: Appearance = PLAIN


@dataclass(frozen=True, slots=True)
class ReturnedWorkbook:
    """A workbook that came back: its identity (``mixed``: the hidden sheet and the properties differ), and its sheets."""

    identity: Mapping[str, str]
    sheets: tuple[SheetCells, ...]
    mixed: bool = False


ReadWorkbook = tuple[ReturnedWorkbook | None, tuple[Finding, ...]]


def skip_no_sheets(_: Mapping[str, str]) -> Collection[str]:
    """Return no names of sheets: all of them are read."""
    return ()


def read_workbook(
    data: bytes,
    limits: Limits = STANDARD,
    *,
    ordinary_only: bool = False,
    ordinary_mb: int = ORDINARY_MB,
    skip: SheetsToSkip = skip_no_sheets,
) -> ReadWorkbook:
    """Read a workbook (xlsx, xlsm, xlsb, xls, ods).

    ``skip`` names the sheets that are not needed: with ``ordinary_only`` they come without rows.

    A file that cannot be read gives one error (``unreadable-workbook``, ``encrypted-workbook``, ``oversized-workbook``) and no workbook;
    one without identity is still returned, with an empty identity. With ``ordinary_only`` raises NotOrdinaryError for a file that
    could take much time or memory; without it, a file may crash or block the process: see ``isolated``.
    """
    try:
        return _read(data, limits, ordinary_mb if ordinary_only else 0, skip)
    except RefusedError as refused:
        return None, (refused.finding,)


def _read(data: bytes, limits: Limits, ordinary_mb: int, skip: SheetsToSkip) -> ReadWorkbook:
    kind, package = _check_file(data, limits)
    if ordinary_mb and kind != "xlsx":
        raise NotOrdinaryError
    parts = read_parts(data, package, ordinary_mb, skip)
    sheets = tuple(_read_sheets(parts, limits))
    hidden = next((_read_identity(sheet) for sheet in sheets if sheet.name == IDENTITY_SHEET), {})
    mixed = bool(hidden and parts.properties) and any(hidden.get(key, "") != parts.properties.get(key, "") for key in COMPARED)
    if mixed and parts.skipped:  # a file with two identities is read whole
        return _read(data, limits, ordinary_mb, skip_no_sheets)
    findings = [*_check_contents(kind, data, package, limits, macros=parts.macros)]
    if kind != "xlsx":
        unseen = f"unseen_{kind}" if all(sheet.name in parts.sheets for sheet in sheets) else "unseen"
        findings.append(finding("partly-checked", kind=f".{kind}", unseen=Word(unseen)))
    return ReturnedWorkbook(hidden or parts.properties, sheets, mixed), tuple(findings)


def _check_file(data: bytes, limits: Limits) -> tuple[str, Package | None]:
    """Return what kind of workbook a file is, and its zip if it is one; raises RefusedError."""
    if len(data) > limits.file_mb * MB:
        raise make_oversized("too_large_file", mb=len(data) // MB, high=limits.file_mb)
    package = Package(data, limits) if is_zip(data) else None
    kind = package.kind if package else find_kind(data)
    if kind == "locked" or (package and kind == "ods" and _is_locked_ods(package)):
        raise RefusedError(finding("encrypted-workbook"))
    if kind not in WORKBOOKS:
        raise make_unreadable("damaged") if kind == "damaged" else make_unreadable("seems_to_be", what=Word(f"kind_{kind}"))
    return kind, package


def _check_contents(kind: str, data: bytes, package: Package | None, limits: Limits, *, macros: bool) -> Iterator[Finding]:
    """Yield findings on macros and on links to other files."""
    if macros or has_macros(kind, data, package.names if package else ()):
        found = finding("macro-workbook")
        yield replace(found, severity="warning") if limits.macros == "warn" else found
    if package is not None and kind == "xlsx" and (links := find_external_links(package)):
        yield finding("external-link", files=links)


def _is_locked_ods(package: Package) -> bool:
    manifest = "meta-inf/manifest.xml"
    return manifest in package and b"encryption-data" in package.part(manifest)


def _read_sheets(parts: WorkbookParts, limits: Limits) -> Iterator[SheetCells]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(parts.data))
        kinds = {meta.name: meta for meta in book.sheets_metadata}
        names = [name for name in book.sheet_names if name not in kinds or kinds[name].typ == SheetTypeEnum.WorkSheet]
        if not names:
            raise make_unreadable("no_sheets")
        if len(names) > limits.sheets:
            raise make_oversized("too_many_sheets", n=len(names), high=limits.sheets)
        for name in names:
            hidden = name in kinds and kinds[name].visible != SheetVisibleEnum.Visible
            if name in parts.skipped:
                yield SheetCells(name, 0, 0, [], hidden, appearance=_complete(PLAIN, name, parts))
                continue
            sheet = book.get_sheet_by_name(name)
            _check_size(name, sheet, limits)
            top, left = sheet.start or (0, 0)
            rows = sheet.to_python()
            prepared = parts.sheets.get(name)
            if prepared:
                _check_values(name, top, left, rows, prepared.values)
            seen = _see(prepared, parts, rows, top, left) if prepared else SeenRows(rows, top, left)
            appearance = _complete(seen.appearance, name, parts)
            yield SheetCells(name, top, left, seen.rows, hidden, prepared.marks if prepared else NO_MARKS, appearance)
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise make_unreadable("damaged") from error


def _check_values(name: str, top: int, left: int, rows: Sequence[Sequence[Any]], values: Mapping[str, float | None]) -> None:
    """Refuse a sheet in which the reader has seen another number, or less, than the parser that looked before it; either may be right."""
    for cell, number in values.items():
        letters = cell.rstrip("0123456789")
        row, column = int(cell[len(letters) :]) - top - 1, column_number(letters) - left - 1
        value = rows[row][column] if 0 <= row < len(rows) and 0 <= column < len(rows[row]) else ""
        if value == "" or (number is not None and type(value) in {int, float} and value != number):
            raise make_unreadable("read_otherwise", sheet=name, cell=cell)


def _see(prepared: PreparedSheet, parts: WorkbookParts, rows: list[list[Any]], top: int, left: int) -> SeenRows:
    """Return a sheet's values as they show, from its XML or, of an ods, from what was seen when that was read."""
    if prepared.xml:
        return see_rows(prepared.xml, parts.formats, rows, top, left)
    shows = {cell: lambda _, shown=shown: shown for cell, shown in prepared.shown.items()}
    return see_numbers(rows, top, left, shows, prepared.appearance)


def _complete(appearance: Appearance, name: str, parts: WorkbookParts) -> Appearance:
    """Return a sheet's appearance with what the whole workbook says: its notes, and where its days count from."""
    if name not in parts.notes and not parts.from_1904:
        return appearance
    return replace(appearance, notes=parts.notes.get(name, appearance.notes), from_1904=parts.from_1904)


def _check_size(name: str, sheet: CalamineSheet, limits: Limits) -> None:
    if sheet.end is None or sheet.start is None:
        return
    (top, left), (bottom, right) = sheet.start, sheet.end
    if bottom >= limits.rows:
        raise make_oversized("too_far_down", sheet=name, high=limits.rows, columns=limits.columns)
    if right >= limits.columns:
        raise make_oversized("too_far_right", sheet=name, high=limits.rows, columns=limits.columns)
    if (bottom - top + 1) * (right - left + 1) > CELLS:
        raise make_oversized("too_many_cells", sheet=name, high=CELLS)


def _read_identity(sheet: SheetCells) -> dict[str, str]:
    rows = (row for row in sheet.rows[:IDENTITY_SIZE] if len(row) > 1 and row[0] != "" and row[1] != "")
    return {str(row[0]): read_identity_value(str(row[0]), row[1]) for row in rows}
