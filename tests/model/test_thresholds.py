"""Thresholds as sentences tell them."""

from __future__ import annotations

import pytest

from styrxl.model.thresholds import Thresholds


@pytest.mark.parametrize(
    "percent, tkr, budget, told",
    [
        (2.0, 100.0, 48_998.88, 979),  # 979.9776
        (2.0, 100.0, -5_166.65, 103),  # 103.333; a budget of revenue
        (2.0, 0.0, 166.5, 3.3),  # 3.33: below 10 a decimal
        (2.0, 0.0, 500.0, 10),
        (2.2, 0.0, 4_500.0, 99),  # 99.00000000000001
        (0.1, 0.0, 333_000.0, 333),
        (1.1, 0.0, 30_000.0, 330),  # 330.00000000000006
        (2.0, 100.5, 1_000.0, 100.5),  # as the municipality set it
        (0.0, 0.0, 1_000.0, 0),
    ],
)
def test_a_limit_of_percents_is_told_in_whole_thousands(percent: float, tkr: float, budget: float, told: float) -> None:
    limits = Thresholds(percent, tkr)
    assert limits.told_limit(budget) == told
    assert told <= limits.limit(budget)
