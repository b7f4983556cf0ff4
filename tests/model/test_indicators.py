"""What an indicator aims at, as numbers."""

from __future__ import annotations

import pytest

from styrxl.model.indicators import Target


@pytest.mark.parametrize(
    "target, bounds",
    [
        (Target("higher", 80), (80, None)),
        (Target("lower", 7.5), (None, 7.5)),
        (Target("within", 10, highest=12), (10, 12)),
        (Target(None, 5), (5, 5)),
        (Target("yes_no", "yes"), (None, None)),
        (Target("better", "lower", baseline=40), (None, 40)),
        (Target("better", 45, baseline=40), (40, None)),
        (Target("better", None, baseline=40), (None, None)),
        (Target("undirected", 3), (None, None)),
        (Target("higher", None), (None, None)),
    ],
)
def test_a_target_bounds_its_outcome_where_it_is_a_number(target: Target, bounds: tuple[float | None, float | None]) -> None:
    assert target.bounds == bounds
