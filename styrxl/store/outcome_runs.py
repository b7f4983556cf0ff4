"""What the ledger keeps of the municipality's accounts: each run of ``styrxl outcomes`` and what it placed. A round's newest counts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from styrxl.model.booked_outcomes import BookedOutcomes, BookedRow
from styrxl.store.bulk import insert_rows
from styrxl.store.database import BOOKED, OUTCOME_RUNS, Database
from styrxl.store.ledger import Ledger


@dataclass(frozen=True, slots=True)
class OutcomeRun:
    """A run: the export that it read and the mapping that it placed it by, and what came of it.

    ``unplaced``: how many of the export's rows were placed nowhere, ``unplaced_ore``: their net cost. ``number``: given when recorded.
    """

    round: str
    file_name: str
    sha256: str
    mapping: str  # the mapping's SHA-256
    recorded_at: datetime
    recorded_by: str
    unplaced: int
    unplaced_ore: int
    number: int = 0


def record_run(database: Database, run: OutcomeRun, rows: tuple[BookedRow, ...]) -> int:
    """Record a run and its rows, and return its number; raises as ``Database.reading``."""
    with database.writing() as connection:
        number = (connection.scalar(sa.select(sa.func.max(OUTCOME_RUNS.c.number))) or 0) + 1
        insert_rows(connection, OUTCOME_RUNS, [asdict(replace(run, number=number))])
        insert_rows(connection, BOOKED, [asdict(row) | {"run": number, "activity": row.activity or ""} for row in rows])
    return number


def read_runs(database: Database, round_id: str) -> list[OutcomeRun]:
    """Return a round's runs, the first one first; raises as ``Database.reading``."""
    query = _select(OutcomeRun, OUTCOME_RUNS).where(OUTCOME_RUNS.c.round == round_id).order_by(OUTCOME_RUNS.c.number)
    with database.reading() as connection:
        return [OutcomeRun(*row) for row in connection.execute(query)]


def read_booked_outcomes(ledger: Ledger, round_id: str, at: datetime | None = None) -> BookedOutcomes | None:
    """Return what the accounts say in a round: by its newest run, or by the one that was newest at a time; None where there is none."""
    found = read_newest_run(ledger.database, round_id, at)
    return BookedOutcomes(found[0].number, found[0].recorded_at, found[0].file_name, found[1]) if found else None


def read_newest_run(database: Database, round_id: str, at: datetime | None = None) -> tuple[OutcomeRun, tuple[BookedRow, ...]] | None:
    """Return a round's newest run, or the one that was newest at a time, with its rows by owner and activity; None where there is none.

    Raises as ``Database.reading``.
    """
    query = _select(OutcomeRun, OUTCOME_RUNS).where(OUTCOME_RUNS.c.round == round_id)
    if at is not None:
        query = query.where(OUTCOME_RUNS.c.recorded_at <= at)
    return database.recall(("run", round_id, at), lambda connection: _read_run(connection, query))


def _read_run(connection: sa.Connection, query: sa.Select[Any]) -> tuple[OutcomeRun, tuple[BookedRow, ...]] | None:
    found = connection.execute(query.order_by(OUTCOME_RUNS.c.number.desc()).limit(1)).one_or_none()
    if found is None:
        return None
    run = OutcomeRun(*found)
    rows = [BookedRow(*row) for row in connection.execute(_select(BookedRow, BOOKED).where(BOOKED.c.run == run.number))]
    return run, tuple(sorted(map(_restore_activity, rows), key=lambda row: row.key))


def _restore_activity(row: BookedRow) -> BookedRow:
    return row if row.activity else BookedRow(row.owner, None, *(getattr(row, field.name) for field in fields(BookedRow)[2:]))


def _select(kind: type[OutcomeRun | BookedRow], table: sa.Table) -> sa.Select[Any]:
    """Return a query of the columns that a value has, in its order."""
    return sa.select(*(table.c[field.name] for field in fields(kind)))
