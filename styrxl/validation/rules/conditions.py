"""What must hold between the columns of a row: a form's conditions, over the frames of a round.

Finds ``duplicate-id``, ``missing-parent``, ``explanation-missing``, ``missing-value``, ``answer-misfits``, ``outside-year``,
``date-order``, ``range-order``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

import pandas as pd

from styrxl.model.catalogue import Word
from styrxl.model.findings import CellOf, Remark
from styrxl.model.forms import NUMBER, AtLeast, Column, Condition, Form, Given, Past
from styrxl.model.prefill import Prefill
from styrxl.model.thresholds import Thresholds
from styrxl.returns.row_ids import make_id_key
from styrxl.returns.typed_frames import TypedBatch

_STANDARD = Thresholds()
_WANTED = {"number": "a_number", "integer": "a_whole_number", "date": "a_date", "choice": "one_of_the_list"}  # of what explains


def check_conditions(
    parsed: TypedBatch,
    years: Sequence[int],
    limits: Mapping[int, Thresholds] = MappingProxyType({}),
    issued: Mapping[int, Prefill] = MappingProxyType({}),
) -> list[Remark]:
    """Check one batch against its form: what is required, required when, in order, within the year, unique.

    ``years``: that of each row. ``limits``: source -> its thresholds, as issued. ``issued``: source -> what it was prefilled with.
    """
    sheet = parsed.batch.sheet
    remarks: list[Remark] = []
    for column in sheet.columns:
        if column.asked and (column.required or column.required_when):
            remarks += _required(parsed, column, limits)
        if column.answers_by:
            remarks += _misfits(parsed, column)
        if column.within_year:
            remarks += _outside_year(parsed, column, years, issued)
    for earlier, later in sheet.order:
        remarks += _order(parsed, earlier, later)
    if sheet.unique:
        remarks += _unique(parsed, sheet.unique)
    return remarks


def meets_condition(frame: pd.DataFrame, condition: Condition, limits: Mapping[int, Thresholds] = MappingProxyType({})) -> pd.Series:
    """Rows in which each field has one of its codes, is empty where none is named, is past a threshold, at least so high, or given."""
    mask = pd.Series(True, index=frame.index)
    for name, when in condition.items():
        if isinstance(when, Past):
            mask &= _past(frame, name, when, limits)
        elif isinstance(when, AtLeast):
            mask &= (frame[name] >= when.limit).fillna(False).astype(bool)
        elif isinstance(when, Given):
            mask &= frame[name].notna()
        else:
            mask &= _has_one_of(frame[name], when) if when else frame[name].isna()
    return mask


def _has_one_of(values: pd.Series, codes: Sequence[str]) -> pd.Series:
    """Return which values are one of the codes; those of a list may be whole numbers."""
    numbers = [int(code) for code in codes if code.isdecimal()]
    return values.isin(numbers) if pd.api.types.is_numeric_dtype(values.dtype) else values.isin(codes)


def _past(frame: pd.DataFrame, name: str, when: Past, limits: Mapping[int, Thresholds]) -> pd.Series:
    rows = zip(frame["_source"], frame[name], frame[when.base], strict=True)
    past = [
        not pd.isna(deviation)
        and limits.get(source, _STANDARD).past(deviation, 0.0 if pd.isna(base) else base)
        and (deviation < 0 or not when.deficit)
        for source, deviation, base in rows
    ]
    return pd.Series(past, index=frame.index, dtype=bool)


def _required(parsed: TypedBatch, column: Column, limits: Mapping[int, Thresholds]) -> list[Remark]:
    frame, batch = parsed.frame, parsed.batch
    mask = frame[column.field].isna()
    if not column.required:
        mask &= meets_condition(frame, column.required_when, limits)
    if column.asked_when:
        mask &= meets_condition(frame, column.asked_when, limits)
    return [
        _missing(parsed, column, int(i), limits.get(batch.source[i], _STANDARD))
        for i in mask.to_numpy().nonzero()[0]
        if (batch.source[i], batch.row[i], column.field) not in parsed.cells_with_errors
    ]


def _missing(parsed: TypedBatch, column: Column, i: int, limits: Thresholds) -> Remark:
    batch = parsed.batch
    source, key, row = batch.source[i], batch.sheet.key, batch.row[i]
    if column.explains and column.required_when:
        facts = {"because": _because(parsed, column, i, limits), "wanted": Word(_WANTED.get(column.kind, "a_few_words"))}
        return Remark(source, key, row, column.field, "explanation-missing", None, facts)
    if column.kind == "ref":
        return Remark(
            source,
            key,
            row,
            column.field,
            "missing-parent",
            None,
            {"how": Word("choose_in_list" if column.has_drop_down else "write_id_in")},
        )
    return Remark(source, key, row, column.field, "missing-value")


def _because(parsed: TypedBatch, column: Column, i: int, limits: Thresholds) -> Word:
    """Say which other answer asks for an explanation on a row."""
    form, frame = parsed.batch.form, parsed.frame
    name, when = next(iter(column.required_when.items()))
    because = parsed.batch.sheet.column(name)
    if isinstance(when, Past):
        base = frame[when.base].iloc[i]
        facts = {"column": because.heading, "value": frame[name].iloc[i], "limit": limits.told_limit(0.0 if pd.isna(base) else base)}
        return Word("because_past", facts)
    if isinstance(when, AtLeast):
        return Word("because_at_least", {"column": because.heading, "value": frame[name].iloc[i], "limit": when.limit})
    if isinstance(when, Given):
        return Word("because_given", {"column": because.heading})
    if not when:
        return Word("because_empty", {"column": because.heading})
    code = str(frame[name].iloc[i])
    value = form.lists[because.list][code] if because.list else code
    return Word("because", {"column": because.heading, "value": value})


def _misfits(parsed: TypedBatch, column: Column) -> list[Remark]:
    """Remark on numbers and words that are not what the row's other answers ask for."""
    frame, batch, sheet = parsed.frame, parsed.batch, parsed.batch.sheet
    fields = [field for field in column.answers_by if field in frame]
    remarks = []
    for i in frame[column.field].notna().to_numpy().nonzero()[0] if fields else ():
        codes = {field: frame[field].iloc[i] for field in fields}
        if column.fits(frame[column.field].iloc[i], codes):
            continue
        field = next((field for field in fields if codes[field] in column.answers_by[field]), fields[0])
        facts = {"fitting": _list_fitting(batch.form, column, codes), **_say_why(batch.form, sheet.column(field), codes[field])}
        remarks.append(
            Remark(batch.source[i], sheet.key, batch.row[i], column.field, "answer-misfits", batch.columns[column.field][i], facts)
        )
    return remarks


def _list_fitting(form: Form, column: Column, codes: Mapping[str, Any]) -> list[Any]:
    """Return what may stand in a row whose other answers have these codes, as people know it."""
    words = form.lists[column.list or ""]
    anywhere = [code for code in words if code not in column.words_by_code]
    return [Word("a_number") if code == NUMBER else words[code] for code in (*column.list_fitting(codes), *anywhere)]


def _say_why(form: Form, asking: Column, code: Any) -> dict[str, Any]:
    """Return the answer that something else does not fit to, and that it may be changed; neither where the owner does not see it."""
    if not asking.asked:
        return {"where": Word("misfits_here"), "change": ""}
    told = form.lists.get(asking.list or "", {}).get(str(code), code)
    facts = {"column": asking.heading}
    return {"where": Word("misfits_when", {**facts, "told": told}), "change": Word("or_change", facts)}


def _outside_year(parsed: TypedBatch, column: Column, years: Sequence[int], issued: Mapping[int, Prefill]) -> list[Remark]:
    """Remark on days outside the year, but for rows that were given beforehand: they go on from another year."""
    values = parsed.frame[column.field]
    mask = values.notna() & (values.dt.year != pd.Series(years, index=values.index))
    batch = parsed.batch
    return [
        Remark(batch.source[i], batch.sheet.key, batch.row[i], column.field, "outside-year", values.iloc[i].date(), {"year": str(years[i])})
        for i in mask.to_numpy().nonzero()[0]
        if not _is_given(parsed, int(i), issued)
    ]


def _is_given(parsed: TypedBatch, i: int, issued: Mapping[int, Prefill]) -> bool:
    """Whether a row was given beforehand, under its id."""
    batch = parsed.batch
    column, prefill = batch.sheet.id_column, issued.get(batch.source[i])
    given = prefill.rows.get(batch.sheet.key, ()) if prefill else ()
    if column is None or not given:
        return False
    key = make_id_key(parsed.frame[column.field].iloc[i])
    return any(make_id_key(row[column.field]) == key for row in given)


def _order(parsed: TypedBatch, earlier: str, later: str) -> list[Remark]:
    frame, batch = parsed.frame, parsed.batch
    if earlier not in frame or later not in frame:
        return []
    numbers = batch.sheet.column(later).kind == "number"
    low, high = (pd.to_numeric(frame[name], errors="coerce") if numbers else frame[name] for name in (earlier, later))
    mask = (high < low).fillna(False)
    rule = "range-order" if numbers else "date-order"
    remarks = []
    for i in mask.to_numpy(dtype=bool).nonzero()[0]:
        row = batch.row[i]
        facts = {
            "earlier": batch.sheet.column(earlier).heading,
            "earlier_value": _plain(frame[earlier].iloc[i]),
            "earlier_cell": CellOf(earlier, row),
        }
        remarks.append(Remark(batch.source[i], batch.sheet.key, row, later, rule, _plain(frame[later].iloc[i]), facts))
    return remarks


def _plain(value: Any) -> date | int | float:
    return value.date() if isinstance(value, pd.Timestamp) else value if isinstance(value, float) else int(value)


def _unique(parsed: TypedBatch, fields: Sequence[str]) -> list[Remark]:
    frame, batch = parsed.frame, parsed.batch
    first: dict[tuple[Any, ...], int] = {}
    remarks = []
    optional = [not batch.sheet.column(name).required for name in fields]  # where an empty cell says something
    for i, (source, *parts) in enumerate(zip(batch.source, *(frame[name] for name in fields), strict=True)):
        if any(pd.isna(part) and not may_be_empty for part, may_be_empty in zip(parts, optional, strict=True)):
            continue
        key = (source, *(None if pd.isna(part) else part for part in parts))
        if key in first:
            remedy = Word("remedy_other_id" if len(fields) == 1 else "remedy_together")
            facts = {
                "what": [part for part in key[1:] if part is not None],
                "first": CellOf(fields[0], batch.row[first[key]]),
                "remedy": remedy,
            }
            remarks.append(Remark(batch.source[i], batch.sheet.key, batch.row[i], fields[0], "duplicate-id", key[1], facts))
        first.setdefault(key, i)
    return remarks
