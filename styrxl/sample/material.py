"""What the sample municipality is made of: its texts and figures, and its units, as many as are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from random import Random
from typing import Any

import yaml

UNITS = 40


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the sample; ``number`` is its place in the line of its kind, from 0."""

    id: str
    board: str
    kind: str
    name: str
    place: str
    number: int
    language: str = "sv"
    elsewhere: str | None = None


@cache
def material() -> Mapping[str, Any]:
    """Return the sample's texts and figures."""
    return _read("sample.yaml")


@cache
def year_material() -> Mapping[str, Any]:
    """Return what happens in the sample's year, and what is said of it."""
    return _read("sample_year.yaml")


@cache
def read_others() -> Mapping[str, Any]:
    """Return what is handed in outside the boards: kind of round -> owner -> sheet -> rows."""
    return _read("sample_others.yaml")


def _read(name: str) -> Mapping[str, Any]:
    text = resources.files("styrxl.sample").joinpath(name).read_text("utf-8")
    content: Mapping[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 -- both are safe loaders
    return content


def municipality() -> str:
    """Return the name of the sample municipality, marked as an example."""
    return str(material()["municipality"])


@cache
def _named() -> tuple[Unit, ...]:
    seen: Counter[str] = Counter()
    found = []
    for raw in material()["units"]:
        found.append(Unit(number=seen[raw["kind"]], **raw))
        seen[raw["kind"]] += 1
    return tuple(found)


@cache
def _grown(kind: str, number: int) -> Unit:
    """Return the unit with a number (from 0) among those of a kind that have no name of their own in the material."""
    what, places = material()["kinds"][kind], material()["places"]
    words = what["words"]
    turn, word = divmod(number, len(words))
    again, turn = divmod(turn, len(places))
    place = places[(turn + 7 * word) % len(places)]
    name = what["name"].format(place=place, word=words[word]).strip() + (f" {again + 1}" if again else "")
    named = sum(unit.kind == kind for unit in _named())
    return Unit(f"{what['board']}-{what['code']}-{number + 1:03d}", what["board"], kind, name, place, named + number)


def units(how_many: int = UNITS) -> tuple[Unit, ...]:
    """Return the sample's units: a larger municipality holds those of a smaller one."""
    growth = material()["growth"]
    extra: list[Unit] = []
    seen: Counter[str] = Counter()
    for index in range(max(0, how_many - len(_named()))):
        kind = growth[index % len(growth)]
        extra.append(_grown(kind, seen[kind]))
        seen[kind] += 1
    return (*_named()[:how_many], *extra)


def unit(unit_id: str) -> Unit:
    """Return a unit by its id; KeyError for one that is not of the sample."""
    for named in _named():
        if named.id == unit_id:
            return named
    start, _, number = unit_id.rpartition("-")
    for kind, what in material()["kinds"].items():
        if start == f"{what['board']}-{what['code']}" and number.isdecimal() and int(number):
            return _grown(kind, int(number) - 1)
    raise KeyError(unit_id)


def luck(*seed: object) -> Random:
    """Return a source of chance that follows from a seed: the sample is the same each time."""
    return Random("/".join(map(str, seed)))  # noqa: S311 -- nothing here is a secret
