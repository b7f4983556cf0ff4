"""A message that came: who sent it, which workbooks it carries, and why it carries none. Pure: bytes in, values out.

Whatever the bytes are, there is an answer: Python's parser raises for some broken headers, and those count as empty.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
from dataclasses import dataclass

from styrxl.mail.incoming.attachments import REASONS, WORKBOOK, MessagePart, find_attachments
from styrxl.mail.incoming.headers import find_kind, find_unreached, read_header, read_message_id, read_sender
from styrxl.mail.plain_text import to_one_line
from styrxl.model.limits import STANDARD, Limits

_OTHERS, _SUBJECT = 20, 300  # files that are named, and characters of a subject that are kept


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message that came.

    ``hash`` is that of all its bytes. ``sender`` is its address, or "" where there is none, or several. ``kind``: ``mail``, ``automatic``
    (out of office and the like), ``bounce``, ``own``. ``reason`` says why there are no workbooks: one of ``attachments.REASONS``, or
    ``none``. ``others`` are files that are no workbooks; of a bounce, the addresses that it could not reach.
    """

    hash: str
    message_id: str
    sender: str
    subject: str
    kind: str
    workbooks: tuple[MessagePart, ...] = ()
    reason: str = ""
    others: tuple[str, ...] = ()


def read_message(raw: bytes, own: str = "", limits: Limits = STANDARD) -> ReceivedMessage:
    """Return what a message is and carries; ``own`` is the address that styrxl itself writes from."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    kind = find_kind(message, own)
    parts = [] if kind in {"own", "bounce"} else list(find_attachments(message, limits))
    workbooks = tuple(part for part in parts if part.kind == WORKBOOK)
    others = find_unreached(message) if kind == "bounce" else [part.name for part in parts if part.kind != WORKBOOK and part.name]
    reasons = [reason for reason in REASONS if any(part.kind == reason for part in parts)]
    return ReceivedMessage(
        hash=hashlib.sha256(raw).hexdigest(),
        message_id=read_message_id(message),
        sender=read_sender(message),
        subject=to_one_line(read_header(message, "Subject"))[:_SUBJECT],
        # An automatic message with a workbook comes from a rule that forwards: the workbook was meant for us.
        kind="mail" if kind == "automatic" and workbooks else kind,
        workbooks=workbooks,
        reason="" if workbooks else next(iter(reasons), "none"),
        others=tuple(others[:_OTHERS]),
    )
