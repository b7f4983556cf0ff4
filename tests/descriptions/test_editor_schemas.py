"""What editors complete by is made from the models, and lets right files be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from styrxl.descriptions.editor_schemas import MODELS, dump_editor_schema, make_editor_schema
from styrxl.descriptions.models import Form
from styrxl.model.standard_folder import standard_folder
from styrxl.model.yaml_files import read_yaml

PROFILE: dict[str, Any] = {
    "extends": "unit_plan",
    "sheets": {"goals": {"omit": True}, "commitments": {"columns": {"risk": {"heading": {"sv": "Risk", "en": "Risk"}, "width": 12}}}},
}


TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": int | float, "null": type(None)}


def fits(value: Any, schema: Any, root: dict[str, Any]) -> bool:
    """Tell whether a value is what a JSON Schema lets be, of as much of the language as ours are written in."""
    if not isinstance(schema, dict):
        return bool(schema)
    if "$ref" in schema:
        return fits(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "anyOf" in schema or "oneOf" in schema:
        return any(fits(value, one, root) for one in schema.get("anyOf") or schema["oneOf"])
    if "const" in schema or "enum" in schema:
        return value in schema.get("enum", [schema.get("const")])
    if "type" in schema and (not isinstance(value, TYPES[schema["type"]]) or (isinstance(value, bool) and schema["type"] != "boolean")):
        return False
    if isinstance(value, dict):
        known, other = schema.get("properties", {}), schema.get("additionalProperties", True)
        return set(schema.get("required", ())) <= set(value) and all(fits(part, known.get(key, other), root) for key, part in value.items())
    return all(fits(part, schema.get("items", True), root) for part in value) if isinstance(value, list) else True


def choose_schema(path: Path) -> str:
    """Return the name of the schema that a standard file is held against."""
    kind = path.stem if path.stem in {"words", "rounds"} else "form" if path.parent.name == "sheets" else "table"
    return f"{path.parent.name}/{kind}.schema.json"


@pytest.mark.parametrize("name", MODELS)
def test_the_schemas_that_lie_there_are_those_of_the_models(name: str) -> None:
    """Made anew by ``python -m styrxl.descriptions.editor_schemas``."""
    assert (standard_folder() / name).read_text("utf-8") == dump_editor_schema(MODELS[name])


@pytest.mark.parametrize(
    "path", [p for kind in ("sheets", "schemas") for p in sorted((standard_folder() / kind).glob("*.yaml")) if p.stem != "report"], ids=str
)
def test_the_standard_files_pass_and_name_their_schema(path: Path) -> None:
    """In whatever round a value differs."""
    schema = make_editor_schema(MODELS[choose_schema(path)])
    assert fits(read_yaml(path.read_text("utf-8")), schema, schema)
    if path.parent.name == "sheets":
        assert path.read_text("utf-8").startswith(f"# yaml-language-server: $schema={Path(choose_schema(path)).name}\n")


@pytest.mark.parametrize(
    "where, key", [((), "sheet"), (("sheets", "commitments"), "colums"), (("sheets", "commitments", "columns", "risk"), "wdith")]
)
def test_a_misspelt_key_is_marked(where: tuple[str, ...], key: str) -> None:
    """And a file that holds only what differs is not."""
    schema = make_editor_schema(Form)
    assert fits(PROFILE, schema, schema)
    wrong = read_yaml(str(PROFILE))
    here = wrong
    for part in where:
        here = here[part]
    here[key] = 1
    assert not fits(wrong, schema, schema)
