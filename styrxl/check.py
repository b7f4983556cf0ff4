"""What must hold: pandera's schemas over a round's frames, and a form's conditions between columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

import pandas as pd
import pandera.pandas as pa

from styrxl.errors import StyrxlError
from styrxl.findings import CellOf, Remark, Word
from styrxl.forms import Column, Condition, Form, Past
from styrxl.parse import Parsed
from styrxl.thresholds import Thresholds

_RULES = {
    "isin": "not-in-list",
    "in_range": "out-of-range",
    "greater_than_or_equal_to": "out-of-range",
    "less_than_or_equal_to": "out-of-range",
    "greater_than": "out-of-range",
    "less_than": "out-of-range",
    "str_length": "too-long",
    "str_matches": "wrong-type",
    "not_nullable": "missing-value",
    "field_uniqueness": "duplicate-id",
}
_STANDARD = Thresholds()
_NULL_OF_DTYPE = {"Int64": "Int64", "float64": "float64", "datetime64[ns]": "datetime64[ns]"}


def check_schema(table: str, schema: pa.DataFrameSchema, parsed: Sequence[Parsed]) -> list[Remark]:
    """Validate one table of the whole round once; each failing cell is a remark.

    ``parsed``: the batches that come back as this table, their frames with the schema's columns (missing ones are null there).
    Raises StyrxlError (source-broken) where the schema does not fit the form: that is nobody's answer.
    """
    frame, starts = _together(schema, parsed)
    if frame.empty:
        return []
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        found = [_failure(table, case, parsed, starts) for case in errors.failure_cases.to_dict("records")]
        # What could not be read is empty in the frame, and has been told.
        unread = frozenset((*told, part.batch.sheet.key) for part in parsed for told in part.told)
        return [r for r in found if r.rule != "missing-value" or (r.source, r.row or 0, r.field or "", r.key) not in unread]
    return []


def _together(schema: pa.DataFrameSchema, parsed: Sequence[Parsed]) -> tuple[pd.DataFrame, list[int]]:
    frames, starts, start = [], [], 0
    for batch in parsed:
        frame = batch.frame
        absent = {
            name: pd.Series([None] * len(frame), index=frame.index, dtype=_NULL_OF_DTYPE.get(str(column.dtype), "str"))
            for name, column in schema.columns.items()
            if name not in frame
        }
        frames.append(frame.assign(**absent)[list(schema.columns)])
        starts.append(start)
        start += len(frame)
    return pd.concat(frames, ignore_index=True), starts


def _failure(table: str, case: Mapping[str, Any], parsed: Sequence[Parsed], starts: Sequence[int]) -> Remark:
    rule = _RULES.get(str(case["check"]).split("(", 1)[0])
    if rule is None or case["index"] is None or pd.isna(case["index"]):
        raise StyrxlError("source-broken", file=f"schemas/{table}.yaml", why=f"{case['column']}: {case['check']} {case['failure_case']}")
    index = int(case["index"])
    number = max(i for i, start in enumerate(starts) if start <= index)
    batch, offset = parsed[number].batch, index - starts[number]
    column = batch.sheet.column(str(case["column"]))
    raw = batch.columns[column.field][offset] if column.field in batch.columns else case["failure_case"]
    facts = _facts(rule, column, case["failure_case"], batch.form)
    return Remark(batch.source[offset], batch.sheet.key, batch.row[offset], column.field, rule, raw, facts)


def _facts(rule: str, column: Column, value: Any, form: Form) -> dict[str, Any]:
    if rule == "out-of-range":
        return {"range": _range(column)}
    if rule == "too-long":
        return {"length": len(str(value)), "high": column.max_length}
    if rule == "not-in-list":
        return {"choices": list(form.lists[column.list or ""].values())}
    if rule == "wrong-type":
        return {"wanted": Word("an_organisation" if column.kinds else "a_text"), "example": "…"}
    return {"first": ""} if rule == "duplicate-id" else {}


def _range(column: Column) -> Word:
    if column.low is None:
        return Word("at_most", {"high": column.high})
    if column.high is None or (column.kind != "date" and column.high >= 1e8):
        return Word("at_least", {"low": column.low})
    return Word("between", {"low": column.low, "high": column.high})


def check_conditions(parsed: Parsed, year: int, limits: Mapping[int, Thresholds] = MappingProxyType({})) -> list[Remark]:
    """Check one batch against its form: what is required, required when, in order, within the year, unique.

    ``limits``: source -> its thresholds, as issued.
    """
    sheet = parsed.batch.sheet
    found: list[Remark] = []
    for column in sheet.columns:
        if column.asked and (column.required or column.required_when):
            found += _required(parsed, column, limits)
        if column.within_year:
            found += _outside_year(parsed, column, year)
    for earlier, later in sheet.order:
        found += _order(parsed, earlier, later)
    if sheet.unique:
        found += _unique(parsed, sheet.unique)
    return found


def holds(frame: pd.DataFrame, condition: Condition, limits: Mapping[int, Thresholds] = MappingProxyType({})) -> pd.Series:
    """Rows in which each field of a condition has one of its codes, is empty where it names none, or is past a threshold."""
    mask = pd.Series(True, index=frame.index)
    for name, when in condition.items():
        if isinstance(when, Past):
            mask &= _past(frame, name, when, limits)
        else:
            mask &= frame[name].isin(when) if when else frame[name].isna()
    return mask


def _past(frame: pd.DataFrame, name: str, when: Past, limits: Mapping[int, Thresholds]) -> pd.Series:
    rows = zip(frame["_source"], frame[name], frame[when.base], strict=True)
    told = [
        not pd.isna(deviation)
        and limits.get(source, _STANDARD).past(deviation, 0.0 if pd.isna(base) else base)
        and (deviation < 0 or not when.deficit)
        for source, deviation, base in rows
    ]
    return pd.Series(told, index=frame.index, dtype=bool)


def _required(parsed: Parsed, column: Column, limits: Mapping[int, Thresholds]) -> list[Remark]:
    frame, batch = parsed.frame, parsed.batch
    mask = frame[column.field].isna()
    if not column.required:
        mask &= holds(frame, column.required_when, limits)
    found = []
    for i in mask.to_numpy().nonzero()[0]:
        if (batch.source[i], batch.row[i], column.field) not in parsed.told:
            rule, facts = _missing(parsed, column, int(i), limits.get(batch.source[i], _STANDARD))
            found.append(Remark(batch.source[i], batch.sheet.key, batch.row[i], column.field, rule, None, facts))
    return found


def _missing(parsed: Parsed, column: Column, i: int, limits: Thresholds) -> tuple[str, dict[str, Any]]:
    if not (column.explains and column.required_when):
        return ("missing-parent" if column.kind == "ref" else "missing-value"), {}
    form, frame = parsed.batch.form, parsed.frame
    name, when = next(iter(column.required_when.items()))
    because = parsed.batch.sheet.column(name)
    if isinstance(when, Past):
        base = frame[when.base].iloc[i]
        facts = {"column": because.heading, "value": frame[name].iloc[i], "limit": limits.limit(0.0 if pd.isna(base) else base)}
        return "explanation-missing", {"because": Word("because_past", facts)}
    if not when:
        return "explanation-missing", {"because": Word("because_empty", {"column": because.heading})}
    code = str(frame[name].iloc[i])
    value = form.lists[because.list][code] if because.list else code
    return "explanation-missing", {"because": Word("because", {"column": because.heading, "value": value})}


def _outside_year(parsed: Parsed, column: Column, year: int) -> list[Remark]:
    values = parsed.frame[column.field]
    mask = values.notna() & (values.dt.year != year)
    batch = parsed.batch
    return [
        Remark(batch.source[i], batch.sheet.key, batch.row[i], column.field, "outside-year", values.iloc[i].date(), {"year": str(year)})
        for i in mask.to_numpy().nonzero()[0]
    ]


def _order(parsed: Parsed, earlier: str, later: str) -> list[Remark]:
    frame, batch = parsed.frame, parsed.batch
    if earlier not in frame or later not in frame:
        return []
    mask = (frame[later] < frame[earlier]).fillna(False)
    found = []
    for i in mask.to_numpy(dtype=bool).nonzero()[0]:
        row = batch.row[i]
        facts = {
            "earlier": batch.sheet.column(earlier).heading,
            "earlier_value": _day(frame[earlier].iloc[i]),
            "earlier_cell": CellOf(earlier, row),
        }
        found.append(Remark(batch.source[i], batch.sheet.key, row, later, "date-order", _day(frame[later].iloc[i]), facts))
    return found


def _day(value: Any) -> date | int:
    return value.date() if isinstance(value, pd.Timestamp) else int(value)


def _unique(parsed: Parsed, fields: Sequence[str]) -> list[Remark]:
    frame, batch = parsed.frame, parsed.batch
    first: dict[tuple[Any, ...], int] = {}
    found = []
    for i, key in enumerate(zip(batch.source, *(frame[name] for name in fields), strict=True)):
        if any(pd.isna(part) for part in key):
            continue
        if key in first:
            facts = {"first": CellOf(fields[0], batch.row[first[key]])}
            found.append(Remark(batch.source[i], batch.sheet.key, batch.row[i], fields[0], "duplicate-id", key[1], facts))
        first.setdefault(key, i)
    return found
