"""Texts in formulas: whatever they are, Excel reads each as it is, and no piece of them is longer than it reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula import Tokenizer

from styrxl.excel.cells import count_letters, cut_text
from styrxl.excel.formula_text import quote
from styrxl.excel.limits import LONGEST_LITERAL


@given(st.text(st.sampled_from("\"&'{}=+,;()!§åx \U0001f600"), max_size=700))
def test_a_text_is_read_as_it_is(text: str) -> None:
    """In pieces that Excel reads, put together by ``&``, of which none parts a quotation mark's two signs."""
    items = Tokenizer(f"={quote(text)}").items
    assert {item.value for item in items[1::2]} <= {"&"}
    pieces = [item.value[1:-1] for item in items[::2]]
    assert "".join(piece.replace('""', '"') for piece in pieces) == text
    assert all(count_letters(piece) <= LONGEST_LITERAL and piece.count('"') % 2 == 0 for piece in pieces)


@pytest.mark.parametrize(
    "text, formula",
    [
        ("", '""'),
        ('Över "ramen"', '"Över ""ramen"""'),
        ("x" * 127, f'"{"x" * 127}"'),
        ("x" * 128, f'"{"x" * 127}"&"x"'),
    ],
)
def test_texts_are_quoted(text: str, formula: str) -> None:
    assert quote(text) == formula


@pytest.mark.parametrize(
    "text, most, cut", [("abc", 3, "abc"), ("abcd", 3, "abc"), ("ab\U0001f600", 4, "ab\U0001f600"), ("ab\U0001f600", 3, "ab")]
)
def test_a_text_is_cut_by_excels_letters(text: str, most: int, cut: str) -> None:
    """A sign that counts as two is there as a whole or not at all."""
    assert cut_text(text, most) == cut
