"""Findings of a return, pointed at the cells of the fresh workbook that its answers were carried to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from styrxl.annotated.carry import Lines, field_of
from styrxl.excel.sheet import CLOSE, OPEN
from styrxl.model.catalogue import Word
from styrxl.model.findings import Finding
from styrxl.returns.row_ids import id_key
from styrxl.templates.cell_texts import Written
from styrxl.templates.layout import Place
from styrxl.templates.words import Terms

OF_ROWS = frozenset({"duplicate-id", "unknown-row", "row-without-id"})  # whose rows have been moved


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding in the fresh workbook; ``spot``: sheet key, row of data (None for headings) and field of the cell to mark."""

    finding: Finding
    spot: tuple[str, int | None, str] | None


class Pointer:
    """Points findings at the cells of one fresh workbook."""

    def __init__(
        self, places: Mapping[str, Place], written: Mapping[str, Sequence[Written]], stamps: Mapping[str, str], terms: Terms
    ) -> None:
        """Take the fresh workbook: its places, what stands in its rows, and what comes for its tokens."""
        self.places, self.written, self.stamps, self.terms = places, written, stamps, terms

    def placed(self, found: Finding, by_name: Mapping[str, Lines]) -> Placed | None:
        """Return a finding as it is in the fresh workbook; None for what is not to be mended there.

        ``by_name``: where the cells of the return's sheets have gone.
        """
        if found.severity == "info":
            return None
        lines = by_name.get(found.sheet or "")
        if lines is None:
            return Placed(self._without_cell(found), None)
        key = lines.place.key
        place = self.places[key]
        if found.rule in OF_ROWS:
            return self._moved(found, lines, place)
        if found.cell and lines.lost(found.cell):
            return None
        index, field = self._spot(found, lines, place)
        if field is None or (index is not None and not 0 <= index < max(place.rows, 1)):
            return Placed(replace(found, sheet=place.name, cell=None), None)
        column = place.sheet.column(field)
        facts = {name: self._fact(name, fact, lines, place) for name, fact in found.facts.items()}
        new = replace(found, sheet=place.name, cell=cell_of(place, index, field), column=self.terms.name(column), facts=facts)
        return Placed(new, (key, index, field))

    def _without_cell(self, found: Finding) -> Finding:
        """Return a finding about a sheet that was missing, or about the file."""
        names = {name: place.name for place in self.places.values() for name in place.sheet.name.values()}
        return replace(found, sheet=names.get(found.sheet or ""), cell=None)

    def _spot(self, found: Finding, lines: Lines, place: Place) -> tuple[int | None, str | None]:
        sheet = place.sheet
        if found.rule == "missing-row" and sheet.id_column:
            ids = [id_key(resolved(row[sheet.id_column.field], self.stamps), named=sheet.named) for row in self.written[sheet.key]]
            wanted = id_key(found.facts.get("id"), named=sheet.named)
            return (ids.index(wanted), sheet.id_column.field) if wanted in ids else (None, None)
        if found.rule in {"missing-column", "duplicate-column"}:
            field = field_of(sheet, found.column)
            return (0 if place.down else None), field
        return lines.spot(found.cell) if found.cell else (None, None)

    def _moved(self, found: Finding, lines: Lines, place: Place) -> Placed:
        """Return a finding about a row without an id of its own: what stood there has been moved, and is to be checked."""
        row = int((found.cell or "A0").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        column = place.sheet.columns[0]
        index = lines.rows.get(row)
        if index is None:
            nowhere = row in lines.rows
            facts = {**found.facts, "row": str(row), "moved": Word("moved_nowhere") if nowhere else ""}
            return Placed(replace(found, sheet=place.name, cell=None, facts=facts), None)
        cell = cell_of(place, index, column.field)
        code = resolved(self.written[place.sheet.key][index][column.field], self.stamps)
        to = Word("moved_to", {"row": str(place.first + index), "id": code})
        kept = row not in lines.moved
        facts = {**found.facts, "row": str(row), "moved": "" if kept else to, "cell_here": cell}
        return Placed(replace(found, severity="warning", sheet=place.name, facts=facts), (place.sheet.key, index, column.field))

    def _fact(self, name: str, fact: Any, lines: Lines, place: Place) -> Any:
        if name != "earlier_cell" or not isinstance(fact, str):
            return fact
        index, field = lines.spot(fact)
        return cell_of(place, index, field) if field else fact


def cell_of(place: Place, index: int | None, field: str) -> str:
    """Return the cell of a field in a row of data, or of its heading."""
    return f"{place.letters[field]}{place.heading_row}" if index is None else place.cell(field, index)


def resolved(value: Any, stamps: Mapping[str, str]) -> str:
    """Return a value as issued, what comes for its token in its place."""
    text = str(value or "")
    return stamps[text[1:-1]] if text.startswith(OPEN) and text.endswith(CLOSE) else text
