"""The rows of accepted returns, one resource a table, with whose each row is and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from styrxl.export.resource import FILE, DataField, Reference, Resource
from styrxl.export.table_fields import make_field
from styrxl.export.values import plain_value
from styrxl.model.errors import StyrxlError
from styrxl.model.form_files import Forms
from styrxl.model.forms import Column
from styrxl.model.judged import ALONE
from styrxl.model.table_values import records
from styrxl.reports.view import View

ROUND = Reference("round", "dim_rounds", "round")
OWNER = Reference("owner", "dim_owners", "owner")
_PLACE = (
    DataField("round", "string", "The round."),
    DataField("owner", "string", "Whose row it is: a board, a unit, a company …"),
    DataField("path", "string", "The return that it stands in, from the workspace.", content=FILE),
    DataField("sheet", "string", "The return's sheet.", content=FILE),
    DataField("row", "integer", "The sheet's row, as Excel counts them.", content=FILE),
    DataField("accounts_only", "boolean", "Whether the accounts alone have it, and nobody has answered on it."),
)
_REFERENCES = {"goal_id": ("dim_goals", "goal"), "indicator_id": ("dim_indicators", "indicator"), "unit_id": ("dim_owners", "owner")}


def make_round_tables(view: View) -> list[Resource]:
    """Return the tables of a round as resources, sorted by name; those that nobody has answered in are there with no rows."""
    columns = _collect_columns(view)
    return [_make_table(view, name, columns.get(name, {})) for name in sorted(view.tables)]


def _make_table(view: View, name: str, columns: Mapping[str, Column]) -> Resource:
    frame, schema = view.table(name), _read_schema(view.scope.forms, name)
    described = schema.get("columns", {})
    names = [field for field in (*described, *columns) if field in frame]
    names = [*dict.fromkeys([*names, *(str(field) for field in frame.columns if not str(field).startswith("_"))])]
    fields = [make_field(field, described.get(field, {}), columns.get(field)) for field in names]
    rows = [(*_place(view, row), *(plain_value(row[f.name], f.kind) for f in fields)) for row in records(frame)]
    keys = [(f.name,) for f in fields if f.name.endswith("_id")][:1]
    references = [Reference(field, *_REFERENCES[field]) for field in names if field in _REFERENCES]
    description = str(schema.get("description") or f"Rows of the table {name}.")
    return Resource(name, description, (*_PLACE, *fields), rows, (("path", "sheet", "row"), *keys), (ROUND, OWNER, *references))


def _place(view: View, row: Mapping[str, Any]) -> tuple[Any, ...]:
    path = plain_value(view.sources[row["_source"]].path, "string")
    return view.round.id, row["_owner"], path, row["_sheet"], int(row["_row"]), bool(row.get(ALONE))


def _collect_columns(view: View) -> dict[str, dict[str, Column]]:
    """Return the columns of the round's forms, by table and field; those of rows that close a sheet are in tables of their own."""
    found: dict[str, dict[str, Column]] = {}
    for table, column in _list_columns(view):
        found.setdefault(table, {}).setdefault(column.field, column)
    return found


def _list_columns(view: View) -> Iterator[tuple[str, Column]]:
    for form in view.forms:
        for sheet in form.tables:
            yield from ((sheet.table or "", column) for column in sheet.columns)
            if sheet.closing:
                yield from ((sheet.closing.table, column) for column in sheet.closing_columns)


def _read_schema(forms: Forms, table: str) -> Mapping[str, Any]:
    """Return a table's schema; nothing for a table that has none any more, or is one of rows that close another's."""
    try:
        return forms.schema(table)
    except StyrxlError:
        return {}
