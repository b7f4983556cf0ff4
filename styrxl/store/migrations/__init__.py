"""Migrations of the ledger: one revision for each change of its tables, applied when an older ledger is opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, MetaData

# The newest revision, known without importing alembic: opening a ledger that has it costs one query.
HEAD = "0013"
_FIRST = "0004"  # the first revision that is kept; it brings along those before it


def upgrade(connection: Connection, tables: MetaData) -> None:
    """Bring the tables to ``HEAD``, within the caller's transaction; ``tables``: what they are at ``HEAD``."""
    from alembic import command  # noqa: PLC0415 - alembic is slow to import and seldom needed
    from sqlalchemy import inspect, text  # noqa: PLC0415 - loaded by whoever has a connection

    if inspect(connection).has_table("alembic_version"):
        # alembic refuses a revision that it has no script of: to it, an older ledger than the first is one without a revision.
        connection.execute(text("DELETE FROM alembic_version WHERE version_num < :first"), {"first": _FIRST})
    command.upgrade(_make_config(connection, tables), HEAD)


def stamp(connection: Connection) -> None:
    """Record that tables which were just made from the metadata are at ``HEAD``."""
    from sqlalchemy import Column, MetaData, String, Table  # noqa: PLC0415 - loaded by whoever has a connection

    # What alembic's own table looks like; a new ledger is no reason to import alembic.
    version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
    version.create(connection)
    connection.execute(version.insert(), {"version_num": HEAD})


def _make_config(connection: Connection, tables: MetaData) -> Config:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, tables=tables)
    return config
