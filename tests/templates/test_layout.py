"""What a workbook leaves out of sight, and what it prints on one page."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from styrxl.model.form_files import Forms
from styrxl.model.prefill import Prefill, Row
from styrxl.model.standard_folder import standard_folder
from styrxl.templates.build import build, build_blank

FORMS = Forms([standard_folder()])
GOAL = {"id": "UBN-M1", "what": "Nämndmål", "text": "Fler når målen", "serves": "KF-M1 Alla lär sig", "years": "2027–2029"}


def sheet_of(form: str, name: str, rows: Mapping[str, tuple[Row, ...]], round_: str = "2027-plan") -> Worksheet:
    """Return a sheet of a workbook in which these rows are filled in beforehand."""
    prefill = Prefill(
        form=form,
        version=1,
        profile=None,
        language="sv",
        round=round_,
        round_name="",
        year=2027,
        owner="UBN-A",
        owner_name="A",
        board_id="UBN",
        board_name="Utbildningsnämnden",
        municipality="",
        contact="",
        rows=rows,
    )
    book = openpyxl.load_workbook(io.BytesIO(build(FORMS.form(form, None, round_), prefill)))
    return book[name]


def seen(sheet: Worksheet, row: int) -> list[Any]:
    """Return what can be seen of a row."""
    hidden = {letter for letter, dimension in sheet.column_dimensions.items() if dimension.hidden}
    return [cell.value for n, cell in enumerate(sheet[row], 1) if get_column_letter(n) not in hidden]


@pytest.mark.parametrize(
    "more, headings",
    [
        ({}, []),
        ({"target_group": "Unga"}, ["Målgrupp"]),
        ({"activity": "Förskola", "priority": 1, "indicators": "UBN-I1 Tal: 85 procent"}, ["Verksamhet", "Prioritet", "Indikatorer"]),
    ],
)
def test_a_column_that_no_goal_fills_is_hidden(more: Mapping[str, Any], headings: list[str]) -> None:
    sheet = sheet_of("unit_plan", "Nämndens mål", {"board_goals": (GOAL, {**GOAL, "id": "UBN-M2", **more})})
    shown = [text for text in seen(sheet, 6) if text]
    assert shown == ["Id", "Slag", "Mål eller åtagande", "Tjänar", *(h for h in headings if h != "Indikatorer"), "Gäller år", *headings[2:]]
    assert seen(sheet, 1)[-1] == "← Till Start"


def test_a_blank_template_hides_nothing() -> None:
    for language in ("sv", "en"):
        book = openpyxl.load_workbook(io.BytesIO(build_blank(FORMS.form("unit_plan"), language)))
        assert not any(dimension.hidden for sheet in book.worksheets for dimension in sheet.column_dimensions.values())


def test_the_board_s_goals_are_printed_on_one_page_where_they_fit() -> None:
    full = {**GOAL, "text": "Fler elever når alla kunskapskrav i grundskolan " * 2, "target_group": "Elever", "activity": "Grundskola"}
    pages = {n: sheet_of("unit_plan", "Nämndens mål", {"board_goals": (full,) * n}).page_setup.fitToHeight for n in (1, 10, 40)}
    assert pages == {1: 1, 10: 1, 40: 0}


@pytest.mark.parametrize("form", ["board_followup", "unit_followup"])
@pytest.mark.parametrize("round_", ["2027-t1", "2027-t2", "2027-year"])
def test_the_expected_result_stands_beside_the_status(form: str, round_: str) -> None:
    commitment = {"commitment_id": "UBN-A-2027-A1", "text": "Läsa varje dag", "parent_id": "UBN-M1"}
    name = FORMS.form(form, None, round_).sheet("commitment_status").name["sv"]
    with_result = sheet_of(form, name, {"commitment_status": (commitment | {"expected_result": "Alla läser"},)}, round_=round_)
    headings = seen(with_result, 4)
    at = headings.index("Status*")
    assert (headings[at - 1], seen(with_result, 5)[at - 1]) == ("Förväntat resultat", "Alla läser")
    assert with_result.cell(5, at).protection.locked
    assert "Förväntat resultat" not in seen(sheet_of(form, name, {"commitment_status": (commitment,)}, round_=round_), 4)
