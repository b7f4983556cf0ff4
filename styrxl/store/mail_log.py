"""What the ledger records of mail: what was sent, and what came.

A mail is named by its round, kind, owner and what it is about, and goes once. ``sending`` is written before it leaves and ``sent`` after:
whatever is ``sending`` when the next command starts was in flight when the last one ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from styrxl.store.database import BROUGHT, MAILS, Database, UtcTime
from styrxl.store.mail_states import (
    ANSWER,
    BOUNCE,
    DISCARDED,
    IN_DOUBT,
    NEW,
    NO_DOUBT,
    NOTICE,
    PERSON,
    RELEASED,
    REMINDER,
    SENDING,
    SENT,
    TOLD,
    UNSURE,
)
from styrxl.store.receipts import Receipt, find_receipts, insert_receipts

_SHORT = 16  # letters of a message's hash by which a notice names it


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that was begun; ``recipients`` and the rest as at its latest try.

    ``state``: SENDING, SENT, WAITING, REFUSED or REDIRECTED. ``doubt``: IN_DOUBT or TOLD where a try broke off and another was begun.
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
    doubt: int | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What identifies the mail."""
        return self.round, self.kind, self.owner, self.about


@dataclass(frozen=True, slots=True)
class MailPart:
    """One part of a message that came: a workbook (TAKEN, HELD, RELEASED, DISCARDED), or a message without any (NOTED, IGNORED, ASIDE).

    ``mail`` is the hash of the whole message. ``reason`` is a word of the catalogue. ``path`` is the workbook's, in the workspace, or that
    of a message that could not be read. ``kind``: PERSON or a kind of machine; None in a ledger from before that was recorded, as
    ``recorded_at``. ``replies_to``: ids of those of our mails that it answers, with spaces between them. ``name`` of a bounce is the
    address that was not reached. ``round``: the one that it is filed in.
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
    kind: str | None = None
    recorded_at: datetime | None = None
    replies_to: str | None = None
    round: str = ""

    @property
    def about(self) -> str:
        """What a notice on the message is about."""
        return self.mail[:_SHORT]

    @property
    def by_machine(self) -> bool:
        """Whether no person wrote the message, so that it is never answered."""
        return self.kind not in {None, PERSON}

    @property
    def id(self) -> str:
        """What a controller calls it by."""
        return f"{self.mail[:8]}-{self.part}"


class MailLog:
    """What an open ledger records of mail; every method may raise StyrxlError as ``Database.reading``."""

    def __init__(self, database: Database) -> None:
        """Take the ledger's database."""
        self._database = database

    def mails(self, round_id: str, kinds: Sequence[str] = ()) -> dict[tuple[str, str, str, str], Mail]:
        """Return the mails of a round, of all kinds or some, in the order in which they were begun."""
        query = _of(Mail, MAILS).where(MAILS.c.round == round_id).order_by(MAILS.c.number)
        query = query.where(MAILS.c.kind.in_(kinds)) if kinds else query
        key = ("mails", round_id, tuple(kinds) if kinds else ())
        found = self._database.recall(key, lambda connection: [Mail(*row) for row in connection.execute(query)])
        return {mail.key: mail for mail in found}

    def begin(self, mail: Mail, also: Iterable[Mail] = ()) -> str:
        """Record that a mail is being sent, and return what was known of it: NEW, UNSURE (it may have come before) or SENT.

        ``also``: the same mail under the keys of what else it answers.
        """
        with self._database.writing() as connection:
            known = _begin(connection, mail)
            if known != SENT:
                for other in also:
                    _begin(connection, other)
        return known

    def list_doubtful(self, round_id: str) -> list[Mail]:
        """Return the mails of a round that may have come twice, or at all, and of which the controller has not been told."""
        m = MAILS.c
        untold = (m.doubt == IN_DOUBT) | ((m.state == SENDING) & sa.func.coalesce(m.doubt, NO_DOUBT).in_([NO_DOUBT, IN_DOUBT]))
        query = _of(Mail, MAILS).where(m.round == round_id, untold).order_by(m.number)
        found = self._database.recall(("doubtful", round_id), lambda connection: [Mail(*row) for row in connection.execute(query)])
        return list({mail.message_id: mail for mail in reversed(found)}.values())[::-1]  # one that answers several returns is one mail

    def mark_told(self, mails: Iterable[Mail]) -> None:
        """Record that the controller has been told of mails in doubt."""
        with self._database.writing() as connection:
            for mail in mails:
                connection.execute(MAILS.update().where(MAILS.c.message_id == mail.message_id).values(doubt=TOLD))

    def end(self, key: tuple[str, ...], state: str, reply: str, now: datetime, also: Iterable[tuple[str, ...]] = ()) -> None:
        """Record what became of a mail, under its other keys too."""
        with self._database.writing() as connection:
            for each in (key, *also):
                connection.execute(MAILS.update().where(_same(each)).values(state=state, reply=reply, ended_at=now))

    def record_trial(self, mail: Mail) -> None:
        """Record a mail that went to a tester, and does not count."""
        with self._database.writing() as connection:
            connection.execute(MAILS.insert(), asdict(mail))

    def last_reminders(self, round_id: str) -> dict[str, datetime]:
        """Return when each owner was last reminded in a round, if it was."""
        m = MAILS.c
        theirs = (m.round == round_id) & (m.kind == REMINDER) & (m.state == SENT)
        query = sa.select(m.owner, sa.func.max(m.ended_at).label("at")).where(theirs)
        found = self._database.recall(("reminders", round_id), lambda connection: list(connection.execute(query.group_by(m.owner))))
        return {row.owner: row.at for row in found}

    def parts(self, round_id: str) -> list[MailPart]:
        """Return the parts of the messages that came in a round, in the order in which they were recorded."""
        query = _of(MailPart, BROUGHT).where(BROUGHT.c.round == round_id).order_by(BROUGHT.c.number)
        return [*self._database.recall(("parts", round_id), lambda connection: [MailPart(*row) for row in connection.execute(query)])]

    def find_rounds(self, since: datetime) -> set[str]:
        """Return the rounds in which anything that came by mail was recorded since a time."""
        with self._database.reading() as connection:
            return set(connection.scalars(sa.select(BROUGHT.c.round).where(BROUGHT.c.recorded_at >= since)))

    def list_rounds(self) -> set[str]:
        """Return the rounds in which anything has come by mail."""
        with self._database.reading() as connection:
            return set(connection.scalars(sa.select(BROUGHT.c.round).distinct()))

    def find_outcomes(self, mail: str) -> set[str]:
        """Return what became of the parts of a message (its hash), in any round; nothing for one that is not recorded."""
        with self._database.reading() as connection:
            return set(connection.scalars(sa.select(BROUGHT.c.outcome).where(BROUGHT.c.mail == mail)))

    def find_unreached(self) -> dict[str, datetime]:
        """Return since when addresses (in small letters) do not work: reports said so, and no person has written from there since."""
        at = sa.func.coalesce(BROUGHT.c.recorded_at, BROUGHT.c.received_at, type_=UtcTime)
        bounces = sa.select(BROUGHT.c.name, at).where(BROUGHT.c.reason == BOUNCE).order_by(BROUGHT.c.number)
        heard = sa.select(BROUGHT.c.sender, sa.func.max(at, type_=UtcTime)).group_by(BROUGHT.c.sender)
        return {**self._database.recall("unreached", lambda connection: _read_unreached(connection, bounces, heard))}

    def list_noticed(self) -> list[tuple[str, str, datetime]]:
        """Return of each notice that was sent in any round: to whom, why, and when."""
        on = sa.func.substr(BROUGHT.c.mail, 1, _SHORT) == MAILS.c.about
        sent = (MAILS.c.kind == NOTICE) & (MAILS.c.state == SENT)
        query = sa.select(BROUGHT.c.sender, BROUGHT.c.reason, MAILS.c.ended_at).select_from(MAILS.join(BROUGHT, on)).where(sent)
        with self._database.reading() as connection:
            return [(row.sender, row.reason, row.ended_at) for row in connection.execute(query)]

    def find_kinds(self, message_ids: Iterable[str]) -> dict[str, str]:
        """Return of which kinds mails with the ids are, of all rounds."""
        query = sa.select(MAILS.c.message_id, MAILS.c.kind).where(MAILS.c.message_id.in_(sorted(set(message_ids))))
        with self._database.reading() as connection:
            return {row.message_id: row.kind for row in connection.execute(query)}

    def find_rounds_of(self, message_ids: Iterable[str]) -> set[str]:
        """Return the rounds of the mails of ours with the ids."""
        query = sa.select(MAILS.c.round).where(MAILS.c.message_id.in_(sorted(set(message_ids))))
        with self._database.reading() as connection:
            return set(connection.scalars(query))

    def find_recipients(self, message_ids: Iterable[str]) -> list[str]:
        """Return the addresses that the mails with the ids went to, of all rounds."""
        query = sa.select(MAILS.c.recipients).where(MAILS.c.message_id.in_(sorted(set(message_ids))))
        with self._database.reading() as connection:
            return list(dict.fromkeys(address for recipients in connection.scalars(query) for address in recipients.split("; ")))

    def count_answers(self, since: datetime) -> Counter[tuple[str, str]]:
        """Return how many answers and notices have gone since a time, in all rounds, to each address (in small letters) and owner."""
        answers = MAILS.c.kind.in_([ANSWER, NOTICE]) & MAILS.c.state.in_([SENT, SENDING]) & (MAILS.c.begun_at >= since)
        query = sa.select(MAILS.c.recipients, MAILS.c.owner).where(answers)
        rows = self._database.recall(("answers", since), lambda connection: list(connection.execute(query)))
        return Counter((address.casefold(), row.owner) for row in rows for address in row.recipients.split("; "))

    def record_message(self, parts: Sequence[MailPart], receipts: Iterable[tuple[str, Receipt]], now: datetime) -> None:
        """Record the parts of one message, each in its round, together with the receipts (with their rounds), or nothing of either."""
        by_round: dict[str, list[Receipt]] = {}
        for round_id, receipt in receipts:
            by_round.setdefault(round_id, []).append(receipt)
        with self._database.writing() as connection:
            connection.execute(BROUGHT.insert(), [asdict(part) for part in parts])
            for round_id, some in by_round.items():
                _register(connection, round_id, some, now)

    def settle(self, round_id: str, part: MailPart, receipt: Receipt | None, by: str, now: datetime) -> None:
        """Record that a controller let a workbook in quarantine in (with its receipt) or sent it away."""
        outcome = RELEASED if receipt else DISCARDED
        path = receipt.path if receipt else None
        same = (BROUGHT.c.round == round_id) & (BROUGHT.c.mail == part.mail) & (BROUGHT.c.part == part.part)
        with self._database.writing() as connection:
            connection.execute(BROUGHT.update().where(same).values(outcome=outcome, path=path, settled_by=by, settled_at=now))
            _register(connection, round_id, [receipt] if receipt else [], now)


def _read_unreached(connection: sa.Connection, bounces: sa.Select[Any], heard: sa.Select[Any]) -> dict[str, datetime]:
    unreached = {address.casefold(): since for names, since in connection.execute(bounces) for address in names.split(", ") if address}
    if not unreached:
        return {}
    last = {sender.casefold(): when for sender, when in connection.execute(heard.where(BROUGHT.c.kind == PERSON))}
    return {address: since for address, since in unreached.items() if address not in last or last[address] <= since}


_KEY = ("round", "kind", "owner", "about")


def _same(key: tuple[str, ...]) -> sa.ColumnElement[bool]:
    return sa.and_(*(MAILS.c[name] == value for name, value in zip(_KEY, key, strict=True)))


def _begin(connection: sa.Connection, mail: Mail) -> str:
    known = connection.execute(sa.select(MAILS.c.state, MAILS.c.doubt).where(_same(mail.key))).one_or_none()
    if known is None:
        connection.execute(MAILS.insert(), asdict(mail))
        return NEW
    if known.state == SENT:
        return SENT
    unsure = known.state == SENDING or bool(known.doubt)
    values = {key: value for key, value in asdict(mail).items() if key not in _KEY}
    connection.execute(MAILS.update().where(_same(mail.key)).values(values | {"doubt": IN_DOUBT if unsure else NO_DOUBT}))
    return UNSURE if unsure else NEW


def _of(kind: type[Mail | MailPart], table: sa.Table) -> sa.Select[Any]:
    return sa.select(*(table.c[field.name] for field in fields(kind)))


def _register(connection: sa.Connection, round_id: str, receipts: Sequence[Receipt], now: datetime) -> None:
    _, new = find_receipts(connection, round_id, receipts, now)
    insert_receipts(connection, round_id, new)
