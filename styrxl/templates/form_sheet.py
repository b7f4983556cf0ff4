"""A form's own sheets: title, help, frames, headings, rows, drop-downs, colours, protection and print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from styrxl.excel import look, measure
from styrxl.excel.formula_text import day_number, trim
from styrxl.excel.sheet import SheetBuilder, split_address, token
from styrxl.model.forms import Column
from styrxl.templates.cell_texts import Written, formula, planned
from styrxl.templates.kontroll import Row, Verdict, check_row, missing_when, open_fields
from styrxl.templates.layout import WIDEST_FROZEN, Place, frame_cells
from styrxl.templates.words import FIRST_DAY, LAST_DAY, Terms, list_name, spaced

_SENTENCES, _WIDE = 500, 22  # letters, digits: a row with a column that holds so many, and is so wide, is for sentences
_INPUT_HEIGHT = 30.0  # points
_HEADING_HEIGHT = 20.0
_DOWN_HEIGHT = 20.0
_GAP = 9.0  # points, between help and table
_NO_FORM = 255  # letters in the message that comes up at a cell, and in the one after a mistake; Excel's limits
_PROMPT_TITLE = 32


@dataclass(frozen=True, slots=True)
class Context:
    """What all sheets of one workbook share: words, places, what is written, and what drop-downs hold."""

    terms: Terms
    year: int
    places: Mapping[str, Place]
    written: Mapping[str, Sequence[Written]]
    entries: Mapping[str, Sequence[str]]
    frames: Mapping[str, float | None]
    over: frozenset[str]  # keys of sheets whose sum is over the frame as issued
    footer: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What ``Start`` counts of a sheet, as issued."""

    begun: int
    mend: int
    missing: int


def write(page: SheetBuilder, place: Place, context: Context) -> Tally:
    """Write a sheet and return what there is to count in it."""
    _top(page, place, context)
    frames(page, place, context)
    _headings(page, place, context)
    verdicts = _down(page, place, context) if place.down else _rows(page, place, context)
    _validations(page, place, context)
    _conditions(page, place, context)
    _setup(page, place, context)
    return tally(place, context, verdicts)


def tally(place: Place, context: Context, verdicts: Sequence[Verdict]) -> Tally:
    """Return what there is to count in a sheet."""
    rows = context.written[place.sheet.key]
    filled = [[bool(trim(row.get(field))) for field in open_fields(place.sheet, row)] for row in rows]
    begun = sum(filled[0]) if place.down else sum(map(any, filled))
    return Tally(begun, sum(v.value.startswith("!") for v in verdicts), sum(v.missing for v in verdicts))


def _top(page: SheetBuilder, place: Place, context: Context) -> None:
    page.put("A1", place.name, "title")
    page.height(1, 30.0)
    for number, line in enumerate(place.help, 2):
        page.put(f"A{number}", line, "help")
        page.height(number, measure.LINE_HEIGHT)
    page.height(place.heading_row - 1, _GAP)
    letter = get_column_letter(len(place.widths))
    page.link(f"{letter}1", context.terms.text("back_to_start"), context.terms.text("start"), "back")
    page.widths((get_column_letter(number), width) for number, width in enumerate(place.widths, 1))


def frames(page: SheetBuilder, place: Place, context: Context) -> None:
    """Write the block above a table: frames, what is planned, and what remains."""
    cells = frame_cells(place)
    unit = context.terms.words.units["tkr"][context.terms.language]
    if place.frame_row and place.frame_row > 2 + len(place.help):
        page.height(place.frame_row - 1, _GAP)
    for (frame, what), cell in cells.items():
        row = int(split_address(cell)[1])
        page.put(f"A{row}", f"{context.terms.text(frame if what == 'frame' else what)} ({unit})", "label")
        if place.value != "B":  # the first column is narrow
            page.sheet.merge_cells(f"A{row}:{chr(ord(place.value) - 1)}{row}")
        page.height(row, measure.LINE_HEIGHT + 3)
        _frame_cell(page, place, context, (frame, what), cells)


def _frame_cell(page: SheetBuilder, place: Place, context: Context, label: tuple[str, str], cells: Mapping[tuple[str, str], str]) -> None:
    (frame, what), cell = label, cells[label]
    given = context.frames.get(frame) is not None
    used = (
        place if place.sheet.limit else next((p for p in context.places.values() if p.sheet.limit and p.sheet.limit.frame == frame), None)
    )
    total = f"SUM({used.span(used.letters[used.sheet.limit.column])})" if used and used.sheet.limit and used.rows else "0"
    if what == "frame" and given:
        page.number(cell, f"frame:{frame}", _figure(place))
    elif what == "frame":
        page.put(cell, context.terms.text("no_frame"), "label")
    elif what == "planned":
        page.formula(cell, f"={total}", planned(place.sheet, context.written[place.sheet.key]), _figure(place))
    else:
        left = total if place.down else cells[frame, "planned"]
        fact = token(f"remaining:{used.sheet.key}" if used else f"frame:{frame}") if given else ""
        page.formula(cell, f'=IF(ISNUMBER({cells[frame, "frame"]}),{cells[frame, "frame"]}-{left},"")', fact, _figure(place))
        _verdict_on_frame(page, cell, context, over=used is not None and used.sheet.key in context.over, given=given)
    if what != "frame" or given:
        page.sheet.conditional_formatting.add(cell, look.decimals_rule(cell))


def _figure(place: Place) -> str:
    """Return the style of a figure: in a column of texts it stands to the left, near its label."""
    return "figure" if place.sheet.limit else "figure_left"


def _verdict_on_frame(page: SheetBuilder, cell: str, context: Context, *, over: bool, given: bool) -> None:
    """Say in words, in the next cell, whether what remains is below zero."""
    letter, row = split_address(cell)
    beside = f"{chr(ord(letter) + 1)}{row}"
    bad, good = context.terms.text("over_frame"), context.terms.text("within_frame")
    value = (bad if over else good) if given else ""
    page.formula(beside, f'=IF(ISNUMBER({cell}),IF({cell}<0,"{bad}","{good}"),"")', value, "word")
    both = f"{cell}:{beside}"
    page.sheet.conditional_formatting.add(both, look.tone_rule(f"AND(ISNUMBER(${letter}{row}),${letter}{row}<0)", look.MEND))
    page.sheet.conditional_formatting.add(beside, look.tone_rule(f"AND(ISNUMBER(${letter}{row}),${letter}{row}>=0)", look.GOOD))


def _headings(page: SheetBuilder, place: Place, context: Context) -> None:
    terms = context.terms
    titles = [column.title(terms.language, terms.words.units) for column in place.sheet.columns]
    if place.down:
        titles = [terms.text("question"), terms.text("answer")]
    if place.check:
        titles.append(terms.text("check_heading"))
    for number, title in enumerate(titles):
        page.put(f"{get_column_letter(number + 1)}{place.heading_row}", title, "heading")
    room = [width - 2.2 for width in place.widths]  # the filter's arrow lies on the heading
    most = max(measure.count_lines(title, width, bold=True) for title, width in zip(titles, room, strict=True))
    page.height(place.heading_row, measure.row_height(most, _HEADING_HEIGHT) + (3 if most > 1 else 0))


def _rows(page: SheetBuilder, place: Place, context: Context) -> list[Verdict]:
    verdicts = []
    sheet = place.sheet
    least = _least_height(place, context)
    for index, values in enumerate(context.written[sheet.key]):
        number = place.first + index
        cells = {column.field: place.cell(column.field, index) for column in sheet.columns}
        for column in sheet.columns:
            if column.formula:
                value = values[column.field]
                page.formula(cells[column.field], formula(column, cells), value if isinstance(value, int | float) else "", "locked_number")
            else:
                page.put(cells[column.field], values[column.field], _style(place, column, values))
        if place.check:
            verdict = check_row(place, sheet.columns, Row(cells, values), context.terms, context.entries)
            page.formula(f"{place.check}{number}", verdict.formula, verdict.value, "check")
            verdicts.append(verdict)
        _spacer(page, place, number, least)
        page.height(number, _height(place, values, verdicts[-1].value if place.check else "", least), grows=True)
    if not place.rows:
        page.put(f"A{place.first}", context.terms.text("nothing_to_show"), "help")
    return verdicts


def _style(place: Place, column: Column, values: Written) -> str:
    if column.asked and not (column.locked_when_prefilled and trim(values[column.field])):
        return f"input_{column.kind}"
    if column is place.sheet.columns[0] and column.field.endswith("id") and column.width <= WIDEST_FROZEN:
        return "id"
    return f"locked_{column.kind}"


def _least_height(place: Place, context: Context) -> float:
    """Return the height of a row to write in: enough for what Kontroll says when all answers are missing."""
    if place.sheet.layout == "reading":
        return measure.LINE_HEIGHT + 3
    names = ", ".join(context.terms.name(column) for column in place.sheet.columns if column.asked and column.required)
    said = measure.count_lines(context.terms.text("check_fill", columns=names), place.widths[-1])
    texts = [column for column in place.sheet.columns if column.asked and column.kind == "text" and column.width >= _WIDE]
    long = any((column.max_length or 0) >= _SENTENCES for column in texts)
    return measure.row_height(min(said, 3), _INPUT_HEIGHT if long else measure.LINE_HEIGHT + 3)


def _spacer(page: SheetBuilder, place: Place, row: int, least: float) -> None:
    count = min(int(least // measure.LINE_HEIGHT), max(look.SPACERS))
    if count in look.SPACERS:
        page.put(f"{get_column_letter(len(place.widths) + 1)}{row}", None, f"spacer_{count}")


def _height(place: Place, values: Written, said: str, least: float) -> float:
    most = measure.count_lines(said, place.widths[-1])
    for column, width in zip(place.sheet.columns, place.widths, strict=False):
        value = values[column.field]
        if isinstance(value, str) and "\ue000" not in value:
            most = max(most, measure.count_lines(value, width))
    return measure.row_height(most, least) + (3 if most > 1 else 0)


def _down(page: SheetBuilder, place: Place, context: Context) -> list[Verdict]:
    verdicts = []
    terms, values = context.terms, context.written[place.sheet.key][0]
    cells = {column.field: place.cell(column.field) for column in place.sheet.columns}
    for column in place.sheet.columns:
        row = cells[column.field][1:]
        page.put(f"A{row}", column.title(terms.language, terms.words.units), "locked_text")
        page.put(cells[column.field], values[column.field], _style(place, column, values))
        verdict = check_row(place, [column], Row(cells, values), terms, context.entries)
        page.formula(f"{place.check}{row}", verdict.formula, verdict.value, "check")
        asks = terms.text("check_fill", columns=terms.name(column))
        least = measure.row_height(measure.count_lines(asks, place.widths[2]), _DOWN_HEIGHT)
        text = str(values[column.field] or "")
        most = max(measure.count_lines(text, place.widths[1]), measure.count_lines(verdict.value, place.widths[2]))
        page.height(int(row), measure.row_height(most, least), grows=True)
        _spacer(page, place, int(row), least)
        verdicts.append(verdict)
    return verdicts


def _validations(page: SheetBuilder, place: Place, context: Context) -> None:
    for column in place.sheet.columns:
        if column.asked and place.rows:
            first = place.cell(column.field)
            cells = first if place.down else f"{first}:{place.letters[column.field]}{place.last}"
            validation = _validation(column, context)
            if validation:
                validation.sqref = cells
                page.sheet.add_data_validation(validation)


def _validation(column: Column, context: Context) -> DataValidation | None:
    terms = context.terms
    made = _limits(column, context)
    if made is None:
        if not column.help:
            return None
        made = DataValidation(allow_blank=True)
    made.showErrorMessage = made.type is not None
    if made.type is not None:
        made.errorTitle = terms.text("error_title")
    if column.help:
        made.showInputMessage = True
        made.promptTitle = terms.name(column)[:_PROMPT_TITLE]
        made.prompt = column.help[terms.language][:_NO_FORM]
    return made


def _limits(column: Column, context: Context) -> DataValidation | None:
    terms = context.terms
    match column.kind:
        case "choice":
            return DataValidation("list", list_name(column), allow_blank=True, error=terms.text("error_list"), errorStyle="stop")
        case "ref" if not column.many:
            return DataValidation("list", list_name(column), allow_blank=True, error=terms.text("error_ref"), errorStyle="warning")
        case "date":
            text = terms.text("error_date", year=context.year or FIRST_DAY.year)
            return DataValidation(
                "date", str(day_number(FIRST_DAY)), str(day_number(LAST_DAY)), operator="between", allow_blank=True, error=text
            )
        case "integer" | "number":
            return _numbers(column, terms)
    if column.max_length is None:
        return None
    text = terms.text("error_length", high=column.max_length)
    return DataValidation("textLength", str(column.max_length), operator="lessThanOrEqual", allow_blank=True, error=text)


def _numbers(column: Column, terms: Terms) -> DataValidation:
    kind: Literal["whole", "decimal"] = "whole" if column.kind == "integer" else "decimal"
    low, high = column.low, column.high
    if low is None and high is None:
        return DataValidation(kind, "-1E+15", "1E+15", operator="between", allow_blank=True, error=terms.text("error_number"))
    least, most = -1e15 if low is None else low, 1e15 if high is None else high
    text = terms.text("error_range", low=spaced(least, column.kind), high=spaced(most, column.kind))
    return DataValidation(kind, f"{least:.0f}", f"{most:.0f}", operator="between", allow_blank=True, error=text)


def _conditions(page: SheetBuilder, place: Place, context: Context) -> None:
    if not place.rows:
        return
    add = page.sheet.conditional_formatting.add
    first = place.first
    if place.check:
        check = f"{place.check}{first}:{place.check}{place.last}"
        add(check, look.tone_rule(f'LEFT({place.check}{first},1)="!"', look.MEND))
        add(check, look.tone_rule(f'LEFT({place.check}{first},1)="✓"', look.GOOD))
    for column in place.sheet.columns:
        cells = {c.field: ("$" + place.cell(c.field)) for c in place.sheet.columns}
        top = place.cell(column.field)
        span = top if place.down else f"{top}:{place.letters[column.field]}{place.last}"
        missing = missing_when(place.sheet, column, cells, context.terms)
        if missing:
            row = split_address(top)[1]
            add(span, look.tone_rule(f'AND(${place.check}{row}<>"",{missing})', look.MEND))
        if column.kind == "number":
            add(span, look.decimals_rule(top))


def _setup(page: SheetBuilder, place: Place, context: Context) -> None:
    sheet = page.sheet
    sheet.sheet_view.showGridLines = False
    narrow = not place.down and place.sheet.columns[0].width <= WIDEST_FROZEN
    sheet.freeze_panes = f"{'B' if narrow else 'A'}{place.first}"
    if place.rows and not place.down:
        sheet.auto_filter.ref = f"A{place.heading_row}:{get_column_letter(len(place.widths))}{place.last}"
    row = place.heading_row
    terms = context.terms
    paging = f"{terms.text('page')} &P {terms.text('of')} &N"
    page.printed(landscape=True, rows=f"{row}:{row}", footer=(context.footer, place.name.replace("&", "&&"), paging))
    last, end = max(place.last, place.first), get_column_letter(len(place.widths))
    sheet.print_area = f"A1:{end}{last}"
    if place.sheet.break_before:
        page.parted(place.letters[place.sheet.break_before], place.heading_row, f"{end}{last}")
    page.protect()
