"""A return form of another organisation: as YAML describes it, and as people fill it in."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

FORM = """\
form: platser
version: 1
foreign: true
level: board
rounds: [statistik]
title: Platser och kostnader
identity: {sheet: Blankett, label: Uppgifter lämnas av}
blank: [Välj i listan, "–"]
lists:
  driftsform:
    own: {sv: Egen regi, en: Own}
    bought: {sv: Köpt, en: Bought}
sheets:
  contact:
    name: Blankett
    table: platser_contact
    layout: down
    until: A. Platser
    columns:
      contact: {heading: Kontaktperson (funktion), required: true}
      answered: {heading: Ifylld den, type: date, required: true, any_year: true}
  places:
    name: Blankett
    table: platser_places
    from: A. Platser
    until: SLUT A
    heading_rows: 2
    skip: [Verksamhetens namn…]
    at_least: 1
    columns:
      activity: {heading: Verksamhet, required: true}
      decided: {heading: Platser 2027 Beslutade, required: true}
      taken: {heading: Platser 2027 Belagda, required: true}
      run_by: {heading: {sv: Driftsform, en: Run by}, list: driftsform, required: true}
  costs:
    name: Blankett
    table: platser_costs
    from: B. Kostnader
    until: {activity: Summa}
    columns:
      activity: {heading: Verksamhet, required: true}
      cost: {heading: Kostnad, unit: tkr, required: true}
      note: {heading: Anmärkning}
"""
SCHEMAS = {
    "platser_contact": "{contact: {dtype: str, nullable: true}, answered: {dtype: 'datetime64[ns]', nullable: true}}",
    "platser_places": """{activity: {dtype: str, nullable: true}, run_by: {dtype: str, nullable: true},
      decided: {dtype: Int64, nullable: true, checks: {greater_than_or_equal_to: 0}}, taken: {dtype: Int64, nullable: true}}""",
    "platser_costs": """{activity: {dtype: str, nullable: true}, note: {dtype: str, nullable: true},
      cost: {dtype: float64, nullable: true, checks: {greater_than_or_equal_to: 0}}}""",
}
ROUNDS = "rounds:\n  statistik:\n    name: {sv: Statistik, en: Statistics}\n    day: 02-28\n    after: plan\n"
_Rows = tuple[tuple[int, *tuple[Any, ...]], ...]
PLACES: _Rows = ((11, "Förskola", 120, 113, "Egen regi"), (12, "Fritidshem", 80, 80, "Köpt"), (14, "Öppen förskola", 30, 12, "Egen regi"))
COSTS: _Rows = ((22, "Förskola", 812.5, None), (23, "Fritidshem", "1 204", "Ny lokal"))


def list_files() -> dict[str, str]:
    """Return the files that describe the form: ``sheets/platser.yaml`` -> what it says."""
    schemas = {
        f"schemas/{name}.yaml": f"schema_type: dataframe\nversion: 0.35.0\ncolumns: {columns}\nstrict: false\n"
        for name, columns in SCHEMAS.items()
    }
    return {"sheets/platser.yaml": FORM, "sheets/rounds.yaml": ROUNDS, **schemas}


def put_form(root: Path) -> None:
    """Give a folder the files that describe the form."""
    for name, text in list_files().items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, "utf-8")


def filled_in(change: Callable[[Worksheet], None] = lambda _: None, owner: str | None = "Utbildningsnämnden") -> bytes:
    """Return the form filled in, but for a change."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Blankett"
    sheet.merge_cells("A1:F1")
    sheet["A1"], sheet["A2"] = "REGIONENS STATISTIK", "Verksamhet: se anvisningarna. Fyll i de gula cellerna."
    for row, label, answer in (
        (4, "Uppgifter lämnas av:", owner),
        (5, "Kontaktperson\n(funktion) *", "Controller"),
        (6, "Ifylld den", "2027-02-01"),
    ):
        sheet.cell(row, 1, label)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=2)
        sheet.cell(row, 3, answer)
    _put_places(sheet)
    _put_costs(sheet)
    notes = book.create_sheet("Anvisningar")
    notes["A1"] = "Så här fyller du i"
    change(sheet)
    return save(book)


def _put_places(sheet: Worksheet) -> None:
    sheet["A7"] = "A. Platser"
    for cell, text in {"A8": "Verksamhet*", "B8": "Platser\n2027", "D8": "Driftsform **)", "B9": "Beslutade", "C9": "Belagda†"}.items():
        sheet[cell] = text
    for cells in ("A8:A9", "B8:C8", "D8:D9"):
        sheet.merge_cells(cells)
    sheet["A10"], sheet["B10"] = "Verksamhetens namn, ett på varje rad", "Antal i mars"
    choice = DataValidation(type="list", formula1='"Välj i listan,Egen regi,Köpt"')
    choice.add("D11:D16")
    sheet.add_data_validation(choice)
    for row in range(11, 17):
        sheet.cell(row, 4, "Välj i listan")
    for row, *values in PLACES:
        for column, value in enumerate(values, 1):
            sheet.cell(row, column, value)
    sheet["E17"], sheet["B17"] = "SLUT A", "=SUM(B11:B16)"


def _put_costs(sheet: Worksheet) -> None:
    sheet["A19"] = "B. Kostnader"
    for column, text in enumerate(("Verksamhet", "Kostnad¹\n(tkr)", "Anmärkning"), 1):
        sheet.cell(21, column, text)
    for row, *values in COSTS:
        for column, value in enumerate(values, 1):
            sheet.cell(row, column, value)
    sheet["A26"], sheet["B26"], sheet["A28"] = "Summa", 2016.5, "¹ Utan moms."


def save(book: openpyxl.Workbook) -> bytes:
    """Return a workbook's bytes."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
