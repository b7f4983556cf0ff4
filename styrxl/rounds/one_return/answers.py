"""The answers of a return as people read them: sheet by sheet, row by row, as they were written and as they were understood."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import zip_longest
from threading import Lock
from typing import Any

from styrxl.annotated.understood import is_alike, list_understood
from styrxl.model.catalogue import number_text, say
from styrxl.model.column_letters import column_letter
from styrxl.model.findings import Finding
from styrxl.model.forms import Column, Form
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.limits import MB, Limits
from styrxl.model.masking import make_showable, mask_number
from styrxl.model.prefill import Prefill
from styrxl.returns.isolated import IsolatedReader
from styrxl.returns.read import FormKey, Reading, ReturnReader, make_form_key
from styrxl.returns.tables import Table, is_blank
from styrxl.returns.workbook import SheetCells
from styrxl.rounds.desk import Desk
from styrxl.rounds.one_return.find_return import FoundReturn
from styrxl.rounds.prefills import fetch_prefills
from styrxl.store.files import read_file
from styrxl.templates.words import Terms
from styrxl.validation.rules.rows import find_untouched

_RAW_ROWS, _RAW_COLUMNS, _RAW_SHEETS = 100, 20, 12  # that are shown of a workbook of which nobody knows what it is
_LONGEST_YEAR = 4  # digits
_MOST_READ = 16  # readings that are kept, those asked for last
_READ: dict[tuple[str, FormKey, str, Limits], Reading] = {}
_LOCK = Lock()


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell: its address, its heading, its answer as it was understood and, where that looks otherwise, as it was written.

    ``given``: it was filled in beforehand and stands so, or is not the owner's to answer.
    """

    cell: str
    heading: str
    text: str
    written: str = ""
    given: bool = False
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with its number in Excel and its cells, one for each heading."""

    number: int
    cells: tuple[ShownCell, ...]


@dataclass(frozen=True, slots=True)
class ShownSheet:
    """A sheet as its owner left it: its headings (address, text) from the left, or none where it is laid out downwards."""

    name: str
    headings: tuple[tuple[str, str], ...]
    rows: tuple[ShownRow, ...]
    cut: bool = False  # whether there is more in it than is shown

    @property
    def downwards(self) -> bool:
        """Whether each label stands to the left of its answer."""
        return not self.headings

    @property
    def is_answered(self) -> bool:
        """Whether anything is written in it that was not given."""
        return any(one.text and not one.given for row in self.rows for one in row.cells)

    def list_filled(self, needed: Collection[str] = ()) -> list[int]:
        """Return the columns, counted from 0, in which anything stands, or a cell of which is needed (by its address)."""
        cells = {n for row in self.rows for n, one in enumerate(row.cells) if one.text or one.cell in needed}
        return sorted(cells | {n for n, (cell, _) in enumerate(self.headings) if cell in needed})

    def list_empty(self, filled: Collection[int]) -> list[str]:
        """Return the headings of the other columns."""
        return [heading for n, (_, heading) in enumerate(self.headings) if n not in filled]


@dataclass(frozen=True, slots=True)
class ShownReturn:
    """What a return holds. ``known``: whether it was read by a form; if not its sheets are shown as they are."""

    sheets: tuple[ShownSheet, ...]
    known: bool


Computed = Mapping[tuple[str, int, str], Any]  # table, Excel row, field -> what a formula of ours gives


def show_return(desk: Desk, found: FoundReturn, language: str) -> ShownReturn | None:
    """Return what a return holds, as its file says; None where that cannot be read, or is another since it was judged.

    Figures that formulas of ours give are those of the round's tables. ``language``: the reader's, in which numbers are written.
    """
    judged = found.return_
    data, sha256, _ = read_file(found.file, desk.limits.file_mb * MB)
    if sha256 != judged.sha256 or judged.verdict == "unreadable":
        return None
    form = find_form(desk, judged)
    if form is None:
        return _show_raw(desk, data, language)
    reading = _read_once(desk, judged, data, form)
    if reading.identity is None:
        return None
    issued = _find_issued(desk, judged)
    tables = [replace(table, untouched=find_untouched(table, issued, form)) for table in reading.tables]
    computed = _find_computed(found.judged, judged, form)
    return ShownReturn(tuple(show_tables(tables, form, judged, computed, language)), known=True)


def _read_once(desk: Desk, judged: Judged, data: bytes, form: Form) -> Reading:
    """Return a return as it is read by a form: as it was read before in this process, since what is no xlsx takes a process of its own."""
    language = judged.language or "sv"
    key = (judged.sha256, make_form_key(form), language, desk.limits)
    with _LOCK:
        reading = _READ.pop(key, None)
    if reading is None:
        with ReturnReader(desk.forms, desk.limits) as readings:
            reading = readings.read_as(data, form, language, exact=True)
    with _LOCK:
        _READ[key] = reading
        for old in [*_READ][:-_MOST_READ]:
            del _READ[old]
    return reading


def find_form(desk: Desk, judged: Judged) -> Form | None:
    """Return the form by which a return was judged; None where it was judged by none."""
    if judged.form is None or judged.edition is None or not desk.forms.knows(judged.form, judged.edition):
        return None
    return desk.forms.form(judged.form, judged.profile, judged.round, judged.edition)


def _find_issued(desk: Desk, judged: Judged) -> Prefill | None:
    """Return what was filled in beforehand in the workbook that a return is, or in its owner's newest one."""
    newest = desk.ledger.issues_by_form(judged.round or "").get((judged.owner or "", judged.form or ""))
    issue = judged.issue or (newest.issue_id if newest else "")
    return fetch_prefills(desk.ledger, {issue}).get(issue) if issue else None


def _find_computed(round_: JudgedRound, judged: Judged, form: Form) -> Computed:
    """Return what formulas of ours give in a return's rows, as the round's tables have it."""
    found: dict[tuple[str, int, str], Any] = {}
    for sheet in form.tables:
        fields, frame = [c.field for c in sheet.columns if c.formula], round_.tables.get(sheet.table or "")
        if not fields or frame is None:
            continue
        mine = frame[frame["_source"] == judged.index]
        for field in (field for field in fields if field in mine):
            there = mine[mine[field].notna()]
            found |= {(sheet.table or "", r, field): v for r, v in zip(there["_row"].tolist(), there[field].tolist(), strict=True)}
    return found


def show_tables(tables: Iterable[Table], form: Form, judged: Judged, computed: Computed, language: str) -> Iterator[ShownSheet]:
    """Yield the sheets of a return from its tables, as they were read by a form."""
    terms = Terms(form.words, form.lists, judged.language or "sv")
    for table in tables:
        findings = [finding for finding in judged.findings if finding.sheet == make_showable(table.place.sheet)]
        changed = frozenset(f.cell for f in findings if f.rule == "locked-cell-changed")
        pen = _Pen(table, list_understood([table], judged.findings, terms), changed, computed, language)
        yield _show_table(table, findings, pen)


def _show_table(table: Table, findings: Sequence[Finding], pen: _Pen) -> ShownSheet:
    place, name = table.place, make_showable(table.place.sheet)
    columns = sorted((c for c in table.sheet.columns if c.field in place.columns), key=lambda c: _find_order(table, c))
    if place.downwards:
        answers = [pen.show(column, table.rows[0] if table.rows else None) for column in columns]
        return ShownSheet(name, (), tuple(ShownRow(place.downwards[c.field], (a,)) for c, a in zip(columns, answers, strict=True)))
    numbers = sorted({*table.rows, *_list_rows_with_findings(table, findings)})
    headings = tuple((place.cell(c.field, None) or "", make_showable(place.headings.get(c.field, c.field))) for c in columns)
    rows = tuple(ShownRow(number, tuple(pen.show(column, number) for column in columns)) for number in numbers)
    return ShownSheet(name, headings, rows)


def _find_order(table: Table, column: Column) -> tuple[int, int]:
    return table.place.downwards.get(column.field, 0), table.place.columns[column.field]


def _list_rows_with_findings(table: Table, findings: Iterable[Finding]) -> Iterator[int]:
    """Yield the rows of a sheet, begun or not, in which something was found."""
    for cell in (f.cell for f in findings if f.cell and f.severity != "info"):
        digits = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        if digits.isdecimal() and int(digits) > table.place.heading_row:
            yield int(digits)


@dataclass(frozen=True, slots=True)
class _Pen:
    """Writes the cells of a table."""

    table: Table
    understood: Mapping[tuple[str, str], Any]
    changed: frozenset[str | None]  # cells that were not the owner's to change
    computed: Computed
    language: str

    def show(self, column: Column, number: int | None) -> ShownCell:
        """Return a cell by its column and Excel row."""
        table, field = self.table, column.field
        cell = table.place.cell(field, number) or ""
        heading = make_showable(table.place.headings.get(field, field))
        begun = number in table.rows and field in table.columns and not column.formula
        written = table.columns[field][table.rows.index(number)] if begun and number is not None else self._find_known(column, number)
        mark = table.marks.get((field, table.place.downwards.get(field, number or 0)))
        text = mark or self._write(column, written)
        given = (not column.asked and cell not in self.changed) or (field, number) in table.untouched
        read = self.understood.get((table.place.sheet, cell))
        shown = self._write(column, read) if read is not None and not is_alike(written, read) else ""
        is_number = isinstance(written if read is None else read, int | float) and column.kind != "choice"
        if shown and shown != text:
            return ShownCell(cell, heading, shown, text, given, is_number)
        return ShownCell(cell, heading, text, "", given, is_number)

    def _find_known(self, column: Column, number: int | None) -> Any:
        """Return what is known of a cell that was not read: what our formula gives, or the id of a row that was not begun."""
        if column.formula:
            return self.computed.get((self.table.sheet.table or "", number or 0, column.field), "")
        return dict(self.table.ids).get(number, "") if column is self.table.sheet.id_column and number is not None else ""

    def _write(self, column: Column, value: Any) -> str:
        return write_value(value, self.language, money=column.unit is not None)


def write_value(value: Any, language: str, *, money: bool = False) -> str:
    """Return a cell's value as people read it, whole: a long text is not cut. Personal numbers are masked."""
    if isinstance(value, bool):
        return say(value, language)
    if isinstance(value, int | float):
        plain = value == int(value) and len(str(abs(int(value)))) <= _LONGEST_YEAR if value - value == 0 else False
        return mask_number(value) or (f"{value:.0f}" if plain and not money else number_text(value, language))
    if isinstance(value, date | datetime):
        return say(value, language)
    return "" if is_blank(value) else make_showable(str(value).strip())


def _show_raw(desk: Desk, data: bytes, language: str) -> ShownReturn | None:
    """Return the sheets of a workbook as they are, since nobody knows what form it is."""
    with IsolatedReader(desk.limits) as reader:
        returned, _ = reader.read(data)
    if returned is None:
        return None
    seen = [sheet for sheet in returned.sheets if not sheet.hidden and any(not is_blank(value) for row in sheet.rows for value in row)]
    return ShownReturn(tuple(_show_raw_sheet(sheet, language) for sheet in seen[:_RAW_SHEETS]), known=False)


def _show_raw_sheet(sheet: SheetCells, language: str) -> ShownSheet:
    width = min(max((len(row) for row in sheet.rows), default=0), _RAW_COLUMNS)
    letters = [column_letter(sheet.left + n + 1) for n in range(width)]
    filled = [(sheet.top + n + 1, row) for n, row in enumerate(sheet.rows) if any(not is_blank(value) for value in row)]

    def show(number: int, row: Sequence[Any]) -> ShownRow:
        pairs = zip_longest(letters, row[:width], fillvalue="")
        return ShownRow(number, tuple(ShownCell(f"{letter}{number}", letter, write_value(value, language)) for letter, value in pairs))

    rows = [show(number, row) for number, row in filled[:_RAW_ROWS]]
    cut = len(filled) > _RAW_ROWS or any(len(row) > _RAW_COLUMNS for row in sheet.rows)
    return ShownSheet(make_showable(sheet.name), tuple((f"{a}0", a) for a in letters), tuple(rows), cut)
