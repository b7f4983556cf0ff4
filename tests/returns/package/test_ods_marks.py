"""What an OpenDocument spreadsheet says that its values do not, as LibreOffice and Excel write it."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from styrxl.returns.package.marks import SheetMarks
from styrxl.returns.package.ods_marks import read_ods_sheets
from styrxl.returns.package.unpack import RefusedError
from styrxl.sample import ods
from town import Town

NAMES = " ".join(
    f'xmlns:{prefix}="urn:{name}:1.0"'
    for prefix, name in {
        "office": "oasis:names:tc:opendocument:xmlns:office",
        "table": "oasis:names:tc:opendocument:xmlns:table",
        "text": "oasis:names:tc:opendocument:xmlns:text",
        "calcext": "org:documentfoundation:names:experimental:calc:xmlns:calcext",
    }.items()
)
ERRORS = {
    "LibreOffice": 'table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"|#DIV/0!',
    "its own numbers": 'table:formula="of:=1+" office:value-type="string" office:string-value="" calcext:value-type="error"|Err:520',
    "an older one": 'table:formula="of:=1/0" office:value-type="float" office:value="0"|#DIV/0!',
    "Excel": 'table:formula="of:=[.A1]/0" office:value-type="string"|#DIV/0!',
    "Excel in Swedish": 'table:formula="of:=NA()" office:value-type="string"|#SAKNAS!',
    "a newer Excel": 'table:formula="msoxl:=x" office:value-type="string"|#SPILL!',
    "a constant": 'office:value-type="string"|#N/A',
}
NONE = {
    "an amount": 'office:value-type="float" office:value="12"|12',
    "an empty text": 'table:formula="of:=&quot;&quot;"|',
    "a text with a sign": 'office:value-type="string"|#skolan2027!',
    "a formula": 'table:formula="of:=6*2" office:value-type="float" office:value="12"|12',
}


def content(rows: str, before: str = "", columns: str = "") -> bytes:
    """Return the XML of a spreadsheet with one sheet."""
    table = f'<table:table table:name="Blad1">{columns}{rows}</table:table>'
    return f"<office:document-content {NAMES}><office:body><office:spreadsheet>{before}{table}</office:spreadsheet></office:body></office:document-content>".encode()  # noqa: E501


def cell(written: str, more: str = "") -> str:
    """Return a cell, written as attributes, a stroke, and the text that shows."""
    attributes, _, shown = written.partition("|")
    return f"<table:table-cell {attributes}>{more}<text:p>{shown}</text:p></table:table-cell>"


def row(*cells: str, more: str = "") -> str:
    """Return a row."""
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def marks(xml: bytes) -> SheetMarks:
    """Return the marks of the sheet."""
    return read_ods_sheets(xml)["Blad1"].marks


@pytest.mark.parametrize("program", ERRORS)
def test_errors(program: str) -> None:
    """As each program writes them; an address counts what is repeated."""
    written = ERRORS[program]
    shown = written.partition("|")[2]
    skipped = row("<table:table-cell/>", more='table:number-rows-repeated="3"')
    xml = content(skipped + row('<table:table-cell table:number-columns-repeated="2"/>', cell(written)))
    assert marks(xml) == SheetMarks({"C4": shown})


@pytest.mark.parametrize("what", NONE)
def test_what_is_no_error(what: str) -> None:
    """Neither an answer nor an empty text."""
    assert marks(content(row(cell(NONE[what])))) == SheetMarks()


def test_formulas_that_nobody_worked_out() -> None:
    """They have neither a value nor a text, whatever other programs make of them."""
    bare = '<table:table-cell table:formula="of:=1+2"/>'
    assert marks(content(row(bare, cell(NONE["an amount"]), bare))) == SheetMarks({}, frozenset({"A1", "C1"}))


def test_hidden_rows_and_columns() -> None:
    """By themselves, by a filter, or in a group that is closed; rows without anything are none."""
    amount = cell(NONE["an amount"])
    rows = (
        row(amount)
        + row(amount, more='table:visibility="collapse"')
        + row(amount, more='table:visibility="filter" table:number-rows-repeated="2"')
        + f'<table:table-row-group table:display="false">{row(amount)}</table:table-row-group>'
        + f"<table:table-row-group>{row(amount)}</table:table-row-group>"
        + row("<table:table-cell/>", more='table:visibility="collapse" table:number-rows-repeated="1048000"')
    )
    columns = (
        '<table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>'
        '<table:table-column-group table:display="false"><table:table-column/></table:table-column-group><table:table-column/>'
    )
    assert marks(content(rows, columns=columns)) == SheetMarks({}, frozenset(), frozenset({2, 3, 4, 5}), frozenset({3, 4}))


def test_what_is_no_cell_of_the_sheet() -> None:
    """Changes that were tracked, notes on a cell, and a table in one."""
    error = cell(ERRORS["LibreOffice"])
    tracked = f"<table:tracked-changes><table:cell-content-change><table:previous>{error}</table:previous></table:cell-content-change></table:tracked-changes>"  # noqa: E501
    note = "<office:annotation><text:p>#DIV/0!</text:p></office:annotation>"
    inner = f'<table:table-cell><table:table table:name="x">{row(error)}</table:table></table:table-cell>'
    read = read_ods_sheets(content(row(cell(NONE["an amount"], note), inner), before=tracked))
    assert [*read] == ["Blad1"]
    assert read["Blad1"].marks == SheetMarks()
    assert read["Blad1"].values == {"A1": 12.0}


def test_what_is_no_xml_is_refused() -> None:
    """It is never a sheet without marks."""
    with pytest.raises(RefusedError):
        read_ods_sheets(content("</table:table-row>"))


def _with_revenue(data: bytes, new: str) -> bytes:
    """Return an ods of the board's in which the first revenue of its budget, 100, is another cell."""
    source, target = io.BytesIO(data), io.BytesIO()
    revenue = re.compile(r'(table:name="Budget".*?)<table:table-cell [^<>]*office:value="100(?:\.0)?"[^<>]*>.*?</table:table-cell>')
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w") as changed:
        for name in archive.namelist():
            text = archive.read(name).decode()
            text = text.replace("<office:document-content ", f"<office:document-content {NAMES.split()[-1]} ")
            changed.writestr(name, revenue.sub(lambda match: match[1] + new, text, count=1) if name == "content.xml" else text)
    return target.getvalue()


def test_an_error_in_an_optional_answer_is_told(shared_full: Town) -> None:
    """Read as nothing, it would be accepted as no answer."""
    data = ods.convert_to_ods(shared_full.filled("UBN"))
    assert [r.verdict for r in shared_full.judge(("UBN.ods", data)).returns] == ["accepted"]
    for program in ("LibreOffice", "Excel", "a constant"):
        [judged] = shared_full.judge(("UBN.ods", _with_revenue(data, cell(ERRORS[program])))).returns
        errors = [(f.rule, f.sheet, f.cell, f.value) for f in judged.findings if f.severity == "error"]
        assert errors == [("cell-error", "Budget", "B9", ERRORS[program].partition("|")[2])]
