"""The tables of a judged round: of each form's frames one a table, with whose each row is and where it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import pandas as pd

from styrxl.model.findings import Remark
from styrxl.model.masking import mask_persons
from styrxl.returns.personal_numbers import PERSON
from styrxl.returns.typed_frames import TypedBatch
from styrxl.validation.admitted import Admitted
from styrxl.validation.context import Context
from styrxl.validation.link import years_of_rows

Persons = Collection[tuple[str, str | None]]  # sheets and fields in which somebody's identity number stands


def find_person_columns(remarks: Iterable[Sequence[Remark]]) -> Persons:
    """Return the columns in which somebody's identity number stands."""
    return {(remark.key, remark.field) for those in remarks for remark in those if remark.rule == PERSON}


def join_frames(parts: Sequence[TypedBatch], returns: Mapping[int, Admitted], context: Context, persons: Persons) -> pd.DataFrame:
    """Return the frames of one table as one, as ``JudgedRound`` has it; ``returns``: by index."""
    return pd.concat([_complete(part, years_of_rows(part.batch, context, returns), returns, persons) for part in parts], ignore_index=True)


def _complete(part: TypedBatch, years: Sequence[int], returns: Mapping[int, Admitted], persons: Persons) -> pd.DataFrame:
    batch = part.batch
    key = batch.sheet.key
    frame = part.frame.assign(
        _owner=pd.Series([returns[s].owner for s in batch.source], dtype="str"),
        _sheet=pd.Series([returns[s].places[key].sheet for s in batch.source], dtype="str"),
    )
    asked_on = next((returns[s].places[key].key for s in batch.source), key)  # a row that closes a sheet stands on that
    for column in batch.sheet.columns:
        if (asked_on, column.field) in persons:  # those who read about a return are not shown it
            frame[column.field] = frame[column.field].map(lambda text: mask_persons(text) if isinstance(text, str) else text)
        if column.default:
            month_and_day = (1, 1) if column.default == "year_start" else (12, 31)
            days = {year: pd.Timestamp(year, *month_and_day) for year in set(years)}
            frame[column.field] = frame[column.field].fillna(pd.Series([days[year] for year in years], index=frame.index))
    return frame
