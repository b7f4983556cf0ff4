"""A form's own sheets: title, help, frames, headings, rows, drop-downs, colours, protection and print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from styrxl.excel import look, measure
from styrxl.excel.formula_text import day_number, trim
from styrxl.excel.sheet import SheetBuilder, split_address, token
from styrxl.model.forms import Column
from styrxl.templates.cell_texts import (
    RowValues,
    build_closing_formula,
    build_formula,
    build_sum,
    find_left_to_spread,
    is_added_up,
    sum_planned,
)
from styrxl.templates.kontroll import (
    RowCells,
    RowCheck,
    build_missing_formula,
    build_missing_in_closing,
    check_closing_row,
    check_row,
    list_open_fields,
)
from styrxl.templates.layout import WIDEST_FROZEN, SheetLayout, list_frame_cells
from styrxl.templates.words import FIRST_DAY, LAST_DAY, Terms, find_list_name, format_number

_SENTENCES, _WIDE = 500, 22  # letters, digits: a row with a column that holds so many, and is so wide, is for sentences
_INPUT_HEIGHT = 30.0  # points
_HEADING_HEIGHT = 20.0
_DOWN_HEIGHT = 20.0
_GAP = 9.0  # points, between help and table
_LONGEST_MESSAGE = 255  # letters in the message that comes up at a cell, and in the one after a mistake; Excel's limits
_LONGEST_TITLE = 32


@dataclass(frozen=True, slots=True)
class WorkbookContext:
    """What all sheets of one workbook share: words, layouts, what is written, and what drop-downs hold."""

    terms: Terms
    year: int
    layouts: Mapping[str, SheetLayout]
    rows: Mapping[str, Sequence[RowValues]]
    entries: Mapping[str, Sequence[str]]
    frames: Mapping[str, float | None]
    over: frozenset[str]  # keys of sheets whose sum is over the frame as issued
    footer: str


@dataclass(frozen=True, slots=True)
class SheetCounts:
    """What ``Start`` counts of a sheet, as issued."""

    begun: int
    mend: int
    missing: int


def write_form_sheet(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> SheetCounts:
    """Write a sheet and return what there is to count in it."""
    _write_top(page, layout, context)
    write_frames(page, layout, context)
    _write_headings(page, layout, context)
    checks = _write_downwards(page, layout, context) if layout.is_downwards else _write_rows(page, layout, context)
    _add_validations(page, layout, context)
    _add_conditions(page, layout, context)
    _set_up_page(page, layout, context)
    rows = context.rows[layout.sheet.key]
    return count_sheet(layout, rows, rows, checks)


def count_sheet(layout: SheetLayout, rows: Sequence[RowValues], issued: Sequence[RowValues], checks: Sequence[RowCheck]) -> SheetCounts:
    """Return what there is to count in a sheet; ``issued``: its rows as issued, which say what the owner is to answer."""
    pairs = zip(layout.part_rows(rows)[0], layout.part_rows(issued)[0], strict=True)
    filled = [[bool(trim(row.get(f))) for f in list_open_fields(layout, as_issued)] for row, as_issued in pairs]
    begun = sum(filled[0]) if layout.is_downwards else sum(map(any, filled))
    return SheetCounts(begun, sum(check.value.startswith("!") for check in checks), sum(check.missing for check in checks))


def _write_top(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> None:
    page.put("A1", layout.name, "title")
    page.height(1, 30.0)
    for number, line in enumerate(layout.help, 2):
        page.put(f"A{number}", line, "help")
        page.height(number, measure.LINE_HEIGHT)
    page.height(layout.heading_row - 1, _GAP)
    page.link(f"{layout.shown_letters[-1]}1", context.terms.text("back_to_start"), context.terms.text("start"), "back")
    page.widths((get_column_letter(number), width) for number, width in enumerate(layout.widths, 1))


def write_frames(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> None:
    """Write the block above a table: frames, what is planned, and what remains."""
    cells = list_frame_cells(layout)
    unit = context.terms.words.units["tkr"][context.terms.language]
    if layout.frame_row and layout.frame_row > 2 + len(layout.help):
        page.height(layout.frame_row - 1, _GAP)
    for (frame, what), cell in cells.items():
        row = int(split_address(cell)[1])
        page.put(f"A{row}", f"{context.terms.text(frame if what == 'frame' else what)} ({unit})", "label")
        if layout.frame_letter != "B":  # the first column is narrow
            page.sheet.merge_cells(f"A{row}:{chr(ord(layout.frame_letter) - 1)}{row}")
        page.height(row, measure.LINE_HEIGHT + 3)
        _write_frame_cell(page, layout, context, (frame, what), cells)


def _write_frame_cell(
    page: SheetBuilder, layout: SheetLayout, context: WorkbookContext, label: tuple[str, str], cells: Mapping[tuple[str, str], str]
) -> None:
    (frame, what), cell = label, cells[label]
    given = context.frames.get(frame) is not None
    using = [other for other in context.layouts.values() if other.sheet.limit and other.sheet.limit.frame == frame]
    used = layout if layout.sheet.limit else next(iter(using), None)
    total = f"SUM({used.absolute_range(used.letters[used.sheet.limit.column])})" if used and used.sheet.limit and used.rows else "0"
    if what == "spread":
        left = find_left_to_spread(layout.sheet, *layout.part_rows(context.rows[layout.sheet.key]))
        page.formula(cell, _spread_formula(layout), left, _figure_style(layout))
        _write_spread_words(page, layout, cell, context, left)
    elif what == "frame" and given:
        page.number(cell, f"frame:{frame}", _figure_style(layout))
    elif what == "frame":
        page.put(cell, context.terms.text("no_frame"), "label")
    elif what == "planned":
        more = f"+{spread}" if (spread := cells.get((frame, "spread"))) else ""
        planned = sum_planned(layout.sheet, *layout.part_rows(context.rows[layout.sheet.key]))
        page.formula(cell, f"={total}{more}", planned, _figure_style(layout))
    else:
        used_up = total if layout.is_downwards else cells[frame, "planned"]
        fact = token(f"remaining:{used.sheet.key}" if used else f"frame:{frame}") if given else ""
        page.formula(cell, f'=IF(ISNUMBER({cells[frame, "frame"]}),{cells[frame, "frame"]}-{used_up},"")', fact, _figure_style(layout))
        _write_frame_words(page, layout, cell, context, over=used is not None and used.sheet.key in context.over, given=given)
    if what != "frame" or given:
        page.sheet.conditional_formatting.add(cell, look.decimals_rule(cell))


def _spread_formula(layout: SheetLayout) -> str:
    """Return what the closing row was given that the rows do not come to yet; nothing as long as there are no rows."""
    if layout.sheet.spread is None or not layout.closes:
        return "=0"
    letter = layout.letters[layout.sheet.spread.field]
    return f"=ROUND(N({letter}{layout.end_row})-SUM({layout.absolute_range(letter)}),5)"


def _write_words(page: SheetBuilder, layout: SheetLayout, cell: str, formula: str, value: str, texts: Sequence[str]) -> str:
    """Write one of some texts beside a figure, over as many columns as it takes; return its cell."""
    letter, row = split_address(cell)
    first = column_index_from_string(letter) + 1
    needed, last = max(map(measure.text_width, texts)) + 1.5, first
    while sum(layout.widths[first - 1 : last]) < needed and last < len(layout.widths):
        last += 1
    beside = f"{get_column_letter(first)}{row}"
    page.formula(beside, formula, value, "word")
    if last > first:
        page.sheet.merge_cells(f"{beside}:{get_column_letter(last)}{row}")
    return beside


def _write_spread_words(page: SheetBuilder, layout: SheetLayout, cell: str, context: WorkbookContext, left: float) -> None:
    """Say in words, beside the figure, whether all is spread."""
    letter, row = split_address(cell)
    more, all_ = context.terms.text("left_to_spread"), context.terms.text("all_spread")
    beside = _write_words(page, layout, cell, f'=IF({cell}=0,"{all_}","{more}")', more if left else all_, (more, all_))
    page.sheet.conditional_formatting.add(f"{cell}:{beside}", look.tone_rule(f"${letter}{row}<>0", look.WATCH))
    page.sheet.conditional_formatting.add(beside, look.tone_rule(f"${letter}{row}=0", look.GOOD))


def _figure_style(layout: SheetLayout) -> str:
    """Return the style of a figure: in a column of texts it stands to the left, near its label."""
    return "figure" if layout.sheet.limit else "figure_left"


def _write_frame_words(page: SheetBuilder, layout: SheetLayout, cell: str, context: WorkbookContext, *, over: bool, given: bool) -> None:
    """Say in words, beside the figure, whether what remains is below zero."""
    letter, row = split_address(cell)
    bad, good = context.terms.text("over_frame"), context.terms.text("within_frame")
    value = (bad if over else good) if given else ""
    formula = f'=IF(ISNUMBER({cell}),IF({cell}<0,"{bad}","{good}"),"")'
    beside = _write_words(page, layout, cell, formula, value, (bad, good))
    both = f"{cell}:{beside}"
    page.sheet.conditional_formatting.add(both, look.tone_rule(f"AND(ISNUMBER(${letter}{row}),${letter}{row}<0)", look.MEND))
    page.sheet.conditional_formatting.add(beside, look.tone_rule(f"AND(ISNUMBER(${letter}{row}),${letter}{row}>=0)", look.GOOD))


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


def _write_rows(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> list[RowCheck]:
    checks = []
    sheet = layout.sheet
    least = _least_height(layout, context)
    data, closing = layout.part_rows(context.rows[sheet.key])
    for index, values in enumerate(data):
        number = layout.first_row + index
        cells = {column.field: layout.cell(column.field, index) for column in sheet.columns}
        for column in sheet.columns:
            if column.formula:
                value = values[column.field]
                page.formula(
                    cells[column.field], build_formula(column, cells), value if isinstance(value, int | float) else "", "locked_number"
                )
            else:
                page.put(cells[column.field], values[column.field], _cell_style(layout, column, values))
        if layout.check_letter:
            check = check_row(layout, sheet.columns, RowCells(cells, values), context.terms, context.entries)
            page.formula(f"{layout.check_letter}{number}", check.formula, check.value, "check")
            checks.append(check)
        _write_spacer(page, layout, number, least)
        page.height(number, _row_height(layout, values, checks[-1].value if layout.check_letter else "", least), grows=True)
    if not layout.rows:
        page.put(f"A{layout.first_row}", context.terms.text("nothing_to_show"), "help")
    return checks if closing is None else [*checks, _write_closing_row(page, layout, context, closing)]


def _write_closing_row(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext, values: RowValues) -> RowCheck:
    """Write the row about all of the rows: what was given in it, sums, what is worked out, and what is answered in it."""
    sheet, number = layout.sheet, layout.end_row
    cells = {column.field: f"{layout.letters[column.field]}{number}" for column in sheet.columns}
    for column in sheet.columns:
        cell, value = cells[column.field], values[column.field]
        shown = value if isinstance(value, int | float) else ""
        if column.formula:
            page.formula(cell, build_closing_formula(sheet, column, cells), shown, "sum_number")
        elif is_added_up(column):
            page.formula(cell, build_sum(layout.absolute_range(layout.letters[column.field])), shown, "sum_number")
        elif column.closing == "asked":
            page.put(cell, value, f"input_{column.kind}")
        else:
            page.put(cell, value, "sum_number" if column.kind == "number" else "sum_text")
    check = check_closing_row(layout, RowCells(cells, values), context.terms, context.entries)
    page.formula(f"{layout.check_letter}{number}", check.formula, check.value, "check")
    least = _least_height(layout, context)
    _write_spacer(page, layout, number, least)
    page.height(number, _row_height(layout, values, check.value, least), grows=True)
    return check


def _cell_style(layout: SheetLayout, column: Column, values: RowValues) -> str:
    if column.asked and not (column.locked_when_prefilled and trim(values[column.field])):
        return f"input_{column.kind}"
    if column is layout.sheet.columns[0] and column.field.endswith("id") and column.width <= WIDEST_FROZEN:
        return "id"
    return f"locked_{column.kind}"


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
        if isinstance(value, str) and "\ue000" not in value:
            most = max(most, measure.count_lines(value, width))
    return measure.row_height(most, least) + (3 if most > 1 else 0)


def _write_downwards(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> list[RowCheck]:
    checks = []
    terms, values = context.terms, context.rows[layout.sheet.key][0]
    cells = {column.field: layout.cell(column.field) for column in layout.sheet.columns}
    for column in layout.sheet.columns:
        row = cells[column.field][1:]
        page.put(f"A{row}", column.title(terms.language, terms.words.units), "locked_text")
        page.put(cells[column.field], values[column.field], _cell_style(layout, column, values))
        check = check_row(layout, [column], RowCells(cells, values), terms, context.entries)
        page.formula(f"{layout.check_letter}{row}", check.formula, check.value, "check")
        asks = terms.text("check_fill", columns=terms.name(column))
        least = measure.row_height(measure.count_lines(asks, layout.widths[2]), _DOWN_HEIGHT)
        text = str(values[column.field] or "")
        most = max(measure.count_lines(text, layout.widths[1]), measure.count_lines(check.value, layout.widths[2]))
        page.height(int(row), measure.row_height(most, least), grows=True)
        _write_spacer(page, layout, int(row), least)
        checks.append(check)
    return checks


def _add_validations(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> None:
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
    made.showErrorMessage = made.type is not None
    if made.type is not None:
        made.errorTitle = terms.text("error_title")
    if column.help:
        made.showInputMessage = True
        made.promptTitle = terms.name(column)[:_LONGEST_TITLE]
        made.prompt = column.help[terms.language][:_LONGEST_MESSAGE]
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


def _add_conditions(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> None:
    if not layout.rows:
        return
    add = page.sheet.conditional_formatting.add
    first = layout.first_row
    if layout.check_letter:
        check = f"{layout.check_letter}{first}:{layout.check_letter}{layout.end_row}"
        add(check, look.tone_rule(f'LEFT({layout.check_letter}{first},1)="!"', look.MEND))
        add(check, look.tone_rule(f'LEFT({layout.check_letter}{first},1)="✓"', look.GOOD))
    for column in layout.sheet.columns:
        cells = {c.field: ("$" + layout.cell(c.field)) for c in layout.sheet.columns}
        top = layout.cell(column.field)
        span = top if layout.is_downwards else f"{top}:{layout.letters[column.field]}{layout.last_row}"
        missing = build_missing_formula(layout.sheet, column, cells, context.terms)
        if missing:
            row = split_address(top)[1]
            add(span, look.tone_rule(f'AND(${layout.check_letter}{row}<>"",{missing})', look.MEND))
        if column.kind == "number":
            every = top if layout.is_downwards else f"{top}:{layout.letters[column.field]}{layout.end_row}"
            add(every, look.decimals_rule(top))
    _mark_missing_in_closing(page, layout, context)


def _mark_missing_in_closing(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> None:
    cells = {field: f"${letter}{layout.end_row}" for field, letter in layout.letters.items()}
    for column in layout.sheet.closing_columns if layout.closes else ():
        missing = build_missing_in_closing(layout.sheet, column, cells, context.terms)
        if missing:
            page.sheet.conditional_formatting.add(f"{layout.letters[column.field]}{layout.end_row}", look.tone_rule(missing, look.MEND))


def _set_up_page(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> None:
    sheet = page.sheet
    sheet.sheet_view.showGridLines = False
    narrow = not layout.is_downwards and layout.sheet.columns[0].width <= WIDEST_FROZEN
    sheet.freeze_panes = f"{'B' if narrow else 'A'}{layout.first_row}"
    if layout.rows and not layout.is_downwards:
        sheet.auto_filter.ref = f"A{layout.heading_row}:{get_column_letter(len(layout.widths))}{layout.last_row}"
    row = layout.heading_row
    terms = context.terms
    paging = f"{terms.text('page')} &P {terms.text('of')} &N"
    page.printed(landscape=True, rows=f"{row}:{row}", footer=(context.footer, layout.name.replace("&", "&&"), paging))
    last, end = max(layout.end_row, layout.first_row), get_column_letter(len(layout.widths))
    sheet.print_area = f"A1:{end}{last}"
    if layout.sheet.layout == "reading":
        page.fit_on_one(last)
    if layout.sheet.break_before:
        page.parted(layout.letters[layout.sheet.break_before], layout.heading_row, f"{end}{last}")
    page.protect()
