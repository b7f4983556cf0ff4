"""What Start counts of each sheet: rows begun, to mend, and answers missing, as Excel formulas and as they are as issued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from styrxl.excel.formula_text import trim
from styrxl.excel.limits import LONGEST_FORMULA
from styrxl.model.forms import Column
from styrxl.templates.cell_texts import RowValues, find_error
from styrxl.templates.kontroll import RowCheck
from styrxl.templates.layout import SheetLayout, asked_columns
from styrxl.templates.required_answers import build_lacking_product, may_be_missing, take_board_terms
from styrxl.templates.words import Terms


def list_open_fields(layout: SheetLayout, values: Mapping[str, object]) -> list[str]:
    """Return the fields that the owner answers in one row.

    Not those that were answered and locked beforehand, nor, where each row is to be answered, those that were answered at all: that
    does not make a row begun.
    """
    given = [c for c in asked_columns(layout.sheet) if c.locked_when_given or (layout.always_answered and not layout.is_downwards)]
    answered = {c.field for c in given if trim(values.get(c.field))}
    return [c.field for c in asked_columns(layout.sheet) if c.field not in answered]


def build_begun_count(layout: SheetLayout, rows: Sequence[Mapping[str, object]]) -> str:
    """Return the formula (without ``=``) that counts rows or answers that the owner has begun to write in.

    ``rows`` are those as issued: where some cells were answered beforehand, they alone do not make a row begun. Only
    functions that a cell error does not upset.
    """
    if layout.is_downwards:
        return "0+" + "+".join(f"(1-ISBLANK({layout.absolute_cell(layout.cell(column.field))}))" for column in asked_columns(layout.sheet))
    if not layout.always_answered:
        return f'SUMPRODUCT(--({layout.absolute_range(layout.check_letter or "")}<>""))'
    filled = "+".join(f"(1-ISBLANK({layout.absolute_range(layout.letters[column.field])}))" for column in asked_columns(layout.sheet))
    every = len([*asked_columns(layout.sheet)])
    data, _ = layout.part_rows(rows)
    answered = [(index, fields) for index, row in enumerate(data) if len(fields := list_open_fields(layout, row)) < every]
    formula = f"SUMPRODUCT(--(({filled})>0))"
    for fields, first, last in _join_rows(answered):
        less = _count_untouched(layout, fields, first, last)
        if len(formula) + len(less) >= LONGEST_FORMULA:
            break
        formula += less
    return formula


def _join_rows(answered: Sequence[tuple[int, list[str]]]) -> list[tuple[list[str], int, int]]:
    """Return rows with the fields that are open in them, those in turn that have the same as one: fields, first and last row."""
    joined: list[tuple[list[str], int, int]] = []
    for index, fields in answered:
        before = joined[-1] if joined else None
        if before and before[0] == fields and before[2] == index - 1:
            joined[-1] = (fields, before[1], index)
        else:
            joined.append((fields, index, index))
    return joined


def _count_untouched(layout: SheetLayout, fields: Sequence[str], first: int, last: int) -> str:
    """Return what is taken off the count of begun rows, with its sign: those of some rows in which nobody has written since."""
    if not fields:
        return f"-{last - first + 1}"
    if first == last:
        return f"-({'*'.join(f'ISBLANK({layout.absolute_cell(layout.cell(field, first))})' for field in fields)})"
    spans = (f"{layout.absolute_cell(layout.cell(field, first))}:${layout.letters[field]}${layout.first_row + last}" for field in fields)
    return f"-SUMPRODUCT({'*'.join(f'ISBLANK({span})' for span in spans)}*1)"


def build_mend_count(layout: SheetLayout) -> str:
    """Return the formula (without ``=``) that counts rows with something to mend."""
    first = f'SUMPRODUCT(--(LEFT({layout.absolute_range(layout.check_letter or "")},1)="!"))'
    return f'{first}+(LEFT({layout.absolute_cell(f"{layout.check_letter}{layout.end_row}")},1)="!")' if layout.closes else first


def build_missing_count(layout: SheetLayout, terms: Terms) -> str:
    """Return the formula (without ``=``) that counts answers missing in begun rows.

    Arrays are multiplied and added, since IF and AND within SUMPRODUCT would have to be entered as an array. A cell
    error makes every row with something to mend count once.
    """
    needed = [column for column in asked_columns(layout.sheet) if may_be_missing(layout.sheet, column)]
    if not needed:
        return "0"
    if layout.is_downwards:
        total = "0+" + "+".join(_missing_product(layout, column, terms) for column in needed)
        begun = total if layout.always_answered else f"({build_begun_count(layout, ())}>0)*({total})"
        return f"IFERROR({begun},{build_mend_count(layout)})"
    total = "+".join(_missing_product(layout, column, terms) for column in needed)
    closing = _count_missing_in_closing(layout, terms)
    return f'IFERROR(SUMPRODUCT(({layout.absolute_range(layout.check_letter or "")}<>"")*({total})){closing},{build_mend_count(layout)})'


def _count_missing_in_closing(layout: SheetLayout, terms: Terms) -> str:
    """Return what the closing row adds to the count of missing answers, with its sign; nothing where there is none."""
    if not layout.closes:
        return ""
    where = {field: layout.absolute_cell(f"{letter}{layout.end_row}") for field, letter in layout.letters.items()}
    asked = [column for column in layout.sheet.closing_columns if may_be_missing(layout.sheet, column)]
    products = [build_lacking_product(layout.sheet, column, where, take_board_terms(terms)) for column in asked]
    return "".join(f"+{product}" for product in products)


def _missing_product(layout: SheetLayout, column: Column, terms: Terms) -> str:
    where = {
        field: layout.absolute_cell(layout.cell(field)) if layout.is_downwards else layout.absolute_range(letter)
        for field, letter in layout.letters.items()
    }
    return build_lacking_product(layout.sheet, column, where, terms)


@dataclass(frozen=True, slots=True)
class SheetCounts:
    """What ``Start`` counts of a sheet."""

    begun: int
    mend: int
    missing: int


def count_sheet(layout: SheetLayout, rows: Sequence[RowValues], issued: Sequence[RowValues], checks: Sequence[RowCheck]) -> SheetCounts:
    """Return what there is to count in a sheet; ``issued``: its rows as issued, which say what the owner is to answer.

    Where a cell error upsets the count of missing answers, the rows to mend count as missing.
    """
    pairs = zip(layout.part_rows(rows)[0], layout.part_rows(issued)[0], strict=True)
    filled = [[bool(trim(row.get(f))) for f in list_open_fields(layout, as_issued)] for row, as_issued in pairs]
    begun = sum(filled[0]) if layout.is_downwards else sum(map(any, filled))
    mend, missing = sum(check.value.startswith("!") for check in checks), sum(check.missing for check in checks)
    return SheetCounts(begun, mend, mend if _is_upset(layout, rows) else missing)


def _is_upset(layout: SheetLayout, rows: Sequence[RowValues]) -> bool:
    """Whether one of the cells that the count of missing answers looks at holds an error."""
    needed = [column for column in asked_columns(layout.sheet) if may_be_missing(layout.sheet, column)]
    counted = {field for column in needed for field in (column.field, *column.required_when)}
    return find_error(row.get(field) for row in rows for field in counted) is not None
