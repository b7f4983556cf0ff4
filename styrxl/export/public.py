"""What of a data package may be published: no texts that people wrote, no file names, no small groups.

A small group is a number from one to four. Whoever knows a total could reckon out a single number that was left out, so all that stands
beside it goes with it: of a table all its counts, in all rows; of an indicator all its outcomes, in all years, for women and men too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from styrxl.export.resource import COUNT, FILE, REFERENCE, TEXT, DataField, Resource

FEWEST = 5  # a group of fewer is small
_WIDE = frozenset({"indicators", "indicator_outcomes"})  # what they hold stands in fact_indicator_values, where it can be looked through
_PLACE = frozenset({"round", "owner", "accounts_only"})  # of which no table consists alone
_CODES = re.compile(r"[\w%-]{1,60}(;[\w%-]{1,60})*")  # ids and codes, several joined; no text of more words than one
_SHARES = re.compile(r"(%|procent|percent|andel|share|t?kr\b|mnkr\b|kronor)", re.IGNORECASE)  # units of what counts nobody


@dataclass(frozen=True, slots=True)
class PublicResources:
    """The resources that may be published, and what was left out since a group was small: tables' fields, and indicators."""

    resources: tuple[Resource, ...]
    small_fields: tuple[str, ...]
    small_indicators: tuple[str, ...]


def make_public(resources: Sequence[Resource]) -> PublicResources:
    """Return what may be published of a round's resources."""
    small = _find_small_indicators({r.name: r for r in resources})
    fields = [f"{r.name}.{name}" for r in resources if r.name not in _WIDE for name in _find_small_counts(r)]
    made = (_make_public(r, small) for r in resources if r.name not in _WIDE)
    return PublicResources(tuple(r for r in made if {*r.names} - _PLACE), tuple(fields), tuple(sorted(small)))


def _make_public(resource: Resource, small: frozenset[str]) -> Resource:
    resource = _leave_out_indicators(resource, small)
    emptied = {*_find_small_counts(resource)}
    kept = resource.select([f.name for f in resource.fields if f.content not in (TEXT, FILE)])
    changes = {f.name: change for f in kept.fields if (change := _find_change(f, is_small=f.name in emptied)) is not None}
    return kept.change(changes)


def _find_change(of: DataField, *, is_small: bool) -> Callable[[Any], Any] | None:
    if is_small:
        return lambda _: None
    if of.content == REFERENCE:
        return lambda value: value if value and _CODES.fullmatch(value) else None
    if "enum" in of.constraints:
        codes = frozenset(of.constraints["enum"])
        return lambda value: value if value in codes else None
    return None


def _find_small_counts(resource: Resource) -> tuple[str, ...]:
    """Return the counts of a table, all of them, where any in any row is of a small group."""
    names = [f.name for f in resource.fields if f.content == COUNT]
    is_small = any(_is_small(value) for name in names for value in resource.values(name))
    return tuple(names) if is_small else ()


def _is_small(value: float | None) -> bool:
    return value is not None and 0 < abs(value) < FEWEST


# indicators


def _find_small_indicators(resources: Mapping[str, Resource]) -> frozenset[str]:
    """Return the indicators with an outcome, or what they were to begin with, of a small group; one that was said to be of too few."""
    values, indicators = resources.get("fact_indicator_values"), resources.get("dim_indicators")
    if values is None or indicators is None:
        return frozenset()
    units = dict(zip(indicators.values("indicator"), indicators.values("unit"), strict=True))
    told = zip(*(values.values(name) for name in ("indicator", "measure", "value", "code")), strict=True)
    small = {
        code
        for code, measure, value, said in told
        if measure.startswith("outcome") and (said == "too_few" or (_counts(units.get(code)) and _is_small(value)))
    }
    begun = zip(indicators.values("indicator"), indicators.values("baseline"), strict=True)
    return frozenset(small | {code for code, value in begun if _counts(units.get(code)) and _is_small(value)})


def _counts(unit: str | None) -> bool:
    """Tell whether a unit may be one of people: any but shares and money."""
    return not _SHARES.match(unit or "")


def _leave_out_indicators(resource: Resource, small: frozenset[str]) -> Resource:
    if resource.name == "fact_indicator_values":
        at, measure = resource.names.index("indicator"), resource.names.index("measure")
        rows = [row for row in resource.rows if row[at] not in small or not row[measure].startswith("outcome")]
        return Resource(resource.name, resource.description, resource.fields, rows, resource.keys, resource.references)
    if resource.name == "dim_indicators":
        at, begun = resource.names.index("indicator"), resource.names.index("baseline")
        rows = [tuple(None if n == begun and row[at] in small else value for n, value in enumerate(row)) for row in resource.rows]
        return Resource(resource.name, resource.description, resource.fields, rows, resource.keys, resource.references)
    return resource
