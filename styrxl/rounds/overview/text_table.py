"""Tables and long lines as text that fits a window: wrapped within columns, nothing cut."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from textwrap import wrap

_GAP = "  "
_LEAST = 12  # letters that a word keeps together, and so each day
_TIME = re.compile(r" *[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}  |[ ]*(?:[✓✗!–] )?")
_TOO_DEEP = 3  # a line goes on below where it began, but not in the last third of the window


def format_table(rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """Return the lines of a table, the first row of which is its headings; as wide as it is where there is no width.

    In a window that is too narrow for its columns each row is laid out downwards, beside the headings.
    """
    natural = [max(map(len, column)) for column in zip(*rows, strict=True)]
    widths = natural if width is None else _fit(rows, natural, width)
    if widths is None:
        return _lay_downwards(rows, width or 0)
    lines = [_join(part, widths) for part in _split(rows[0], widths)]
    lines.append(_GAP.join("─" * each for each in widths))
    return [*lines, *(_join(part, widths) for row in rows[1:] for part in _split(row, widths))]


def fit_lines(lines: Sequence[str], width: int | None) -> list[str]:
    """Return lines wrapped to a width; what goes on stands below where the text began, after its time or mark."""
    return list(lines) if width is None else [part for line in lines for part in _wrap_line(line, width)]


def _wrap_line(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    match = _TIME.match(line)
    lead = match[0] if match else ""
    hang = len(lead) if len(lead) * _TOO_DEEP <= width * 2 else 2
    return wrap(line, width, subsequent_indent=" " * hang, break_on_hyphens=False, drop_whitespace=True) or [line]


def _fit(rows: Sequence[Sequence[str]], natural: Sequence[int], width: int) -> list[int] | None:
    """Return the columns' widths: their longest words, and what is left to those that lack most.

    Where the words have no room the longest are broken; None where even that is not enough.
    """
    room = width - len(_GAP) * (len(natural) - 1)
    if sum(natural) <= room:
        return list(natural)
    widths = [max((len(word) for cell in column for word in cell.split()), default=1) for column in zip(*rows, strict=True)]
    while sum(widths) > room:
        if max(widths) <= _LEAST:
            return None
        widths[widths.index(max(widths))] -= 1
    for _ in range(room - sum(widths)):
        lacks = [most - now for most, now in zip(natural, widths, strict=True)]
        widths[lacks.index(max(lacks))] += 1
    return widths


def _lay_downwards(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return each row as lines of a heading and what stands under it; what is empty is left out."""
    lead = max(map(len, rows[0])) + len(_GAP)
    lines = []
    for row in rows[1:]:
        for heading, cell in zip(rows[0], row, strict=True):
            first, *others = wrap(cell, max(width - lead, 1)) or [""]
            lines += [f"{heading.ljust(lead)}{first}", *(" " * lead + other for other in others)] if first else []
        lines.append("")
    return lines[:-1]


def _split(row: Sequence[str], widths: Sequence[int]) -> list[tuple[str, ...]]:
    """Return a row's lines, each with a part of every cell."""
    cells = [[cell] if len(cell) <= width else wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
    return list(zip_longest(*cells, fillvalue=""))


def _join(parts: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()
