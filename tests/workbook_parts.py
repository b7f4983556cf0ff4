"""The parts of a workbook, which is a zip."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile


def read_parts(data: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook, by name."""
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
