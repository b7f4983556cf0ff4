"""Intake by mail: each message once, its workbooks into the inbox if their sender may hand them in, else into quarantine.

A workbook's file is written before the ledger says that it is there, and the message is moved after: whatever is cut short is done anew
the next time, into the same files.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path, PurePath

from styrxl.mail.addresses import file_name, plain_address
from styrxl.mail.incoming.message import SUFFIXES, Enclosed, Incoming, incoming
from styrxl.mail.incoming.sources import Item
from styrxl.model.catalogue import word
from styrxl.model.errors import StyrxlError
from styrxl.model.masking import shown
from styrxl.model.rounds import Round
from styrxl.returns.isolated import Reader
from styrxl.rounds.desk import Desk
from styrxl.store.files import write_atomically
from styrxl.store.ledger import Receipt
from styrxl.store.mail_log import BY_MAIL, Brought, MailBook

_UNPLACED = "okand"


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


def put(path: Path, data: bytes, received: datetime) -> None:
    """Write a workbook with the time at which it came as its file's own."""
    write_atomically(path, data)
    os.utime(path, (received.timestamp(), received.timestamp()))


def receipt(desk: Desk, note: Brought, path: Path, size: int) -> Receipt:
    """Return the receipt of a workbook that came by mail."""
    return Receipt(desk.workspace.shown(path), note.sha256 or "", size, note.received_at, BY_MAIL + note.sender)


def inbox_path(desk: Desk, round_: Round, note: Brought) -> Path:
    """Return where a workbook lies in the inbox: the same place each time it is taken in."""
    suffix = PurePath(note.name).suffix.lower()
    stem = f"{file_name(note.owner or _UNPLACED)}_{note.received_at.astimezone():%Y%m%d-%H%M%S}_{note.id}"
    return desk.workspace.inbox(round_) / f"{stem}{suffix if suffix in SUFFIXES else '.xlsx'}"


def held_path(desk: Desk, round_: Round, note: Brought) -> Path:
    """Return where a workbook waits in quarantine."""
    suffix = PurePath(note.name).suffix.lower()
    return desk.workspace.root / "quarantine" / round_.id / f"{note.id}{suffix if suffix in SUFFIXES else '.xlsx'}"


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


def why_not(desk: Desk, round_: Round, sender: str, owner: str | None) -> str:
    """Return why a sender may not hand in an owner's workbook, or "" where it may.

    A workbook that says no owner that there is may come from anybody's contact: it is answered, and cannot count for anybody.
    """
    if not sender:
        return "no_sender"
    everybody = {_folded(address) for o in desk.plan.organisations for address in o.email}
    if _folded(sender) not in everybody:
        return "unknown_sender"
    row = desk.plan.find(owner, date(round_.year, 1, 1)) if owner else None
    return "other_owner" if row and _folded(sender) not in {_folded(address) for address in row.email} else ""


def _folded(address: str) -> str:
    return (plain_address(address) or address).casefold()


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


# what the controller sees


def as_text(notes: Iterable[Brought], language: str) -> str:
    """Return a line for each thing that mail brought, then the sums."""
    those = list(notes)
    return "\n".join([*(line(note, language) for note in those), sums(those, language)]) + "\n"


def sums(notes: Iterable[Brought], language: str) -> str:
    """Return how many things of each kind mail brought."""
    counts = Counter(note.outcome for note in notes)
    return word("brought_sum", language, **{name: counts[name] for name in ("taken", "held", "noted", "ignored")})


def line(note: Brought, language: str) -> str:
    """Return what became of one thing that mail brought."""
    mark = {"taken": "✓", "released": "✓", "held": "!", "noted": "!"}.get(note.outcome, "–")
    who = note.sender or word("brought_nobody", language)
    what = note.name or f"”{note.subject}”"
    why = word(f"brought_{note.reason}", language) if note.reason else note.path or ""
    told = word(f"brought_outcome_{note.outcome}", language)
    number = f" [{note.id}]" if note.outcome == "held" else ""
    return f"{mark} {shown(who)} · {shown(what)} · {told}{number}" + (f": {shown(why)}" if why else "")


def find(notes: Iterable[Brought], name: str) -> Brought:
    """Return the workbook that waits under a name; raises StyrxlError (not-in-quarantine)."""
    held = [note for note in notes if note.outcome == "held"]
    for note in held:
        if note.id == name:
            return note
    raise StyrxlError("not-in-quarantine", id=name, known=", ".join(note.id for note in held) or "–")
