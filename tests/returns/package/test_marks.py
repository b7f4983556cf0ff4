"""What a sheet's XML says that its values do not, however it is spelled."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.returns.package.marks import SheetMarks
from styrxl.returns.package.respell import respell_sheet
from styrxl.returns.package.sheet_xml import strip_sheet
from styrxl.returns.package.unpack import RefusedError
from styrxl.returns.package.usual_xml import read_usual_sheet
from styrxl.returns.workbook import read_workbook
from town import Town

SHEET = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cols>'
    '<col min="1" max="1" width="9"/><col min="3" max="4" width="9" hidden="1"/></cols><sheetData>'
    '<row r="1" spans="1:4"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1"><v>12</v></c></row>'
    '<row r="2" hidden="1"><c r="A2" s="2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B2" s="2"><f>A1+1</f></c></row>'
    '<row r="4"><c r="A4" s="1" t="str"><f>""</f><v></v></c><c r="C4" t="e"><v>#REF!</v></c><c r="D4" s="1" t="str"><f>A1</f></c></row>'
    "</sheetData></worksheet>"
)
MARKS = SheetMarks({"A2": "#DIV/0!", "C4": "#REF!"}, frozenset({"B2", "D4"}), frozenset({2}), frozenset({3, 4}))


FORMULAS = {  # what a cell with a formula holds besides its address -> whether it has no value
    "><f>A1</f></c>": True,
    "><f>A1</f><v></v></c>": True,
    "><f>A1</f><v/></c>": True,
    "><f>A1</f><v /></c>": True,
    ' t="str"><f>A1</f></c>': True,
    ' t="str"><f>A1</f><v></v></c>': False,
    ' t="str"><f>A1</f><v/></c>': False,
    ' t="str"><f>A1</f><v /></c>': False,
    ' t="str"><f>A1</f><v>x</v></c>': False,
    "><f>A1</f><v>1</v></c>": False,
    '><f t="shared" si="0"/></c>': True,
    '><f t="shared" si="0"/><v></v></c>': True,
    ' t="str"><f t="shared" si="0"/><v></v></c>': False,
}


@pytest.mark.parametrize("other", FORMULAS)
@pytest.mark.parametrize("cell", FORMULAS)
def test_formulas_without_a_value(cell: str, other: str) -> None:
    """Whatever stands beside it, a formula without a value is found; one that gives an empty text has one."""
    written = {"A1": cell, "B1": other, "C1": cell}
    row = "".join(f'<c r="{place}" s="1"{rest}' for place, rest in written.items())
    root = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    xml = f'<worksheet {root}><sheetData><row r="1">{row}</row></sheetData></worksheet>'
    marks = read_usual_sheet(strip_sheet(xml.encode()), 0)
    assert marks is not None
    assert marks.uncalculated == {place for place, rest in written.items() if FORMULAS[rest]}


def prefix(xml: str) -> str:
    """Give each tag a prefix, as Microsoft's own SDK does."""
    return re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", xml).replace("xmlns=", "xmlns:x=")


def turn_attributes(xml: str) -> str:
    """Write each tag's attributes the other way round."""

    def turned(tag: re.Match[str]) -> str:
        return " ".join([f"<{tag[1]}", *reversed(re.findall(r'[\w:]+="[^"]*"', tag[2]))])

    return re.sub(r'<(\w+)((?: [\w:]+="[^"]*")+)', turned, xml)


def indent(xml: str) -> str:
    """Begin each tag on a line of its own."""
    return re.sub(r">(?=<)", ">\n  ", xml)


def quote_singly(xml: str) -> str:
    """Use single quotes."""
    return re.sub(r'="([^"<>]*)"', r"='\1'", xml)


def leave_out_addresses(xml: str) -> str:
    """Leave the addresses to their order, where no cell or row is missing before."""
    return xml.replace('<c r="A1"', "<c").replace('<c r="B1"', "<c").replace('<c r="A2"', "<c").replace('<row r="2"', "<row")


def break_lines(xml: str) -> str:
    """Part attributes by line ends."""
    return re.sub(r'" (?=[a-z]+=")', '"\n', xml)


def write_entities(xml: str) -> str:
    """Write letters as numbers, in values and attributes."""
    return xml.replace("#DIV/0!", "&#35;DIV/0&#x21;").replace('t="e"><v>#REF', 't="&#101;"><v>#REF')


def comment(xml: str) -> str:
    """Put remarks and CDATA where they may stand."""
    return xml.replace("<v>#REF!</v>", "<v><!-- x --><![CDATA[#REF!]]></v>").replace("<sheetData>", "<sheetData><!-- rows -->")


def lengthen_formula(xml: str) -> str:
    """Give an error a formula longer than any pattern looks."""
    return xml.replace("<f>1/0</f>", f"<f>{'1+' * 9000}1/0</f>")


def keep_space(xml: str) -> str:
    """Give values an attribute."""
    return xml.replace("<v>#", '<v xml:space="preserve">#')


RESPELLINGS = [
    prefix, turn_attributes, indent, quote_singly, leave_out_addresses, break_lines, write_entities, comment, keep_space,
]  # fmt: skip


def read(xml: str | bytes) -> SheetMarks:
    """Return the marks of a sheet as a reader of workbooks gets them, whose last look at a sheet that is spelled anew must find no less."""
    spelled = xml if isinstance(xml, bytes) else xml.encode()
    if (marks := read_usual_sheet(strip_sheet(spelled), 1)) is not None:
        return marks
    respelled = respell_sheet(spelled, "Blad1", 1)
    again = read_usual_sheet(respelled.xml, 1)
    assert again is not None
    assert {*again.errors} == {*respelled.marks.errors}
    assert again.uncalculated == respelled.marks.uncalculated
    assert (again.hidden_rows, again.hidden_columns) == (respelled.marks.hidden_rows, respelled.marks.hidden_columns)
    return respelled.marks


def test_marks_of_a_sheet() -> None:
    """Errors, formulas without a value (an empty text is one), hidden rows and columns."""
    assert read_usual_sheet(SHEET.encode(), 1) == MARKS
    assert respell_sheet(SHEET.encode(), "Blad1", 1).marks == MARKS


@pytest.mark.parametrize("respell", [*RESPELLINGS, lengthen_formula])
def test_the_same_however_it_is_spelled(respell: object) -> None:
    """Other programs order, quote, prefix and part otherwise."""
    assert callable(respell)
    spelled = respell(SHEET)
    assert spelled != SHEET
    assert read(spelled) == MARKS


@pytest.mark.parametrize("respell", RESPELLINGS)
def test_what_is_spelled_otherwise_is_not_left_to_patterns(respell: object) -> None:
    """They know all of a sheet's rows, or none."""
    assert callable(respell)
    assert read_usual_sheet(strip_sheet(respell(SHEET).encode()), 1) is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252", "utf-8-sig"])
def test_other_encodings(encoding: str) -> None:
    """By their mark, by what the first line says, or neither."""
    name = "UTF-8" if encoding == "utf-8-sig" else "UTF-16" if "16" in encoding else encoding
    spelled = SHEET.replace("UTF-8", name).replace("<v>12</v>", '<v>12</v></c><c r="D1" t="str"><v>årsmål</v>')
    assert read(spelled.encode(encoding)) == MARKS
    if encoding != "utf-8-sig":
        assert "årsmål".encode() in respell_sheet(spelled.encode(encoding), "Blad1", 1).xml


@given(st.lists(st.sampled_from(RESPELLINGS), unique=True, max_size=4))
def test_several_at_once(respellings: list[object]) -> None:
    """Whatever is written oddly comes to the same."""
    spelled = SHEET
    for respell in sorted(respellings, key=RESPELLINGS.index):  # type: ignore[arg-type] # they are in it
        assert callable(respell)
        spelled = respell(spelled)
    assert read(spelled) == MARKS


@pytest.mark.parametrize(
    "shown", ["#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#GETTING_DATA", "#BUSY!", "#UNKNOWN!", "#SAKNAS!"]
)
def test_errors_of_a_newer_excel(shown: str) -> None:
    """Whatever the text is; calamine is given one that it knows."""
    spelled = SHEET.replace("#REF!", shown).encode()
    assert read(spelled).errors["C4"] == shown
    assert shown.encode() not in respell_sheet(spelled, "Blad1", 1).xml


@pytest.mark.parametrize("respell", [prefix, quote_singly, indent])
def test_what_shows_of_a_sheet_is_kept(respell: object) -> None:
    """Letters that are struck through, and merged cells, as those who look for them know them."""
    assert callable(respell)
    rich = '<c r="D1" t="inlineStr"><is><r><rPr><strike/></rPr><t>nej</t></r></is></c></row><row r="2"'
    merged = '</sheetData><mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>'
    spelled = respell(SHEET.replace('</row><row r="2"', rich).replace("</sheetData>", merged)).encode()
    xml = respell_sheet(spelled, "Blad1", 1).xml
    assert b"<strike/></rPr><t>nej</t>" in xml
    assert b'<mergeCell ref="A1:B2"/>' in xml
    assert read(spelled) == MARKS


def test_an_error_as_the_text_of_a_formula() -> None:
    """As some programs write it; a text that only begins so is a text."""
    assert read(SHEET.replace("<v></v>", "<v>#DIV/0!</v>")).errors["A4"] == "#DIV/0!"
    assert read(SHEET.replace("<v></v>", "<v>#skolan</v>")) == MARKS


@pytest.mark.parametrize("respell", [str, prefix])
def test_rows_and_columns_of_no_size_are_hidden(respell: object) -> None:
    """They show as little."""
    assert callable(respell)
    low = SHEET.replace('<row r="4">', '<row r="4" ht="0" customHeight="1">')
    spelled = low.replace('max="1" width="9"', 'max="1" width="0.0"')
    assert read(respell(spelled)) == replace(MARKS, hidden_rows=frozenset({2, 4}), hidden_columns=frozenset({1, 3, 4}))
    shown = spelled.replace('ht="0"', 'ht="0.5"').replace('width="0.0"', 'width="0.07"')
    assert read(respell(shown)) == MARKS


NO_SHEETS = {
    "damaged": SHEET.replace("</row></sheetData>", "</sheetData>"),
    "cell_twice": SHEET.replace("<v>12</v>", '<v>12</v></c><c r="B1"><v>13</v>'),
    "no_such_text": SHEET.replace("<v>0</v>", "<v>1</v>"),
    "no_such_cell": SHEET.replace('r="D4"', 'r="D04294967300"'),
    "damaged_cell": SHEET.replace('t="s"><v>0', 't="u"><v>0'),
}
SPELLED = {
    "cell_twice": [
        SHEET.replace("<v>12</v>", "<v>12</v><v>13</v>"),
        SHEET.replace("<v>12</v>", '<v>12</v></c><c r="b1" t="str"><v>12</v>'),
    ],
    "no_such_text": [SHEET.replace("<v>0</v>", f"<v>{number}</v>") for number in ("-1", "99", "0.5", "x", "4294967296")],
    "no_such_cell": [SHEET.replace('r="D4"', f'r="{cell}"') for cell in ("D4294967300", "d1048577", "XFe4", "D0", "AAAA4", "4D", "")],
}


@pytest.mark.parametrize(
    "why, spelled", [*NO_SHEETS.items(), *((why, spelled) for why, some in SPELLED.items() for spelled in some)], ids=lambda text: text[:12]
)
def test_what_contradicts_itself_is_refused(why: str, spelled: str) -> None:
    """By name, and never read as something else."""
    for respell in (str, prefix, quote_singly):
        with pytest.raises(RefusedError) as refused:
            read(respell(spelled))
        assert refused.value.finding.facts["why"].key == why


def test_the_same_cell_twice_alike_is_one() -> None:
    """Whatever program writes so, it says one thing."""
    assert read(SHEET.replace("<v>12</v>", '<v>12</v></c><c r="B1"><v>12</v>')) == MARKS


def test_what_is_spelled_as_usual_is_not_parsed(monkeypatch: pytest.MonkeyPatch, shared_full: Town) -> None:
    """Since that takes longer, thousands of times."""
    monkeypatch.setattr("styrxl.returns.package.sheet_xml.respell_sheet", None)
    for owner in ("UBN", "UBN-ÖST"):
        assert read_workbook(shared_full.filled(owner), ordinary_only=True)[0] is not None


@pytest.mark.parametrize("rows", [1, 12, 64, 400])
def test_rows_that_end_in_a_formula_without_a_value_and_an_empty_cell(rows: int) -> None:
    """As openpyxl saves our workbooks; patterns that captured what they repeat made Python's re raise SystemError on them."""
    row = '<row r="{n}" ht="45" customHeight="1"><c r="A{n}" s="1" t="s"><v>0</v></c><c r="I{n}" s="24"><f>' + "IF(A{n};1;2)+" * 200
    row += '1</f><v /></c><c r="J{n}" s="26" t="n" /></row>'
    xml = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + "".join(row.format(n=n) for n in range(1, rows + 1))
        + "</sheetData></worksheet>"
    )
    assert read_usual_sheet(xml.encode(), 1) == SheetMarks({}, frozenset(f"I{n}" for n in range(1, rows + 1)), frozenset(), frozenset())


@pytest.mark.parametrize(
    "cell",
    [
        "><f/>", ' s="1"><f/>', ' t="n"><f/>', "><f/><v></v>", "><f/><v/>", "><f>A1</f>", "><f>A1</f><v>1</v>", ' t="str"><f/>',
        ' t="str"><f/><v></v>', ' t="str"><f>A1</f><v>x</v>', ' t="str"><v/>', ' t="b"><f/><v>1</v>', ' t="d"><f/><v>2027-01-01</v>',
        ' t="e"><f/><v>#N/A</v>', ' t="s"><v>0</v>', ' cm="1" vm="1"><f/>', "><v>1</v>", ' t="inlineStr"><is><t>a &amp; b</t></is>',
        ">",
    ],
)  # fmt: skip
def test_each_cell_is_usual_in_one_way_alone(cell: str) -> None:
    """Else, where something is unusual below, each row doubles the ways to look at all above it: with a form's 60 this would never end."""
    rows = "".join(f'<row r="{n}" ht="15"><c r="A{n}"{cell}</c><c r="B{n}" s="2"/></row>' for n in range(1, 61))
    begin, end = SHEET.split("<sheetData>", maxsplit=1)[0], "</sheetData></worksheet>"
    assert read_usual_sheet(f"{begin}<sheetData>{rows}{end}".encode(), 1) is not None
    assert read_usual_sheet(f'{begin}<sheetData>{rows}<row r="61"><c r="A61"><w/></c></row>{end}'.encode(), 1) is None
