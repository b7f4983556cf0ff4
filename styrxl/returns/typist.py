"""One return's tables, typed, with all that their cells alone give cause to remark: what depends on nothing but its bytes and its form."""

from __future__ import annotations

from dataclasses import replace

from styrxl.model.forms import Form, Words
from styrxl.returns.personal_numbers import check_personal
from styrxl.returns.tables import Table, Typed
from styrxl.returns.typed_columns import Batch, Typist


class Typists:
    """Types tables of any form and year; keeps what it has made ready."""

    def __init__(self, words: Words) -> None:
        """Take the words of the forms."""
        self._words = words
        self._known: dict[tuple[str, str | None, str | None, int], Typist] = {}

    def typed(self, form: Form, table: Table, year: int) -> Typed:
        """Type a table, unless it comes typed for the year."""
        if table.typed is not None and table.typed.year == year:
            return table.typed
        key = (form.name, form.profile, form.kind, year)
        if key not in self._known:
            self._known[key] = Typist(form, self._words, year)
        batch = Batch(form, table.sheet)
        batch.add([(0, replace(table, typed=None))])
        columns, remarks = self._known[key].columns(batch, {0: table.marks} if table.marks else {})
        return Typed(year, columns, (*remarks, *check_personal(batch)))
