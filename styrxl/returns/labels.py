"""Sheets laid out downwards: labels, and where their answers stand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from styrxl.model.forms import Sheet
from styrxl.returns.foreign_sheets import find_answer
from styrxl.returns.headings import HeadingChoice, Headings, Spot, choose_heading
from styrxl.returns.tables import Table, TablePlace, is_blank, normalise_heading
from styrxl.returns.workbook import SheetCells

_SEARCHED = 200  # rows from the top of a sheet in which labels are looked for


def find_labels(raw: SheetCells, headings: Headings) -> dict[str, list[tuple[int, Spot]]]:
    """Return where the labels of a sheet laid out downwards stand, with their ranks, by field."""
    labels: dict[str, list[tuple[int, Spot]]] = {}
    for index, row in enumerate(raw.rows[:_SEARCHED]):
        for column, text in enumerate(row):
            heading = headings.match(text) if isinstance(text, str) else None
            if heading:
                labels.setdefault(heading.field, []).append((heading.rank, (index, column)))
    return labels


def choose_labels(sheet: Sheet, raw: SheetCells, headings: Headings) -> dict[str, HeadingChoice]:
    """Return the labels that count of a sheet laid out downwards, by field."""
    choices: dict[str, HeadingChoice] = {}
    for name, same in find_labels(raw, headings).items():
        row, column = same[0][1]
        # A sheet's title may be the same word as one of its labels.
        titled = len(same) > 1 and normalise_heading(str(raw.rows[row][column])) == normalise_heading(raw.name)
        choices[name] = choose_heading(same[titled:], partial(_is_answered_beside, sheet, raw))
    return choices


def list_beside(sheet: Sheet, raw: SheetCells, spot: Spot) -> list[Any]:
    """Return the answer to a label."""
    row, column = find_answer(sheet, raw, spot)
    return [raw.rows[row][column] if row < len(raw.rows) and column < len(raw.rows[row]) else ""]


def _is_answered_beside(sheet: Sheet, raw: SheetCells, spot: Spot) -> bool:
    return not all(is_blank(value) for value in list_beside(sheet, raw, spot))


def read_downwards(sheet: Sheet, raw: SheetCells, headings: Headings, choices: Mapping[str, HeadingChoice]) -> Table:
    """Return a sheet's answers as a table of one row, without its marks."""
    at = {name: choice.spot for name, choice in choices.items()}
    answers = {name: find_answer(sheet, raw, spot) for name, spot in at.items()}
    rows = {name: raw.top + index + 1 for name, (index, _) in answers.items()}
    columns = {name: raw.left + column + 1 for name, (_, column) in answers.items()}
    labels = {name: headings.name(str(raw.rows[index][column])) for name, (index, column) in at.items()}
    first = min(rows.values())
    values = {name: list_beside(sheet, raw, spot) for name, spot in at.items()}
    place = TablePlace(sheet.key, raw.name, first, columns, labels, rows)
    return Table(place, sheet, (first,), values)
