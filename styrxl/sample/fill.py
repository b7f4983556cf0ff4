"""Answers typed into a distributed workbook, as somebody at a keyboard would: the sample's people, and the tests.

What is typed goes straight into the sheets' XML: it takes a few milliseconds, and nothing else in the workbook changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineSheet, CalamineWorkbook

from styrxl.excel import limits, measure
from styrxl.excel.archive import DeflatedPart, read_deflated_parts, read_parts, zip_parts, zip_pieces
from styrxl.excel.finish import fix_times
from styrxl.model.forms import Column, Form, Sheet, Words
from styrxl.returns.tables import normalise_heading, split_heading
from styrxl.templates.drop_downs import LISTS_SHEET, find_text_field, make_entry

_SEARCHED = 60  # rows from the top of a sheet in which headings are looked for
_EPOCH = date(1899, 12, 30)  # day 0 of Excel's calendar, as it counts after February 1900
_BEGUN = re.compile(r'<c r="([A-Z]+[0-9]+)"')
_CELL = re.compile(r'<c r="([A-Z]+[0-9]+)"([^>]*?)\s*(?:/>|>(.*?)</c>)', re.DOTALL)
_FORMULA = re.compile(r'<c r="([A-Z]+[0-9]+)"([^>/]*)>(<f.*?)</c>', re.DOTALL)
_STYLE = re.compile(r' s="([0-9]+)"')
_TYPE = re.compile(r' t="[a-zA-Z]+"')
_ROW = re.compile(r'<row r="([0-9]+)" ht="([0-9.]+)">')  # one that grows: those of a height of their own say so
_WIDTH = re.compile(r'<col (?=[^>]*width="([0-9.]+)")(?=[^>]*min="([0-9]+)")')
_VALUE = re.compile(r"<v\s*/>|<v>.*?</v>", re.DOTALL)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Answer = Mapping[str, Any]
Answers = Mapping[str, Sequence[Answer]]


class DoesNotFitError(ValueError):
    """An answer for which the workbook has no place; says which."""


@dataclass(frozen=True, slots=True)
class AsTyped:
    """What is typed exactly as it is, whatever the column asks for."""

    value: Any


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """Where a sheet of a form has its answers: field -> column, and the Excel rows of data (or field -> row)."""

    spec: Sheet
    title: str
    values: Sequence[Sequence[Any]]  # from A1
    columns: Mapping[str, int]
    heading_row: int
    rows: tuple[int, ...]
    downwards: Mapping[str, int]
    sheet: Worksheet | None = None  # where the workbook is opened to be written in

    def cell(self, field: str, index: int = 0) -> Cell:
        """Return the cell of a field in a row of data (counted from 0) of an opened workbook; DoesNotFitError if there is none."""
        found = self.sheet.cell(*self.place(field, index)) if self.sheet is not None else None
        if not isinstance(found, Cell):
            raise DoesNotFitError(f"{self.title}: no cell of its own for {field}, row {index + 1}")
        return found

    def place(self, field: str, index: int = 0) -> tuple[int, int]:
        """Return row and column of a field in a row of data (counted from 0); DoesNotFitError if there is none."""
        column = self.columns.get(field)
        row = self.downwards.get(field) or self._row(index)
        if column is None or row is None:
            raise DoesNotFitError(f"{self.title}: no place for {field}, row {index + 1}")
        return row, column

    def _row(self, index: int) -> int | None:
        if self.spec.id_column:
            return self.rows[index] if index < len(self.rows) else None
        return self.heading_row + 1 + index

    def value(self, field: str, index: int = 0) -> Any:
        """Return what stands in a field's cell, or None."""
        row, column = self.place(field, index)
        here = self.values[row - 1] if row <= len(self.values) else ()
        found = here[column - 1] if column <= len(here) else None
        return None if found == "" else found

    def filled(self) -> list[int]:
        """Return the rows of data (counted from 0) in which an answer stands."""
        asked = [c.field for c in self.spec.columns if c.asked and not c.locked_when_given and c.field in self.columns]
        if self.downwards:
            return [0] if any(self.value(name) is not None for name in asked) else []
        across = [self.columns[name] - 1 for name in asked]
        rows = self.rows if self.spec.id_column else range(self.heading_row + 1, len(self.values) + 1)
        lines = ((index, self.values[row - 1]) for index, row in enumerate(rows))
        return [index for index, line in lines if any(at < len(line) and line[at] not in {"", None} for at in across)]


def fill(data: bytes, form: Form, language: str, answers: Answers, words: Words) -> bytes:  # noqa: ARG001 -- as all that write
    """Return a distributed workbook with answers typed in.

    ``answers``: sheet key -> rows in the order of the sheet's ids (an empty one leaves its row alone), field -> value: text,
    number, date, a choice's code, a goal's id, ids joined with ``;``, or ``Raw``. Raises DoesNotFitError where an answer has
    no sheet, row or column, or its cell is locked. Formulas lose the values that they were issued with: Excel works them out.
    """
    sheets = read_values(data)
    places = locate_sheets(sheets, form)
    absent = answers.keys() - places.keys()
    if absent:
        raise DoesNotFitError(f"the workbook has no sheet for {', '.join(sorted(absent))}")
    offered = _add_answered_entries(find_entries(sheets, places), places, answers)
    typed: dict[str, dict[str, Any]] = {}
    for key, rows in answers.items():
        grid = places[key]
        cells = typed.setdefault(grid.title, {})
        for index, row in enumerate(rows):
            for field, value in row.items():
                if value is not None:
                    down, across = grid.place(field, index)
                    cells[f"{get_column_letter(across)}{down}"] = _typed_value(grid.spec.column(field), value, form, language, offered)
    return _write_answers(data, typed)


def open_workbook(data: bytes) -> Workbook:
    """Return a workbook's bytes as openpyxl has them."""
    return load_workbook(BytesIO(data))


def save_workbook(book: Workbook) -> bytes:
    """Return a workbook as bytes, the same ones each time."""
    target = BytesIO()
    book.save(target)
    return zip_parts(fix_times(read_parts(target.getvalue())))


def write_text(cell: Cell, text: str) -> None:
    """Write text that stays text, whatever it begins with."""
    cell.value = text
    cell.data_type = "s"


def list_values(book: Workbook) -> dict[str, list[list[Any]]]:
    """Return what stands in an opened workbook: sheet name -> values from A1."""
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def locate_answers(data: bytes, form: Form) -> dict[str, AnswerSheet]:
    """Return where a form's answers are in a workbook's bytes, by sheet key."""
    return locate_sheets(read_values(data), form)


def open_sheets(book: Workbook, form: Form) -> dict[str, AnswerSheet]:
    """Return where a form's answers are in an opened workbook, by sheet key."""
    return {key: replace(grid, sheet=book[grid.title]) for key, grid in locate_sheets(list_values(book), form).items()}


def locate_sheets(sheets: Mapping[str, Sequence[Sequence[Any]]], form: Form) -> dict[str, AnswerSheet]:
    """Return where a form's answers are, by sheet key; ``sheets``: name -> values from A1. Sheets are found by name in any language."""
    titles = {normalise_heading(title): title for title in sheets}
    found = {}
    for spec in form.sheets:
        title = next((titles[normalise_heading(name)] for name in spec.name.values() if normalise_heading(name) in titles), None)
        if title is not None:
            found[spec.key] = (_locate_downwards if spec.layout == "down" else _locate_across)(spec, title, sheets[title])
    return found


def find_entries(sheets: Mapping[str, Sequence[Sequence[Any]]], places: Mapping[str, AnswerSheet]) -> dict[str, str]:
    """Return what drop-downs offer, by id: what stands in the hidden lists, and the workbook's own rows."""
    found = {}
    for row in sheets.get(LISTS_SHEET, ()):
        texts = (text for text in row if isinstance(text, str) and " " in text and not text.startswith("="))
        found.update({text.split(" ", 1)[0]: text for text in texts})
    for grid in places.values():
        if grid.spec.layout == "rows" and len(grid.columns) > 1:
            first, text = grid.spec.columns[0].field, find_text_field(grid.spec)
            for index in grid.filled():
                code, said = grid.value(first, index), grid.value(text, index)
                if isinstance(code, str) and isinstance(said, str):
                    found.setdefault(code, make_entry(code, said))
    return found


def _add_answered_entries(found: dict[str, str], places: Mapping[str, AnswerSheet], answers: Answers) -> dict[str, str]:
    """Return the entries with those that these answers add: a goal is tied to before anybody looks in the list."""
    for key, rows in answers.items():
        grid = places[key]
        if grid.spec.layout == "rows" and len(grid.spec.columns) > 1:
            first, text = grid.spec.columns[0].field, find_text_field(grid.spec)
            for index, row in enumerate(rows):
                code = row.get(first) or (grid.value(first, index) if index < len(grid.rows) else None)
                if isinstance(code, str) and isinstance(row.get(text), str):
                    found.setdefault(code, make_entry(code, row[text]))
    return found


def _typed_value(column: Column, value: Any, form: Form, language: str, offered: Mapping[str, str]) -> Any:
    """Return a value as it is typed or chosen in a language."""
    if isinstance(value, AsTyped):
        return value.value
    if column.kind == "choice":
        word = str(form.lists[column.list or ""][str(value)][language])
        return int(word) if word.isdecimal() else word
    if column.kind == "ref":
        return "; ".join(str(value).split(";")) if column.many else offered.get(str(value), value)
    return value


# where things are


def read_values(data: bytes) -> dict[str, list[list[Any]]]:
    """Return the values of each sheet of a workbook, from A1 on."""
    with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
        return {name: _from_a1(book.get_sheet_by_name(name)) for name in book.sheet_names}


def _from_a1(sheet: CalamineSheet) -> list[list[Any]]:
    top, left = sheet.start or (0, 0)
    return [[] for _ in range(top)] + [[""] * left + row for row in sheet.to_python()]


def _locate_across(spec: Sheet, title: str, values: Sequence[Sequence[Any]]) -> AnswerSheet:
    headings = _fields_by_heading(spec)
    best: tuple[int, dict[str, int]] = (0, {})
    for number, row in enumerate(values[:_SEARCHED], 1):
        columns: dict[str, int] = {}
        for column, text in enumerate(row, 1):
            if isinstance(text, str) and (field := headings.get(_name_in_heading(text))):
                columns.setdefault(field, column)
        if len(columns) > len(best[1]):
            best = number, columns
    return AnswerSheet(spec, title, values, best[1], best[0], tuple(_rows_with_ids(spec, values, *best)), {})


def _rows_with_ids(spec: Sheet, values: Sequence[Sequence[Any]], heading_row: int, columns: Mapping[str, int]) -> Iterator[int]:
    column = columns.get(spec.id_column.field) if spec.id_column else None
    if column is not None:
        below = enumerate(values[heading_row:], heading_row + 1)
        yield from (number for number, row in below if len(row) >= column and row[column - 1] not in {"", None})


def _locate_downwards(spec: Sheet, title: str, values: Sequence[Sequence[Any]]) -> AnswerSheet:
    labels = _fields_by_heading(spec)
    rows: dict[str, int] = {}
    columns: dict[str, int] = {}
    for number, row in enumerate(values[:_SEARCHED], 1):
        for column, text in enumerate(row, 1):
            field = labels.get(_name_in_heading(text)) if isinstance(text, str) else None
            # A sheet's title may be the same word as one of its labels.
            if field and (field not in rows or (rows[field] == 1 and normalise_heading(str(text)) == normalise_heading(title))):
                rows[field], columns[field] = number, column + 1
    return AnswerSheet(spec, title, values, columns, min(rows.values(), default=0), (), rows)


def _name_in_heading(text: str) -> str:
    return normalise_heading(split_heading(text)[0])


def _fields_by_heading(spec: Sheet) -> dict[str, str]:
    return {normalise_heading(text): c.field for c in spec.columns for text in (*c.heading.values(), *c.also)}


# the XML


def _write_answers(data: bytes, typed: Mapping[str, Mapping[str, Any]]) -> bytes:
    parts = read_parts(data)
    unlocked = _unlocked_formats(parts["xl/styles.xml"].decode())
    made: dict[str, DeflatedPart | Sequence[bytes]] = dict(read_deflated_parts(data))  # what nobody changes need not be compressed anew
    for title, part in _list_sheet_parts(parts):
        if title in typed or b"<f" in parts[part]:
            made[part] = (_write_sheet(parts[part].decode(), title, typed.get(title, {}), unlocked).encode(),)
    return b"".join(zip_pieces(made))


def _list_sheet_parts(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield the sheets' names and the parts that hold them."""
    relations = ET.fromstring(parts["xl/_rels/workbook.xml.rels"])  # noqa: S314 -- of a workbook that we issued
    targets = {relation.get("Id"): relation.get("Target") or "" for relation in relations}
    for sheet in ET.fromstring(parts["xl/workbook.xml"]).iter():  # noqa: S314 -- as above
        if sheet.tag.endswith("}sheet"):
            target = targets[sheet.get(_RELATION)]
            yield sheet.get("name") or "", target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _unlocked_formats(styles: str) -> frozenset[int]:
    formats = styles[styles.index("<cellXfs") : styles.index("</cellXfs>")].split("<xf ")[1:]
    return frozenset(number for number, one in enumerate(formats) if 'locked="0"' in one)


def _write_sheet(xml: str, title: str, typed: Mapping[str, Any], unlocked: frozenset[int]) -> str:
    bare = _FORMULA.sub(lambda match: f'<c r="{match[1]}"{_TYPE.sub("", match[2])}>{_VALUE.sub("", match[3])}</c>', xml)
    places = {match[1]: match.start() for match in _BEGUN.finditer(bare) if match[1] in typed}
    if left := sorted(typed.keys() - places.keys()):
        raise DoesNotFitError(f"{title}: there is nothing to fill in at {', '.join(left)}")
    pieces, done = [], 0
    for ref, place in places.items():
        match = _CELL.match(bare, place)
        style = _STYLE.search(match[2]) if match else None
        if match is None or not style or int(style[1]) not in unlocked:
            raise DoesNotFitError(f"{title}!{ref} is locked")
        pieces += [bare[done:place], f'<c r="{ref}"{_TYPE.sub("", match[2])}{_cell_content(typed[ref])}</c>']
        done = match.end()
    return _grow_rows("".join([*pieces, bare[done:]]), typed)


def _grow_rows(xml: str, typed: Mapping[str, Any]) -> str:
    """Make rows as high as Excel makes them while somebody types."""
    widths = {get_column_letter(int(first)): float(width) for width, first in _WIDTH.findall(xml)}
    needed: dict[str, float] = {}
    for ref, value in typed.items():
        if isinstance(value, str):
            row = ref.lstrip(_LETTERS)
            height = measure.row_height(measure.count_lines(value, widths.get(ref.removesuffix(row), limits.HIGHEST_ROW)))
            needed[row] = max(needed.get(row, 0.0), height)

    def higher(match: re.Match[str]) -> str:
        return f'<row r="{match[1]}" ht="{max(float(match[2]), needed.get(match[1], 0.0)):g}">'

    return _ROW.sub(higher, xml) if needed else xml


def _cell_content(value: Any) -> str:
    """Return the end of a cell's opening tag and what stands in the cell."""
    if isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        return f"><v>{(day - _EPOCH).days}</v>"
    if isinstance(value, int | float):
        return f"><v>{value!r}</v>"
    return f' t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is>'
