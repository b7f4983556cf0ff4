"""What of a return does not stand in the copy: every filled cell is held against what stands there.

Nothing here knows what may go wrong on the way: what is not found in the copy is left behind, whatever the reason.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from styrxl.annotated.carry import CarriedRows, find_field, raw_value
from styrxl.excel.cells import excel_number
from styrxl.model.column_letters import column_letter, column_number
from styrxl.model.findings import Finding
from styrxl.model.forms import Column, Words
from styrxl.model.naming.sheet_names import IDENTITY_SHEET, LISTS_SHEET
from styrxl.returns.row_ids import make_id_key
from styrxl.returns.tables import is_blank, normalise_heading, show_heading
from styrxl.returns.workbook import ReturnedWorkbook, SheetCells
from styrxl.templates.cell_texts import is_added_up
from styrxl.templates.layout import SheetLayout

_OURS = frozenset({IDENTITY_SHEET, LISTS_SHEET})
_LONG = 20  # letters: a shorter text may stand within a help text by chance
_LIST_COLUMNS = 5  # of the sheet of what to mend


class LeftCell(NamedTuple):
    """A filled cell that does not stand in the copy; ``why``: a key of the shared texts, '' for an answer; ``heading``: its column's."""

    sheet: str
    row: int
    column: int
    value: Any
    why: str = ""
    heading: str = ""

    @property
    def cell(self) -> str:
        """Its address."""
        return f"{column_letter(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class CopiedSheet:
    """A sheet of a return, and the one of the copy that its answers were carried to.

    ``understood``: what stands for what was written; ``formulas``: the copy's cells that have one.
    """

    layout: SheetLayout
    lines: CarriedRows
    understood: Mapping[tuple[str, str], Any]
    formulas: Collection[str]


def make_copied_sheets(
    layouts: Mapping[str, SheetLayout],
    lines: Mapping[str, CarriedRows],
    understood: Mapping[tuple[str, str], Any],
    formulas: Mapping[str, Collection[str]],
) -> dict[str, CopiedSheet]:
    """Return the sheets that were read, by their names in the return; ``formulas``: the copy's cells that have one, by sheet."""
    carried = ((name, one, layouts[one.place.key]) for name, one in lines.items())
    return {name: CopiedSheet(layout, one, understood, formulas[layout.name]) for name, one, layout in carried}


def list_left_cells(
    returned: ReturnedWorkbook,
    copy: ReturnedWorkbook,
    carried: Mapping[str, CopiedSheet],
    formulas: Mapping[str, Collection[str]],
    findings: Sequence[Finding],
    words: Words,
) -> Iterator[LeftCell]:
    """Yield the cells of a return that do not stand in the copy.

    ``carried``: the sheets that were read, by their names in the return; ``formulas``: the copy's cells that have one, by sheet.
    """
    there = {normalise_heading(sheet.name): sheet for sheet in copy.sheets}
    lists = {normalise_heading(text) for text in words.texts["mend_sheet"].values()}
    twins = {f.facts.get("other") for f in findings if f.rule in {"similar-sheet", "duplicate-sheet"}}
    ours = frozenset[str]().union(*(_list_texts(sheet) for sheet in copy.sheets))
    for raw in (sheet for sheet in returned.sheets if sheet.name not in _OURS):
        name = normalise_heading(raw.name)
        if raw.name in carried:
            one = carried[raw.name]
            yield from _SheetComparison(raw, there[normalise_heading(one.layout.name)], one, words).left()
        elif name in lists:
            yield from (one._replace(why="left_cells") for one in _filled_cells(raw) if one.column > _LIST_COLUMNS)
        elif name in there:
            yield from _list_changed(raw, there[name], formulas.get(there[name].name, ()), words)
        else:
            known = ours if raw.name in twins else frozenset()
            yield from (one._replace(why="left_sheet") for one in _filled_cells(raw) if _fold(one.value) not in known)


def _filled_cells(raw: SheetCells) -> Iterator[LeftCell]:
    for row, line in enumerate(raw.rows, raw.top + 1):
        for column, value in enumerate(line, raw.left + 1):
            if value != "" and not is_blank(value):
                yield LeftCell(raw.name, row, column, value)


def _list_changed(raw: SheetCells, there: SheetCells, formulas: Collection[str], words: Words) -> Iterator[LeftCell]:
    """Yield the cells of a sheet of ours that was not read, but for what its texts and formulas say."""
    texts, said = _list_texts(there), FormulaWords(words)
    start = {normalise_heading(text) for text in words.texts["start"].values()}
    why = "left_cells" if normalise_heading(raw.name) in start else "left_unplaced"
    for one in _filled_cells(raw):
        stands = raw_value(there, one.row, one.column)
        if _fold(one.value) not in texts and not said.may_give(one.value, stands, formula=one.cell in formulas):
            yield one._replace(why=why)


class FormulaWords:
    """What may have stood in cells of ours."""

    def __init__(self, words: Words) -> None:
        """Take the texts that all workbooks share."""
        self._texts = {_fold(text) for texts in words.texts.values() for text in texts.values()}

    def may_give(self, value: Any, stands: Any, *, formula: bool) -> bool:
        """Whether a cell of ours may have had a value: a number where the copy has one, and what a formula may say where that has one."""
        if not isinstance(value, str):
            return formula or not (is_blank(stands) or isinstance(stands, str))
        return formula and (value.startswith(("#", "✓ ", "! ")) or _fold(value) in self._texts)


def _list_texts(sheet: SheetCells) -> frozenset[str]:
    return frozenset(_fold(value) for line in sheet.rows for value in line if isinstance(value, str) and value)


def _fold(value: Any) -> str:
    return normalise_heading(value) if isinstance(value, str) else f"{value!r}"


class _SheetComparison:
    """One sheet of a return that was read, and the sheet of the copy that its answers were carried to."""

    def __init__(self, raw: SheetCells, there: SheetCells, copied: CopiedSheet, words: Words) -> None:
        self.raw, self.there, self.layout, self.lines, self.understood = raw, there, copied.layout, copied.lines, copied.understood
        self.place = copied.lines.place
        self.checks = {normalise_heading(text) for text in words.texts["check_heading"].values()}
        self.formulas, self.said = copied.formulas, FormulaWords(words)

    def left(self) -> Iterator[LeftCell]:
        """Yield the cells that do not stand in the copy."""
        for one in _filled_cells(self.raw):
            name = self.field(one)
            if name is None:
                yield from self._beside_the_table(one)
            elif one.row != self.place.heading_row or self.layout.is_downwards:
                column = self.layout.sheet.column(name)
                is_there = self._is_carried if column.asked else self._is_ours
                if self._index(one) == self.layout.rows and self.layout.closes and is_added_up(column):
                    is_there = self._is_worked_out
                if not is_there(one, column):
                    yield one

    def field(self, one: LeftCell) -> str | None:
        """Return the field that a cell answers, also under a heading that stands twice; None for what is no answer."""
        _, name = self.lines.spot(one.cell)
        if name is not None and (self.layout.is_downwards or one.row >= self.place.heading_row):
            return name
        return find_field(self.layout.sheet, self.headings(one.column)) if one.row > self.place.heading_row else None

    def headings(self, column: int) -> str:
        """Return what stands above a column, in the row of headings; nothing on a sheet laid out downwards."""
        value = "" if self.layout.is_downwards else raw_value(self.raw, self.place.heading_row, column)
        return value if isinstance(value, str) else str(value)

    @property
    def _rows(self) -> int:
        """How many rows there are, with one that closes them."""
        return max(self.layout.rows, 1) + self.layout.closes

    def _is_carried(self, one: LeftCell, column: Column) -> bool:
        """Whether an answer stands in its place, as it was written or as it was understood."""
        index = self._index(one)
        if index is None or not 0 <= index < self._rows:
            return False
        stands = self._stands(self.layout.cell(column.field, index))
        return is_same(one.value, stands) or is_same(self.understood.get((one.sheet, one.cell)), stands)

    def _is_ours(self, one: LeftCell, column: Column) -> bool:
        """Whether what nobody is asked about is what was issued: an id, a text, or what a formula gives."""
        if column.formula:
            return self._is_worked_out(one, column)
        if column is self.layout.sheet.id_column and make_id_key(one.value, named=self.layout.sheet.named) in self.ids:
            return True
        index = self._index(one)
        inside = index is not None and 0 <= index < self._rows
        return _fold(one.value) in self.texts or (inside and is_same(one.value, self._stands(self.layout.cell(column.field, index or 0))))

    def _is_worked_out(self, one: LeftCell, column: Column) -> bool:
        """Whether a formula's cell shows what one gives in the copy; where an answer of its row was understood it may show anything."""
        index = self._index(one)
        if index is None:
            return True
        sums = self.layout.closes and index == self.layout.rows  # of all rows
        row = {*self.understood} if sums else {(one.sheet, self.place.cell(c.field, one.row)) for c in self.layout.sheet.columns}
        stands = self._stands(self.layout.cell(column.field, index)) if 0 <= index < self._rows else ""
        if row & self.understood.keys() or is_same(one.value, stands):
            return True
        if isinstance(one.value, str):
            return _fold(one.value) in self.texts or self.said.may_give(one.value, stands, formula=True)
        if isinstance(one.value, int | float) and isinstance(stands, int | float):
            return math.isclose(one.value, stands, abs_tol=0.005)
        return False

    def _beside_the_table(self, one: LeftCell) -> Iterator[LeftCell]:
        heading, below = self.headings(one.column), one.row > self.place.heading_row
        text = one.value if isinstance(one.value, str) else ""
        if text.startswith(("✓ ", "! ")) and (self.layout.is_downwards or normalise_heading(heading) in self.checks):
            return  # what Kontroll said
        if below and heading and normalise_heading(heading) not in self.checks:
            yield one._replace(why="left_column", heading=show_heading(heading))
        elif not (self._is_issued_text(one, text) or self._is_figure(one) or self._is_heading(one)):
            yield one._replace(why="left_cells")

    def _is_heading(self, one: LeftCell) -> bool:
        """Whether a cell is the heading of a column of its owner's: it is named where the column is."""
        below = range(one.row + 1, self.raw.top + len(self.raw.rows) + 1)
        here = one.row == self.place.heading_row and not self.layout.is_downwards
        return here and any(not is_blank(raw_value(self.raw, row, one.column)) for row in below)

    def _is_issued_text(self, one: LeftCell, text: str) -> bool:
        folded = _fold(text)
        return bool(text) and (folded in self.texts or (one.row < self.place.heading_row and len(folded) > _LONG and folded in self.head))

    def _is_figure(self, one: LeftCell) -> bool:
        """Whether a cell above the table stands where a frame or a sum does."""
        first = self.layout.first_row if self.layout.is_downwards else self.layout.heading_row
        row = one.row - self.place.heading_row + first
        stands, formula = raw_value(self.there, row, one.column), f"{column_letter(one.column)}{row}" in self.formulas
        return one.row < self.place.heading_row and self.said.may_give(one.value, stands, formula=formula)

    def _index(self, one: LeftCell) -> int | None:
        if self.lines.lost(one.cell):
            return None
        return 0 if self.layout.is_downwards else self.lines.rows.get(one.row, one.row - self.place.heading_row - 1)

    def _stands(self, cell: str) -> Any:
        letters = cell.rstrip("0123456789")
        return raw_value(self.there, int(cell[len(letters) :]), column_number(letters))

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of the copy's rows, for comparison."""
        column, sheet = self.layout.sheet.id_column, self.layout.sheet
        cells = [self.layout.cell(column.field, index) for index in range(self.layout.rows)] if column else []
        return frozenset(make_id_key(self._stands(cell), named=sheet.named) for cell in cells)

    @cached_property
    def texts(self) -> frozenset[str]:
        """The texts of the copy's sheet, for comparison."""
        return _list_texts(self.there)

    @cached_property
    def head(self) -> str:
        """What stands above the copy's table, as one text: lines may have been broken elsewhere."""
        lines = self.there.rows[: max(self.layout.heading_row - 1 - self.there.top, 0)]
        return _fold(" ".join(str(value) for line in lines for value in line if value != ""))


def is_same(written: Any, stands: Any) -> bool:
    """Whether a cell of the copy holds a value of the return: a text letter by letter, as much as a cell holds."""
    if is_blank(written) or is_blank(stands):
        return False
    one, other = (_comparable(value) for value in (written, stands))
    return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-9) if isinstance(one, float) and isinstance(other, float) else one == other


def _comparable(value: Any) -> float | bool | str:
    if isinstance(value, bool | str):
        return value
    number = float(value) if isinstance(value, int | float) else excel_number(value)[0]
    return str(value) if number is None else number
