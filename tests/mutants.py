"""Valid returns changed at random, and what stands in them as an independent reader sees it."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd

from styrxl.model.form_files import Forms
from styrxl.model.forms import Column, Form, Sheet, Words
from styrxl.returns.cell_values import fold_text
from styrxl.returns.letters import make_plain, make_visible
from styrxl.returns.locate import Locator
from styrxl.returns.tables import TablePlace
from styrxl.returns.workbook import read_workbook
from workbook_parts import read_parts

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
CELL = re.compile(rb'<c r="([A-Z]+)(\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")  # how a workbook writes what XML cannot
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
EPOCH = date(1899, 12, 30)

Grid = Mapping[tuple[int, int], "Cell"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: its type as the XML says, and its text."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A sheet with answers in the valid return: where they are, and what they are."""

    sheet: Sheet
    place: TablePlace


@dataclass(frozen=True, slots=True, repr=False)
class Base:
    """A valid return, its parts, and where its answers are."""

    owner: str
    form: Form
    data: bytes
    parts: Mapping[str, bytes]
    sheet_parts: Mapping[str, str]  # sheet name -> part
    spots: tuple[Spot, ...]

    def packed(self, changed: Mapping[str, bytes | None]) -> bytes:
        """Return the return with some parts replaced, or (None) left out."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, content in {**self.parts, **changed}.items():
                if content is not None:
                    archive.writestr(name, content)
        return target.getvalue()

    def answers(self) -> list[tuple[str, int, int]]:
        """Return the cells in which something may be written: part, row and column."""
        found = []
        for spot in self.spots:
            place, part = spot.place, self.sheet_parts[spot.place.sheet]
            for column in spot.sheet.columns:
                if column.asked and column.field in place.columns:
                    rows = [place.downwards[column.field]] if place.downwards else range(place.heading_row + 1, place.heading_row + 5)
                    found += [(part, row, place.columns[column.field]) for row in rows]
        return found


def base_of(owner: str, data: bytes, form: Form, forms: Forms, language: str) -> Base:
    """Return a valid return, looked through."""
    parts = read_parts(data)
    returned, _ = read_workbook(data)
    assert returned is not None
    tables, _ = Locator(form, forms.words).locate(returned, language)
    return Base(owner, form, data, parts, sheet_parts(parts), tuple(Spot(table.sheet, table.place) for table in tables))


def sheet_parts(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Return the parts that hold the sheets, by the sheets' names."""
    targets = {r.get("Id"): r.get("Target", "") for r in ET.fromstring(parts["xl/_rels/workbook.xml.rels"])}
    sheets = ET.fromstring(parts["xl/workbook.xml"]).iter(f"{MAIN}sheet")
    return {s.get("name", ""): "xl/" + targets[s.get(RELATION)].removeprefix("/xl/") for s in sheets}


def letters(column: int) -> str:
    """Return a column's letters; 1 is A."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def with_cell(xml: bytes, row: int, column: int, cell: str) -> bytes:
    """Return a sheet with one cell written anew; ``cell`` is what comes after its place: attributes, ``>`` and content."""
    place = f"{letters(column)}{row}".encode()
    found = re.search(rb'<c r="%s"([^>]*?)(/>|>.*?</c>)' % place, xml, re.DOTALL)
    if found is None:
        return xml
    style = re.search(rb' s="\d+"', found[1])
    new = b'<c r="%s"%s%s</c>' % (place, style[0] if style else b"", cell.encode("utf-8", "replace"))
    return xml[: found.start()] + new + xml[found.end() :]


def written(data: bytes) -> dict[str, Grid] | None:
    """Return what stands in a workbook's sheets, read anew from its XML; None where that does not hold together."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        return {name: _grid(parts[part], parts) for name, part in sheet_parts(parts).items()}
    except (
        zipfile.BadZipFile,
        ET.ParseError,
        KeyError,
        ValueError,
        IndexError,
        EOFError,
        OSError,
        NotImplementedError,
        zlib.error,
    ):
        return None


def _grid(xml: bytes, parts: Mapping[str, bytes]) -> Grid:
    texts: Iterable[ET.Element] = ET.fromstring(parts["xl/sharedStrings.xml"]) if "xl/sharedStrings.xml" in parts else ()
    shared = ["".join(t.text or "" for t in si.iter(f"{MAIN}t")) for si in texts]
    found: dict[tuple[int, int], Cell] = {}
    row = column = 0
    for element in ET.fromstring(xml).iter():
        if element.tag == f"{MAIN}row":
            row, column = int(element.get("r", row + 1)), 0
        if element.tag != f"{MAIN}c":
            continue
        cell = element
        row, column = _place(cell.get("r"), row, column + 1)
        kind, value = cell.get("t", "n"), cell.find(f"{MAIN}v")
        text = (value.text or "") if value is not None else ""
        if kind == "s":
            text = shared[int(text)]
        elif kind == "inlineStr":
            text = "".join(t.text or "" for t in cell.iter(f"{MAIN}t"))
        found[row, column] = Cell(kind, ESCAPE.sub(lambda m: chr(int(m[1], 16)), text))
    return found


def _place(reference: str | None, row: int, column: int) -> tuple[int, int]:
    """Return where a cell stands: where it says, else (ECMA-376 18.3.1.4) after the one before it."""
    if reference is None:
        return row, column
    match = re.fullmatch(r"([A-Z]+)(\d+)", reference)
    if match is None:
        raise ValueError(reference)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def differences(
    base: Base, frames: Mapping[str, pd.DataFrame], grids: Mapping[str, Grid], told: set[tuple[str, str]], words: Words
) -> list[str]:
    """Return the answers that were read as something else than what stands there, and of which nothing was told (sheet, cell)."""
    found = []
    for spot in base.spots:
        place, sheet = spot.place, spot.sheet
        frame = frames.get(sheet.table or "")
        grid = grids.get(place.sheet)
        if grid is None:
            continue
        rows = {} if frame is None else {int(row["_row"]): row for row in frame.to_dict("records")}
        for column in sheet.columns:
            if column.asked and column.field in place.columns:
                found += _of_column(spot, column, rows, grid, told, base.form, words)
    return found


def _of_column(
    spot: Spot,
    column: Column,
    rows: Mapping[int, Mapping[Any, Any]],
    grid: Grid,
    told: set[tuple[str, str]],
    form: Form,
    words: Words,
) -> list[str]:
    place, at = spot.place, spot.place.columns[column.field]
    if place.downwards:
        lines = {place.downwards[column.field]: next(iter(rows.values()), {})}
    else:
        wanted = {row for row, col in grid if col == at and row > place.heading_row}
        lines = {row: rows.get(row, {}) for row in wanted | set(rows)}
    found = []
    for row, values in lines.items():
        cell = grid.get((row, at), Cell("n", ""))
        told_of = any((place.sheet, f"{letters(col)}{row}") in told for col in range(1, 30))
        if not told_of and not _same(column, values.get(column.field), cell, form, words):
            found.append(f"{place.sheet}!{letters(at)}{row} {column.field}: {cell!r} read as {values.get(column.field)!r}")
    return found


def _same(column: Column, value: Any, cell: Cell, form: Form, words: Words) -> bool:
    text = make_visible(cell.text.replace("\u00a0", " ")).strip()
    empty = value is None or value is pd.NaT or (not isinstance(value, str) and pd.isna(value))
    if empty:
        return not text or fold_text(text) in words.placeholders or text in words.placeholders
    if column.default and not text:
        return True  # the year's first or last day, where nothing is written
    if column.kind == "date":
        return _date(text) == pd.Timestamp(value).date()
    if column.kind == "choice":
        text = {"0": "false", "1": "true"}.get(text, text) if cell.kind == "b" else text
        choice = form.lists[column.list or ""][str(value)]
        return (
            _number(text) == _number(str(value))
            if _number(text) is not None
            else fold_text(text) in {fold_text(str(t)) for t in _texts(str(value), choice)}
        )
    if column.kind in {"number", "integer"}:
        return _number(text) is not None and abs((_number(text) or 0.0) - float(value)) <= 1e-9 * max(1.0, abs(float(value)))
    if column.kind == "ref":
        return all(part.casefold() in make_plain(text).casefold() for part in str(value).split(";"))
    return (
        text == value or cell.kind == "b" or (_number(text) is not None and (_number(text) == _number(value) or _date(value) is not None))
    )


def _texts(code: str, choice: Mapping[str, Any]) -> Sequence[Any]:
    return [code, choice["sv"], choice["en"], *choice.get("also", ())]


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _date(text: str) -> date | None:
    number = _number(text)
    if number is not None:
        return EPOCH + timedelta(days=int(number)) if 0 <= number < 3e6 else None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None
