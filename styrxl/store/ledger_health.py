"""How a ledger is, looked at without a change: whole or not, of which format and server, its newest record and its clock."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from styrxl.store.database import (
    DECISIONS,
    ISSUES,
    MAILS,
    PURGES,
    RECEIPTS,
    VERDICTS,
    Database,
    connect,
    parse_address,
    read_revision,
)
from styrxl.store.ledger_copy import check_ledger_file, open_for_reading
from styrxl.store.mail_states import SENDING

# When something was recorded, by the clock of whoever recorded it.
_MOMENTS = (ISSUES.c.created_at, RECEIPTS.c.received_at, VERDICTS.c.judged_at, DECISIONS.c.decided_at, MAILS.c.begun_at)


@dataclass(frozen=True, slots=True)
class LedgerHealth:
    """How a ledger is; ``version``: of its tables, None where there are none.

    ``clock``: a server's own. ``in_flight``: mails that were on their way when a command ended; ``unfinished``: purges that were cut short.
    """

    version: str | None
    server: str
    newest: datetime | None = None
    clock: datetime | None = None
    in_flight: int = 0
    unfinished: int = 0


def look_into_ledger(place: Path | str, patience: float) -> LedgerHealth:
    """Return how the ledger at a path or address is; nothing is changed there.

    Raises StyrxlError: database-url, driver-missing, ledger-broken; as ``Database.reading``.
    """
    url = parse_address(place)
    path = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
    if path:
        check_ledger_file(path)
    database = _open_file(path, patience) if path else connect(url, patience)
    try:
        with database.reading() as connection:
            return _look(connection)
    finally:
        database.close()


def _open_file(path: Path, patience: float) -> Database:
    def open_file() -> sqlite3.Connection:
        connection = open_for_reading(path)
        connection.execute(f"PRAGMA busy_timeout={int(patience * 1000)}")
        return connection

    return Database(sa.create_engine("sqlite://", creator=open_file, poolclass=NullPool), str(path))


def _look(connection: sa.Connection) -> LedgerHealth:
    is_server = connection.dialect.name == "postgresql"
    asked = "SHOW server_version" if is_server else "SELECT sqlite_version()"
    server = f"{'PostgreSQL' if is_server else 'SQLite'} {str(connection.scalar(sa.text(asked))).split()[0]}"
    clock = connection.scalar(sa.text("SELECT clock_timestamp()")).astimezone(UTC) if is_server else None
    there = {*sa.inspect(connection).get_table_names()}
    newest = [connection.scalar(sa.select(sa.func.max(column))) for column in _MOMENTS if column.table.name in there]
    return LedgerHealth(
        read_revision(connection),
        server,
        max((moment for moment in newest if moment), default=None),
        clock,
        _count(connection, there, MAILS, MAILS.c.state == SENDING),
        _count(connection, there, PURGES, PURGES.c.ended_at.is_(None)),
    )


def _count(connection: sa.Connection, there: set[str], table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    return int(connection.scalar(sa.select(sa.func.count()).select_from(table).where(which)) or 0) if table.name in there else 0
