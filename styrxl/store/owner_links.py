"""The links by which owners look at and hand in their workbooks: whose they are, how long they hold, and who took them back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from styrxl.store.database import OWNER_LINKS, Database

BY_LINK = "link:"  # begins the origin of what was handed in by a link, before its number


@dataclass(frozen=True, slots=True)
class OwnerLink:
    """A link of an owner in a round; nothing of it opens anything without the workspace's key."""

    number: int
    round: str
    owner: str
    code_hash: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it lets anybody in at a time."""
        return self.revoked_at is None and at < self.expires_at


_COLUMNS = [OWNER_LINKS.c[field.name] for field in fields(OwnerLink)]


def read_links(database: Database, round_id: str) -> list[OwnerLink]:
    """Return the links of a round, the oldest first; raises as ``Database.reading``."""
    return _read(database, OWNER_LINKS.c.round == round_id)


def find_link(database: Database, number: int) -> OwnerLink | None:
    """Return a link by its number; raises as ``Database.reading``."""
    return next(iter(_read(database, OWNER_LINKS.c.number == number)), None)


def find_link_by_code(database: Database, code_hash: str) -> OwnerLink | None:
    """Return a link by the hash of its code; raises as ``Database.reading``."""
    return next(iter(_read(database, OWNER_LINKS.c.code_hash == code_hash)), None)


def record_link(database: Database, make: Callable[[int], OwnerLink], round_id: str, owner: str, at: datetime) -> OwnerLink:
    """Return the link of an owner in a round that holds at a time, or record the one that ``make`` returns for a number.

    Two that ask at once get the same one. Raises as ``Database.reading``.
    """
    with database.writing() as connection:
        known = _select(OWNER_LINKS.c.round == round_id, OWNER_LINKS.c.owner == owner)
        holding = [one for row in connection.execute(known) if (one := OwnerLink(*row)).holds(at)]
        if holding:
            return holding[-1]
        number = (connection.scalar(sa.select(sa.func.max(OWNER_LINKS.c.number))) or 0) + 1
        link = make(number)
        connection.execute(OWNER_LINKS.insert(), {column.name: getattr(link, column.name) for column in _COLUMNS})
        return link


def revoke_links(database: Database, round_id: str, owner: str, at: datetime, by: str) -> int:
    """Let no link of an owner in a round hold from a time on, and return how many did; raises as ``Database.reading``."""
    links = OWNER_LINKS.c
    mine = sa.and_(links.round == round_id, links.owner == owner, links.revoked_at.is_(None), links.expires_at > at)
    with database.writing() as connection:
        return connection.execute(OWNER_LINKS.update().where(mine).values(revoked_at=at, revoked_by=by)).rowcount


def _read(database: Database, *where: sa.ColumnElement[bool]) -> list[OwnerLink]:
    with database.reading() as connection:
        return [OwnerLink(*row) for row in connection.execute(_select(*where))]


def _select(*where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(*_COLUMNS).where(*where).order_by(OWNER_LINKS.c.number)
