"""What was understood stands as numbers, dates and words of the lists in the copy; what was not stands as it was written."""

from __future__ import annotations

import datetime as dt

import pytest

from annotated_desk import Desk, lead
from styrxl.sample.opened import open_sheets, open_workbook, save_workbook

CASES = [
    ("UBN", "budget", "cost", "900,5", 900.5),
    ("UBN", "budget", "cost", "1 200 tkr", 1200),
    ("UBN", "budget", "cost", "ca tusen", "ca tusen"),
    ("UBN", "commitments", "start", "1 mars 2027", dt.datetime(2027, 3, 1)),  # noqa: DTZ001 -- a cell has no zone
    ("KFN", "commitments", "start", "2027-03-01", dt.datetime(2027, 3, 1)),  # noqa: DTZ001
    ("UBN", "commitments", "start", "när som helst", "när som helst"),
    ("UBN", "indicators", "target", "85 %", 85),
    ("UBN", "goals", "from_year", "2027", 2027),
    ("UBN", "goals", "priority", "prio 17", "prio 17"),
    ("UBN", "confirmation", "confirms", "j", "Ja"),
    ("KFN", "confirmation", "confirms", "j", "Yes"),
    ("UBN", "confirmation", "confirms", "ja", "ja"),
    ("UBN", "commitments", "parent_id", "Fler elever når målen", "UBN-M1"),
    ("UBN", "commitments", "text", "1 200 tkr", "1 200 tkr"),
]


@pytest.mark.parametrize("owner,time", [("UBN", 0), ("UBN", 1), ("UBN", 2), ("KFN", 0)])
def test_what_is_understood_stands_so(desk: Desk, owner: str, time: int) -> None:
    """In the format of its cell; the copy has nothing left to understand. Of a column one case at a time is in a workbook."""
    book = open_workbook(desk.town.filled(owner))
    sheets = open_sheets(book, desk.form(owner))
    of_column: dict[tuple[str, str], list[tuple[object, object]]] = {}
    for whose, key, field, written, shown in CASES:
        if whose == owner:
            of_column.setdefault((key, field), []).append((written, shown))
    wanted = {}
    for (key, field), cases in of_column.items():
        if time < len(cases):
            cell = sheets[key].cell(field, 0)
            cell.value, shown = cases[time]  # type: ignore[assignment] # a cell takes what a person types
            wanted[sheets[key].title, cell.coordinate] = (shown, cell.number_format)
    assert wanted
    back = desk.back(owner, save_workbook(book))
    copy = open_workbook(back)
    there = {(sheet, cell): copy[sheet][cell] for sheet, cell in wanted}
    assert {place: (cell.value, cell.number_format) for place, cell in there.items()} == wanted
    assert not [f for f in desk.judge(back).findings if f.rule == "interpreted-value"]


@pytest.mark.parametrize("more,shown", [(None, "KF-M2"), ("KF-M1", "KF-M2; KF-M1")])
def test_several_goals_for_one_are_parted(desk: Desk, more: str | None, shown: str) -> None:
    """The first stays, and the others go to the column for more."""
    book = open_workbook(desk.town.filled("UBN"))
    grid = open_sheets(book, desk.form("UBN"))["commitments"]
    grid.cell("parent_id", 0).value, grid.cell("more_parents", 0).value = "UBN-M1; KF-M2", more
    there = open_sheets(open_workbook(desk.back("UBN", save_workbook(book))), desk.form("UBN"))["commitments"]
    assert (there.cell("parent_id", 0).value, there.cell("more_parents", 0).value) == ("UBN-M1", shown)


def test_a_number_that_breaks_a_rule_is_a_number_too(desk: Desk) -> None:
    """So that Kontroll and the list say the same of it, and it is found again."""
    book = open_workbook(desk.town.filled("UBN"))
    cell = open_sheets(book, desk.form("UBN"))["budget"].cell("cost", 0)
    cell.value = "-900 tkr"
    back = desk.back("UBN", save_workbook(book))
    assert open_workbook(back)["Budget"][cell.coordinate].value == -900
    assert [f.cell for f in desk.judge(back).findings if f.severity == "error"] == [cell.coordinate]


def test_no_row_is_higher_than_excel_allows(desk: Desk) -> None:
    """However long a text; where all of it can be read is said."""
    book = open_workbook(desk.town.filled("UBN"))
    grid = open_sheets(book, desk.form("UBN"))["commitments"]
    grid.cell("text", 0).value = "Ett långt åtagande. " * 1_500
    back = desk.back("UBN", save_workbook(book))
    said = [str(row[0]) for row in lead(back) if "formelfältet" in str(row[0])]
    assert [line.partition(". De")[0] for line in said] == ["Några texter är längre än vad en rad kan visa: Åtaganden B5"]
    for sheet in open_workbook(back).worksheets:
        assert all((row.height or 0) <= 409 for row in sheet.row_dimensions.values()), sheet.title
