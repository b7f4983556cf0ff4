"""What stands in a workbook's cells as issued: codes as words, ids with their texts, dates as dates, numbers of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from math import fsum, prod
from typing import Any

from styrxl.excel.cells import CellError, clean, token
from styrxl.excel.sheet import Value
from styrxl.model.forms import EVERYBODY, Column, Form, Sheet
from styrxl.model.prefill import Prefill, Row, shown_texts
from styrxl.templates.drop_downs import OWN_PREFIX, find_text_field, make_entry
from styrxl.templates.layout import SheetLayout
from styrxl.templates.words import Terms

RowValues = Mapping[str, Value]

_ROOM_FOR_TEXT = 20  # digits; in a narrower column an id stands alone


def clean_prefill(prefill: Prefill) -> Prefill:
    """Return a prefill without letters that a workbook cannot hold."""
    return replace(
        prefill,
        rows={key: tuple({f: _clean(v) for f, v in row.items()} for row in rows) for key, rows in prefill.rows.items()},
        lists={key: tuple((clean(i), clean(t)) for i, t in pairs) for key, pairs in prefill.lists.items()},
        municipality=clean(prefill.municipality),
        round_name=clean(prefill.round_name),
    )


def _clean(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def list_cell_values(form: Form, prefill: Prefill, layouts: Mapping[str, SheetLayout], terms: Terms) -> dict[str, tuple[RowValues, ...]]:
    """Return what stands in each row of each sheet (or once, where it is laid out downwards), by field; blank rows too.

    What stands in a row that closes a sheet comes last.
    """
    texts = _entries_by_id(form, prefill)
    rows = {sheet.key: _sheet_rows(sheet, prefill, layouts[sheet.key], terms, texts) for sheet in form.sheets}
    for sheet in form.sheets:
        if sheet.closing and layouts[sheet.key].closes:
            given = prefill.rows[sheet.closing.table][0]
            values = {column.field: cell_value(column, given.get(column.field), terms, texts) for column in sheet.columns}
            rows[sheet.key].append(add_up(sheet, rows[sheet.key], values))
    return {key: tuple(some) for key, some in rows.items()}


def _sheet_rows(sheet: Sheet, prefill: Prefill, layout: SheetLayout, terms: Terms, texts: Mapping[str, str]) -> list[RowValues]:
    given = prefill.rows.get(sheet.key, ())
    rows: list[Row] = [*given, *({} for _ in range(layout.rows - len(given)))]
    if layout.is_downwards:
        rows = [given[0] if given else {}]
    numbered = 0
    made: list[RowValues] = []
    for row in rows:
        values = {
            column.field: shown_texts(row, column.field).get(terms.language) or cell_value(column, row.get(column.field), terms, texts)
            for column in sheet.columns
        }
        for column in sheet.columns:
            if column.number and values[column.field] in (None, ""):
                values[column.field] = token(f"id:{sheet.key}:{numbered}")
                numbered += 1
            elif column.formula:
                values[column.field] = compute_formula(column, values)
        made.append(values)
    return made


def _entries_by_id(form: Form, prefill: Prefill) -> dict[str, str]:
    """Return the entry of each id that drop-downs may offer."""
    found = {i: make_entry(i, t) for pairs in prefill.lists.values() for i, t in pairs}
    for sheet in form.sheets:
        if any(OWN_PREFIX + sheet.key in column.source for other in form.sheets for column in other.columns):
            first, text = sheet.columns[0].field, find_text_field(sheet)
            for row in prefill.rows.get(sheet.key, ()):
                if row.get(first) and row.get(text):
                    found.setdefault(str(row[first]), make_entry(str(row[first]), str(row[text])))
    return found


def cell_value(column: Column, value: Any, terms: Terms, texts: Mapping[str, str]) -> Value:
    """Return a prefilled value as its cell shows it; what is not of the column's kind stays as it is."""
    if value is None or value == "":
        return None
    match column.kind:
        case _ if column.many and isinstance(value, str) and column.everybody and EVERYBODY in value.split(";"):
            return "; ".join(column.everybody[terms.language] if part == EVERYBODY else part for part in value.split(";"))
        case _ if column.many and not isinstance(value, str):
            return "; ".join(str(part) for part in value)
        case "choice":
            word = terms.word(column, str(value))
            return int(word) if word.isdecimal() else word
        case "ref" if not column.many and column.width >= _ROOM_FOR_TEXT:
            return texts.get(str(value), str(value))
        case "date":
            return _date_value(value)
    if column.takes_words and isinstance(value, str):
        return terms.word(column, value)
    return value if column.kind in {"integer", "number"} and isinstance(value, int | float) else str(value)


def _date_value(value: Any) -> Value:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date | int | float):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return str(value)


def compute_formula(column: Column, values: RowValues) -> Value:
    """Return the value of a formula column: the sum of some fields minus others, and the product of some.

    Nothing where all are empty, or one that it needs: a product needs each of its factors. An error where one of them holds one.
    """
    plus, minus, times, needs = _list_terms(column)
    if broken := find_error(values.get(field) for fields in (column.formula or {}).values() for field in fields):
        return broken
    if all(values.get(field) in (None, "") for field in (*plus, *minus, *times)) or any(values.get(field) in (None, "") for field in needs):
        return ""
    total = sum(_amount(values.get(field)) for field in plus) - sum(_amount(values.get(field)) for field in minus)
    return total + prod(_amount(values.get(field)) for field in times) if times else total


def _list_terms(column: Column) -> tuple[tuple[str, ...], ...]:
    """Return the fields that a formula adds, subtracts, multiplies, and needs."""
    plus, minus, times, needs = ((column.formula or {}).get(part, ()) for part in ("plus", "minus", "times", "needs"))
    return plus, minus, times, (*needs, *times)


def build_formula(column: Column, cells: Mapping[str, str]) -> str:
    """Return the formula of a formula column; N makes nothing of a text, as SUM does."""
    plus, minus, times, needs = _list_terms(column)
    empty = "&".join(f"TRIM({cells[field]})" for field in (*plus, *minus)) + '=""'
    if needs:
        missing = (f'TRIM({cells[field]})=""' for field in needs)
        empty = f"OR({','.join(missing)})"
    products = ["*".join(f"N({cells[field]})" for field in times)] if times else []
    total = "+".join([*(f"N({cells[field]})" for field in plus), *products]) + "".join(f"-N({cells[field]})" for field in minus)
    return f'=IF({empty},"",{total})'


def is_added_up(column: Column) -> bool:
    """Whether a closing row adds a column up."""
    return column.kind == "number" and bool(column.unit) and not column.closing and not column.formula


def add_up(sheet: Sheet, rows: Sequence[RowValues], closing: RowValues) -> RowValues:
    """Return what stands in the row that closes others: what it was given or is answered in it, sums, and what is worked out."""
    made = dict(closing)
    for column in sheet.columns:
        if is_added_up(column):
            made[column.field] = _add_column([row.get(column.field) for row in rows])
    known = all(made.get(column.field) not in (None, "") for column in sheet.columns if column.closing == "given")
    for column in sheet.columns:
        if column.formula:
            worked_out = compute_formula(column, made)
            made[column.field] = worked_out if known or isinstance(worked_out, CellError) else ""
    return made


def find_error(values: Iterable[Any]) -> CellError | None:
    """Return the first error among some values."""
    return next((value for value in values if isinstance(value, CellError)), None)


def _add_column(values: Sequence[Any]) -> Any:
    """Return a sum as SUM gives it, nothing where there is no number; an error where there is one."""
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    return find_error(values) or (fsum(numbers) if numbers else "")


def build_sum(column: str) -> str:
    """Return the formula of a sum in a closing row; ``column``: the cells that it adds up."""
    return f'=IF(COUNT({column})=0,"",SUM({column}))'


def build_closing_formula(sheet: Sheet, column: Column, cells: Mapping[str, str]) -> str:
    """Return the formula of a formula column in a closing row: nothing as long as something is not there that was to be given."""
    given = [f'TRIM({cells[c.field]})=""' for c in sheet.columns if c.closing == "given"]
    return f'=IF(OR({",".join(given)}),"",{build_formula(column, cells).removeprefix("=")})' if given else build_formula(column, cells)


def find_left_to_spread(sheet: Sheet, rows: Sequence[RowValues], closing: RowValues | None) -> float:
    """Return what a closing row was given that the rows do not come to yet (tkr)."""
    if sheet.spread is None or closing is None:
        return 0.0
    field = sheet.spread.field
    return round(_amount(closing.get(field)) - fsum(_amount(row.get(field)) for row in rows), 5)


def sum_planned(sheet: Sheet, rows: Sequence[RowValues], closing: RowValues | None = None) -> float:
    """Return the sum that is held against a frame (tkr), with what is left to spread."""
    return fsum(_amount(row.get(sheet.limit.column)) for row in rows) + find_left_to_spread(sheet, rows, closing) if sheet.limit else 0.0


def _amount(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
