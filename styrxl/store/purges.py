"""What was disposed of: the record of it, which stays, and what is erased in the ledger itself."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime

import sqlalchemy as sa

from styrxl.store.database import BROUGHT, ISSUES, MAILS, PREFILLS, PURGES, RECEIPTS, Database
from styrxl.store.mail_states import BOUNCE, BY_MAIL

# What is disposed of by itself: a round's returns, what the ledger has of persons in its mails, what was in quarantine; letters to look at
# before they are sent, what was kept of what was read, and who signed in.
RETURNS, MAIL, QUARANTINE = "returns", "mail", "quarantine"
DRAFTS, CACHE, SIGN_INS = "drafts", "cache", "sign-ins"
KINDS = (RETURNS, MAIL, QUARANTINE, DRAFTS, CACHE, SIGN_INS)
RECORDS = (RETURNS, MAIL, QUARANTINE)  # public records: only on a decision

ERASED = "–"  # where an address or a subject stood
_NOTHING = "{}"


@dataclass(frozen=True, slots=True)
class Purge:
    """What was disposed of: of which kind and round (none for what belongs to no round), how much, on which decision and by whom.

    ``rows``: how many in the ledger were erased. ``ended_at`` is None while it is being done, or where it was cut short.
    """

    number: int
    kind: str
    round: str | None
    decision: str
    files: int
    size: int
    rows: int
    purged_by: str
    begun_at: datetime
    ended_at: datetime | None = None


def begin_purge(database: Database, purge: Purge) -> int:
    """Record that something is being disposed of, and return its number; from then on it counts as gone. Raises as ``reading``."""
    values = {name: value for name, value in asdict(purge).items() if name != "number"}
    with database.writing() as connection:
        key = connection.execute(PURGES.insert(), values).inserted_primary_key
    assert key is not None
    return int(key[0])


def end_purge(database: Database, number: int, now: datetime) -> None:
    """Record that all of it is gone; raises as ``reading``."""
    with database.writing() as connection:
        connection.execute(PURGES.update().where(PURGES.c.number == number).values(ended_at=now))


def read_purges(database: Database) -> list[Purge]:
    """Return all that was disposed of, oldest first; raises as ``reading``."""
    query = sa.select(*(PURGES.c[field.name] for field in fields(Purge))).order_by(PURGES.c.number)
    return [*database.recall("purges", lambda connection: [Purge(*row) for row in connection.execute(query)])]


def find_purged_rounds(database: Database) -> dict[str, Purge]:
    """Return the rounds whose returns were disposed of, with when that was done first; raises as ``reading``."""
    purges = [purge for purge in read_purges(database) if purge.kind == RETURNS and purge.round]
    return {purge.round: purge for purge in reversed(purges) if purge.round}


def list_recorded_rounds(database: Database) -> set[str]:
    """Return the rounds that the ledger knows anything of; raises as ``reading``."""
    tables = (ISSUES, RECEIPTS, BROUGHT, MAILS)
    with database.reading() as connection:
        return {round_id for table in tables for round_id in connection.scalars(sa.select(table.c.round).distinct())}


def erase_prefills(database: Database, round_id: str) -> None:
    """Erase what a round's workbooks were filled in with beforehand, where no other round's were filled in with the same."""
    nothing = hashlib.sha256(_NOTHING.encode()).hexdigest()
    with database.writing() as connection:
        if connection.scalar(sa.select(PREFILLS.c.hash).where(PREFILLS.c.hash == nothing)) is None:
            connection.execute(PREFILLS.insert(), {"hash": nothing, "content": zlib.compress(_NOTHING.encode(), 1)})
        connection.execute(ISSUES.update().where(ISSUES.c.round == round_id).values(prefill_hash=nothing))
        unused = PREFILLS.c.hash.not_in(sa.select(ISSUES.c.prefill_hash)) & (PREFILLS.c.hash != nothing)
        connection.execute(PREFILLS.delete().where(unused))


def count_prefills(database: Database, round_id: str) -> int:
    """Return of how many of a round's workbooks it is kept what they were filled in with; raises as ``reading``."""
    nothing = hashlib.sha256(_NOTHING.encode()).hexdigest()
    query = sa.select(sa.func.count()).where(ISSUES.c.round == round_id, ISSUES.c.prefill_hash != nothing)
    with database.reading() as connection:
        return connection.scalar(query) or 0


def count_mail(database: Database, round_id: str) -> int:
    """Return how many of a round's records say who wrote, or was written to; raises as ``reading``."""
    with database.reading() as connection:
        return sum(connection.scalar(sa.select(sa.func.count()).where(where)) or 0 for where in _list_personal(round_id))


def erase_mail(database: Database, round_id: str) -> None:
    """Erase addresses, subjects and file names from a round's record of mails; that they came and went, and when, stays."""
    sent, brought, received = _list_personal(round_id)
    name = sa.case((BROUGHT.c.reason == BOUNCE, ""), else_=ERASED)  # a bounce's names are addresses, to which nothing may be sent
    with database.writing() as connection:
        connection.execute(MAILS.update().where(sent).values(recipients=ERASED, subject=ERASED, reply=""))
        connection.execute(BROUGHT.update().where(brought).values(sender=ERASED, subject=ERASED, name=name))
        connection.execute(RECEIPTS.update().where(received).values(origin=f"{BY_MAIL}{ERASED}"))


def _list_personal(round_id: str) -> Iterable[sa.ColumnElement[bool]]:
    sent = (MAILS.c.round == round_id) & (MAILS.c.recipients != ERASED)
    brought = (BROUGHT.c.round == round_id) & (BROUGHT.c.sender != ERASED)
    by_mail = RECEIPTS.c.origin.like(f"{BY_MAIL}%") & (RECEIPTS.c.origin != f"{BY_MAIL}{ERASED}")
    return sent, brought, (RECEIPTS.c.round == round_id) & by_mail


def compact(database: Database) -> None:
    """Write a ledger that is a file anew, without what was erased: SQLite would leave it in the file; a server sees to that itself."""
    if database.engine.dialect.name == "sqlite":
        with database.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("VACUUM")
