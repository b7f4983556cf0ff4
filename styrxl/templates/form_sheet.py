"""A form's own sheets: title, help, frames, headings, rows, drop-downs, colours, protection and print."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from styrxl.excel import look, measure
from styrxl.excel.cells import OPEN, CellError, footer_text
from styrxl.excel.formula_text import trim
from styrxl.excel.sheet import SheetBuilder
from styrxl.model.forms import Column
from styrxl.returns.tables import is_blank
from styrxl.templates.cell_rules import add_conditions, add_validations
from styrxl.templates.cell_texts import (
    RowValues,
    build_closing_formula,
    build_formula,
    build_sum,
    is_added_up,
)
from styrxl.templates.frame_block import write_frames
from styrxl.templates.layout import GAP, WIDEST_FROZEN, SheetLayout
from styrxl.templates.required_answers import RowCells, is_locked_in_row
from styrxl.templates.start_counts import SheetCounts, count_sheet
from styrxl.templates.workbook_context import WorkbookContext

_SENTENCES, _WIDE = 500, 22  # letters, digits: a row with a column that holds so many, and is so wide, is for sentences
_UPRIGHT_WIDTH = 130  # digits: what A4 upright holds with the smallest text printed at 8 points
_INPUT_HEIGHT = 30.0  # points
_HEADING_HEIGHT = 20.0
_DOWN_HEIGHT = 20.0


def write_form_sheet(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> SheetCounts:
    """Write a sheet and return what there is to count in it."""
    _write_top(page, layout, context)
    write_frames(page, layout, context)
    _write_headings(page, layout, context)
    _write_downwards(page, layout, context) if layout.is_downwards else _write_rows(page, layout, context)
    add_validations(page, layout, context)
    add_conditions(page, layout, context)
    _set_up_page(page, layout, context)
    key = layout.sheet.key
    return count_sheet(layout, context.rows[key], context.issued[key], context.checks[key])


def _write_top(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> None:
    page.put("A1", layout.name, "title")
    page.height(1, 30.0)
    for number, line in enumerate(layout.help, 2):
        page.put(f"A{number}", line, "help")
        page.height(number, measure.LINE_HEIGHT)
    page.height(layout.heading_row - 1, GAP)
    page.link(f"{layout.shown_letters[-1]}1", context.terms.text("back_to_start"), context.terms.text("start"), "back")
    page.widths((get_column_letter(number), width) for number, width in enumerate(layout.widths, 1))


def _write_headings(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> None:
    terms = context.terms
    titles = [column.title(terms.language, terms.words.units) for column in layout.sheet.columns]
    if layout.is_downwards:
        titles = [terms.text("question"), terms.text("answer")]
    if layout.check_letter:
        titles.append(terms.text("check_heading"))
    for number, title in enumerate(titles):
        page.put(f"{get_column_letter(number + 1)}{layout.heading_row}", title, "heading")
    room = [width - 2.2 for width in layout.widths]  # the filter's arrow lies on the heading
    most = max(measure.count_lines(title, width, bold=True) for title, width in zip(titles, room, strict=True) if width > 0)
    page.height(layout.heading_row, measure.row_height(most, _HEADING_HEIGHT) + (3 if most > 1 else 0))


def _write_rows(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> None:
    sheet, least = layout.sheet, _least_height(layout, context)
    data, closing = layout.part_rows(context.rows[sheet.key])
    for index, values in enumerate(data):
        for column in sheet.columns:
            if column.formula:
                cells = {column.field: layout.cell(column.field, index) for column in sheet.columns}
                page.formula(cells[column.field], build_formula(column, cells), _shown(values[column.field]), "locked_number")
            else:
                _write_cell(page, layout, context, column, index)
        _end_row(page, layout, context, index, least)
    if not layout.rows:
        page.put(f"A{layout.first_row}", context.terms.text("nothing_to_show"), "help")
    if closing is not None:
        _write_closing_row(page, layout, context, closing)
        _end_row(page, layout, context, layout.rows, least)


def _shown(value: object) -> str | float:
    """Return what a formula that works a number out shows."""
    return value if isinstance(value, int | float | CellError) else ""


def _write_cell(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext, column: Column, index: int) -> None:
    """Write what is answered in a cell, or what was issued in it."""
    key, cell = layout.sheet.key, layout.cell(column.field, index)
    issued, answered = context.issued[key][index], context.answers.get(key, {}).get(index, {})
    if index == layout.rows and layout.closes:
        style = _closing_style(column)
    else:
        locked = is_locked_in_row(layout.sheet, column, RowCells({}, issued), context.terms)
        style = f"locked_{column.kind}" if locked else _cell_style(layout, column, issued)
    if column.field in answered:
        value = answered[column.field]
        page.answer(cell, None if is_blank(value) else value, style)
    else:
        page.put(cell, issued[column.field], style)


def _end_row(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext, index: int, least: float) -> None:
    """Write a row's Kontroll, and make the row as high as what stands in it needs."""
    key, number, said = layout.sheet.key, layout.first_row + index, ""
    if layout.check_letter:
        check, said = context.checks[key][index], context.issued_checks[key][index].value
        page.formula(f"{layout.check_letter}{number}", check.formula, check.value, "check")
    _write_spacer(page, layout, number, least)
    height = _row_height(layout, context.issued[key][index], said, least)
    page.height(number, max(height, _answered_height(layout, context, index)), grows=True)


def _answered_height(layout: SheetLayout, context: WorkbookContext, index: int) -> float:
    """Return the height (points) that a row needs for its answers, and for what Kontroll says of them; 0 where nothing is answered yet."""
    if not context.answers:
        return 0.0
    answered = context.answers.get(layout.sheet.key, {}).get(0 if layout.is_downwards else index, {})
    names = [layout.sheet.columns[index].field] if layout.is_downwards else [*answered]
    texts = [(value, layout.width(name)) for name in names if isinstance(value := answered.get(name), str)]
    if layout.check_letter:
        texts.append((context.checks[layout.sheet.key][index].value, layout.widths[-1]))
    most = max((measure.count_lines(text, width) for text, width in texts), default=1)
    return measure.row_height(most) + (3 if most > 1 else 0)


def _write_closing_row(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext, values: RowValues) -> None:
    """Write the row about all of the rows: what was given in it, sums, what is worked out, and what is answered in it."""
    sheet = layout.sheet
    cells = {column.field: f"{layout.letters[column.field]}{layout.end_row}" for column in sheet.columns}
    for column in sheet.columns:
        cell, shown = cells[column.field], _shown(values[column.field])
        if column.formula:
            page.formula(cell, build_closing_formula(sheet, column, cells), shown, "sum_number")
        elif is_added_up(column):
            page.formula(cell, build_sum(layout.absolute_range(layout.letters[column.field])), shown, "sum_number")
        else:
            _write_cell(page, layout, context, column, layout.rows)


def _closing_style(column: Column) -> str:
    if column.closing == "asked":
        return f"input_{column.kind}"
    return "sum_number" if column.kind == "number" else "sum_text"


def _cell_style(layout: SheetLayout, column: Column, values: RowValues) -> str:
    if column.asked and not (column.locked_when_given and trim(values[column.field])):
        return f"input_{column.kind}"
    if column is layout.sheet.columns[0] and column.field.endswith("id") and column.width <= WIDEST_FROZEN:
        return "id"
    in_words = column.kind == "number" and isinstance(values[column.field], str)  # which are broken where a number is not
    return "locked_text" if in_words else f"locked_{column.kind}"


def _least_height(layout: SheetLayout, context: WorkbookContext) -> float:
    """Return the height of a row to write in: enough for what Kontroll says when all answers are missing."""
    if layout.sheet.layout == "reading":
        return measure.LINE_HEIGHT + 3
    names = ", ".join(context.terms.name(column) for column in layout.sheet.columns if column.asked and column.required)
    said = measure.count_lines(context.terms.text("check_fill", columns=names), layout.widths[-1])
    texts = [column for column in layout.sheet.columns if column.asked and column.kind == "text" and column.width >= _WIDE]
    long = any((column.max_length or 0) >= _SENTENCES for column in texts)
    return measure.row_height(min(said, 3), _INPUT_HEIGHT if long else measure.LINE_HEIGHT + 3)


def _write_spacer(page: SheetBuilder, layout: SheetLayout, row: int, least: float) -> None:
    count = min(int(least // measure.LINE_HEIGHT), max(look.SPACERS))
    if count in look.SPACERS:
        page.put(f"{get_column_letter(len(layout.widths) + 1)}{row}", None, f"spacer_{count}")


def _row_height(layout: SheetLayout, values: RowValues, said: str, least: float) -> float:
    most = measure.count_lines(said, layout.widths[-1])
    for column, width in zip(layout.sheet.columns, layout.widths, strict=False):
        value = values[column.field]
        if width and isinstance(value, str) and OPEN not in value:
            most = max(most, measure.count_lines(value, width))
    return measure.row_height(most, least) + (3 if most > 1 else 0)


def _write_downwards(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> None:
    terms, key = context.terms, layout.sheet.key
    for index, column in enumerate(layout.sheet.columns):
        row = layout.first_row + index
        page.put(f"A{row}", column.title(terms.language, terms.words.units), "locked_text")
        _write_cell(page, layout, context, column, 0)
        check = context.checks[key][index]
        page.formula(f"{layout.check_letter}{row}", check.formula, check.value, "check")
        asks = terms.text("check_fill", columns=terms.name(column))
        least = measure.row_height(measure.count_lines(asks, layout.widths[2]), _DOWN_HEIGHT)
        text, said = str(context.issued[key][0][column.field] or ""), context.issued_checks[key][index].value
        most = max(measure.count_lines(text, layout.widths[1]), measure.count_lines(said, layout.widths[2]))
        page.height(row, max(measure.row_height(most, least), _answered_height(layout, context, index)), grows=True)
        _write_spacer(page, layout, row, least)


def _set_up_page(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> None:
    sheet = page.sheet
    sheet.sheet_view.showGridLines = False
    narrow = not layout.is_downwards and layout.sheet.columns[0].width <= WIDEST_FROZEN
    sheet.freeze_panes = f"{'B' if narrow else 'A'}{layout.first_row}"
    if layout.rows and not layout.is_downwards:
        sheet.auto_filter.ref = f"A{layout.heading_row}:{get_column_letter(len(layout.widths))}{layout.last_row}"
    row = layout.heading_row
    terms = context.terms
    paging = f"{footer_text(terms.text('page'))} &P {footer_text(terms.text('of'))} &N"
    wide = layout.is_downwards or layout.sheet.layout == "reading" or sum(layout.widths) > _UPRIGHT_WIDTH
    name = footer_text(layout.name)
    middle, right = (name, paging) if wide else ("", f"{name} · {paging}")  # a long owner takes half of what stands upright
    page.printed(landscape=wide, rows=f"{row}:{row}", footer=(context.footer, middle, right))
    end = get_column_letter(len(layout.widths))
    last = context.print_ends.get(layout.sheet.key, max(layout.end_row, layout.first_row))
    sheet.print_area = f"A1:{end}{last}"
    if layout.sheet.layout == "reading":
        page.fit_on_one(last)
    if layout.sheet.break_before:
        page.parted(layout.letters[layout.sheet.break_before], layout.heading_row, f"{end}{last}")
    page.protect()
