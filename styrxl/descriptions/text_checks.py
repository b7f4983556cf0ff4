"""Texts of a workspace's own, held against the standard ones: the same names, both languages, and nothing put in that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from styrxl.descriptions.mistakes import Path, Problem, suggest, unknown_name
from styrxl.descriptions.notation import YAML
from styrxl.model.forms import LANGUAGES


def check_shape(path: Path, standard: Mapping[str, Any], own: Mapping[Any, Any]) -> Iterator[Problem]:
    """Yield where texts differ from the standard ones in more than their wording: names, kinds, and what is put into them."""
    for key in standard.keys() - own.keys():
        yield Problem(path, "missing-key", {"key": key})
    for key, value in own.items():
        here = (*path, key)
        if key not in standard:
            yield Problem(here, "unknown-key", {"key": str(key), "nearest": suggest(key, standard)})
        elif isinstance(standard[key], Mapping) and isinstance(value, Mapping):
            yield from check_shape(here, standard[key], value)
        elif type(standard[key]) is not type(value):
            yield Problem(here, "empty-value" if value is None else "unlike-standard", {"value": YAML.show(value)})
        elif isinstance(value, str) and key in LANGUAGES:
            yield from _check_placeholders(here, value, standard)


def _check_placeholders(path: Path, text: str, standard: Mapping[str, Any]) -> Iterator[Problem]:
    known = {name for other in standard.values() for name in find_placeholders(str(other)) or ()}
    names = find_placeholders(text)
    if names is None:
        yield Problem(path, "bad-braces", {"value": text})
    for name in sorted((names or set()) - known):
        yield unknown_name(path, "a_fact", name, sorted(known))


def find_placeholders(text: str) -> set[str] | None:
    """Return the names in braces in a text, or None where the braces do not match."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return None
