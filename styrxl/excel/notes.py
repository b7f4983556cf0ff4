"""Notes on cells, as every version of Excel, LibreOffice and the web show them: a part with texts, and one with their boxes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from openpyxl.utils import column_index_from_string

from styrxl.excel import look, measure
from styrxl.excel.sheet import clean, split_address

_WIDTH = 300  # pixels of a box
_LINE = 17  # pixels of a line of small text
_DIGIT, _MARGIN = 7, 5  # pixels of a column's unit, and around it
_POINT = 96 / 72  # pixels
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
VML_TYPE = '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
NOTES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"


@dataclass(frozen=True, slots=True)
class Note:
    """A note: a bold first line, paragraphs, and a tone (mend or watch)."""

    title: str
    paragraphs: Sequence[str]
    tone: look.Tone


@dataclass(frozen=True, slots=True)
class SheetMeasures:
    """What lies under the boxes: widths of columns (in digits) and heights of rows (in points)."""

    widths: Sequence[float]
    heights: Mapping[int, float]


def notes_xml(notes: Mapping[str, Note], author: str) -> str:
    """Return the part that holds the texts, by cell."""
    every = "".join(_comment(cell, note) for cell, note in notes.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{_MAIN}"><authors><author>{escape(clean(author))}'
        f"</author></authors><commentList>{every}</commentList></comments>"
    )


def _comment(cell: str, note: Note) -> str:
    font = f'<sz val="{look.SMALL}"/><color rgb="FF{look.INK}"/><rFont val="{look.FONT}"/><family val="2"/>'
    body = "\n".join(note.paragraphs)
    return (
        f'<comment ref="{cell}" authorId="0"><text><r><rPr><b/>{font}</rPr><t xml:space="preserve">{escape(clean(note.title))}\n</t></r>'
        f'<r><rPr>{font}</rPr><t xml:space="preserve">{escape(clean(body))}</t></r></text></comment>'
    )


def boxes_xml(notes: Mapping[str, Note], ground: SheetMeasures, sheet: int) -> str:
    """Return the part that holds the boxes; ``sheet`` is a number of the workbook's own for it."""
    every = "".join(_box(cell, note, ground, 1024 * sheet + number) for number, (cell, note) in enumerate(notes.items(), 1))
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:x="urn:schemas-microsoft-com:office:excel">'
        f'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{sheet}"/></o:shapelayout>'
        '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
        f'<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>{every}</xml>'
    )


def _box(cell: str, note: Note, ground: SheetMeasures, number: int) -> str:
    letters, digits = split_address(cell)
    column, row = column_index_from_string(letters), int(digits)
    width = _WIDTH / _DIGIT * look.BODY / look.SMALL
    lines = 1 + sum(measure.count_lines(clean(paragraph), width) for paragraph in note.paragraphs)
    right, across = _reach(column, _WIDTH + 12, lambda at: _column(ground, at))
    low, down = _reach(row - 1, lines * _LINE + 14, lambda at: ground.heights.get(at + 1, measure.LINE_HEIGHT) * _POINT)
    anchor = f"{column}, 12, {row - 1}, 2, {right}, {across}, {low}, {down}"
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;width:{_WIDTH / _POINT:.0f}pt;'
        f'height:{lines * _LINE / _POINT:.0f}pt;z-index:{number % 1024};visibility:hidden" fillcolor="#{note.tone.fill}" '
        f'strokecolor="#{note.tone.ink}" o:insetmode="auto"><v:fill color2="#{note.tone.fill}"/><v:shadow on="f"/>'
        '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        f'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>'
        f"<x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column></x:ClientData></v:shape>"
    )


def _column(ground: SheetMeasures, at: int) -> float:
    return (ground.widths[at] if at < len(ground.widths) else 9.0) * _DIGIT + _MARGIN


def _reach(start: int, length: float, size: Callable[[int], float]) -> tuple[int, int]:
    """Return how far (a column or row, and pixels into it) a length reaches from a start."""
    at = start
    while length > size(at):
        length -= size(at)
        at += 1
    return at, int(length)


def relations_xml(sheet: int) -> str:
    """Return the relations of a sheet to its notes."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rIdBoxes" Type="{_TYPES}/vmlDrawing" Target="/xl/drawings/vmlDrawing{sheet}.vml"/>'
        f'<Relationship Id="rIdNotes" Type="{_TYPES}/comments" Target="/xl/comments{sheet}.xml"/></Relationships>'
    )


def add_boxes(xml: str) -> str:
    """Return a sheet's XML with its boxes named."""
    return xml.removesuffix("</worksheet>") + f'<legacyDrawing xmlns:r="{_TYPES}" r:id="rIdBoxes"/></worksheet>'


def add_note_types(types: str, sheets: Sequence[int]) -> str:
    """Return the content types with those of notes."""
    overrides = "".join(f'<Override PartName="/xl/comments{sheet}.xml" ContentType="{NOTES_TYPE}"/>' for sheet in sheets)
    head, start, rest = types.partition("<Default ")
    return head + VML_TYPE + start + rest.replace("</Types>", f"{overrides}</Types>")
