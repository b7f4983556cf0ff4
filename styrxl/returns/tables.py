"""Tables of a return: where a sheet's headings and columns are, and the rows that were filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from styrxl.model.column_letters import column_letter
from styrxl.model.findings import Remark
from styrxl.model.forms import Sheet
from styrxl.returns.letters import make_plain, make_visible, shows_nothing

_LONGEST_HEADING = 200  # characters; what is longer is a text
_UNIT = re.compile(r"(.*[^\s,])\s*(?:[(\[]([^()\[\]]{1,60})[)\]]|,\s*([^,]{1,30}))")


@dataclass(frozen=True, slots=True)
class TablePlace:
    """Where a table's answers are in its sheet: the column of each field, and for a sheet laid out downwards also the row."""

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
class RowIds:
    """Every id on a sheet, on begun rows and others: the Excel rows that have one, and the ids as they were typed.

    Rows are numbered in advance, so that a round has far more ids than answers; to save memory, ids that are texts without spaces are
    kept as one text.
    """

    rows: Sequence[int] = ()
    text: str = ""
    typed: tuple[Any, ...] = ()  # where they are anything else

    @classmethod
    def of(cls, rows: Sequence[int], typed: Sequence[Any]) -> RowIds:
        """Return ids as typed on some rows."""
        following = range(rows[0], rows[0] + len(rows)) if rows else ()
        excel_rows = following if tuple(following) == tuple(rows) else tuple(rows)
        if {*map(type, typed)} <= {str}:
            text = " ".join(typed)
            if text.split() == list(typed):
                return cls(excel_rows, text)
        return cls(excel_rows, "", tuple(typed))

    @property
    def plain(self) -> bool:
        """Whether all of them are texts without a space."""
        return not self.typed

    def values(self) -> Sequence[Any]:
        """Return the ids as they were typed, in order."""
        return self.typed or self.text.split()

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        """Iterate over pairs of Excel row and id."""
        return zip(self.rows, self.values(), strict=True)


@dataclass(frozen=True, slots=True)
class TypedColumns:
    """A table's begun rows as typed values, and the remarks that follow from its cells alone (with source 0).

    ``year``: the year of dates without one. ``checked``: the remarks of the table's schema on these rows (with source 0); None when
    the rows have not been checked yet.
    """

    year: int
    columns: Mapping[str, list[Any]]
    remarks: tuple[Remark, ...] = ()
    checked: tuple[Remark, ...] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet's begun rows as raw values: ``columns`` field -> values, one for each of ``rows`` (Excel rows)."""

    place: TablePlace
    sheet: Sheet
    rows: tuple[int, ...]
    columns: Mapping[str, list[Any]]
    ids: RowIds = RowIds()
    marks: Mapping[tuple[str, int], str] = field(default_factory=dict)  # (field, row) -> error shown, or '' for a formula without value
    untouched: frozenset[tuple[str, int]] = frozenset()  # (field, row) of answers that were prefilled and are unchanged
    typed: TypedColumns | None = None
    remarks: tuple[Remark, ...] = ()  # on what its cells show (with source 0)

    @property
    def answered(self) -> bool:
        """Whether the owner has written anything here."""
        own = [c.field for c in self.sheet.columns if c.asked and not c.locked_when_prefilled and c.field in self.columns]
        written = ((name, row) for name in own for row, value in zip(self.rows, self.columns[name], strict=True) if not is_blank(value))
        return bool(self.marks) or any(spot not in self.untouched for spot in written)


@lru_cache(maxsize=100_000)
def normalise_heading(text: str) -> str:
    """Return a heading or sheet name for comparison: without star, case, odd spaces and invisible characters, in NFC."""
    return make_plain(show_heading(text)).casefold()


def show_heading(text: str) -> str:
    """Return a heading as people see it: without star, odd spaces and invisible characters, in NFC."""
    return " ".join(make_visible(text).strip().rstrip("*").split())


@lru_cache(maxsize=100_000)
def split_heading(text: str) -> tuple[str, str]:
    """Return a heading as people see it, parted into name and unit: what stands in brackets or after a comma at its end, or ''."""
    shown = show_heading(text)
    match = _UNIT.fullmatch(shown) if len(shown) <= _LONGEST_HEADING else None
    return (match[1], match[2] or match[3]) if match else (shown, "")


def is_blank(value: Any) -> bool:
    """Whether a cell is empty or holds nothing that can be seen."""
    if not isinstance(value, str):
        return value is None
    text = value.strip()
    return not text or (text[0] > "\x7f" and shows_nothing(text))
