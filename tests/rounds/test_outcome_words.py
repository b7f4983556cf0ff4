"""What ``outcomes`` prints fits the window, and reads as people write."""

from __future__ import annotations

from decimal import Decimal

import pytest

from styrxl.rounds.overview.outcome_words import format_table, show_amount

ROWS = (("Row", "What", "Why", "Amount"), ("812", "5010 Löner, " * 9, "no place under places fits", "-1,234.50"), ("9", "x", "y", "7.00"))


@pytest.mark.parametrize("width", [50, 72, 120, 400])
def test_a_table_is_no_wider_than_the_window_and_amounts_stay_whole(width: int) -> None:
    lines = format_table(ROWS, width, 3)
    assert max(map(len, lines)) <= width
    assert lines[2].endswith("-1,234.50")
    assert lines[3].endswith("     7.00")


def test_what_steers_a_terminal_is_not_shown() -> None:
    assert "\x1b" not in "".join(format_table((("a", "b"), ("\x1b[2J", "1")), 80, 1))


@pytest.mark.parametrize("language, text", [("sv", "-1\u00a0234\u00a0567,50"), ("en", "-1,234,567.50")])
def test_an_amount_is_shown_to_the_ore(language: str, text: str) -> None:
    assert show_amount(Decimal("-1234567.5"), language) == text
