"""The words of one form in one language, and values as Excel's formulas have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from styrxl.model.forms import Column, Text, Words, list_offered
from styrxl.model.thresholds import NONE_ALLOWED, Thresholds

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Terms:
    """The words of one form in one language."""

    words: Words
    lists: Mapping[str, Mapping[str, Text]]
    language: str
    thresholds: Thresholds = field(default_factory=Thresholds)
    board_thresholds: Thresholds = NONE_ALLOWED

    def text(self, key: str, **facts: object) -> str:
        """Return one of the shared texts."""
        return self.words.text(key, self.language, **facts)

    def name(self, column: Column) -> str:
        """Return a column's heading without unit and star."""
        return column.heading[self.language]

    def word(self, column: Column, code: str) -> str:
        """Return what a drop-down shows for a code; the code itself where it has no such entry."""
        entry = self.lists[column.list].get(code) if column.list else None
        return str(entry[self.language]) if entry else code

    def entries(self, column: Column) -> list[str]:
        """Return all that a static drop-down shows."""
        return [entry[self.language] for entry in list_offered(self.lists[column.list or ""])]


def find_list_name(column: Column) -> str | None:
    """Return the defined name of what a column's drop-down holds, or None if it has none."""
    if column.kind == "choice" or column.takes_words:
        return f"list_{column.list}"
    if column.kind == "ref":
        return "_".join(["source", *column.source, *column.kinds]).replace(":", "_")
    return None


def format_number(number: float, kind: str) -> str:
    """Return a number as a text shows it: a year as it is, an amount with spaces between thousands."""
    return str(int(number)) if kind == "integer" else f"{number:,.0f}".replace(",", "\N{NO-BREAK SPACE}").replace("-", "−")
