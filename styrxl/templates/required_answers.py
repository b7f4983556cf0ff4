"""Which answers are missing in a row: a column's own need, and conditions between columns, as Excel formulas and as they are as issued."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from styrxl.excel.cells import exact_number
from styrxl.excel.formula_text import quote, trim
from styrxl.model.amounts import ORE
from styrxl.model.forms import AtLeast, Column, Condition, Given, Past, Sheet
from styrxl.templates.words import Terms


@dataclass(frozen=True, slots=True)
class RowCells:
    """The cells of one row (or of one sheet laid out downwards) and what they hold, by field."""

    cells: Mapping[str, str]
    values: Mapping[str, object]

    def text(self, field: str) -> str:
        """Return a value as TRIM gives it."""
        return trim(self.values.get(field))


def take_board_terms(terms: Terms) -> Terms:
    """Return the terms of a row that closes a sheet: there the thresholds are those of a whole board."""
    return replace(terms, thresholds=terms.board_thresholds)


def build_empty_formula(cell: str) -> str:
    """Return the formula (without ``=``) that says that nothing is written in a cell."""
    return f'TRIM({cell})=""'


def may_be_missing(sheet: Sheet, column: Column) -> bool:
    """Whether an answer may be missing; not where a profile has left out what the condition asks about."""
    there = {other.field for other in sheet.columns}
    needed = column.required or (bool(column.required_when) and _fields_asked_about(column.required_when) <= there)
    return column.asked and needed and _fields_asked_about(column.asked_when) <= there


def is_locked_in_row(sheet: Sheet, column: Column, row: RowCells, terms: Terms) -> bool:
    """Tell whether a row that was given beforehand does not ask for a column's answer."""
    return bool(column.asked_when) and sheet.prefilled and not _condition_holds(sheet, column.asked_when, row, terms)


def fields_asked_about(column: Column) -> set[str]:
    """Return the fields whose values say whether a column is asked for, and needed."""
    return _fields_asked_about(column.asked_when) | _fields_asked_about(column.required_when)


def _fields_asked_about(when: Condition) -> set[str]:
    return {*when, *(past.base for past in when.values() if isinstance(past, Past))}


def _condition_holds(sheet: Sheet, when: Condition, row: RowCells, terms: Terms) -> bool:
    for field, codes in when.items():
        if isinstance(codes, Past):
            deviation, base = row.values.get(field), row.values.get(codes.base)
            if not isinstance(deviation, int | float) or (codes.deficit and deviation >= 0):
                return False
            if not terms.thresholds.past(deviation, base if isinstance(base, int | float) else 0.0):
                return False
        elif isinstance(codes, AtLeast):
            value = row.values.get(field)
            if not isinstance(value, int | float) or value < codes.limit:
                return False
        elif isinstance(codes, Given):
            if not row.text(field):
                return False
        elif row.text(field).casefold() not in {terms.word(sheet.column(field), code).casefold() for code in codes or ("",)}:
            return False
    return True


def _condition_formula(sheet: Sheet, when: Condition, cells: Mapping[str, str], terms: Terms) -> str:
    """Return a condition between columns as a formula."""
    return ",".join(f"{product}>0" for product in _condition_products(sheet, when, cells, terms))


def _condition_products(sheet: Sheet, when: Condition, cells: Mapping[str, str], terms: Terms) -> Iterator[str]:
    """Yield each part of a condition as a sum of comparisons, above zero where it holds; for cells, or for whole columns at once."""
    for field, codes in when.items():
        if isinstance(codes, Past):
            yield _past_formula(cells[field], cells[codes.base], terms, deficit=codes.deficit)
        elif isinstance(codes, Given):
            yield f'(TRIM({cells[field]})<>"")'
        elif isinstance(codes, AtLeast):
            yield f"(ISNUMBER({cells[field]})*({cells[field]}>={exact_number(codes.limit)}))"
        else:
            texts = [terms.word(sheet.column(field), code) for code in codes] or [""]
            yield f"({'+'.join(f'(TRIM({cells[field]})={quote(text)})' for text in texts)})"


def _past_formula(deviation: str, base: str, terms: Terms, *, deficit: bool) -> str:
    """Compare only, since a deviation that is not worked out yet is an empty text, which counts as more than any number."""
    percent, tkr = f"{terms.thresholds.percent / 100:.10g}*{base}", f"{max(terms.thresholds.tkr, ORE):.10g}"
    below = f"({deviation}<-{tkr})*({deviation}<-{percent})*({deviation}<{percent})"
    if deficit:
        return f"({below})"
    return f"({below}+ISNUMBER({deviation})*({deviation}>{tkr})*({deviation}>{percent})*({deviation}>-{percent}))"


def list_missing_columns(sheet: Sheet, columns: Sequence[Column], row: RowCells, terms: Terms) -> list[Column]:
    """Return the columns without an answer in a row that needs one there."""
    return [
        column
        for column in columns
        if may_be_missing(sheet, column) and not row.text(column.field) and _condition_holds(sheet, _needed_when(column), row, terms)
    ]


def build_missing_formula(sheet: Sheet, column: Column, cells: Mapping[str, str], terms: Terms) -> str | None:
    """Return the formula that says that an answer is missing in a begun row; None where it may always be."""
    if not may_be_missing(sheet, column):
        return None
    empty, when = build_empty_formula(cells[column.field]), _needed_when(column)
    return f"AND({empty},{_condition_formula(sheet, when, cells, terms)})" if when else empty


def _needed_when(column: Column) -> Condition:
    """Return when an answer is needed that may be missing; nothing where it always is."""
    return {**column.asked_when, **({} if column.required else column.required_when)}


def build_missing_in_closing(sheet: Sheet, column: Column, cells: Mapping[str, str], terms: Terms) -> str | None:
    """Return the formula that says that an answer is missing in the row that closes a sheet; None where it may always be."""
    return build_missing_formula(sheet, column, cells, take_board_terms(terms)) if column.closing == "asked" else None


def build_lacking_product(sheet: Sheet, column: Column, where: Mapping[str, str], terms: Terms) -> str:
    """Return comparisons that come to one where an answer is missing; ``where``: the cells of each field, or all of its column."""
    lacks = f'(TRIM({where[column.field]})="")'
    return lacks + "".join(f"*({product}>0)" for product in _condition_products(sheet, _needed_when(column), where, terms))
