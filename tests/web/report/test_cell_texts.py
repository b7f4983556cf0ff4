"""Values as the page shows them, which is as the workbook does."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from styrxl.excel.pages import Link
from styrxl.web.report.cell_texts import write_cell


@pytest.mark.parametrize(
    "value, kind, sv, en",
    [
        (None, "money", "", ""),
        (1234567, "money", "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567", "1,234,567"),
        (-1200.5, "money", "\N{MINUS SIGN}1\N{NO-BREAK SPACE}200,5", "\N{MINUS SIGN}1,200.5"),
        (0, "money", "0", "0"),
        (-0.0, "money", "0", "0"),
        (524.0, "million", "524,0", "524.0"),
        (-0.04, "million", "0,0", "0.0"),
        (6.72, "million_change", "+6,7", "+6.7"),
        (-17.56, "million_change", "\N{MINUS SIGN}17,6", "\N{MINUS SIGN}17.6"),
        (0.0, "million_change", "0,0", "0.0"),
        (-2.25, "percent", "\N{MINUS SIGN}2,2", "\N{MINUS SIGN}2.2"),
        (2027, "integer", "2027", "2027"),
        (3.5, "number", "3,5", "3.5"),
        (date(2027, 5, 1), "date", "2027-05-01", "2027-05-01"),
        (datetime(2027, 5, 1, 9, 0), "date", "2027-05-01", "2027-05-01"),  # noqa: DTZ001 -- as frames have them
        ("✓ Klar", "status", "✓ Klar", "✓ Klar"),
        (Link("UBN.xlsx", "inbox/UBN.xlsx", "'Mål'!A5"), "link", "UBN.xlsx", "UBN.xlsx"),
    ],
)
def test_a_value_is_written_as_people_read_it(value: Any, kind: str, sv: str, en: str) -> None:
    assert (write_cell(value, kind, "sv"), write_cell(value, kind, "en")) == (sv, en)
