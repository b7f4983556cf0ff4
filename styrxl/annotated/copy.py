"""The workbook that goes back to be mended: a fresh editable, filled with what its sender had written, and marked.

Nothing of the sender's file is saved anew: openpyxl would drop drop-downs and pictures. The owner's fresh workbook is filled in cell
by cell instead, so that pasted-over formulas are whole again and answers from an older version of the form find their places.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

from styrxl.annotated import to_mend_sheet
from styrxl.annotated.carry import CarriedAnswers, ReadReturn, add_rows, carry_answers, raw_value
from styrxl.annotated.compare import CopiedSheet, list_left_cells
from styrxl.annotated.filled import TYPES, CellMark, EditableTemplate, EditableTemplates, FilledWorkbook, list_fresh_sheets
from styrxl.annotated.left_behind import LeftBehind, UnplacedAnswer, group_left_cells, list_left_objects
from styrxl.annotated.overwritten import restore_columns
from styrxl.annotated.point import ROW_RULES, FindingPointer, PlacedFinding, find_cell
from styrxl.annotated.to_mend_sheet import MendLine, UnderstoodLine
from styrxl.annotated.unchanged import build_unchanged_formula
from styrxl.annotated.understood import is_alike, list_shown, list_understood
from styrxl.excel import look, notes
from styrxl.excel.look import STANDARD, Look
from styrxl.excel.notes import Note, SheetMeasures
from styrxl.model.catalogue import say
from styrxl.model.column_letters import column_number
from styrxl.model.findings import Finding, fix_here, message
from styrxl.model.forms import Form
from styrxl.model.grouped_findings import group_findings
from styrxl.model.masking import make_showable
from styrxl.model.prefill import Prefill
from styrxl.returns.extras import Extras
from styrxl.returns.locate import Locator
from styrxl.returns.tables import is_blank
from styrxl.returns.typed_columns import TableTyper
from styrxl.returns.workbook import ReturnedWorkbook, read_workbook
from styrxl.templates.layout import SheetLayout
from styrxl.templates.words import Terms

RULES_WITHOUT_OWNER = frozenset(
    {"unreadable-workbook", "unknown-form", "unknown-version", "unknown-owner", "wrong-round", "forged-identity"}
)
_MOST_WATCHED = 20  # cells of one line of the list that are watched for changes
_FADE = (
    f'<dxf><font><color rgb="00{look.INK}"/></font><fill><patternFill patternType="solid"><bgColor rgb="00{look.INPUT}"/>'
    "</patternFill></fill></dxf>"
)
_TONES = {"mend": look.MEND, "watch": look.WATCH}


@dataclass(frozen=True, slots=True)
class ReturnToMend:
    """A return that goes back: its form, what was issued (signed), what was read of it, its findings, and its file's name."""

    form: Form
    prefill: Prefill
    returned: ReturnedWorkbook
    extras: Extras
    findings: tuple[Finding, ...]
    file: str


class Annotator:
    """Makes workbooks to send back; owners that share a template share the work."""

    def __init__(self, shown: Look = STANDARD) -> None:
        """Take the municipality's look."""
        self._shown = shown
        self._templates = EditableTemplates(shown, to_mend_sheet.write_empty_sheet)
        self._locators: dict[tuple[str, str | None, int], Locator] = {}
        self._typer = TableTyper()

    def annotate(self, back: ReturnToMend) -> bytes:
        """Return the workbook; the same return and findings give the same bytes."""
        raw = {sheet.name: sheet for sheet in back.returned.sheets}
        located, _ = self._locator(back.form).locate(back.returned, back.prefill.language)
        tables = tuple(restore_columns(table, raw[table.place.sheet]) for table in located)
        editable = self._templates.of(back.form, back.prefill)
        tables = tuple(table for table in tables if table.sheet.key in editable.template.context.layouts)  # of sheets that were issued
        typed = [replace(table, typed=self._typer.typed(back.form, table, back.prefill.year)) for table in tables]
        understood = list_shown(tables, raw) | list_understood(typed, back.findings, editable.template.context.terms)
        source = ReadReturn(back.returned, tables, back.findings, back.extras.formulas, understood)
        carried = carry_answers(source, list_fresh_sheets(editable, back.prefill))
        if carried.room:
            editable = self._templates.of(add_rows(back.form, carried.room), back.prefill)
            carried = carry_answers(source, list_fresh_sheets(editable, back.prefill))
        return _AnnotatedWorkbook(editable, back, source, carried, self._shown).made()

    def _locator(self, form: Form) -> Locator:
        key = (form.name, form.profile, id(form))
        if key not in self._locators:
            self._locators[key] = Locator(form, form.words)
        return self._locators[key]


class _AnnotatedWorkbook:
    """One workbook while it is made."""

    def __init__(self, editable: EditableTemplate, back: ReturnToMend, source: ReadReturn, carried: CarriedAnswers, shown: Look) -> None:
        self.editable, self.back, self.source, self.carried, self.shown = editable, back, source, carried, shown
        self.filled = FilledWorkbook(editable, back.prefill, carried.answers)
        self.terms: Terms = editable.template.context.terms
        self.layouts: Mapping[str, SheetLayout] = editable.template.context.layouts

    def made(self) -> bytes:
        """Return the workbook: its sheets, and first of all what is to be mended in them and what does not stand there."""
        template = self.editable.template
        pointer = FindingPointer(self.layouts, template.context.rows, self.filled.stamps, self.terms)
        found = [one for one in (pointer.placed(found, self.carried.lines) for found in self.back.findings) if one is not None]
        marks = self._marks(found)
        self.filled.tell_in_kontroll(self._unsaid(found), self.terms.text("check_see"))
        parts: dict[str, bytes] = {}
        marked = []
        for number, (name, part) in enumerate(template.sheets.items(), 1):
            xml = self.filled.sheet(name, marks.get(name, {}))
            if name in marks:
                marked.append(number)
                xml = notes.add_boxes(self._faded(xml, marks[name]))
                parts |= self._notes(name, number, marks[name])
            if xml is not self.editable.canvases[name].text:
                parts[part] = xml.encode()
        if marked:
            parts[TYPES] = notes.add_note_types(self.editable.types, marked).encode()
        parts |= self._list(found, *self._left(self.filled.saved(parts, _FADE)))
        return self.filled.saved(parts, _FADE)

    def _left(self, data: bytes) -> tuple[list[LeftBehind], list[UnplacedAnswer]]:
        """Return what of the return does not stand in the copy, as somebody who opens it finds it."""
        copy, _ = read_workbook(data)
        assert copy is not None
        canvases = self.editable.canvases.items()
        formulas = {name: {cell for cell, slot in canvas.slots.items() if slot.formula} for name, canvas in canvases}
        carried = {}
        for name, lines in self.carried.lines.items():
            layout = self.layouts[lines.place.key]
            carried[name] = CopiedSheet(layout, lines, self.source.understood, formulas[layout.name])
        cells = list_left_cells(self.back.returned, copy, carried, formulas, self.back.findings, self.back.form.words)
        left, answers = group_left_cells(cells)
        return [*left, *list_left_objects(self.back.extras, self.editable.pictures)], answers

    # the list

    def _list(self, found: Sequence[PlacedFinding], left: Sequence[LeftBehind], answers: Sequence[UnplacedAnswer]) -> dict[str, bytes]:
        """Return the part of the sheet that lists what is to be mended."""
        prefill = self.back.prefill
        who = " · ".join(part for part in (f"{prefill.owner_name} ({prefill.owner})", prefill.round_name) if part)
        items = list(self._items(found))
        told = to_mend_sheet.MendSheetContent(
            who, self.back.file, items, left, answers, list(self._understood()), [*self.filled.list_clipped()]
        )
        name, part = next(iter(self.editable.template.sheets.items()))
        canvas = self.editable.canvases[name]
        return {part: to_mend_sheet.fill_sheet(canvas, self.filled.writer, told, self.terms).encode()}

    def _understood(self) -> Iterator[UnderstoodLine]:
        """Yield the answers that stand as they were understood, and not as they were written."""
        raw = {sheet.name: sheet for sheet in self.back.returned.sheets}
        for (name, cell), value in self.source.understood.items():
            lines = self.carried.lines[name]
            layout = self.layouts[lines.place.key]
            index, field = lines.spot(cell)
            letters = cell.rstrip("0123456789")
            written = raw_value(raw[name], int(cell[len(letters) :]), column_number(letters))
            if index is not None and field and not is_blank(written) and not is_alike(written, value):
                money = layout.sheet.column(field).unit is not None
                stands = say(value, self.terms.language, money=money)
                text = make_showable(written) if isinstance(written, str) else say(written, self.terms.language, money=money)
                yield UnderstoodLine(layout.name, layout.cell(field, index), text, stands)

    def _items(self, found: Sequence[PlacedFinding]) -> Iterator[MendLine]:
        spots = {id(one.finding): one.spot for one in found}
        for group in group_findings([one.finding for one in found], self.terms.language, fix_here):
            first = group.group[0]
            cells = str(first.facts.get("cell_here", group.cells))
            watched = [spot for one in group.group if (spot := spots[id(one)]) is not None]
            unchanged = self._all_unchanged_formula(first, watched)
            yield MendLine(group.severity == "error", first.sheet or "", cells, group.message, group.fix, unchanged)

    def _all_unchanged_formula(self, first: Finding, spots: Sequence[tuple[str, int | None, str]]) -> str:
        """Return the formula that holds as long as one of the cells is as it was; empty where it cannot be told."""
        if not spots or len(spots) > _MOST_WATCHED or first.rule in ROW_RULES:
            return ""
        parts = []
        for key, index, field in spots:
            if index is None or not self.layouts[key].sheet.column(field).asked:
                return ""
            layout = self.layouts[key]
            parts.append(build_unchanged_formula(layout.absolute_cell(layout.cell(field, index)), self.filled.value(key, index, field)))
        other = first.facts.get("earlier_cell")
        if isinstance(other, str) and len(parts) == 1:
            layout = self.layouts[spots[0][0]]
            row, before = _find_answer(layout, other)
            if before:
                value = self.filled.value(layout.sheet.key, row, before)
                parts[0] = f"AND({parts[0]},{build_unchanged_formula(layout.absolute_cell(other), value)})"
        return f"OR({','.join(parts)})"

    # marks

    def _marks(self, found: Iterable[PlacedFinding]) -> dict[str, dict[str, CellMark]]:
        """Return the marks by sheet and cell; several findings on a cell share one."""
        made: dict[str, dict[str, CellMark]] = {}
        for one in found:
            if one.spot is None:
                continue
            key, index, field = one.spot
            layout = self.layouts[key]
            ref = find_cell(layout, index, field)
            if ref not in self.editable.canvases[layout.name].slots:
                continue
            here = made.setdefault(layout.name, {})
            text = _note_text(one.finding, self.terms.language)
            before = here.get(ref)
            tone = "mend" if one.finding.severity == "error" or (before and before.tone == "mend") else "watch"
            texts = (*before.texts, text) if before else (text,)
            asked = layout.sheet.column(field).asked and index is not None
            fades = asked and one.finding.rule not in ROW_RULES
            value = self.filled.value(key, index, field) if fades and index is not None else None
            here[ref] = CellMark(tone, texts, asked=asked, unchanged=build_unchanged_formula(_fixed_reference(ref), value) if fades else "")
        return made

    def _unsaid(self, found: Iterable[PlacedFinding]) -> dict[tuple[str, int], str]:
        """Return the rows with an error of which their Kontroll says nothing, and the formula that holds until it is mended."""
        holds: dict[tuple[str, int], list[str]] = {}
        for one in found:
            if one.spot is None or one.finding.severity != "error" or one.finding.rule in ROW_RULES:
                continue
            key, index, field = one.spot
            layout = self.layouts[key]
            if index is None or not layout.check_letter or not layout.sheet.column(field).asked:
                continue
            row = [column.field for column in layout.sheet.columns].index(field) if layout.is_downwards else index
            said = self.filled.formulas.checks.get(key, {}).get(row)
            if said is not None and not said.startswith("!"):
                value = self.filled.value(key, index, field)
                holds.setdefault((key, row), []).append(build_unchanged_formula(_fixed_reference(layout.cell(field, index)), value))
        return {row: f"OR({','.join(formulas)})" for row, formulas in holds.items()}

    def _faded(self, xml: str, marks: Mapping[str, CellMark]) -> str:
        """Return the sheet with marks that go out when somebody changes their cells."""
        fading = {ref: mark.unchanged for ref, mark in marks.items() if mark.unchanged}
        if not fading:
            return xml
        last = max((int(number) for number in re.findall(r' priority="(\d+)"', xml)), default=0)
        look_of_old = self.filled.writer.styles.conditions
        rules = "".join(
            f'<conditionalFormatting sqref="{ref}"><cfRule type="expression" priority="{last + number}" dxfId="{look_of_old}">'
            f"<formula>NOT({escape(formula)})</formula></cfRule></conditionalFormatting>"
            for number, (ref, formula) in enumerate(fading.items(), 1)
        )
        at = next(xml.index(tag) for tag in ("<dataValidations", "<hyperlinks", "<printOptions", "<pageMargins") if tag in xml)
        return xml[:at] + rules + xml[at:]

    def _notes(self, name: str, number: int, marks: Mapping[str, CellMark]) -> dict[str, bytes]:
        words = {tone: self.terms.text(f"mend_{key}") for tone, key in (("mend", "error"), ("watch", "warning"))}
        said = {ref: Note(words[mark.tone], mark.texts, _TONES[mark.tone]) for ref, mark in marks.items()}
        layout = next(layout for layout in self.layouts.values() if layout.name == name)
        ground = SheetMeasures(layout.widths, {row: height for row, (_, _, height) in self.editable.canvases[name].rows.items()})
        return {
            f"xl/comments{number}.xml": notes.notes_xml(said, self.shown.name or "styrxl").encode(),
            f"xl/drawings/vmlDrawing{number}.vml": notes.boxes_xml(said, ground, number).encode(),
            f"xl/worksheets/_rels/sheet{number}.xml.rels": notes.relations_xml(number).encode(),
        }


def _note_text(found: Finding, language: str) -> str:
    return f"{message(found, language)}\n{fix_here(found, language)}"


def _find_answer(layout: SheetLayout, cell: str) -> tuple[int, str | None]:
    """Return the row of data and the field of a cell in the fresh workbook."""
    if layout.is_downwards:
        return 0, next((c.field for c in layout.sheet.columns if layout.cell(c.field) == cell), None)
    letters = cell.rstrip("0123456789")
    index = int(cell[len(letters) :]) - layout.first_row
    return index, next((field for field, letter in layout.letters.items() if letter == letters), None)


def _fixed_reference(ref: str) -> str:
    letters = ref.rstrip("0123456789")
    return f"${letters}${ref[len(letters) :]}"
