"""What the accounts say in the place of what returns say: a round's newest run counts, also over what a return was made on.

Returns are judged by what they were issued with; it is in the tables, after that, that the accounts' figures stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import pandas as pd

from styrxl.model.amounts import ORE
from styrxl.model.booked_outcomes import BookedOutcomes, BookedRow
from styrxl.model.forms import Sheet
from styrxl.model.judged import ALONE, BOOKED_NET, ReplacedOutcome
from styrxl.model.table_values import column
from styrxl.prefill.booked import list_alone, match_booked, settle_amounts
from styrxl.returns.typed_frames import TypedBatch, compute_formulas
from styrxl.validation.admitted import Admitted
from styrxl.validation.context import Context
from styrxl.validation.link import BatchKey


def put_booked(
    parts: Mapping[BatchKey, TypedBatch], returns: Mapping[int, Admitted], context: Context
) -> tuple[dict[BatchKey, TypedBatch], tuple[ReplacedOutcome, ...]]:
    """Return the parts with what the accounts say in the place of what was answered, and what was replaced; ``returns``: by index."""
    if context.booked is None:
        return dict(parts), ()
    made, replaced = dict(parts), list[ReplacedOutcome]()
    for key, part in parts.items():
        sheet = find_booked_sheet(part, context)
        if sheet is not None:
            made[key], some = _put_in_part(part, sheet, returns, context.booked)
            replaced += some
    return made, tuple(replaced)


def find_booked_sheet(part: TypedBatch, context: Context) -> Sheet | None:
    """Return the sheet of a part as it says what the accounts give it; None where they give it nothing.

    A form that was issued before it could say so is told by the one that there is now.
    """
    form, sheet = part.batch.form, part.batch.sheet
    if not sheet.booked_columns and form.name in context.forms.names():
        present = context.forms.form(form.name, form.profile, context.round.id if context.round else None)
        known = next((s for s in present.sheets if (s.key, s.table) == (sheet.key, sheet.table)), sheet)
        sheet = replace(sheet, columns=tuple(c for c in known.columns if c.field in part.frame))
    return sheet if sheet.booked_columns and sheet.id_column else None


def _put_in_part(
    part: TypedBatch, sheet: Sheet, returns: Mapping[int, Admitted], booked: BookedOutcomes
) -> tuple[TypedBatch, list[ReplacedOutcome]]:
    replaced = []
    values: dict[str, list[float | None]] = {c.field: column(part.frame, c.field) for c in sheet.booked_columns}
    nets: list[float | None] = [None] * len(part.frame)
    for source, at, found in match_rows(part, sheet, returns, booked):
        amounts = settle_amounts(sheet, found, {field: some[at] for field, some in values.items()})
        nets[at] = found.net if amounts else None
        for field, amount in amounts.items():
            old, values[field][at] = values[field][at], amount
            if abs((old or 0.0) - amount) > ORE:  # an empty cell says the same as a nought
                replaced.append(ReplacedOutcome(source, sheet.table or "", part.batch.row[at], field, old, amount))
    amounts_now = {field: pd.Series(some, index=part.frame.index, dtype="float64") for field, some in {**values, BOOKED_NET: nets}.items()}
    return replace(part, frame=compute_formulas(part.batch.sheet, part.frame.assign(**amounts_now))), replaced


def match_rows(
    part: TypedBatch, sheet: Sheet, returns: Mapping[int, Admitted], booked: BookedOutcomes
) -> Iterator[tuple[int, int, BookedRow]]:
    """Yield the rows of returns that the accounts know: the return's index, the row's place in the part, and what they say."""
    for source, places, names in _name_rows(part, sheet):
        matched = match_booked(sheet, names, booked.of_owner(returns[source].owner or ""), part.batch.form.words)
        yield from ((source, at, found) for at, found in zip(places, matched, strict=True) if found)


def _name_rows(part: TypedBatch, sheet: Sheet) -> Iterator[tuple[int, range, list[str]]]:
    """Yield each return in a part: its index, the places of its rows, and what names them."""
    names, start = column(part.frame, sheet.columns[0].field), 0
    for source, rows in groupby(part.batch.source):
        places = range(start, start := start + len(list(rows)))
        yield source, places, [str(names[at] or "") for at in places]


def list_unanswered(
    parts: Mapping[BatchKey, TypedBatch], returns: Mapping[int, Admitted], accepted: frozenset[int], context: Context
) -> dict[str, list[dict[str, Any]]]:
    """Return, by table, a row for each activity that the accounts have and an accepted return has not, on its first sheet of them."""
    first: dict[int, tuple[TypedBatch, Sheet, int]] = {}
    names: dict[int, list[str]] = {}
    for part in parts.values() if context.booked else ():
        sheet = find_booked_sheet(part, context)
        for source, places, some in _name_rows(part, sheet) if sheet and sheet.named else ():
            names.setdefault(source, []).extend(some)
            order = [table.key for table in part.batch.form.tables]
            if sheet and (source not in first or order.index(sheet.key) < order.index(first[source][1].key)):
                first[source] = part, sheet, part.batch.row[places[-1]] + 1
    rows: dict[str, list[dict[str, Any]]] = {}
    for source in accepted & first.keys():
        part, sheet, row = first[source]
        owner, place = returns[source].owner, returns[source].places[sheet.key]
        where = {"_source": source, "_row": row, "_owner": owner, "_sheet": place.sheet}
        owned = context.booked.of_owner(owner or "") if context.booked else ()
        for found in list_alone(names[source], owned, part.batch.form.words):
            if amounts := settle_amounts(sheet, found, {}):
                made = {**where, sheet.columns[0].field: found.activity, **amounts, BOOKED_NET: found.net}
                rows.setdefault(sheet.table or "", []).append(made)
    return rows


def add_unanswered(table: pd.DataFrame, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a table with rows more, those that the accounts alone have."""
    if not rows:
        return table
    more = pd.DataFrame(rows).reindex(columns=[*table.columns])
    kinds = {name: kind for name, kind in table.dtypes.items() if name not in {"_source", "_row"}}
    return pd.concat([table.assign(**{ALONE: False}), more.astype(kinds).assign(**{ALONE: True})], ignore_index=True)
