"""The rows that close sheets, taken out of their batches into tables of their own: what they say is about all rows, and adds to none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from styrxl.model.forms import Sheet
from styrxl.model.prefill import Prefill, Row
from styrxl.model.table_values import column
from styrxl.returns.batch import Batch
from styrxl.returns.row_ids import find_closing_row
from styrxl.returns.typed_frames import TypedBatch, make_frame

_NOTHING: Row = {}


def part_closing_rows(part: TypedBatch, issued: Mapping[int, Prefill], heading_rows: Mapping[int, int]) -> list[TypedBatch]:
    """Return a batch without its closing rows, and these as one of their own, whose sheet has their table's name as its key.

    ``heading_rows``: source -> the Excel row of its headings, on which an issued closing row is put that the return does not have any
    more. What was given in such a row counts as it was issued.
    """
    sheet = part.batch.sheet
    if sheet.closing is None or not part.batch.source:
        return [part]
    closing, at = sheet.closing, dict(_find_positions(part))
    given = {source: next(iter(prefill.rows.get(closing.table, ())), _NOTHING) for source, prefill in issued.items()}
    sources = [source for source in dict.fromkeys(part.batch.source) if source in at or given.get(source)]
    if not sources:
        return [part]
    rows = [part.batch.row[at[source]] if source in at else heading_rows[source] for source in sources]
    columns = tuple(replace(c, required_when={}) for c in sheet.closing_columns)  # what is missing is no error: a rule asks about it
    own = replace(sheet, key=closing.table, table=closing.table, columns=columns, closing=None, limit=None, prefilled=False)
    batch = Batch(part.batch.form, own, sources, rows)
    for c in own.columns:
        answers = column(part.frame, c.field)
        issued_answers = [given.get(source, _NOTHING).get(c.field) for source in sources]
        typed = [answers[at[source]] if source in at else None for source in sources]
        asked = c.closing == "asked"
        batch.typed[c.field] = typed if asked else [i if t is None else t for i, t in zip(issued_answers, typed, strict=True)]
        batch.columns[c.field] = [*batch.typed[c.field]]
    return [_without(part, frozenset(at.values())), make_frame(batch)]


def _find_positions(part: TypedBatch) -> Iterator[tuple[int, int]]:
    """Yield source and position of each closing row."""
    sheet: Sheet = part.batch.sheet
    names = part.frame[sheet.columns[0].field].tolist()
    for source, positions in groupby(range(len(names)), key=part.batch.source.__getitem__):
        found = find_closing_row(sheet, [(i, names[i]) for i in positions])
        if found is not None:
            yield source, found


def _without(part: TypedBatch, positions: frozenset[int]) -> TypedBatch:
    """Return a batch without some rows; what others have of its columns stays theirs."""
    batch = part.batch
    kept = [i for i in range(len(batch.source)) if i not in positions]

    def keep(values: Sequence[Any]) -> list[Any]:
        return [values[i] for i in kept]

    columns = {name: keep(values) for name, values in batch.columns.items()}
    rest = replace(batch, source=keep(batch.source), row=keep(batch.row), columns=columns, checked={})
    return replace(part, batch=rest, frame=part.frame.iloc[kept].reset_index(drop=True), due=())
