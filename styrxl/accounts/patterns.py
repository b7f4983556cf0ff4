"""Which rows a mapping means: codes, ranges of codes and texts with ``*``, column by column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from styrxl.returns.cell_values import fold_text

_RANGE = re.compile(r"(\d{1,15}) ?[-–] ?(\d{1,15})")
_ORDINARY = 500  # letters of a cell that are compared


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text of a mapping: ``2110``, ``2200-2299``, ``24*``, a name, or nothing for an empty cell."""

    text: str

    def fits(self, cell: str) -> bool:
        """Tell whether a cell's text, or the code that it begins with, is meant."""
        return _fits(self.text, cell)


@lru_cache(maxsize=200_000)
def _fits(pattern: str, cell: str) -> bool:
    wanted, there = fold_text(pattern), fold_text(cell[:_ORDINARY])
    code = there.partition(" ")[0]
    if between := _RANGE.fullmatch(pattern.strip()):
        return there == wanted or _is_between(code, between[1], between[2])
    if "*" in wanted:
        return any(_fits_parts(wanted.split("*"), text) for text in (there, code))
    return wanted in {there, code} if wanted else not there


def _fits_parts(parts: Sequence[str], text: str) -> bool:
    """Tell whether a text begins with the first part, ends with the last, and has the others between them in their order."""
    first, *middle, last = parts
    if not text.startswith(first):
        return False
    at = len(first)
    for part in middle:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return text.endswith(last) and len(text) - len(last) >= at


def _is_between(code: str, low: str, high: str) -> bool:
    if not (code.isascii() and code.isdigit()) or (len(low) == len(high) != len(code)):
        return False
    return int(low) <= int(code) <= int(high)


@dataclass(frozen=True, slots=True)
class Condition:
    """The columns that a row is chosen by, and what each must be; all of them must fit, none are met by any row."""

    columns: Mapping[str, Sequence[Pattern]]

    def fits(self, cells: Mapping[str, str]) -> bool:
        """Tell whether a row is meant; ``cells``: its texts by column."""
        return all(any(pattern.fits(cells.get(name, "")) for pattern in patterns) for name, patterns in self.columns.items())


def make_condition(where: Mapping[str, Sequence[str]]) -> Condition:
    """Return the condition that a mapping's ``where`` is."""
    return Condition({name: tuple(map(Pattern, patterns)) for name, patterns in where.items()})
