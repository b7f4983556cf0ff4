"""Pack readings into bytes, to be cached or sent, and unpack them: as JSON, which holds values and never runs code, whoever wrote it.

Many are packed together: the columns of tables that have the same place in the same form become one list each, so that they are
unpacked, and joined with those of other returns, in a few steps instead of one for each return.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Finding, Remark
from styrxl.model.form_files import Forms
from styrxl.model.forms import Form, Sheet
from styrxl.returns.columns import ColumnSlice
from styrxl.returns.read import FormKey, Reading
from styrxl.returns.tables import RowIds, Table, TablePlace, TypedColumns
from styrxl.scale.tagged_json import from_json, pack_json, to_json, unpack_json

BUNDLE_SIZE = 200  # readings that are packed together
_MOST = 256 << 20  # bytes of some readings, unpacked: far more than there are


class BrokenReadingsError(ValueError):
    """Bytes that hold no readings."""


@dataclass(slots=True)
class _TableGroup:
    """Tables with the same place, one after the other: their rows, columns and typed columns."""

    rows: list[int] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    typed: dict[str, list[Any]] = field(default_factory=dict)


def pack_readings(readings: Sequence[Reading]) -> bytes:
    """Return readings as bytes."""
    groups: dict[tuple[Any, ...], _TableGroup] = {}
    shared: dict[Any, int] = {}  # forms, and names of identities' parts -> their number in the list before the groups
    packed = [_pack_reading(reading, groups, shared) for reading in readings]
    numbers = {key: n for n, key in enumerate(groups)}
    for entry in packed:
        for table in entry[-1]:
            table[0] = numbers[table[0]]
    return pack_json([list(shared), [_pack_group(key, group) for key, group in groups.items()], packed])


def unpack_readings(data: bytes, forms: Forms) -> list[Reading]:
    """Return the readings that ``pack_readings`` made bytes of; BrokenReadingsError for bytes that are none."""
    try:
        return _unpack(data, forms)
    except BrokenReadingsError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, StyrxlError) as error:
        raise BrokenReadingsError(str(error)) from error


def _unpack(data: bytes, forms: Forms) -> list[Reading]:
    shared, groups, packed = unpack_json(data, _MOST)
    opened = [_unpack_group(group, shared, forms) for group in groups]
    readings = [_unpack_reading(raw, shared, opened) for raw in packed]
    if any(group.at != len(group.rows) for group in opened):
        raise BrokenReadingsError("too many rows")
    return readings


def _pack_reading(reading: Reading, groups: dict[tuple[Any, ...], _TableGroup], shared: dict[Any, int]) -> list[Any]:
    form = None if reading.form is None else shared.setdefault(reading.form, len(shared))
    identity = None if reading.identity is None else [shared.setdefault(tuple(reading.identity), len(shared)), *reading.identity.values()]
    file_findings = [pack_finding(finding) for finding in reading.file_findings]
    table_findings = [pack_finding(finding) for finding in reading.table_findings]
    return [
        file_findings,
        identity,
        reading.mixed,
        form,
        reading.language,
        table_findings,
        [_pack_table(table, form, groups) for table in reading.tables],
    ]


def _pack_table(table: Table, form: int | None, groups: dict[tuple[Any, ...], _TableGroup]) -> list[Any]:
    """Add a table's rows to its group, and return what belongs to the table alone."""
    place, typed = table.place, table.typed
    names = tuple(table.columns), None if typed is None else tuple(typed.columns)
    key = form, place.key, place.sheet, place.heading_row, *map(_item_pairs, (place.columns, place.headings, place.downwards)), *names
    group = groups.setdefault(key, _TableGroup())
    group.rows.extend(table.rows)
    for name, values in table.columns.items():
        group.columns.setdefault(name, []).extend(values)
    for name, values in typed.columns.items() if typed else ():
        group.typed.setdefault(name, []).extend(values)
    marks = [[name, row, shown] for (name, row), shown in table.marks.items()]
    rows = table.ids.rows
    ids = [[rows.start, rows.stop] if isinstance(rows, range) else None, None if isinstance(rows, range) else rows]
    own = (
        None
        if typed is None
        else [typed.year, *(None if s is None else [_pack_remark(r) for r in s] for s in (typed.remarks, typed.checked))]
    )
    return [key, len(table.rows), [*ids, table.ids.text, table.ids.typed], marks, own, [_pack_remark(r) for r in table.remarks]]


def _item_pairs(mapping: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(mapping.items())


def _pack_group(key: tuple[Any, ...], group: _TableGroup) -> list[Any]:
    """Return a group; a column that typing left as it was, as it does most, is not written twice."""
    form, *place, _, typed = key
    raw = group.columns
    changed = {name: None if name in raw and _is_untouched(values, raw[name]) else values for name, values in group.typed.items()}
    return [form, to_json(place), group.rows, raw, None if typed is None else changed]


def _is_untouched(values: Sequence[Any], raw: Sequence[Any]) -> bool:
    plain = _type_as_text(raw)
    return values == plain and [*map(type, values)] == [*map(type, plain)]


def _type_as_text(raw: Sequence[Any]) -> list[Any]:
    return [None if value == "" else value for value in raw]


@dataclass(slots=True)
class _UnpackedGroup:
    """A group while its tables are taken from it, one after the other; ``at`` is the first row not taken yet."""

    form: Form
    place: TablePlace
    sheet: Sheet
    rows: list[int]
    columns: Mapping[str, list[Any]]
    names: tuple[str, ...]
    typed: Mapping[str, list[Any]]
    typed_names: tuple[str, ...]
    at: int = 0


def _unpack_group(raw: list[Any], shared: Sequence[Any], forms: Forms) -> _UnpackedGroup:
    number, where, rows, columns, changed = raw
    form, place = forms.form(*shared[number]), _unpack_place(where)
    typed = {name: _type_as_text(columns[name]) if values is None else values for name, values in (changed or {}).items()}
    if any(len(values) != len(rows) for values in (*columns.values(), *typed.values())):
        raise BrokenReadingsError("columns of other lengths")
    return _UnpackedGroup(form, place, form.sheet(place.key), rows, columns, tuple(columns), typed, tuple(typed))


def _unpack_reading(raw: list[Any], shared: Sequence[Any], groups: Sequence[_UnpackedGroup]) -> Reading:
    file_findings, identity, mixed, form, language, table_findings, tables = raw
    key = None if form is None else shared[form]
    return Reading(
        tuple(Finding(*raw) for raw in file_findings),
        None if identity is None else dict(zip(shared[identity[0]], identity[1:], strict=True)),
        bool(mixed),
        None if key is None else FormKey(*key),
        language,
        tuple(_unpack_table(table, groups) for table in tables),
        tuple(Finding(*raw) for raw in table_findings),
    )


def _unpack_table(raw: list[Any], groups: Sequence[_UnpackedGroup]) -> Table:
    number, count, (following, rows, text, typed), marks, own, remarks = raw
    group = groups[number]
    start, group.at = group.at, group.at + count
    stop = group.at
    if stop > len(group.rows):
        raise BrokenReadingsError("too few rows")
    return Table(
        group.place,
        group.sheet,
        tuple(group.rows[start:stop]),
        ColumnSlice(group.columns, group.names, start, stop),
        RowIds(range(*following) if following else tuple(rows), text, tuple(typed)),
        {(name, row): shown for name, row, shown in marks},
        typed=None if own is None else _unpack_typed(own, ColumnSlice(group.typed, group.typed_names, start, stop)),
        remarks=tuple(Remark(*remark) for remark in remarks),
    )


def _unpack_typed(raw: list[Any], columns: ColumnSlice) -> TypedColumns:
    year, remarks, checked = raw
    checked_remarks = None if checked is None else tuple(Remark(*one) for one in checked)
    return TypedColumns(int(year), columns, tuple(Remark(*one) for one in remarks), checked_remarks)


def _pack_remark(remark: Remark) -> list[Any]:
    return [remark.source, remark.key, remark.row, remark.field, remark.rule, remark.value, dict(remark.facts)]


@lru_cache(maxsize=1024)
def _unpack_place(where: str) -> TablePlace:
    key, sheet, heading_row, *mappings = from_json(where)
    columns, headings, downwards = (dict(items) for items in mappings)
    return TablePlace(key, sheet, heading_row, columns, headings, downwards)


def pack_finding(finding: Finding) -> list[Any]:
    """Return a finding as a list, from which ``Finding`` makes it again."""
    return [finding.rule, finding.severity, finding.sheet, finding.cell, finding.column, finding.value, dict(finding.facts)]
