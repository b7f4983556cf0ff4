"""What a sheet says of its cells besides their values: errors, formulas without a value, hidden rows and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SheetMarks:
    """Errors, formulas without a value, hidden rows and columns of a sheet."""

    errors: Mapping[str, str] = field(default_factory=dict)  # cell -> #DIV/0! …
    uncalculated: frozenset[str] = frozenset()  # cells with a formula and no value
    hidden_rows: frozenset[int] = frozenset()  # Excel rows
    hidden_columns: frozenset[int] = frozenset()  # 1 = A


NO_MARKS = SheetMarks()
