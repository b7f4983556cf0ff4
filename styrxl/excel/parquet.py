"""A table that is too long for a workbook (``limits.LONGEST_TABLE``), as a Parquet file; pyarrow need not be there until then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from importlib import import_module
from io import BytesIO
from typing import Any

from styrxl.excel.cells import clean
from styrxl.excel.pages import Field, Link, Row, as_columns, unique_headings
from styrxl.model.catalogue import tell_how_to_install
from styrxl.model.errors import StyrxlError

_GROUP = 131_072  # rows that are packed together


def make_parquet(name: str, fields: Sequence[Field], rows: Sequence[Row]) -> bytes:
    """Return rows as a Parquet file, a column for each field under its heading; the same input gives the same bytes.

    Amounts are floating-point numbers, counts and years whole ones, dates dates; links are the address that they lead to
    (``inbox/2027-plan/UBN.xlsx#'Åtaganden'!A5``); all else is text. Raises StyrxlError (driver-missing).
    """
    try:
        arrow: Any = import_module("pyarrow")
        written: Any = import_module("pyarrow.parquet")
    except ImportError as error:
        raise StyrxlError("driver-missing", url=name, install=tell_how_to_install("cluster")) from error
    headings = unique_headings([field.heading for field in fields])
    columns = [_column(arrow, field, values) for field, values in zip(fields, as_columns(rows).cells, strict=True)]
    buffer = BytesIO()
    written.write_table(arrow.Table.from_arrays(columns, names=headings), buffer, row_group_size=_GROUP, compression="zstd")
    return buffer.getvalue()


def _column(arrow: Any, field: Field, values: Sequence[Any]) -> Any:
    if field.kind in {"money", "number"}:
        return arrow.array(values, arrow.float64())
    if field.kind in {"count", "integer"}:
        return arrow.array([None if value is None else int(value) for value in values], arrow.int64())
    if field.kind == "date":
        return arrow.array([value.date() if isinstance(value, datetime) else value for value in values], arrow.date32())
    return arrow.array([_text(value) for value in values], arrow.string())


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, Link):
        return clean(f"{value.path}#{value.place}" if value.place else value.path)
    return clean(value.isoformat() if isinstance(value, date) else str(value))
