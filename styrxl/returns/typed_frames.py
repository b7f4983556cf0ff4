"""Typed columns of a round's returns as one pandas frame a sheet, with the formulas computed anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from styrxl.model.findings import Remark
from styrxl.model.forms import Column, Sheet
from styrxl.returns.batch import Batch

_VALUED = frozenset({"number", "integer", "date"})
_NOT_OF_VALUES = frozenset({"missing-value", "duplicate-id", "unknown-row", "row-without-id"})
_DTYPES = {"number": "float64", "integer": "Int64", "text": "str", "choice": "str", "ref": "str"}


@dataclass(frozen=True, slots=True)
class TypedBatch:
    """A batch as a typed frame with the columns ``_source``, ``_row`` and the fields.

    ``cells_with_errors``: (source, row, field) of cells that already have an error, so that their absence is not reported as well.
    ``due``: positions in the frame of the rows that are still to be checked against the schema. ``settled``: (source, row, field) of cells
    that hold what the accounts say, which nobody who answers can mend.
    """

    batch: Batch
    frame: pd.DataFrame
    remarks: tuple[Remark, ...]
    cells_with_errors: frozenset[tuple[int, int, str]]
    due: Sequence[int]
    settled: frozenset[tuple[int, int | None, str | None]] = frozenset()


def make_frame(batch: Batch) -> TypedBatch:
    """Return a batch with typed columns as a frame."""
    cells_with_errors = frozenset((r.source, r.row or 0, r.field or "") for r in batch.remarks if r.error)
    every = range(len(batch.source))
    due = [i for i in every if batch.source[i] not in batch.checked] if batch.checked else every
    return TypedBatch(batch, _make_data_frame(batch, batch.typed), tuple(batch.remarks), cells_with_errors, due)


def _make_data_frame(batch: Batch, columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    typed: dict[str, Any] = {"_source": batch.source, "_row": batch.row}
    for name, values in columns.items():
        typed[name] = _make_series(batch.sheet.column(name), values)
    return compute_formulas(batch.sheet, pd.DataFrame(typed))


def _make_series(column: Column, values: Sequence[Any]) -> Any:
    if column.kind == "date":
        return pd.to_datetime(pd.Series(values, dtype="object"), errors="coerce").astype("datetime64[ns]")
    if column.kind == "choice" and column.whole:
        return pd.array([None if v is None else int(v) for v in values], dtype="Int64")
    return pd.Series(values, dtype="object" if column.takes_words else _DTYPES[column.kind])


def take_frame(parsed: TypedBatch, frame: pd.DataFrame, put_back: Collection[tuple[int, int | None, str | None]] = ()) -> TypedBatch:
    """Return a batch with other values in its frame; whatever was said of a row that is no longer as it was typed does not hold.

    ``put_back``: (source, row, field) of cells of which nothing that was said holds.
    """
    due = parsed.due
    if parsed.batch.checked and frame is not parsed.frame:
        other = pd.concat([_differs(parsed.frame[name], frame[name]) for name in frame], axis=1).any(axis=1)
        due = sorted({*due, *other.to_numpy().nonzero()[0].tolist()})
    if not put_back:
        return replace(parsed, frame=frame, due=due)
    remarks = tuple(remark for remark in parsed.remarks if (remark.source, remark.row, remark.field) not in put_back)
    return replace(parsed, frame=frame, due=due, remarks=remarks, cells_with_errors=parsed.cells_with_errors.difference(put_back))


def _differs(before: pd.Series, after: pd.Series) -> pd.Series:
    return ~((before == after).fillna(False).astype(bool) | (before.isna() & after.isna()))


def omit_refused(parsed: TypedBatch, remarks: Iterable[Remark]) -> TypedBatch:
    """Return a batch in which numbers and days that are in error have no value, nor what formulas make of a cell in error.

    ``remarks``: errors that have been found since the cells were typed. ``cells_with_errors`` then has the formulas' cells as well.
    """
    sheet = parsed.batch.sheet
    found = {(r.source, r.row or 0, r.field or "") for r in remarks if r.error and r.key == sheet.key and r.rule not in _NOT_OF_VALUES}
    errors = parsed.cells_with_errors | found
    if not errors:
        return parsed
    sources = {source for source, _, _ in errors}
    place = {(s, row): i for i, (s, row) in enumerate(zip(parsed.batch.source, parsed.batch.row, strict=True)) if s in sources}
    frame, at = parsed.frame.copy(), {(place[cell[:2]], cell[2]) for cell in errors if cell[:2] in place}
    for column in sheet.columns:
        if column.kind in _VALUED and column.field in frame and (rows := [i for i, name in at if name == column.field]):
            frame[column.field] = frame[column.field].mask(frame.index.isin(rows))
    frame = compute_formulas(sheet, frame)
    for column in sheet.columns:
        terms = {name for names in (column.formula or {}).values() for name in names}
        if made_of := {i for i, name in at if name in terms}:
            frame[column.field] = frame[column.field].mask(frame.index.isin(made_of))
            at |= {(i, column.field) for i in made_of}
    cells = frozenset((parsed.batch.source[i], parsed.batch.row[i], name) for i, name in at)
    return replace(parsed, frame=frame, cells_with_errors=errors | cells)


def compute_formulas(sheet: Sheet, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the columns of styrxl's formulas computed; the values in their cells are never read."""
    for column in sheet.columns:
        if column.formula:
            frame = frame.assign(**{column.field: _compute_formula(column.formula, frame)})
    return frame


def _compute_formula(formula: Mapping[str, Sequence[str]], frame: pd.DataFrame) -> pd.Series:
    total = pd.Series(0.0, index=frame.index)
    for name in formula.get("plus", ()):
        total += frame[name].fillna(0.0)
    for name in formula.get("minus", ()):
        total -= frame[name].fillna(0.0)
    if factors := [*formula.get("times", ())]:
        total += frame[factors].astype("float64").prod(axis=1)
    return total.where(frame[[*formula.get("needs", ()), *factors]].notna().all(axis=1))
