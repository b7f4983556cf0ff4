"""An owner's fresh workbook with answers put into its cells: to be sent back, or made of two returns.

A template's XML is filled in cell by cell: openpyxl would drop the values that formulas have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from styrxl.annotated.carry import Answers, Fresh
from styrxl.annotated.point import resolved
from styrxl.annotated.recalculate import Figures, figures
from styrxl.excel import measure
from styrxl.excel.archive import SkeletonPart, replace_parts, restore_part, stamp
from styrxl.excel.cells import AddedFormats, AddedStrings, CellWriter, SkeletonSheet, StyleSheet, excel_number
from styrxl.excel.look import STANDARD, Look
from styrxl.model.forms import Form, Words
from styrxl.model.prefill import Prefill
from styrxl.returns.extras import count_pictures
from styrxl.returns.tables import blank
from styrxl.templates.build import Lead, Mould, Moulds, values
from styrxl.templates.cell_texts import Written
from styrxl.templates.layout import Place

STRINGS, STYLES, TYPES = "xl/sharedStrings.xml", "xl/styles.xml", "[Content_Types].xml"
_MOST_KEPT = 16  # templates kept taken apart at a time


@dataclass(frozen=True, slots=True)
class Mark:
    """How a cell is marked; ``still`` is a formula that holds until somebody changes it, empty where the mark stays."""

    tone: str  # mend, watch
    texts: tuple[str, ...]
    asked: bool
    still: str


@dataclass(frozen=True, slots=True)
class OpenTemplate:
    """A template whose parts have been taken apart, so that cells can be put into it."""

    mould: Mould
    canvases: Mapping[str, SkeletonSheet]  # by the sheet's name
    styles: StyleSheet
    strings: str
    types: str
    pictures: int

    @classmethod
    def of(cls, mould: Mould) -> OpenTemplate:
        """Take a template apart."""
        parts = {part.name.decode("ascii"): restore_part(part) for part in mould.parts}
        return cls(
            mould,
            {name: SkeletonSheet.of(parts[part]) for name, part in mould.sheets.items()},
            StyleSheet.of(parts[STYLES].decode()),
            parts[STRINGS].decode(),
            parts[TYPES].decode(),
            sum(count_pictures(data) for name, data in parts.items() if name.startswith("xl/drawings/drawing")),
        )


class OpenTemplates:
    """Templates to be filled in, each made when it is first asked for; owners that share one share the work."""

    def __init__(self, words: Words, shown: Look = STANDARD, lead: Lead | None = None) -> None:
        """Take the shared words, the municipality's look, and what writes a sheet before all others, if there is to be one."""
        self._moulds = Moulds(words, shown, lead)
        self._known: dict[int, OpenTemplate] = {}

    def of(self, form: Form, prefill: Prefill) -> OpenTemplate:
        """Return the template of an owner's workbook."""
        mould = self._moulds.of(form, prefill)
        if id(mould) not in self._known:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[id(mould)] = OpenTemplate.of(mould)
        return self._known[id(mould)]


def fresh_sheets(template: OpenTemplate, prefill: Prefill) -> dict[str, Fresh]:
    """Return the sheets of an owner's fresh workbook, by key: which rows they have."""
    mould, stamps = template.mould, values(prefill, template.mould)
    made = {}
    for sheet in mould.form.sheets:
        column = sheet.id_column
        rows = mould.context.written[sheet.key]
        ids = [resolved(row[column.field], stamps) if column else "" for row in rows]
        made[sheet.key] = Fresh(sheet, ids, len(prefill.rows.get(sheet.key, ())))
    return made


class FilledWorkbook:
    """An owner's workbook with answers in it, while its parts are written."""

    def __init__(self, template: OpenTemplate, prefill: Prefill, answers: Answers) -> None:
        """Take the owner's template, what was issued (signed), and the answers."""
        self.template, self.mould, self.answers = template, template.mould, answers
        self.places: Mapping[str, Place] = self.mould.context.places
        self.stamps = values(prefill, self.mould)
        first = re.search(r' uniqueCount="(\d+)"', template.strings)
        self.pen = CellWriter(AddedStrings(int(first[1]) if first else 0), AddedFormats(template.styles))
        self.figures: Figures = figures(self.mould, prefill, *self._rows())

    def sheet(self, name: str, marks: Mapping[str, Mark]) -> str:
        """Return a sheet's XML, with its answers, the values that its formulas then have, and its marked cells."""
        canvas = self.template.canvases[name]
        cells = {**self._formulas(name, canvas)}
        heights: dict[int, float] = {}
        place = next((place for place in self.places.values() if place.name == name), None)
        if place:
            cells |= self._answered(place, canvas, marks)
            heights = self._heights(place, self.figures.said.get(place.sheet.key, {}))
            cells |= {ref: xml for ref, xml in self._marked(canvas, marks).items() if ref not in cells}
        return canvas.painted(cells, heights) if cells else canvas.text

    def changed_sheets(self) -> dict[str, bytes]:
        """Return the parts of the sheets that are not as in the template, without any marks."""
        written = {part: (self.sheet(name, {}), self.template.canvases[name].text) for name, part in self.mould.sheets.items()}
        return {part: xml.encode() for part, (xml, before) in written.items() if xml is not before}

    def saved(self, parts: Mapping[str, bytes], conditions: str = "") -> bytes:
        """Return the workbook with some parts changed or added; ``conditions``: formats of conditions beyond the template's, as XML."""
        texts, styles = self.pen.strings.added(self.template.strings), self.pen.styles.xml(conditions)
        made: tuple[SkeletonPart, ...] = replace_parts(self.mould.parts, {**parts, STRINGS: texts.encode(), STYLES: styles.encode()})
        return stamp(made, {**self.stamps, **self.figures.stamped})

    def value(self, key: str, index: int, field: str) -> Any:
        """Return what stands in an answer's cell."""
        row = self.answers.get(key, {}).get(index, {})
        if field in row and self._replaces(key, index, field, row[field]):
            return row[field]
        return self.mould.context.written[key][0 if self.places[key].down else index][field]

    def _rows(self) -> tuple[dict[str, list[Written]], dict[str, set[int]]]:
        """Return what stands in all rows, for the formulas, and in which rows there are answers."""
        rows: dict[str, list[Written]] = {key: list(some) for key, some in self.mould.context.written.items()}
        changed: dict[str, set[int]] = {}
        for key, answers in self.answers.items():
            column = self.places[key].sheet.id_column
            for index, row in answers.items():
                made = dict(rows[key][index])
                if column:
                    made[column.field] = resolved(made[column.field], self.stamps)
                made.update({f: _for_formulas(value) for f, value in row.items() if self._replaces(key, index, f, value)})
                rows[key][index] = made
                changed.setdefault(key, set()).add(index)
        return rows, changed

    def _replaces(self, key: str, index: int, field: str, value: Any) -> bool:
        """Whether an answer takes the place of what was issued: an answer that was given beforehand and erased stands as issued."""
        column = self.places[key].sheet.column(field)
        return not blank(value) or (not column.locked_when_prefilled and not blank(self.mould.context.written[key][index][field]))

    def _formulas(self, name: str, canvas: SkeletonSheet) -> dict[str, str]:
        """Return a sheet's formulas with the values that they have now, as XML by cell."""
        cells = {}
        for ref, value in self.figures.values.get(name, {}).items():
            slot = canvas.slots.get(ref)
            if slot and slot.formula:
                cells[ref] = self.pen.cell(ref, slot.style, value, formula=slot.formula)
        return cells

    def _answered(self, place: Place, canvas: SkeletonSheet, marks: Mapping[str, Mark]) -> dict[str, str]:
        """Return a sheet's answers, as XML by cell."""
        cells = {}
        for index, row in self.answers.get(place.sheet.key, {}).items():
            for field, value in row.items():
                if self._replaces(place.sheet.key, index, field, value):
                    ref = place.cell(field, index)
                    mark = marks.get(ref)
                    shown = None if blank(value) else value
                    tone = mark.tone if mark else ""
                    cells[ref] = self.pen.cell(ref, canvas.slots[ref].style, shown, tone=tone, free=mark is not None)
        return cells

    def _marked(self, canvas: SkeletonSheet, marks: Mapping[str, Mark]) -> dict[str, str]:
        """Return cells that are marked and hold what was issued (an empty answer, an id, a heading), as XML by cell."""
        cells = {}
        for ref, mark in marks.items():
            slot = canvas.slots[ref]
            style = self.pen.styles.like(slot.style, tone=mark.tone, free=mark.asked)
            cells[ref] = canvas.text[slot.start : slot.end].replace(f' s="{slot.style}"', f' s="{style}"', 1)
        return cells

    def _heights(self, place: Place, said: Mapping[int, str]) -> dict[int, float]:
        """Return the heights (points) that rows need for their answers and for what Kontroll says, by Excel row."""
        answers = self.answers.get(place.sheet.key, {})
        return _heights_down(place, answers.get(0, {}), said) if place.down else _heights_across(place, answers, said)


def _heights_across(place: Place, answers: Mapping[int, Mapping[str, Any]], said: Mapping[int, str]) -> dict[int, float]:
    heights = {}
    for index in answers.keys() | said.keys():
        texts = [(value, place.width(field)) for field, value in answers.get(index, {}).items() if isinstance(value, str)]
        heights[place.first + index] = _height([*texts, (said.get(index, ""), place.widths[-1])])
    return heights


def _heights_down(place: Place, answers: Mapping[str, Any], said: Mapping[int, str]) -> dict[int, float]:
    heights = {}
    for index, column in enumerate(place.sheet.columns):
        value = answers.get(column.field)
        texts = [(value, place.widths[1])] if isinstance(value, str) else []
        heights[place.first + index] = _height([*texts, (said.get(index, ""), place.widths[2])])
    return heights


def _height(texts: Iterable[tuple[str, float]]) -> float:
    most = max((measure.count_lines(text, width) for text, width in texts), default=1)
    return measure.row_height(most) + (3 if most > 1 else 0)


def _for_formulas(value: Any) -> Any:
    """Return an answer as the formulas of its row see it."""
    match value:
        case bool():
            return str(value).upper()
        case float() if value.is_integer():
            return int(value)
        case datetime() | time() | timedelta():
            return excel_number(value)[0]
    return None if blank(value) else value
