"""What is wrong in ``outcomes.yaml``, and on which line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from styrxl.descriptions.find_problems import find_problems
from styrxl.descriptions.marked_yaml import MarkedYaml, read_marked
from styrxl.descriptions.mistakes import Mistake, Path, Problem, unknown_name
from styrxl.descriptions.outcome_mapping import FILE, OutcomeMapping, read_content
from styrxl.descriptions.parts import as_list, as_map


def check_mapping(data: bytes) -> list[Mistake]:
    """Return the mistakes in a mapping."""
    marked, mistakes = read_marked(FILE, data)
    if marked is None:
        return mistakes
    content = as_map(read_content(data))
    return [*mistakes, *_place(marked, [*find_problems(OutcomeMapping, content), *_check_needed(content), *_check_columns(content)])]


def check_mapped_owners(
    data: bytes, owners: Mapping[str, str], kinds: Mapping[str, Collection[str]], on_other_days: Mapping[str, str]
) -> list[Mistake]:
    """Return the owners of a checked mapping that the organisation lacks, or that are named in the wrong list.

    ``owners``: id -> kind of each. ``kinds``: ``places`` and ``units`` -> the kinds of organisation that may be named there.
    ``on_other_days``: those that are there on other days than the round's, id -> that day.
    """
    marked, _ = read_marked(FILE, data)
    assert marked is not None
    content = as_map(read_content(data))
    named = [(key, number, place["owner"]) for key in kinds for number, place in enumerate(as_list(content.get(key))) if place.get("owner")]
    problems = []
    for key, number, owner in named:
        path = (key, number, "owner")
        if owner in on_other_days:
            problems.append(Problem(path, "owner-not-there", {"owner": owner, "day": on_other_days[owner]}))
        elif owner not in owners:
            problems.append(unknown_name(path, "an_owner", owner, [each for each, kind in owners.items() if kind in kinds[key]]))
        elif owners[owner] not in kinds[key]:
            problems.append(Problem(path, f"owner-not-in-{key}", {"owner": owner}))
    return _place(marked, problems)


def tell_placed_twice(data: bytes, twice: Collection[tuple[str, int, int, Mapping[str, Any]]]) -> list[Mistake]:
    """Return that rows fit two places as mistakes; ``twice``: places or units, the first of them, the other, and which row."""
    marked, _ = read_marked(FILE, data)
    assert marked is not None
    return [
        Mistake(FILE, find_line(marked, (key, second)), Problem((key, second), "placed-twice", {**facts, "other": line}))
        for key, first, second, facts in twice
        for line in [find_line(marked, (key, first))]
    ]


def tell_unmatched(data: bytes, unmatched: Collection[tuple[Path, str]]) -> list[Mistake]:
    """Return as mistakes the texts of a checked mapping that no row fits, each with its path."""
    marked, _ = read_marked(FILE, data)
    assert marked is not None
    return _place(marked, [Problem(path, "unmatched-text", {"text": text or "(tom)"}) for path, text in unmatched])


def find_line(marked: MarkedYaml, path: Path) -> int:
    """Return the line on which a path stands, or as much of it as there is."""
    return marked.find(path)[1]


def _place(marked: MarkedYaml, problems: list[Problem]) -> list[Mistake]:
    return [Mistake(FILE, find_line(marked, problem.path), problem) for problem in problems]


def _check_needed(content: Mapping[Any, Any]) -> Iterator[Problem]:
    """Yield what a table does not say of itself, as a SIE file does, and its mapping does not say either."""
    export = content.get("export")
    if isinstance(export, Mapping) and export.get("format", "table") == "table":
        yield from (Problem(("export",), "missing-key", {"key": key}) for key in ("unit", "signs") if key not in export)
        if "amounts" not in content:
            yield Problem((), "missing-key", {"key": "amounts"})


def _check_columns(content: Mapping[Any, Any]) -> Iterator[Problem]:
    """Yield columns that are named without being among those that the mapping describes."""
    columns = as_map(content.get("columns"))
    for path, name in _list_named(content):
        if isinstance(name, str) and name not in columns:
            yield unknown_name(path, "a_mapped_column", name, columns)


def _list_named(content: Mapping[Any, Any]) -> Iterator[tuple[Path, Any]]:
    for number, name in enumerate(as_list(as_map(content.get("export")).get("fill_down"))):
        yield ("export", "fill_down", number), name
    for path, where in _list_conditions(content):
        yield from (((*path, name), name) for name in as_map(where))
    for part in ("places", "units"):
        for number, place in enumerate(as_list(content.get(part))):
            yield from (((part, number, key), as_map(place)[key]) for key in ("owner_from", "activity_from") if as_map(place).get(key))


def _list_conditions(content: Mapping[Any, Any]) -> Iterator[tuple[Path, Any]]:
    yield from (((key,), content.get(key)) for key in ("revenue", "cost", "sums", "no_sums"))
    for key in ("leave_out", "places", "units"):
        yield from (((key, number, "where"), as_map(part).get("where")) for number, part in enumerate(as_list(content.get(key))))
    yield from ((("internal", number), where) for number, where in enumerate(as_list(content.get("internal"))))
