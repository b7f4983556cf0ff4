"""What has changed in a form since it was issued, as far as returns are judged by it: not its help texts, widths and titles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from styrxl.model.form_editions import FormEdition
from styrxl.model.forms import Column, Form, Sheet, Text
from styrxl.model.rounds import RoundKind

_LOOKS = frozenset({"title", "description"})  # of a schema or a column of it


def find_changed_sheets(old: FormEdition, new: FormEdition, kind: RoundKind | None) -> list[Text]:
    """Return the names of the sheets that are judged otherwise by one edition of a form than by another, in a kind of round."""
    before, after = _describe(old, kind), _describe(new, kind)
    return [names for key, names in (_names(old, kind) | _names(new, kind)).items() if before.get(key) != after.get(key)]


def _names(edition: FormEdition, kind: RoundKind | None) -> dict[str, Text]:
    return {sheet.key: sheet.name for sheet in edition.form(kind).tables}


def _describe(edition: FormEdition, kind: RoundKind | None) -> dict[str, Any]:
    """Return what holds of each sheet that comes back as a table, by key."""
    form = edition.form(kind)
    return {
        sheet.key: (
            replace(sheet, help={}, rows=0, break_before=None, limits=(), columns=tuple(map(_bare_column, sheet.columns))),
            _lists(form, sheet),
            _bare_schema(edition.schema(sheet.table or "")),
        )
        for sheet in form.tables
    }


def _bare_column(column: Column) -> Column:
    return replace(column, help=None, width=0)


def _lists(form: Form, sheet: Sheet) -> dict[str, Any]:
    return {column.list: form.lists.get(column.list) for column in sheet.columns if column.list}


def _bare_schema(schema: Any) -> Any:
    if isinstance(schema, Mapping):
        return {key: _bare_schema(value) for key, value in schema.items() if key not in _LOOKS or isinstance(value, Mapping)}
    return schema
