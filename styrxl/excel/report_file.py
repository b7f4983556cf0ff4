"""The file of a report: what openpyxl makes of it, with the rows, links and texts that ``rows`` has written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from xml.sax.saxutils import quoteattr

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from styrxl.excel import archive, finish
from styrxl.excel.rows import WrittenSheet
from styrxl.excel.sheet import escape_clean

# openpyxl does not say that a label's format is its own, and LibreOffice then takes the cell's.
_LABELS = re.compile(rb'(<(?:c:)?numFmt formatCode="[^"]*")\s*/>')
_DATA = re.compile(rb"<sheetData\s*/>|<sheetData>.*?</sheetData>", re.DOTALL)
_SIZE = re.compile(rb'<dimension ref="[^"]*"\s*/>')
_AFTER_LINKS = re.compile(rb"<printOptions|<pageMargins")
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def build_file(workbook: Workbook, sheets: Sequence[WrittenSheet], strings: dict[str, int]) -> list[bytes]:
    """Return a workbook of openpyxl with the rows of its sheets, in pieces; the same input gives the same bytes."""
    buffer = BytesIO()
    workbook.save(buffer)
    parts = finish.add_strings_part(finish.fix_times(archive.read_parts(buffer.getvalue())))
    charts = {name: _LABELS.sub(rb'\1 sourceLinked="0"/>', data) for name, data in parts.items() if name.startswith("xl/charts/")}
    parts = finish.add_alternative_texts({**parts, **charts}, [text for sheet in sheets for text in sheet.alternative_texts])
    made: dict[str, archive.DeflatedPart | Sequence[bytes | archive.DeflatedText]] = {name: (data,) for name, data in parts.items()}
    for number, sheet in enumerate(sheets, 1):
        made |= _fill_sheet_part(parts, number, sheet)
    made[finish.SHARED_STRINGS] = (_deflate_strings(strings, sum(sheet.string_uses for sheet in sheets)),)
    return archive.zip_pieces(made)


def _deflate_strings(strings: dict[str, int], uses: int) -> archive.DeflatedText:
    """Return the part of shared strings, letting go of them."""
    packer = archive.Deflater()
    for piece in finish.shared_strings_xml(map(escape_clean, strings), len(strings), uses):
        packer.add(piece)
    strings.clear()
    return packer.end()


def _fill_sheet_part(
    parts: Mapping[str, bytes], number: int, sheet: WrittenSheet
) -> dict[str, archive.DeflatedPart | Sequence[bytes | archive.DeflatedText]]:
    """Return a sheet's part with its rows and links, and its relations with the files that they lead to."""
    name, relations = f"xl/worksheets/sheet{number}.xml", f"xl/worksheets/_rels/sheet{number}.xml.rels"
    size = f'<dimension ref="A1:{get_column_letter(sheet.width)}{max(sheet.last_row, 1)}"/>'.encode()
    before, after = _DATA.split(_SIZE.sub(lambda _: size, parts[name], count=1), maxsplit=1)
    around = before + b"<sheetData>", b"</sheetData>" + after
    if not sheet.links.count:
        return {name: (around[0], sheet.deflater.end(), around[1])}
    links = f'<hyperlinks xmlns:r="{_RELATIONS}">'.encode() + sheet.links.xml() + b"</hyperlinks>"
    below = _AFTER_LINKS.sub(lambda match: links + match[0], around[1], count=1)
    kind = f'Type="{_RELATIONS}/hyperlink" TargetMode="External"'
    made = "".join(f'<Relationship Id="{i}" {kind} Target={quoteattr(address)}/>' for address, i in sheet.links.ids.items())
    empty = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
    named = parts.get(relations, empty).replace(b"</Relationships>", f"{made}</Relationships>".encode())
    return {name: archive.deflate_part((around[0], sheet.deflater.end(), below)), relations: (named,)}
