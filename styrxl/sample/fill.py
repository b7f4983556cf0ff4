"""A workbook with answers in it, made by the builder of forms: by the sample's people, and by the tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from styrxl.excel.look import STANDARD, Look
from styrxl.model.forms import Column, Form
from styrxl.model.prefill import Prefill
from styrxl.templates.build import lay_out_workbook, token_values
from styrxl.templates.drop_downs import find_text_field, make_entry
from styrxl.templates.workbook_context import WorkbookContext, end_print_areas, put_answers, replace_token
from styrxl.templates.write_workbook import OpenWorkbook, write_workbook

Answer = Mapping[str, Any]
Answers = Mapping[str, Sequence[Answer]]
_Placed = dict[str, dict[int, dict[str, Any]]]  # sheet key -> row of data -> field -> value


class DoesNotFitError(ValueError):
    """An answer for which the workbook has no place; says which."""


@dataclass(frozen=True, slots=True)
class AsTyped:
    """What is typed exactly as it is, whatever the column asks for."""

    value: Any


def fill(form: Form, prefill: Prefill, answers: Answers, shown: Look = STANDARD, *, short: bool = False) -> bytes:
    """Return the workbook that was issued with a prefill (signed), with answers in it; ``short``: it prints no further than they go.

    ``answers``: sheet key -> rows in the order of the sheet's rows (an empty one leaves its row alone), field -> value: text,
    number, date, a choice's code, a goal's id, ids joined with ``;``, or ``AsTyped``. Raises DoesNotFitError where an answer has
    no sheet, row or column, or its cell is locked.
    """
    context = lay_out_workbook(form, prefill)
    stamps = token_values(prefill, context)
    placed = _place_answers(context, answers, stamps)
    filled = put_answers(context, placed, stamps)
    book = write_workbook(end_print_areas(filled) if short else filled, shown)
    _check_free(book, context, placed)
    return book.stamped(token_values(prefill, filled))


def _place_answers(context: WorkbookContext, answers: Answers, stamps: Mapping[str, str]) -> _Placed:
    """Return answers in their places, as somebody types or chooses them; raises DoesNotFitError."""
    if absent := answers.keys() - context.layouts.keys():
        raise DoesNotFitError(f"the workbook has no sheet for {', '.join(sorted(absent))}")
    offered: dict[str, str] = {}
    for code, entry in (*_list_issued_entries(context), *_list_answered_entries(context, answers, stamps)):
        offered.setdefault(code, entry)  # of rows with one id the first is what a drop-down has
    placed: _Placed = {}
    for key, rows in answers.items():
        for index, row in enumerate(rows):
            given = {field: value for field, value in row.items() if value is not None}
            if given:
                _check_place(context, key, index, given)
                columns = {field: context.layouts[key].sheet.column(field) for field in given}
                typed = {field: _type_value(columns[field], value, context, offered) for field, value in given.items()}
                placed.setdefault(key, {})[index] = typed
    return placed


def _list_issued_entries(context: WorkbookContext) -> Iterator[tuple[str, str]]:
    """Yield what drop-downs offer as issued, by id."""
    yield from ((entry.split(" ", 1)[0], entry) for entries in context.entries.values() for entry in entries)


def _list_answered_entries(context: WorkbookContext, answers: Answers, stamps: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the entries of drop-downs that these answers add, by id: a goal is tied to before anybody looks in the list."""
    for key, rows in answers.items():
        sheet, issued = context.layouts[key].sheet, context.issued[key]
        if sheet.layout == "rows" and len(sheet.columns) > 1:
            first, name = sheet.columns[0].field, find_text_field(sheet)
            for row, given in zip(rows, issued, strict=False):
                code, text = row.get(first) or replace_token(given[first], stamps), row.get(name)
                if isinstance(code, str) and code and isinstance(text, str):
                    yield code, make_entry(code, text)


def _check_place(context: WorkbookContext, key: str, index: int, given: Answer) -> None:
    layout = context.layouts[key]
    for field in given:
        if field not in layout.letters or index >= len(context.issued[key]):
            raise DoesNotFitError(f"{layout.name}: no place for {field}, row {index + 1}")


def _type_value(column: Column, value: Any, context: WorkbookContext, offered: Mapping[str, str]) -> Any:
    """Return a value as it is typed or chosen in the workbook's language."""
    if isinstance(value, AsTyped):
        return value.value
    if column.kind == "choice" or (column.takes_words and isinstance(value, str)):
        word = context.terms.word(column, str(value))
        return int(word) if word.isdecimal() else word
    if column.kind == "ref":
        return "; ".join(str(value).split(";")) if column.many else offered.get(str(value), value)
    return value


def _check_free(book: OpenWorkbook, context: WorkbookContext, placed: _Placed) -> None:
    """Raise DoesNotFitError where an answer's cell is locked."""
    for key, rows in placed.items():
        layout, sheet = context.layouts[key], book.pages[key].sheet
        for cell in (layout.cell(field, index) for index, row in rows.items() for field in row):
            if sheet[cell].protection.locked:
                raise DoesNotFitError(f"{layout.name}!{cell} is locked")
