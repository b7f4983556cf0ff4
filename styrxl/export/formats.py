"""A resource's rows as bytes: CSV, JSON or Parquet. The same rows give the same bytes."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from io import BytesIO, StringIO
from typing import Any

from styrxl.export.resource import Resource
from styrxl.model.catalogue import tell_how_to_install
from styrxl.model.errors import StyrxlError

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Format:
    """How rows are written. ``write`` takes a resource as ``prepare`` gives it back; its schema is told of that one."""

    ending: str
    media_type: str
    write: Callable[[Resource], bytes]
    prepare: Callable[[Resource], Resource]


def _guard(resource: Resource) -> Resource:
    """Return a resource whose texts no spreadsheet takes for formulas when it opens the file: an apostrophe stands before them."""
    return resource.change({f.name: _guard_text for f in resource.fields if f.kind == "string" and "enum" not in f.constraints})


def _guard_text(text: str | None) -> str | None:
    return f"'{text}" if text and text.startswith(_FORMULA) else text


def _write_csv(resource: Resource) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(resource.names)
    writer.writerows([_as_text(value) for value in row] for row in resource.rows)
    return text.getvalue().encode("utf-8")


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0") if value else "0"
    return str(_say_when(value))


def _write_json(resource: Resource) -> bytes:
    """Return a list of objects, one on each line."""
    rows = (dict(zip(resource.names, map(_say_when, row), strict=True)) for row in resource.rows)
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f"[\n{lines}\n]\n".encode() if lines else b"[]\n"


def _say_when(value: Any) -> Any:
    """Return a value, a day or a moment (UTC) as ISO 8601 has it."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else value


def _write_parquet(resource: Resource) -> bytes:
    """Return a Parquet file; raises StyrxlError (driver-missing) where pyarrow is not there."""
    try:
        arrow: Any = import_module("pyarrow")
        parquet: Any = import_module("pyarrow.parquet")
    except ImportError as error:
        raise StyrxlError("driver-missing", url=f"{resource.name}.parquet", install=tell_how_to_install("cluster")) from error
    kinds = {
        "string": arrow.string(),
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "boolean": arrow.bool_(),
        "date": arrow.date32(),
        "datetime": arrow.timestamp("s", tz="UTC"),
    }
    arrays = [arrow.array(resource.values(f.name), kinds[f.kind]) for f in resource.fields]
    buffer = BytesIO()
    parquet.write_table(arrow.Table.from_arrays(arrays, names=[*resource.names]), buffer, compression="zstd")
    return buffer.getvalue()


FORMATS: Mapping[str, Format] = {
    "csv": Format("csv", "text/csv", _write_csv, _guard),
    "parquet": Format("parquet", "application/vnd.apache.parquet", _write_parquet, lambda resource: resource),
    "json": Format("json", "application/json", _write_json, lambda resource: resource),
}
