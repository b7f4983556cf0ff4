"""What a cell shows is what its writer answered: read so and told, or asked about."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from styrxl.model.findings import message
from styrxl.model.judged import Judged
from styrxl.returns.locate import Locator
from styrxl.returns.read import find_year
from styrxl.returns.tables import normalise_heading, split_heading
from styrxl.returns.typed_columns import TableTyper
from styrxl.returns.workbook import read_workbook
from styrxl.sample.opened import open_workbook, save_workbook
from town import Town

Change = Callable[[Workbook], object]
Told = Sequence[tuple[str, str | None]]  # rule, cell


def at(book: Workbook, sheet: str, heading: str, row: int = 0) -> Cell:
    """Return the cell under a heading, on a row counted from the first below the headings."""
    for line in book[sheet].iter_rows(max_row=20):
        names = [normalise_heading(split_heading(str(cell.value))[0]) if cell.value else "" for cell in line]
        if normalise_heading(heading) in names and len([name for name in names if name]) > 2:
            cell = book[sheet].cell(int(line[0].row or 0) + 1 + row, names.index(normalise_heading(heading)) + 1)
            assert isinstance(cell, Cell)
            return cell
    raise LookupError(heading)


def put(sheet: str, heading: str, value: Any, code: str, row: int = 0) -> Change:
    """Return a change: a value typed into a cell with a number format."""

    def change(book: Workbook) -> None:
        cell = at(book, sheet, heading, row)
        cell.value, cell.number_format = value, code

    return change


def save(town: Town, owner: str, *changes: Change) -> bytes:
    """Return an owner's return, changed."""
    book = open_workbook(town.filled(owner))
    for change in changes:
        change(book)
    return save_workbook(book)


def read(town: Town, owner: str, data: bytes) -> tuple[Told, dict[str, list[Any]]]:
    """Return what reading a return finds, and its typed columns by ``sheet.field``."""
    returned, _ = read_workbook(data)
    assert returned is not None
    form = town.form(owner)
    tables, located = Locator(form, town.forms.words).locate(returned, town.language(owner))
    typist = TableTyper()
    typed = [(table, typist.typed(form, table, find_year(returned.identity))) for table in tables]
    placed = [(r.rule, table.place.cell(r.field, r.row)) for table, columns in typed for r in columns.remarks]
    values = {f"{table.sheet.key}.{name}": each for table, columns in typed for name, each in columns.columns.items()}
    return sorted([*((f.rule, f.cell) for f in located), *placed]), values


def judge(town: Town, owner: str, *changes: Change, spell: Callable[[bytes], bytes] = bytes) -> tuple[Judged, dict[str, list[Any]]]:
    """Return the verdict on a changed return, and its typed columns."""
    data = spell(save(town, owner, *changes))
    [judged] = town.judge((f"{owner}.xlsx", data)).returns
    return judged, read(town, owner, data)[1]


def told(judged: Judged) -> Told:
    return sorted((f.rule, f.cell) for f in judged.findings)


AMOUNTS = [
    ("#,##0,", 1_500_000, 1500, [("interpreted-value", "B9")]),
    ("#,##0_-,", 150_000, 150, [("interpreted-value", "B9")]),
    ('#,##0,"tkr"', 150_000, 150, [("interpreted-value", "B9")]),
    ('0.0,,"mkr"', 100_000, 100, [("interpreted-value", "B9")]),
    ('0" mkr"', 0.1, 100, [("interpreted-value", "B9")]),
    ('0" tkr"', 100, 100, [("interpreted-value", "B9")]),
    ('#,##0 "kr"', 100_000, None, [("ambiguous-value", "B9")]),
    ("[$kr-41D] #,##0.00", 100_000, None, [("ambiguous-value", "B9")]),
    ('_-* #,##0\\ "kr"_-;-* #,##0\\ "kr"_-', 100_000, None, [("ambiguous-value", "B9")]),
    ("#,##0.0,", 1_500, None, [("ambiguous-value", "B9")]),  # thousands that show in millions?
    ("#,##0,,", 100_000_000, None, [("ambiguous-value", "B9")]),
    ("#,##0;#,##0", -100, None, [("ambiguous-value", "B9")]),
    ("0%", 0.8, None, [("wrong-type", "B9")]),
    ("#,##0.00 [$€-1]", 100, None, [("wrong-type", "B9")]),
    ("yyyy-mm-dd", 100, None, [("wrong-type", "B9")]),
    (";;;", 100, 100, [("hidden-data", "B9")]),
    ("#,##0.00_-", 100.4, 100.4, []),
    ("0", 100.4, 100.4, []),
    ("@", 100, 100, []),
]


@pytest.mark.parametrize("code, value, amount, findings", AMOUNTS)
def test_amounts(shared_full: Town, code: str, value: float, amount: float | None, findings: Told) -> None:
    """In thousands of kronor: what says so is read, what says kronor, percent or nothing is asked about."""
    found, values = read(shared_full, "UBN", save(shared_full, "UBN", put("Budget", "Intäkter", value, code)))
    assert (values["budget.revenue"][0], found) == (amount, findings)


PERCENTS = [
    ("procent", "0%", 0.8, 80, ["interpreted-value"]),
    ("%", "0.0 %", 0.805, 80.5, ["interpreted-value"]),
    ("Andel i procent", "[<=1]0%;0", 0.8, 80, ["interpreted-value"]),
    ("procent", "General", "80 %", 80, ["interpreted-value"]),
    ("procent", "General", 0.8, 0.8, ["unit-suspect"]),
    ("Procent av eleverna", "0.00", 1, 1, ["unit-suspect"]),
    ("procent", "General", "0,8", 0.8, ["interpreted-value", "unit-suspect"]),
    ("procent", "0.0%", 0.008, 0.8, ["interpreted-value"]),  # says itself that it is so little
    ("procent", "General", 0, 0, []),
    ("procent", "General", 80, 80, []),
    ("procentenheter", "General", 0.8, 0.8, []),
    ("antal", "General", 0.8, 0.8, []),
    ("antal", "0%", 0.8, None, ["ambiguous-value", "interpreted-value"]),  # of two in one cell the error is told
    ("index", "General", "80 %", None, ["ambiguous-value", "interpreted-value"]),
    ("antal", "#,##0,", 1_500_000, None, ["ambiguous-value"]),
    ("antal", '0" st"', 12, 12, ["interpreted-value"]),
    ("kronor", '#,##0 "kr"', 12, 12, ["interpreted-value"]),
]


@pytest.mark.parametrize("unit, code, value, number, rules", PERCENTS)
def test_percent(shared_full: Town, unit: str, code: str, value: Any, number: float | None, rules: Sequence[str]) -> None:
    """What shows as percent is percent where the row's unit is; elsewhere, and where a fraction stands, it is asked about."""
    changes = put("Indikatorer", "Måttenhet", unit, "General"), put("Indikatorer", "Utgångsvärde", value, code)
    found, values = read(shared_full, "UBN", save(shared_full, "UBN", *changes))
    assert (values["indicators.baseline"], found) == ([number], [(rule, "F5") for rule in rules])


def test_both_are_said(shared_full: Town) -> None:
    """What showed, and what we read; what stood there, where another number showed."""
    judged, _ = judge(shared_full, "UBN", put("Indikatorer", "Målvärde", 0.855, "0.0%"), put("Budget", "Intäkter", 1_500_000, "#,##0,"))
    said = {f.cell: message(f, "sv").replace("\N{NO-BREAK SPACE}", " ") for f in judged.findings}
    assert sorted(said.values()) == [
        "Intäkter: vi läste ”1 500 000” som 1 500.",
        "Målvärde: vi läste ”85,5 %” som 85,5.",
    ]


def test_both_readings_of_what_shows_in_millions(shared_full: Town) -> None:
    """As thousands they are kronor, or what shows."""
    judged, _ = judge(shared_full, "UBN", put("Budget", "Intäkter", 100_000_000, "#,##0,,"))
    [asked] = [f for f in judged.findings if f.rule == "ambiguous-value"]
    assert (asked.facts["first"], asked.facts["second"]) == (100, 100_000)


def test_a_date_in_a_plain_cell(shared_full: Town) -> None:
    """Excel's number of a day is that day, and told."""
    judged, values = judge(shared_full, "UBN-ÖST", put("Åtaganden", "Start", 46447, "General", 1))
    cell = at(open_workbook(shared_full.filled("UBN-ÖST")), "Åtaganden", "Start", 1).coordinate
    assert values["commitments.start"][1] == date(2027, 3, 1)
    assert told(judged) == [("interpreted-value", cell)]


@pytest.mark.parametrize(
    "code, start, end",
    [("mmm-yy", (2027, 3, 1), (2027, 3, 31)), ("[$-41D]mmmm yyyy;@", (2027, 3, 1), (2027, 3, 31)), ("yyyy", (2027, 1, 1), (2027, 12, 31))],
)
def test_a_date_of_which_a_month_shows(shared_full: Town, code: str, start: tuple[int, ...], end: tuple[int, ...]) -> None:
    """Excel makes 1 March of a month that is typed: as an end it is the last day of the month, as if it stood in words."""
    changes = (put("Åtaganden", heading, date(2027, 3, 1), code) for heading in ("Start", "Slut"))
    found, values = read(shared_full, "UBN", save(shared_full, "UBN", *changes))
    assert (values["commitments.start"][0], values["commitments.end"][0]) == (date(*start), date(*end))
    assert found == [("interpreted-value", "F5"), ("interpreted-value", "G5")]


@pytest.mark.parametrize("spelled", ["1", "true"])
def test_days_counted_from_1904(shared_full: Town, spelled: str) -> None:
    """As Excel for Mac did: dates are dates, and so is a plain number in a column of dates."""

    def change(book: Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904
        at(book, "Åtaganden", "Slut", 1).value = date(2027, 10, 29)
        cell = at(book, "Åtaganden", "Start", 1)
        cell.value, cell.number_format = 46447 - 1462, "General"

    def spell(data: bytes) -> bytes:
        return respell(data, "xl/workbook.xml", 'date1904="1"', f'date1904="{spelled}"')

    judged, values = judge(shared_full, "UBN-ÖST", change, spell=spell)
    cell = at(open_workbook(shared_full.filled("UBN-ÖST")), "Åtaganden", "Start", 1).coordinate
    assert (values["commitments.start"][1], values["commitments.end"][1]) == (date(2027, 3, 1), date(2027, 10, 29))
    assert told(judged) == [("interpreted-value", cell)]
    assert message(judged.findings[0], "sv") == "Start: vi läste ”44\N{NO-BREAK SPACE}985” som 2027-03-01."


def respell(data: bytes, part: str, old: str, new: str) -> bytes:
    """Return a workbook with a text in one of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            assert name != part or old.encode() in content
            after.writestr(name, content.replace(old.encode(), new.encode()) if name == part else content)
    return out.getvalue()


def white(book: Workbook) -> None:
    at(book, "Budget", "Intäkter").font = Font(color="FFFFFFFF")


def white_on_dark(book: Workbook) -> None:
    cell = at(book, "Budget", "Intäkter")
    cell.font, cell.fill = Font(color="FFFFFFFF"), PatternFill("solid", fgColor="FF0B5563")


def strike(*cells: tuple[str, int]) -> Change:
    def change(book: Workbook) -> None:
        for heading, row in cells:
            at(book, "Åtaganden", heading, row).font = Font(strike=True)

    return change


def strike_partly(book: Workbook) -> None:
    text = CellRichText("Starta ", TextBlock(InlineFont(strike=True), "inte "), "läsprogram")
    at(book, "Åtaganden", "Åtagande").value = text


def strike_nothing(book: Workbook) -> None:
    """Cross out cells that are empty, and one that is locked."""
    for heading, row in (("Åtagande", 7), ("Id", 0), ("Id", 1)):
        at(book, "Åtaganden", heading, row).font = Font(strike=True)


STRUCK: dict[str, tuple[Change, Sequence[tuple[str, str, int]]]] = {
    "one cell": (strike(("Åtagande", 1)), [("crossed-out", "Åtagande", 1)]),
    "a row": (strike(("Åtagande", 0), ("Ansvarig", 0), ("Start", 0)), [("crossed-out", "Åtagande", 0)]),
    "two rows": (strike(("Ansvarig", 0), ("Åtagande", 1)), [("crossed-out", "Ansvarig", 0), ("crossed-out", "Åtagande", 1)]),
    "a part of a text": (strike_partly, [("crossed-out", "Åtagande", 0)]),
    "what is empty or locked": (strike_nothing, []),
}


@pytest.mark.parametrize("case", STRUCK)
def test_what_is_crossed_out(shared_full: Town, case: str) -> None:
    """It counts, and is asked about, once a row."""
    change, expected = STRUCK[case]
    judged, values = judge(shared_full, "UBN", change)
    book = open_workbook(shared_full.filled("UBN"))
    assert told(judged) == sorted((rule, at(book, "Åtaganden", heading, row).coordinate) for rule, heading, row in expected)
    assert judged.verdict == "accepted"
    assert len(values["commitments.text"]) == 2


@pytest.mark.parametrize("change, rules", [(white, ["hidden-data"]), (white_on_dark, [])])
def test_white_letters(shared_full: Town, change: Change, rules: Sequence[str]) -> None:
    """They are hidden on a white ground."""
    judged, values = judge(shared_full, "UBN", change)
    assert [f.rule for f in judged.findings] == rules
    assert values["budget.revenue"][0] == 100


def merge(sheet: str, heading: str, rows: int, row: int = 0) -> Change:
    """Return a change: cells below one another merged as Excel does it, which clears all but the first."""

    def change(book: Workbook) -> None:
        first, last = at(book, sheet, heading, row), at(book, sheet, heading, row + rows - 1)
        book[sheet].merge_cells(f"{first.coordinate}:{last.coordinate}")

    return change


def cover(sheet: str, heading: str, rows: int, across: int = 0) -> Callable[[Town, str], Callable[[bytes], bytes]]:
    """Return what merges cells in the XML, so that those below keep their values, as other programs do."""

    def for_owner(town: Town, owner: str) -> Callable[[bytes], bytes]:
        book = open_workbook(town.filled(owner))
        first, last = at(book, sheet, heading), at(book, sheet, heading, rows - 1)
        part = f"xl/worksheets/sheet{book.sheetnames.index(sheet) + 1}.xml"
        range_ = f"{first.coordinate}:{book[sheet].cell(last.row, last.column + across).coordinate}"

        def spell(data: bytes) -> bytes:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                xml = archive.read(part).decode()
            if merges := re.search(r"<mergeCells[^>]*>", xml):
                return respell(data, part, merges[0], f'{merges[0]}<mergeCell ref="{range_}"/>')
            after = re.search(r"</sheetData>(<sheetProtection[^>]*/>)?(<autoFilter.*?(?:/>|</autoFilter>))?", xml)
            assert after
            return respell(data, part, after[0], f'{after[0]}<mergeCells count="1"><mergeCell ref="{range_}"/></mergeCells>')

        return spell

    return for_owner


@pytest.mark.parametrize("heading, field", [("Ansvarig", "responsible"), ("Slut", "end"), ("Förväntat resultat", "expected_result")])
def test_an_answer_merged_over_rows(shared_full: Town, heading: str, field: str) -> None:
    """It holds for each of them, and that is told; a row that is not begun stays so."""
    _, before = judge(shared_full, "UBN")
    judged, values = judge(shared_full, "UBN", merge("Åtaganden", heading, 3))
    first, second = before[f"commitments.{field}"][0], values[f"commitments.{field}"]
    assert second == [first, first]
    assert told(judged) == [("merged-answer", at(open_workbook(shared_full.filled("UBN")), "Åtaganden", heading, 1).coordinate)]
    assert judged.rows["commitments"] == 2


def test_an_amount_merged_over_rows(shared_full: Town) -> None:
    """Nobody sees whether it is for each or for all: asked about, and not called missing as well."""
    judged, _ = judge(shared_full, "UBN", merge("Budget", "Kostnader", 2))
    cell = at(open_workbook(shared_full.filled("UBN")), "Budget", "Kostnader", 1).coordinate
    assert told(judged) == [("merged-cells", cell)]
    assert "Vi ser inte om svaret gäller varje rad" in message(judged.findings[0], "sv")


def test_a_name_merged_over_rows(shared_full: Town) -> None:
    """Nor whether two rows are one commitment."""
    judged, _ = judge(shared_full, "UBN", merge("Åtaganden", "Åtagande", 2))
    cell = at(open_workbook(shared_full.filled("UBN")), "Åtaganden", "Åtagande", 1).coordinate
    assert told(judged) == [("merged-cells", cell)]


@pytest.mark.parametrize(
    "sheet, heading, rows, across, asked",
    [
        ("Budget", "Kostnader", 2, 0, [("Kostnader", 1)]),
        ("Budget", "Intäkter", 1, 1, [("Kostnader", 0)]),
        ("Åtaganden", "Förväntat resultat", 2, 0, [("Förväntat resultat", 1)]),
        ("Åtaganden", "Ansvarig", 1, 1, [("Start", 0)]),
    ],
)
def test_what_lies_under_a_merged_cell(
    shared_full: Town, sheet: str, heading: str, rows: int, across: int, asked: Sequence[tuple[str, int]]
) -> None:
    """What no one sees is asked about."""
    judged, _ = judge(shared_full, "UBN", spell=cover(sheet, heading, rows, across)(shared_full, "UBN"))
    book = open_workbook(shared_full.filled("UBN"))
    assert told(judged) == [("merged-cells", at(book, sheet, name, row).coordinate) for name, row in asked]
    assert "Under det som syns ligger" in message(judged.findings[0], "sv")


def test_notes(shared_full: Town) -> None:
    """Notes are told where they stand, on answers and elsewhere, but for those that styrxl wrote."""

    def change(book: Workbook) -> None:
        at(book, "Åtaganden", "Ansvarig").comment = Comment("Byts i augusti.", "Nämnden")
        at(book, "Budget", "Kostnader", -1).comment = Comment("Nämnden:\nutan hyror", "Nämnden")
        at(book, "Budget", "Intäkter").comment = Comment(f"{shared_full.forms.words.texts['mend_warning']['sv']} Är det rätt?", "styrxl")

    judged, _ = judge(shared_full, "UBN", change)
    book = open_workbook(shared_full.filled("UBN"))
    notes = {(f.rule, f.severity, f.sheet, f.cell, f.value) for f in judged.findings}
    assert notes == {
        ("cell-note", "info", "Åtaganden", at(book, "Åtaganden", "Ansvarig").coordinate, "Byts i augusti."),
        ("cell-note", "info", "Budget", at(book, "Budget", "Kostnader", -1).coordinate, "utan hyror"),
    }
