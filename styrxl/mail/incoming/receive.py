"""Intake by mail: each message once, its workbooks into the inbox if their sender may hand them in, else into quarantine.

A workbook's file is written before the ledger says that it is there, and the message is moved after: whatever is cut short is done anew
the next time, into the same files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from styrxl.mail.addresses import plain_address
from styrxl.mail.incoming.attachments import Enclosed
from styrxl.mail.incoming.message import Incoming, incoming
from styrxl.mail.incoming.senders import why_not
from styrxl.mail.incoming.sources import Item
from styrxl.mail.incoming.stored_files import held_path, inbox_path, put, receipt
from styrxl.model.rounds import Round
from styrxl.returns.isolated import Reader
from styrxl.rounds.desk import Desk
from styrxl.store.mail_log import Brought, MailBook


@dataclass(frozen=True, slots=True)
class _Placed:
    """A workbook and what is to become of it."""

    note: Brought
    path: Path
    data: bytes

    @property
    def taken(self) -> bool:
        return self.note.outcome == "taken"


def take_in(
    desk: Desk, book: MailBook, round_: Round, items: Iterable[Item], noting: Callable[[], AbstractContextManager[None]] = nullcontext
) -> Iterator[Brought]:
    """Take in messages, and yield what each brought as soon as it is noted; those taken in before bring nothing.

    Raises StyrxlError: as the source of the messages; disk-full, not-writable.
    """
    mail = desk.workspace.settings.mail
    own = plain_address(mail.sender.rpartition("<")[2].rstrip("> ")) if mail else None
    with Reader(desk.limits) as reader:
        for item in items:
            if not book.known([hashlib.sha256(item.raw).hexdigest()]):
                message = incoming(item.raw, own or "", desk.limits)
                placed = [_placed(desk, round_, message, item.received, n, one, reader) for n, one in enumerate(message.workbooks)]
                notes = [one.note for one in placed] or [_without(message, item)]
                with noting():
                    for one in placed:
                        put(one.path, one.data, item.received)
                    book.take(round_.id, notes, [receipt(desk, one.note, one.path, len(one.data)) for one in placed if one.taken])
                yield from notes
            item.done()


def _placed(desk: Desk, round_: Round, message: Incoming, received: datetime, part: int, one: Enclosed, reader: Reader) -> _Placed:
    returned, _ = reader.read(one.data)
    owner = (returned.identity.get("owner") or None) if returned else None
    reason = why_not(desk, round_, message.sender, owner)
    note = Brought(
        mail=message.hash,
        part=part,
        message_id=message.message_id,
        sender=message.sender,
        subject=message.subject,
        received_at=received,
        name=one.name,
        outcome="held" if reason else "taken",
        reason=reason,
        owner=owner,
        sha256=hashlib.sha256(one.data).hexdigest(),
    )
    path = held_path(desk, round_, note) if reason else inbox_path(desk, round_, note)
    return _Placed(replace(note, path=desk.workspace.shown(path)), path, one.data)


def _without(message: Incoming, item: Item) -> Brought:
    """Return the note on a message that carries no workbook."""
    outcome, reason = "noted", message.reason
    if message.kind in {"automatic", "own"}:
        outcome, reason = "ignored", message.kind
    elif message.kind == "bounce":
        reason = "bounce"
    elif item.too_large:
        reason = "oversized"
    others = ", ".join(message.others)
    return Brought(message.hash, 0, message.message_id, message.sender, message.subject, item.received, others, outcome, reason)
