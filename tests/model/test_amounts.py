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
