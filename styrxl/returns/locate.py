"""Locate a form's sheets, headings and rows in a returned workbook, wherever people have moved them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from styrxl.model.catalogue import Word
from styrxl.model.column_letters import column_letter, column_number
from styrxl.model.findings import Finding, finding
from styrxl.model.forms import LANGUAGES, Form, Sheet, Words
from styrxl.returns.tables import RowIds, Table, TablePlace, is_blank, normalise_heading, strip_heading
from styrxl.returns.workbook import ReturnedWorkbook, SheetCells

_SEARCHED = 200  # rows from the top of a sheet in which headings are looked for
_SHEETS_OF_OURS = frozenset({"_styrxl", "_listor"})


class Locator:
    """Locates the tables of one form in its returned workbooks; remembers the heading rows that it has seen."""

    def __init__(self, form: Form, words: Words) -> None:
        """Take the form in the profile that the workbooks were issued in."""
        self._form = form
        self._checks = frozenset(normalise_heading(text) for text in words.texts["check_heading"].values())
        self._nothing = frozenset(normalise_heading(text) for text in words.texts["nothing_to_show"].values())
        self._start = frozenset(normalise_heading(text) for key in ("start", "mend_sheet") for text in words.texts[key].values())
        self._names = {normalise_heading(sheet.name[lang]): sheet for sheet in form.sheets for lang in LANGUAGES}
        self._headings = {sheet.key: _map_headings(sheet) for sheet in form.sheets}
        self._seen: dict[tuple[str, tuple[Any, ...]], dict[str, list[int]]] = {}
        self._places: dict[tuple[Any, ...], TablePlace] = {}

    def locate(self, returned: ReturnedWorkbook, language: str) -> tuple[tuple[Table, ...], tuple[Finding, ...]]:
        """Find every table of the form; what is missing or more than asked for are findings."""
        by_key = {
            self._names[normalise_heading(raw.name)].key: raw for raw in returned.sheets if normalise_heading(raw.name) in self._names
        }
        tables: list[Table] = []
        findings: list[Finding] = []
        for sheet in self._form.tables:
            if sheet.key not in by_key:
                findings.append(finding("missing-sheet", sheet=sheet.name[language], name=sheet.name[language]))
                continue
            table, table_findings = self._table(sheet, by_key[sheet.key], language)
            findings.extend(table_findings)
            if table is not None:
                tables.append(table)
                findings.extend(_find_hidden_answers(by_key[sheet.key], table))
        return tuple(tables), (*findings, *self._unknown_sheets(returned.sheets))

    def _unknown_sheets(self, sheets: Iterable[SheetCells]) -> list[Finding]:
        known = self._names.keys() | self._start
        unknown = [s for s in sheets if normalise_heading(s.name) not in known and s.name not in _SHEETS_OF_OURS and s.rows]
        return [finding("unknown-sheet", sheet=s.name) for s in unknown]

    def _table(self, sheet: Sheet, raw: SheetCells, language: str) -> tuple[Table | None, list[Finding]]:
        if sheet.layout == "down":
            table, findings = _read_downwards(sheet, raw, self._headings[sheet.key], language)
            return (table and replace(table, place=self._same(table.place))), findings
        index, columns = self._heading_row(sheet, raw)
        findings = [
            finding("missing-column", sheet=raw.name, column=c.heading[language], heading=c.heading[language])
            for c in sheet.columns
            if c.field not in columns and not c.formula
        ]
        if not columns:  # one cause, one finding: the heading row is gone
            every = [c.heading[language] for c in sheet.columns if not c.formula]
            return None, [finding("missing-column", sheet=raw.name, column=every[0], heading=every)]
        line = raw.rows[index]
        row = raw.top + index + 1
        doubled = [column for places in columns.values() for column in places[1:]]
        findings += [_make_finding_at("duplicate-column", raw, row, column, heading=strip_heading(str(line[column]))) for column in doubled]
        taken = {column for places in columns.values() for column in places}
        for column, text in enumerate(line):
            if column not in taken and isinstance(text, str) and not is_blank(text) and normalise_heading(text) not in self._checks:
                findings.append(_make_finding_at("unknown-column", raw, row, column, heading=strip_heading(text)))
        first = {name: places[0] for name, places in columns.items()}
        spot = (sheet.key, raw.name, raw.left, row, tuple(line))
        if spot not in self._places:  # thousands of returns have their headings in the same place
            places = {name: raw.left + column + 1 for name, column in first.items()}
            self._places[spot] = TablePlace(
                sheet.key, raw.name, row, places, {name: strip_heading(str(line[column])) for name, column in first.items()}
            )
        place = self._places[spot]
        return _read_rows(sheet, raw, index + 1, first, place, self._nothing), findings

    def _same(self, place: TablePlace) -> TablePlace:
        """Return the equal place that came first: thousands of returns have their labels in the same cells, and share one value."""
        where = (*place.columns.items(), *place.headings.items(), *place.downwards.items())
        return self._places.setdefault((place.key, place.sheet, place.heading_row, where), place)

    def _heading_row(self, sheet: Sheet, raw: SheetCells) -> tuple[int, dict[str, list[int]]]:
        """Index of the row that has the most of the sheet's headings, and field -> columns; at least two, or the only one."""
        best: tuple[int, dict[str, list[int]]] = (0, {})
        for index, row in enumerate(raw.rows[:_SEARCHED]):
            columns = self._matches(sheet, tuple(row))
            if len(columns) > len(best[1]):
                best = (index, columns)
            if len(columns) == len(sheet.columns):
                break
        return best if len(best[1]) >= min(2, len(sheet.columns)) else (0, {})

    def _matches(self, sheet: Sheet, row: tuple[Any, ...]) -> dict[str, list[int]]:
        known = self._seen.get((sheet.key, row))
        if known is None:
            fields = self._headings[sheet.key]
            known = {}
            for column, text in enumerate(row):
                name = fields.get(normalise_heading(text)) if isinstance(text, str) else None
                if name:
                    known.setdefault(name, []).append(column)
            if known:
                self._seen[sheet.key, row] = known
        return known


def _map_headings(sheet: Sheet) -> dict[str, str]:
    return {normalise_heading(text): c.field for c in sheet.columns for text in (*c.heading.values(), *c.also)}


def _make_finding_at(rule: str, raw: SheetCells, row: int, column: int, heading: str) -> Finding:
    cell = f"{column_letter(raw.left + column + 1)}{row}"
    return finding(rule, sheet=raw.name, cell=cell, column=heading, value=heading, heading=heading)


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
    return Table(place, sheet, tuple(raw.top + index + 1 for index in begun_rows), values, RowIds.of(id_rows, ids), marks)


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


def _read_downwards(sheet: Sheet, raw: SheetCells, fields: Mapping[str, str], language: str) -> tuple[Table | None, list[Finding]]:
    """Find labels with their answers to the right; the same label twice is a duplicate column."""
    at: dict[str, tuple[int, int]] = {}
    findings: list[Finding] = []
    labels_at: dict[str, list[tuple[int, int]]] = {}
    for index, row in enumerate(raw.rows[:_SEARCHED]):
        for column, text in enumerate(row):
            name = fields.get(normalise_heading(text)) if isinstance(text, str) else None
            if name:
                labels_at.setdefault(name, []).append((index, column))
    for name, spots in labels_at.items():
        # A sheet's title may be the same word as one of its labels.
        titled = len(spots) > 1 and normalise_heading(str(raw.rows[spots[0][0]][spots[0][1]])) == normalise_heading(raw.name)
        at[name], *doubled = spots[titled:]
        for index, column in doubled:
            findings.append(
                _make_finding_at("duplicate-column", raw, raw.top + index + 1, column, heading=strip_heading(str(raw.rows[index][column])))
            )
    for column_ in sheet.columns:
        if column_.field not in at:
            heading = column_.heading[language]
            findings.append(finding("missing-column", sheet=raw.name, column=heading, heading=heading))
    if not at:
        return None, findings
    rows = {name: raw.top + index + 1 for name, (index, _) in at.items()}
    columns = {name: raw.left + column + 2 for name, (_, column) in at.items()}
    labels = {name: strip_heading(str(raw.rows[index][column])) for name, (index, column) in at.items()}
    first = min(rows.values())
    values = {name: [raw.rows[i][c + 1] if c + 1 < len(raw.rows[i]) else ""] for name, (i, c) in at.items()}
    place = TablePlace(sheet.key, raw.name, first, columns, labels, rows)
    return Table(place, sheet, (first,), values, marks=_find_marked_answers(sheet, raw, place)), findings


def _find_hidden_answers(raw: SheetCells, table: Table) -> list[Finding]:
    """Answers on hidden rows, in hidden columns or on a sheet that is hidden as a whole."""
    if not (raw.hidden or raw.marks.hidden_rows or raw.marks.hidden_columns):
        return []
    asked = {c.field for c in table.sheet.columns if c.asked}
    filled = [
        (row, name)
        for name in asked & table.columns.keys()
        for row, v in zip(table.rows, table.columns[name], strict=True)
        if not is_blank(v)
    ]
    if not filled:
        return []
    place = table.place
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
