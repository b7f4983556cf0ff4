"""Ids of rows against what was issued."""

from __future__ import annotations

import pytest
from openpyxl import Workbook

from styrxl.sample.opened import open_workbook, save_workbook
from styrxl.validation.rules.rows import is_same_value
from town import ROUND, Town

OWNER, SHEET = "UBN-ÖST", "Åtaganden"
LAST = 60  # rows of commitments as the form has them


def find_cell(book: Workbook, sheet: str, id_: str) -> str:
    """Return the cell of an id."""
    return next(str(row[0].coordinate) for row in book[sheet].iter_rows(max_col=1) if row[0].value == id_)


def judge_with_id(town: Town, owner: str, sheet: str, old: str, new: str) -> tuple[str, list[tuple[str, str, str | None]]]:
    """Return the verdict on a return with another id on a row, and its findings: rule and cell, relative to that of the id."""
    book = open_workbook(town.filled(owner))
    cell = find_cell(book, sheet, old)
    book[sheet][cell].value = new
    [judged] = town.judge((f"{owner}.xlsx", save_workbook(book))).returns
    return judged.verdict, [(f.rule, f.sheet or "", "here" if f.cell == cell else f.cell) for f in judged.findings]


@pytest.mark.parametrize("number", ["9999", str(LAST + 1), "0", "01", "007", "1000000", "1x", "１２３"])
def test_an_id_that_was_never_issued(shared_full: Town, number: str) -> None:
    """However near it is to those that were: no other number, and none written in another way."""
    found = judge_with_id(shared_full, OWNER, SHEET, f"{OWNER}-2027-A1", f"{OWNER}-2027-A{number}")
    assert found == ("rejected", [("unknown-row", SHEET, "here")])


@pytest.mark.parametrize("id_", ["KFN-M1", "UBN-M31", "UBN-ÖST-M1", "UBN-2027-A1", "M1"])
def test_a_goal_under_an_id_of_another(shared_full: Town, id_: str) -> None:
    """Another's, of another series, or beyond the sheet's."""
    verdict, found = judge_with_id(shared_full, "UBN", "Nämndmål", "UBN-M1", id_)
    assert verdict == "rejected"
    assert ("unknown-row", "Nämndmål", "here") in found


@pytest.mark.parametrize("id_", [f"{OWNER}-2027-A{LAST}", f"{OWNER}-2027-A7", f"ubn-öst-2027-a{LAST} ", f"UBN–ÖST–2027–A{LAST}"])
def test_an_id_of_a_free_row(shared_full: Town, id_: str) -> None:
    """Rows may be moved about, and ids written as people write them; where two rows have one id, the other is empty."""
    book = open_workbook(shared_full.filled(OWNER))
    for row in book[SHEET].iter_rows(min_row=7, max_col=1):
        row[0].value = None
    book[SHEET][find_cell(book, SHEET, f"{OWNER}-2027-A1")].value = id_
    [judged] = shared_full.judge((f"{OWNER}.xlsx", save_workbook(book))).returns
    assert "unknown-row" not in {f.rule for f in judged.findings}


def test_rows_beyond_the_usual(full: Town) -> None:
    """With more rows handed out there are more ids, and no others."""
    full.run("distribute", ROUND, "--to", OWNER, "--rows", "90")
    verdict, found = judge_with_id(full, OWNER, SHEET, f"{OWNER}-2027-A1", f"{OWNER}-2027-A91")
    assert (verdict, found) == ("rejected", [("unknown-row", SHEET, "here")])
    book = open_workbook(full.filled(OWNER))
    one, last = (find_cell(book, SHEET, f"{OWNER}-2027-A{n}") for n in (1, 90))
    book[SHEET][one].value, book[SHEET][last].value = f"{OWNER}-2027-A90", f"{OWNER}-2027-A1"
    [judged] = full.judge((f"{OWNER}.xlsx", save_workbook(book))).returns
    assert (judged.verdict, judged.findings) == ("accepted", ())


def test_a_number_is_the_one_that_was_issued_in_as_many_digits_as_excel_keeps() -> None:
    assert is_same_value(-200.2, 100.1 - 300.3)  # -200.20000000000002
    assert not is_same_value(-200.2, -200.21)
    assert not is_same_value(None, 0.0)
