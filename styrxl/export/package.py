"""Resources as the files of a Frictionless data package: the same resources give the same bytes."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from io import StringIO
from typing import Any

from styrxl.export.resource import DataField, Resource, find_key, list_constraints, list_references

DESCRIPTION = "datapackage.json"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def make_package(resources: Sequence[Resource], facts: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the package's files by name, the description last; ``facts``: name and title of the package, and what else it says."""
    written = [_guard(resource) for resource in resources]
    files = {f"{resource.name}.csv": _write_csv(resource) for resource in written}
    by_name = {resource.name: resource for resource in written}
    described = [_describe(resource, by_name, files[f"{resource.name}.csv"]) for resource in written]
    package = {"profile": "tabular-data-package", **facts, "resources": described}
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    return {**files, DESCRIPTION: text.encode("utf-8")}


def _describe(resource: Resource, others: Mapping[str, Resource], content: bytes) -> dict[str, Any]:
    return {
        "name": resource.name,
        "path": f"{resource.name}.csv",
        "profile": "tabular-data-resource",
        "description": resource.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{sha256(content).hexdigest()}",
        "schema": describe_schema(resource, others),
    }


def describe_schema(resource: Resource, others: Mapping[str, Resource]) -> dict[str, Any]:
    """Return a resource's Table Schema: what really holds in its rows (``others``: the package's resources, by name)."""
    schema: dict[str, Any] = {"fields": [_describe_field(f, resource.values(f.name)) for f in resource.fields], "missingValues": [""]}
    if key := find_key(resource):
        schema["primaryKey"] = [*key]
    references = [
        {"fields": [ref.field], "reference": {"resource": ref.resource, "fields": [ref.of]}} for ref in list_references(resource, others)
    ]
    return schema | ({"foreignKeys": references} if references else {})


def _describe_field(of: DataField, values: Sequence[Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"name": of.name, "type": of.kind, "description": of.description}
    constraints = list_constraints(of, values)
    return told | ({"constraints": constraints} if constraints else {})


def _guard(resource: Resource) -> Resource:
    """Return a resource whose texts no spreadsheet takes for formulas when it opens the file: an apostrophe stands before them."""
    return resource.change({f.name: _guard_text for f in resource.fields if f.kind == "string" and "enum" not in f.constraints})


def _guard_text(text: str | None) -> str | None:
    return f"'{text}" if text and text.startswith(_FORMULA) else text


def _write_csv(resource: Resource) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(resource.names)
    writer.writerows([_as_text(value) for value in row] for row in resource.rows)
    return text.getvalue().encode("utf-8")


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0") if value else "0"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else str(value)
