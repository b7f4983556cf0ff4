"""The sheet ``Start``: who, which round, by when, how to fill in, and a live count of what is still missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter

from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.xdr import XDRPositiveSize2D

from styrxl.excel import form_styles, look, measure
from styrxl.excel.cells import token
from styrxl.excel.formula_text import quote, trim
from styrxl.excel.sheet import SheetBuilder
from styrxl.model.forms import Form, Sheet
from styrxl.model.prefill import Prefill
from styrxl.templates.cell_texts import find_left_to_spread
from styrxl.templates.layout import SheetLayout, list_frame_cells
from styrxl.templates.start_counts import SheetCounts, build_begun_count, build_mend_count, build_missing_count
from styrxl.templates.words import Terms
from styrxl.templates.workbook_context import WorkbookContext

WIDTHS = (36.0, 18.0, 18.0, 28.0)
_WIDE = sum(WIDTHS)
_ANSWER = sum(WIDTHS[1:])
_LOGO_HEIGHT = 48  # pixels
_EMU = 9525  # a drawing's units in a pixel


def find_text_width(name: str) -> float:
    """Return the width in which one of an owner's texts is shown."""
    return _WIDE if name == "more_rows" else _ANSWER


@dataclass(frozen=True, slots=True)
class Header:
    """What Start says of one owner; the texts may be tokens, so the lines that they take are counted beforehand."""

    prefill: Prefill
    lines: Mapping[str, int]
    shown: look.Look


def write_start_sheet(page: SheetBuilder, form: Form, header: Header, context: WorkbookContext, counts: Mapping[str, SheetCounts]) -> None:
    """Write the sheet; ``counts`` hold what there is to count in each other sheet as issued."""
    page.widths(zip("ABCD", WIDTHS, strict=True))
    row = _write_top(page, form, header, context.terms)
    row = _write_owner(page, row, form, header, context.terms)
    row = _write_steps(page, row, form, header, context)
    row = _write_progress(page, row, form, context, counts)
    _write_colours(page, row, context.terms)
    page.sheet.sheet_view.showGridLines = False
    page.printed(landscape=False, rows=None, footer=(context.footer, "", ""), one_page=True)
    page.protect()


def _write_across(page: SheetBuilder, row: int, text: str, style: str, lines: int | None = None) -> int:
    """Write a text over the whole width and return the next row."""
    page.put(f"A{row}", text, style)
    page.merge(f"A{row}", f"D{row}")
    page.height(row, measure.row_height(lines or measure.count_lines(text, _WIDE)) + 1)
    return row + 1


def _write_section(page: SheetBuilder, row: int, text: str) -> int:
    page.height(row, 8.0)
    page.put(f"A{row + 1}", text, "section")
    page.height(row + 1, 22.0)
    return row + 2


def _write_top(page: SheetBuilder, form: Form, header: Header, terms: Terms) -> int:
    if header.shown.logo:
        logo = form_styles.Logo(header.shown.logo, _LOGO_HEIGHT)
        size = XDRPositiveSize2D(logo.width * _EMU, logo.height * _EMU)
        logo.anchor = OneCellAnchor(_from=AnchorMarker(col=3, colOff=0, row=0, rowOff=0), ext=size)
        page.sheet.add_image(logo)
    page.put("A1", form.title[terms.language], "title")
    page.height(1, 32.0)
    layout = " · ".join(part for part in (header.shown.name or header.prefill.municipality, header.prefill.round_name) if part)
    page.put("A2", layout, "bold_line")
    page.height(2, 18.0)
    return _write_across(page, 3, form.purpose[terms.language], "body")


def _list_facts(header: Header, terms: Terms, *, unit: bool) -> Iterator[tuple[str, str, str]]:
    """Yield label, text and the name under which its lines were counted."""
    prefill = header.prefill
    if prefill.owner_name or prefill.owner:
        yield terms.text("who"), token("who"), "who"
    if prefill.board_name and unit:
        yield terms.text("board"), prefill.board_name, "board_name"
    if prefill.round_name:
        yield terms.text("round"), prefill.round_name, "round_name"
    if prefill.due:
        yield terms.text("due"), prefill.due, "due"
    if prefill.contact:
        yield terms.text("contact"), prefill.contact, "contact"


def _write_owner(page: SheetBuilder, row: int, form: Form, header: Header, terms: Terms) -> int:
    facts = list(_list_facts(header, terms, unit=form.level == "unit"))
    if facts:
        page.height(row, 8.0)
        row += 1
    for label, text, name in facts:
        page.put(f"A{row}", label, "fact")
        page.put(f"B{row}", text, "cell")
        page.merge(f"B{row}", f"D{row}")
        page.height(row, measure.row_height(header.lines[name]) + 3)
        row += 1
    return row


def _write_steps(page: SheetBuilder, row: int, form: Form, header: Header, context: WorkbookContext) -> int:
    terms = context.terms
    row = _write_section(page, row, terms.text("how_title"))
    names = {key: layout.name for key, layout in context.layouts.items()}
    steps = (step[terms.language] for step in form.steps)
    for number, step in enumerate((step for step in steps if _names_in(step) <= names.keys()), 1):  # of sheets that are there
        text = f"{number}. {step.format(**names)}"
        row = _write_across(page, row, text, "body")
    row = _write_across(page, row, terms.text("star_means"), "body")
    if header.prefill.contact and any(sheet.id_column and sheet.rows for sheet in form.sheets):
        row = _write_across(page, row, terms.text("more_rows", contact=header.prefill.contact), "body", header.lines["more_rows"])
    return row


def _names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _write_colours(page: SheetBuilder, row: int, terms: Terms) -> None:
    row = _write_section(page, row, terms.text("colours_title"))
    samples = (("sample", "colour_input"), ("fact", "colour_locked"), ("mend", "colour_mend"), ("good", "colour_ok"))
    for style, key in samples:
        page.put(f"A{row}", terms.text(key), style)
        page.height(row, 18.0)
        row += 1


def _write_progress(page: SheetBuilder, row: int, form: Form, context: WorkbookContext, counts: Mapping[str, SheetCounts]) -> int:
    terms = context.terms
    row = _write_section(page, row, terms.text("missing_title"))
    for letter, key in zip("ABCD", ("count_sheet", "count_rows", "count_missing", "count_state"), strict=True):
        page.put(f"{letter}{row}", terms.text(key), "heading_line")
    lines = max(measure.count_lines(terms.text(key), WIDTHS[1] - 2.4, bold=True) for key in ("count_rows", "count_missing"))
    page.height(row, measure.row_height(lines, 20.0))
    first = row + 1
    for number, sheet in enumerate(form.sheets, first):
        page.link(f"A{number}", context.layouts[sheet.key].name, context.layouts[sheet.key].name, "cell_link")
        page.height(number, 18.0)
        _write_count(page, number, sheet, context, counts[sheet.key])
    last = first + len(form.sheets) - 1
    total = sum(_count_missing(sheet, context, counts[sheet.key]) for sheet in form.sheets)
    _write_total(page, last + 1, (first, last), total, terms)
    add = page.sheet.conditional_formatting.add
    add(f"D{first}:D{last + 1}", form_styles.tone_rule(f'LEFT($D{first},1)="!"', look.MEND))
    add(f"D{first}:D{last + 1}", form_styles.tone_rule(f'LEFT($D{first},1)="✓"', look.GOOD))
    return last + 2


def _write_total(page: SheetBuilder, row: int, rows: tuple[int, int], total: int, terms: Terms) -> None:
    page.put(f"A{row}", terms.text("total_missing"), "total")
    page.put(f"B{row}", None, "total")
    page.formula(f"C{row}", f"=SUM(C{rows[0]}:C{rows[1]})", total, "total_count")
    done = f'OR(C{row}>0,SUMPRODUCT(--(LEFT(D{rows[0]}:D{rows[1]},1)="!"))>0)'
    ok = terms.text("state_ok")
    states = [page.values.get(f"D{number}") for number in range(rows[0], rows[1] + 1)]
    fine = total == 0 and not any(str(state or "").startswith("!") for state in states)
    page.formula(f"D{row}", f'=IF({done},"",{quote(ok)})', ok if fine else "", "total")
    page.height(row, 18.0)


def _write_count(page: SheetBuilder, row: int, sheet: Sheet, context: WorkbookContext, counts: SheetCounts) -> None:
    layout, terms = context.layouts[sheet.key], context.terms
    if not layout.check_letter or not layout.rows:
        page.put(f"B{row}", None, "count")
        page.put(f"C{row}", None, "count")
        page.put(f"D{row}", terms.text("nothing_to_show" if layout.check_letter else "state_read"), "cell")
        return
    begun, missing, state = build_counts(row, layout, context)
    page.formula(f"B{row}", begun, counts.begun, "count")
    page.formula(f"C{row}", missing, _count_missing(sheet, context, counts), "count")
    page.formula(f"D{row}", state, _state_now(layout, context, counts), "cell")


def build_counts(row: int, layout: SheetLayout, context: WorkbookContext) -> tuple[str, str, str]:
    """Return the formulas of a sheet's row on Start: rows begun, answers missing, and the state in words."""
    sheet = layout.sheet
    missing = build_missing_count(layout, context.terms)
    if sheet.at_least:
        lacking = f"MAX(0,{sheet.at_least}-B{row})"
        unless = _unless_formula(sheet, context)
        missing += f"+IF({unless},0,{lacking})" if unless else f"+{lacking}"
    return f"={build_begun_count(layout, context.issued[sheet.key])}", f"={missing}", f"={_state_formula(row, layout, context)}"


def _unless_formula(sheet: Sheet, context: WorkbookContext) -> str:
    """Return the formula under which a sheet may stay empty though rows are asked for; empty if there is none."""
    parts = []
    for address, codes in sheet.unless.items():
        key, field = address.split(".")
        if key in context.layouts:
            other = context.layouts[key]
            words = (context.terms.word(other.sheet.column(field), code) for code in codes)
            parts += [f"TRIM({other.absolute_cell(other.cell(field))})={quote(word)}" for word in words]
    return f"OR({','.join(parts)})" if parts else ""


def _is_excused(sheet: Sheet, context: WorkbookContext) -> bool:
    for address, codes in sheet.unless.items():
        key, field = address.split(".")
        if key in context.layouts:
            value = trim(context.rows[key][0][field]).casefold()
            if value in {context.terms.word(context.layouts[key].sheet.column(field), code).casefold() for code in codes}:
                return True
    return False


def _count_missing(sheet: Sheet, context: WorkbookContext, counts: SheetCounts) -> int:
    lacking = 0 if _is_excused(sheet, context) else max(0, sheet.at_least - counts.begun)
    return counts.missing + lacking


def _over_frame_formula(layout: SheetLayout) -> str:
    """Return the formula for what remains of a sheet's frame; empty if it has none."""
    cell = list_frame_cells(layout).get((layout.sheet.limit.frame, "remaining")) if layout.sheet.limit else None
    return f"N({layout.absolute_cell(cell)})<0" if cell else ""


def _left_to_spread_formula(layout: SheetLayout) -> str:
    """Return the formula for whether something is left to spread on a sheet; empty if there never is."""
    if layout.sheet.limit is None or layout.sheet.spread is None:
        return ""
    return f"N({layout.absolute_cell(list_frame_cells(layout)[layout.sheet.limit.frame, 'spread'])})<>0"


def _state_formula(row: int, layout: SheetLayout, context: WorkbookContext) -> str:
    terms, sheet = context.terms, layout.sheet
    ok = quote(terms.text("state_ok"))
    if left := _left_to_spread_formula(layout):
        ok = f"IF({left},{quote(terms.text('state_ok_unspread'))},{ok})"
    if _over_frame_formula(layout):
        ok = f"IF({_over_frame_formula(layout)},{quote(terms.text('state_ok_over'))},{ok})"
    mend = build_mend_count(layout)
    many = f'SUBSTITUTE({quote(terms.text("state_mend", n="{n}"))},"{{n}}",{mend})'
    mended = f"IF({mend}=0,{ok},IF({mend}=1,{quote(terms.text('state_mend_one'))},{many}))"
    empty = quote(terms.text("state_optional" if sheet.optional else "state_empty"))
    if _unless_formula(sheet, context):
        empty = f"IF({_unless_formula(sheet, context)},{quote(terms.text('state_optional'))},{empty})"
    return f"IF(B{row}=0,{empty},{mended})"


def _state_now(layout: SheetLayout, context: WorkbookContext, counts: SheetCounts) -> str:
    terms, sheet = context.terms, layout.sheet
    if counts.begun == 0:
        return terms.text("state_optional" if sheet.optional or _is_excused(sheet, context) else "state_empty")
    if counts.mend == 1:
        return terms.text("state_mend_one")
    if counts.mend:
        return terms.text("state_mend", n=counts.mend)
    if sheet.key in context.over:
        return terms.text("state_ok_over")
    left = find_left_to_spread(sheet, *layout.part_rows(context.rows[sheet.key]))
    return terms.text("state_ok_unspread" if left else "state_ok")
