"""What stands in one workbook, worked out before anything is written: as issued, and with answers in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from itertools import accumulate
from typing import Any

from styrxl.excel.cells import CLOSE, OPEN, CellError, excel_number, omit_token_letters
from styrxl.excel.formula_text import quote
from styrxl.excel.limits import LONGEST_FORMULA
from styrxl.model.forms import Column, Form
from styrxl.model.prefill import Prefill
from styrxl.returns.tables import is_blank
from styrxl.templates.cell_texts import RowValues, add_up, compute_formula, list_cell_values, sum_planned
from styrxl.templates.drop_downs import DropDown, OwnSheets, list_entries, make_drop_downs
from styrxl.templates.kontroll import RowCheck, Unchanged, check_sheet
from styrxl.templates.layout import SheetLayout, lay_out_sheets
from styrxl.templates.words import Terms

PRINTED_BELOW = 2  # rows, to write on, that are printed below the last that is filled in

Answers = Mapping[str, Mapping[int, Mapping[str, Any]]]  # sheet key -> row of data, counted from 0 -> field -> value
Checks = Mapping[str, Sequence[RowCheck]]  # sheet key -> what Kontroll says of each row, or of each answer downwards


@dataclass(frozen=True, slots=True)
class WorkbookContext:
    """What all sheets of one workbook share: words, layouts, what stands in rows, what drop-downs hold, and what Kontroll says.

    ``rows`` are as formulas see them, ``issued`` as they were issued; where owners that share a template differ, they hold tokens.
    """

    form: Form
    prefill: Prefill  # with tokens for what is the owner's own
    terms: Terms
    year: int
    layouts: Mapping[str, SheetLayout]
    rows: Mapping[str, Sequence[RowValues]]
    issued: Mapping[str, Sequence[RowValues]]
    lists: Mapping[str, DropDown]
    entries: Mapping[str, Sequence[str]]
    frames: Mapping[str, float | None]
    over: frozenset[str]  # keys of sheets whose sum is over the frame
    checks: Checks
    issued_checks: Checks
    lines: Mapping[str, int]  # how many lines an owner's texts on Start take
    footer: str
    answers: Answers = field(default_factory=dict)  # those that take the place of what was issued
    print_ends: Mapping[str, int] = field(default_factory=dict)  # sheet key -> Excel row at which its print area ends

    def find_answer(self, key: str, index: int, name: str) -> Any:
        """Return what stands in a cell for answers: an answer as it was given, or what was issued."""
        answered = self.answers.get(key, {}).get(index, {})
        return answered[name] if name in answered else self.issued[key][0 if self.layouts[key].is_downwards else index][name]


def make_context(form: Form, prefill: Prefill, lines: Mapping[str, int], footer: str) -> WorkbookContext:
    """Return what stands in a workbook as issued; ``prefill``: cleaned, with tokens for what is the owner's own."""
    terms = Terms(form.words, form.lists, prefill.language, prefill.limits, prefill.board_limits)
    layouts = lay_out_sheets(form, prefill, form.words)
    rows = list_cell_values(form, prefill, layouts, terms)
    lists = make_drop_downs(form, prefill.lists)
    entries = list_entries(form, lists, OwnSheets(layouts, rows), terms)
    checks = {key: check_sheet(layout, rows[key], terms, entries) for key, layout in layouts.items()}
    return WorkbookContext(
        form=form,
        prefill=prefill,
        terms=terms,
        year=prefill.year,
        layouts=layouts,
        rows=rows,
        issued=rows,
        lists=lists,
        entries=entries,
        frames=prefill.frames,
        over=_list_over_frame(form, layouts, rows, prefill.frames),
        checks=checks,
        issued_checks=checks,
        lines=lines,
        footer=footer,
    )


def put_answers(context: WorkbookContext, answers: Answers, stamps: Mapping[str, str]) -> WorkbookContext:
    """Return what stands in a workbook with answers in it; ``stamps``: what comes for its tokens."""
    kept = {key: {index: _list_replacing(context, key, index, row) for index, row in rows.items()} for key, rows in answers.items()}
    rows = {key: _fill_rows(context, key, kept.get(key, {}), stamps) for key in context.issued}
    entries = list_entries(context.form, context.lists, OwnSheets(context.layouts, rows), context.terms)
    before = {key: Unchanged(context.checks[key], kept.get(key, {}).keys()) for key in context.layouts}
    checks = {
        key: check_sheet(layout, rows[key], context.terms, entries, before[key], context.issued[key])
        for key, layout in context.layouts.items()
    }
    over = _list_over_frame(context.form, context.layouts, rows, context.frames)
    return replace(context, rows=rows, entries=entries, checks=checks, over=over, answers=kept)


def tell_in_kontroll(context: WorkbookContext, told: Mapping[tuple[str, int], Sequence[str]], text: str) -> WorkbookContext:
    """Return the workbook in which Kontroll says a text on rows, by sheet key and row of the check, as long as one of some formulas holds.

    Of many formulas those count that there is room for.
    """
    checks = {key: list(some) for key, some in context.checks.items()}
    for (key, index), formulas in told.items():
        check = checks[key][index]
        own = check.formula.removeprefix("=")
        lengths = accumulate(len(formula) + 1 for formula in formulas)
        room = LONGEST_FORMULA - len(f"=IF(OR(),{quote(text)},{own})")
        holding = ",".join(formula for formula, length in zip(formulas, lengths, strict=True) if length <= room)
        if holding:
            checks[key][index] = replace(check, formula=f"=IF(OR({holding}),{quote(text)},{own})", value=text)
    return replace(context, checks=checks)


def end_print_areas(context: WorkbookContext) -> WorkbookContext:
    """Return the workbook that prints its tables no further than some rows below the last that is answered, or below the headings."""
    across = (layout for layout in context.layouts.values() if layout.rows and not layout.is_downwards)
    answered = ((layout, [at for at, row in context.answers.get(layout.sheet.key, {}).items() if row]) for layout in across)
    ends = {layout.sheet.key: layout.first_row + max(rows, default=-1) + PRINTED_BELOW for layout, rows in answered}
    return replace(context, print_ends=ends)


def replace_token(value: Any, stamps: Mapping[str, str]) -> str:
    """Return a value as issued, with what comes for its token in its place."""
    text = str(value or "")
    return stamps[text[1:-1]] if text.startswith(OPEN) and text.endswith(CLOSE) else text


def _list_over_frame(
    form: Form, layouts: Mapping[str, SheetLayout], rows: Mapping[str, Sequence[RowValues]], frames: Mapping[str, float | None]
) -> frozenset[str]:
    limited = ((sheet, frames.get(sheet.limit.frame)) for sheet in form.sheets if sheet.limit)
    return frozenset(s.key for s, frame in limited if frame is not None and frame < sum_planned(s, *layouts[s.key].part_rows(rows[s.key])))


def _list_replacing(context: WorkbookContext, key: str, index: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of a row that take the place of what was issued.

    Not what was erased of an answer that was given beforehand and protected, nor anything in place of a figure from the accounts.
    """
    sheet, issued = context.layouts[key].sheet, context.issued[key][index]
    return {name: value for name, value in row.items() if _replaces(sheet.column(name), value, issued.get(name))}


def _replaces(column: Column, value: Any, issued: Any) -> bool:
    if column.from_accounts and not is_blank(issued):
        return False
    return not is_blank(value) or (not column.locked_when_prefilled and not is_blank(issued))


def _fill_rows(context: WorkbookContext, key: str, answers: Mapping[int, Mapping[str, Any]], stamps: Mapping[str, str]) -> list[RowValues]:
    """Return a sheet's rows with answers, as formulas see them; columns that are worked out are so anew, and the row that closes them."""
    layout = context.layouts[key]
    issued, rows = context.issued[key], list(context.issued[key])
    for index, row in answers.items():
        column = layout.sheet.id_column
        own = {column.field: replace_token(issued[index][column.field], stamps)} if column else {}
        made = {**issued[index], **own, **{name: _see_in_formula(value) for name, value in row.items()}}
        worked_out = {column.field: compute_formula(column, made) for column in layout.sheet.columns if column.formula}
        rows[index] = {**made, **worked_out}
    data, closing = layout.part_rows(rows)
    return rows if closing is None else [*data, add_up(layout.sheet, data, closing)]


def _see_in_formula(value: Any) -> Any:
    """Return an answer as the formulas of its row see it."""
    match value:
        case bool():
            return str(value).upper()
        case float() if value.is_integer():
            return int(value)
        case datetime() | time() | timedelta():
            return excel_number(value)[0]
        case str() if not isinstance(value, CellError):
            return None if is_blank(value) else omit_token_letters(value)
    return value
