"""What a sheet says of its cells besides their values: errors, formulas without a value, hidden rows and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from styrxl.returns.shown.appearance import PLAIN, Appearance
from styrxl.returns.shown.number_formats import ShownNumber


@dataclass(frozen=True, slots=True)
class SheetMarks:
    """Errors, formulas without a value, hidden rows and columns of a sheet."""

    errors: Mapping[str, str] = field(default_factory=dict)  # cell -> #DIV/0! …
    uncalculated: frozenset[str] = frozenset()  # cells with a formula and no value
    hidden_rows: frozenset[int] = frozenset()  # Excel rows
    hidden_columns: frozenset[int] = frozenset()  # 1 = A


NO_MARKS = SheetMarks()


@dataclass(frozen=True, slots=True)
class PreparedSheet:
    """A sheet of an xlsx as calamine is given it, and what is known of any: its marks, and values that must be found in it."""

    xml: bytes
    marks: SheetMarks
    values: Mapping[str, float | None] = field(default_factory=dict)  # cell -> number, None for a text
    appearance: Appearance = PLAIN  # of an ods, whose numbers look like ``shown`` by cell
    shown: Mapping[str, ShownNumber] = field(default_factory=dict)
