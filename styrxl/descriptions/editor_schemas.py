"""What editors complete YAML by: JSON Schemas made from the models, ``python -m styrxl.descriptions.editor_schemas [FOLDER]``.

A file begins with ``# yaml-language-server: $schema=form.schema.json`` to be held against the one that lies beside it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from styrxl.descriptions.foreign_models import ForeignForm
from styrxl.descriptions.models import Form, Rounds, Words
from styrxl.descriptions.outcome_mapping import OutcomeMapping
from styrxl.descriptions.table_model import Table
from styrxl.model.standard_folder import standard_folder

MODELS: Mapping[str, type[BaseModel]] = {
    "sheets/form.schema.json": Form,
    "sheets/foreign.schema.json": ForeignForm,
    "sheets/words.schema.json": Words,
    "sheets/rounds.schema.json": Rounds,
    "sheets/outcomes.schema.json": OutcomeMapping,
    "schemas/table.schema.json": Table,
}
_WHOLE = {"Text", "NameOfSheet", "ListEntry", "Range"}  # of which no part is left out, even where only what differs is written
_BY_ROUND = {"Form": {"title", "purpose", "steps"}, "Sheet": set[str](), "Column": set[str]()}  # whose values may differ; empty: all
_NOT_BY_ROUND = {"columns", "rounds", "after", "omit"}


def make_editor_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of files that a model describes, whole or only what differs."""
    schema = _tidy(model.model_json_schema())
    parts = {model.__name__: schema, **schema.get("$defs", {})}
    for name, part in parts.items():
        if name not in _WHOLE and model not in {Table, OutcomeMapping}:
            part.pop("required", None)
        if model is Form and "properties" in part:
            part["properties"] = {key: _allow_by_round(name, key, value) for key, value in part["properties"].items()}
            if part is not schema:
                part["properties"]["omit"] = {"const": True, "description": "true: it is taken away"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _allow_by_round(name: str, key: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a value that may be another in each round, where it may."""
    if name not in _BY_ROUND or key in _NOT_BY_ROUND or (_BY_ROUND[name] and key not in _BY_ROUND[name]):
        return dict(schema)
    told = {"description": schema["description"]} if "description" in schema else {}
    plain = {part: value for part, value in schema.items() if part != "description"}
    if key == "steps":
        return {**told, **plain, "items": _either(plain["items"])}
    return {**told, **_either(plain)}


def _either(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [dict(schema), {"type": "object", "minProperties": 1, "additionalProperties": dict(schema)}]}


def _tidy(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema without what pydantic adds for itself: titles, stand-ins for what is not said, and patterns of names."""
    tidied: dict[str, Any] = {}
    for key, value in schema.items():
        if key in {"properties", "$defs"}:
            tidied[key] = {name: _tidy(part) for name, part in value.items()}
        elif key == "patternProperties":  # whose patterns know no Swedish letters in an editor
            [tidied["additionalProperties"]] = map(_tidy, value.values())
        elif isinstance(value, dict) and key not in {"propertyNames", "default"}:
            tidied[key] = _tidy(value)
        elif isinstance(value, list):
            tidied[key] = [_tidy(part) if isinstance(part, dict) else part for part in value]
        elif key not in {"title", "default", "propertyNames"}:
            tidied[key] = value
    return tidied


def write_editor_schemas(folder: Path) -> list[Path]:
    """Write the JSON Schemas into the ``sheets/`` and ``schemas/`` of a folder; return the files."""
    for name, model in MODELS.items():
        (folder / name).write_text(dump_editor_schema(model), "utf-8")
    return [folder / name for name in MODELS]


def dump_editor_schema(model: type[BaseModel]) -> str:
    """Return a model's JSON Schema as it is kept."""
    return json.dumps(make_editor_schema(model), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for path in write_editor_schemas(Path(sys.argv[1]) if len(sys.argv) > 1 else standard_folder()):
        sys.stdout.write(f"{path}\n")
