"""The ledger's pages on mail: what was sent, and what came.

A mail is named by its round, kind, owner and what it is about, and goes once. ``sending`` is written before it leaves and ``sent`` after:
whatever is ``sending`` when the next command starts was in flight when the last one ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from styrxl.store.database import BROUGHT, MAILS, RECEIPTS, Database
from styrxl.store.ledger import Receipt

TEMPLATES, ANSWER, REMINDER, ESCALATION, SUMMARY, NOTICE = "templates", "answer", "reminder", "escalation", "summary", "notice"
BY_MAIL = "mail:"  # origin of a receipt, before the sender's address
REDIRECTED = "redirected"  # state of what went to a tester in its recipients' place


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that was begun; ``recipients`` and the rest as at its latest try.

    ``state``: ``sending`` (in flight), ``sent``, ``waiting`` (put off), ``refused``, or ``redirected`` of a test mailing.
    """

    round: str
    kind: str
    owner: str
    about: str
    message_id: str
    recipients: str
    subject: str
    state: str
    reply: str
    begun_at: datetime
    ended_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names the mail."""
        return self.round, self.kind, self.owner, self.about


@dataclass(frozen=True, slots=True)
class Brought:
    """One part of a message that came: a workbook (``taken``, ``held``, ``known``), or a message without any (``noted``, ``ignored``).

    ``mail`` is the hash of the whole message. ``reason`` is a word of the catalogue. ``path`` is where the workbook lies.
    """

    mail: str
    part: int
    message_id: str
    sender: str
    subject: str
    received_at: datetime
    name: str
    outcome: str
    reason: str = ""
    owner: str | None = None
    sha256: str | None = None
    path: str | None = None
    settled_by: str | None = None
    settled_at: datetime | None = None

    @property
    def id(self) -> str:
        """What a controller calls it by."""
        return f"{self.mail[:8]}-{self.part}"


class MailBook:
    """The pages on mail of an open ledger; every method may raise StyrxlError as ``Database.reading``."""

    def __init__(self, database: Database) -> None:
        """Take the ledger's database."""
        self._database = database

    def mails(self, round_id: str, kinds: Sequence[str] = ()) -> dict[tuple[str, str, str, str], Mail]:
        """Return the mails of a round, of all kinds or some, in the order in which they were begun."""
        query = _of(Mail, MAILS).where(MAILS.c.round == round_id).order_by(MAILS.c.number)
        with self._database.reading() as connection:
            rows = connection.execute(query.where(MAILS.c.kind.in_(kinds)) if kinds else query)
            return {mail.key: mail for mail in (Mail(*row) for row in rows)}

    def begin(self, mail: Mail) -> str:
        """Note that a mail is about to be sent, and return what is known of it: ``new``, ``unsure`` (in flight before) or ``sent``."""
        with self._database.writing() as connection:
            state = connection.scalar(sa.select(MAILS.c.state).where(_same(mail.key)))
            if state == "sent":
                return "sent"
            if state is None:
                connection.execute(MAILS.insert(), asdict(mail))
            else:
                values = {key: value for key, value in asdict(mail).items() if key not in _KEY}
                connection.execute(MAILS.update().where(_same(mail.key)).values(values))
        return "unsure" if state == "sending" else "new"

    def end(self, key: tuple[str, ...], state: str, reply: str, now: datetime) -> None:
        """Note what became of a mail."""
        with self._database.writing() as connection:
            connection.execute(MAILS.update().where(_same(key)).values(state=state, reply=reply, ended_at=now))

    def note(self, mail: Mail) -> None:
        """Note a mail that has gone and is not to be counted: it went to a tester."""
        with self._database.writing() as connection:
            connection.execute(MAILS.insert(), asdict(mail))

    def reminded(self, round_id: str) -> dict[str, datetime]:
        """Return when each owner that has been reminded in a round was so last."""
        m = MAILS.c
        theirs = (m.round == round_id) & (m.kind == REMINDER) & (m.state == "sent")
        query = sa.select(m.owner, sa.func.max(m.ended_at).label("at")).where(theirs)
        with self._database.reading() as connection:
            return {row.owner: row.at for row in connection.execute(query.group_by(m.owner))}

    def brought(self, round_id: str) -> list[Brought]:
        """Return what mail brought in a round, in the order in which it was taken in."""
        query = _of(Brought, BROUGHT).where(BROUGHT.c.round == round_id).order_by(BROUGHT.c.number)
        with self._database.reading() as connection:
            return [Brought(*row) for row in connection.execute(query)]

    def known(self, mails: Iterable[str]) -> set[str]:
        """Return those of the messages (hashes) that have been taken in, whatever the round."""
        with self._database.reading() as connection:
            return set(connection.scalars(sa.select(BROUGHT.c.mail).where(BROUGHT.c.mail.in_(sorted(mails)))))

    def take(self, round_id: str, parts: Sequence[Brought], receipts: Sequence[Receipt]) -> None:
        """Note what one message brought together with the receipts of its workbooks, or nothing of either."""
        with self._database.writing() as connection:
            connection.execute(BROUGHT.insert(), [asdict(part) | {"round": round_id} for part in parts])
            _register(connection, round_id, receipts)

    def settle(self, round_id: str, held: Brought, receipt: Receipt | None, by: str, now: datetime) -> None:
        """Note that a controller let a held workbook in (with its receipt) or sent it away."""
        outcome = "released" if receipt else "discarded"
        path = receipt.path if receipt else None
        same = (BROUGHT.c.round == round_id) & (BROUGHT.c.mail == held.mail) & (BROUGHT.c.part == held.part)
        with self._database.writing() as connection:
            connection.execute(BROUGHT.update().where(same).values(outcome=outcome, path=path, settled_by=by, settled_at=now))
            _register(connection, round_id, [receipt] if receipt else [])


_KEY = ("round", "kind", "owner", "about")


def _same(key: tuple[str, ...]) -> sa.ColumnElement[bool]:
    return sa.and_(*(MAILS.c[name] == value for name, value in zip(_KEY, key, strict=True)))


def _of(kind: type[Mail | Brought], table: sa.Table) -> sa.Select[Any]:
    return sa.select(*(table.c[field.name] for field in fields(kind)))


def _register(connection: sa.Connection, round_id: str, receipts: Sequence[Receipt]) -> None:
    r = RECEIPTS.c
    for receipt in receipts:
        here = (r.round == round_id) & (r.path == receipt.path) & (r.sha256 == receipt.sha256)
        if connection.scalar(sa.select(r.path).where(here)) is None:
            values: Mapping[str, Any] = {name: value for name, value in asdict(receipt).items() if name in r}
            connection.execute(RECEIPTS.insert(), {**values, "round": round_id})
