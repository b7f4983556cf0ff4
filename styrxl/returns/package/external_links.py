"""Find what a workbook's formulas fetch from other workbooks, and from programs through DDE. Nothing is fetched here."""

from __future__ import annotations

import re
from urllib.parse import unquote

from styrxl.model.catalogue import Word
from styrxl.returns.package.unpack import Package

_FOLDER = "xl/externallinks/"
_TARGET = re.compile(rb'\bTarget="([^"<>]{1,2000})"')
_SMALL = 1 << 20


def find_external_links(package: Package) -> list[str | Word]:
    """Return the names of the files, without their folders, that a workbook's formulas fetch from; a DDE link is a word."""
    names: dict[str, str | Word] = {}
    for name in sorted(name for name in package.names if name.startswith(_FOLDER)):
        if package.size([name]) > _SMALL:
            continue
        content = package.part(name)
        if name.endswith(".rels"):
            for target in _TARGET.findall(content):
                file = re.split(r"[/\\]", unquote(target.decode("utf-8", "replace")))[-1]
                names.setdefault(file, file)
        elif b"ddeLink" in content:
            names["DDE"] = Word("another_program")
    return list(names.values()) or ([Word("another_file")] if any(name.startswith(_FOLDER) for name in package.names) else [])
