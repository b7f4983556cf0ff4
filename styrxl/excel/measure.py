"""How much room one text takes in a cell, measured word by word: its width, its lines, and the height of its row."""

from __future__ import annotations

from functools import lru_cache

from styrxl.excel.limits import HIGHEST_ROW

LINE_HEIGHT = 15.0  # points for a line of body text


class _Widths(dict[str, float]):
    """Widths of letters; one that is not known is as wide as a digit."""

    def __missing__(self, _: str) -> float:
        return 1.0


# Calibri's letters in widths of a digit, which is what Excel measures columns in.
_WIDTHS = _Widths(
    (letter, width)
    for letters, width in (
        ("ijl.,:;'|!` ", 0.48),
        ('Ifrt()[]-"/', 0.66),
        ("cszJ°", 0.82),
        ("akxvyegELFSTåä", 0.95),
        ("bdpqhunoöéKPRXYZBC", 1.05),
        ("ADGHNOQUVÅÄÖ§%&", 1.28),
        ("mwMW@–…✓", 1.65),
    )
    for letter in letters
)


def text_width(text: str, *, bold: bool = False) -> float:
    """Return the width of a text in Excel's unit for columns, the width of a digit."""
    return sum(map(_WIDTHS.__getitem__, text)) * (1.04 if bold else 1.0)


word_width = lru_cache(maxsize=50_000)(text_width)


@lru_cache(maxsize=20_000)
def count_lines(text: str, width: float, *, bold: bool = False) -> int:
    """Return how many lines a text takes in a column of a width."""
    return sum(len(wrap(part, width, bold=bold)) for part in text.split("\n"))


def wrap(text: str, width: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines that fit a width; a longer word is let be."""
    room = max(width * 0.97 - 0.6, 1.0)  # Excel keeps a few pixels to itself on both sides
    rows, used = [""], 0.0
    for word in text.split(" "):
        long = word_width(word, bold=bold)
        if used and used + 0.48 + long > room:
            rows.append(word)
            used = long
        else:
            rows[-1] = f"{rows[-1]} {word}" if used else word
            used += long + (0.48 if used else 0.0)
        while used > room and long > room:  # a word that is wider than its column is broken by Excel
            rows.append("")
            used -= room
            long = used
    return rows


def row_height(count: int, least: float = LINE_HEIGHT) -> float:
    """Return the height in points of a row that holds so many lines."""
    return min(HIGHEST_ROW, max(least, count * LINE_HEIGHT))
