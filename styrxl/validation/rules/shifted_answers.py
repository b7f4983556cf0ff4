"""Answers that were pasted one column or one row off.

Finds ``shifted-answers``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from styrxl.model.catalogue import Word
from styrxl.model.findings import CellOf, Remark
from styrxl.model.forms import Column, Form
from styrxl.returns import cell_values
from styrxl.returns.tables import Table, is_blank

_FEWEST = 2  # rows that show it
_MOST = 0.6  # part of the rows with answers that show it
_ID = re.compile(r"[A-ZÅÄÖ0-9]+(?:-[A-ZÅÄÖ0-9]+)*-[MAI]\d+(?:\W|$)", re.IGNORECASE)
_FEWEST_IN_A_ROW = 3
_ANY_YEAR = 2000


class _Shift(NamedTuple):
    """Answers that belong in a column and stand in the next one, to the right or left of it."""

    home: Column
    found: Column
    rows: tuple[int, ...]


def explain_by_shifted_columns(remarks: Sequence[Remark], table: Table, form: Form) -> list[Remark]:
    """Return a sheet's remarks, where answers stand one column off with one on that instead of all that follows from it."""
    errors = {(remark.row, remark.field) for remark in remarks if remark.error}
    if len(errors) < _FEWEST or table.sheet.layout == "down":
        return [*remarks]
    place = table.place.columns
    asked = sorted((c for c in table.sheet.columns if c.asked and c.field in table.columns), key=lambda c: place[c.field])
    both = [(home, found) for left, right in pairwise(asked) for home, found in ((left, right), (right, left))]
    shifts = [shift for home, found in both if (shift := _find_shift(home, found, table, form, errors))]
    if not shifts:
        return [*remarks]
    shift = max(shifts, key=lambda s: (len(s.rows), place[s.home.field] < place[s.found.field], -place[s.found.field]))
    left = min(place[shift.home.field], place[shift.found.field])
    beyond = (c for c in table.sheet.columns if place.get(c.field, -1) >= left)  # one that nobody is asked about may be the last
    follows = {c.field for c in beyond if _errs(c, shift, errors)} | {shift.home.field, shift.found.field}
    first = shift.rows[0]
    facts = {
        "what": Word("shifted_column", {"home": shift.home.heading, "n": len(shift.rows)}),
        "how": Word("move_column", {"home": shift.home.heading, "home_cell": CellOf(shift.home.field, first)}),
    }
    raw = table.columns[shift.found.field][table.rows.index(first)]
    told = Remark(remarks[0].source, remarks[0].key, first, shift.found.field, "shifted-answers", raw, facts)
    return [*(remark for remark in remarks if remark.field not in follows or remark.row not in table.rows), told]


def _errs(column: Column, shift: _Shift, errors: set[tuple[int | None, str | None]]) -> bool:
    """Tell whether a column is wrong on most of the rows that a shift shows on."""
    return sum((row, column.field) in errors for row in shift.rows) >= _MOST * len(shift.rows)


def _find_shift(home: Column, found: Column, table: Table, form: Form, errors: set[tuple[int | None, str | None]]) -> _Shift | None:
    """Return the shift from a column to the next, where most of what stands in that fits the column better."""
    rows, filled = [], 0
    needed, spare = home.required or bool(home.required_when), not (found.required or found.required_when)
    for row, at_home, typed in zip(table.rows, table.columns[home.field], table.columns[found.field], strict=True):
        filled += not is_blank(typed)
        lacks = (row, home.field) in errors
        empty = is_blank(at_home)
        misfits = (row, found.field) in errors and not _fits(found, typed, form)
        left_out = empty and lacks and needed and (spare or not _fits(found, typed, form))
        if not is_blank(typed) and _fits(home, typed, form) and (lacks or empty) and (misfits or left_out):
            rows.append(row)
    return _Shift(home, found, tuple(rows)) if len(rows) >= _FEWEST and len(rows) >= _MOST * filled else None


def _fits(column: Column, typed: Any, form: Form) -> bool:
    """Tell whether an answer is of the kind that a column asks for."""
    match column.kind:
        case "choice":
            known = {cell_values.fold_text(str(text)) for texts in form.lists[column.list or ""].values() for text in texts.values()}
            return cell_values.fold_text(str(typed)) in known
        case "ref":
            return isinstance(typed, str) and _ID.match(typed) is not None
        case "date":
            return isinstance(typed, date) or (isinstance(typed, str) and cell_values.read_day(typed, _ANY_YEAR).value is not None)
        case "number" if column.takes_words and isinstance(typed, str) and _fits(replace(column, kind="choice"), typed, form):
            return True
        case "number" | "integer":
            return not isinstance(typed, date) and cell_values.read_number(typed).value is not None
    return isinstance(typed, str) and any(map(str.isalpha, typed)) and not _ID.match(typed)


def explain_by_shifted_rows(remarks: Sequence[Remark], table: Table) -> list[Remark]:
    """Return a sheet's remarks, where a column's answers stand one row off with one on that instead of all that follows from it."""
    missing = {(r.row, r.field) for r in remarks if r.rule in {"missing-value", "missing-parent", "placeholder-text"}}
    for first, last in _find_runs(table.rows) if len(missing) > 1 and table.sheet.layout == "rows" else ():
        for column in (c for c in table.sheet.columns if c.asked and c.required and c.field in table.columns):
            for gap, alone, move in ((first, last, "move_up"), (last, first, "move_down")):
                if (gap, column.field) not in missing or not _stands_alone(column, alone, table):
                    continue
                if not all(_is_filled(column, row, table) for row in range(first, last + 1) if row != gap):
                    continue
                begins = first + (gap == first)
                facts = {"what": Word("shifted_rows"), "how": Word(move, {"home_cell": CellOf(column.field, gap)})}
                raw = table.columns[column.field][table.rows.index(begins)]
                told = Remark(remarks[0].source, remarks[0].key, begins, column.field, "shifted-answers", raw, facts)
                return [*(r for r in remarks if r.row != alone and (r.row, r.field) != (gap, column.field)), told]
    return [*remarks]


def _find_runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of rows that follow on each other, of those that are long enough."""
    begin = 0
    for at in range(1, len(rows) + 1):
        if at == len(rows) or rows[at] != rows[at - 1] + 1:
            if at - begin >= _FEWEST_IN_A_ROW:
                yield rows[begin], rows[at - 1]
            begin = at


def _is_filled(column: Column, row: int, table: Table) -> bool:
    return not is_blank(table.columns[column.field][table.rows.index(row)])


def _stands_alone(column: Column, row: int, table: Table) -> bool:
    """Tell whether nothing but a column's answer stands on a row."""
    asked = [c for c in table.sheet.columns if c.asked and c.field in table.columns]
    return [c for c in asked if _is_filled(c, row, table)] == [column]
