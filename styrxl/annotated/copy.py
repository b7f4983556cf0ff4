"""The workbook that goes back to be mended: the owner's form, built anew with what its sender had written, and marked.

Nothing of the sender's file is saved anew: pasted-over formulas are whole again, and answers from an older version of the form find their
places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from styrxl.annotated import to_mend_sheet
from styrxl.annotated.carry import CarriedAnswers, ReadReturn, carry_answers, raw_value
from styrxl.annotated.compare import list_left_cells, make_copied_sheets
from styrxl.annotated.left_behind import LeftBehind, UnplacedAnswer, group_left_cells, list_left_objects
from styrxl.annotated.marks import CellMark, mark_cells
from styrxl.annotated.overwritten import restore_columns
from styrxl.annotated.point import ROW_RULES, FindingPointer, PlacedFinding, find_cell
from styrxl.annotated.to_mend_sheet import MendLine, UnderstoodLine
from styrxl.annotated.unchanged import build_unchanged_formula
from styrxl.annotated.understood import is_alike, list_shown, list_understood
from styrxl.excel import measure
from styrxl.excel.limits import HIGHEST_ROW, LONGEST_FORMULA
from styrxl.excel.look import STANDARD, Look
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
from styrxl.templates.build import lay_out_workbook, token_values
from styrxl.templates.layout import SheetLayout
from styrxl.templates.workbook_context import WorkbookContext, put_answers, tell_in_kontroll
from styrxl.templates.write_workbook import OpenWorkbook, write_workbook

RULES_WITHOUT_OWNER = frozenset(
    {"unreadable-workbook", "unknown-form", "unknown-version", "unknown-owner", "wrong-round", "forged-identity"}
)
_MOST_WATCHED = 20  # cells of one line of the list that are watched for changes
_LONGEST_WATCH = LONGEST_FORMULA - 2_200  # letters of the formula that watches them: what it then says has room beside it


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
    """Makes workbooks to send back."""

    def __init__(self, shown: Look = STANDARD) -> None:
        """Take the municipality's look."""
        self._shown = shown
        self._locators: dict[tuple[str, str | None, int], Locator] = {}
        self._typer = TableTyper()

    def annotate(self, back: ReturnToMend) -> bytes:
        """Return the workbook; the same return and findings give the same bytes."""
        raw = {sheet.name: sheet for sheet in back.returned.sheets}
        located, _ = self._locator(back.form).locate(back.returned, back.prefill.language)
        context = lay_out_workbook(back.form, back.prefill)
        tables = tuple(restore_columns(table, raw[table.place.sheet]) for table in located if table.sheet.key in context.layouts)
        typed = [replace(table, typed=self._typer.typed(back.form, table, back.prefill.year)) for table in tables]
        understood = list_shown(tables, raw) | list_understood(typed, back.findings, context.terms)
        source = ReadReturn(back.returned, tables, back.findings, back.extras.formulas, understood)
        context, carried = carry_answers(source, back.form, context, back.prefill)
        return _AnnotatedWorkbook(context, back, source, carried, self._shown).make()

    def _locator(self, form: Form) -> Locator:
        key = (form.name, form.profile, id(form))
        if key not in self._locators:
            self._locators[key] = Locator(form, form.words)
        return self._locators[key]


class _AnnotatedWorkbook:
    """One workbook while it is made."""

    def __init__(self, context: WorkbookContext, back: ReturnToMend, source: ReadReturn, carried: CarriedAnswers, shown: Look) -> None:
        self.back, self.source, self.carried, self.shown = back, source, carried, shown
        self.context = put_answers(context, carried.answers, token_values(back.prefill, context))
        self.stamps = token_values(back.prefill, self.context)
        self.terms, self.layouts = context.terms, context.layouts

    def make(self) -> bytes:
        """Return the workbook: its sheets, and first of all what is to be mended in them and what does not stand there."""
        pointer = FindingPointer(self.layouts, self.context.issued, self.stamps, self.terms)
        found = [one for one in (pointer.place(found, self.carried.lines) for found in self.back.findings) if one is not None]
        told = tell_in_kontroll(self.context, self._unsaid(found), self.terms.text("check_see"))
        book = write_workbook(told, self.shown)
        for key, marks in self._marks(found).items():
            mark_cells(book.pages[key], marks, self.terms, self.shown.name or "styrxl")
        whole = self._stamp(book, self._content(found, [], []))
        left, answers = self._left(whole, book.formulas)
        return self._stamp(book, self._content(found, left, answers)) if left or answers else whole

    def _stamp(self, book: OpenWorkbook, told: to_mend_sheet.MendSheetContent) -> bytes:
        """Return the workbook with its first sheet."""
        first = book.put_first_sheet(self.terms.text("mend_sheet"))
        to_mend_sheet.write_sheet(first, told, self.terms)
        return book.stamped(self.stamps)

    def _left(self, data: bytes, formulas: Mapping[str, set[str]]) -> tuple[list[LeftBehind], list[UnplacedAnswer]]:
        """Return what of the return does not stand in the copy's other sheets, as somebody who opens it finds it."""
        copy, _ = read_workbook(data)
        assert copy is not None
        carried = make_copied_sheets(self.layouts, self.carried.lines, self.source.understood, formulas)
        others = replace(copy, sheets=copy.sheets[1:])
        cells = list_left_cells(self.back.returned, others, carried, formulas, self.back.findings, self.back.form.words)
        left, answers = group_left_cells(cells)
        return [*left, *list_left_objects(self.back.extras, int(bool(self.shown.logo)))], answers

    def _content(
        self, found: Sequence[PlacedFinding], left: Sequence[LeftBehind], answers: Sequence[UnplacedAnswer]
    ) -> to_mend_sheet.MendSheetContent:
        """Return what the sheet says that lists what is to be mended."""
        prefill = self.back.prefill
        who = " · ".join(part for part in (f"{prefill.owner_name} ({prefill.owner})", prefill.round_name) if part)
        items, understood, clipped = list(self._items(found)), list(self._understood()), list(self._clipped())
        return to_mend_sheet.MendSheetContent(who, self.back.file, items, left, answers, understood, clipped)

    def _clipped(self) -> Iterator[tuple[str, str]]:
        """Yield sheet and cell of the answers that are longer than the highest row can show."""
        for key, rows in self.carried.answers.items():
            layout = self.layouts[key]
            for index, row in rows.items():
                for field, value in row.items():
                    if isinstance(value, str) and measure.count_lines(value, layout.width(field)) * measure.LINE_HEIGHT > HIGHEST_ROW:
                        yield layout.name, layout.cell(field, index)

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
            parts.append(
                build_unchanged_formula(layout.absolute_cell(layout.cell(field, index)), self.context.find_answer(key, index, field))
            )
        other = first.facts.get("earlier_cell")
        if isinstance(other, str) and len(parts) == 1:
            layout = self.layouts[spots[0][0]]
            row, before = _locate_cell(layout, other)
            if before:
                value = self.context.find_answer(layout.sheet.key, row, before)
                parts[0] = f"AND({parts[0]},{build_unchanged_formula(layout.absolute_cell(other), value)})"
        formula = f"OR({','.join(parts)})"
        return formula if len(formula) <= _LONGEST_WATCH else ""

    # marks

    def _marks(self, found: Iterable[PlacedFinding]) -> dict[str, dict[str, CellMark]]:
        """Return the marks by the sheet's key and cell; several findings on a cell share one."""
        made: dict[str, dict[str, CellMark]] = {}
        for one in found:
            if one.spot is None:
                continue
            key, index, field = one.spot
            layout = self.layouts[key]
            ref = find_cell(layout, index, field)
            if index is not None and index >= len(self.context.issued[key]):
                continue
            here = made.setdefault(key, {})
            text = _note_text(one.finding, self.terms.language)
            before = here.get(ref)
            tone = "mend" if one.finding.severity == "error" or (before and before.tone == "mend") else "watch"
            texts = (*before.texts, text) if before else (text,)
            asked = self._is_asked(key, index, field)
            fades = asked and one.finding.rule not in ROW_RULES
            value = self.context.find_answer(key, index, field) if fades and index is not None else None
            here[ref] = CellMark(tone, texts, asked=asked, unchanged=build_unchanged_formula(_fixed_reference(ref), value) if fades else "")
        return made

    def _is_asked(self, key: str, index: int | None, field: str) -> bool:
        """Tell whether an owner answers in a cell: not in a heading (without ``index``), nor where the accounts have answered."""
        column = self.layouts[key].sheet.column(field)
        if index is None or not column.asked:
            return False
        return not column.from_accounts or self.context.issued[key][index].get(field) in (None, "")

    def _unsaid(self, found: Iterable[PlacedFinding]) -> dict[tuple[str, int], list[str]]:
        """Return the rows with an error of which their Kontroll says nothing, and formulas of which one holds until it is mended."""
        holds: dict[tuple[str, int], list[str]] = {}
        for one in found:
            if one.spot is None or one.finding.severity != "error" or one.finding.rule in ROW_RULES:
                continue
            key, index, field = one.spot
            layout = self.layouts[key]
            if index is None or not layout.check_letter or not layout.sheet.column(field).asked:
                continue
            row = [column.field for column in layout.sheet.columns].index(field) if layout.is_downwards else index
            begun = layout.always_answered or layout.is_downwards or index in self.context.answers.get(key, {})
            if begun and not self.context.checks[key][row].value.startswith("!"):
                value = self.context.find_answer(key, index, field)
                holds.setdefault((key, row), []).append(build_unchanged_formula(_fixed_reference(layout.cell(field, index)), value))
        return holds


def _note_text(found: Finding, language: str) -> str:
    return f"{message(found, language)}\n{fix_here(found, language)}"


def _locate_cell(layout: SheetLayout, cell: str) -> tuple[int, str | None]:
    """Return the row of data and the field of a cell in the fresh workbook."""
    if layout.is_downwards:
        return 0, next((c.field for c in layout.sheet.columns if layout.cell(c.field) == cell), None)
    letters = cell.rstrip("0123456789")
    index = int(cell[len(letters) :]) - layout.first_row
    return index, next((field for field, letter in layout.letters.items() if letter == letters), None)


def _fixed_reference(ref: str) -> str:
    letters = ref.rstrip("0123456789")
    return f"${letters}${ref[len(letters) :]}"
