"""What a PDF says of itself: by which standard it is to be kept, and what it needs for that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader
from pypdf.generic import DictionaryObject


@dataclass(frozen=True, slots=True)
class PdfStandard:
    """PDF/A's part and conformance, whether its colours are defined, and its fonts with those whose letters are in it."""

    part: str
    conformance: str
    has_colours: bool
    fonts: frozenset[str]
    embedded: frozenset[str]


def read_pdf_standard(path: Path) -> PdfStandard:
    """Return what a PDF says of itself."""
    reader = PdfReader(path)
    root = reader.trailer["/Root"].get_object()
    assert isinstance(root, DictionaryObject)
    about = root["/Metadata"].get_object().get_data().decode("utf-8")  # type: ignore[union-attr] # a stream
    found = {name: re.search(rf"pdfaid:{name}(?:=\"|>)([^\"<]*)", about) for name in ("part", "conformance")}
    values = {name: match[1] if match else "" for name, match in found.items()}
    fonts: set[str] = set()
    embedded: set[str] = set()
    for page in reader.pages:
        resources = page["/Resources"].get_object()
        for font in resources.get("/Font", {}).values():  # type: ignore[union-attr] # a dictionary
            for below in font.get_object()["/DescendantFonts"]:
                name, descriptor = str(below.get_object()["/BaseFont"]), below.get_object()["/FontDescriptor"].get_object()
                fonts.add(name)
                embedded |= {name} if any(key.startswith("/FontFile") for key in descriptor) else set()
    return PdfStandard(values["part"], values["conformance"], "/OutputIntents" in root, frozenset(fonts), frozenset(embedded))
