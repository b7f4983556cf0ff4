"""Resources as the files of a Frictionless data package: the same resources give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from styrxl.export.formats import FORMATS, Format
from styrxl.export.resource import DataField, Resource, find_key, list_constraints, list_references

DESCRIPTION = "datapackage.json"


def make_package(resources: Sequence[Resource], facts: Mapping[str, Any], form: str = "csv") -> dict[str, bytes]:
    """Return the package's files by name, the description last.

    ``facts``: name and title of the package, and what else it says. ``form``: a key of ``FORMATS``. Raises StyrxlError (driver-missing).
    """
    how = FORMATS[form]
    written = {resource.name: how.prepare(resource) for resource in resources}
    files = {f"{name}.{how.ending}": how.write(resource) for name, resource in written.items()}
    described = [_describe(of, written, how, files[f"{name}.{how.ending}"]) for name, of in written.items()]
    text = json.dumps({"profile": "tabular-data-package", **facts, "resources": described}, ensure_ascii=False, indent=1) + "\n"
    return {**files, DESCRIPTION: text.encode("utf-8")}


def _describe(resource: Resource, others: Mapping[str, Resource], how: Format, content: bytes) -> dict[str, Any]:
    return {
        "name": resource.name,
        "path": f"{resource.name}.{how.ending}",
        "profile": "tabular-data-resource",
        "description": resource.description,
        "format": how.ending,
        "mediatype": how.media_type,
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
