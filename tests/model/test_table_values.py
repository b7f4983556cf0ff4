"""Frames as plain values."""

from __future__ import annotations

from datetime import date

import pandas as pd

from styrxl.model.table_values import column, records

FRAME = pd.DataFrame(
    {
        "text": pd.Series(["Fler läser", None], dtype="str"),
        "year": pd.Series([2027, None], dtype="Int64"),
        "amount": pd.Series([None, 1.5], dtype="float64"),
        "start": pd.to_datetime(pd.Series(["2027-01-01", None])),
    }
)


def test_empty_cells_are_none_whatever_a_column_holds() -> None:
    """Neither NaN, NaT nor NA is left for a reader to stumble over."""
    assert list(records(FRAME)) == [
        {"text": "Fler läser", "year": 2027, "amount": None, "start": pd.Timestamp(date(2027, 1, 1))},
        {"text": None, "year": None, "amount": 1.5, "start": None},
    ]


def test_a_column_that_is_not_there_is_empty() -> None:
    """A form of another round may lack it."""
    assert column(FRAME, "unit") == [None, None]


def test_a_full_column_comes_as_it_is() -> None:
    """Whole numbers stay whole."""
    assert column(pd.DataFrame({"_row": [7, 9]}), "_row") == [7, 9]
