"""What the formulas of a fresh workbook give once it has been filled in, so that previews show it before anything is recalculated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from styrxl.excel.cells import CellError
from styrxl.excel.finish import rounded_number
from styrxl.excel.sheet import OPEN, SheetBuilder
from styrxl.model.prefill import Prefill
from styrxl.templates import drop_downs, frame_block, start_counts, start_sheet
from styrxl.templates.build import SharedTemplate
from styrxl.templates.cell_texts import RowValues, add_up, compute_formula, is_added_up, sum_planned
from styrxl.templates.drop_downs import LISTS_SHEET, OwnSheets, list_entries
from styrxl.templates.kontroll import RowCheck, check_closing_row, check_row
from styrxl.templates.layout import SheetLayout, asked_columns, list_frame_cells
from styrxl.templates.required_answers import RowCells, build_missing_formula
from styrxl.templates.start_counts import SheetCounts
from styrxl.templates.workbook_context import WorkbookContext

Value = str | float


class _IgnoreAll:
    """Stands in for openpyxl's sheet and workbook where only values are asked for, and takes whatever is done to it."""

    def __getattr__(self, name: str) -> _IgnoreAll:
        return self

    def __call__(self, *_: object, **__: object) -> _IgnoreAll:
        return self

    def __setattr__(self, name: str, value: object) -> None:
        pass

    def __getitem__(self, key: object) -> _IgnoreAll:
        return self

    def __setitem__(self, key: object, value: object) -> None:
        pass


class _ValueRecorder(SheetBuilder):
    """A page that keeps nothing but the values of formulas."""

    def __init__(self) -> None:
        super().__init__(cast("Worksheet", _IgnoreAll()))

    @property
    def book(self) -> Workbook:
        """Nothing that keeps anything."""
        return cast("Workbook", self.sheet)

    def printed(self, *, landscape: bool, rows: str | None, footer: tuple[str, str, str], one_page: bool = False) -> None:
        """Let it be."""

    def put(self, cell: str, value: Any, style: str) -> None:
        """Let it be."""

    def formula(self, cell: str, formula: str, value: str | float, style: str) -> None:  # noqa: ARG002 -- as a page's
        """Keep the value."""
        self.values[cell] = value

    def number(self, cell: str, name: str, style: str) -> None:
        """Let it be: the number is stamped."""

    def link(self, cell: str, text: str, sheet: str, style: str) -> None:
        """Let it be."""

    def height(self, row: int, height: float, *, grows: bool = False) -> None:
        """Let it be."""


@dataclass(frozen=True, slots=True)
class FormulaValues:
    """Values of formulas by sheet and cell, and those that are stamped in by name; ``checks``: what Kontroll says, by sheet and row."""

    values: Mapping[str, Mapping[str, Value]]
    stamped: Mapping[str, str]
    checks: Mapping[str, Mapping[int, str]]


def recalculate(
    template: SharedTemplate,
    prefill: Prefill,
    rows: Mapping[str, Sequence[RowValues]],
    changed: Mapping[str, Iterable[int]],
    told: Mapping[str, Mapping[int, str]] = MappingProxyType({}),
) -> FormulaValues:
    """Return the values of a workbook's formulas.

    ``rows``: what stands in each sheet's rows, as ``list_cell_values`` gives it for those as issued; ``changed``: which of them are new;
    ``told``: what Kontroll says in place of its own, by sheet and row.
    """
    rows = {key: _compute_rows(template, key, some) for key, some in rows.items()}
    context = _context_now(template, prefill, rows)
    checked = {
        key: _tell(dict(_check_rows(layout, context, set(changed.get(key, ())))), told.get(key, {}))
        for key, layout in context.layouts.items()
        if layout.check_letter is not None
    }
    values: dict[str, dict[str, Value]] = {}
    for key, checks in checked.items():
        values.setdefault(context.layouts[key].name, {}).update(_row_formulas(context.layouts[key], rows[key], checks))
    for layout in context.layouts.values():
        if list_frame_cells(layout):
            values.setdefault(layout.name, {}).update(_frame_values(layout, context))
    values[context.terms.text("start")] = _start_values(template, context, checked)
    if any(key in changed for drop in template.lists.values() for key in drop.own):
        values[LISTS_SHEET] = _list_values(template, context)
    known = {name: {cell: v for cell, v in cells.items() if OPEN not in str(v)} for name, cells in values.items()}
    said = {key: {index: check.value for index, check in checks.items()} for key, checks in checked.items()}
    return FormulaValues(known, dict(_token_values_now(template, prefill, rows)), said)


def _tell(checks: Mapping[int, RowCheck], told: Mapping[int, str]) -> dict[int, RowCheck]:
    return {index: replace(check, value=told.get(index, check.value)) for index, check in checks.items()}


def _row_formulas(layout: SheetLayout, rows: Sequence[RowValues], checks: Mapping[int, RowCheck]) -> Iterator[tuple[str, Value]]:
    """Yield cell and value of the formulas in rows that are checked: Kontroll, and columns that are worked out."""
    for index, check in checks.items():
        yield f"{layout.check_letter}{layout.first_row + index}", check.value
        for column in layout.sheet.columns:
            if column.formula or (index == layout.rows and layout.closes and is_added_up(column)):
                value = rows[index][column.field]
                yield layout.cell(column.field, index), value if isinstance(value, int | float | CellError) else ""


def _start_values(template: SharedTemplate, context: WorkbookContext, checked: Mapping[str, Mapping[int, RowCheck]]) -> dict[str, Value]:
    """Return the values of the formulas on Start, by cell."""
    counts = {
        key: _count_now(layout, context, template.context.rows[key], list(checked[key].values()))
        if key in checked
        else SheetCounts(0, 0, 0)
        for key, layout in context.layouts.items()
    }
    start = _ValueRecorder()
    start_sheet.write_start_sheet(start, template.form, template.header, context, counts)
    return dict(start.values)


def _list_values(template: SharedTemplate, context: WorkbookContext) -> dict[str, Value]:
    """Return the values of the formulas of drop-downs, by cell."""
    lists = _ValueRecorder()
    drop_downs.write_lists(lists, template.form, template.lists, OwnSheets(context.layouts, context.rows), context.terms)
    return dict(lists.values)


def _compute_rows(template: SharedTemplate, key: str, rows: Sequence[RowValues]) -> list[RowValues]:
    """Return a sheet's rows with their formula columns worked out, and the row that closes them with its sums."""
    layout = template.context.layouts[key]
    data, closing = layout.part_rows(rows)
    made = [_compute_formulas(template, key, row) for row in data]
    return made if closing is None else [*made, add_up(layout.sheet, made, closing)]


def _compute_formulas(template: SharedTemplate, key: str, row: RowValues) -> RowValues:
    """Return a row with its formula columns worked out; an error where one that they are made of holds one."""
    made = dict(row)
    for column in template.context.layouts[key].sheet.columns:
        if column.formula:
            fields = [field for some in column.formula.values() for field in some]
            error = next((row.get(field) for field in fields if isinstance(row.get(field), CellError)), None)
            made[column.field] = error if error is not None else compute_formula(column, row)
    return made


def _context_now(template: SharedTemplate, prefill: Prefill, rows: Mapping[str, Sequence[RowValues]]) -> WorkbookContext:
    over = set()
    for sheet in template.form.sheets:
        frame = prefill.frames.get(sheet.limit.frame) if sheet.limit else None
        if frame is not None and frame - sum_planned(sheet, *template.context.layouts[sheet.key].part_rows(rows[sheet.key])) < 0:
            over.add(sheet.key)
    entries = list_entries(template.form, template.lists, OwnSheets(template.context.layouts, rows), template.context.terms)
    return replace(template.context, rows=rows, frames=prefill.frames, over=frozenset(over), entries=entries)


def _check_rows(layout: SheetLayout, context: WorkbookContext, changed: set[int]) -> Iterator[tuple[int, RowCheck]]:
    """Yield the check of each row that says something; rows that nobody has begun say nothing, where they may."""
    sheet, terms = layout.sheet, context.terms
    rows = context.rows[sheet.key]
    if layout.is_downwards:
        cells = {column.field: layout.cell(column.field) for column in sheet.columns}
        for index, column in enumerate(sheet.columns):
            check = check_row(layout, [column], RowCells(cells, rows[0]), terms, context.entries)
            broken = any(isinstance(rows[0][c.field], CellError) for c in (column, *_columns_asked_about(layout, column.field)))
            yield index, replace(check, value=terms.text("check_error")) if broken else check
        return
    for index, row in enumerate(rows):
        if layout.always_answered or index in changed:
            cells = {column.field: layout.cell(column.field, index) for column in sheet.columns}
            made = RowCells(cells, row)
            if index == layout.rows:
                check = check_closing_row(layout, made, terms, context.entries)
            else:
                check = check_row(layout, sheet.columns, made, terms, context.entries)
            broken = any(isinstance(value, CellError) for value in row.values())
            yield index, replace(check, value=terms.text("check_error")) if broken else check


def _columns_asked_about(layout: SheetLayout, field: str) -> Iterator[Any]:
    column = layout.sheet.column(field)
    yield from (layout.sheet.column(other) for other in column.required_when)


def _count_now(layout: SheetLayout, context: WorkbookContext, issued: Sequence[RowValues], checks: Sequence[RowCheck]) -> SheetCounts:
    """Return what there is to count in a sheet; where a cell error upsets the count, Start shows the rows to mend as missing."""
    rows = context.rows[layout.sheet.key]
    counts = start_counts.count_sheet(layout, rows, issued, checks)
    cells = dict.fromkeys(layout.letters, "A1")
    needed = [c for c in asked_columns(layout.sheet) if build_missing_formula(layout.sheet, c, cells, context.terms)]
    counted = {field for column in needed for field in (column.field, *column.required_when)}
    upset = any(isinstance(row.get(field), CellError) for row in rows for field in counted)
    return replace(counts, missing=counts.mend) if upset else counts


def _frame_values(layout: SheetLayout, context: WorkbookContext) -> dict[str, Value]:
    """Return a frame's figures, with an error where the amounts that they add up hold one."""
    recorder = _ValueRecorder()
    frame_block.write_frames(recorder, layout, context)
    made: dict[str, Value] = dict(recorder.values)
    for (frame, what), cell in list_frame_cells(layout).items():
        users = [p.sheet for p in context.layouts.values() if p.sheet.limit and p.sheet.limit.frame == frame]
        used = layout.sheet if layout.sheet.limit else next(iter(users), None)
        fields = [used.limit.column, *([used.spread.field] if used.spread else [])] if used and used.limit else []
        data, _ = context.layouts[used.key].part_rows(context.rows[used.key]) if used else ((), None)
        amounts = [row.get(field) for row in data for field in fields]
        error = next((value for value in amounts if isinstance(value, CellError)), None)
        if error is None or what == "frame" or cell not in made:
            continue
        if what in {"planned", "spread"} or context.frames.get(frame) is not None:
            made[cell] = error
        if what in {"spread", "remaining"}:
            letter = cell.rstrip("0123456789")
            made[f"{chr(ord(letter) + 1)}{cell[len(letter) :]}"] = ""
    return made


def _token_values_now(template: SharedTemplate, prefill: Prefill, rows: Mapping[str, Sequence[RowValues]]) -> Iterator[tuple[str, str]]:
    for sheet in template.form.sheets:
        if sheet.limit:
            part_rows = template.context.layouts[sheet.key].part_rows
            yield (
                f"remaining:{sheet.key}",
                rounded_number((prefill.frames.get(sheet.limit.frame) or 0) - sum_planned(sheet, *part_rows(rows[sheet.key]))),
            )
