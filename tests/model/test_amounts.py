"""Amounts in thousand kronor."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from styrxl.model.amounts import net_cost


@pytest.mark.parametrize(
    "row, net",
    [
        ({"outcome_cost": 900.0, "outcome_revenue": 100.0}, 800.0),
        ({"outcome_cost": 900, "outcome_revenue": None}, 900.0),
        ({"outcome_cost": 0.0}, 0.0),
        ({"outcome_cost": None, "outcome_revenue": 100.0}, None),
        ({}, None),
    ],
)
def test_nothing_is_net_where_no_cost_is_known(row: Mapping[str, float | None], net: float | None) -> None:
    """Revenue alone says nothing; without revenue the cost is net."""
    assert net_cost(row, "outcome") == net


def test_what_is_net_is_right_to_the_ore() -> None:
    """100.1 less 300.3 is no -200.20000000000002: what was handed out so would seem to be changed when it comes back."""
    assert net_cost({"forecast_cost": 100.1, "forecast_revenue": 300.3}, "forecast") == -200.2
    assert net_cost({"forecast_cost": 5}, "forecast") == 5
    assert net_cost({"forecast_revenue": 5}, "forecast") is None
