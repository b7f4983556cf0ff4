"""Rows on which nothing stands but a mark or a note that somebody left there.

Finds ``placeholder-text``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from styrxl.model.catalogue import Word, digits_text
from styrxl.model.findings import Remark
from styrxl.model.forms import Words
from styrxl.returns.habits.no_answers import find_no_answers, fold_mark
from styrxl.returns.tables import Table, is_blank

_SHORT = 2  # characters that are no answer where nothing else stands on a row


def explain_by_stray_marks(remarks: Sequence[Remark], table: Table, words: Words) -> list[Remark]:
    """Return a sheet's remarks, those on a row without any answer replaced by one on the mark that stands there.

    Of a note below the rows with ids it is only said that it has none.
    """
    wrong = {remark.row for remark in remarks if remark.error}
    if table.sheet.prefilled or table.sheet.layout == "down" or not wrong:
        return [*remarks]
    columns = {c.field: table.columns[c.field] for c in table.sheet.columns if c.asked and c.field in table.columns}
    marks = {name: find_no_answers(table.sheet, table.sheet.column(name), words).marks for name in columns}
    without = {remark.row: remark for remark in remarks if remark.rule == "row-without-id"}
    instead: dict[int | None, Remark] = {}
    for index, row in enumerate(table.rows):
        typed = {name: values[index] for name, values in columns.items() if not is_blank(values[index])} if row in wrong else {}
        if typed and (all(_is_mark(raw, marks[name]) for name, raw in typed.items()) or _is_short(typed)):
            name, raw = next(iter(typed.items()))
            instead[row] = Remark(remarks[0].source, table.place.key, row, name, "placeholder-text", raw, {"note": Word("note_stray")})
        elif len(typed) == 1 and row in without:
            instead[row] = replace(without[row])  # a diagnosis, and no longer a remark among others
    return [*(remark for remark in remarks if remark.row not in instead), *instead.values()]


def _is_mark(raw: Any, marks: frozenset[str]) -> bool:
    return isinstance(raw, str) and fold_mark(raw) in marks


def _is_short(typed: dict[str, Any]) -> bool:
    [raw, *others] = typed.values()
    return not others and len(digits_text(raw) if isinstance(raw, float) else str(raw)) <= _SHORT
