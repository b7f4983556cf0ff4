"""Remarks to findings: the cell, the heading and the value as the workbook has them, one finding a cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from styrxl.model.catalogue import precedence
from styrxl.model.findings import CellOf, Finding, Remark, finding
from styrxl.model.masking import mask_persons
from styrxl.returns.tables import Place, Table


def place_remarks(remarks: Sequence[Remark], places: Mapping[str, Place], tables: Mapping[str, Table]) -> list[Finding]:
    """Place a return's remarks; of several errors in one cell the most specific stands, and takes what was understood with it."""
    here = [r for r in remarks if r.key in places and not _of_a_column_that_is_gone(r, places[r.key])]
    return [_finding(remark, places[remark.key], tables.get(remark.key)) for remark in _one_a_cause(here)]


def _of_a_column_that_is_gone(remark: Remark, place: Place) -> bool:
    """Whether an error follows from a missing column, which is told already."""
    return remark.error and remark.field is not None and remark.field not in place.columns


def _one_a_cause(remarks: Iterable[Remark]) -> list[Remark]:
    by_cell: dict[tuple[str, int | None, str | None], list[Remark]] = {}
    kept: list[Remark] = []
    for remark in remarks:
        if remark.rule == "missing-row":
            kept.append(remark)  # has no cell; each is about a row of its own
        else:
            by_cell.setdefault((remark.key, remark.row, remark.field), []).append(remark)
    for here in by_cell.values():
        here.sort(key=lambda r: precedence(r.rule))
        errors = [r for r in here if r.error]
        if errors:
            kept.append(errors[0])
            kept += [r for r in here if r.rule == "personal-identity-number"]
        else:
            kept += _distinct(here)
    return kept


def _distinct(here: Sequence[Remark]) -> list[Remark]:
    """Warnings and information of one cell: one of each rule, unless values differ (several goals in a cell)."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for remark in here:
        if (remark.rule, str(remark.value)) not in seen:
            seen.add((remark.rule, str(remark.value)))
            kept.append(remark)
    return kept


def _finding(remark: Remark, place: Place, table: Table | None) -> Finding:
    cell = place.cell(remark.field, remark.row) if remark.rule != "missing-row" else None
    heading = place.headings.get(remark.field or "")
    if heading is None and table is not None and remark.field is not None:
        heading = table.sheet.column(remark.field).heading["sv"]
    facts = {name: _fact(fact, place) for name, fact in remark.facts.items()}
    return finding(remark.rule, place.sheet, cell, heading, _plain(remark.value), **facts)


def _fact(fact: Any, place: Place) -> Any:
    if isinstance(fact, CellOf):
        return place.cell(fact.field, fact.row)
    return mask_persons(fact) if isinstance(fact, str) else fact


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return mask_persons(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.isoformat() if isinstance(value, date) else value
