"""A plan that is filled in is printed as far as it is, with some rows to write on."""

from __future__ import annotations

from io import BytesIO

import openpyxl

from styrxl.excel.print_areas import PRINTED_BELOW, end_print_areas
from styrxl.model.form_files import Forms
from styrxl.model.standard_folder import standard_folder
from styrxl.templates.build import build_blank_templates


def test_tables_are_printed_as_far_as_they_are_filled_in() -> None:
    blank = build_blank_templates(Forms([standard_folder()]))["multi_year_plan.sv.xlsx"]
    before, after = (
        openpyxl.load_workbook(BytesIO(data)) for data in (blank, end_print_areas(blank, {"Mål": 9, "Fullmäktiges bedömning": 4}))
    )
    for name, end in (("Mål", 9), ("Fullmäktiges bedömning", 4)):
        last = after[name].print_area.rpartition("$")
        assert (last[0], last[2]) == (before[name].print_area.rpartition("$")[0], str(end + PRINTED_BELOW))
    assert after["Ramar"].print_area == before["Ramar"].print_area
