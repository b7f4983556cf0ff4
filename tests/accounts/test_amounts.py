"""Amounts are read as accounting systems write them, exactly."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.accounts.amounts import UnreadableAmountError, find_decimal_mark, read_amount


@pytest.mark.parametrize(
    "cell, amount",
    [
        ("1 234,50-", "-1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1\u202f234\u202f567,5", "1234567.5"),
        ("(1.234,50)", "-1234.50"),
        ("( 12 )", "-12"),
        ("−0,05", "-0.05"),
        ("–1,00", "-1.00"),
        ("+7", "7"),
        (",50", "0.50"),
        ("-1,234,567.89", "-1234567.89"),
        ("1'234.50", "1234.50"),
        ("1 234 kr", "1234"),
        ('="1234,50"', "1234.50"),
        ("12345678901234,99", "12345678901234.99"),
        (0.1 + 0.2, "0.3"),
        (1234567.89, "1234567.89"),
        (-12, "-12"),
    ],
)
def test_an_amount_is_read(cell: Any, amount: str) -> None:
    assert read_amount(cell, None) == Decimal(amount)


@pytest.mark.parametrize("cell, unit", [("12 tkr", "tkr"), ("12 TSEK", "tkr"), ("12 Mkr.", "mkr"), ("12 kronor", "kronor"), ("12", "mkr")])
def test_a_unit_beside_an_amount_must_be_the_one_that_the_mapping_says(cell: str, unit: str) -> None:
    assert read_amount(cell, None, unit) == 12
    for other in {"kronor", "tkr", "mkr"} - {unit} if not cell.isdigit() else ():
        with pytest.raises(UnreadableAmountError):
            read_amount(cell, None, other)


@pytest.mark.parametrize("cell", ["", "   ", "-", "–", "kr"])
def test_an_empty_cell_or_a_dash_is_no_amount(cell: str) -> None:
    assert read_amount(cell, ",") is None


@pytest.mark.parametrize("cell", ["12x", "1,2,3", "1.23.456,7", "--5", "1.234", "12,34,567", True, float("nan"), 1e16, "9" * 70, "#REF!"])
def test_what_is_no_amount_for_certain_is_refused(cell: Any) -> None:
    with pytest.raises(UnreadableAmountError):
        read_amount(cell, None)


@pytest.mark.parametrize(
    "cells, mark",
    [
        (["1.234", "1,50"], ","),
        (["1.50", "1,234"], "."),
        (["1.50", "1,50"], None),
        (["1.234,5"], ","),
        (["1 234", ""], None),
        (["x"], None),
    ],
)
def test_the_decimal_mark_is_seen_where_it_shows(cells: list[str], mark: str | None) -> None:
    assert find_decimal_mark(cells) == mark


def _write(ore: int, style: int) -> str:
    """Write an amount in one of the ways that accounting systems do."""
    whole, part = f"{abs(ore) // 100:,}", f"{abs(ore) % 100:02}"
    space = ("\u00a0", " ", "", ".")[style % 4]
    text = f"{whole.replace(',', space)},{part}"
    if ore >= 0:
        return text
    return (f"-{text}", f"{text}-", f"({text})", f"− {text}")[style // 4]


@given(st.integers(-(10**13), 10**13), st.integers(0, 15))
def test_whatever_is_written_is_read_to_the_ore(ore: int, style: int) -> None:
    assert read_amount(_write(ore, style), ",") == Decimal(ore) / 100
