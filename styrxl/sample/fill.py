"""Answers typed into a distributed workbook, as somebody at a keyboard would: the sample's people, and the tests.

What is typed goes straight into the sheets' XML: it takes some hundredths of a second, where opening and saving with openpyxl takes half
of one, and nothing else in the workbook changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineSheet, CalamineWorkbook

from styrxl.excel import limits, measure
from styrxl.excel.archive import read_parts, zip_parts
from styrxl.excel.beyond_libraries import fix_times, read_tree, write_tree
from styrxl.excel.formula_text import day_number
from styrxl.excel.sheet import split_address
from styrxl.model.forms import Column, Form, Sheet, Words
from styrxl.returns.tables import normalise_heading, split_heading
from styrxl.templates.drop_downs import LISTS_SHEET, find_text_field, make_entry
from styrxl.templates.workbook_context import PRINTED_BELOW

_SEARCHED = 60  # rows from the top of a sheet in which headings are looked for
_WORKBOOK = "xl/workbook.xml"
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
    number, date, a choice's code, a goal's id, ids joined with ``;``, or ``AsTyped``. Raises DoesNotFitError where an answer has
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
    if column.kind == "choice" or (column.takes_words and isinstance(value, str)):
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
    formats = enumerate(read_tree(parts["xl/styles.xml"]).iterfind("cellXfs/xf"))
    unlocked = frozenset(number for number, one in formats if any(inner.get("locked") == "0" for inner in one))
    for title, part in _list_sheet_parts(parts):
        if title in typed or b"<f" in parts[part]:
            parts[part] = _write_sheet(parts[part], title, typed.get(title, {}), unlocked)
    return zip_parts(parts)


def _list_sheet_parts(parts: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Return the sheets' names and the parts that hold them."""
    relations = ET.fromstring(parts["xl/_rels/workbook.xml.rels"])  # noqa: S314 -- of a workbook that we issued
    targets = {relation.get("Id"): relation.get("Target") or "" for relation in relations}
    sheets = [one for one in ET.fromstring(parts["xl/workbook.xml"]).iter() if one.tag.endswith("}sheet")]  # noqa: S314 -- as above
    places = ((one.get("name") or "", targets[one.get(_RELATION)]) for one in sheets)
    return [(name, place.lstrip("/") if place.startswith("/") else f"xl/{place}") for name, place in places]


def _write_sheet(part: bytes, title: str, typed: Mapping[str, Any], unlocked: frozenset[int]) -> bytes:
    sheet = read_tree(part)
    cells = {cell.get("r") or "": cell for cell in sheet.iterfind("sheetData/row/c")}
    if left := sorted(typed.keys() - cells.keys()):
        raise DoesNotFitError(f"{title}: there is nothing to fill in at {', '.join(left)}")
    if locked := next((ref for ref in typed if int(cells[ref].get("s") or 0) not in unlocked), None):
        raise DoesNotFitError(f"{title}!{locked} is locked")
    for ref, cell in cells.items():
        if ref in typed:
            _write_cell(cell, typed[ref])
        elif cell.find("f") is not None:
            _forget_value(cell)
    _grow_rows(sheet, typed)
    return write_tree(sheet)


def _forget_value(cell: ET.Element) -> None:
    cell.attrib.pop("t", None)
    for shown in cell.findall("v"):
        cell.remove(shown)


def _write_cell(cell: ET.Element, value: Any) -> None:
    cell.attrib.pop("t", None)
    for inner in list(cell):
        cell.remove(inner)
    if isinstance(value, date):
        ET.SubElement(cell, "v").text = str(day_number(value))
    elif isinstance(value, int | float):
        ET.SubElement(cell, "v").text = repr(value)
    else:
        cell.set("t", "inlineStr")
        ET.SubElement(ET.SubElement(cell, "is"), "t", {"xml:space": "preserve"}).text = str(value)


def _grow_rows(sheet: ET.Element, typed: Mapping[str, Any]) -> None:
    """Make rows as high as Excel makes them while somebody types, but for those of a height of their own."""
    widths = {get_column_letter(int(one.get("min") or 0)): float(one.get("width") or 0) for one in sheet.iterfind("cols/col")}
    needed: dict[str, float] = {}
    for ref, value in typed.items():
        if isinstance(value, str):
            letters, row = split_address(ref)
            height = measure.row_height(measure.count_lines(value, widths.get(letters, limits.HIGHEST_ROW)))
            needed[row] = max(needed.get(row, 0.0), height)
    for one in sheet.iterfind("sheetData/row"):
        if one.get("r") in needed and one.get("ht") and not one.get("customHeight"):
            one.set("ht", f"{max(float(one.get('ht') or 0), needed[one.get('r') or '']):g}")


def end_print_areas(data: bytes, form: Form) -> bytes:
    """Return a workbook that prints its tables no further than some rows below the last that is filled in."""
    across = (one for one in locate_answers(data, form).values() if not one.downwards)
    ends = {one.title: one.heading_row + max(one.filled(), default=-1) + 1 for one in across}
    parts = read_parts(data)
    book = read_tree(parts[_WORKBOOK])
    titles = [one.get("name") or "" for one in book.iterfind("sheets/sheet")]
    for area in book.iterfind("definedNames/definedName"):
        title = titles[int(area.get("localSheetId") or 0)]
        if area.get("name") == "_xlnm.Print_Area" and title in ends:
            area.text = f"{(area.text or '').rpartition('$')[0]}${ends[title] + PRINTED_BELOW}"
    return zip_parts({**parts, _WORKBOOK: write_tree(book)})
