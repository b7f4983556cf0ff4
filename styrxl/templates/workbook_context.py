"""What the sheets of one workbook share while they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from styrxl.templates.cell_texts import RowValues
from styrxl.templates.layout import SheetLayout
from styrxl.templates.words import Terms


@dataclass(frozen=True, slots=True)
class WorkbookContext:
    """What all sheets of one workbook share: words, layouts, what is written, and what drop-downs hold."""

    terms: Terms
    year: int
    layouts: Mapping[str, SheetLayout]
    rows: Mapping[str, Sequence[RowValues]]
    entries: Mapping[str, Sequence[str]]
    frames: Mapping[str, float | None]
    over: frozenset[str]  # keys of sheets whose sum is over the frame as issued
    footer: str
