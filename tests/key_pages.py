"""The handbook's pages of every key: made from the models of what files may say, and from docs/words/keys.yaml, which has the Swedish.

``python tests/key_pages.py`` writes the pages anew after a change.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

sys.path.insert(0, str(Path(__file__).parent))
from styrxl.descriptions.base_models import Part, Text
from styrxl.descriptions.foreign_models import ForeignForm
from styrxl.descriptions.models import Form, Rounds, Words
from styrxl.descriptions.outcome_mapping import OutcomeMapping
from styrxl.descriptions.settings_model import SettingsFile
from styrxl.descriptions.table_model import Table
from styrxl.model.yaml_files import read_yaml

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {"sv": "sv/nycklar.md", "en": "en/keys.md"}
DOCUMENTS: tuple[type[BaseModel], ...] = (Form, ForeignForm, Table, Rounds, Words, OutcomeMapping, SettingsFile)
_DEFAULTS = {"SettingsFile"}  # where what counts if nothing is said is a value of its own; of the others their words tell it


@cache
def read_key_words() -> Mapping[str, Any]:
    """Return what docs/words/keys.yaml says."""
    return dict(read_yaml((DOCS / "words" / "keys.yaml").read_text("utf-8")))


def list_parts(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """Return the JSON Schemas of a file's parts by name, the whole first, each before those that it is made of."""
    schema = model.model_json_schema()
    defined, order = schema.get("$defs", {}), dict[str, dict[str, Any]]()

    def add(name: str, part: dict[str, Any]) -> None:
        if name in order or _is_text(name):
            return
        order[name] = part
        for inner in dict.fromkeys(_find_references(part)):
            add(inner, defined[inner])

    add(model.__name__, {key: value for key, value in schema.items() if key != "$defs"})
    return order


def _find_references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield str(schema["$ref"]).rpartition("/")[2]
        for key, part in schema.items():
            if key != "default":
                yield from _find_references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _find_references(part)


def _list_classes(above: type[Part] = Part) -> dict[str, type[Part]]:
    return {above.__name__: above} | {name: one for below in above.__subclasses__() for name, one in _list_classes(below).items()}


def _is_text(name: str) -> bool:
    """Tell whether a part is a text in both languages and nothing more."""
    return issubclass(found := _list_classes()[name], Text) and len(found.model_fields) == len(Text.model_fields)


def find_swedish(part: str, key: str) -> tuple[str, str] | None:
    """Return the Swedish of a key and the part that declares it; None where there is none."""
    for above in _list_classes()[part].__mro__:
        keys = read_key_words()["parts"].get(above.__name__, {}).get("keys", {})
        if key in keys:
            return above.__name__, keys[key]
    return None


def make_key_page(language: str) -> str:
    """Return the page of all keys in a language."""
    words = read_key_words()
    page = words["page"][language]
    lines = [f"# {page['title']}", "", page["intro"], "", f"{page['made']} {page['star']}", ""]
    told = set[str]()
    for model in DOCUMENTS:
        document = words["documents"][model.__name__]
        lines += [f"## {document['title'][language]}", "", document["intro"][language], ""]
        for name, part in list_parts(model).items():
            if name not in told:
                told.add(name)
                lines += _make_section(name, part, language, with_default=model.__name__ in _DEFAULTS)
    return "\n".join(lines).rstrip() + "\n"


def _make_section(name: str, part: Mapping[str, Any], language: str, *, with_default: bool) -> Iterator[str]:
    words = read_key_words()
    said = words["parts"][name]
    about = said["sv"] if language == "sv" else str(_list_classes()[name].__doc__).partition("\n")[0]
    headings = [*words["page"][language]["headings"], *([words["page"][language]["default"]] if with_default else [])]
    yield from (f"### {said['title'][language]}", "", about, "")
    yield from (make_row(headings), make_row(["---"] * len(headings)))
    for key, value in part["properties"].items():
        means = find_swedish(name, key) if language == "sv" else (name, value.get("description", ""))
        star = " \\*" if key in part.get("required", ()) else ""
        cells = [f"`{key}`{star}", _describe(value, language), means[1] if means else ""]
        yield make_row([*cells, *([_write_default(value)] if with_default else [])])
    yield ""


def make_row(cells: Sequence[str]) -> str:
    """Return a row of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _describe(schema: Mapping[str, Any], language: str) -> str:
    """Return in words what value a JSON Schema lets be."""
    values = read_key_words()["values"]
    either = f" {values['or'][language]} "
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return str(values["both"][language]) if issubclass(_list_classes()[name], Text) and _is_text(name) else _link(name, language)
    if "anyOf" in schema or "oneOf" in schema:
        choices = [_describe(one, language) for one in schema.get("anyOf") or schema["oneOf"] if one.get("type") != "null"]
        return either.join(dict.fromkeys(choices))
    if "const" in schema or "enum" in schema:
        return ", ".join(f"`{_write(value)}`" for value in schema.get("enum", [schema.get("const")]) if value != "")
    return _describe_kind(schema, language)


def _describe_kind(schema: Mapping[str, Any], language: str) -> str:
    values, kind = read_key_words()["values"], schema.get("type")
    if kind == "array":
        return str(values["list"][language]).format(of=_describe(schema.get("items", {}), language))
    if kind == "object":
        inner: Any = schema.get("additionalProperties") or next(iter(schema.get("patternProperties", {}).values()), {})
        return str(values["by_name"][language]).format(of=_describe(inner if isinstance(inner, dict) else {}, language))
    name = "date" if schema.get("format") == "date" else {"string": "text", "null": "empty"}.get(str(kind), str(kind))
    bounds = [values[word][language].format(n=schema[key]) for key, word in _BOUNDS.items() if key in schema]
    return ", ".join([str(values.get(name, values["anything"])[language]), *bounds])


_BOUNDS = {"minimum": "at_least", "maximum": "at_most"}


def _link(name: str, language: str) -> str:
    title = read_key_words()["parts"][name]["title"][language]
    return f"[{title.strip('[]')}](#{make_anchor(title)})"


def make_anchor(title: str) -> str:
    """Return the name of a heading, as GitHub gives it."""
    return "".join(sign for sign in title.lower().replace(" ", "-") if sign.isalnum() or sign in "-_")


def _write_default(schema: Mapping[str, Any]) -> str:
    """Return what counts where a key is not there, as TOML writes it; nothing where that says nothing."""
    value = schema.get("default")
    return "" if isinstance(value, dict) or value in (None, "", []) else f"`{_write(value)}`"


def _write(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def main() -> None:
    """Write the pages anew."""
    for language, name in PAGES.items():
        (DOCS / name).write_text(make_key_page(language), "utf-8")


if __name__ == "__main__":
    main()
