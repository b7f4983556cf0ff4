"""A table of the data package as a value: its fields, what each holds and what holds for it, its rows, its keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

# What a field holds, for what may be published: codes, ids, amounts and days; what people wrote; whose file it is; how many there are.
PLAIN, TEXT, FILE, COUNT, REFERENCE = "plain", "text", "file", "count", "reference"


@dataclass(frozen=True, slots=True)
class DataField:
    """A column. ``kind``: a type of Table Schema. ``constraints``: as Table Schema names them. ``content``: one of the kinds above."""

    name: str
    kind: str
    description: str
    constraints: Mapping[str, Any] = field(default_factory=dict)
    content: str = PLAIN


@dataclass(frozen=True, slots=True)
class Reference:
    """A field whose values stand in a field of another resource."""

    field: str
    resource: str
    of: str


@dataclass(frozen=True, slots=True)
class Resource:
    """A table: ``rows`` has a value for each field, None where there is none.

    ``keys``: combinations of fields that may tell rows apart, the best first. ``references``: those that may hold. What really does say
    ``find_key`` and ``list_references``: what was judged by another edition of a form may break what holds today.
    """

    name: str
    description: str
    fields: tuple[DataField, ...]
    rows: Sequence[tuple[Any, ...]]
    keys: tuple[tuple[str, ...], ...] = ()
    references: tuple[Reference, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The fields' names."""
        return tuple(f.name for f in self.fields)

    def values(self, name: str) -> list[Any]:
        """Return a column's values; KeyError where there is no such field."""
        if name not in self.names:
            raise KeyError(name)
        at = self.names.index(name)
        return [row[at] for row in self.rows]

    def select(self, names: Sequence[str]) -> Resource:
        """Return it with some of its fields alone, and the keys and references that these still have."""
        places = [at for at, f in enumerate(self.fields) if f.name in names]
        return replace(
            self,
            fields=tuple(self.fields[at] for at in places),
            rows=[tuple(row[at] for at in places) for row in self.rows],
            keys=tuple(key for key in self.keys if {*key} <= {*names}),
            references=tuple(ref for ref in self.references if ref.field in names),
        )

    def change(self, changes: Mapping[str, Callable[[Any], Any]]) -> Resource:
        """Return it with the values of some fields changed, by the field's name."""
        how = [changes.get(name) for name in self.names]
        rows = [tuple(value if of is None else of(value) for of, value in zip(how, row, strict=True)) for row in self.rows]
        return replace(self, rows=rows)


def find_key(resource: Resource) -> tuple[str, ...]:
    """Return the fields that tell the rows apart, and are filled in in all of them; none where nothing does."""
    for key in resource.keys:
        values = list(zip(*(resource.values(name) for name in key), strict=True))
        if not any(None in value for value in values) and len({*values}) == len(values):
            return key
    return ()


def list_references(resource: Resource, others: Mapping[str, Resource]) -> list[Reference]:
    """Return the references that hold in all rows, of those to a field that tells its own rows apart (``others``: by name)."""
    return [ref for ref in resource.references if ref.resource in others and _holds(resource, ref, others[ref.resource])]


def _holds(resource: Resource, reference: Reference, other: Resource) -> bool:
    known = other.values(reference.of)
    return find_key(other) == (reference.of,) and {*resource.values(reference.field)} - {None} <= {*known}


def list_constraints(of: DataField, values: Sequence[Any]) -> dict[str, Any]:
    """Return the constraints of a field that its values keep to."""
    return {name: limit for name, limit in of.constraints.items() if _keeps(name, limit, values)}


def _keeps(name: str, limit: Any, values: Sequence[Any]) -> bool:
    if name == "required":
        return not limit or None not in values
    there = [value for value in values if value is not None]
    if name == "enum":
        return {*there} <= {*limit}
    if name == "pattern":
        return all(re.fullmatch(limit, value) for value in there)
    if name == "maxLength":
        return all(len(value) <= limit for value in there)
    there = [value.isoformat() if isinstance(value, date) else value for value in there]
    return all(value >= limit if name == "minimum" else value <= limit for value in there)
