"""What PDF/UA asks for and a program can see in a PDF: its language and title, its tags, and whether all that is painted has one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ContentStream

_PAINTING = frozenset({b"Tj", b"TJ", b"'", b'"', b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"Do", b"sh"})
_ROWS = frozenset({"/TR", "/THead", "/TBody", "/TFoot"})


@dataclass(frozen=True, slots=True)
class Tag:
    """An element of the structure tree: its kind, its attributes, the elements in it, and the marked content that it names itself."""

    kind: str
    alt: str
    scope: str
    kids: tuple[Tag, ...]
    marked: tuple[tuple[int, int], ...]  # page and number

    def walk(self) -> Iterator[Tag]:
        """Yield it and all that is in it, in the order in which it is read."""
        yield self
        for kid in self.kids:
            yield from kid.walk()


def read_tags(data: bytes) -> Tag:
    """Return the structure of a PDF as a tree."""
    reader = PdfReader(BytesIO(data))
    pages = {page.indirect_reference.idnum: n for n, page in enumerate(reader.pages) if page.indirect_reference}
    [document] = _list_kids(_root(reader)["/StructTreeRoot"])
    return _read_tag(document, pages)


def list_headings(data: bytes) -> list[int]:
    """Return the levels of the headings, in the order in which they are read."""
    return [int(tag.kind[2:]) for tag in read_tags(data).walk() if tag.kind[:2] == "/H" and tag.kind[2:].isdigit()]


def list_bookmarks(data: bytes) -> list[str]:
    """Return the titles of the outermost bookmarks, and of those in them."""

    def walk(items: list[Any]) -> Iterator[str]:
        for item in items:
            yield from walk(item) if isinstance(item, list) else [str(item.title)]

    return [*walk(PdfReader(BytesIO(data)).outline)]


def find_faults(data: bytes) -> list[str]:
    """Return what is wrong with a PDF by those rules of PDF/UA that are looked at here."""
    reader, tags = PdfReader(BytesIO(data)), read_tags(data)
    return [*_faults_of_file(reader), *_faults_of_tags(tags, list_headings(data)), *_faults_of_content(reader, tags)]


def _faults_of_file(reader: PdfReader) -> Iterator[str]:
    root = _root(reader)
    if not root.get("/Lang"):
        yield "no language"
    if not root["/MarkInfo"]["/Marked"]:
        yield "not marked as tagged"
    if not root["/ViewerPreferences"]["/DisplayDocTitle"] or not (reader.metadata and reader.metadata.title):
        yield "no title that is shown"
    if b"pdfuaid:part" not in root["/Metadata"].get_object().get_data():
        yield "does not say that it is PDF/UA"
    if not reader.outline:
        yield "no bookmarks"


def _faults_of_tags(tags: Tag, headings: list[int]) -> Iterator[str]:
    for tag in tags.walk():
        if tag.kind == "/Figure" and not tag.alt:
            yield "a figure without alternative text"
        if tag.kind == "/TH" and tag.scope not in {"/Row", "/Column"}:
            yield "a heading of a table that does not say what it heads"
        if tag.kind == "/Table" and not any(kid.kind == "/TH" for kid in tag.walk()):
            yield "a table without headings"
        if tag.kind == "/Table" and {kid.kind for kid in tag.kids} - _ROWS:
            yield f"in a table: {sorted({kid.kind for kid in tag.kids} - _ROWS)}"
        if tag.kind == "/TR" and {kid.kind for kid in tag.kids} - {"/TH", "/TD"}:
            yield f"in a row: {sorted({kid.kind for kid in tag.kids} - {'/TH', '/TD'})}"
        if tag.kind == "/L" and {kid.kind for kid in tag.kids} - {"/LI", "/L", "/Caption"}:
            yield f"in a list: {sorted({kid.kind for kid in tag.kids})}"
        if tag.kind == "/LI" and "/LBody" not in {kid.kind for kid in tag.kids}:
            yield "something in a list without what it says"
    if headings[:1] != [1] or any(after > before + 1 for before, after in pairwise(headings)):
        yield f"headings are not in order: {headings}"


def _faults_of_content(reader: PdfReader, tags: Tag) -> Iterator[str]:
    """Yield what is painted without a tag and without being set apart, and links that say nothing."""
    tagged = {marked for tag in tags.walk() for marked in tag.marked}
    painted = set()
    for n, page in enumerate(reader.pages):
        inside: list[object] = []
        content = page.get_contents()
        for operands, operator in ContentStream(content, reader).operations if content is not None else ():
            if operator in {b"BDC", b"BMC"}:
                inside.append(_name_mark(operands))
            elif operator == b"EMC":
                inside.pop()
            elif operator in _PAINTING and all(mark is None for mark in inside):
                yield f"page {n + 1}: painted without a tag"
            painted |= {(n, mark) for mark in inside[-1:] if isinstance(mark, int)}
        for annotation in page.get("/Annots", ()):
            if not annotation.get_object().get("/Contents") or "/StructParent" not in annotation.get_object():
                yield f"page {n + 1}: a link that says nothing"
    if painted - tagged:
        yield f"painted, but in no element: {sorted(painted - tagged)[:5]}"
    for font in {font for page in reader.pages for font in _list_fonts(page)}:
        yield f"a font that is not in the file: {font}"


def _name_mark(operands: list[Any]) -> object:
    """Return the number of marked content, or that it is set apart; None where it is neither."""
    if str(operands[0]) == "/Artifact":
        return "artifact"
    found = operands[1] if len(operands) > 1 else {}
    return int(found["/MCID"]) if isinstance(found, Mapping) and "/MCID" in found else None


def _list_fonts(page: Any) -> Iterator[str]:
    """Yield the fonts of a page that are not in the file."""
    for font in page["/Resources"].get("/Font", {}).values():
        [of_all] = font.get_object()["/DescendantFonts"]
        if "/FontFile2" not in of_all.get_object()["/FontDescriptor"] and "/FontFile3" not in of_all.get_object()["/FontDescriptor"]:
            yield str(font.get_object()["/BaseFont"])


def _root(reader: PdfReader) -> Any:
    return reader.trailer["/Root"]


def _list_kids(element: Any) -> list[Any]:
    kids = element.get("/K", [])
    return [kid.get_object() for kid in (kids if isinstance(kids, list) else [kids])]


def _read_tag(element: Any, pages: Mapping[int, int]) -> Tag:
    kids = _list_kids(element)
    page = pages.get(element.raw_get("/Pg").idnum, -1) if "/Pg" in element else -1
    attributes = element.get("/A", {})
    return Tag(
        str(element["/S"]),
        str(element.get("/Alt", "")),
        str(attributes.get("/Scope", "")),
        tuple(_read_tag(kid, pages) for kid in kids if isinstance(kid, Mapping) and "/S" in kid),
        tuple((page, int(kid)) for kid in kids if isinstance(kid, int)),
    )
