"""Forms that others designed: each value is read where it stands, under the form's own headings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from foreign_form import COSTS, PLACES, filled_in, put_form
from styrxl.model.form_files import Forms
from styrxl.model.standard_folder import standard_folder
from styrxl.returns.read import Reading, ReturnReader
from styrxl.returns.tables import Table


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Forms:
    """Make forms of which one is another organisation's."""
    root = tmp_path_factory.mktemp("own")
    put_form(root)
    return Forms([standard_folder(), root])


def read(forms: Forms, data: bytes) -> Reading:
    """Read a workbook by the form."""
    with ReturnReader(forms) as reader:
        return reader.read_as(data, forms.form("platser", None, "statistik"), "sv")


def tables(reading: Reading) -> dict[str, Table]:
    """Return the tables that were read, by sheet."""
    return {table.sheet.key: table for table in reading.tables}


def rows(table: Table) -> list[tuple[Any, ...]]:
    """Return a table's typed rows with their numbers in Excel."""
    assert table.typed
    return list(zip(table.rows, *table.typed.columns.values(), strict=True))


def found(reading: Reading) -> set[tuple[str, str | None]]:
    """Return what was found while tables were looked for."""
    return {(finding.rule, finding.cell) for finding in reading.table_findings}


def test_three_tables_on_one_sheet_are_read_where_they_stand(forms: Forms) -> None:
    """Under banners, in two rows of headings, without help, without what a list shows before anybody chooses, to their last row."""
    reading = read(forms, filled_in())
    by_key = tables(reading)
    codes = {"Egen regi": "own", "Köpt": "bought"}
    costs: list[tuple[Any, ...]] = [(22, *COSTS[0][1:]), (23, "Fritidshem", 1204, "Ny lokal")]
    assert rows(by_key["places"]) == [(n, activity, *numbers, codes[run_by]) for n, activity, *numbers, run_by in PLACES]
    assert rows(by_key["costs"]) == costs
    assert [(name, by_key["contact"].place.cell(name, None)) for name in ("contact", "answered")] == [("contact", "C5"), ("answered", "C6")]
    assert by_key["places"].place.cell("taken", 12) == "C12"
    assert by_key["places"].place.headings["taken"] == "Platser 2027 Belagda"
    assert reading.table_findings == ()
    assert reading.named == ("Blankett", "C4", "Utbildningsnämnden")


def put(**cells: Any) -> Callable[[Worksheet], None]:
    """Return a change that writes into cells."""

    def change(sheet: Worksheet) -> None:
        for cell, value in cells.items():
            sheet[cell] = value

    return change


@pytest.mark.parametrize(
    "change, expected",
    [
        (put(E17=None), {("missing-marker", None)}),
        (put(A26=None), {("missing-marker", None)}),
        (put(A19=None), {("missing-marker", None)}),
        (put(B9="Fastställda"), {("missing-column", None)}),
        (put(A8=None, B8=None, D8=None, B9=None, C9=None), {("missing-column", None)}),
        (put(A6="Datum"), {("missing-column", None)}),
        (put(F8="Driftsform"), {("duplicate-column", "F9")}),
        (put(A18="Familjedaghem", B18=12, C18=9, D18="Köpt"), {("rows-below-end", "A18")}),
        (put(A17="Familjedaghem", B17=12, C17=9, D17="Köpt"), {("rows-below-end", "A17")}),
        (put(A27="Gymnasium", B27="300"), {("rows-below-end", "A27")}),
        (put(A27="Summan är utan moms"), set()),
        (put(A18="Verksamhet", B18=2027), set()),
        (lambda sheet: setattr(sheet, "title", "Blad1"), {("renamed-sheet", None)}),
        (lambda sheet: sheet.insert_rows(3, 4), set()),
        (lambda sheet: sheet.insert_cols(1, 2), set()),
        (lambda sheet: sheet.delete_rows(10), set()),
    ],
)
def test_what_is_wrong_with_a_tables_place_is_told(forms: Forms, change: Callable[[Worksheet], None], expected: set[Any]) -> None:
    """A text that ends it, a heading, a sheet; what only moved is found."""
    reading = read(forms, filled_in(change))
    assert found(reading) == expected


def test_without_its_end_no_more_of_a_table_is_read_than_belongs_together(forms: Forms) -> None:
    """To the first empty row, of the columns that are asked for: what follows may be anything."""
    assert tables(read(forms, filled_in(put(E17=None))))["places"].rows == (11, 12)


def test_headings_that_are_gone_are_not_those_of_the_next_table(forms: Forms) -> None:
    """A table that begins with a text has its headings before the text that ends it."""
    gone = put(A8=None, B8=None, D8=None, B9=None, C9=None, A19="Verksamhet", B19="Platser 2027 Beslutade")
    assert "places" not in tables(read(forms, filled_in(gone)))


@pytest.mark.parametrize("owner", [None, "–", "Välj i listan"])
def test_a_cell_without_a_name_names_nobody(forms: Forms, owner: str | None) -> None:
    """Nor does one with a text that means that it is empty."""
    assert read(forms, filled_in(owner=owner)).named is None
