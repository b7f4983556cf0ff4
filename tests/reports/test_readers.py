"""What a report says, to readers of different kinds."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from report_kinds import KINDS, make_report
from report_sheets import parts, sheets


def plainly(value: Any) -> Any:
    """Return a value as both readers give it: days without a time, nothing as an empty text."""
    if isinstance(value, datetime):
        return value.date()
    return "" if value is None else value if isinstance(value, str | date) else float(value)


@pytest.mark.parametrize("name", KINDS)
def test_calamine_and_openpyxl_read_the_same(name: str) -> None:
    data = make_report(name)
    book = openpyxl.load_workbook(BytesIO(data))
    for title, rows in sheets(data).items():
        found = [[plainly(v) for v in row] for row in rows]
        other = [[plainly(v) for v in row] for row in book[title].iter_rows(values_only=True, max_row=len(rows), max_col=len(rows[0]))]
        assert found == other, title
    assert book.sheetnames == [*sheets(data)]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_all_that_is_spoken_is_in_the_workbooks_language(language: str) -> None:
    """A voice that reads a chart aloud takes the language from there."""
    found = parts(make_report(f"council year {language}"))
    charts = [ET.fromstring(text) for name, text in found.items() if name.startswith("xl/charts/chart")]
    assert charts
    said = {value for chart in charts for one in chart.iter() for key, value in one.items() if key == "lang" or one.tag.endswith("}lang")}
    assert said == {language}
    assert f"language>{language}</" in found["docProps/core.xml"]
