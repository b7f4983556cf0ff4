"""Remarks to findings: the cell, the heading and the value as the workbook has them, one finding a cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from styrxl.model.catalogue import Word, precedence
from styrxl.model.findings import CellOf, Finding, Remark, finding
from styrxl.model.masking import mask_persons
from styrxl.returns.tables import Table, TablePlace


def place_remarks(remarks: Sequence[Remark], places: Mapping[str, TablePlace], tables: Mapping[str, Table]) -> list[Finding]:
    """Return a return's remarks as findings at cells, one a cause; ``places`` and ``tables``: by sheet key.

    Of several errors in one cell the most specific is kept, without what was understood of the cell's value.
    """
    placeable = [r for r in remarks if r.key in places and not _column_is_missing(r, places[r.key])]
    return [_place_remark(remark, places[remark.key], tables.get(remark.key)) for remark in _one_each_cause(placeable)]


def _column_is_missing(remark: Remark, place: TablePlace) -> bool:
    """Whether an error follows from a missing column, for which there is a finding already."""
    return remark.error and remark.field is not None and remark.field not in place.columns


def _one_each_cause(remarks: Iterable[Remark]) -> list[Remark]:
    by_cell: dict[tuple[str, int | None, str | None], list[Remark]] = {}
    kept: list[Remark] = []
    for remark in remarks:
        if remark.rule == "missing-row":
            kept.append(remark)  # has no cell; each is about a row of its own
        else:
            by_cell.setdefault((remark.key, remark.row, remark.field), []).append(remark)
    for of_cell in by_cell.values():
        by_precedence = sorted(of_cell, key=lambda r: precedence(r.rule))
        errors = [r for r in by_precedence if r.error]
        if errors:
            kept.append(errors[0])
            kept += [r for r in by_precedence if r.rule == "personal-identity-number"]
        else:
            kept += _distinct(by_precedence)
    return kept


def _distinct(remarks: Sequence[Remark]) -> list[Remark]:
    """Return warnings and information of one cell: one of each rule, unless values differ (several goals in a cell)."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for remark in remarks:
        if (remark.rule, str(remark.value)) not in seen:
            seen.add((remark.rule, str(remark.value)))
            kept.append(remark)
    return kept


def _place_remark(remark: Remark, place: TablePlace, table: Table | None) -> Finding:
    cell = place.cell(remark.field, remark.row) if remark.rule != "missing-row" else None
    heading = place.headings.get(remark.field or "")
    if heading is None and table is not None and remark.field is not None:
        heading = table.sheet.column(remark.field).heading["sv"]
    facts = {name: _fact(fact, place) for name, fact in remark.facts.items()}
    return finding(remark.rule, place.sheet, cell, heading, _plain(remark.value), **facts)


def _fact(fact: Any, place: TablePlace) -> Any:
    if isinstance(fact, CellOf):
        return place.cell(fact.field, fact.row)
    if isinstance(fact, Word):
        return Word(fact.key, {name: _fact(inner, place) for name, inner in fact.facts.items()})
    return mask_persons(fact) if isinstance(fact, str) else fact


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return mask_persons(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.isoformat() if isinstance(value, date) else value
