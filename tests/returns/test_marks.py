"""What a sheet's XML says that its values do not, however it is spelled."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.returns.marks import SheetMarks, parse_marks, read_marks

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
    prefix, turn_attributes, indent, quote_singly, leave_out_addresses, break_lines, write_entities, comment, lengthen_formula, keep_space,
]  # fmt: skip
PLACED_OTHERWISE = (prefix, turn_attributes, leave_out_addresses)  # which is seen before the marks are read


def test_marks_of_a_sheet() -> None:
    """Errors, formulas without a value (an empty text is one), hidden rows and columns."""
    assert read_marks(SHEET.encode()) == MARKS


@pytest.mark.parametrize("respell", RESPELLINGS)
def test_the_same_however_it_is_spelled(respell: object) -> None:
    """Other programs order, quote, prefix and part otherwise."""
    assert callable(respell)
    spelled = respell(SHEET)
    assert spelled != SHEET
    assert parse_marks(spelled.encode()) == MARKS
    if respell not in PLACED_OTHERWISE:
        assert read_marks(spelled.encode()) == MARKS


def test_other_encodings() -> None:
    """UTF-16 with its mark."""
    spelled = SHEET.replace("UTF-8", "UTF-16").encode("utf-16")
    assert parse_marks(spelled) == MARKS


@given(st.lists(st.sampled_from(RESPELLINGS), unique=True, max_size=4))
def test_several_at_once(respellings: list[object]) -> None:
    """The parser agrees with itself and with the patterns."""
    spelled = SHEET
    for respell in sorted(respellings, key=RESPELLINGS.index):  # type: ignore[arg-type] # they are in it
        assert callable(respell)
        spelled = respell(spelled)
    assert parse_marks(spelled.encode()) == MARKS
    if not {*respellings} & {*PLACED_OTHERWISE}:
        assert read_marks(spelled.encode()) == MARKS


def test_errors_of_a_newer_excel() -> None:
    """Whatever the text is."""
    assert read_marks(SHEET.replace("#REF!", "#SPILL!").encode()).errors["C4"] == "#SPILL!"


def test_what_is_no_xml_is_told() -> None:
    """A damaged sheet is never one without marks."""
    with pytest.raises(ValueError, match="mismatched"):
        parse_marks(SHEET.replace("</row></sheetData>", "</sheetData>").encode())


def test_what_is_spelled_as_usual_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Since that takes longer, thousands of times."""
    monkeypatch.setattr("styrxl.returns.marks.parse_marks", None)
    assert read_marks(SHEET.encode()) == MARKS
