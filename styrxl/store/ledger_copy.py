"""A ledger copied as it is at one moment, while others may write: from a file or a server into a file, or into an empty database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from styrxl.model.errors import StyrxlError
from styrxl.store.bulk import insert_rows
from styrxl.store.database import METADATA, Database, open_database

_ROWS = 1_000


def copy_ledger(database: Database, to: Path) -> None:
    """Copy a ledger into a new SQLite file; raises StyrxlError: ledger-broken where the copy does not hold together; as ``reading``."""
    if database.engine.dialect.name == "sqlite":
        _copy_file(database, to)
    else:
        target = open_database(to)
        try:
            copy_rows(database, target)
        finally:
            target.close()
    check_ledger_file(to)


def check_ledger_file(path: Path) -> None:
    """Have SQLite look through a ledger; raises StyrxlError: ledger-broken."""
    try:
        with closing(open_for_reading(path)) as connection:
            said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            said += [f"{row[0]} {row[1]}" for row in connection.execute("PRAGMA foreign_key_check")]
    except sqlite3.Error as error:
        raise StyrxlError("ledger-broken", path=str(path), why=str(error)) from error
    if said != ["ok"]:
        raise StyrxlError("ledger-broken", path=str(path), why="; ".join(said[:3]))


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open a SQLite file in which nothing may be changed; raises sqlite3.Error."""
    name = quote(path.absolute().as_posix())
    return sqlite3.connect(f"file://{'' if name.startswith('/') else '/'}{name}?mode=ro", uri=True)  # of a share: four strokes


def _copy_file(database: Database, to: Path) -> None:
    with database.reading() as connection, closing(sqlite3.connect(to)) as target:
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        source.backup(target)  # all pages in one go, under SQLite's own lock


def copy_rows(source: Database, target: Database) -> None:
    """Copy the rows of all tables, as they are at one moment, into a ledger without any.

    Raises StyrxlError: ledger-used where it has some; as ``Database.reading``.
    """
    with target.writing() as to:
        if any(to.scalar(sa.select(sa.func.count()).select_from(table)) for table in METADATA.sorted_tables):
            raise StyrxlError("ledger-used", path=target.where)
        with source.reading() as connection:
            if source.engine.dialect.name == "postgresql":
                connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            for table in METADATA.sorted_tables:
                _copy_table(connection, to, table)


def _copy_table(connection: sa.Connection, to: sa.Connection, table: sa.Table) -> None:
    with connection.execution_options(yield_per=_ROWS).execute(sa.select(table)) as rows:
        for some in rows.mappings().partitions(_ROWS):
            insert_rows(to, table, [dict(row) for row in some])
    number = table.autoincrement_column
    if number is not None and to.dialect.name == "postgresql":  # else its next row would take a number that is there
        last = sa.select(sa.func.max(number)).scalar_subquery()
        to.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, number.name), last)).where(last.is_not(None)))
