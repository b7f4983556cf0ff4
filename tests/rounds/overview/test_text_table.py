"""Tables and long lines that fit the window, and lose nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.rounds.overview.text_table import fit_lines, format_table

ROWS = [
    ["ägare", "namn", "utdelat", "läge"],
    ["UBN", "Utbildningsnämnden", "2026-10-01", "behöver kompletteras (3 fel)"],
    ["UBN-ÖST", "Östra förskolan", "2026-10-02", "klar"],
]


def test_a_table_is_as_wide_as_it_is_elsewhere_than_in_a_window() -> None:
    """And in a window that has room for it."""
    natural = [
        "ägare    namn                utdelat     läge",
        "───────  ──────────────────  ──────────  ────────────────────────────",
        "UBN      Utbildningsnämnden  2026-10-01  behöver kompletteras (3 fel)",
        "UBN-ÖST  Östra förskolan     2026-10-02  klar",
    ]
    assert format_table(ROWS, None) == natural
    assert format_table(ROWS, 69) == natural


def test_a_narrow_window_wraps_within_columns() -> None:
    """Words are kept whole while they have room."""
    assert format_table(ROWS, 60) == [
        "ägare    namn                utdelat     läge",
        "───────  ──────────────────  ──────────  ───────────────────",
        "UBN      Utbildningsnämnden  2026-10-01  behöver",
        "                                         kompletteras (3",
        "                                         fel)",
        "UBN-ÖST  Östra förskolan     2026-10-02  klar",
    ]


def test_a_window_that_is_too_narrow_has_the_rows_downwards() -> None:
    """So that no day is broken; what is empty is left out."""
    rows = [ROWS[0], ROWS[1], ["KF", "", "2026-10-03", ""]]
    assert format_table(rows, 30) == [
        "ägare    UBN",
        "namn     Utbildningsnämnden",
        "utdelat  2026-10-01",
        "läge     behöver kompletteras",
        "         (3 fel)",
        "",
        "ägare    KF",
        "utdelat  2026-10-03",
    ]


@given(
    st.lists(st.lists(st.text("abcå -", max_size=30), min_size=3, max_size=3), min_size=1, max_size=5),
    st.integers(20, 120),
)
def test_nothing_is_lost_and_nothing_sticks_out(rows: list[list[str]], width: int) -> None:
    """However the table is laid out."""
    lines = format_table([["x", "y", "z"], *rows], width)
    assert max(map(len, lines)) <= width
    told = sorted(letter for line in lines for letter in line if letter not in " ─xyz")
    assert told == sorted(letter for row in rows for cell in row for letter in cell if letter != " ")


@pytest.mark.parametrize(
    "width,line,fitted",
    [
        (31, "kort", ["kort"]),
        (36, "  2026-10-01 09:30  UBN.xlsx bedömdes: klar", ["  2026-10-01 09:30  UBN.xlsx", "                    bedömdes: klar"]),
        (31, "! någon@example.se · UBN.xlsx · i karantän [3]", ["! någon@example.se · UBN.xlsx ·", "  i karantän [3]"]),
        (31, "en mening som är så lång att den går om", ["en mening som är så lång att", "den går om"]),
    ],
)
def test_a_long_line_goes_on_below_where_its_text_began(width: int, line: str, fitted: list[str]) -> None:
    assert fit_lines([line], width) == fitted
    assert fit_lines([line], None) == [line]
