"""An owner's fresh workbook with answers put into its cells: to be sent back, or made of two returns.

A template's XML is filled in cell by cell: openpyxl would drop the values that formulas have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from xml.sax.saxutils import escape

from styrxl.annotated.carry import Answers, FreshSheet
from styrxl.annotated.point import replace_token
from styrxl.annotated.recalculate import FormulaValues, recalculate
from styrxl.excel import measure
from styrxl.excel.archive import SkeletonPart, replace_parts, restore_part, stamp
from styrxl.excel.cells import AddedFormats, AddedStrings, CellWriter, SkeletonSheet, StyleSheet, excel_number
from styrxl.excel.formula_text import quote
from styrxl.excel.limits import HIGHEST_ROW
from styrxl.excel.look import STANDARD, Look
from styrxl.model.forms import Form
from styrxl.model.prefill import Prefill
from styrxl.returns.extras import count_pictures
from styrxl.returns.tables import is_blank
from styrxl.templates.build import SharedTemplate, SharedTemplates, WriteFirstSheet, token_values
from styrxl.templates.cell_texts import RowValues
from styrxl.templates.layout import SheetLayout

STRINGS, STYLES, TYPES = "xl/sharedStrings.xml", "xl/styles.xml", "[Content_Types].xml"
_MOST_KEPT = 16  # templates kept taken apart at a time


@dataclass(frozen=True, slots=True)
class CellMark:
    """How a cell is marked; ``unchanged`` is a formula that holds until somebody changes it, empty where the mark stays."""

    tone: str  # mend, watch
    texts: tuple[str, ...]
    asked: bool
    unchanged: str


@dataclass(frozen=True, slots=True)
class EditableTemplate:
    """A template whose parts have been taken apart, so that cells can be put into it."""

    template: SharedTemplate
    canvases: Mapping[str, SkeletonSheet]  # by the sheet's name
    styles: StyleSheet
    strings: str
    types: str
    pictures: int

    @classmethod
    def of(cls, template: SharedTemplate) -> EditableTemplate:
        """Take a template apart."""
        parts = {part.name.decode("ascii"): restore_part(part) for part in template.parts}
        return cls(
            template,
            {name: SkeletonSheet.of(parts[part]) for name, part in template.sheets.items()},
            StyleSheet.of(parts[STYLES].decode()),
            parts[STRINGS].decode(),
            parts[TYPES].decode(),
            sum(count_pictures(data) for name, data in parts.items() if name.startswith("xl/drawings/drawing")),
        )


class EditableTemplates:
    """Templates to be filled in, each made when it is first asked for; owners that share one share the work."""

    def __init__(self, shown: Look = STANDARD, lead: WriteFirstSheet | None = None) -> None:
        """Take the municipality's look, and what writes a sheet before all others, if there is to be one."""
        self._shared = SharedTemplates(shown, lead)
        self._known: dict[int, EditableTemplate] = {}

    def of(self, form: Form, prefill: Prefill) -> EditableTemplate:
        """Return the template of an owner's workbook."""
        template = self._shared.of(form, prefill)
        if id(template) not in self._known:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[id(template)] = EditableTemplate.of(template)
        return self._known[id(template)]


def list_fresh_sheets(editable: EditableTemplate, prefill: Prefill) -> dict[str, FreshSheet]:
    """Return the sheets of an owner's fresh workbook, by key: which rows they have."""
    template, stamps = editable.template, token_values(prefill, editable.template)
    made = {}
    for sheet in template.form.sheets:
        column = sheet.id_column
        rows = template.context.rows[sheet.key]
        ids = [replace_token(row[column.field], stamps) if column else "" for row in rows]
        closes = template.context.layouts[sheet.key].closes
        made[sheet.key] = FreshSheet(sheet, ids, len(prefill.rows.get(sheet.key, ())) + closes)
    return made


class FilledWorkbook:
    """An owner's workbook with answers in it, while its parts are written."""

    def __init__(self, editable: EditableTemplate, prefill: Prefill, answers: Answers) -> None:
        """Take the owner's editable, what was issued (signed), and the answers."""
        self.editable, self.template, self.answers = editable, editable.template, answers
        self.layouts: Mapping[str, SheetLayout] = self.template.context.layouts
        self.stamps = token_values(prefill, self.template)
        first = re.search(r' uniqueCount="(\d+)"', editable.strings)
        self.writer = CellWriter(AddedStrings(int(first[1]) if first else 0), AddedFormats(editable.styles))
        self._prefill = prefill
        self._told: dict[tuple[str, str], str] = {}  # sheet's name and cell -> until when Kontroll says something in place of its own
        self.formulas: FormulaValues = recalculate(self.template, prefill, *self._rows())

    def tell_in_kontroll(self, told: Mapping[tuple[str, int], str], text: str) -> None:
        """Let Kontroll say a text on rows, by sheet key and row of the check, for as long as a formula holds."""
        texts: dict[str, dict[int, str]] = {}
        for (key, index), formula in told.items():
            layout = self.layouts[key]
            texts.setdefault(key, {})[index] = text
            self._told[layout.name, f"{layout.check_letter}{layout.first_row + index}"] = f"IF({formula},{quote(text)},"
        if told:
            self.formulas = recalculate(self.template, self._prefill, *self._rows(), texts)

    def sheet(self, name: str, marks: Mapping[str, CellMark]) -> str:
        """Return a sheet's XML, with its answers, the values that its formulas then have, and its marked cells."""
        canvas = self.editable.canvases[name]
        cells = {**self._formula_cells(name, canvas)}
        heights: dict[int, float] = {}
        layout = next((layout for layout in self.layouts.values() if layout.name == name), None)
        if layout:
            cells |= self._answered(layout, canvas, marks)
            heights = self._heights(layout, self.formulas.checks.get(layout.sheet.key, {}))
            cells |= {ref: xml for ref, xml in self._marked(canvas, marks).items() if ref not in cells}
        return canvas.painted(cells, heights) if cells else canvas.text

    def changed_sheets(self) -> dict[str, bytes]:
        """Return the parts of the sheets that are not as in the editable, without any marks."""
        written = {part: (self.sheet(name, {}), self.editable.canvases[name].text) for name, part in self.template.sheets.items()}
        return {part: xml.encode() for part, (xml, before) in written.items() if xml is not before}

    def saved(self, parts: Mapping[str, bytes], conditions: str = "") -> bytes:
        """Return the workbook with some parts changed or added; ``conditions``: formats of conditions beyond the template's, as XML."""
        texts, styles = self.writer.strings.added(self.editable.strings), self.writer.styles.xml(conditions)
        made: tuple[SkeletonPart, ...] = replace_parts(self.template.parts, {**parts, STRINGS: texts.encode(), STYLES: styles.encode()})
        return stamp(made, {**self.stamps, **self.formulas.stamped})

    def list_clipped(self) -> Iterator[tuple[str, str]]:
        """Yield sheet and cell of the answers that are longer than the highest row can show."""
        for key, rows in self.answers.items():
            layout = self.layouts[key]
            for index, row in rows.items():
                for field, value in row.items():
                    if isinstance(value, str) and measure.count_lines(value, layout.width(field)) * measure.LINE_HEIGHT > HIGHEST_ROW:
                        yield layout.name, layout.cell(field, index)

    def value(self, key: str, index: int, field: str) -> Any:
        """Return what stands in an answer's cell."""
        row = self.answers.get(key, {}).get(index, {})
        if field in row and self._replaces(key, index, field, row[field]):
            return row[field]
        return self.template.context.rows[key][0 if self.layouts[key].is_downwards else index][field]

    def _rows(self) -> tuple[dict[str, list[RowValues]], dict[str, set[int]]]:
        """Return what stands in all rows, for the formulas, and in which rows there are answers."""
        rows: dict[str, list[RowValues]] = {key: list(some) for key, some in self.template.context.rows.items()}
        changed: dict[str, set[int]] = {}
        for key, answers in self.answers.items():
            column = self.layouts[key].sheet.id_column
            for index, row in answers.items():
                made = dict(rows[key][index])
                if column:
                    made[column.field] = replace_token(made[column.field], self.stamps)
                made.update({f: _formula_value(value) for f, value in row.items() if self._replaces(key, index, f, value)})
                rows[key][index] = made
                changed.setdefault(key, set()).add(index)
        return rows, changed

    def _replaces(self, key: str, index: int, field: str, value: Any) -> bool:
        """Whether an answer takes the place of what was issued.

        Not what was erased of an answer that was given beforehand and protected, nor anything in place of a figure from the accounts.
        """
        column, issued = self.layouts[key].sheet.column(field), self.template.context.rows[key][index].get(field)
        if column.from_accounts and not is_blank(issued):
            return False
        return not is_blank(value) or (not column.locked_when_prefilled and not is_blank(issued))

    def _formula_cells(self, name: str, canvas: SkeletonSheet) -> dict[str, str]:
        """Return a sheet's formulas with the values that they have now, as XML by cell."""
        cells = {}
        for ref, value in self.formulas.values.get(name, {}).items():
            slot = canvas.slots.get(ref)
            if slot and slot.formula:
                formula, first = slot.formula, self._told.get((name, ref))
                if first:
                    formula = f"<f>{escape(first)}{formula[formula.index('>') + 1 :].removesuffix('</f>')})</f>"
                cells[ref] = self.writer.cell(ref, slot.style, value, formula=formula)
        return cells

    def _answered(self, layout: SheetLayout, canvas: SkeletonSheet, marks: Mapping[str, CellMark]) -> dict[str, str]:
        """Return a sheet's answers, as XML by cell."""
        cells = {}
        for index, row in self.answers.get(layout.sheet.key, {}).items():
            for field, value in row.items():
                if self._replaces(layout.sheet.key, index, field, value):
                    ref = layout.cell(field, index)
                    mark = marks.get(ref)
                    shown = None if is_blank(value) else value
                    tone = mark.tone if mark else ""
                    cells[ref] = self.writer.cell(ref, canvas.slots[ref].style, shown, tone=tone, free=mark is not None)
        return cells

    def _marked(self, canvas: SkeletonSheet, marks: Mapping[str, CellMark]) -> dict[str, str]:
        """Return cells that are marked and hold what was issued (an empty answer, an id, a heading), as XML by cell."""
        cells = {}
        for ref, mark in marks.items():
            slot = canvas.slots[ref]
            style = self.writer.styles.like(slot.style, tone=mark.tone, free=mark.asked)
            cells[ref] = canvas.text[slot.start : slot.end].replace(f' s="{slot.style}"', f' s="{style}"', 1)
        return cells

    def _heights(self, layout: SheetLayout, said: Mapping[int, str]) -> dict[int, float]:
        """Return the heights (points) that rows need for their answers and for what Kontroll says, by Excel row."""
        answers = self.answers.get(layout.sheet.key, {})
        return _heights_down(layout, answers.get(0, {}), said) if layout.is_downwards else _heights_across(layout, answers, said)


def _heights_across(layout: SheetLayout, answers: Mapping[int, Mapping[str, Any]], said: Mapping[int, str]) -> dict[int, float]:
    heights = {}
    for index in answers.keys() | said.keys():
        texts = [(value, layout.width(field)) for field, value in answers.get(index, {}).items() if isinstance(value, str)]
        heights[layout.first_row + index] = _text_height([*texts, (said.get(index, ""), layout.widths[-1])])
    return heights


def _heights_down(layout: SheetLayout, answers: Mapping[str, Any], said: Mapping[int, str]) -> dict[int, float]:
    heights = {}
    for index, column in enumerate(layout.sheet.columns):
        value = answers.get(column.field)
        texts = [(value, layout.widths[1])] if isinstance(value, str) else []
        heights[layout.first_row + index] = _text_height([*texts, (said.get(index, ""), layout.widths[2])])
    return heights


def _text_height(texts: Iterable[tuple[str, float]]) -> float:
    most = max((measure.count_lines(text, width) for text, width in texts), default=1)
    return min(HIGHEST_ROW, measure.row_height(most) + (3 if most > 1 else 0))


def _formula_value(value: Any) -> Any:
    """Return an answer as the formulas of its row see it."""
    match value:
        case bool():
            return str(value).upper()
        case float() if value.is_integer():
            return int(value)
        case datetime() | time() | timedelta():
            return excel_number(value)[0]
    return None if is_blank(value) else value
