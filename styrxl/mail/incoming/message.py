"""Messages that came: who sent them, which workbooks they carry, and why they carry none. Pure: bytes in, values out.

Whatever a message holds, it gives an answer here: Python's parser of mails raises for some broken heads, and those count as empty.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
from dataclasses import dataclass

from styrxl.mail.incoming.attachments import Enclosed, Found, walk
from styrxl.mail.incoming.headers import find_kind, find_unreached, read_header, read_message_id, read_sender
from styrxl.mail.plain_text import one_line
from styrxl.model.limits import STANDARD, Limits


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message that came.

    ``hash`` is that of all its bytes. ``sender`` is an address as letters have it, or "" where it is none or several. ``kind``: ``mail``,
    ``automatic`` (out of office and the like), ``bounce``, ``own``. ``reason`` says why there are no workbooks: ``link``, ``winmail``,
    ``zip``, ``encrypted``, ``none``. ``others`` are files that are no workbooks; of a bounce, the addresses that it could not reach.
    """

    hash: str
    message_id: str
    sender: str
    subject: str
    kind: str
    workbooks: tuple[Enclosed, ...] = ()
    reason: str = ""
    others: tuple[str, ...] = ()


def incoming(raw: bytes, own: str = "", limits: Limits = STANDARD) -> Incoming:
    """Return what a message is and carries; ``own`` is the address that styrxl itself writes from."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    found = Found()
    kind = find_kind(message, own)
    if kind == "bounce":
        found.others += find_unreached(message)
    elif kind != "own":
        walk(message, found, limits, 0)
    if kind == "automatic" and found.workbooks:
        kind = "mail"  # a rule that forwards: what it carries was meant for us
    reasons = [reason for reason in ("encrypted", "winmail", "zip", "link") if reason in found.troubles]
    return Incoming(
        hash=hashlib.sha256(raw).hexdigest(),
        message_id=read_message_id(message),
        sender=read_sender(message),
        subject=one_line(read_header(message, "Subject"))[:300],
        kind=kind,
        workbooks=tuple(found.workbooks),
        reason="" if found.workbooks else next(iter(reasons), "none"),
        others=tuple(found.others[:20]),
    )
