"""The ledger's database: opened, brought up to date, locked for writing, and its troubles told in our words.

SQLite is the default, PostgreSQL by address. Whoever writes holds the one write lock from the start of the transaction
(``BEGIN IMMEDIATE``, an advisory lock), so that what is read in it still holds when it is written.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, inspect, make_url, text

from styrxl.model.catalogue import tell_how_to_install
from styrxl.model.errors import StyrxlError
from styrxl.store import migrations
from styrxl.store.ledger_watch import LedgerWatch
from styrxl.store.migrations import HEAD

T = TypeVar("T")
PATIENCE = 30.0  # seconds to wait for somebody else's transaction

_WRITE_LOCK = 0x57_79_72_78  # any number that is ours: PostgreSQL's advisory locks have no names
_COMMAND_LOCK = _WRITE_LOCK + 1
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgresql+psycopg": "postgresql+psycopg"}
_LOCK_TIMEOUT = "55P03"  # PostgreSQL's lock_not_available
_PASSWORD = re.compile(r"(?<=:)[^:@/]*(?=@)")

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_CODES = {
    **dict.fromkeys(_BUSY, "ledger-busy"),
    sqlite3.SQLITE_FULL: "disk-full",
    **dict.fromkeys((sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM), "not-writable"),
    sqlite3.SQLITE_IOERR: "ledger-unreachable",
}


class UtcTime(sa.TypeDecorator[datetime]):
    """A moment: aware in Python, naive UTC in the database, alike in SQLite and PostgreSQL."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - as SQLAlchemy calls it
        """Turn an aware time into UTC; ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - as SQLAlchemy calls it
        """Give a stored time its zone back."""
        return value.replace(tzinfo=UTC) if value else None


METADATA = sa.MetaData()

PREFILLS = sa.Table(
    "prefills",
    METADATA,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
EDITIONS = sa.Table(
    "editions",
    METADATA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
ISSUES = sa.Table(
    "issues",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("issue_id", sa.Text, nullable=False),
    sa.Column("round", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("form", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("profile", sa.Text),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("prefill_hash", sa.String(64), sa.ForeignKey("prefills.hash"), nullable=False),
    sa.Column("issued_by", sa.Text),
    sa.Column("edition", sa.String(64)),
    sa.UniqueConstraint("issue_id"),
    sa.Index("ix_issues_round_owner", "round", "owner"),
)
NUMBERS = sa.Table(
    "number_blocks",
    METADATA,
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("series", sa.Text, primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("first", sa.Integer, nullable=False),
    sa.Column("last", sa.Integer, nullable=False),
    sa.Column("round", sa.Text, nullable=False),
)
RECEIPTS = sa.Table(
    "receipts",
    METADATA,
    sa.Column("round", sa.Text, primary_key=True),
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("origin", sa.Text),
    sa.Column("owner", sa.Text),
    sa.Column("dated_at", UtcTime),
    sa.Column("number", sa.Integer),
)
VERDICTS = sa.Table(
    "verdicts",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("round", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("owner", sa.Text),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("errors", sa.Integer, nullable=False),
    sa.Column("warnings", sa.Integer, nullable=False),
    sa.Column("forms", sa.Text, nullable=False),
    sa.Column("program", sa.Text, nullable=False),
    sa.Column("judged_at", UtcTime, nullable=False),
    sa.Column("inputs", sa.Text),
    sa.Column("form", sa.Text),
    sa.ForeignKeyConstraint(["round", "path", "sha256"], ["receipts.round", "receipts.path", "receipts.sha256"]),
    sa.Index("ix_verdicts_round_path", "round", "path"),
)
DECISIONS = sa.Table(
    "decisions",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("round", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("owner", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("decided_at", UtcTime, nullable=False),
    sa.Column("form", sa.Text),
    sa.Column("edition", sa.String(64)),
    sa.ForeignKeyConstraint(["round", "path", "sha256"], ["receipts.round", "receipts.path", "receipts.sha256"]),
    sa.Index("ix_decisions_round", "round"),
)
MAILS = sa.Table(
    "mails",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("round", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("recipients", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reply", sa.Text, nullable=False),
    sa.Column("begun_at", UtcTime, nullable=False),
    sa.Column("ended_at", UtcTime),
    sa.Column("doubt", sa.Integer),
    sa.UniqueConstraint("round", "kind", "owner", "about"),
)
BROUGHT = sa.Table(
    "brought",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("round", sa.Text, nullable=False),
    sa.Column("mail", sa.String(64), nullable=False),
    sa.Column("part", sa.Integer, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("owner", sa.Text),
    sa.Column("sha256", sa.String(64)),
    sa.Column("path", sa.Text),
    sa.Column("settled_by", sa.Text),
    sa.Column("settled_at", UtcTime),
    sa.Column("kind", sa.Text),
    sa.Column("recorded_at", UtcTime),
    sa.Column("replies_to", sa.Text),
    sa.UniqueConstraint("round", "mail", "part"),
)
OUTCOME_RUNS = sa.Table(
    "outcome_runs",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("round", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("mapping", sa.String(64), nullable=False),
    sa.Column("recorded_at", UtcTime, nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
    sa.Column("unplaced", sa.Integer, nullable=False),
    sa.Column("unplaced_ore", sa.BigInteger, nullable=False),
    sa.Index("ix_outcome_runs_round", "round"),
)
BOOKED = sa.Table(  # amounts in öre
    "booked",
    METADATA,
    sa.Column("run", sa.Integer, sa.ForeignKey("outcome_runs.number"), primary_key=True),
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("activity", sa.Text, primary_key=True),  # empty: the owner as a whole
    sa.Column("revenue_ore", sa.BigInteger),
    sa.Column("cost_ore", sa.BigInteger),
    sa.Column("net_ore", sa.BigInteger, nullable=False),
    sa.Column("internal_revenue_ore", sa.BigInteger, nullable=False),
    sa.Column("internal_cost_ore", sa.BigInteger, nullable=False),
)
OWNER_LINKS = sa.Table(
    "owner_links",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("round", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("code_hash", sa.String(64), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("revoked_at", UtcTime),
    sa.Column("revoked_by", sa.Text),
    sa.UniqueConstraint("code_hash"),
    sa.Index("ix_owner_links_round_owner", "round", "owner"),
)
PURGES = sa.Table(
    "purges",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("round", sa.Text),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("files", sa.Integer, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("purged_by", sa.Text, nullable=False),
    sa.Column("begun_at", UtcTime, nullable=False),
    sa.Column("ended_at", UtcTime),
)


@dataclass(frozen=True, slots=True)
class Database:
    """An open database; ``where`` names it in messages, without a password."""

    engine: Engine
    where: str
    watch: LedgerWatch | None = None  # by which what was read is remembered

    def recall(self, key: Hashable, read: Callable[[Connection], T]) -> T:
        """Return what reading gives, as it is remembered where nobody has written since, for nobody to change; raises as ``reading``."""

        def read_now() -> T:
            with self.reading() as connection:
                return read(connection)

        return self.watch.recall(key, read_now) if self.watch else read_now()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with.

        Raises StyrxlError: ledger-busy, ledger-broken, ledger-unreachable, disk-full, not-writable.
        """
        with self._trouble(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection that alone may write until it commits, or rolls back on an exception; raises as ``reading``."""
        with self._trouble(), self.engine.execution_options(sqlite_begin="BEGIN IMMEDIATE").begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITE_LOCK})
            yield connection

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other commands that write away within the block, on a server; a ledger in a file has the workspace's own lock.

        A server lets go of it when its command dies. Raises as ``reading``: ledger-busy where another takes too long.
        """
        if self.engine.dialect.name != "postgresql":
            yield
            return
        with self._trouble():
            connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            with self._trouble():
                connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _COMMAND_LOCK})
            yield
        finally:
            connection.invalidate()  # which ends it, and with it its locks, rather than keeping it for later
            connection.close()

    def close(self) -> None:
        """Let go of the file or the server."""
        self.engine.dispose()

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except exc.IntegrityError:
            raise  # ours to mend, not the operator's
        except exc.DBAPIError as error:
            raise StyrxlError(_find_error_code(error), path=self.where, why=" ".join(str(error.orig).split())) from error


def open_database(place: Path | str, patience: float = PATIENCE, *, new: bool = True, watch: LedgerWatch | None = None) -> Database:
    """Open the database at a path or address, its tables made (where it may be ``new``) or brought up to date.

    ``watch``: of this file, where what is read is to be remembered.

    Raises StyrxlError: database-url where the address means nothing to us, driver-missing, ledger-newer where a newer styrxl
    made it, ledger-missing where there is none; else as ``Database.reading``.
    """
    url = parse_address(place)
    if not new and url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():  # to look into it would make it
        raise StyrxlError("ledger-missing", path=url.database)
    database = connect(url, patience)
    try:
        with database.reading() as connection:
            version = read_revision(connection) if new else _demand_revision(connection, database.where)
        if version != HEAD:
            with database.writing() as connection:
                _bring_up_to_date(connection, database.where)
    except BaseException:
        database.close()
        raise
    return replace(database, watch=watch)


def parse_address(place: Path | str) -> URL:
    """Return a database's address as SQLAlchemy has it; raises StyrxlError (database-url)."""
    if isinstance(place, Path):
        return URL.create("sqlite", database=str(place))
    try:
        url = make_url(place)
        return url.set(drivername=_DRIVERS[url.drivername])
    except (exc.ArgumentError, KeyError, ValueError) as error:
        raise StyrxlError("database-url", url=_PASSWORD.sub("***", place)) from error


def connect(url: URL, patience: float) -> Database:
    """Return a database that is asked nothing yet, and not brought up to date; raises StyrxlError (driver-missing)."""
    sqlite = url.get_backend_name() == "sqlite"
    where = url.database or ":memory:" if sqlite else url.render_as_string(hide_password=True)
    seconds, milliseconds = max(2, int(patience)), int(patience * 1000)
    waits: dict[str, Any] = {"timeout": patience} if sqlite else {"connect_timeout": seconds, "options": f"-c lock_timeout={milliseconds}"}
    try:
        engine = create_engine(url, connect_args=waits)
    except ImportError as error:
        raise StyrxlError("driver-missing", url=where, install=tell_how_to_install("postgres")) from error
    if sqlite:
        event.listen(engine, "connect", _prepare_connection)
        event.listen(engine, "begin", _begin_transaction)
    return Database(engine, where)


def _prepare_connection(connection: sqlite3.Connection, _record: object) -> None:
    # Python's sqlite3 begins transactions late and by its own rules; without an isolation level it leaves that to us.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_transaction(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def read_revision(connection: Connection) -> str | None:
    """Return the revision that the tables are at, or None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _demand_revision(connection: Connection, where: str) -> str:
    version = read_revision(connection)
    if version is None:
        raise StyrxlError("ledger-missing", path=where)
    return version


def _bring_up_to_date(connection: Connection, where: str) -> None:
    version = read_revision(connection)  # again, now that nobody else can change it
    if version is None:
        METADATA.create_all(connection, checkfirst=False)
        migrations.stamp(connection)
    elif version > HEAD:
        raise StyrxlError("ledger-newer", path=where, version=version, known=HEAD)
    elif version < HEAD:
        migrations.upgrade(connection, METADATA)


def _find_error_code(error: exc.DBAPIError) -> str:
    number = getattr(error.orig, "sqlite_errorcode", None)
    if number is not None:
        return _CODES.get(number & 0xFF, "ledger-broken")
    if getattr(error.orig, "sqlstate", None) == _LOCK_TIMEOUT:
        return "ledger-busy"
    # psycopg: no connection, or one that was lost or took too long, is an operational error; all else is the tables'.
    return "ledger-unreachable" if isinstance(error, exc.OperationalError) else "ledger-broken"
