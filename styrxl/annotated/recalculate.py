"""What the formulas of a fresh workbook give once it has been filled in, so that previews show it before anything is recalculated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from styrxl.excel.cells import CellError
from styrxl.excel.finish import rounded_number
from styrxl.excel.formula_text import trim
from styrxl.excel.sheet import OPEN, SheetBuilder
from styrxl.model.prefill import Prefill
from styrxl.templates import drop_downs, form_sheet, start_sheet
from styrxl.templates.build import Mould
from styrxl.templates.cell_texts import Written, planned, worked_out
from styrxl.templates.drop_downs import LISTS_SHEET, Own, held
from styrxl.templates.form_sheet import Context, Tally
from styrxl.templates.kontroll import Row, Verdict, check_row, missing_when, open_fields
from styrxl.templates.layout import Place, asked, frame_cells

Value = str | float


class _Silence:
    """Stands in for openpyxl's sheet and workbook where only values are asked for, and takes whatever is done to it."""

    def __getattr__(self, name: str) -> _Silence:
        return self

    def __call__(self, *_: object, **__: object) -> _Silence:
        return self

    def __setattr__(self, name: str, value: object) -> None:
        pass

    def __getitem__(self, key: object) -> _Silence:
        return self

    def __setitem__(self, key: object, value: object) -> None:
        pass


class _Ear(SheetBuilder):
    """A page that keeps nothing but the values of formulas."""

    def __init__(self) -> None:
        super().__init__(cast("Worksheet", _Silence()))

    @property
    def book(self) -> Workbook:
        """Nothing that keeps anything."""
        return cast("Workbook", self.sheet)

    def printed(self, *, landscape: bool, rows: str | None, footer: tuple[str, str, str]) -> None:
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
class Figures:
    """Values of formulas by sheet and cell, and those that are stamped in by name; ``said``: what Kontroll says, by sheet and row."""

    values: Mapping[str, Mapping[str, Value]]
    stamped: Mapping[str, str]
    said: Mapping[str, Mapping[int, str]]


def figures(mould: Mould, prefill: Prefill, rows: Mapping[str, Sequence[Written]], changed: Mapping[str, Iterable[int]]) -> Figures:
    """Work out what formulas give.

    ``rows``: what stands in each sheet's rows, as ``written`` gives it for those as issued; ``changed``: which of them are new.
    """
    rows = {key: [_worked_out(mould, key, row) if _has_formula(mould, key) else row for row in some] for key, some in rows.items()}
    context = _context(mould, prefill, rows)
    values: dict[str, dict[str, Value]] = {}
    said: dict[str, dict[int, str]] = {}
    tallies: dict[str, Tally] = {}
    for sheet in mould.form.sheets:
        place = context.places[sheet.key]
        if place.check is None:
            tallies[sheet.key] = Tally(0, 0, 0)
            continue
        checked = dict(_checked(place, context, set(changed.get(sheet.key, ()))))
        here = values.setdefault(place.name, {})
        for index, verdict in checked.items():
            here[f"{place.check}{place.first + index}"] = verdict.value
            for column in sheet.columns:
                if column.formula:
                    value = rows[sheet.key][index][column.field]
                    here[place.cell(column.field, index)] = value if isinstance(value, int | float | CellError) else ""
        said[sheet.key] = {index: verdict.value for index, verdict in checked.items()}
        tallies[sheet.key] = _tally(place, context, mould.context.written[sheet.key], list(checked.values()))
    for place in context.places.values():
        if frame_cells(place):
            ear = _Ear()
            form_sheet.frames(ear, place, context)
            values.setdefault(place.name, {}).update(_broken(ear.values, place, context))
    start = _Ear()
    start_sheet.write(start, mould.form, mould.header, context, tallies)
    values[context.terms.text("start")] = dict(start.values)
    if any(key in changed for drop in mould.lists.values() for key in drop.own):
        lists = _Ear()
        drop_downs.write(lists, mould.form, mould.lists, Own(context.places, rows), context.terms)
        values[LISTS_SHEET] = dict(lists.values)
    plain_ = {name: {cell: v for cell, v in cells.items() if OPEN not in str(v)} for name, cells in values.items()}
    return Figures(plain_, dict(_stamped(mould, prefill, rows)), said)


def _has_formula(mould: Mould, key: str) -> bool:
    return any(column.formula for column in mould.context.places[key].sheet.columns)


def _worked_out(mould: Mould, key: str, row: Written) -> Written:
    made = dict(row)
    for column in mould.context.places[key].sheet.columns:
        if column.formula:
            fields = [field for some in column.formula.values() for field in some]
            error = next((row.get(field) for field in fields if isinstance(row.get(field), CellError)), None)
            made[column.field] = error if error is not None else worked_out(column, row)
    return made


def _context(mould: Mould, prefill: Prefill, rows: Mapping[str, Sequence[Written]]) -> Context:
    over = set()
    for sheet in mould.form.sheets:
        frame = prefill.frames.get(sheet.limit.frame) if sheet.limit else None
        if frame is not None and frame - planned(sheet, rows[sheet.key]) < 0:
            over.add(sheet.key)
    entries = held(mould.form, mould.lists, Own(mould.context.places, rows), mould.context.terms)
    return replace(mould.context, written=rows, frames=prefill.frames, over=frozenset(over), entries=entries)


def _checked(place: Place, context: Context, changed: set[int]) -> Iterator[tuple[int, Verdict]]:
    """Yield the verdict of each row that says something; rows that nobody has begun say nothing, where they may."""
    sheet, terms = place.sheet, context.terms
    rows = context.written[sheet.key]
    if place.down:
        cells = {column.field: place.cell(column.field) for column in sheet.columns}
        for index, column in enumerate(sheet.columns):
            verdict = check_row(place, [column], Row(cells, rows[0]), terms, context.entries)
            broken = any(isinstance(rows[0][c.field], CellError) for c in (column, *_asked_about(place, column.field)))
            yield index, replace(verdict, value=terms.text("check_error")) if broken else verdict
        return
    for index, row in enumerate(rows):
        if place.always or index in changed:
            cells = {column.field: place.cell(column.field, index) for column in sheet.columns}
            verdict = check_row(place, sheet.columns, Row(cells, row), terms, context.entries)
            broken = any(isinstance(value, CellError) for value in row.values())
            yield index, replace(verdict, value=terms.text("check_error")) if broken else verdict


def _asked_about(place: Place, field: str) -> Iterator[Any]:
    column = place.sheet.column(field)
    yield from (place.sheet.column(other) for other in column.required_when)


def _tally(place: Place, context: Context, issued: Sequence[Written], verdicts: Sequence[Verdict]) -> Tally:
    rows = context.written[place.sheet.key]
    mend = sum(verdict.value.startswith("!") for verdict in verdicts)
    filled = [[bool(trim(row.get(field))) for field in open_fields(place.sheet, as_was)] for row, as_was in zip(rows, issued, strict=True)]
    begun = sum(filled[0]) if place.down else sum(map(any, filled))
    asked_about = [c for c in asked(place.sheet) if missing_when(place.sheet, c, dict.fromkeys(place.letters, "A1"), context.terms)]
    counted = {field for column in asked_about for field in (column.field, *column.required_when)}
    if any(isinstance(row.get(field), CellError) for row in rows for field in counted):
        return Tally(begun, mend, mend)  # where a cell error upsets the count, Start shows the rows to mend
    return Tally(begun, mend, sum(verdict.missing for verdict in verdicts))


def _broken(values: Mapping[str, Value], place: Place, context: Context) -> dict[str, Value]:
    """Return a frame's figures, with an error where the amounts that they add up hold one."""
    made = dict(values)
    for (frame, what), cell in frame_cells(place).items():
        users = [p.sheet for p in context.places.values() if p.sheet.limit and p.sheet.limit.frame == frame]
        used = place.sheet if place.sheet.limit else next(iter(users), None)
        amounts = [row.get(used.limit.column) for row in context.written[used.key]] if used and used.limit else []
        error = next((value for value in amounts if isinstance(value, CellError)), None)
        if error is None or what == "frame" or cell not in made:
            continue
        if what == "planned" or context.frames.get(frame) is not None:
            made[cell] = error
        if what == "remaining":
            letter = cell.rstrip("0123456789")
            made[f"{chr(ord(letter) + 1)}{cell[len(letter) :]}"] = ""
    return made


def _stamped(mould: Mould, prefill: Prefill, rows: Mapping[str, Sequence[Written]]) -> Iterator[tuple[str, str]]:
    for sheet in mould.form.sheets:
        if sheet.limit:
            yield f"remaining:{sheet.key}", rounded_number((prefill.frames.get(sheet.limit.frame) or 0) - planned(sheet, rows[sheet.key]))
