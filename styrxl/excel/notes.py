"""Notes on cells: what they say, how large their boxes are, and where these lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.worksheet import Worksheet

from styrxl.excel import look, measure

_WIDTH, _LINE, _MARGIN = 300, 17, 14  # pixels of a box, of a line of small text, above and below all of them
_BESIDE, _BELOW = 12, 2  # pixels between a cell's upper right corner and its note's box
_DIGIT, _AROUND, _COLUMN = 7, 5, 9.0  # pixels of a column's unit and around it; units of a column of no width of its own
_POINT = 96 / 72  # pixels


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a cell: a bold first line, paragraphs, and a tone."""

    title: str
    paragraphs: tuple[str, ...]
    tone: look.Tone

    @property
    def body(self) -> str:
        """What stands below the first line."""
        return "\n".join(self.paragraphs)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its box in pixels."""
        lines = 1 + measure.count_lines(self.body, _WIDTH / _DIGIT * look.BODY / look.SMALL)
        return _WIDTH, lines * _LINE + _MARGIN


def find_anchor(sheet: Worksheet, cell: str, note: Note) -> str:
    """Return where a note's box lies: column, row and pixels into each, of its upper left and its lower right corner (counted from 0)."""
    row, column = coordinate_to_tuple(cell)
    width, height = note.size
    right, across = _reach(column, width + _BESIDE, lambda at: _column_width(sheet, at + 1))
    low, down = _reach(row - 1, height, lambda at: _row_height(sheet, at + 1))
    return f"{column}, {_BESIDE}, {row - 1}, {_BELOW}, {right}, {across}, {low}, {down}"


def _column_width(sheet: Worksheet, column: int) -> float:
    known = sheet.column_dimensions.get(get_column_letter(column))
    width = _COLUMN if known is None else 0.0 if known.hidden else known.width
    return width * _DIGIT + _AROUND


def _row_height(sheet: Worksheet, row: int) -> float:
    known = sheet.row_dimensions.get(row)
    return (known.height if known is not None and known.height else measure.LINE_HEIGHT) * _POINT


def _reach(start: int, length: float, size: Callable[[int], float]) -> tuple[int, int]:
    """Return how far (a column or row, and pixels into it) a length reaches from a start."""
    at = start
    while length > size(at):
        length -= size(at)
        at += 1
    return at, int(length)
