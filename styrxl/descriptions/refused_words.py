"""Words that a list offers in a column whose schema does not let them in: whoever chose one would have it to correct."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from styrxl.model.form_files import Forms
from styrxl.model.forms import Column, Form, Sheet, Text


@dataclass(frozen=True, slots=True)
class RefusedWord:
    """A word of a list, and the column in which it is offered and refused; ``schema``: the table that refuses it."""

    list: str
    word: Text
    sheet: Text
    heading: Text
    schema: str


def find_refused_words(forms: Forms) -> Iterator[RefusedWord]:
    """Yield the words that a workspace's forms offer and refuse, each in the first column in which it is so."""
    seen: set[tuple[str, str]] = set()
    for form in map(forms.form, forms.names()):
        for sheet in form.tables:
            schema = forms.schema(sheet.table or "").get("columns", {})
            for column in sheet.columns:
                for code, word in _find_in_column(form, column, (schema.get(column.field) or {}).get("checks") or {}):
                    if (str(column.list), code) not in seen:
                        seen.add((str(column.list), code))
                        yield _describe(sheet, column, word)


def _find_in_column(form: Form, column: Column, checks: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    if not column.list or column.kind != "choice":
        return
    for code, word in form.lists[column.list].items():
        known = code in map(str, checks.get("isin", [code]))
        if word.get("offered", True) and not (known and (not column.whole or _is_within(code, column))):
            yield code, word


def _is_within(code: str, column: Column) -> bool:
    """Tell whether a code of a list of whole numbers is one, and within its column's bounds."""
    low, high = column.low, column.high
    return code.isdecimal() and (low is None or int(code) >= low) and (high is None or int(code) <= high)


def _describe(sheet: Sheet, column: Column, word: Text) -> RefusedWord:
    return RefusedWord(str(column.list), word, sheet.name, column.heading, sheet.table or "")
