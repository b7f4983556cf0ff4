"""How wide a report's columns are, and how many lines its texts take: estimated for hundreds of thousands of cells at once.

Where an estimate leaves it open, and for forms, ``measure`` measures a text word by word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as made_of
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from styrxl.excel import look, measure
from styrxl.excel.pages import Block, Field, Link, Page, fit_widths

_LEAST = {
    "money": 12.0,
    "number": 10.0,
    "integer": 8.0,
    "count": 8.0,
    "percent": 9.0,
    "million": 11.0,
    "million_change": 11.0,
    "date": 11.5,
    "status": 10.5,
    "link": 14.0,
    "note": 8.0,
    "text": 9.0,
}
_LONGEST_WORD = 29.0  # a word that is wider is broken
SMALL_KINDS = {"id": 20.0, "link": 34.0}  # kinds in small letters, and the width that they are given at most
# Kinds that stand to the right.
NUMBERS = frozenset({"money", "million", "million_change", "count", "percent", "number", "integer", "measure"})
_NARROW = 14.0
_UNCLAIMED = 10.0  # of a column that only spans take
_SCALE = 40
_AT_ONCE = 10_000  # texts that are measured together
_TABLE = bytes(min(255, round(measure.text_width(bytes([n]).decode("cp1252", "replace")) * _SCALE)) for n in range(256))
_LETTERS = np.frombuffer(_TABLE, dtype=np.uint8)

Floats: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


def page_widths(page: Page, room: float) -> list[float]:
    """Return the widths of a page's columns: those that their fields ask for, or what fits in ``room`` when printed."""
    blocks = [b for b in page.blocks if b.rows] or list(page.blocks)
    most = max(b.starts[-1] for b in blocks)
    wanted, least = [0.0] * most, [0.0] * most
    for block in blocks:
        for n, (field, at) in enumerate(zip(block.fields, block.starts, strict=False)):
            if field.span > 1:  # it takes what the other blocks' columns give it
                continue
            need = max(field.least, _least_width(block, n, field))
            least[at] = max(least[at], need)
            wanted[at] = max(wanted[at], field.width, need)
    for block in blocks:  # the last column of a span is given what it lacks
        for field, at in zip(block.fields, block.starts, strict=False):
            last = at + field.span - 1
            wanted[last] = max(wanted[last], field.least - sum(wanted[at:last])) if field.span > 1 else wanted[last]
    wanted = [w or _UNCLAIMED for w in wanted]
    least = [w or _UNCLAIMED for w in least]
    paper = count_printed_columns(page)
    if not any(b.chart for b in blocks):  # what runs on to the right would else run off the paper
        notes = [(n, at, b) for b in blocks for n, (f, at) in enumerate(zip(b.fields, b.starts, strict=False)) if f.kind == "note"]
        for n, at, b in notes:
            wanted[at] = least[at] = max([least[at], *(quick_width(v) + 2 for v in b.column(n) if v)])
    return [*fit_widths(wanted[:paper], least[:paper], room), *wanted[paper:]]


def count_printed_columns(page: Page) -> int:
    """Return how many of a page's columns are printed."""
    return max((b.starts[len(b.fields) - _screen_columns(b)] for b in page.blocks if b.rows), default=1)


def _screen_columns(block: Block) -> int:
    """Return how many of a block's last columns are not printed."""
    count = 0
    for field in reversed(block.fields):
        if not field.screen:
            break
        count += 1
    return count


def _least_width(block: Block, n: int, field: Field) -> float:
    head = _word_width([field.heading], bold=True) + (2.6 if block.table else 1.4) + (field.kind in NUMBERS)
    if field.kind == "name":
        return max(head, min(_LONGEST_WORD, _word_width({*block.column(n)}) + 1.6))
    if field.kind in SMALL_KINDS:
        return max(head, min(SMALL_KINDS[field.kind], _widest_text(block.column(n)) * look.SMALL / look.BODY + 1.8))
    if field.kind == "money":
        amounts = (v for v in (*block.column(n), *(r.cells[n] for r in block.totals)) if v is not None)
        longest = max((len(f"{v:,.2f}" if v != int(v) else f"{v:,.0f}") for v in amounts), default=0)
        return max(head, _LEAST["money"], longest + 2.4)
    return max(head, _LEAST.get(field.kind, 9.0))


def _widest_text(column: Sequence[str | Link | None]) -> float:
    """Return how wide the widest text of a column is."""
    most = 0.0
    for start in range(0, len(column), _AT_ONCE):
        texts = [text for v in column[start : start + _AT_ONCE] if (text := v.text if isinstance(v, Link) else v)]
        if texts:
            most = max(most, float(_widths(texts, np.array([*map(len, texts)])).max()))
    return most


def _word_width(texts: Iterable[str | Link | None], *, bold: bool = False) -> float:
    words = {word for text in texts if isinstance(text, str) for word in text.replace("-", "- ").split()}
    return max((measure.text_width(word, bold=bold) for word in words), default=0.0)


def quick_width(text: str) -> float:
    """Return a text's width as ``measure.text_width`` does, at the speed of bytes."""
    return sum(_encoded(text).translate(_TABLE)) / _SCALE


def _encoded(text: str) -> bytes:
    try:
        return text.encode("latin-1")  # several times as fast as the code page that has dashes and quotes as well
    except UnicodeEncodeError:
        return text.encode("cp1252", "replace")


def count_text_lines(text: str, width: float, *, bold: bool = False) -> int:
    """Return how many lines a text takes in a column."""
    return count_row_lines(LongTexts([0], [text], [width]), [bold])[0]


@dataclass(frozen=True, slots=True)
class LongTexts:
    """Texts that may take more than one line: in which of some rows each stands, and how wide its column is."""

    rows: list[int] = made_of(default_factory=list)
    texts: list[str] = made_of(default_factory=list)
    widths: list[float] = made_of(default_factory=list)


def count_row_lines(long: LongTexts, bold: Sequence[bool]) -> list[int]:
    """Return how many lines the longest text of each row takes, all rows at once; ``bold``: whether each row is.

    Only what an estimate leaves open is measured word by word.
    """
    most = np.ones(len(bold), dtype=np.int64)
    if long.texts:
        least, best = _estimates(long.texts, np.array(long.widths), np.array(bold)[long.rows])
        np.maximum.at(most, long.rows, least)
        rows = np.array(long.rows)
        open_ = np.flatnonzero(best > np.maximum(least, most[rows]))
        for n in open_[np.argsort(rows[open_], kind="stable")].tolist():
            row = long.rows[n]
            if best[n] > most[row]:
                most[row] = max(most[row], measure.count_lines(long.texts[n], long.widths[n], bold=bold[row]))
    found: list[int] = most.tolist()
    return found


def _estimates(texts: Sequence[str], width: Floats, bold: Bools) -> tuple[Whole, Whole]:
    """Return between how few and how many lines texts take."""
    length = np.array([len(text) for text in texts])
    room = width * 0.97 - 0.6
    wide = _widths(texts, length) * np.where(bold, 1.04, 1.0)
    # An estimate does not see how narrow columns break, nor that a word is broken which is wider than its column.
    widest = np.array([max(map(measure.word_width, text.split(" "))) for text in texts])
    blind = (width < _NARROW) | (widest * 1.04 > room) | np.array(["\n" in text for text in texts])
    least = np.where(blind, 1, np.ceil(wide / room)).astype(np.int64)
    best = np.where(blind, length + 1, np.ceil(wide / (room - np.minimum(3.5, room * 0.2)))).astype(np.int64)
    return least, best


def _widths(texts: Sequence[str], length: Whole) -> Floats:
    """Return the widths of texts, none of them empty, as ``quick_width`` does."""
    letters = _LETTERS[np.frombuffer(_encoded("".join(texts)), dtype=np.uint8)]
    found: Floats = np.add.reduceat(letters, np.cumsum(length) - length, dtype=np.int64) / _SCALE
    return found
