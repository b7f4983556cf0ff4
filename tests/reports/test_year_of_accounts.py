"""The small year's second follow-up where the accounts were read after the returns: what they change, and all else as it was."""

from __future__ import annotations

from collections import Counter

import pytest

from report_sheets import sheets, table
from small_town import consolidated
from small_town_pages import read_rows
from small_year import follow_up, history
from small_year_booked import GONE, NOW, RUNS, booked_t2
from small_year_rows import ROWS, SOURCES
from styrxl.excel.pages import Book
from styrxl.reports.book import council_book


@pytest.fixture(scope="module")
def council() -> Book:
    """Return the council's workbook with what the accounts say."""
    return consolidated(booked_t2(), *follow_up("t2")[1:], None, history("t2"))[1]


def test_what_the_accounts_say_counts_where_it_is_shown_and_nothing_else_changes(council: Book) -> None:
    found = {page.name: read_rows(page) for page in council.pages}
    assert list(found) == list(ROWS["t2"])
    for name, rows in found.items():
        before, now = ROWS["t2"][name], NOW.get(name, [])
        assert Counter(now) <= Counter(rows), name
        assert Counter(rows) - Counter(now) <= Counter(before), name
        assert len(rows) == len(before) + len(now) - GONE.get(name, 0), name


def test_the_control_totals_are_of_what_was_typed_and_say_what_of_the_accounts_stands_nowhere() -> None:
    cells = sheets(council_book(booked_t2(), *follow_up("t2")[1:], history("t2")).workbook)["Källor"]
    rows = table(cells, "Från")
    assert {row["Avstämning"] for row in rows} == {"✓ Stämmer"}
    for where in ("i filen", "här"):
        assert [(row["Från"], row[f"Rader {where}"], row[f"Kontrollsumma {where} (tkr)"]) for row in rows] == SOURCES["t2"]
    assert [tuple(cell for cell in line if cell != "") for line in cells[-2:]] == RUNS
