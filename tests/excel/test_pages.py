"""Pages as values: rows kept column by column against rows as such, and links counted."""

from __future__ import annotations

import weakref
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn_rows import FIELDS, ROWS
from styrxl.excel.pages import (
    Block,
    ComputedColumn,
    Link,
    Page,
    Row,
    as_columns,
    fit_widths,
    gather_columns,
    link_target,
    outline_level,
    unique_headings,
)
from styrxl.model.amounts import add_amounts


@given(ROWS, st.integers(-3, 12), st.integers(-3, 12))
def test_columns_are_the_rows_that_they_were_made_of(rows: list[Row], start: int, end: int) -> None:
    for columns in (as_columns(rows), gather_columns(iter(rows))):
        assert list(columns) == rows
        assert list(columns[start:end]) == rows[start:end]
        assert list(as_columns(columns)) == rows


def test_rows_are_gathered_some_at_a_time() -> None:
    """Only the cells of a row outlive it."""
    there = weakref.WeakSet[Any]()
    most = 0

    class Watched(Row):
        """A row that can be watched."""

    def rows() -> Any:
        nonlocal most
        for n in range(9_000):
            row = Watched((n, f"x{n}"), n)
            there.add(row)
            most = max(most, len(there))
            yield row

    found = gather_columns(rows())
    assert len(found) == 9_000
    assert found[8_999] == Row((8_999, "x8999"), 8_999)
    assert most < 5_000


def test_a_column_on_demand_keeps_nothing_of_what_it_makes() -> None:
    made = list[int]()

    def double(n: int, more: int) -> int:
        made.append(n)
        return n * 2 + more

    column = ComputedColumn(double, [1, 2, 3, 4], [0, 0, 1, 0])
    assert (len(column), made) == (4, [])
    assert (column[2], column[1:3], list(column)) == (7, [4, 7], [2, 4, 7, 8])
    assert made == [3, 2, 3, 1, 2, 3, 4]


@pytest.mark.parametrize("most, more", [(2, True), (3, False), (4, False)])
def test_a_page_knows_whether_it_has_more_links_than_a_sheet_has_room_for(most: int, more: bool) -> None:  # noqa: FBT001 -- a parameter
    rows = (*(Row((None, None, Link("x", "y"), None, None)) for _ in range(3)), Row((None,) * 5))
    assert Page("p", "P", "h", (Block(FIELDS, rows),)).has_more_links(most) is more


def test_amounts_are_right_to_the_ore() -> None:
    assert add_amounts([0.1] * 10) == 1.0


def test_headings_that_come_again_are_numbered() -> None:
    assert unique_headings(["Källa", "källa", "Källa (2)"]) == ["Källa", "källa (2)", "Källa (2) (2)"]


def test_headings_are_no_longer_than_a_table_s_columns_may_be_called() -> None:
    assert unique_headings(["x" * 300, "x" * 300]) == ["x" * 255, "x" * 251 + " (2)"]


def test_the_widest_columns_are_narrowed_until_all_fit() -> None:
    assert fit_widths([50, 20, 10], [10, 10, 10], 60) == [30, 20, 10]


def test_an_outline_shows_as_deep_a_level_as_there_is_room_for() -> None:
    assert outline_level([0, 1, 1, 2, 2, 2], 3) == 1


def test_links_lead_from_the_workbook_to_the_file_as_it_is_named() -> None:
    assert link_target("inbox/2027-plan/Skål #1.xlsx", "../") == "../inbox/2027-plan/Sk%C3%A5l%20%231.xlsx"
    assert link_target("/srv/å.xlsx", "../") == "file:///srv/%C3%A5.xlsx"
