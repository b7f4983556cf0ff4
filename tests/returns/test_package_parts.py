"""Packages as other programs, gateways and hands write them: parts are found by their relations, and read or refused, never guessed."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

from respelling import with_large_directory
from styrxl.model.findings import Finding
from styrxl.model.limits import Limits
from styrxl.returns.package.unpack import NotOrdinaryError
from styrxl.returns.workbook import read_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "xl/worksheets/sheet1.xml"
ROWS = [["Skola", 900.5], ["Förskola", 150]]
CELLS = (
    '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1"><v>900.5</v></c></row>'
    '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2"><v>150</v></c></row>'
)


def relations(*entries: tuple[str, str]) -> bytes:
    """Return relations: kinds and targets."""
    written = "".join(f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{to}"/>' for n, (kind, to) in enumerate(entries, 1))
    return f'<Relationships xmlns="{PACKAGE}/relationships">{written}</Relationships>'.encode()


def types(workbook: str = "/xl/workbook.xml") -> bytes:
    """Return the types of the parts."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    return f'<Types xmlns="{PACKAGE}/content-types"><Override PartName="{workbook}" ContentType="{kind}"/></Types>'.encode()


def sheet(cells: str = CELLS, after: str = "") -> bytes:
    """Return a sheet."""
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData>{after}</worksheet>'.encode()


PLACES = (("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"))
LISTED = '<sheet name="Budget" sheetId="1" r:id="rId1"/>'
USUAL: Mapping[str, bytes] = {
    "[Content_Types].xml": types(),
    "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{LISTED}</sheets></workbook>'.encode(),
    "xl/_rels/workbook.xml.rels": relations(*PLACES),
    SHEET: sheet(),
    "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>Förskola</t></si><si><t>Skola</t></si></sst>'.encode(),
}
RELS = "xl/_rels/workbook.xml.rels"


def packed(changes: Mapping[str, bytes | None] | None = None, *twice: tuple[str, bytes]) -> bytes:
    """Return the workbook with some parts other than usual (None: left out), and some there again."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings(action="ignore"):
        for name, content in [*{**USUAL, **(changes or {})}.items(), *twice]:
            if content is not None:
                archive.writestr(name, content)
    return target.getvalue()


def moved(old: str, new: str, target: str, *, kind: str = "worksheet") -> dict[str, bytes | None]:
    """Return the changes by which a sheet, or the shared texts, lie elsewhere and are named as told."""
    named = [
        (kind, target) if k == kind else (k, to)
        for k, to in (("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"))
    ]
    return {old: None, new: USUAL[old], RELS: relations(*named)}


def rows_of(data: bytes) -> list[list[Any]]:
    """Return what stands in the workbook's one sheet, read in the process that judges."""
    returned, findings = read_workbook(data, ordinary_only=True)
    assert returned is not None, findings
    assert findings == ()
    assert [s.name for s in returned.sheets] == ["Budget"]
    return returned.sheets[0].rows


def refusal(data: bytes, limits: Limits | None = None) -> Finding:
    """Return why a file is not read."""
    returned, [found] = read_workbook(data, limits or Limits())
    assert returned is None
    return found


def test_the_usual_one() -> None:
    assert rows_of(packed()) == ROWS


TEXTS = "xl/sharedStrings.xml"
ELSEWHERE = {
    "from the root": moved(SHEET, SHEET, "/xl/worksheets/sheet1.xml"),
    "by the parent": moved(SHEET, SHEET, "../xl/worksheets/sheet1.xml"),
    "by the parent, twice": moved(SHEET, SHEET, "worksheets/../../xl/./worksheets/sheet1.xml"),
    "from here": moved(SHEET, SHEET, "./worksheets/sheet1.xml"),
    "in other letters": moved(SHEET, "XL/Worksheets/SHEET1.xml", "worksheets/Sheet1.XML"),
    "beside the workbook": moved(SHEET, "xl/sheet.xml", "sheet.xml"),
    "in another folder": moved(SHEET, "data/åtta/blad.xml", "../data/%C3%A5tta/blad.xml"),
    "with a space": moved(SHEET, "xl/worksheets/sheet 7.xml", "worksheets/sheet%207.xml"),
    "with a space, as it is": moved(SHEET, "xl/worksheets/sheet 7.xml", "worksheets/sheet 7.xml"),
    "with a space, written so": moved(SHEET, "xl/worksheets/sheet%207.xml", "worksheets/sheet%207.xml"),
    "with backslashes": moved(SHEET, "xl\\worksheets\\sheet1.xml", "worksheets\\sheet1.xml"),
    "texts renamed": moved(TEXTS, "xl/sharedStrings22.xml", "sharedStrings22.xml", kind="sharedStrings"),
    "texts at the root": moved(TEXTS, "texts.xml", "/texts.xml", kind="sharedStrings"),
    "texts in other letters": moved(TEXTS, "xl/SharedStrings.xml", "sharedstrings.xml", kind="sharedStrings"),
}


@pytest.mark.parametrize("where", ELSEWHERE)
def test_parts_are_where_their_relations_say(where: str) -> None:
    assert rows_of(packed(ELSEWHERE[where])) == ROWS


@pytest.mark.parametrize("name", ["xl/workbook22.xml", "xl/Bok 1.xml", "bok.xml", "a/b/workbook.xml"])
def test_a_workbook_of_another_name(name: str) -> None:
    """Also where another, which nobody names, has the usual one."""
    folder, _, last = name.rpartition("/")
    places = relations(("worksheet", "/xl/worksheets/sheet1.xml"), ("sharedStrings", "/xl/sharedStrings.xml"))
    changes = {
        "[Content_Types].xml": types("/" + name.replace(" ", "%20")),
        "_rels/.rels": relations(("officeDocument", name.replace(" ", "%20"))),
        name: USUAL["xl/workbook.xml"],
        f"{folder + '/' if folder else ''}_rels/{last}.rels": places,
    }
    assert rows_of(packed({**changes, "xl/workbook.xml": None, RELS: None})) == ROWS
    decoy = {
        "xl/worksheets/sheet9.xml": sheet('<row r="1"><c r="B1"><v>17</v></c></row>'),
        RELS: relations(("worksheet", "worksheets/sheet9.xml")),
    }
    assert rows_of(packed({**changes, **decoy})) == ROWS


def test_what_nobody_names_is_not_read() -> None:
    """Texts and sheets under the usual names beside those that are meant."""
    other = {"xl/texts.xml": USUAL[TEXTS], TEXTS: USUAL[TEXTS].replace(b"Skola", b"Nej")}
    assert rows_of(packed({**other, RELS: relations(("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "texts.xml"))})) == ROWS


UTF_16 = '<?xml version="1.0" encoding="UTF-16"?>'
CONTROL = '<mc:AlternateContent xmlns:mc="m"><mc:Choice><xdr:row xmlns:xdr="d">3</xdr:row></mc:Choice></mc:AlternateContent><!-- -->'


def styled(looks: int) -> dict[str, bytes | None]:
    """Return the changes by which the workbook has a stylesheet in UTF-16, of so many looks."""
    written = '<xf numFmtId="0"/>' * looks
    styles = f'{UTF_16}<styleSheet xmlns="{MAIN}"><cellXfs>{written}</cellXfs></styleSheet>'
    return {"xl/styles.xml": styles.encode("utf-16"), RELS: relations(*PLACES, ("styles", "styles.xml"))}


SPELLED: Mapping[str, Mapping[str, bytes | None]] = {
    "few looks in UTF-16": styled(1),
    "many looks in UTF-16": styled(5_000),
    "workbook in UTF-16": {"xl/workbook.xml": (UTF_16 + USUAL["xl/workbook.xml"].decode()).encode("utf-16")},
    "relations in Latin-1": {RELS: b"<?xml version='1.0' encoding='ISO-8859-1'?>" + USUAL[RELS]},
    "texts in UTF-16": {TEXTS: (UTF_16 + USUAL[TEXTS].decode()).encode("utf-16")},
    "texts with a prefix": {TEXTS: USUAL[TEXTS].replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"xmlns=", b"xmlns:x=")},
    "texts in pieces": {TEXTS: USUAL[TEXTS].replace(b"Skola", b"Sk<!-- x --><![CDATA[ol]]>&#x61;")},
    "texts of other programs": {TEXTS: USUAL[TEXTS].replace(b"<si><t>Sk", b'<?x y?>\n<si xml:space="preserve">\n<t>Sk')},
    "number in hexadecimal": {SHEET: sheet(CELLS.replace("150", "1&#x35;0"))},
    "number in pieces": {SHEET: sheet(CELLS.replace("150", "1<!-- x --><![CDATA[5]]>0"))},
    "number with spaces": {SHEET: sheet(CELLS.replace("<v>150</v>", "<v>\n 150 </v>"))},
    "number with a sign": {SHEET: sheet(CELLS.replace("<v>150</v>", "<v>+1.5E2</v>"))},
    "rows the other way round": {SHEET: sheet(CELLS[CELLS.index('<row r="2"') :] + CELLS[: CELLS.index('<row r="2"')])},
    "strict": {SHEET: sheet().replace(MAIN.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main")},
    "a control with a place of its own": {SHEET: sheet(after=CONTROL)},
}


@pytest.mark.parametrize("how", SPELLED)
def test_parts_are_read_as_xml_says(how: str) -> None:
    assert rows_of(packed(SPELLED[how])) == ROWS


def listed(more: str) -> bytes:
    """Return the workbook's part with another sheet."""
    return USUAL["xl/workbook.xml"].replace(LISTED.encode(), (LISTED + more).encode())


def with_cell(cell: str) -> bytes:
    """Return a workbook with a cell more in its first row."""
    return packed({SHEET: sheet(CELLS.replace("</row>", f"{cell}</row>", 1))})


SEEN = '<a:x xmlns:a="a"><c r="C1"><v>17</v></c></a:x>'
CONTRADICTIONS = {
    "a part twice": (packed(None, (SHEET, sheet(CELLS.replace("150", "17")))), "part_twice", None),
    "a part twice, in other letters": (packed({SHEET.upper(): sheet(CELLS.replace("150", "17"))}), "part_twice", None),
    "a part twice, by its escaped name": (packed({"xl/worksheets/sheet%31.xml": sheet(CELLS.replace("150", "17"))}), "part_twice", None),
    "two of the texts": (packed({"xl/t.xml": USUAL[TEXTS], RELS: relations(*PLACES, ("sharedStrings", "t.xml"))}), "damaged", None),
    "a sheet that is gone": (packed({SHEET: None}), "lost_sheet", None),
    "a sheet without a relation": (packed({RELS: relations(("sharedStrings", "sharedStrings.xml"))}), "lost_sheet", None),
    "a sheet of an unknown kind": (packed({RELS: USUAL[RELS].replace(b"/worksheet", b"/gridsheet")}), "lost_sheet", None),
    "texts that are gone": (packed({TEXTS: None}), "damaged", None),
    "texts that nobody names": (packed({RELS: relations(("worksheet", "worksheets/sheet1.xml"))}), "no_such_text", "A1"),
    "a text below none": (packed({SHEET: sheet(CELLS.replace("<v>1</v>", "<v>-1</v>"))}), "no_such_text", "A1"),
    "a text beyond the last": (packed({SHEET: sheet(CELLS.replace("<v>1</v>", "<v>2</v>"))}), "no_such_text", "A1"),
    "a cell twice": (with_cell('<c r="B1"><v>17</v></c>'), "cell_twice", "B1"),
    "a cell twice, in other rows": (with_cell('<c r="B2"><v>17</v></c>'), "cell_twice", "B2"),
    "a row beyond the last": (with_cell(f'<c r="B{2**32 + 2}"><v>17</v></c>'), "no_such_cell", None),
    "a cell that some programs see": (with_cell(SEEN), "damaged", None),
    "two sheets of a name": (packed({"xl/workbook.xml": listed(LISTED.replace("Budget", "BUDGET"))}), "damaged", None),
}


@pytest.mark.parametrize("what", CONTRADICTIONS)
def test_what_contradicts_itself_is_refused(what: str) -> None:
    """And named, at its cell where it has one."""
    data, why, cell = CONTRADICTIONS[what]
    found = refusal(data)
    assert (found.rule, found.facts["why"].key, found.cell) == ("unreadable-workbook", why, cell)


def test_the_same_part_twice_alike_is_one() -> None:
    assert rows_of(packed(None, (SHEET, sheet()))) == ROWS


def test_sheets_without_cells_are_left_out() -> None:
    """A chart on a sheet of its own."""
    more = {
        "xl/workbook.xml": USUAL["xl/workbook.xml"].replace(
            LISTED.encode(), LISTED.encode() + b'<sheet name="D" sheetId="2" r:id="rId3"/>'
        ),
        RELS: relations(*PLACES, ("chartsheet", "chartsheets/sheet1.xml")),
    }
    assert rows_of(packed(more)) == ROWS


def test_macros_under_another_name_are_found() -> None:
    """By their relation."""
    named = relations(*PLACES, ("vbaProject", "x.bin"))
    _, found = read_workbook(packed({RELS: named, "xl/x.bin": b"x"}))
    assert [f.rule for f in found] == ["macro-workbook"]


# zip64


def _streamed(**how: bool) -> bytes:
    """Return the workbook as it is written where nobody can go back: sizes come after what they are of."""
    pieces: list[bytes] = []

    class Stream(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            pieces.append(bytes(data))
            return len(pieces[-1])

    with zipfile.ZipFile(Stream(), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in USUAL.items():
            with archive.open(name, "w", force_zip64=how.get("large", False)) as part:
                part.write(content)
    return b"".join(pieces)


LARGE = {
    "its directory": with_large_directory(packed()),
    "sizes behind": _streamed(),
    "sizes behind, eight bytes each": _streamed(large=True),
    "all of it": with_large_directory(_streamed(large=True)),
}


@pytest.mark.parametrize("how", LARGE)
def test_zips_as_for_large_files(how: str) -> None:
    """Some gateways write all of theirs so."""
    assert rows_of(LARGE[how]) == ROWS


def test_a_large_directory_is_held_against_the_limits() -> None:
    """Whatever the usual end says beside it: zipfile goes by the large one."""
    data = with_large_directory(packed())
    end = data.rfind(b"PK\6\6")
    many = data[: end + 24] + struct.pack("<4Q", 10**7, 10**7, 46 * 10**7, 0) + data[end + 56 :]
    assert refusal(many).facts["why"].key == "too_many_parts"
    usual = data.rfind(b"PK\5\6")
    modest = many[: usual + 8] + struct.pack("<2HLL", 6, 6, 400, 0) + many[usual + 20 :]
    assert refusal(modest).facts["why"].key == "too_many_parts"
    assert refusal(data, Limits(parts=5)).facts["why"].key == "too_many_parts"
    assert refusal(data.replace(b"PK\6\6", b"PK\6\5")).facts["why"].key == "damaged"


def test_a_large_sheet_is_spelled_anew_elsewhere() -> None:
    """What takes more than a moment is not done in the process that judges."""
    cells = "".join(f'<row r="{n}">\n<c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 9_000))
    data = packed({SHEET: sheet(cells + " " * 2_000_000)})
    with pytest.raises(NotOrdinaryError):
        read_workbook(data, ordinary_only=True)
    returned, _ = read_workbook(data)
    assert returned is not None
    assert returned.sheets[0].rows[-1] == [8_999]
