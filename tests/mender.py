"""A person who mends a workbook that came back, doing exactly what its first sheet says, and then what its rows say.

Knows no rule by name: where to type stands in the list, what to type in its words, and else in the kind of the column.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import openpyxl
from openpyxl.utils.cell import cols_from_range

from annotated_desk import lead
from styrxl.model.forms import Column, Form
from styrxl.sample.opened import AnswerSheet, open_sheets, open_workbook

ERRORS = ("! Rätta", "! Correct")
FILL = re.compile(r"! (?:Fyll i|Fill in): ([^!]*)\.")
EITHER = re.compile(r"(?:Skriv|Write) (.+?) (?:eller|or) (.+?) (?:i|in) ")
EXAMPLE = re.compile(r"(?:till exempel|for example) (\S+?)\.(?: |$)")
RANGE = re.compile(r"(?:mellan|minst|högst|between|at least|at most) ([\d\s\u00a0]+)|(\d[\d\s\u00a0]*)[–-]\d")
GOAL = re.compile(r"[A-ZÅÄÖ]+(?:-[A-ZÅÄÖ0-9]+)*-[MA]\d+")


def mend(back: bytes, form: Form, language: str) -> dict[str, dict[str, object]]:
    """Return what is typed where: {sheet: {cell: value}}."""
    places = {grid.title: grid for grid in open_sheets(open_workbook(back), form).values()}
    typed: dict[str, dict[str, object]] = {}
    for state, sheet, cells, message, fix in (row[:5] for row in _lines(back)):
        if state not in ERRORS or not cells:
            continue
        for cell in _list_cells(str(cells)):
            column = _find_column(places[str(sheet)], cell)
            if column is not None:
                value = _choose(column, form, language, str(message), str(fix))
                typed.setdefault(str(sheet), {})[cell] = _find_first_entry(back, str(sheet), cell) if value == "" else value
    return typed


def complete(data: bytes, form: Form, language: str) -> dict[str, dict[str, object]]:
    """Return what is typed to fill in what Kontroll says is missing."""
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    typed: dict[str, dict[str, object]] = {}
    for grid in open_sheets(open_workbook(data), form).values():
        columns = {column.heading[language]: column for column in grid.spec.columns}
        for row in book[grid.title].iter_rows():
            for cell in row:
                match = FILL.search(cell.value) if isinstance(cell.value, str) else None
                for name in match[1].split(", ") if match else ():
                    column = columns[name]
                    at = grid.sheet.cell(cell.row or 0, grid.columns[column.field]).coordinate if grid.sheet is not None else ""
                    typed.setdefault(grid.title, {})[at] = _choose(column, form, language, "", "")
    return typed


def _lines(back: bytes) -> list[list[Any]]:
    rows = lead(back)[8:]
    end = next((index for index, row in enumerate(rows) if not row[0]), len(rows))
    return rows[:end]


def _list_cells(cells: str) -> list[str]:
    return [cell for part in cells.split(", ") for column in cols_from_range(part) for cell in column]


def _find_column(grid: AnswerSheet, cell: str) -> Column | None:
    """Return the column in which a cell is an answer; None for headings and what nobody is asked."""
    letters = cell.rstrip("0123456789")
    row = int(cell[len(letters) :])
    for column in grid.spec.columns:
        if column.field not in grid.columns or not column.asked:
            continue
        at = grid.downwards.get(column.field, row)
        inside = at == row and (grid.downwards or row > grid.heading_row)
        if inside and grid.sheet is not None and grid.sheet.cell(row, grid.columns[column.field]).coordinate == cell:
            return column
    return None


def _choose(column: Column, form: Form, language: str, message: str, fix: str) -> object:
    """Return what the words ask for."""
    if column.kind == "choice":
        return str(next(iter(form.lists[column.list or ""].values()))[language])
    if column.kind == "ref":
        found = GOAL.search(fix)
        return found[0] if found else ""
    if either := EITHER.search(fix):
        return _as_kind(column, either[1])
    if column.kind in {"number", "integer"} and (bound := RANGE.search(message)):
        return _as_kind(column, (bound[1] or bound[2] or "").strip())
    if example := EXAMPLE.search(fix):
        return _as_kind(column, example[1])
    return {"number": 1, "integer": 2028, "date": dt.date(2027, 12, 1)}.get(column.kind, "Skolchef")


def _find_first_entry(back: bytes, sheet: str, cell: str) -> object:
    """Return the first entry of a cell's drop-down."""
    book = openpyxl.load_workbook(io.BytesIO(back), data_only=True)
    rules = book[sheet].data_validations.dataValidation
    name = next(str(rule.formula1) for rule in rules if cell in rule.sqref and rule.type == "list").lstrip("=")
    first = re.search(r"(\w+)!\$([A-Z]+)\$(\d+)", str(book.defined_names[name].attr_text))
    return book[first[1]][f"{first[2]}{first[3]}"].value if first else None


def _as_kind(column: Column, text: str) -> object:
    if column.kind == "date":
        return dt.date.fromisoformat(text)
    if column.kind in {"number", "integer"}:
        number = re.sub(r"[\s\u00a0]", "", text).replace(",", ".")
        return float(number) if "." in number else int(number)
    return text
