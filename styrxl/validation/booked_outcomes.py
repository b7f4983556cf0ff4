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
from styrxl.prefill.booked import match_booked, take_amounts
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
        amounts = take_amounts(sheet, found)
        nets[at] = found.net if amounts else None
        for field, amount in amounts.items():
            old = values[field][at]
            if old is None or abs(old - amount) > ORE:
                replaced.append(ReplacedOutcome(source, sheet.table or "", part.batch.row[at], field, old, amount))
                values[field][at] = amount
    amounts_now = {field: pd.Series(some, index=part.frame.index, dtype="float64") for field, some in {**values, BOOKED_NET: nets}.items()}
    return replace(part, frame=compute_formulas(part.batch.sheet, part.frame.assign(**amounts_now))), replaced


def match_rows(
    part: TypedBatch, sheet: Sheet, returns: Mapping[int, Admitted], booked: BookedOutcomes
) -> Iterator[tuple[int, int, BookedRow]]:
    """Yield the rows of returns that the accounts know: the return's index, the row's place in the part, and what they say."""
    for source, places, matched, _ in _match_returns(part, sheet, returns, booked):
        yield from ((source, at, found) for at, found in zip(places, matched, strict=True) if found)


def _match_returns(
    part: TypedBatch, sheet: Sheet, returns: Mapping[int, Admitted], booked: BookedOutcomes
) -> Iterator[tuple[int, range, Sequence[BookedRow | None], Sequence[BookedRow]]]:
    """Yield each return's places in a part, what the accounts say of each of them, and what they say that has no row."""
    names, start = column(part.frame, sheet.columns[0].field), 0
    for source, rows in groupby(part.batch.source):
        places = range(start, start := start + len(list(rows)))
        owned = booked.of_owner(returns[source].owner or "")
        if owned:
            yield source, places, *match_booked(sheet, [str(names[at] or "") for at in places], owned)


def add_unanswered(
    table: pd.DataFrame, parts: Sequence[TypedBatch], returns: Mapping[int, Admitted], accepted: frozenset[int], context: Context
) -> pd.DataFrame:
    """Return a table with a row more for each activity that the accounts have and an accepted return has not; ``parts``: the table's."""
    rows = [] if context.booked is None else [*_list_unanswered(parts, returns, accepted, context, context.booked)]
    if not rows:
        return table
    more = pd.DataFrame(rows).reindex(columns=[*table.columns])
    kinds = {name: kind for name, kind in table.dtypes.items() if name not in {"_source", "_row"}}
    return pd.concat([table.assign(**{ALONE: False}), more.astype(kinds).assign(**{ALONE: True})], ignore_index=True)


def _list_unanswered(
    parts: Sequence[TypedBatch], returns: Mapping[int, Admitted], accepted: frozenset[int], context: Context, booked: BookedOutcomes
) -> Iterator[dict[str, Any]]:
    for part in parts:
        sheet = find_booked_sheet(part, context)
        for source, places, _, alone in _match_returns(part, sheet, returns, booked) if sheet else ():
            place, last = returns[source].places[part.batch.sheet.key], part.batch.row[places[-1]]
            where = {"_source": source, "_row": last + 1, "_owner": returns[source].owner, "_sheet": place.sheet}
            for found in alone if source in accepted else ():
                amounts = take_amounts(sheet or part.batch.sheet, found)
                if amounts:
                    yield {**where, part.batch.sheet.columns[0].field: found.activity, **amounts, BOOKED_NET: found.net}
