"""A workbook by another edition of its form: all answers carried to their places there, and what found none, in groups to be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from styrxl.annotated.carry import ReadReturn, add_rows, carry_answers, raw_value
from styrxl.annotated.compare import FormulaWords, LeftCell, list_left_cells, make_copied_sheets
from styrxl.annotated.left_behind import LeftBehind, UnplacedAnswer, group_left_cells, list_left_objects
from styrxl.annotated.understood import list_shown, list_understood
from styrxl.excel.look import STANDARD, Look
from styrxl.model.findings import Finding
from styrxl.model.forms import Form
from styrxl.model.prefill import Prefill
from styrxl.returns.extras import Extras
from styrxl.returns.locate import Locator
from styrxl.returns.tables import Table, is_blank, normalise_heading
from styrxl.returns.typed_columns import TableTyper
from styrxl.returns.workbook import ReturnedWorkbook, read_workbook
from styrxl.templates.build import lay_out_workbook, token_values
from styrxl.templates.workbook_context import end_print_areas, put_answers
from styrxl.templates.write_workbook import write_workbook


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A workbook that was filled in: by which form, what was read of it, and its findings."""

    form: Form
    returned: ReturnedWorkbook
    extras: Extras
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class RenewedForm:
    """The new workbook, what did not come along, and answers that have no place in it."""

    data: bytes
    left: tuple[LeftBehind, ...]
    strays: tuple[UnplacedAnswer, ...]


def renew_form(old: FilledForm, form: Form, prefill: Prefill, shown: Look = STANDARD) -> RenewedForm:
    """Return a workbook by another edition of its form with all answers; ``prefill``: what it is issued with, which has no rows."""
    raw = {sheet.name: sheet for sheet in old.returned.sheets}
    located, _ = Locator(old.form, old.form.words).locate(old.returned, prefill.language)
    tables = tuple(_fit_table(table, form) for table in located if any(sheet.key == table.sheet.key for sheet in form.sheets))
    context = lay_out_workbook(add_rows(form, {table.sheet.key: len(table.rows) for table in tables}), prefill)
    typist = TableTyper()
    typed = [replace(table, typed=typist.typed(form, table, prefill.year)) for table in tables]
    understood = list_shown(tables, raw) | list_understood(typed, old.findings, context.terms)
    source = ReadReturn(old.returned, tables, old.findings, old.extras.formulas, understood)
    context, carried = carry_answers(source, form, context, prefill)
    filled = put_answers(context, carried.answers, token_values(prefill, context))
    book = write_workbook(end_print_areas(filled), shown)
    data = book.stamped(token_values(prefill, filled))
    copy, _ = read_workbook(data)
    assert copy is not None
    copied = make_copied_sheets(filled.layouts, carried.lines, understood, book.formulas)
    cells = list_left_cells(old.returned, copy, copied, book.formulas, old.findings, old.form.words)
    left, strays = group_left_cells(_omit_issued(cells, old, prefill, shown))
    return RenewedForm(data, (*left, *list_left_objects(old.extras, int(bool(shown.logo)))), tuple(strays))


def _fit_table(table: Table, form: Form) -> Table:
    """Return a table as the new form has it: without the columns that it has no more."""
    sheet = form.sheet(table.sheet.key)
    fields = {column.field for column in sheet.columns}
    columns, downwards = ({n: at for n, at in known.items() if n in fields} for known in (table.place.columns, table.place.downwards))
    place = replace(table.place, columns=columns, downwards=downwards)
    return replace(table, sheet=sheet, place=place, columns={n: values for n, values in table.columns.items() if n in fields})


def _omit_issued(cells: Iterable[LeftCell], old: FilledForm, prefill: Prefill, shown: Look) -> Iterator[LeftCell]:
    """Yield the cells that did not stand in the old form as it was issued: its texts and figures need not come along."""
    context = lay_out_workbook(old.form, prefill)
    book = write_workbook(context, shown)
    empty, _ = read_workbook(book.stamped(token_values(prefill, context)))
    assert empty is not None
    sheets, formulas, said = {normalise_heading(s.name): s for s in empty.sheets}, book.formulas, FormulaWords(old.form.words)
    texts = {name: {value for line in sheet.rows for value in line if isinstance(value, str)} for name, sheet in sheets.items()}
    tables = {normalise_heading(layout.name) for layout in context.layouts.values()}
    for one in cells:
        name = normalise_heading(one.sheet)
        stands = raw_value(sheets[name], one.row, one.column) if name in sheets else ""
        issued = name not in tables and not is_blank(stands)  # on Start, what the settings said then
        if one.why and name in sheets and (issued or one.value in texts[name]):
            continue
        formula = one.cell in formulas.get(sheets[name].name, ()) if name in sheets else False
        if not (one.why and said.may_give(one.value, stands, formula=formula)):
            yield one
