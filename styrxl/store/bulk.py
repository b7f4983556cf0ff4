"""Many rows or values at once, in any of the ledger's tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

_BATCH_SIZE = 500  # values of one IN: below every database's limit


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; nothing is asked of the database where there are none."""
    if rows:
        connection.execute(table.insert(), rows)


def find_present(connection: sa.Connection, column: sa.Column[str], values: Iterable[str]) -> set[str]:
    """Return those of the values that the column holds."""
    return {value for batch in split_in_batches(values) for value in connection.scalars(sa.select(column).where(column.in_(batch)))}


def split_in_batches(values: Iterable[str]) -> Iterator[Sequence[str]]:
    """Yield the values, each once and sorted, so many at a time as one query may name."""
    ordered = sorted(set(values))
    for start in range(0, len(ordered), _BATCH_SIZE):
        yield ordered[start : start + _BATCH_SIZE]
