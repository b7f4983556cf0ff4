"""A workbook's values as OpenDocument, as somebody with LibreOffice would send it: no more than the sample needs.

Written here, since odfpy, the one library that writes such sheets, has had no release since 2020.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for short, long in (("office", "office"), ("style", "style"), ("table", "table"), ("text", "text"))
)
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIMETYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
_STYLES = "".join(
    f'<style:style style:name="{name}" style:family="table"><style:table-properties table:display="{shown}"/></style:style>'
    for name, shown in (("shown", "true"), ("hidden", "false"))
)


def convert_to_ods(data: bytes) -> bytes:
    """Return a workbook's values, on all its sheets and in the same cells, as an OpenDocument spreadsheet."""
    with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
        visible = {meta.name: meta.visible == SheetVisibleEnum.Visible for meta in book.sheets_metadata}
        tables = "".join(_table(book.get_sheet_by_name(name), shown=visible[name]) for name in book.sheet_names)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content {_NAMES} office:version="1.2">'
        f"<office:automatic-styles>{_STYLES}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        _add(archive, "mimetype", _MIMETYPE, ZIP_STORED)  # first and plain, so that the file's kind can be told from its bytes
        _add(archive, "META-INF/manifest.xml", _MANIFEST, ZIP_DEFLATED)
        _add(archive, "content.xml", content, ZIP_DEFLATED)
    return target.getvalue()


def _add(archive: ZipFile, name: str, text: str, method: int) -> None:
    entry = ZipInfo(name)  # its time is 1 January 1980, so that a rebuild gives the same bytes
    entry.compress_type = method
    archive.writestr(entry, text.encode())


def _table(sheet: CalamineSheet, *, shown: bool) -> str:
    top, left = sheet.start or (0, 0)
    above = f'<table:table-row table:number-rows-repeated="{top}"><table:table-cell/></table:table-row>' if top else ""
    rows = "".join(f"<table:table-row>{''.join(_cells(row, left))}</table:table-row>" for row in sheet.to_python())
    style = "shown" if shown else "hidden"
    return f'<table:table table:name={quoteattr(sheet.name)} table:style-name="{style}">{above}{rows}</table:table>'


def _cells(row: Sequence[Any], left: int) -> Iterator[str]:
    if left:
        yield f'<table:table-cell table:number-columns-repeated="{left}"/>'
    yield from (_cell(value) for value in row)


def _cell(value: Any) -> str:
    if value == "" or value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        return f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(value).lower()}"/>'
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value!r}"><text:p>{value:g}</text:p></table:table-cell>'
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return f'<table:table-cell office:value-type="date" office:date-value="{day}"><text:p>{day}</text:p></table:table-cell>'
    paragraphs = "".join(f"<text:p>{_spaced(line)}</text:p>" for line in str(value).split("\n"))
    return f'<table:table-cell office:value-type="string">{paragraphs}</table:table-cell>'


def _spaced(line: str) -> str:
    """Escape a line and write its runs of spaces as OpenDocument has them: only single ones between words are kept."""
    text = escape(line)
    lead = len(text) - len(text.lstrip(" "))
    return f'<text:s text:c="{lead}"/>{text[lead:]}' if lead else text
