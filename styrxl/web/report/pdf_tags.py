"""What WeasyPrint leaves out of a PDF's tags, and PDF/UA asks for: the scope of headings of tables, and page numbers as no content."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# pydyf has no types: dictionaries of a PDF are dicts, and what they refer to is bytes like b"12 0 R".
Element = dict[str, Any]


def mend_tags(_: object, pdf: Any) -> None:
    """Mend the tags of a PDF that is about to be written, as WeasyPrint calls it when all else is done."""
    root = _follow(pdf, pdf.catalog["StructTreeRoot"])
    [document] = root["K"]
    kept = {int(document.split()[0])}
    for number, element, parents in _walk(pdf, document, ()):
        kept.add(number)
        _say_scope(element, parents)
    numbers = _follow(pdf, root["ParentTree"])["Nums"]
    owners = dict(zip(numbers[::2], numbers[1::2], strict=True))
    for page in _list_pages(pdf):
        owned = owners[page["StructParents"]]
        loose = {mcid for mcid, owner in enumerate(owned) if int(owner.split()[0]) not in kept}
        _set_apart(_follow(pdf, page["Contents"]).stream, loose)
        for mcid in loose:
            owned[mcid] = "null"
        for annotation in page.get("Annots", ()):
            _follow(pdf, annotation)["F"] = 4  # printed as it is shown


def _follow(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _list_pages(pdf: Any) -> Iterator[Element]:
    yield from (pdf.objects[number] for number in pdf.pages["Kids"][::3])  # number, generation, R


def _walk(pdf: Any, reference: bytes, parents: tuple[str, ...]) -> Iterator[tuple[int, Element, tuple[str, ...]]]:
    """Yield the elements under one, each with its number and the kinds of what it stands in, the nearest last."""
    for kid in _follow(pdf, reference)["K"]:  # elements, what they refer to, or numbers of marked content
        if isinstance(kid, bytes) and (element := _follow(pdf, kid)).get("Type") == "/StructElem":
            yield int(kid.split()[0]), element, parents
            yield from _walk(pdf, kid, (*parents, element["S"]))


def _say_scope(element: Element, parents: tuple[str, ...]) -> None:
    """Let a heading of a table say what it heads. Headings need no names for cells to point to then: they repeat them on each page."""
    element.pop("ID", None)
    if element["S"] == "/TH":
        element["A"]["Scope"] = "/Column" if "/THead" in parents[-2:] else "/Row"
    elif element["S"] == "/TD":
        element["A"].pop("Headers", None)


def _set_apart(stream: list[Any], loose: set[int]) -> None:
    """Mark what belongs to no element, which stands in the margin of a page, as no content."""
    begins = [at for at, word in enumerate(stream) if word == b"BDC"]
    for at in begins:
        if stream[at - 1]["MCID"] in loose:
            stream[at - 2 : at + 1] = [b"/Artifact", b"<</Type /Pagination>>", b"BDC"]
