"""Formats as a stylesheet has them, and the cells that have these."""

from __future__ import annotations

import pytest

from styrxl.returns.shown.appearance import Appearance, see_rows
from styrxl.returns.shown.cell_formats import NO_FORMATS, BookFormats, CellFormat, read_book_formats
from styrxl.returns.shown.number_formats import parse_number_format

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PERCENT = CellFormat(parse_number_format("0%"))
FONTS = '<fonts><font/><font><strike/></font><font><strike val="0"/></font><font><color {white}/></font></fonts>'
FILLS = '<fills><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="solid"><fgColor rgb="{ground}"/></patternFill></fill></fills>'  # noqa: E501


def styles(looks: str, white: str = 'rgb="FFFFFFFF"', ground: str = "FF0B5563", formats: str = "") -> bytes:
    """Return a stylesheet with some looks of cells."""
    parts = f"<numFmts>{formats}</numFmts>{FONTS.format(white=white)}{FILLS.format(ground=ground)}<cellXfs>{looks}</cellXfs>"
    return f'<styleSheet xmlns="{MAIN}">{parts}</styleSheet>'.encode()


@pytest.mark.parametrize(
    "stylesheet, cells",
    [
        (styles('<xf/><xf numFmtId="9"/>'), {1: PERCENT}),
        (styles('<xf numFmtId="9"/>'), {0: PERCENT}),
        (styles('<xf numFmtId="177"/>', formats='<numFmt numFmtId="177" formatCode="0%"/>'), {0: PERCENT}),
        (styles('<xf numFmtId="177"/>', formats='<numFmt numFmtId="177" formatCode="0.00"/>'), {}),
        (styles('<xf fontId="1"/><xf fontId="2"/>'), {0: CellFormat(struck=True)}),
        (styles('<xf fontId="3"/><xf fontId="3" fillId="1"/>'), {0: CellFormat(white=True)}),
        (styles('<xf fontId="3" fillId="1"/>', ground="FFFFF8E1"), {0: CellFormat(white=True)}),
        (styles('<xf fontId="3"/>', white='theme="0"'), {0: CellFormat(white=True)}),
        (styles('<xf fontId="3"/>', white='theme="0" tint="-0.5"'), {}),
        (styles('<xf fontId="3"/>', white='indexed="9"'), {0: CellFormat(white=True)}),
        (styles('<xf numFmtId="9" fontId="99" fillId="x"/>'), {0: PERCENT}),
        (b"<styleSheet", {}),
        (b"", {}),
    ],
)
def test_formats(stylesheet: bytes, cells: dict[int, CellFormat]) -> None:
    """Those alone that say something, by their index."""
    assert read_book_formats(stylesheet, b"") == (BookFormats(cells) if cells else NO_FORMATS)


def test_crossed_out_texts() -> None:
    """Shared texts of which a part is crossed out."""
    runs = ("<t>hel</t>", "<r><rPr><strike/></rPr><t>bort</t></r>", '<r><rPr><strike val="0"/></rPr><t>kvar</t></r>')
    texts = f'<sst xmlns="{MAIN}">{"".join(f"<si>{run}</si>" for run in runs)}</sst>'
    assert read_book_formats(b"", texts.encode()) == BookFormats(struck_texts=frozenset({1}))


def test_cells() -> None:
    """By the format that they have, the first where they say none, and by what is written in them."""
    sheet = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="3"><c r="B3"><v>0.8</v></c><c r="C3" s="2"><v>0.8</v></c>'
        '<c r="D3" s="1" t="s"><v>7</v></c><c r="E3" s="1" t="s"><v>70</v></c><c r="F3" s="1" t="inlineStr"><is><r><rPr><strike/></rPr>'
        '<t>bort</t></r></is></c></row></sheetData><mergeCells><mergeCell ref="B3:B5"/></mergeCells></worksheet>'
    )
    formats = BookFormats({0: PERCENT, 1: CellFormat(struck=True)}, frozenset({7}))
    seen = see_rows(sheet.encode(), formats, [[0.8, 0.8, "sju", "sjuttio", "bort"]], 2, 1)
    assert seen.rows == [["80 %", 0.8, "sju", "sjuttio", "bort"]]
    assert seen.appearance == Appearance(struck=frozenset({"D3", "E3", "F3"}), merged=("B3:B5",))
    again = see_rows(sheet.encode(), BookFormats({}, frozenset({7})), [[0.8, 0.8, "sju", "sjuttio", "bort"]], 2, 1)
    assert again.appearance.struck == {"D3", "F3"}
