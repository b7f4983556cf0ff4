"""The rows of one sheet of one form over all its returns, before and after their values are typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from styrxl.model.findings import Remark
from styrxl.model.forms import Form, Sheet
from styrxl.returns.columns import ColumnSlice, TextPool, join_slices
from styrxl.returns.tables import Table, TypedColumns

_TYPED = frozenset({"number", "integer", "date"})


@dataclass(slots=True)
class Batch:
    """One sheet of one form over all its returns; ``columns`` field -> raw values, one for each of ``source`` and ``row``.

    ``typed`` and ``remarks`` are the result of typing them. ``checked``: source -> the schema's remarks on its rows, where it has been
    asked already.
    """

    form: Form
    sheet: Sheet
    source: list[int] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    typed: dict[str, list[Any]] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    checked: dict[int, list[Remark]] = field(default_factory=dict)
    names: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)  # one tuple for all returns that have the same columns
    pools: dict[str, TextPool] = field(default_factory=dict)

    def add(self, tables: Sequence[tuple[int, Table]]) -> list[ColumnSlice]:
        """Append the begun rows of returns, given as (source, table), and their typed columns (all tables have them, or none).

        Returns each table's columns, as slices of this batch's.
        """
        at, slices = len(self.row), []
        for source, table in tables:
            start, at = at, at + len(table.rows)
            self.source.extend([source] * len(table.rows))
            self.row.extend(table.rows)
            names = tuple(table.columns)
            slices.append(ColumnSlice(self.columns, self.names.setdefault(names, names), start, at))
            if table.typed is not None:
                self._take_remarks(source, table.typed)
        for run in join_slices((table.columns, len(table.rows)) for _, table in tables):
            self._append(self.columns, run, [column.field for column in self.sheet.columns])
        for run in join_slices((table.typed.columns, len(table.rows)) for _, table in tables if table.typed is not None):
            self._append(self.typed, run, run.names)
        return slices

    def _append(self, columns: dict[str, list[Any]], run: ColumnSlice, names: Iterable[str]) -> None:
        """Append a run of columns; a column that the returns do not have is empty."""
        for name in names:
            values = run[name] if name in run.names else [""] * (run.stop - run.start)
            columns.setdefault(name, []).extend(self._share_texts(name, values))

    def _take_remarks(self, source: int, typed: TypedColumns) -> None:
        if typed.remarks:
            self.remarks += [replace(remark, source=source) for remark in typed.remarks]
        if typed.checked is not None:
            self.checked[source] = [replace(remark, source=source) for remark in typed.checked]

    def discard_columns(self) -> None:
        """Discard all columns, which nobody needs once all remarks have been placed."""
        self.columns.clear()
        self.typed.clear()
        self.pools.clear()

    def _share_texts(self, name: str, values: Sequence[Any]) -> Sequence[Any]:
        if self.sheet.column(name).kind in _TYPED:
            return values
        if name not in self.pools:
            self.pools[name] = TextPool()
        return self.pools[name].share(values)
