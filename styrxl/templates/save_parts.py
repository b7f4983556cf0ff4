"""A workbook of openpyxl's saved as the parts that it consists of, in memory: zipped and unzipped again it would take longer."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter


def save_parts(book: Workbook) -> dict[str, bytes]:
    """Return the parts of a workbook, by name."""
    parts = _Parts()
    ExcelWriter(book, parts).save()  # type: ignore[arg-type] # all that it asks of an archive
    return parts


class _Parts(dict[str, bytes]):
    """Parts as an archive that openpyxl's writer writes to, as it would to a ``ZipFile``."""

    def writestr(self, name: str, data: str | bytes) -> None:
        self[name] = data.encode() if isinstance(data, str) else data

    def write(self, path: str, name: str) -> None:
        self[name] = Path(path).read_bytes()

    def namelist(self) -> list[str]:
        return [*self]

    def close(self) -> None:
        """Do nothing: all is there."""
