"""Findings of a return, pointed at the cells of the fresh workbook that its answers were carried to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from openpyxl.utils import get_column_letter

from styrxl.annotated.carry import CarriedRows, find_field
from styrxl.model.catalogue import Word
from styrxl.model.findings import Finding
from styrxl.returns.row_ids import make_id_key
from styrxl.templates.cell_texts import RowValues
from styrxl.templates.layout import SheetLayout
from styrxl.templates.words import Terms
from styrxl.templates.workbook_context import replace_token

_MENDED = frozenset({"duplicate-column"})  # by the fresh workbook, but to be checked
_TWINS = frozenset({"similar-sheet", "duplicate-sheet"})  # a sheet that was left behind for one that is like it
ROW_RULES = frozenset({"duplicate-id", "unknown-row", "row-without-id"})  # whose rows have been moved

_CELLS = frozenset({"earlier_cell", "home_cell"})  # facts that are cells of the return


@dataclass(frozen=True, slots=True)
class PlacedFinding:
    """A finding in the fresh workbook; ``spot``: sheet key, row of data (None for headings) and field of the cell to mark."""

    finding: Finding
    spot: tuple[str, int | None, str] | None


class FindingPointer:
    """Points findings at the cells of one fresh workbook."""

    def __init__(
        self, layouts: Mapping[str, SheetLayout], written: Mapping[str, Sequence[RowValues]], stamps: Mapping[str, str], terms: Terms
    ) -> None:
        """Take the fresh workbook: its layouts, what stands in its rows, and what comes for its tokens."""
        self.layouts, self.written, self.stamps, self.terms = layouts, written, stamps, terms

    def place(self, found: Finding, by_name: Mapping[str, CarriedRows]) -> PlacedFinding | None:
        """Return a finding as it is in the fresh workbook; None for what is not to be mended there.

        ``by_name``: where the cells of the return's sheets have gone.
        """
        if found.severity == "info":
            return None
        if found.rule in _MENDED:
            found = replace(found, severity="warning")
        lines = by_name.get(found.sheet or "")
        if lines is None:
            twin = by_name.get(str(found.facts.get("name"))) if found.rule in _TWINS else None
            return PlacedFinding(self._without_cell(found, twin), None)
        key = lines.place.key
        layout = self.layouts[key]
        if found.rule in ROW_RULES:
            return self._moved(found, lines, layout)
        if found.cell and lines.lost(found.cell):
            return None
        index, field = self._spot(found, lines, layout)
        if field is None or (index is not None and not 0 <= index < max(layout.rows, 1)):
            return PlacedFinding(replace(found, sheet=layout.name, cell=None), None)
        column = layout.sheet.column(field)
        if found.rule == "missing-column":
            found = _tell_restored(found, field, lines)
        facts = {name: self._fact(name, fact, lines, layout) for name, fact in found.facts.items()}
        new = replace(found, sheet=layout.name, cell=find_cell(layout, index, field), column=self.terms.name(column), facts=facts)
        return PlacedFinding(new, (key, index, field))

    def _without_cell(self, found: Finding, twin: CarriedRows | None) -> Finding:
        """Return a finding about a sheet that was missing or left behind, ``twin`` the one like it that came along; or about the file."""
        names = {name: layout for layout in self.layouts.values() for name in layout.sheet.name.values()}
        layout = self.layouts[twin.place.key] if twin else names.get(found.sheet or "")
        if found.rule == "missing-sheet" and layout and layout.sheet.optional:
            found = replace(found, severity="warning")
        facts = {"restored": Word("restored_empty"), **found.facts}  # for what is missing
        return replace(found, sheet=layout.name if layout else None, cell=None, facts=facts)

    def _spot(self, found: Finding, lines: CarriedRows, layout: SheetLayout) -> tuple[int | None, str | None]:
        sheet = layout.sheet
        if found.rule == "missing-row" and sheet.id_column:
            ids = [
                make_id_key(replace_token(row[sheet.id_column.field], self.stamps), named=sheet.named) for row in self.written[sheet.key]
            ]
            wanted = make_id_key(found.facts.get("id"), named=sheet.named)
            return (ids.index(wanted), sheet.id_column.field) if wanted in ids else (None, None)
        if found.rule in {"missing-column", "duplicate-column", "heading-unit"}:
            field = find_field(sheet, found.column)
            return (0 if layout.is_downwards else None), field
        return lines.spot(found.cell) if found.cell else (None, None)

    def _moved(self, found: Finding, lines: CarriedRows, layout: SheetLayout) -> PlacedFinding:
        """Return a finding about a row without an id of its own: what stood there has been moved, and is to be checked."""
        row = int((found.cell or "A0").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        column = layout.sheet.columns[0]
        index = lines.rows.get(row)
        if index is None:
            nowhere = row in lines.rows
            facts = {**found.facts, "row": str(row), "moved": Word("moved_nowhere") if nowhere else ""}
            return PlacedFinding(replace(found, sheet=layout.name, cell=None, facts=facts), None)
        cell = find_cell(layout, index, column.field)
        code = replace_token(self.written[layout.sheet.key][index][column.field], self.stamps)
        to = Word("moved_to", {"row": str(layout.first_row + index), "id": code})
        kept = row not in lines.moved
        facts = {**found.facts, "row": str(row), "moved": "" if kept else to, "cell_here": cell}
        return PlacedFinding(replace(found, severity="warning", sheet=layout.name, facts=facts), (layout.sheet.key, index, column.field))

    def _fact(self, name: str, fact: Any, lines: CarriedRows, layout: SheetLayout) -> Any:
        if isinstance(fact, Word):
            return Word(fact.key, {inner: self._fact(inner, each, lines, layout) for inner, each in fact.facts.items()})
        if name not in _CELLS or not isinstance(fact, str):
            return fact
        index, field = lines.spot(fact)
        return find_cell(layout, index, field) if field else fact


def _tell_restored(found: Finding, field: str, lines: CarriedRows) -> Finding:
    """Return the finding on a missing column with what has come of it; one that is filled again is only to be checked."""
    column = lines.place.columns.get(field)
    if column is None:
        return replace(found, facts={**found.facts, "restored": Word("restored_empty")})
    heading = lines.place.headings.get(field)
    filled = Word("restored_filled", {"heading": heading}) if heading else Word("restored_below", {"letter": get_column_letter(column)})
    return replace(found, severity="warning", facts={**found.facts, "restored": filled})


def find_cell(layout: SheetLayout, index: int | None, field: str) -> str:
    """Return the cell of a field in a row of data, or of its heading."""
    return f"{layout.letters[field]}{layout.heading_row}" if index is None else layout.cell(field, index)
