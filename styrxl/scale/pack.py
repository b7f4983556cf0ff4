"""Readings as bytes, to be kept or sent, and back: JSON, which holds values and runs nothing, whoever wrote it.

Some are packed together: the columns of tables that stand in the same place of the same form are one list each, so that they are taken
apart, and laid together with those of others, in a few steps instead of one for each return.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from zlib_ng import zlib_ng as zlib

from styrxl.model.catalogue import Word
from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Finding, Remark
from styrxl.model.form_files import Forms
from styrxl.model.forms import Form, Sheet
from styrxl.returns.columns import Slice
from styrxl.returns.read import Reading
from styrxl.returns.tables import Ids, Place, Table, Typed

TOGETHER = 200  # readings that are packed together
_QUICK = 1  # of zlib's levels
_TAG = "$"
_LONE = "surrogatepass"  # a workbook may hold half a letter
_MOST = 256 << 20  # bytes of some readings, unpacked: far more than there are


class BrokenError(ValueError):
    """Bytes that are no readings."""


@dataclass(slots=True)
class _Group:
    """Tables that stand alike, one after the other: their rows, columns and typed columns."""

    rows: list[int] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    typed: dict[str, list[Any]] = field(default_factory=dict)


def packed(readings: Sequence[Reading]) -> bytes:
    """Return readings as bytes."""
    groups: dict[tuple[Any, ...], _Group] = {}
    alike: dict[Any, int] = {}  # the forms, and the names that identities have, by their number
    some = [_reading(one, groups, alike) for one in readings]
    numbers = {key: n for n, key in enumerate(groups)}
    for entry in some:
        for table in entry[-1]:
            table[0] = numbers[table[0]]
    raw = [list(alike), [_group(key, group) for key, group in groups.items()], some]
    return zlib.compress(_joined(raw).encode("utf-8", _LONE), _QUICK)


def unpacked(data: bytes, forms: Forms) -> list[Reading]:
    """Return the readings that ``packed`` made bytes of; BrokenError for bytes that are none."""
    try:
        return _loosed(data, forms)
    except BrokenError:
        raise
    except (zlib.error, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, StyrxlError) as error:  # type: ignore[misc]  # zlib_ng's stub calls the class an instance
        raise BrokenError(str(error)) from error


def _loosed(data: bytes, forms: Forms) -> list[Reading]:
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(data, _MOST)
    if not unpacker.eof:
        raise BrokenError("cut short")
    alike, groups, some = _decoder.decode(text.decode("utf-8", _LONE))
    opened = [_opened(group, alike, forms) for group in groups]
    found = [_read(one, alike, opened) for one in some]
    if any(group.at != len(group.rows) for group in opened):
        raise BrokenError("too many rows")
    return found


def _joined(raw: Any) -> str:
    return json.dumps(raw, default=_tagged, separators=(",", ":"), ensure_ascii=False)


def _reading(one: Reading, groups: dict[tuple[Any, ...], _Group], alike: dict[Any, int]) -> list[Any]:
    form = None if one.form is None else alike.setdefault(one.form, len(alike))
    said = None if one.identity is None else [alike.setdefault(tuple(one.identity), len(alike)), *one.identity.values()]
    found, located = ([_finding(f) for f in some] for some in (one.found, one.located))
    return [found, said, one.mixed, form, one.language, located, [_table(table, form, groups) for table in one.tables]]


def _table(table: Table, form: int | None, groups: dict[tuple[Any, ...], _Group]) -> list[Any]:
    """Put a table's rows with those of its group, and return what is its own."""
    place, typed = table.place, table.typed
    names = tuple(table.columns), None if typed is None else tuple(typed.columns)
    key = form, place.key, place.sheet, place.heading_row, *map(_items, (place.columns, place.headings, place.downwards)), *names
    group = groups.setdefault(key, _Group())
    group.rows.extend(table.rows)
    for name, values in table.columns.items():
        group.columns.setdefault(name, []).extend(values)
    for name, values in typed.columns.items() if typed else ():
        group.typed.setdefault(name, []).extend(values)
    marks = [[name, row, shown] for (name, row), shown in table.marks.items()]
    rows = table.ids.rows
    ids = [[rows.start, rows.stop] if isinstance(rows, range) else None, None if isinstance(rows, range) else rows]
    own = None if typed is None else [typed.year, *(None if s is None else [_remark(r) for r in s] for s in (typed.remarks, typed.checked))]
    return [key, len(table.rows), [*ids, table.ids.text, table.ids.typed], marks, own]


def _items(some: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(some.items())


def _group(key: tuple[Any, ...], group: _Group) -> list[Any]:
    """Return a group; a column that typing left as it was, as it does most, is not said twice."""
    form, *place, _, typed = key
    raw = group.columns
    said = {name: None if name in raw and _same(values, raw[name]) else values for name, values in group.typed.items()}
    return [form, _joined(place), group.rows, raw, None if typed is None else said]


def _same(values: Sequence[Any], raw: Sequence[Any]) -> bool:
    plain = _untouched(raw)
    return values == plain and [*map(type, values)] == [*map(type, plain)]


def _untouched(raw: Sequence[Any]) -> list[Any]:
    return [None if value == "" else value for value in raw]


@dataclass(slots=True)
class _Opened:
    """A group while its tables are taken from it, one after the other."""

    form: Form
    place: Place
    sheet: Sheet
    rows: list[int]
    columns: Mapping[str, list[Any]]
    names: tuple[str, ...]
    typed: Mapping[str, list[Any]]
    typed_names: tuple[str, ...]
    at: int = 0


def _opened(raw: list[Any], alike: Sequence[Any], forms: Forms) -> _Opened:
    number, where, rows, columns, said = raw
    form, place = forms.form(*alike[number]), _placed(where)
    typed = {name: _untouched(columns[name]) if values is None else values for name, values in (said or {}).items()}
    if any(len(values) != len(rows) for values in (*columns.values(), *typed.values())):
        raise BrokenError("columns of other lengths")
    return _Opened(form, place, form.sheet(place.key), rows, columns, tuple(columns), typed, tuple(typed))


def _read(raw: list[Any], alike: Sequence[Any], groups: Sequence[_Opened]) -> Reading:
    found, said, mixed, form, language, located, tables = raw
    key = None if form is None else alike[form]
    return Reading(
        tuple(map(_found, found)),
        None if said is None else dict(zip(alike[said[0]], said[1:], strict=True)),
        bool(mixed),
        None if key is None else (key[0], key[1], key[2]),
        language,
        tuple(_taken(table, groups) for table in tables),
        tuple(map(_found, located)),
    )


def _taken(raw: list[Any], groups: Sequence[_Opened]) -> Table:
    number, count, (following, rows, text, typed), marks, own = raw
    group = groups[number]
    start, group.at = group.at, group.at + count
    stop = group.at
    if stop > len(group.rows):
        raise BrokenError("too few rows")
    return Table(
        group.place,
        group.sheet,
        tuple(group.rows[start:stop]),
        Slice(group.columns, group.names, start, stop),
        Ids(range(*following) if following else tuple(rows), text, tuple(typed)),
        {(name, row): shown for name, row, shown in marks},
        typed=None if own is None else _made(own, Slice(group.typed, group.typed_names, start, stop)),
    )


def _made(raw: list[Any], columns: Slice) -> Typed:
    year, remarks, checked = raw
    said = None if checked is None else tuple(Remark(*one) for one in checked)
    return Typed(int(year), columns, tuple(Remark(*one) for one in remarks), said)


def _remark(one: Remark) -> list[Any]:
    return [one.source, one.key, one.row, one.field, one.rule, one.value, dict(one.facts)]


@lru_cache(maxsize=1024)
def _placed(where: str) -> Place:
    key, sheet, heading_row, *some = json.loads(where)
    columns, headings, downwards = (dict(items) for items in some)
    return Place(key, sheet, heading_row, columns, headings, downwards)


def _finding(found: Finding) -> list[Any]:
    return [found.rule, found.severity, found.sheet, found.cell, found.column, found.value, dict(found.facts)]


def _found(raw: list[Any]) -> Finding:
    return Finding(*raw)


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
