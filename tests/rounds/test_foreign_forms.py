"""Workbooks that others designed: received as somebody's, with what is wrong told at cells, and their rows in the council's workbook."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from foreign_form import filled_in, put_form
from town import ROUND, Town, lost, new_town, planned_town

Change = Callable[[Worksheet], None]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Make a town that takes another organisation's form in a round of its own."""
    town = new_town(tmp_path_factory.mktemp("foreign") / "town")
    put_form(town.root)
    return Town(town.root)


@pytest.fixture
def town(described: Town, tmp_path: Path) -> Town:
    """Copy the town."""
    return described.copy(tmp_path / "town")


def put_file(town: Town, data: bytes, name: str = "blankett.xlsx") -> str:
    """Put a file beside the workspace."""
    path = town.root.parent / name
    path.write_bytes(data)
    return str(path)


def put(**cells: Any) -> Change:
    """Return a change that writes into cells."""

    def change(sheet: Worksheet) -> None:
        for cell, value in cells.items():
            sheet[cell] = value

    return change


def judge(town: Town, data: bytes, *options: str) -> dict[str, Any]:
    """Return what is said of a workbook that is named by hand."""
    words = ("validate", put_file(town, data), "--round", "2027-statistik", "--form", "platser", "--format", "json", *options)
    told = json.loads(town.run(*words, expect=None).stdout)
    [workbook] = told["workbooks"]
    return dict(workbook)


def list_found(workbook: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return rule, severity and cell of each finding."""
    return [(f["rule"], f["severity"], f["cell"]) for f in workbook["findings"] if f["severity"] != "info"]


def test_a_workbook_is_theirs_whom_a_cell_of_it_names(town: Town) -> None:
    """It counts without anybody saying whose it is, and its rows reach the council's workbook and the board's."""
    told = town.run("receive", "2027-statistik", put_file(town, filled_in()), "--form", "platser")
    assert "UBN" in told.output
    town.run("receive", "2027-statistik", put_file(town, filled_in(owner="KFN"), "annan.xlsx"), "--form", "platser", "--owner", "KFN")
    town.run("validate", "--round", "2027-statistik")
    town.run("consolidate", "2027-statistik", "--all")
    book = openpyxl.load_workbook(town.root / "council/2027-statistik.xlsx")
    cells = [[cell.value for cell in row if cell.value is not None] for sheet in book for row in sheet.iter_rows()]
    assert sum(row[1:5] == ["Förskola", 120, 113, "Egen regi"] for row in cells) == 2
    assert sum(row[1:4] == ["Fritidshem", 1204, "Ny lokal"] for row in cells) == 2
    board = openpyxl.load_workbook(town.root / "boards/2027-statistik/UBN.xlsx")
    assert {cell.value for sheet in board for row in sheet.iter_rows() for cell in row} >= {"Öppen förskola", 812.5}


@pytest.mark.parametrize(
    "change, expected",
    [
        (put(D12="Välj i listan"), [("missing-value", "error", "D12")]),
        (put(C14="tolv"), [("wrong-type", "error", "C14")]),
        (put(B11=-3), [("out-of-range", "error", "B11")]),
        (put(D14="Kooperativ"), [("not-in-list", "error", "D14")]),
        (put(C5="–"), [("missing-value", "error", "C5")]),
        (put(B22="=1/0"), [("formula-not-calculated", "error", "B22")]),
        (put(A15="Familjedaghem"), [("missing-value", "error", cell) for cell in ("B15", "C15", "D15")]),
        (put(E17=None), [("missing-marker", "error", None)]),
        (put(B23="1.204"), [("ambiguous-value", "error", "B23")]),
    ],
)
def test_what_is_wrong_is_told_at_its_cell(town: Town, change: Change, expected: list[Any]) -> None:
    """And nothing else: not that sheets, protection or columns of ours are missing."""
    workbook = judge(town, filled_in(change))
    assert list_found(workbook) == expected
    assert (workbook["owner"], workbook["verdict"]) == ("UBN", "rejected")
    assert all("från oss" not in f["fix"] and "Start" not in f["fix"] for f in workbook["findings"])


@pytest.mark.parametrize(
    "owner, expected",
    [
        ("Utbildningsnämnden", []),
        ("UBN", []),
        ("ubn – Utbildningsnämnden", []),
        ("Utbildningsnämnden (UBN)", []),
        (None, []),
        ("Barn- och ungdomsnämnden", [("names-another", "warning", "C4")]),
        ("Kultur- och fritidsnämnden", [("names-another", "error", "C4")]),
    ],
)
def test_a_cell_that_names_somebody_else_is_told(town: Town, owner: str | None, expected: list[Any]) -> None:
    """Another board is an error; a name that nobody has is asked about, since the controller has said whose it is."""
    assert list_found(judge(town, filled_in(owner=owner), "--owner", "UBN")) == expected


@pytest.mark.parametrize("owner", [None, "Barn- och ungdomsnämnden", "Åby skola"])
def test_a_workbook_that_names_nobody_needs_an_owner(town: Town, owner: str | None) -> None:
    """The controller is told what stands there, and nothing is taken in."""
    told = town.run("receive", "2027-statistik", put_file(town, filled_in(owner=owner)), "--form", "platser", expect=3)
    assert "--owner" in told.output
    assert (owner or "tom") in told.output
    assert not list((town.root / "inbox/2027-statistik").glob("*"))


def test_nobody_is_handed_it_and_no_copy_of_it_goes_back(town: Town) -> None:
    """Both are said."""
    told = town.run("distribute", "2027-statistik", expect=1)
    assert not list((town.root / "outbox/2027-statistik").glob("*"))
    assert "Traceback" not in told.output
    town.run("receive", "2027-statistik", put_file(town, filled_in(put(C14="tolv"))), "--form", "platser", expect=0)
    told = town.run("validate", "--round", "2027-statistik", "--annotate", expect=1)
    assert "1 arbetsbok är på andras blankett och får ingen kopia med rättningar" in told.output
    assert not list((town.root / "returned").rglob("*.xlsx"))


def test_a_round_of_others_forms_alone_is_awaited(town: Town) -> None:
    """Nobody is said to lack a workbook: those who have not answered have not come in."""
    told = town.run("validate", "--round", "2027-statistik").output
    assert "styrxl receive 2027-statistik FIL --form platser" in told
    town.run("receive", "2027-statistik", put_file(town, filled_in()), "--form", "platser")
    status = town.run("status", "2027-statistik").output
    assert [line.split()[-1] for line in status.splitlines() if line.startswith(("UBN", "KFN"))] == ["Klar", "inkommen"]
    assert "distribute" not in town.run("consolidate", "2027-statistik").output
    book = openpyxl.load_workbook(town.root / "council/2027-statistik.xlsx", read_only=True)
    told_rows = [[cell for cell in row if cell is not None] for sheet in book for row in sheet.iter_rows(values_only=True)]
    assert [1, "av 2 som ska lämna in"] in [row[1:] for row in told_rows]
    assert any(row[0] == "Kultur- och fritidsnämnden" and "Har inte lämnat in." in row for row in told_rows if row)


def test_it_comes_beside_a_workbook_of_ours(tmp_path: Path) -> None:
    """In a round that hands out workbooks, one of ours that lost its identity is not taken for it."""
    made = planned_town(tmp_path / "town", plans={})
    put_form(made.root)
    path = made.root / "sheets/platser.yaml"
    path.write_text(path.read_text("utf-8").replace("[statistik]", "[statistik, plan]"), "utf-8")
    town = Town(made.root)
    town.run("receive", ROUND, put_file(town, filled_in()), "--form", "platser")
    town.run("receive", ROUND, put_file(town, lost(town.filled("KFN")), "lost.xlsx"), "--owner", "KFN")
    told = json.loads(town.run("validate", "--round", ROUND, "--format", "json", expect=None).stdout)["workbooks"]
    assert sorted((w["owner"], w["form"], w["verdict"]) for w in told) == [
        ("KFN", "annual_plan", "accepted"),
        ("UBN", "platser", "accepted"),
    ]


def test_an_empty_one_is_told_without_our_sheets(town: Town) -> None:
    """It has no sheet Start to begin on."""
    places = {f"{column}{row}": "Välj i listan" for column in "ABCD" for row in (11, 12, 14)}
    empty = put(C5=None, C6=None, **places, **{f"{column}{row}": None for column in "ABC" for row in (22, 23)})
    workbook = judge(town, filled_in(empty))
    assert [f["rule"] for f in workbook["findings"]] == ["empty-return"]
    assert workbook["findings"][0]["fix"] == "Kanske skickade du fel fil?"
