"""Amounts in thousand kronor (tkr): what is equal, what cannot be meant, and what is net."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

ORE = 0.005  # half of 0.01 tkr: less than the öre of any sum
SUSPECT_TIMES = 100  # times the frame, or its inverse: nobody plans like that, but kronor and millions look like it


def add_amounts(values: Iterable[float | None]) -> float:
    """Add up amounts in tkr, right to the öre whatever their order; None counts as nothing."""
    return round(math.fsum(v for v in values if v is not None), 5)


def add_known(values: Iterable[float | None]) -> float | None:
    """Add up the amounts that are known (tkr); None where none is."""
    known = [v for v in values if v is not None]
    return add_amounts(known) if known else None


def subtract_amounts(first: float | None, second: float | None) -> float | None:
    """Return first minus second, or None where either is not there."""
    return None if first is None or second is None else add_amounts((first, -second))


def net_cost(row: Mapping[str, Any], what: str) -> float | None:
    """Return cost minus revenue (tkr) of a row's ``what`` (``outcome`` or ``forecast``), None where no cost is known."""
    cost = row.get(f"{what}_cost")
    return subtract_amounts(cost, row.get(f"{what}_revenue") or 0.0)
