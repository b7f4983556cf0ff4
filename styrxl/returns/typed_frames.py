"""Typed columns of a round's returns as one pandas frame a sheet, with the formulas computed anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from styrxl.model.findings import Remark
from styrxl.model.forms import Column, Sheet, Words
from styrxl.returns.batch import Batch
from styrxl.returns.typed_columns import ColumnTyper

_DTYPES = {"number": "float64", "integer": "Int64", "text": "str", "choice": "str", "ref": "str"}


@dataclass(frozen=True, slots=True)
class TypedBatch:
    """A batch as a typed frame with the columns ``_source``, ``_row`` and the fields.

    ``cells_with_errors``: (source, row, field) of cells that already have an error, so that their absence is not reported as well.
    ``due``: positions in the frame of the rows that are still to be checked against the schema.
    """

    batch: Batch
    frame: pd.DataFrame
    remarks: tuple[Remark, ...]
    cells_with_errors: frozenset[tuple[int, int, str]]
    due: Sequence[int]


def type_batch(batch: Batch, words: Words, year: int, marks: Mapping[int, Mapping[tuple[str, int], str]]) -> TypedBatch:
    """Type every column of a batch; ``marks`` as in ``ColumnTyper.columns``."""
    columns, remarks = ColumnTyper(batch.form, words, year).columns(batch, marks)
    return make_frame(replace(batch, typed=columns, remarks=remarks))


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
    return pd.Series(values, dtype=_DTYPES[column.kind])


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
    return total.where(frame[[*formula.get("needs", ())]].notna().all(axis=1))
