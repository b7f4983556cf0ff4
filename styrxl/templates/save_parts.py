"""A workbook of openpyxl's saved as the parts that it consists of, in memory: zipped and unzipped again it would take longer."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter


def save_parts(book: Workbook) -> dict[str, bytes]:
    """Return the parts of a workbook, by name."""
    parts = _Parts()
    _PartsWriter(book, parts).save()  # type: ignore[arg-type] # all that it asks of an archive
    return parts


class _Parts(dict[str, bytes]):
    """What openpyxl's writer takes for an archive."""

    def writestr(self, name: str, data: str | bytes) -> None:
        self[name] = data.encode() if isinstance(data, str) else data

    def namelist(self) -> list[str]:
        return [*self]

    def close(self) -> None:
        """Do nothing: all is there."""


class _PartsWriter(ExcelWriter):
    """openpyxl's writer, but for its files: it makes and removes one for each sheet."""

    _archive: _Parts

    def write_worksheet(self, ws: Any) -> None:
        ws._drawing = SpreadsheetDrawing()  # noqa: SLF001 -- as the writer itself does
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images  # noqa: SLF001 -- as above
        sheet = BytesIO()
        writer: Any = WorksheetWriter(ws, sheet)
        writer.write()
        ws._rels = writer._rels  # noqa: SLF001 -- as above
        self._archive.writestr(ws.path[1:], sheet.getvalue())
        self.manifest.append(ws)
