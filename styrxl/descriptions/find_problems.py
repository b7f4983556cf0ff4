"""Hold a description's content against its model, and tell what is wrong as problems at paths."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from styrxl.descriptions.base_models import Text
from styrxl.descriptions.mistakes import Path, Problem, suggest
from styrxl.descriptions.notation import YAML, Yaml
from styrxl.model.catalogue import Word

_WANTED = {
    "bool": "wanted_truth",
    "int": "wanted_whole_number",
    "float": "wanted_number",
    "finite": "wanted_number",
    "string": "wanted_text",
    "list": "wanted_list",
    "dict": "wanted_mapping",
    "model": "wanted_mapping",
    "date": "wanted_date",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "wanted_at_least"),
    "less_than_equal": ("le", "wanted_at_most"),
    "less_than": ("lt", "wanted_less_than"),
}


def find_problems(model: type[BaseModel], content: Mapping[Any, Any], notation: Yaml = YAML) -> list[Problem]:
    """Return what is wrong with a content by its model, each at its path; ``notation``: how the content is written."""
    try:
        model.model_validate(content)
    except ValidationError as error:
        found = (_describe(model, content, each, notation) for each in error.errors(include_url=False))
        return [problem for problem in found if problem]
    return []


def _describe(model: type[BaseModel], content: Mapping[Any, Any], error: Mapping[str, Any], notation: Yaml) -> Problem | None:
    kind, value = str(error["type"]), error["input"]
    path = _keep_what_is_there(error["loc"], content, last=kind == "missing")
    if kind == "extra_forbidden":
        names = sorted(_names_at(model, path[:-1]))
        return Problem(path, "unknown-key", {"key": str(path[-1]), "nearest": suggest(path[-1], names) or _list_names(names)})
    if kind == "missing":
        return _describe_missing(model, path, notation)
    if value is None and kind != "none_required":
        return Problem(path, "empty-value")
    if error["loc"][-1:] == ("[key]",):
        return Problem(path, "bad-key", {"value": value}) if isinstance(value, str) else _ask_for_quotes(path, value, notation)
    if "code" in error.get("ctx", {}):
        return _describe_wrong(path, error["ctx"], notation)
    return _describe_value(model, path, kind, value, error.get("ctx", {}), notation)


def _describe_missing(model: type[BaseModel], path: Path, notation: Yaml) -> Problem:
    if path[-1] in {"sv", "en"} and _may_be(Text, _types_at(model, path[:-1])):
        return Problem(path[:-1], "language-missing", {"language": Word(f"in_{path[-1]}"), "key": path[-1]})
    section = _may_be(BaseModel, _types_at(model, path))
    return Problem(path[:-1], "missing-key", {"key": notation.name_missing(path, section=section)})


def _describe_wrong(path: Path, context: Mapping[str, Any], notation: Yaml) -> Problem:
    shown = {"value": notation.show, "example": notation.show_example}
    facts = {name: shown[name](fact) if name in shown else fact for name, fact in context.items() if name != "code"}
    return Problem(path, context["code"], facts)


def _describe_value(model: type[BaseModel], path: Path, kind: str, value: Any, context: Mapping[str, Any], notation: Yaml) -> Problem:
    types_ = _types_at(model, path)
    if kind == "string_type" and isinstance(value, bool | int | float | date):
        return _ask_for_quotes(path, value, notation)
    if kind in {"too_short", "string_pattern_mismatch"} and not (isinstance(value, str) and value.strip()):
        return Problem(path, "empty-value")
    shown = notation.show(value)
    if kind == "model_type" and _may_be(Text, types_):
        return Problem(path, "both-languages", {"value": shown})
    if kind == "literal_error":
        choices = [str(choice) for t in types_ if get_origin(t) is Literal for choice in get_args(t) if choice != ""]
        as_written = [notation.show_example(choice) for choice in choices]
        return Problem(path, "not-one-of", {"value": shown, "choices": as_written, "nearest": suggest(value, choices)})
    if kind in _BOUNDS:
        bound, wanted = _BOUNDS[kind]
        return Problem(path, "wrong-kind", {"value": shown, "wanted": Word(wanted, {"bound": context[bound]})})
    wanted = next((wanted for start, wanted in _WANTED.items() if kind.startswith(start)), "wanted_other")
    if wanted == "wanted_list" and _may_be(BaseModel, [inner for each in types_ for inner in _inside(each, 0)]):
        wanted = "wanted_mappings"
    return Problem(path, "wrong-kind", {"value": shown, "wanted": notation.ask_for(wanted, path)})


def _ask_for_quotes(path: Path, value: object, notation: Yaml) -> Problem:
    return Problem(path, "quote-truth") if notation.reads_as_truth(value) else Problem(path, "quote-it", {"value": notation.show(value)})


def _may_be(model: type[BaseModel], types_: Iterable[Any]) -> bool:
    return any(isinstance(one, type) and issubclass(one, model) for one in types_)


def _keep_what_is_there(location: tuple[Any, ...], content: Any, *, last: bool) -> Path:
    """Return pydantic's location without the names of its own that stand in it, such as those of a union's members."""
    path: list[Any] = []
    here = content
    for number, part in enumerate(location):
        if isinstance(here, Mapping) and part in here:
            part = next(key for key in here if key == part)  # noqa: PLW2901 -- the key itself: True where pydantic says 1
            here = here[part]
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        elif isinstance(here, Mapping) and (key := next((k for k in here if str(k) == str(part)), None)) is not None:
            here, part = here[key], key  # noqa: PLW2901 -- a key that is no text, as it stands
        elif not (last and number == len(location) - 1):
            continue
        path.append(part)
    return tuple(path)


def _names_at(model: Any, path: Path) -> set[str]:
    return {name for t in _types_at(model, path) if isinstance(t, type) and issubclass(t, BaseModel) for name in _list_keys(t)}


def _list_keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _types_at(model: Any, path: Path) -> list[Any]:
    """Return what may stand at a path by the model: models, and plain types."""
    here = list(_alternatives(model))
    for part in path:
        here = [inner for each in here for inner in _inside(each, part)]
    return here


def _inside(described: Any, part: object) -> Iterator[Any]:
    if isinstance(described, type) and issubclass(described, BaseModel):
        field = next((f for name, f in described.model_fields.items() if (f.alias or name) == part), None)
        yield from _alternatives(field.annotation) if field else ()
    elif get_origin(described) in {dict, list}:
        yield from _alternatives(get_args(described)[-1])


def _alternatives(described: Any) -> Iterator[Any]:
    if get_origin(described) is Annotated:
        yield from _alternatives(get_args(described)[0])
    elif get_origin(described) in {Union, types.UnionType}:
        for each in get_args(described):
            yield from _alternatives(each)
    else:
        yield described


def _list_names(names: list[str]) -> Word | str:
    return Word("those_there_are", {"list": names}) if names else ""
