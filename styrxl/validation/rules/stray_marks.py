"""Rows on which nothing stands but a mark that somebody left there.

Finds ``placeholder-text``.
"""

from __future__ import annotations

from collections.abc import Sequence

from styrxl.model.catalogue import Word
from styrxl.model.findings import Remark
from styrxl.model.forms import Words
from styrxl.returns.no_answers import find_no_answers, fold_mark
from styrxl.returns.tables import Table, is_blank


def explain_by_stray_marks(remarks: Sequence[Remark], table: Table, words: Words) -> list[Remark]:
    """Return a sheet's remarks, those on a row without any answer replaced by one on the mark that stands there."""
    sheet, key = table.sheet, table.place.key
    if sheet.prefilled or sheet.layout == "down":
        return [*remarks]
    begun = {remark.row for remark in remarks if remark.error}
    columns = [c for c in sheet.columns if c.asked and c.field in table.columns]
    asked = {c.field: (table.columns[c.field], find_no_answers(sheet, c, words).marks) for c in columns}
    strays: dict[int | None, Remark] = {}
    for index, row in enumerate(table.rows if begun else ()):
        typed = {name: (values[index], marks) for name, (values, marks) in asked.items() if not is_blank(values[index])}
        if row in begun and typed and all(isinstance(raw, str) and fold_mark(raw) in marks for raw, marks in typed.values()):
            name, (raw, _) = next(iter(typed.items()))
            strays[row] = Remark(remarks[0].source, key, row, name, "placeholder-text", raw, {"note": Word("note_stray")})
    return [*(remark for remark in remarks if remark.row not in strays), *strays.values()]
