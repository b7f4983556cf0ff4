"""What a row has by what the accounts say, where these know net alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.model.booked_outcomes import BookedRow
from styrxl.model.form_files import Forms
from styrxl.model.standard_folder import standard_folder
from styrxl.prefill.booked import settle_amounts

SHEETS = {
    sheet.table: sheet
    for form in ("board_followup", "unit_followup", "common_followup")
    for sheet in Forms([standard_folder()]).form(form, None, "2027-t1").booked_sheets
}
ORE = st.integers(-(10**9), 10**9)
EARNED = st.none() | st.integers(0, 10**9).map(lambda hundredths: hundredths / 100)


@given(ORE, EARNED)
def test_cost_less_revenue_is_the_net_whatever_was_answered(net: int, earned: float | None) -> None:
    """To the öre that workbooks show; neither is below zero."""
    row = BookedRow("UBN", "Skola", None, None, net)
    said = {"outcome_revenue": earned} | settle_amounts(SHEETS["outcomes"], row, {"outcome_revenue": earned})
    revenue, cost = said["outcome_revenue"] or 0.0, said["outcome_cost"] or 0.0
    assert round(cost - revenue, 2) == row.net
    assert min(revenue, cost) >= 0


@pytest.mark.parametrize("table, said", [("unit_outcomes", {"outcome": 12.5}), ("financing_outcomes", {"outcome": -12.5})])
def test_a_sheet_that_asks_for_net_has_it(table: str, said: dict[str, float]) -> None:
    assert settle_amounts(SHEETS[table], BookedRow("UBN", None, None, None, 1_250_000), {}) == said


def test_revenue_and_cost_are_taken_where_they_are_known() -> None:
    said = settle_amounts(SHEETS["outcomes"], BookedRow("UBN", "Skola", 100_000, 300_000, 200_000), {"outcome_revenue": 9.0})
    assert said == {"outcome_revenue": 1, "outcome_cost": 3}
