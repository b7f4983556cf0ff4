"""A reading as bytes, to be kept or sent, and back: JSON, which holds values and runs nothing, whoever wrote it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from zlib_ng import zlib_ng as zlib

from styrxl.findings import Finding, Remark, Word
from styrxl.forms import Forms
from styrxl.locate import Ids, Place, Table, Typed
from styrxl.reading import Reading

_QUICK = 1  # of zlib's levels
_TAG = "$"
_LONE = "surrogatepass"  # a workbook may hold half a letter
_MOST = 64 << 20  # bytes of one reading, unpacked: far more than there are


class BrokenError(ValueError):
    """Bytes that are no reading."""


def packed(reading: Reading) -> bytes:
    """Return a reading as bytes."""
    tables = [_table(table) for table in reading.tables]
    found, located = ([_finding(one) for one in some] for some in (reading.found, reading.located))
    identity = None if reading.identity is None else dict(reading.identity)
    raw = [found, identity, reading.mixed, reading.form, reading.language, tables, located]
    return zlib.compress(_joined(raw).encode("utf-8", _LONE), _QUICK)


def unpacked(data: bytes, forms: Forms) -> Reading:
    """Return the reading that ``packed`` made bytes of; BrokenError for bytes that are none."""
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(data, _MOST)
        if not unpacker.eof:
            raise BrokenError("cut short")  # noqa: TRY301 -- as broken as what json and zlib refuse below
        found, identity, mixed, key, language, tables, located = _decoder.decode(text.decode("utf-8", _LONE))
        form = forms.form(*key) if key else None
        return Reading(
            tuple(_found(one) for one in found),
            identity,
            bool(mixed),
            (key[0], key[1], key[2]) if key else None,
            language,
            tuple(_tabled(one, form) for one in tables),
            tuple(_found(one) for one in located),
        )
    except BrokenError:
        raise
    except (zlib.error, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:  # type: ignore[misc]  # as in unpack
        raise BrokenError(str(error)) from error


def _joined(raw: list[Any]) -> str:
    return json.dumps(raw, default=_tagged, separators=(",", ":"), ensure_ascii=False)


def _table(table: Table) -> list[Any]:
    place = table.place
    # A text of its own: of thousands of returns that have it alike, one is taken apart.
    where = _joined([place.key, place.sheet, place.heading_row, dict(place.columns), dict(place.headings), dict(place.downwards)])
    marks = [[name, row, shown] for (name, row), shown in table.marks.items()]
    rows = table.ids.rows
    following = [rows.start, rows.stop] if isinstance(rows, range) else None
    ids = [following, None if following else rows, table.ids.text, table.ids.typed]
    return [where, table.rows, dict(table.columns), ids, marks, _typed(table)]


def _typed(table: Table) -> list[Any] | None:
    """Return what typing made of a table; a column that it left as it was, as most are, is not said twice."""
    if table.typed is None:
        return None
    columns = {name: None if _same(values, table.columns.get(name, ())) else values for name, values in table.typed.columns.items()}
    checked = None if table.typed.checked is None else [_remark(one) for one in table.typed.checked]
    return [table.typed.year, columns, [_remark(one) for one in table.typed.remarks], checked]


def _same(values: Sequence[Any], raw: Sequence[Any]) -> bool:
    return len(values) == len(raw) and all(
        (one is None and other == "") or (type(one) is type(other) and one == other) for one, other in zip(values, raw, strict=True)
    )


def _tabled(raw: list[Any], form: Any) -> Table:
    where, rows, values, (following, id_rows, text, typed), marks, made = raw
    place = _placed(where)
    return Table(
        place,
        form.sheet(place.key),
        tuple(rows),
        values,
        Ids(range(*following) if following else tuple(id_rows), text, tuple(typed)),
        {(name, row): shown for name, row, shown in marks},
        typed=_made(made, values) if made else None,
    )


def _made(raw: list[Any], values: Mapping[str, list[Any]]) -> Typed:
    year, columns, remarks, checked = raw
    found = {name: [None if v == "" else v for v in values.get(name, ())] if typed is None else typed for name, typed in columns.items()}
    said = None if checked is None else tuple(Remark(*one) for one in checked)
    return Typed(int(year), found, tuple(Remark(*one) for one in remarks), said)


def _remark(one: Remark) -> list[Any]:
    return [one.source, one.key, one.row, one.field, one.rule, one.value, dict(one.facts)]


@lru_cache(maxsize=1024)
def _placed(where: str) -> Place:
    key, sheet, heading_row, columns, headings, downwards = json.loads(where)
    return Place(key, sheet, heading_row, columns, headings, downwards)


def _finding(found: Finding) -> list[Any]:
    return [found.rule, found.severity, found.sheet, found.cell, found.column, found.value, dict(found.facts)]


def _found(raw: list[Any]) -> Finding:
    rule, severity, sheet, cell, column, value, facts = raw
    return Finding(rule, severity, sheet, cell, column, value, facts)


def _tagged(value: Any) -> Any:
    if isinstance(value, Word):
        return {_TAG: "word", "v": value.key, "facts": dict(value.facts)}
    if isinstance(value, datetime):  # before date, which it is as well
        return {_TAG: "datetime", "v": value.isoformat()}
    if isinstance(value, date | time):
        return {_TAG: type(value).__name__, "v": value.isoformat()}
    if isinstance(value, timedelta):
        return {_TAG: "timedelta", "v": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a reading does not hold {type(value).__name__}")


def _untagged(raw: dict[str, Any]) -> Any:
    tag = raw.get(_TAG)
    if tag is None:
        return raw
    if tag == "word":
        return Word(raw["v"], raw["facts"])
    if tag == "timedelta":
        return timedelta(*raw["v"])
    return _ISO[tag].fromisoformat(raw["v"])


_ISO: Mapping[str, type[date | time]] = {"datetime": datetime, "date": date, "time": time}
_decoder = json.JSONDecoder(object_hook=_untagged)
