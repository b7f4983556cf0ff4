"""Mail taken in: each message once, its workbooks into the inbox if their sender may hand them in, else into quarantine.

A workbook's file is written before the ledger says that it is there, and the message is moved after: what is interrupted is done again
the next time, into the same files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from styrxl.mail.addresses import parse_address
from styrxl.mail.incoming.message import ReceivedMessage, read_message
from styrxl.mail.incoming.senders import find_refusal
from styrxl.mail.incoming.sources import FetchedMessage
from styrxl.mail.incoming.stored_files import choose_inbox_path, choose_quarantine_path, make_receipt, store_workbook
from styrxl.model.rounds import Round
from styrxl.returns.isolated import IsolatedReader
from styrxl.rounds.desk import Desk
from styrxl.store.mail_log import HELD, IGNORED, NOTED, TAKEN, MailLog, MailPart


@dataclass(frozen=True, slots=True)
class _PlacedWorkbook:
    """A workbook, what the ledger is to record of it, and where it is to be stored."""

    part: MailPart
    path: Path
    data: bytes


def receive_mail(
    desk: Desk,
    mail_log: MailLog,
    round_: Round,
    messages: Iterable[FetchedMessage],
    recording: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Iterator[MailPart]:
    """Take in messages, and yield the parts of each as soon as they are recorded; messages that are recorded already yield nothing.

    ``recording`` keeps others from writing meanwhile. Raises StyrxlError: as the source of the messages; disk-full, not-writable.
    """
    mail = desk.workspace.settings.mail
    own = parse_address(mail.sender.rpartition("<")[2].rstrip("> ")) if mail else None
    with IsolatedReader(desk.limits) as reader:
        for fetched in messages:
            if not mail_log.find_known([hashlib.sha256(fetched.raw).hexdigest()]):
                message = read_message(fetched.raw, own or "", desk.limits)
                workbooks = _place_workbooks(desk, round_, message, fetched, reader)
                parts = [workbook.part for workbook in workbooks] or [describe_message(message, fetched)]
                receipts = [make_receipt(desk, w.part, w.path, len(w.data)) for w in workbooks if w.part.outcome == TAKEN]
                with recording():
                    for workbook in workbooks:
                        store_workbook(workbook.path, workbook.data, fetched.received)
                    mail_log.record_message(round_.id, parts, receipts, desk.now)
                yield from parts
            fetched.finish()


def _place_workbooks(
    desk: Desk, round_: Round, message: ReceivedMessage, fetched: FetchedMessage, reader: IsolatedReader
) -> list[_PlacedWorkbook]:
    """Return a message's workbooks, each with its owner and with where its sender may put it."""
    placed = []
    for number, workbook in enumerate(message.workbooks):
        reading, _ = reader.read(workbook.data)
        owner = (reading.identity.get("owner") or None) if reading else None
        reason = find_refusal(desk.plan, date(round_.year, 1, 1), message.sender, owner)
        part = replace(
            describe_message(message, fetched),
            part=number,
            name=workbook.name,
            outcome=HELD if reason else TAKEN,
            reason=reason,
            owner=owner,
            sha256=hashlib.sha256(workbook.data).hexdigest(),
        )
        path = choose_quarantine_path(desk, round_, part) if reason else choose_inbox_path(desk, round_, part)
        placed.append(_PlacedWorkbook(replace(part, path=desk.workspace.shown(path)), path, workbook.data))
    return placed


def describe_message(message: ReceivedMessage, fetched: FetchedMessage) -> MailPart:
    """Return what the ledger records of a message that carries no workbook: why there is none."""
    outcome, reason = NOTED, message.reason
    if message.kind in {"automatic", "own"}:
        outcome, reason = IGNORED, message.kind
    elif message.kind == "bounce":
        reason = "bounce"
    elif fetched.too_large:
        reason = "oversized"
    others = ", ".join(message.others)
    return MailPart(message.hash, 0, message.message_id, message.sender, message.subject, fetched.received, others, outcome, reason)
