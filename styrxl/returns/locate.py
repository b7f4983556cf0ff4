"""Locate a form's sheets, headings and rows in a returned workbook, wherever people have moved them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from styrxl.model.catalogue import Word
from styrxl.model.column_letters import column_letter, column_number
from styrxl.model.findings import Finding, finding
from styrxl.model.forms import BOOKED_REMARK, LANGUAGES, Column, Form, Sheet, Words
from styrxl.model.naming.sheet_names import IDENTITY_SHEET, LISTS_SHEET
from styrxl.returns.foreign_sheets import ForeignSheets
from styrxl.returns.headings import OTHER_UNIT, HeadingChoice, Headings, Spot, choose_heading
from styrxl.returns.labels import choose_labels, find_labels, list_beside, read_downwards
from styrxl.returns.other_answers import has_other_rows, has_other_values
from styrxl.returns.package.cell_notes import list_own_notes
from styrxl.returns.row_ids import locate_closing_row
from styrxl.returns.sheet_names import BY_HEADINGS, NamedSheet, SheetCandidate, SheetNames, choose_sheet, find_unclear_sheets
from styrxl.returns.shown.appearance import SeenRows
from styrxl.returns.shown.as_shown import find_notes, show_table
from styrxl.returns.tables import RowIds, Table, TablePlace, TypedColumns, is_blank, normalise_heading, show_heading
from styrxl.returns.typed_columns import TableTyper
from styrxl.returns.workbook import ReturnedWorkbook, SheetCells

_SEARCHED = 200  # rows from the top of a sheet in which headings are looked for
_ALIKE = 0.75  # part of a sheet's headings that a sheet with another name has, to be taken for that one
_RESEMBLING = 0.5  # the same for one whose name has that sheet's in it
_ANY_YEAR = 2000  # of dates without one, which are only compared with each other
_SHEETS_OF_OURS = frozenset({IDENTITY_SHEET, LISTS_SHEET})

_AnswersAt = Callable[[SheetCells, Spot], list[Any]]  # what stands under a heading, or beside a label
_HeadingRow = dict[str, list[tuple[int, int]]]  # field -> ranks and columns of the headings that may stand for it


class Locator:
    """Locates the tables of one form in its returned workbooks; remembers the heading rows that it has seen."""

    def __init__(self, form: Form, words: Words) -> None:
        """Take the form in the profile that the workbooks were issued in."""
        self._form = form
        self._checks = frozenset(normalise_heading(text) for text in words.texts["check_heading"].values())
        self._nothing = frozenset(normalise_heading(text) for text in words.texts["nothing_to_show"].values())
        self._start = frozenset(normalise_heading(text) for key in ("start", "mend_sheet") for text in words.texts[key].values())
        self._own_notes = list_own_notes(words)
        self._names = {language: SheetNames(form, language) for language in LANGUAGES}
        self._headings = {(sheet.key, language): Headings(sheet, words, language) for sheet in form.tables for language in LANGUAGES}
        self._tables = frozenset(sheet.key for sheet in form.tables)
        self._foreign = ForeignSheets(form, {sheet.key: self._headings[sheet.key, LANGUAGES[0]] for sheet in form.tables})
        self._easiest = Word("nothing") if form.foreign else Word("use_our_workbook")
        self._typist = TableTyper()
        self._seen: dict[tuple[str, str, tuple[Any, ...]], _HeadingRow] = {}
        self._places: dict[tuple[Any, ...], TablePlace] = {}

    def locate(self, returned: ReturnedWorkbook, language: str) -> tuple[tuple[Table, ...], tuple[Finding, ...]]:
        """Find every table of the form; what is missing or more than asked for are findings."""
        tables: list[Table] = []
        findings: list[Finding] = []
        if self._form.foreign:
            named, alike, unplaced = self._foreign.group(returned.sheets, partial(self._share_headings, language=language))
        else:
            named, others = self._names[language].group(raw for raw in returned.sheets if not self._is_ours(raw))
            alike, unplaced = self._group_by_headings(others, language), {}
        read: set[str] = {sheet.raw.name for key in named.keys() - self._tables for sheet in named[key]}
        for sheet in self._form.tables:
            candidates = [self._candidate(sheet, each, language) for each in (*named.get(sheet.key, ()), *alike.get(sheet.key, ()))]
            chosen = choose_sheet(candidates)
            read |= {candidate.raw.name for candidate in candidates if candidate is chosen or candidate.answered}
            findings += unplaced.get(sheet.key, ())
            if chosen is None and sheet.key not in unplaced and not sheet.needs_rows:  # whether it was issued others know
                findings.append(finding("missing-sheet", sheet=sheet.name[language], name=sheet.name[language], easiest=self._easiest))
            if chosen is None:
                continue
            findings += (*find_unclear_sheets(sheet.name[language], chosen, candidates, self._differ), *chosen.findings)
            if chosen.table is not None:
                tables.append(show_table(_see(chosen.raw), chosen.table))
                findings += _find_hidden_answers(chosen.raw, chosen.table)
        own = [raw for raw in returned.sheets if raw.rows and raw.name not in read and not (self._form.foreign or self._is_ours(raw))]
        notes = [note for raw in returned.sheets for note in find_notes(raw.name, raw.appearance, self._own_notes)]
        unknown = [finding("unknown-sheet", sheet=raw.name) for raw in own]
        return tuple(tables), (*findings, *unknown, *notes)

    def _is_ours(self, raw: SheetCells) -> bool:
        return raw.name in _SHEETS_OF_OURS or normalise_heading(raw.name) in self._start

    def _candidate(self, sheet: Sheet, named: NamedSheet, language: str) -> SheetCandidate:
        table, findings = self._table(sheet, named.raw, language)
        return SheetCandidate(named.raw, named.rank, table, findings, named.own_name)

    def _differ(self, other: Table, counted: Table) -> bool:
        return has_other_rows(other, counted, self._understand)

    def _understand(self, table: Table) -> TypedColumns:
        return self._typist.typed(self._form, table, _ANY_YEAR)

    def _group_by_headings(self, sheets: Iterable[SheetCells], language: str) -> dict[str, list[NamedSheet]]:
        """Return the sheets with names of their own that have the headings of one of the form's, by its key."""
        alike: dict[str, list[NamedSheet]] = {}
        for raw in sheets:
            shares = {sheet.key: self._share_headings(sheet, raw, language) for sheet in self._form.tables}
            key = max(shares, key=lambda key: (shares[key], self._names[language].resembles(raw.name, key)))
            resembling = self._names[language].resembles(raw.name, key)
            if shares[key] >= (_RESEMBLING if resembling else _ALIKE):
                alike.setdefault(key, []).append(NamedSheet(raw, BY_HEADINGS, own_name=not resembling))
        return alike

    def _share_headings(self, sheet: Sheet, raw: SheetCells, language: str) -> float:
        """Return which part of a sheet's headings another sheet has too, from 0 to 1; none where it is but one."""
        wanted = {c.field for c in sheet.columns if not c.formula}
        if sheet.layout == "down":
            common = wanted & find_labels(raw, self._headings[sheet.key, language]).keys()
        else:
            common = wanted & self._heading_row(sheet, raw, language)[1].keys()
        return len(common) / len(wanted) if len(common) > 1 else 0

    def _table(self, sheet: Sheet, raw: SheetCells, language: str) -> tuple[Table | None, list[Finding]]:
        headings = self._headings[sheet.key, language]
        if sheet.layout == "down":
            return self._downwards(sheet, raw, headings, language)
        index, row_headings = self._heading_row(sheet, raw, language)
        wanted = (c for c in sheet.columns if not c.formula and c.booked != BOOKED_REMARK)  # not in every workbook of the form
        findings = [self._missing(raw, c, language) for c in wanted if c.field not in row_headings]
        if not row_headings:  # one cause, one finding: the heading row is gone
            every = [c.heading[language] for c in sheet.columns if not c.formula]
            return None, [finding("missing-column", sheet=raw.name, column=every[0], heading=every, easiest=self._easiest)]
        line = raw.rows[index]
        row = raw.top + index + 1
        first = {field: columns[0][1] for field, columns in row_headings.items()}
        taken = set(first.values())
        choices: dict[str, HeadingChoice] = {}
        for field, columns in row_headings.items():
            if len(columns) > 1 or columns[0][0] == OTHER_UNIT:
                choice = choose_heading([(rank, (index, column)) for rank, column in columns], partial(_is_answered_below, raw))
                choices[field] = choice
                first[field] = choice.spot[1]
                taken |= {column for _, column in (choice.spot, *choice.doubled, *choice.similar)}
                taken -= {column for _, column in choice.own}
        for column, text in enumerate(line if sheet.placing is None else ()):  # what others' forms ask for besides is nobody's own
            if column not in taken and isinstance(text, str) and not is_blank(text) and normalise_heading(text) not in self._checks:
                findings.append(_make_finding_at("unknown-column", raw, (index, column), show_heading(text)))
        spot = (sheet.key, raw.name, raw.left, row, tuple(line), *first.values())
        if spot not in self._places:  # thousands of returns have their headings in the same place
            places = {name: raw.left + column + 1 for name, column in first.items()}
            names = {name: headings.name(str(line[column])) for name, column in first.items()}
            self._places[spot] = TablePlace(sheet.key, raw.name, row, places, names)
        table = _read_rows(sheet, raw, index + 1, first, self._places[spot], self._nothing)
        return table, [*findings, *self._find_unclear(raw, headings, table, choices, _list_below)]

    def _missing(self, raw: SheetCells, column: Column, language: str) -> Finding:
        heading = column.heading[language]
        return finding("missing-column", sheet=raw.name, column=heading, heading=heading, easiest=self._easiest)

    def _downwards(self, sheet: Sheet, raw: SheetCells, headings: Headings, language: str) -> tuple[Table | None, list[Finding]]:
        """Read a sheet laid out downwards: labels, with their answers to the right."""
        choices = choose_labels(sheet, raw, headings)
        missing = [self._missing(raw, c, language) for c in sheet.columns if c.field not in choices and c.booked != BOOKED_REMARK]
        if not choices:
            return None, missing
        table = read_downwards(sheet, raw, headings, choices)
        unclear = self._find_unclear(raw, headings, table, choices, partial(list_beside, sheet))
        return replace(table, place=self._same(table.place), marks=_find_marked_answers(sheet, raw, table.place)), [*unclear, *missing]

    def _find_unclear(
        self, raw: SheetCells, headings: Headings, table: Table, choices: Mapping[str, HeadingChoice], answers: _AnswersAt
    ) -> Iterator[Finding]:
        """Yield what is to be said of the headings that were chosen among several; ``answers``: what stands under one."""

        def differs(field: str, spot: Spot) -> bool:
            counted = answers(raw, choices[field].spot)
            return has_other_values(answers(raw, spot), counted, table, field, self._understand)

        for field, choice in choices.items():
            yield from _find_unclear_headings(raw, table.sheet.column(field), headings, choice, partial(differs, field))

    def _same(self, place: TablePlace) -> TablePlace:
        """Return the equal place that came first: thousands of returns have their labels in the same cells, and share one value."""
        where = (*place.columns.items(), *place.headings.items(), *place.downwards.items())
        return self._places.setdefault((place.key, place.sheet, place.heading_row, where), place)

    def _heading_row(self, sheet: Sheet, raw: SheetCells, language: str) -> tuple[int, _HeadingRow]:
        """Index of the row that has the most of the sheet's headings, and these; at least two, or the only one."""
        best: tuple[int, _HeadingRow] = (0, {})
        for index, row in enumerate(raw.rows[:_SEARCHED]):
            columns = self._matches(sheet, language, tuple(row))
            if len(columns) > len(best[1]):
                best = (index, columns)
            if len(columns) == len(sheet.columns):
                break
        return best if len(best[1]) >= min(2, len(sheet.columns)) else (0, {})

    def _matches(self, sheet: Sheet, language: str, row: tuple[Any, ...]) -> _HeadingRow:
        known = self._seen.get((sheet.key, language, row))
        if known is None:
            headings = self._headings[sheet.key, language]
            known = {}
            for column, text in enumerate(row):
                heading = headings.match(text) if isinstance(text, str) else None
                if heading:
                    known.setdefault(heading.field, []).append((heading.rank, column))
            if known:
                self._seen[sheet.key, language, row] = known
        return known


def _see(raw: SheetCells) -> SeenRows:
    return SeenRows(raw.rows, raw.top, raw.left, raw.appearance)


def _make_finding_at(rule: str, raw: SheetCells, spot: Spot, heading: str, **facts: str) -> Finding:
    cell = f"{column_letter(raw.left + spot[1] + 1)}{raw.top + spot[0] + 1}"
    return finding(rule, sheet=raw.name, cell=cell, column=heading, value=heading, heading=heading, **facts)


def _find_unclear_headings(
    raw: SheetCells, column: Column, headings: Headings, choice: HeadingChoice, differs: Callable[[Spot], bool]
) -> Iterator[Finding]:
    """Yield what is to be said of the choice of a heading: its unit, and the others that count as much or have answers."""
    texts = {spot: str(raw.rows[spot[0]][spot[1]]) for spot in (choice.spot, *choice.doubled, *choice.similar)}
    wanted = headings.titles[column.field]
    if choice.rank == OTHER_UNIT and column.asked:
        for spot in (choice.spot, *choice.doubled):
            typed = show_heading(texts[spot])
            unclear = _make_finding_at("heading-unit", raw, spot, headings.name(texts[spot]), typed=typed, wanted=wanted)
            # Where no unit was handed out, one more says little: it is asked about, and does not stand in the way.
            yield unclear if column.unit else replace(unclear, severity="warning")
    for spot in choice.doubled:
        yield _make_finding_at("duplicate-column", raw, spot, headings.name(texts[spot]))
    for spot in choice.similar:
        rule = "similar-column" if _is_shown(raw, spot) and differs(spot) else "unread-column"
        yield _make_finding_at(rule, raw, spot, show_heading(texts[spot]), counted=show_heading(texts[choice.spot]), wanted=wanted)


def _is_shown(raw: SheetCells, spot: Spot) -> bool:
    return raw.left + spot[1] + 1 not in raw.marks.hidden_columns


def _list_below(raw: SheetCells, spot: Spot) -> list[Any]:
    return [line[spot[1]] for line in raw.rows[spot[0] + 1 :]]


def _is_answered_below(raw: SheetCells, spot: Spot) -> bool:
    return not all(is_blank(value) for value in _list_below(raw, spot))


def _read_rows(
    sheet: Sheet, raw: SheetCells, start: int, columns: Mapping[str, int], place: TablePlace, no_rows_texts: frozenset[str]
) -> Table:
    asked = [columns[c.field] for c in sheet.columns if c.asked and c.field in columns]
    id_column = columns.get(sheet.id_column.field) if sheet.id_column else None
    low, high = (min(asked), max(asked) + 1) if asked else (0, 0)
    together = high - low == len(asked)
    nothing = [""] * (high - low)
    marks = _find_marked_answers(sheet, raw, place)
    marked = {row for _, row in marks}
    begun_rows: list[int] = []
    ids: list[Any] = []
    id_rows: list[int] = []
    for index in range(start, len(raw.rows)):
        row = raw.rows[index]
        here = row[id_column] if id_column is not None else ""
        if sheet.prefilled and isinstance(here, str) and normalise_heading(here) in no_rows_texts:
            here = ""
        if here != "":
            ids.append(here)
            id_rows.append(raw.top + index + 1)
        begun = row[low:high] != nothing and (together or any(row[c] != "" for c in asked)) and not all(is_blank(row[c]) for c in asked)
        if begun or (marked and raw.top + index + 1 in marked) or (sheet.prefilled and not sheet.optional and not is_blank(here)):
            begun_rows.append(index)
    values = {name: [raw.rows[index][column] for index in begun_rows] for name, column in columns.items()}
    return _clear_sums(Table(place, sheet, tuple(raw.top + index + 1 for index in begun_rows), values, RowIds.of(id_rows, ids), marks))


def _clear_sums(table: Table) -> Table:
    """Return a table without what its closing row shows in columns that are answered in the other rows: it was given, or adds them up."""
    closing = locate_closing_row(table)
    if closing is None:
        return table
    shown = {c.field for c in table.sheet.columns if c.asked and c.closing != "asked"}
    at = table.rows.index(closing)
    columns = {name: [*values[:at], "", *values[at + 1 :]] if name in shown else values for name, values in table.columns.items()}
    marks = {spot: mark for spot, mark in table.marks.items() if spot[1] != closing or spot[0] not in shown}
    return replace(table, columns=columns, marks=marks)


def _find_marked_answers(sheet: Sheet, raw: SheetCells, place: TablePlace) -> dict[tuple[str, int], str]:
    """Answers that show an error or a formula without a value; formulas of ours stand in other columns."""
    if not raw.marks.errors and not raw.marks.uncalculated:
        return {}
    asked = {place.columns[c.field]: c.field for c in sheet.columns if c.asked and c.field in place.columns}
    lines = {row: name for name, row in place.downwards.items()}
    marks: dict[tuple[str, int], str] = {}
    wanted = frozenset(column_letter(column) for column in {*asked, *place.columns.values()})
    for cell, shown in (*raw.marks.errors.items(), *((cell, "") for cell in raw.marks.uncalculated)):
        letters = cell.rstrip("0123456789")
        if letters not in wanted:
            continue
        column, row = column_number(letters), int(cell[len(letters) :])
        name = lines.get(row) if lines else asked.get(column) if row > place.heading_row else None
        if name and place.columns[name] == column:
            marks[name, row] = shown
    return marks


def _find_hidden_answers(raw: SheetCells, table: Table) -> list[Finding]:
    """Answers on hidden rows, in hidden columns or on a sheet that is hidden as a whole."""
    if not (raw.hidden or raw.marks.hidden_rows or raw.marks.hidden_columns):
        return []
    place, everywhere = table.place, raw.hidden or raw.marks.hidden_rows
    asked = [c.field for c in table.sheet.columns if c.asked and c.field in table.columns]
    filled = [
        (row, name)
        for name in asked
        if everywhere or place.columns[name] in raw.marks.hidden_columns
        for row, v in zip(table.rows, table.columns[name], strict=True)
        if not is_blank(v)
    ]
    if not filled:
        return []
    if raw.hidden:
        row, name = min(filled, key=lambda spot: (spot[0], place.columns[spot[1]]))
        return [finding("hidden-data", sheet=raw.name, cell=place.cell(name, row), what=Word("hidden_sheet"))]
    findings = []
    spots = [(place.downwards.get(name, row), place.columns[name]) for row, name in filled]
    rows = sorted({row for row, _ in spots} & raw.marks.hidden_rows)
    columns = sorted({column for _, column in spots} & raw.marks.hidden_columns)
    if rows:
        cell = f"{column_letter(min(c for r, c in spots if r == rows[0]))}{rows[0]}"
        findings.append(finding("hidden-data", sheet=raw.name, cell=cell, what=Word("hidden_rows", {"list": [str(r) for r in rows]})))
    if columns:
        letters = [column_letter(c) for c in columns]
        cell = f"{letters[0]}{min(r for r, c in spots if c == columns[0])}"
        findings.append(finding("hidden-data", sheet=raw.name, cell=cell, what=Word("hidden_columns", {"list": letters})))
    return findings
