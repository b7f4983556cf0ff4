"""Columns by letter, as cells are named: small and quick to import, for processes that only read."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=20_000)
def column_letter(number: int) -> str:
    """Return the letters of a column, 1 = A."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=20_000)
def column_number(letters: str) -> int:
    """Return the number of a column, A = 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
