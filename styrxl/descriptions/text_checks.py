"""Texts of a workspace's own, held against the standard ones: the same names, both languages, and nothing put in that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from styrxl.descriptions.mistakes import Path, Problem, suggest, unknown_name
from styrxl.descriptions.notation import YAML
from styrxl.descriptions.parts import as_map
from styrxl.model.forms import LANGUAGES

_SIGNS = ("!", "✓")
_PARTED_AT = {"check_fill": "columns"}  # what comes there is put together by a formula


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


def check_workbook_texts(path: Path, standard: Mapping[str, Any], own: Mapping[Any, Any]) -> Iterator[Problem]:
    """Yield which of the texts of workbooks lack what formulas need of them: a sign that they begin with, or what they are parted at."""
    for key, texts in standard.items():
        for language, text in as_map(own.get(key)).items():
            if not isinstance(text, str) or language not in LANGUAGES:
                continue
            here = (*path, key, language)
            sign = texts[language][:1]
            if sign in _SIGNS and not text.startswith(f"{sign} "):
                yield Problem(here, "needs-sign", {"sign": sign})
            needed = key in _PARTED_AT and find_placeholders(text) is not None  # of braces that do not match that is told
            times = _list_placeholders(text).count(_PARTED_AT[key]) if needed else 1
            if times != 1:
                yield Problem(here, "needs-once", {"name": f"{{{_PARTED_AT[key]}}}", "times": times})


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
        return set(_list_placeholders(text))
    except ValueError:
        return None


def _list_placeholders(text: str) -> list[str]:
    """Return what stands in braces in a text; raises ValueError where they do not match."""
    parts = [
        (name, f"!{how}" if how else "", f":{format_}" if format_ else "")
        for _, name, format_, how in Formatter().parse(text)
        if name is not None
    ]
    return ["".join(part) for part in parts]
