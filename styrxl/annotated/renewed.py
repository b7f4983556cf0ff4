"""A workbook by another edition of its form: all answers carried to their places there, and what found none, in groups to be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from styrxl.annotated.carry import CarriedRows, ReadReturn, add_rows, carry_answers, raw_value
from styrxl.annotated.compare import CopiedSheet, FormulaWords, LeftCell, list_left_cells
from styrxl.annotated.filled import EditableTemplate, EditableTemplates, FilledWorkbook, list_fresh_sheets
from styrxl.annotated.left_behind import LeftBehind, UnplacedAnswer, group_left_cells, list_left_objects
from styrxl.annotated.understood import list_shown, list_understood
from styrxl.excel.look import STANDARD, Look
from styrxl.excel.print_areas import end_print_areas
from styrxl.model.findings import Finding
from styrxl.model.forms import Form
from styrxl.model.prefill import Prefill
from styrxl.returns.extras import Extras
from styrxl.returns.locate import Locator
from styrxl.returns.tables import Table, is_blank, normalise_heading
from styrxl.returns.typed_columns import TableTyper
from styrxl.returns.workbook import ReturnedWorkbook, read_workbook


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
    templates = EditableTemplates(shown)
    form = add_rows(form, {table.sheet.key: len(table.rows) for table in tables})
    editable = templates.of(form, prefill)
    typist = TableTyper()
    typed = [replace(table, typed=typist.typed(form, table, prefill.year)) for table in tables]
    understood = list_shown(tables, raw) | list_understood(typed, old.findings, editable.template.context.terms)
    source = ReadReturn(old.returned, tables, old.findings, old.extras.formulas, understood)
    carried = carry_answers(source, list_fresh_sheets(editable, prefill))
    if carried.room:
        editable = templates.of(add_rows(form, carried.room), prefill)
        carried = carry_answers(source, list_fresh_sheets(editable, prefill))
    filled = FilledWorkbook(editable, prefill, carried.answers)
    data = end_print_areas(filled.saved(filled.changed_sheets()), _list_last_rows(filled))
    cells = _list_left(old, data, editable, source, carried.lines)
    as_issued = templates.of(old.form, prefill)
    left, strays = group_left_cells(_omit_issued(cells, old, as_issued, prefill))
    return RenewedForm(data, (*left, *list_left_objects(old.extras, as_issued.pictures)), tuple(strays))


def _list_last_rows(filled: FilledWorkbook) -> dict[str, int]:
    """Return the last Excel row that is filled in of each sheet with rows, by its name; that of the headings where none is."""
    ends = {}
    for layout in filled.layouts.values():
        if layout.rows and not layout.is_downwards:
            answered = [at for at, row in filled.answers.get(layout.sheet.key, {}).items() if row]
            ends[layout.name] = layout.first_row + max(answered, default=-1)
    return ends


def _fit_table(table: Table, form: Form) -> Table:
    """Return a table as the new form has it: without the columns that it has no more."""
    sheet = form.sheet(table.sheet.key)
    fields = {column.field for column in sheet.columns}
    columns, downwards = ({n: at for n, at in known.items() if n in fields} for known in (table.place.columns, table.place.downwards))
    place = replace(table.place, columns=columns, downwards=downwards)
    return replace(table, sheet=sheet, place=place, columns={n: values for n, values in table.columns.items() if n in fields})


def _list_left(
    old: FilledForm, data: bytes, editable: EditableTemplate, source: ReadReturn, lines: Mapping[str, CarriedRows]
) -> Iterator[LeftCell]:
    """Return the cells of the old workbook that do not stand in the new one."""
    copy, _ = read_workbook(data)
    assert copy is not None
    layouts = editable.template.context.layouts
    formulas = _list_formulas(editable)
    carried = {
        name: CopiedSheet(layout := layouts[one.place.key], one, source.understood, formulas[layout.name]) for name, one in lines.items()
    }
    return list_left_cells(old.returned, copy, carried, formulas, old.findings, old.form.words)


def _list_formulas(editable: EditableTemplate) -> dict[str, set[str]]:
    return {name: {cell for cell, slot in canvas.slots.items() if slot.formula} for name, canvas in editable.canvases.items()}


def _omit_issued(cells: Iterable[LeftCell], old: FilledForm, as_issued: EditableTemplate, prefill: Prefill) -> Iterator[LeftCell]:
    """Yield the cells that did not stand in the old form as it was issued: its texts and figures need not come along."""
    empty, _ = read_workbook(FilledWorkbook(as_issued, prefill, {}).saved({}))
    assert empty is not None
    sheets, formulas, said = {normalise_heading(s.name): s for s in empty.sheets}, _list_formulas(as_issued), FormulaWords(old.form.words)
    texts = {name: {value for line in sheet.rows for value in line if isinstance(value, str)} for name, sheet in sheets.items()}
    tables = {normalise_heading(layout.name) for layout in as_issued.template.context.layouts.values()}
    for one in cells:
        name = normalise_heading(one.sheet)
        stands = raw_value(sheets[name], one.row, one.column) if name in sheets else ""
        issued = name not in tables and not is_blank(stands)  # on Start, what the settings said then
        if one.why and name in sheets and (issued or one.value in texts[name]):
            continue
        formula = one.cell in formulas.get(sheets[name].name, ()) if name in sheets else False
        if not (one.why and said.may_give(one.value, stands, formula=formula)):
            yield one
