"""The block above a table: the frame, what is planned of it, what is left to spread or remains, in figures and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from openpyxl.utils import column_index_from_string, get_column_letter

from styrxl.excel import form_styles, look, measure
from styrxl.excel.cells import token
from styrxl.excel.formula_text import quote
from styrxl.excel.sheet import SheetBuilder, split_address
from styrxl.templates.cell_texts import find_error, find_left_to_spread, sum_planned
from styrxl.templates.layout import GAP, SheetLayout, list_frame_cells
from styrxl.templates.workbook_context import WorkbookContext


def write_frames(page: SheetBuilder, layout: SheetLayout, context: WorkbookContext) -> None:
    """Write the block above a table: frames, what is planned, and what remains."""
    cells = list_frame_cells(layout)
    unit = context.terms.words.units["tkr"][context.terms.language]
    if layout.frame_row and layout.frame_row > 2 + len(layout.help):
        page.height(layout.frame_row - 1, GAP)
    for (frame, what), cell in cells.items():
        row = int(split_address(cell)[1])
        page.put(f"A{row}", f"{context.terms.text(frame if what == 'frame' else what)} ({unit})", "label")
        if layout.frame_letter != "B":  # the first column is narrow
            page.merge(f"A{row}", f"{chr(ord(layout.frame_letter) - 1)}{row}")
        page.height(row, measure.row_height(_count_lines(layout, context, frame, what)) + 3)
        _write_frame_cell(page, layout, context, (frame, what), cells)


def _count_lines(layout: SheetLayout, context: WorkbookContext, frame: str, what: str) -> int:
    """Return how many lines a row of the block takes: figures fit on one, the words that stand in for a frame may need more."""
    if what != "frame" or context.frames.get(frame) is not None:
        return 1
    return measure.count_lines(context.terms.text("no_frame"), layout.widths[column_index_from_string(layout.frame_letter) - 1])


def _write_frame_cell(
    page: SheetBuilder, layout: SheetLayout, context: WorkbookContext, label: tuple[str, str], cells: Mapping[tuple[str, str], str]
) -> None:
    (frame, what), cell = label, cells[label]
    given = context.frames.get(frame) is not None
    using = [other for other in context.layouts.values() if other.sheet.limit and other.sheet.limit.frame == frame]
    used = layout if layout.sheet.limit else next(iter(using), None)
    error = find_error(_list_amounts(used, context))
    total = f"SUM({used.absolute_range(used.letters[used.sheet.limit.column])})" if used and used.sheet.limit and used.rows else "0"
    if what == "spread":
        left = find_left_to_spread(layout.sheet, *layout.part_rows(context.rows[layout.sheet.key]))
        page.formula(cell, _spread_formula(layout), left if error is None else error, _figure_style(layout))
        _write_spread_words(page, layout, cell, context, left if error is None else None)
    elif what == "frame" and given:
        page.number(cell, f"frame:{frame}", _figure_style(layout))
    elif what == "frame":
        page.put(cell, context.terms.text("no_frame"), "label")
    elif what == "planned":
        more = f"+{spread}" if (spread := cells.get((frame, "spread"))) else ""
        planned = sum_planned(layout.sheet, *layout.part_rows(context.rows[layout.sheet.key]))
        page.formula(cell, f"={total}{more}", planned if error is None else error, _figure_style(layout))
    else:
        used_up = total if layout.is_downwards else cells[frame, "planned"]
        fact = token(f"remaining:{used.sheet.key}" if used else f"frame:{frame}") if given else ""
        remaining = f'=IF(ISNUMBER({cells[frame, "frame"]}),{cells[frame, "frame"]}-{used_up},"")'
        page.formula(cell, remaining, error if error and given else fact, _figure_style(layout))
        over = used is not None and used.sheet.key in context.over
        _write_frame_words(page, layout, cell, context, over=over, known=given and error is None)
    if what != "frame" or given:
        page.sheet.conditional_formatting.add(cell, form_styles.decimals_rule(cell))


def _list_amounts(used: SheetLayout | None, context: WorkbookContext) -> Iterator[object]:
    """Yield what is held against a frame, row by row."""
    if used and used.sheet.limit:
        fields = [used.sheet.limit.column, *([used.sheet.spread.field] if used.sheet.spread else [])]
        yield from (row.get(field) for row in used.part_rows(context.rows[used.sheet.key])[0] for field in fields)


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
        page.merge(beside, f"{get_column_letter(last)}{row}")
    return beside


def _write_spread_words(page: SheetBuilder, layout: SheetLayout, cell: str, context: WorkbookContext, left: float | None) -> None:
    """Say in words, beside the figure, whether all is spread; nothing where that is not known."""
    letter, row = split_address(cell)
    more, all_ = context.terms.text("left_to_spread"), context.terms.text("all_spread")
    value = "" if left is None else more if left else all_
    beside = _write_words(page, layout, cell, f"=IF({cell}=0,{quote(all_)},{quote(more)})", value, (more, all_))
    page.sheet.conditional_formatting.add(f"{cell}:{beside}", form_styles.tone_rule(f"${letter}{row}<>0", look.WATCH))
    page.sheet.conditional_formatting.add(beside, form_styles.tone_rule(f"${letter}{row}=0", look.GOOD))


def _figure_style(layout: SheetLayout) -> str:
    """Return the style of a figure: in a column of texts it stands to the left, near its label."""
    return "figure" if layout.sheet.limit else "figure_left"


def _write_frame_words(page: SheetBuilder, layout: SheetLayout, cell: str, context: WorkbookContext, *, over: bool, known: bool) -> None:
    """Say in words, beside the figure, whether what remains is below zero."""
    letter, row = split_address(cell)
    bad, good = context.terms.text("over_frame"), context.terms.text("within_frame")
    value = (bad if over else good) if known else ""
    formula = f'=IF(ISNUMBER({cell}),IF({cell}<0,{quote(bad)},{quote(good)}),"")'
    beside = _write_words(page, layout, cell, formula, value, (bad, good))
    both = f"{cell}:{beside}"
    page.sheet.conditional_formatting.add(both, form_styles.tone_rule(f"AND(ISNUMBER(${letter}{row}),${letter}{row}<0)", look.MEND))
    page.sheet.conditional_formatting.add(beside, form_styles.tone_rule(f"AND(ISNUMBER(${letter}{row}),${letter}{row}>=0)", look.GOOD))
