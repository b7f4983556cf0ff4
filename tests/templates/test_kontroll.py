"""The column Kontroll: rows that are alike have it worked out once, and each says what it would say by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from random import Random

import pytest

from styrxl.excel.cells import CellError
from styrxl.model.form_files import Forms
from styrxl.model.prefill import Prefill
from styrxl.model.standard_folder import standard_folder
from styrxl.templates.build import lay_out_workbook, list_blank_templates
from styrxl.templates.kontroll import RowCheck, check_closing_row, check_row, check_sheet
from styrxl.templates.layout import SheetLayout
from styrxl.templates.required_answers import RowCells
from styrxl.templates.words import Terms

BLANK = {name: (form, language) for name, (form, language) in list_blank_templates(Forms([standard_folder()])).items() if language == "sv"}
TYPED = (None, None, None, "", "Skola", "x" * 3_000, 0, -5, 1_200.5, date(2027, 5, 1), CellError("#N/A"))


@pytest.mark.parametrize("name", BLANK)
def test_each_row_is_told_what_it_would_be_told_alone(name: str) -> None:
    form, language = BLANK[name]
    prefill = Prefill(form.name, form.version, form.profile, language, "", "", 2027, "UBN", "Utbildningsnämnden", None, None, "Åköping", "")
    context, draw = lay_out_workbook(form, prefill), Random(name)  # noqa: S311 -- to try, not to hide
    for key, layout in context.layouts.items():
        if layout.check_letter and not layout.is_downwards:
            typed = {c.field: [*TYPED, *(context.terms.entries(c) if c.kind == "choice" else ())] for c in layout.sheet.columns}
            for _ in range(20):  # rows that differ in one cell or in none
                alike = {field: draw.choice(typed[field]) for field in typed}
                rows = [alike | {(field := draw.choice([*typed])): draw.choice(typed[field])} for _ in context.rows[key]]
                found = check_sheet(layout, rows, context.terms, context.entries)
                assert found == [check_alone(layout, row, n, context.terms, context.entries) for n, row in enumerate(rows)], key


def check_alone(
    layout: SheetLayout, values: Mapping[str, object], index: int, terms: Terms, entries: Mapping[str, Sequence[str]]
) -> RowCheck:
    row = RowCells({column.field: layout.cell(column.field, index) for column in layout.sheet.columns}, values)
    if index == layout.rows:
        return check_closing_row(layout, row, terms, entries)
    columns = [c for c in layout.sheet.columns if not (c.from_accounts and str(values[c.field] or "").strip())]
    return check_row(layout, columns, row, terms, entries)
