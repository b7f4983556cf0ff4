"""What Excel itself does with an answer: drop-downs and limits of what may be typed, and colours that follow what stands there."""

from __future__ import annotations

from typing import Literal

from openpyxl.worksheet.datavalidation import DataValidation

from styrxl.excel import form_styles, look
from styrxl.excel.cells import cut_text
from styrxl.excel.formula_text import day_number
from styrxl.excel.limits import LONGEST_MESSAGE, LONGEST_TITLE
from styrxl.excel.sheet import SheetBuilder, split_address
from styrxl.model.forms import Column
from styrxl.templates.layout import SheetLayout
from styrxl.templates.required_answers import build_missing_formula, build_missing_in_closing
from styrxl.templates.words import FIRST_DAY, LAST_DAY, Terms, find_list_name, format_number
from styrxl.templates.workbook_context import WorkbookContext


def add_validations(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> None:
    """Give the cells of each column its drop-down or limits, and the help that comes up at them."""
    for column in layout.sheet.columns:
        if column.asked and layout.rows:
            first = layout.cell(column.field)
            last = layout.end_row if column.closing == "asked" else layout.last_row
            cells = first if layout.is_downwards else f"{first}:{layout.letters[column.field]}{last}"
            validation = _make_validation(column, context)
            if validation:
                validation.sqref = cells
                page.sheet.add_data_validation(validation)


def _make_validation(column: Column, context: WorkbookContext) -> DataValidation | None:
    terms = context.terms
    made = _limit_values(column, context)
    if made is None:
        if not column.help:
            return None
        made = DataValidation(allow_blank=True)
    made.showErrorMessage = made.type is not None and not column.takes_words  # there Kontroll says what fits in the row
    if made.type is not None:
        made.errorTitle = cut_text(terms.text("error_title"), LONGEST_TITLE)
        made.error = cut_text(made.error or "", LONGEST_MESSAGE) or None
    if column.help:
        made.showInputMessage = True
        made.promptTitle = cut_text(terms.name(column), LONGEST_TITLE)
        made.prompt = cut_text(column.help[terms.language], LONGEST_MESSAGE)
    return made


def _limit_values(column: Column, context: WorkbookContext) -> DataValidation | None:
    terms = context.terms
    match column.kind:
        case "choice":
            return DataValidation("list", find_list_name(column), allow_blank=True, error=terms.text("error_list"), errorStyle="stop")
        case "ref" if not column.many:
            return DataValidation("list", find_list_name(column), allow_blank=True, error=terms.text("error_ref"), errorStyle="warning")
        case "date":
            text = terms.text("error_date", year=context.year or FIRST_DAY.year)
            return DataValidation(
                "date", str(day_number(FIRST_DAY)), str(day_number(LAST_DAY)), operator="between", allow_blank=True, error=text
            )
        case "number" if column.takes_words:
            return DataValidation("list", find_list_name(column), allow_blank=True)
        case "integer" | "number":
            return _limit_numbers(column, terms)
    if column.max_length is None:
        return None
    text = terms.text("error_length", high=column.max_length)
    return DataValidation("textLength", str(column.max_length), operator="lessThanOrEqual", allow_blank=True, error=text)


def _limit_numbers(column: Column, terms: Terms) -> DataValidation:
    kind: Literal["whole", "decimal"] = "whole" if column.kind == "integer" else "decimal"
    low, high = column.low, column.high
    if low is None and high is None:
        return DataValidation(kind, "-1E+15", "1E+15", operator="between", allow_blank=True, error=terms.text("error_number"))
    least, most = -1e15 if low is None else low, 1e15 if high is None else high
    text = terms.text("error_range", low=format_number(least, column.kind), high=format_number(most, column.kind))
    return DataValidation(kind, f"{least:.0f}", f"{most:.0f}", operator="between", allow_blank=True, error=text)


def add_conditions(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> None:
    """Colour what Kontroll says and answers that are missing, and show decimals where there are any."""
    if not layout.rows:
        return
    add = page.sheet.conditional_formatting.add
    first = layout.first_row
    if layout.check_letter:
        check = f"{layout.check_letter}{first}:{layout.check_letter}{layout.end_row}"
        add(check, form_styles.tone_rule(f'LEFT({layout.check_letter}{first},1)="!"', look.MEND))
        add(check, form_styles.tone_rule(f'LEFT({layout.check_letter}{first},1)="✓"', look.GOOD))
    for column in layout.sheet.columns:
        cells = {c.field: ("$" + layout.cell(c.field)) for c in layout.sheet.columns}
        top = layout.cell(column.field)
        span = top if layout.is_downwards else f"{top}:{layout.letters[column.field]}{layout.last_row}"
        missing = build_missing_formula(layout.sheet, column, cells, context.terms)
        if missing:
            row = split_address(top)[1]
            add(span, form_styles.tone_rule(f'AND(${layout.check_letter}{row}<>"",{missing})', look.MEND))
        if column.kind == "number":
            every = top if layout.is_downwards else f"{top}:{layout.letters[column.field]}{layout.end_row}"
            add(every, form_styles.decimals_rule(top))
    _mark_missing_in_closing(page, layout, context)


def _mark_missing_in_closing(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> None:
    cells = {field: f"${letter}{layout.end_row}" for field, letter in layout.letters.items()}
    for column in layout.sheet.closing_columns if layout.closes else ():
        missing = build_missing_in_closing(layout.sheet, column, cells, context.terms)
        if missing:
            page.sheet.conditional_formatting.add(
                f"{layout.letters[column.field]}{layout.end_row}", form_styles.tone_rule(missing, look.MEND)
            )
