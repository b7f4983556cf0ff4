"""Sheets of a council's or a board's workbook, as its readers and as Excel see them."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

from python_calamine import CalamineWorkbook

from workbook_parts import read_parts


def sheets(data: bytes) -> dict[str, Cells]:
    """Return each sheet's cells as a reader sees them."""
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def table(cells: Cells, first: str) -> list[dict[str, Any]]:
    """Return the rows under the row of headings whose first cell says ``first``, up to the next empty row."""
    top = next(n for n, line in enumerate(cells) if line[0] == first and line[1])
    heads = [str(h) for h in cells[top] if h]
    below = cells[top + 1 :]
    end = next((n for n, line in enumerate(below) if not any(v != "" for v in line)), len(below))
    return [dict(zip(heads, line, strict=False)) for line in below[:end]]


def sheet_part(data: bytes, name: str) -> tuple[str, dict[str, str]]:
    """Return a sheet's XML, and where its relations lead, by id."""
    found = parts(data)
    number = CalamineWorkbook.from_filelike(BytesIO(data)).sheet_names.index(name) + 1
    relations = found.get(f"xl/worksheets/_rels/sheet{number}.xml.rels", "<x/>")
    return found[f"xl/worksheets/sheet{number}.xml"], {r.get("Id", ""): r.get("Target", "") for r in elements(relations)}


Cells = list[list[Any]]


def parts(data: bytes) -> dict[str, str]:
    """Return the workbook's parts as text."""
    return {name: part.decode() for name, part in read_parts(data).items()}


def elements(text: str) -> ET.Element:
    """Return a part as elements."""
    return ET.fromstring(text)
