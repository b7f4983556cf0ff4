"""Outcomes from the accounts, from handing out to the council's workbook: locked, said to be placed wrongly, changed by a newer run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from booked import booked, record
from followup_returns import issued
from styrxl.model.judged import JudgedRound
from styrxl.sample.fill import open_sheets, open_workbook, save_workbook
from town import Answers
from year import BOARD_T1, Followed, followed_town

FIRST = (booked("UBN", "Grundskola", 30, 310.5), booked("UBN", "Måltider", 0, 12), booked("UBN-ÖST", None, 1, 101))
# What a board adds where its first activity and one that it has not planned for have outcomes already.
REST: Answers = {
    **BOARD_T1,
    "outcomes": [
        {"forecast_revenue": 100, "forecast_cost": 860},
        {"outcome_cost": 50.25, "forecast_cost": 150},
        {"forecast_cost": 36, "outcome_remark": "Måltiderna hör till Förskola."},
    ],
}


@pytest.fixture(scope="module")
def shared_unbooked(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    return followed_town(tmp_path_factory.mktemp("unbooked") / "åköping")


@pytest.fixture
def unbooked(shared_unbooked: Followed, tmp_path: Path) -> Followed:
    """Return a town of the test's own that has handed out its first follow-up, before the accounts were read."""
    return Followed(shared_unbooked.town.copy(tmp_path / "unbooked"))


@pytest.fixture(scope="module")
def shared_first(shared_unbooked: Followed, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    made = Followed(shared_unbooked.town.copy(tmp_path_factory.mktemp("booked") / "åköping"))
    record(made, "t1", *FIRST)
    made.town.run("distribute", "2027-t1")
    return made


@pytest.fixture
def first(shared_first: Followed, tmp_path: Path) -> Followed:
    """Return a town of the test's own that handed out its first follow-up with what the accounts say."""
    return Followed(shared_first.town.copy(tmp_path / "booked"))


def cells(data: bytes, followed: Followed, owner: str, key: str, *fields: str) -> list[tuple[Any, ...]]:
    """Return what stands in fields of a sheet, row by row, each with whether it is locked."""
    form = followed.form("t1", owner)
    grid = open_sheets(open_workbook(data), form)[key]
    found = ([grid.cell(field, index) for field in fields] for index in range(len(grid.rows)))
    return [tuple((cell.value, cell.protection.locked) for cell in row) for row in found]


def test_what_the_accounts_say_is_prefilled_and_locked_and_the_rest_stays_open(shared_first: Followed) -> None:
    """The activity that the plan does not have gets a row, with nothing planned; the one without a figure is to be filled in."""
    rows = cells(
        shared_first.issued("t1", "UBN"), shared_first, "UBN", "outcomes", "activity", "planned_budget", "outcome_revenue", "outcome_cost"
    )
    assert rows[:-1] == [
        (("Grundskola", True), (800.5, True), (30, True), (310.5, True)),
        (("Förskola", True), (150.25, True), (None, False), (None, False)),
        (("Måltider", True), (0, True), (0, True), (12, True)),
    ]
    remarks = cells(shared_first.issued("t1", "UBN"), shared_first, "UBN", "outcomes", "outcome_remark")
    assert remarks[:-1] == [((None, False),)] * 3
    unit = cells(shared_first.issued("t1", "UBN-ÖST"), shared_first, "UBN-ÖST", "unit_outcomes", "outcome", "outcome_remark")
    assert unit == [((100, True), (None, False))]


def test_where_the_accounts_say_nothing_the_workbook_is_as_before(shared_unbooked: Followed, shared_first: Followed) -> None:
    """The other board has no column in which to say that anything is placed wrongly, and the very same workbook."""
    assert shared_first.issued("t1", "KFN") == shared_unbooked.issued("t1", "KFN")
    sheet = load_workbook(shared_first.town.root / "outbox/2027-t1/KFN.xlsx")["Finance"]
    assert "Placed wrongly?" not in {cell.value for row in sheet.iter_rows() for cell in row}
    assert issued(shared_first, "t1", "KFN").booked == {}


def test_a_newer_run_with_the_same_figures_is_no_new_issue(first: Followed) -> None:
    before = issued(first, "t1", "UBN")
    assert before.booked == {"run": 1, "day": "2027-05-20"}
    record(first, "t1", *FIRST)
    first.town.run("distribute", "2027-t1")
    assert issued(first, "t1", "UBN") == before


def findings(judged: JudgedRound) -> list[tuple[str, str, str | None]]:
    return [(f.rule, f.severity, f.cell) for return_ in judged.returns for f in return_.findings]


def test_a_return_with_locked_outcomes_is_accepted_with_them(first: Followed) -> None:
    judged = first.judge("t1", ("UBN.xlsx", first.filled("t1", "UBN", REST)))
    assert findings(judged) == []
    frame = judged.tables["outcomes"]
    assert frame["outcome_cost"].tolist() == [310.5, 50.25, 12.0]
    assert frame["outcome_remark"].fillna("").tolist() == ["", "", "Måltiderna hör till Förskola."]


def test_a_return_in_which_nothing_is_typed_is_empty(first: Followed) -> None:
    judged = first.judge("t1", ("UBN.xlsx", first.issued("t1", "UBN")))
    assert [rule for rule, *_ in findings(judged)] == ["empty-return"]


@pytest.mark.parametrize("typed", [311, None, "x"])
def test_a_locked_outcome_that_was_changed_counts_as_it_was_issued(first: Followed, typed: float | str | None) -> None:
    book = open_workbook(first.filled("t1", "UBN", REST))
    grid = open_sheets(book, first.form("t1", "UBN"))["outcomes"]
    cell = grid.cell("outcome_cost")
    cell.value = typed
    judged = first.judge("t1", ("UBN.xlsx", save_workbook(book)))
    assert findings(judged) == [("locked-cell-changed", "warning", cell.coordinate)]
    assert judged.tables["outcomes"]["outcome_cost"].tolist()[0] == 310.5


def test_the_column_for_what_is_placed_wrongly_may_not_go_where_it_was_issued(first: Followed) -> None:
    book = open_workbook(first.filled("t1", "UBN", REST))
    grid = open_sheets(book, first.form("t1", "UBN"))["outcomes"]
    assert grid.sheet is not None
    row, column = grid.heading_row, grid.columns["outcome_remark"]
    grid.sheet.cell(row, column).value = "Anteckning"
    judged = first.judge("t1", ("UBN.xlsx", save_workbook(book)))
    assert [(rule, severity) for rule, severity, _ in findings(judged)] == [("missing-column", "error"), ("unknown-column", "info")]


def test_what_was_typed_before_the_accounts_were_read_is_judged_by_its_own_form(unbooked: Followed) -> None:
    data = unbooked.filled("t1", "UBN", BOARD_T1)
    record(unbooked, "t1", *FIRST)
    judged = unbooked.judge("t1", ("UBN.xlsx", data))
    assert [rule for rule, *_ in findings(judged)] == []
