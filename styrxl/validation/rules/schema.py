"""What pandera's schemas say of typed rows: once a table, of a whole round, or of what a worker of a cluster has just read.

Finds ``duplicate-id``, ``missing-value``, ``wrong-type``, ``not-in-list``, ``out-of-range``, ``too-long``.

What comes checked is not checked again, but for rows that are no longer as they were typed. What only rows together can tell (that an id
stands nowhere else) is told by whoever has all of them.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from string import ascii_uppercase
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.io import pandas_io

from styrxl.model.catalogue import Word
from styrxl.model.errors import StyrxlError
from styrxl.model.findings import CellOf, Remark
from styrxl.model.form_files import Forms
from styrxl.model.forms import Column
from styrxl.returns.batch import Batch
from styrxl.returns.read import FormKey, Reading
from styrxl.returns.tables import Table
from styrxl.returns.typed_frames import TypedBatch, make_frame

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
_HINTS = {"at_least": "hint_no_minus", "at_most": "hint_thousands"}  # what breaks a bound of an amount most often
_WANTED = {"kolada_id": "a_kolada_id", "profile": "a_profile", "org_id": "an_id_of_organisation"}
_NULL_OF_DTYPE = {"Int64": "Int64", "float64": "float64", "datetime64[ns]": "datetime64[ns]", "object": "object"}


@dataclass(frozen=True, slots=True)
class Demands:
    """What a schema demands: with the types of all columns, and without those of texts."""

    typed: pa.DataFrameSchema
    untyped: pa.DataFrameSchema

    @classmethod
    def of(cls, schema: pa.DataFrameSchema) -> Demands:
        """Return a schema's demands."""
        untyped = copy.deepcopy(schema)
        for name in _list_texts(untyped):
            untyped.columns[name].dtype = None
        return cls(schema, untyped)

    def find_due(self, frame: pd.DataFrame) -> pa.DataFrameSchema:
        """Return what is to be asked of a frame: where pandas says that texts are texts, pandera need not look at each of them."""
        known = all(isinstance(frame[name].dtype, pd.StringDtype) for name in _list_texts(self.typed))
        return self.untyped if known else self.typed


def _list_texts(schema: pa.DataFrameSchema) -> list[str]:
    return [name for name, column in schema.columns.items() if str(column.dtype) not in _NULL_OF_DTYPE]


Parts = tuple[Demands, Demands | None]


class Schemas:
    """Which of pandera's schemas holds for a table: of the forms as they are now, and as they were issued."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms
        self._texts: dict[tuple[str, str], str] = {}

    def key(self, table: str, edition: str = "") -> str:
        """Return what tells a table's schema, in an edition of a form, from others; editions that agree on it have the same."""
        if (table, edition) not in self._texts:
            source = self._forms.find_edition(edition) or self._forms
            self._texts[table, edition] = f"{table}\n{json.dumps(source.schema(table))}"
        return self._texts[table, edition]


@lru_cache(maxsize=4)  # and not more: a watch opens the forms anew each time, and those of before are of no use
def load_schemas(forms: Forms) -> Schemas:
    """Return the schemas of a workspace's tables, the same each time: several rounds may be judged by one command."""
    return Schemas(forms)


def read_schema(key: str) -> pa.DataFrameSchema:
    """Return the schema with a key, as pandera builds it. Raises StyrxlError (source-broken)."""
    table, _, text = key.partition("\n")
    try:
        schema: pa.DataFrameSchema = pandas_io.deserialize_schema(json.loads(text))
    except (pa.errors.SchemaDefinitionError, TypeError, ValueError, AttributeError) as error:
        raise StyrxlError("source-broken", file=f"schemas/{table}.yaml", why=str(error)) from error
    return schema


@cache
def split_schema(key: str) -> Parts:
    """Return what a schema demands of each row by itself, and what only rows together can tell; None where that is nothing."""
    rows, across = _parted(read_schema(key))
    return Demands.of(rows), None if across is None else Demands.of(across)


def _parted(schema: pa.DataFrameSchema) -> tuple[pa.DataFrameSchema, pa.DataFrameSchema | None]:
    wider = {name: [check for check in column.checks if not _of_a_row(check)] for name, column in schema.columns.items()}
    unique = any(column.unique for column in schema.columns.values())
    if not (unique or any(wider.values()) or schema.checks or schema.unique or schema.index):
        return schema, None
    rows, across = copy.deepcopy(schema), copy.deepcopy(schema)
    rows.checks, rows.unique, rows.index = [], None, None
    for name, column in schema.columns.items():
        rows.columns[name].checks = [check for check in column.checks if _of_a_row(check)]
        rows.columns[name].unique = False
        across.columns[name].checks = wider[name]
        across.columns[name].nullable = True
    return rows, across


def _of_a_row(check: pa.Check) -> bool:
    return check.name in _RULES and not (check.n_failure_cases or check.groupby or check.raise_warning)


def check_schema(key: str, parsed: Sequence[TypedBatch]) -> list[Remark]:
    """Hold one table of the whole round against its schema; each failing cell is a remark.

    ``key``: the schema's; ``parsed``: the batches that are held against it, their frames with its columns (missing ones are null there).
    Raises StyrxlError (source-broken) where the schema does not fit the form: that is nobody's answer.
    """
    table = key.partition("\n")[0]
    rows, across = split_schema(key)
    remarks = [*_validated(table, rows, parsed, [part.due for part in parsed]), *(remark for part in parsed for remark in _holding(part))]
    if across is not None:
        remarks += _validated(table, across, parsed, [range(len(part.frame)) for part in parsed])
    place = {name: number for number, name in enumerate(rows.typed.columns)}
    return sorted(remarks, key=lambda r: (place[r.field or ""], r.source, r.key, r.row or 0))


def _holding(part: TypedBatch) -> list[Remark]:
    """Return what was said of rows that are still as they were then."""
    due = {(part.batch.source[i], part.batch.row[i]) for i in part.due} if part.batch.checked else set()
    return [remark for remarks in part.batch.checked.values() for remark in remarks if (remark.source, remark.row) not in due]


def _validated(table: str, demands: Demands, parsed: Sequence[TypedBatch], rows: Sequence[Sequence[int]]) -> list[Remark]:
    """Validate some rows of each batch, all at once."""
    schema = demands.typed
    some = [(part, places) for part, places in zip(parsed, rows, strict=True) if places]
    if not some:
        return []
    try:
        frames = [_fitting(schema, part.frame if len(places) == len(part.frame) else part.frame.iloc[[*places]]) for part, places in some]
        frame = pd.concat(frames, ignore_index=True)
        hold_against(demands.find_due(frame), frame)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.sort_index()  # pandera leaves them in any order
        remarks = [remark for case in cases.to_dict("records") for remark in _failure(table, schema, case, some)]
        # What could not be read is empty in the frame, and has been told.
        unread = frozenset((*cell, part.batch.sheet.key) for part in parsed for cell in part.cells_with_errors)
        return [r for r in remarks if r.rule != "missing-value" or (r.source, r.row or 0, r.field or "", r.key) not in unread]
    return []


def hold_against(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> None:
    """Hold a frame against a schema; raises pandera's SchemaErrors with all that fails."""
    schema.validate(frame, lazy=True)


def _fitting(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> pd.DataFrame:
    absent = {
        name: pd.Series([None] * len(frame), index=frame.index, dtype=_NULL_OF_DTYPE.get(str(column.dtype), "str"))
        for name, column in schema.columns.items()
        if name not in frame
    }
    numbers = [name for name, column in schema.columns.items() if str(column.dtype) == "object" and name in frame]
    return frame.assign(**absent, **{name: frame[name].astype("object") for name in numbers})[list(schema.columns)]


def _failure(
    table: str, schema: pa.DataFrameSchema, case: Mapping[str, Any], some: Sequence[tuple[TypedBatch, Sequence[int]]]
) -> Iterator[Remark]:
    """Yield the remark on a failing cell; none on what a formula gave, whose terms have bounds of their own."""
    name = str(case["check"]).split("(", 1)[0]
    rule = _RULES.get(name)
    if rule is None or case["index"] is None or pd.isna(case["index"]):
        raise StyrxlError("source-broken", file=f"schemas/{table}.yaml", why=f"{case['column']}: {case['check']} {case['failure_case']}")
    part, i = _spot(int(case["index"]), some)
    batch, column = part.batch, part.batch.sheet.column(str(case["column"]))
    if column.formula:
        return
    check = next((check for check in schema.columns[column.field].checks if check.name == name), None)
    raw = batch.columns[column.field][i] if column.field in batch.columns else case["failure_case"]
    facts = _facts(rule, check, case["failure_case"], part, i, column)
    yield Remark(batch.source[i], batch.sheet.key, batch.row[i], column.field, rule, raw, facts)


def _spot(number: int, some: Sequence[tuple[TypedBatch, Sequence[int]]]) -> tuple[TypedBatch, int]:
    """Return the batch of a row that was validated, and its place in that."""
    for part, places in some:
        if number < len(places):
            return part, places[number]
        number -= len(places)
    raise IndexError(number)


def _facts(rule: str, check: pa.Check | None, value: Any, part: TypedBatch, i: int, column: Column) -> dict[str, Any]:
    """Return what a message names: of several bounds the one that was broken, and examples from the same workbook."""
    demands = dict(check.statistics or {}) if check else {}
    if rule == "out-of-range":
        bound = _broken_bound(demands, value, column, strict=check is not None and check.name in {"greater_than", "less_than"})
        hint = Word(_HINTS[bound.key]) if column.unit and bound.key in _HINTS else ""
        return {"read": str(value) if column.kind == "integer" else value, "range": bound, "hint": hint}  # years have no thousands
    if rule == "too-long":
        bound = _broken_bound(demands, len(str(value)), column)
        return {"length": len(str(value)), "range": bound, "how": Word("shorten" if bound.key == "at_most" else "lengthen")}
    if rule == "not-in-list":
        listed = part.batch.form.lists[column.list].values() if column.list else demands.get("allowed_values", ())
        return {"choices": list(listed), "how": Word("choose_in_list" if column.has_drop_down else "write_one_in"), "empty": ""}
    if rule == "wrong-type":
        return _describe_pattern(str(demands.get("pattern", "")), part, i, column)
    return _find_double(value, part, i, column) if rule == "duplicate-id" else {}


def _broken_bound(demands: Mapping[str, Any], value: Any, column: Column, *, strict: bool = False) -> Word:
    """Return what a value should have been: of years and days both bounds, else the one that was broken."""
    low, high = demands.get("min_value"), demands.get("max_value")
    if low is not None and high is not None and column.kind in {"integer", "date"}:
        return Word("between", {"low": low, "high": high})
    if high is None or (low is not None and value <= low):
        return Word("above" if strict or not demands.get("include_min", True) else "at_least", {"low": low})
    return Word("below" if strict or not demands.get("include_max", True) else "at_most", {"high": high})


def _describe_pattern(pattern: str, part: TypedBatch, i: int, column: Column) -> dict[str, Any]:
    """Say what a text should have been, with one that the same workbook has in that column as the example; of ids with one in any case."""
    batch, typed = part.batch, part.frame[column.field].tolist()
    fitting = (
        text
        for source, text in zip(batch.source, typed, strict=True)
        if source == batch.source[i] and isinstance(text, str) and re.match(pattern, text)
    )
    wanted = _WANTED.get(column.field) or ("an_organisation" if column.kinds else "an_id" if column.field.endswith("_id") else "a_text")
    example = next(fitting, _make_id(pattern) if wanted == "an_id" else None)
    return {"wanted": Word(wanted), "such_as": Word("such_as", {"example": example}) if example else "", "empty": ""}


def _make_id(pattern: str) -> str | None:
    """Return the council's first id of the form that a pattern asks for, such as KF-U1; None where ids are of another kind."""
    made = (f"KF-{year}{letter}1" for letter in ascii_uppercase for year in ("", "2027-"))
    return next((each for each in made if re.match(pattern, each)), None)


def _find_double(value: Any, part: TypedBatch, i: int, column: Column) -> dict[str, Any]:
    """Return where else a value stands that may stand once: in this return, or in another."""
    batch, typed = part.batch, part.frame[column.field].tolist()
    others = (n for n, other in enumerate(typed) if n != i and other == value and batch.source[n] == batch.source[i])
    other = next(others, None)
    first = Word("another_return") if other is None else CellOf(column.field, batch.row[other])
    return {"what": value, "first": first, "remedy": Word("remedy_together")}


def check_readings(readings: Sequence[Reading], forms: Forms, schemas: Schemas) -> list[Reading]:
    """Return readings whose tables say what their schemas say of each row.

    Where a schema cannot be held against them they are left as they are, to be met by whoever has all returns and can tell of it.
    """
    batches: dict[str, dict[tuple[FormKey, str], Batch]] = {}
    keys_of = [_list_schema_keys(reading, schemas) for reading in readings]
    for source, reading in enumerate(readings):
        for table, key in zip(reading.tables, keys_of[source], strict=True):
            assert reading.form is not None
            assert table.typed is not None
            same = batches.setdefault(key, {})
            batch = same.setdefault((reading.form, table.sheet.key), Batch(forms.form(*reading.form), table.sheet))
            batch.add([(source, table)])
    remarks_of: dict[str, dict[tuple[int, str], list[Remark]]] = {}
    for key, same in batches.items():
        with suppress(Exception):
            parsed = [make_frame(batch) for batch in same.values()]
            remarks = _validated(key.partition("\n")[0], split_schema(key)[0], parsed, [part.due for part in parsed])
            remarks_of[key] = {}
            for remark in remarks:
                remarks_of[key].setdefault((remark.source, remark.key), []).append(replace(remark, source=0))
    return [
        replace(reading, tables=tuple(_noted(source, table, remarks_of.get(key)) for table, key in zip(reading.tables, keys, strict=True)))
        for source, (reading, keys) in enumerate(zip(readings, keys_of, strict=True))
    ]


def _list_schema_keys(reading: Reading, schemas: Schemas) -> list[str]:
    edition = reading.form.edition if reading.form else ""
    return [schemas.key(table.sheet.table or "", edition) for table in reading.tables]


def _noted(source: int, table: Table, remarks: Mapping[tuple[int, str], Sequence[Remark]] | None) -> Table:
    if remarks is None or table.typed is None:
        return table
    return replace(table, typed=replace(table.typed, checked=tuple(remarks.get((source, table.sheet.key), ()))))
