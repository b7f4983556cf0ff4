"""The rows of a table that its owner has answered in: what names each, and its answers as they were written and as they were understood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from styrxl.model.forms import Column, Sheet
from styrxl.returns.cell_values import fold_text
from styrxl.returns.letters import make_plain
from styrxl.returns.row_ids import make_id_key
from styrxl.returns.tables import Table, is_blank
from styrxl.returns.typed_columns import read_goal_ids

_PARTS = re.compile(r"\s*[;,\n]\s*")


@dataclass(frozen=True, slots=True)
class ShownError:
    """What a cell shows that is no answer by itself: an error (``#DIV/0!``), nothing ('': a formula without a value), or another number."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was written (None where what was issued was erased), and as it was understood, to be compared: names folded."""

    written: Any
    understood: Any


ERASED = Answer(None, None)


@dataclass(frozen=True, slots=True)
class AnsweredRow:
    """A row with answers: its Excel row, its id and its name as they are compared ('' where it has none), and its answers by field.

    ``shown``: its id and name as they are shown. What was issued and stands unchanged is no answer.
    """

    number: int
    id: str
    name: str
    shown: str
    answers: Mapping[str, Answer]

    @property
    def said(self) -> frozenset[tuple[str, Any]]:
        """All that the row says, to be compared."""
        return frozenset((field, answer.understood) for field, answer in self.answers.items())


def list_answered_rows(table: Table) -> list[AnsweredRow]:
    """Return the rows of a table that have answers, from the top."""
    sheet = table.sheet
    written = {column.field: table.columns[column.field] for column in sheet.columns if column.field in table.columns}
    typed = table.typed.columns if table.typed is not None else {}
    asked = [column for column in sheet.columns if column.asked and column.field in written]
    ids = written.get(sheet.id_column.field) if sheet.id_column else None
    texts = next((written[c.field] for c in sheet.columns[1:2] if c.locked and c.kind == "text" and c.field in written), None)
    rows = []
    for index, number in enumerate(table.rows):
        answers = {}
        for column in asked:
            answer = _find_answer(table, column, number, written[column.field][index], typed[column.field][index] if typed else None)
            if answer:
                answers[column.field] = answer
        if answers:
            rows.append(_make_row(sheet, number, ids[index] if ids else "", answers, texts[index] if texts else ""))
    return rows


def _find_answer(table: Table, column: Column, number: int, written: Any, typed: Any) -> Answer | None:
    shown = table.marks.get((column.field, table.place.downwards.get(column.field, number)))
    if shown is not None:
        return Answer(ShownError(shown), ShownError(shown))
    if is_blank(written) or (column.field, number) in table.untouched:
        return None
    if any(remark.error and (remark.field, remark.row) == (column.field, number) for remark in table.remarks):  # on how it looks
        return Answer(ShownError(str(written)), ShownError(str(written)))
    return Answer(written, fold_text(str(written)) if column is table.sheet.naming_column else _understand(column, written, typed))


def _understand(column: Column, written: Any, typed: Any) -> Any:
    """Return an answer's value for comparison: ids, numbers and days as they were understood, texts as people see them."""
    if column.kind == "ref" and (typed is None or not column.many or "parent" in column.field):
        typed = read_goal_ids(written).value  # the typed column may lack further goals of the cell, or have another's
    if column.kind == "ref" and typed:
        return tuple(part for part in _PARTS.split(typed) if part)
    if column.kind in {"number", "integer", "date", "choice"} and typed is not None:
        return typed
    return " ".join(make_plain(str(written if typed is None else typed)).split())


def _make_row(sheet: Sheet, number: int, id_: Any, answers: Mapping[str, Answer], issued: Any) -> AnsweredRow:
    """Return a row; ``issued``: what it was said to be about, where that was given beforehand."""
    column = sheet.naming_column
    answer = answers.get(column.field) if column else None
    name = "" if answer is None or isinstance(answer.written, ShownError) else " ".join(str(answer.written).split())
    shown = " ".join(part for part in (str(id_).strip(), name or str(issued).strip()) if part)
    return AnsweredRow(number, make_id_key(id_, named=sheet.named), fold_text(name), shown, answers)
