"""The ledger's history: one revision a change of its tables, applied when a ledger is opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

# The newest revision, known without importing alembic: opening a ledger that has it costs one query.
HEAD = "0004"


def upgrade(connection: Connection) -> None:
    """Bring the tables to ``HEAD``, within the caller's transaction."""
    from alembic import command  # noqa: PLC0415 - alembic is slow to import and seldom needed

    command.upgrade(_config(connection), HEAD)


def stamp(connection: Connection) -> None:
    """Mark tables that were just made from the metadata as being at ``HEAD``."""
    from sqlalchemy import Column, MetaData, String, Table  # noqa: PLC0415 - loaded by whoever has a connection

    # What alembic's own table looks like; a new ledger is no reason to import alembic.
    version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
    version.create(connection)
    connection.execute(version.insert(), {"version_num": HEAD})


def _config(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
