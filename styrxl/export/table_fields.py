"""The fields of a table of ours for Table Schema: from its YAML in ``schemas/`` and, of own columns, from its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from styrxl.export.resource import COUNT, PLAIN, REFERENCE, TEXT, DataField
from styrxl.model.forms import Column

KINDS: Mapping[str, str] = {"str": "string", "object": "string", "Int64": "integer", "float64": "number", "datetime64[ns]": "date"}
_COLUMN_KINDS: Mapping[str, str] = {"integer": "integer", "number": "number", "date": "date"}
_MANY = 100  # a whole number that may be higher counts something; a lower one is a step on a scale
_MONEY = ("tkr", "kr", "mnkr", "%")


def make_field(name: str, schema: Mapping[str, Any], column: Column | None) -> DataField:
    """Return a column of a table as a field.

    ``schema``: what ``schemas/TABLE.yaml`` says of it, empty for one of a workspace's own. ``column``: as a form has it, None where
    none of them has it any more.
    """
    kind = KINDS.get(schema.get("dtype", ""), "") or _COLUMN_KINDS.get(column.kind if column else "", "string")
    if column and not schema and column.takes_words:
        kind = "string"
    constraints = _read_constraints(schema) if schema else _constraints_of(column, kind)
    return DataField(name, kind, _describe(schema, column), constraints, _find_content(schema, column, kind, constraints))


def _describe(schema: Mapping[str, Any], column: Column | None) -> str:
    if schema.get("description"):
        return str(schema["description"])
    return (column.heading.get("en") or column.heading["sv"]) if column else ""


def _read_constraints(schema: Mapping[str, Any]) -> dict[str, Any]:
    checks, found = schema.get("checks") or {}, dict[str, Any]()
    if schema.get("nullable") is False:
        found["required"] = True
    if "isin" in checks:
        found["enum"] = [*checks["isin"]]
    if "str_matches" in checks:
        found["pattern"] = checks["str_matches"]
    if "max_value" in checks.get("str_length", {}):
        found["maxLength"] = checks["str_length"]["max_value"]
    limits = checks.get("in_range", {})
    names = {"minimum": (limits.get("min_value"), checks.get("greater_than_or_equal_to"))}
    names["maximum"] = (limits.get("max_value"), checks.get("less_than_or_equal_to"))
    for name, given in names.items():
        limit = next((value for value in given if value is not None), None)
        if limit is not None:
            found[name] = limit if isinstance(limit, int | float) else str(limit)
    return found


def _constraints_of(column: Column | None, kind: str) -> dict[str, Any]:
    if column is None:
        return {}
    given: dict[str, float | None] = {"maxLength": column.max_length if kind == "string" else None}
    given |= {"minimum": column.low, "maximum": column.high} if kind in {"integer", "number"} else {}
    return {name: limit for name, limit in given.items() if limit is not None}


def _find_content(schema: Mapping[str, Any], column: Column | None, kind: str, constraints: Mapping[str, Any]) -> str:
    if kind == "string":
        return _find_content_of_text(schema, column, constraints)
    if kind == "date" or (column and column.unit in _MONEY):
        return PLAIN
    if kind == "integer":
        is_year = constraints.get("minimum", 0) >= 1900
        return PLAIN if is_year or constraints.get("maximum", _MANY + 1) <= _MANY else COUNT
    return PLAIN if schema else COUNT  # the standard's numbers are money


def _find_content_of_text(schema: Mapping[str, Any], column: Column | None, constraints: Mapping[str, Any]) -> str:
    if "enum" in constraints:
        return PLAIN
    if column and (column.kind == "ref" or column.number or (column.kind == "choice" and column.list)):
        return REFERENCE
    return REFERENCE if schema and "pattern" in constraints and not (column and column.own) else TEXT
