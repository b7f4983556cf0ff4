"""What the libraries that write our workbooks cannot do: put into the parts that they have saved, with an XML parser.

Each function says why it is needed; where a later version of the library can do it, the function goes. Names of elements are taken as
they are spelled, since a library has just written them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from xml.parsers import expat

from styrxl.excel import look
from styrxl.excel.cells import CellError, Token, escape_forbidden, exact_number, rounded_number

if TYPE_CHECKING:  # reports are written without openpyxl, which takes long to import
    from styrxl.excel.sheet import SheetBuilder

_DECLARATION = "<?xml version='1.0' encoding='utf-8'?>\n"
_MOMENT = "2000-01-01T00:00:00Z"  # any will do, as long as it is the same in each rebuild
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRINGS, _TYPES, _RELATIONS = "xl/sharedStrings.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
_STRINGS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
ADDRESS = "styrxl://"  # begins what stands in place of an address until ``set_addresses`` puts it there
_STRINGS_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
_FONT = (
    "b",
    "i",
    "strike",
    "condense",
    "extend",
    "outline",
    "shadow",
    "u",
    "vertAlign",
    "sz",
    "color",
    "name",
    "family",
    "charset",
    "scheme",
)


def read_tree(part: bytes) -> ET.Element:
    """Return a part's elements, their names and attributes as they are spelled, prefixes too."""
    builder, parser = ET.TreeBuilder(), expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = builder.start, builder.end, builder.data
    parser.Parse(part, True)
    return builder.close()


def write_tree(root: ET.Element) -> bytes:
    """Return elements as a part."""
    text = ET.tostring(root, encoding="unicode")  # a fifth quicker than bytes, which it encodes piece by piece
    return (_DECLARATION + text).encode("utf-8", "xmlcharrefreplace")


# openpyxl


def complete_workbook(parts: Mapping[str, bytes], pages: Sequence[SheetBuilder], picture: str = "") -> dict[str, bytes]:
    """Return the parts of a workbook that openpyxl has saved, with all that it cannot write.

    ``pages``: all sheets in order; ``picture``: the alternative text of its picture. Letters come as they are: openpyxl writes references
    (``&#229;``) in some parts, which are longer, and cut tokens to pieces.
    """
    trees = {name: read_tree(data) for name, data in parts.items() if name.endswith((".xml", ".rels", ".vml"))}
    _share_strings(trees, pages)
    for number, page in enumerate(pages, 1):
        _complete_sheet(trees[f"xl/worksheets/sheet{number}.xml"], page)
    for number, page in enumerate((page for page in pages if page.notes), 1):
        _dress_notes(trees[f"xl/comments/comment{number}.xml"], trees[f"xl/drawings/commentsDrawing{number}.vml"], page)
    _order_fonts(trees["xl/styles.xml"])
    _fix_times(trees["docProps/core.xml"])
    if picture:
        _describe_picture(trees["xl/drawings/drawing1.xml"], picture)
    return {**parts, **{name: write_tree(tree) for name, tree in trees.items()}}


def _share_strings(trees: dict[str, ET.Element], pages: Sequence[SheetBuilder]) -> None:
    """Move texts from the sheets to a part of their own: openpyxl writes them inline, which not every preview of a mail can show."""
    numbers: dict[str, int] = {}
    uses = 0
    for number in range(1, len(pages) + 1):
        for cell in _list_cells(trees[f"xl/worksheets/sheet{number}.xml"]):
            inline = cell.find("is")
            if inline is not None:
                cell.remove(inline)
                cell.set("t", "s")
                ET.SubElement(cell, "v").text = str(numbers.setdefault(inline.findtext("t") or "", len(numbers)))
                uses += 1
    strings = ET.Element("sst", {"xmlns": _MAIN, "count": str(uses), "uniqueCount": str(len(numbers))})
    for text in numbers:
        ET.SubElement(ET.SubElement(strings, "si"), "t", {"xml:space": "preserve"}).text = text
    trees[_STRINGS] = strings
    ET.SubElement(trees[_TYPES], "Override", {"PartName": f"/{_STRINGS}", "ContentType": _STRINGS_TYPE})
    ET.SubElement(trees[_RELATIONS], "Relationship", {"Type": _STRINGS_RELATION, "Target": f"/{_STRINGS}", "Id": "rIdStrings"})


def _list_cells(sheet: ET.Element) -> Iterator[ET.Element]:
    return sheet.iterfind("sheetData/row/c")


def _complete_sheet(sheet: ET.Element, page: SheetBuilder) -> None:
    """Write the values of formulas, which openpyxl leaves out, and numbers with all digits, of which it writes 16.

    A row of which openpyxl knows the height it says to be set by hand: Excel then lets it not grow while somebody types.
    """
    for row in sheet.iterfind("sheetData/row"):
        if int(row.get("r") or 0) in page.growing:
            row.attrib.pop("customHeight", None)
    for cell in _list_cells(sheet):
        value = page.values.get(cell.get("r") or "")
        if value is not None:
            _write_value(cell, value)
        elif not len(cell):
            cell.attrib.pop("t", None)


def _write_value(cell: ET.Element, value: str | float) -> None:
    shown, works_out = cell.find("v"), cell.find("f") is not None
    shown = ET.SubElement(cell, "v") if shown is None else shown
    cell.attrib.pop("t", None)
    match value:
        case Token():  # of a number
            shown.text = value
        case CellError():
            cell.set("t", "e")
            shown.text = value
        case str():
            cell.set("t", "str")
            shown.text = escape_forbidden(value)
        case _:
            shown.text = rounded_number(value) if works_out else exact_number(value)


def _dress_notes(texts: ET.Element, boxes: ET.Element, page: SheetBuilder) -> None:
    """Give notes a bold first line, and their boxes their tones' colours and a place beside their cells.

    All of openpyxl's look the same, and its boxes lie at the top of the sheet where a program does not place them itself.
    """
    shapes = [element for element in boxes if element.get("fillcolor")]
    for comment, shape in zip(texts.iter("comment"), shapes, strict=True):
        ref, body = comment.get("ref") or "", comment.find("text")
        assert body is not None
        note = page.notes[ref]
        first, _, rest = (body.findtext("t") or "").partition("\n")
        body.clear()
        _add_run(body, f"{first}\n", bold=True)
        _add_run(body, rest, bold=False)
        for element in (shape, *(inner for inner in shape if inner.get("color2"))):
            element.set("color2" if element.get("color2") else "fillcolor", f"#{note.tone.fill}")
        shape.set("strokecolor", f"#{note.tone.ink}")
        data = next(inner for inner in shape if inner.get("ObjectType"))
        anchor = ET.Element(data[0].tag.replace("MoveWithCells", "Anchor"))
        anchor.text = page.anchor(ref)
        data.insert(2, anchor)


def _add_run(body: ET.Element, text: str, *, bold: bool) -> None:
    run = ET.SubElement(body, "r")
    font = ET.SubElement(run, "rPr")
    if bold:
        ET.SubElement(font, "b")
    ET.SubElement(font, "sz", {"val": str(look.SMALL)})
    ET.SubElement(font, "color", {"rgb": f"FF{look.INK}"})
    ET.SubElement(font, "rFont", {"val": look.FONT})
    ET.SubElement(font, "family", {"val": "2"})
    ET.SubElement(run, "t", {"xml:space": "preserve"}).text = text


def _order_fonts(styles: ET.Element) -> None:
    """Put what is said of fonts into the order of the standard's schema: openpyxl has one of its own, of which validators complain."""
    for font in styles.iterfind("fonts/font"):
        font[:] = sorted(font, key=lambda element: _FONT.index(element.tag))


def _fix_times(core: ET.Element) -> None:
    """Replace the times of making and saving, which openpyxl takes from the clock, by a fixed one."""
    for element in core:
        if element.tag in {"dcterms:created", "dcterms:modified"}:
            element.text = _MOMENT


def _describe_picture(drawing: ET.Element, text: str) -> None:
    """Write a picture's alternative text, for which openpyxl has no place."""
    for element in drawing.iter():
        if element.tag.endswith("cNvPr"):
            element.set("descr", text)


def fix_times(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return saved parts that are the same each time."""
    core = read_tree(parts["docProps/core.xml"])
    _fix_times(core)
    return {**parts, "docProps/core.xml": write_tree(core)}


# XlsxWriter


def set_language(properties: bytes, language: str) -> bytes:
    """Return ``docProps/core.xml`` with the document's language.

    XlsxWriter has no such property. Readers of screens choose the voice by it.
    """
    root = read_tree(properties)
    ET.SubElement(root, "dc:language").text = language
    return write_tree(root)


def set_chart_language(chart: bytes, language: str) -> bytes:
    """Return a chart whose texts are in a language: XlsxWriter calls all of them American English, and voices would read them so."""
    root = read_tree(chart)
    for element in root.iter():
        if "lang" in element.attrib:
            element.set("lang", language)
        if element.tag == "c:lang":
            element.set("val", language)
    return write_tree(root)


def set_addresses(relations: bytes, addresses: Sequence[str]) -> bytes:
    """Return a sheet's relations with addresses in place of their numbers (``styrxl://0``).

    XlsxWriter makes an address into what Excel on Windows writes, with backslashes, and one that is absolute elsewhere than on Windows
    into a relative one. Ours are to lead to the file in LibreOffice and Excel on all systems, spelt as the disk spells it.
    """
    root = read_tree(relations)
    for relation in root:
        target = relation.get("Target", "")
        if target.startswith(ADDRESS):
            relation.set("Target", addresses[int(target.removeprefix(ADDRESS))])
    return write_tree(root)
