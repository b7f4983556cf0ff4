"""An export as rows of cells, whatever kind of file it came in, and what stops one from being read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from styrxl.model.catalogue import Word


class ExportRefusedError(Exception):
    """An export that cannot be read; ``why`` is in the catalogue's words."""

    def __init__(self, why: Word) -> None:
        """Take why."""
        super().__init__(why.key)
        self.why = why


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that shows an error, or a formula whose value was never worked out."""

    shows: str

    def __str__(self) -> str:
        """Return what it shows."""
        return self.shows


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet, or a whole text: its rows from the top, each with its number in the file.

    ``aliases``: folded headings -> the heading that each is another name of.
    """

    name: str
    rows: Sequence[tuple[int, Sequence[Any]]]
    aliases: Mapping[str, str] = field(default_factory=dict)
    is_sheet: bool = False  # beside which others may be meant
