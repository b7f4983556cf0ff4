"""Outcomes of a follow-up are in the unit of their row, which was filled in beforehand."""

from __future__ import annotations

from typing import Any

import pytest

from styrxl.returns.tables import Table, TablePlace
from styrxl.returns.typed_columns import TableTyper
from town import Town


@pytest.mark.parametrize(
    "unit, raw, outcome, rules",
    [
        ("procent", 0.8, 0.8, ["unit-suspect"]),
        ("procent", 80.0, 80.0, []),
        ("procent", "80 %", 80.0, ["interpreted-value"]),
        ("procent", "0,8 %", 0.8, ["interpreted-value"]),  # says itself that it is so little
        ("Percent", -0.05, -0.05, ["unit-suspect"]),
        ("antal", "80 %", None, ["interpreted-value", "ambiguous-value"]),  # of two in one cell the error is told
        ("antal", 0.8, 0.8, []),
        ("", "80 %", 80.0, ["interpreted-value"]),
    ],
)
def test_outcomes(shared_full: Town, unit: str, raw: object, outcome: float | None, rules: list[str]) -> None:
    """A fraction under percent is asked about, and so is percent under another unit."""
    form = shared_full.forms.form("board_followup", None, "2027-t1")
    sheet = form.sheet("indicator_outcomes")
    columns: dict[str, list[Any]] = {
        "indicator_id": ["UBN-I1"],
        "name": ["Behöriga elever"],
        "unit": [unit],
        "target": [85.0],
        "outcome": [raw],
        "comment": [""],
    }
    place = TablePlace(sheet.key, "Indikatorer", 4, {name: n for n, name in enumerate(columns, 1)}, {})
    typed = TableTyper().typed(form, Table(place, sheet, (5,), columns), 2027)
    assert (typed.columns["outcome"], [remark.rule for remark in typed.remarks]) == ([outcome], rules)
    assert {remark.field for remark in typed.remarks} <= {"outcome"}
