"""What a reading gives: where a sheet and its columns stand, and the rows that were filled in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from styrxl.model.a1 import column_letter
from styrxl.model.findings import Remark
from styrxl.model.forms import Sheet

_UNIT = re.compile(r"\s*\([^()]{0,60}\)\s*$")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table's answers are: for a row of the sheet, or (laid out downwards) for a field."""

    key: str
    sheet: str
    heading_row: int  # Excel row
    columns: Mapping[str, int]  # field -> column, 1 = A
    headings: Mapping[str, str]  # field -> heading as the workbook has it, without unit and star
    downwards: Mapping[str, int] = field(default_factory=dict)  # field -> Excel row

    def cell(self, name: str | None, row: int | None) -> str | None:
        """A1 address of a field's answer on a row (of its heading without a row); None where it has no column."""
        if name is None or name not in self.columns:
            return None
        if name in self.downwards:
            row = self.downwards[name]
        return f"{column_letter(self.columns[name])}{row or self.heading_row}"


@dataclass(frozen=True, slots=True)
class Ids:
    """Every id on a sheet, begun or not: the Excel rows that have one, and what stands there.

    Rows are numbered in advance, so that a round has far more ids than answers: as long as they are texts without a space, they are
    kept as one text.
    """

    rows: Sequence[int] = ()
    text: str = ""
    typed: tuple[Any, ...] = ()  # where they are anything else

    @classmethod
    def of(cls, rows: Sequence[int], typed: Sequence[Any]) -> Ids:
        """Return ids as typed on some rows."""
        following = range(rows[0], rows[0] + len(rows)) if rows else ()
        kept = following if tuple(following) == tuple(rows) else tuple(rows)
        if all(type(one) is str for one in typed):
            text = " ".join(typed)
            if text.split() == list(typed):
                return cls(kept, text)
        return cls(kept, "", tuple(typed))

    @property
    def plain(self) -> bool:
        """Whether all of them are texts without a space."""
        return not self.typed

    def values(self) -> Sequence[Any]:
        """Return what stands there, in order."""
        return self.typed or self.text.split()

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        """Iterate over Excel rows and what stands there."""
        return zip(self.rows, self.values(), strict=True)


@dataclass(frozen=True, slots=True)
class Typed:
    """A table's begun rows as typed values, and what its cells alone give cause to remark (on source 0).

    ``year``: the one that dates without a year are in. ``checked``: what the table's schema says of each of these rows by itself (on
    source 0); None where it has not been asked yet.
    """

    year: int
    columns: Mapping[str, list[Any]]
    remarks: tuple[Remark, ...] = ()
    checked: tuple[Remark, ...] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet's begun rows as raw values: ``columns`` field -> values, one for each of ``rows`` (Excel rows)."""

    place: Place
    sheet: Sheet
    rows: tuple[int, ...]
    columns: Mapping[str, list[Any]]
    ids: Ids = Ids()
    marks: Mapping[tuple[str, int], str] = field(default_factory=dict)  # (field, row) -> error shown, or '' for a formula without value
    untouched: frozenset[tuple[str, int]] = frozenset()  # (field, row) of answers that were given beforehand and stand as issued
    typed: Typed | None = None

    @property
    def answered(self) -> bool:
        """Whether the owner has written anything here."""
        own = [c.field for c in self.sheet.columns if c.asked and not c.locked_when_prefilled and c.field in self.columns]
        written = ((name, row) for name in own for row, value in zip(self.rows, self.columns[name], strict=True) if not blank(value))
        return bool(self.marks) or any(spot not in self.untouched for spot in written)


@lru_cache(maxsize=100_000)
def norm(text: str) -> str:
    """Heading or sheet name for comparison: no star, unit, case, or odd spaces; letters composed."""
    text = unicodedata.normalize("NFC", text.strip().rstrip("*").strip())
    return " ".join(_UNIT.sub("", text).split()).casefold()


def bare(text: str) -> str:
    """Heading as the workbook has it, without unit and star."""
    return " ".join(_UNIT.sub("", text.strip().rstrip("*").strip()).split())


def blank(value: Any) -> bool:
    """Whether a cell holds nothing (spaces are nothing)."""
    return value == "" or value is None or (isinstance(value, str) and not value.strip())
