"""One cause, one finding: stray marks, answers pasted one off, last year's sheets, minus signs throughout a column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from styrxl.model.findings import Finding, Remark, fix, message
from styrxl.returns.read import ReturnReader
from styrxl.sample.opened import open_workbook, save_workbook
from styrxl.validation.admitted import Admitted
from styrxl.validation.diagnose import diagnose
from town import BOARD, PRESCHOOL, YEAR, Town

ROWS = [
    {"text": text, "parent_id": "UBN-M1", "responsible": "Rektor", "expected_result": "Fler läser", **YEAR}
    for text in ("Läsa varje dag", "Skriva varje dag", "Räkna varje dag", "Leka varje dag")
]
FIRST, LAST = 5, 8


def judge(town: Town, change: Callable[[Worksheet], None], owner: str = "UBN-ÖST", sheet: str = "Åtaganden") -> list[Finding]:
    """Return the findings on a return of four commitments that somebody changed."""
    answers = {**(PRESCHOOL if owner == "UBN-ÖST" else BOARD), "commitments": ROWS}
    book = open_workbook(town.filled(owner, answers))
    change(book[sheet])
    [judged] = town.judge((f"{owner}.xlsx", save_workbook(book))).returns
    return [f for f in judged.findings if f.severity != "info"]


def spots(found: list[Finding]) -> list[tuple[str, str | None]]:
    """Return rule and cell of each."""
    return [(f.rule, f.cell) for f in found]


def move(sheet: Worksheet, columns: str, right: int = 0, down: int = 0) -> None:
    """Cut the answers of some columns and paste them elsewhere."""
    taken = {(column, row): sheet[f"{column}{row}"].value for column in columns for row in range(FIRST, LAST + 1)}
    for column, row in taken:
        sheet[f"{column}{row}"].value = None
    for (column, row), value in taken.items():
        sheet[f"{chr(ord(column) + right)}{row + down}"].value = value


@pytest.mark.parametrize("cell, mark", [("C95", "."), ("E90", "-"), ("B30", "x"), ("H91", "?"), ("F70", '"'), ("C95", 1), ("H95", ",")])
def test_a_stray_mark_is_one_finding(shared_full: Town, cell: str, mark: str | int) -> None:
    """Below the numbered rows or on one of them; it says what to do with the row."""
    [found] = judge(shared_full, lambda sheet: sheet[cell].__setattr__("value", mark))
    assert (found.rule, found.cell, found.value) == ("placeholder-text", cell, mark)
    assert "sudda" in fix(found, "sv")


def test_a_note_below_the_rows_is_one_finding(shared_full: Town) -> None:
    """It has no id; what such a row would lack besides is not said."""
    [found] = judge(shared_full, lambda sheet: sheet["C95"].__setattr__("value", "Fler kommer i vår"))
    assert (found.rule, found.cell) == ("row-without-id", "A95")


def test_a_mark_on_a_row_with_answers_hides_nothing(shared_full: Town) -> None:
    """What the row lacks besides is said."""

    def change(sheet: Worksheet) -> None:
        sheet["B30"].value, sheet["C30"].value = "Sjunga", "."

    assert set(spots(judge(shared_full, change))) == {("placeholder-text", "C30"), ("missing-value", "E30")}


@pytest.mark.parametrize(
    "columns, right, cell, home",
    [
        ("E", 1, "F5", "Ansvarig"),  # roles where the days are
        ("BCDEFGH", 1, "C5", "Åtagande"),  # everything
        ("C", -1, "B5", "Mål"),
        ("F", -1, "E5", "Start"),
    ],
)
def test_a_column_pasted_one_off_is_one_finding(shared_full: Town, columns: str, right: int, cell: str, home: str) -> None:
    """It says where the answers belong."""
    found = judge(shared_full, lambda sheet: move(sheet, columns, right))
    assert spots(found) == [("shifted-answers", cell)]
    assert home in message(found[0], "sv")
    assert home in fix(found[0], "sv")


@pytest.mark.parametrize("column, down, cell", [("E", 1, "E6"), ("B", 1, "B6"), ("C", 1, "C6")])
def test_a_column_pasted_one_row_off_is_one_finding(shared_full: Town, column: str, down: int, cell: str) -> None:
    """It says where the answers begin."""
    [found] = judge(shared_full, lambda sheet: move(sheet, column, down=down))
    assert (found.rule, found.cell) == ("shifted-answers", cell)
    assert f"{column}{FIRST}" in fix(found, "sv")


def test_single_mistakes_are_told_one_by_one(shared_full: Town) -> None:
    """One answer in the wrong column is no shift."""

    def change(sheet: Worksheet) -> None:
        sheet["E5"].value, sheet["F5"].value, sheet["C7"].value = None, "Rektor", None

    assert set(spots(judge(shared_full, change))) == {("missing-value", "E5"), ("wrong-type", "F5"), ("missing-parent", "C7")}


def test_last_years_days_are_one_question(shared_full: Town) -> None:
    """Where all of them are; a single one is asked about at its cell."""

    def set_days(sheet: Worksheet, rows: range) -> None:
        for row in rows:
            sheet[f"F{row}"].value, sheet[f"G{row}"].value = date(2026, 1, 1), date(2026, 12, 31)

    [found] = judge(shared_full, lambda sheet: set_days(sheet, range(FIRST, LAST + 1)))
    assert (found.rule, found.cell) == ("last-years-answers", "F5")
    assert "alla 8 datum ligger i 2026" in message(found, "sv")
    assert spots(judge(shared_full, lambda sheet: set_days(sheet, range(FIRST, FIRST + 1)))) == [
        ("outside-year", "F5"),
        ("outside-year", "G5"),
    ]


BUDGET = [{"activity": "Grundskola", "revenue": 100, "cost": 700}, {"activity": "Förskola", "revenue": 50, "cost": 150.5}]


def judge_budget(town: Town, rows: list[dict[str, Any]]) -> tuple[list[Finding], list[Any]]:
    """Return the findings on a budget, and its costs as they were read."""
    judged = town.judge(("UBN.xlsx", town.filled("UBN", {**BOARD, "budget": rows})))
    table = judged.tables.get("budget")
    return list(judged.returns[0].findings), [] if table is None else table["cost"].tolist()


@pytest.mark.parametrize("field, cell", [("revenue", "B"), ("cost", "C")])
def test_minus_signs_throughout_a_column_are_one_question(shared_full: Town, field: str, cell: str) -> None:
    """Ledgers print revenues so, or costs; they are read without."""
    rows = [{**row, field: -float(str(row[field]))} for row in BUDGET]
    found, costs = judge_budget(shared_full, rows)
    assert [(f.rule, (f.cell or "")[0]) for f in found] == [("unit-suspect", cell)]
    assert "Alla 2 belopp" in message(found[0], "sv")
    assert costs == [700.0, 150.5]


def test_a_single_minus_sign_of_a_cost_is_an_error(shared_full: Town) -> None:
    """Nobody knows whether it is meant."""
    found, _ = judge_budget(shared_full, [BUDGET[0], {**BUDGET[1], "cost": -150.5}])
    assert [(f.rule, f.value) for f in found] == [("out-of-range", -150.5)]
    assert "minus" in message(found[0], "sv") + fix(found[0], "sv")


def test_kronor_are_one_question(shared_full: Town) -> None:
    """What is a thousand times too much is not also said to be over the frame."""
    found, _ = judge_budget(shared_full, [{**row, "cost": 1000 * float(str(row["cost"]))} for row in BUDGET])
    assert [f.rule for f in found] == ["unit-suspect"]
    assert "kronor" in message(found[0], "sv")


def test_kronor_beyond_any_amount_are_one_error(shared_full: Town) -> None:
    """It says how many amounts look so."""
    found, _ = judge_budget(shared_full, [{**row, "revenue": 2e8, "cost": 9e8} for row in BUDGET])
    assert [(f.rule, f.cell) for f in found] == [("out-of-range", "B9")]
    assert "4 belopp på bladet" in fix(found[0], "sv")
    found, _ = judge_budget(shared_full, [{**BUDGET[0], "cost": 9e8}, BUDGET[1]])
    assert [(f.rule, f.cell) for f in found] == [("out-of-range", "C9")]
    assert "belopp på bladet" not in fix(found[0], "sv")


@pytest.mark.parametrize("waived, rules", [((), ["placeholder-text"]), (("placeholder-text",), ["placeholder-text", "missing-value"])])
def test_a_rule_that_is_waived_hides_nothing(shared_full: Town, waived: tuple[str, ...], rules: list[str]) -> None:
    """A return would pass with what is missing on the row."""
    book = open_workbook(shared_full.filled("UBN-ÖST", {**PRESCHOOL, "commitments": ROWS}))
    book["Åtaganden"]["B30"].value = "x"
    with ReturnReader(shared_full.forms) as reader:
        tables = reader.read(save_workbook(book)).tables
    return_ = Admitted(0, "", "", None, form=shared_full.form("UBN-ÖST"), tables=tables)
    remarks = [Remark(0, "commitments", 30, "text", "placeholder-text", "x"), Remark(0, "commitments", 30, "responsible", "missing-value")]
    assert [r.rule for r in diagnose(remarks, return_, shared_full.forms.words, waived)] == rules
