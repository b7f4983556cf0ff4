"""A message that came: who sent it, which workbooks it carries, and why it carries none. Pure: bytes in, values out.

Whatever the bytes are, there is an answer: what is wrong with a mail stays with that mail.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from email.message import Message
from itertools import islice

from styrxl.mail.addresses import parse_address
from styrxl.mail.incoming.attachments import REASONS, WORKBOOK, MessagePart, find_attachments
from styrxl.mail.incoming.authentication import has_failed
from styrxl.mail.incoming.delivery_reports import find_unreached
from styrxl.mail.incoming.machines import OUR_ID, OWN, find_kind
from styrxl.mail.incoming.mime import DAMAGED, NESTED, find_damage, parse_mail, read_content, read_header, read_header_block, walk_all_parts
from styrxl.mail.incoming.sender_address import parse_from, read_sender
from styrxl.mail.incoming.subjects import find_kind_by_subject
from styrxl.mail.incoming.unwrap import open_mail, unwrap
from styrxl.mail.plain_text import to_one_line
from styrxl.model.limits import STANDARD, Limits
from styrxl.model.settings import MailSettings
from styrxl.store.mail_states import BOUNCE, PERSON

_OTHERS, _SUBJECT, _REPLIES = 20, 300, 10  # files that are named, characters of a subject and ids of earlier mails that are kept
_PARTS = 300  # parts that are looked at
_HEADERS, _LINES = 200_000, 1_000  # bytes and lines of headers that are read of a mail that cannot be read
_ID = re.compile(r"<[!-;=?A-~]{1,200}@[!-;=?A-~]{1,200}>")  # in ASCII: the ledger keeps them
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MailRules:
    """What mails are read by: our own addresses in small letters, the server whose word on senders counts, and what a workbook may be."""

    own: Collection[str] = ()
    server: str = ""
    limits: Limits = field(default=STANDARD)


def make_rules(settings: MailSettings | None, limits: Limits) -> MailRules:
    """Return the rules that the settings give."""
    if settings is None:
        return MailRules(limits=limits)
    own = (parse_address(text.rpartition("<")[2].rstrip("> ")) for text in (settings.sender, settings.reply_to))
    return MailRules(frozenset(address.casefold() for address in own if address), settings.authserv_id, limits)


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message that came.

    ``hash`` is that of all its bytes. ``sender`` is its address, or "" where there is none, or several. ``kind``: ``machines.PERSON`` or
    one of ``machines.MACHINES``. ``reason`` says why there are no workbooks: one of ``attachments.REASONS``, or ``none``. ``others`` are
    files that are no workbooks; of a bounce, the addresses that it could not reach. ``trouble``: what is wrong with the mail itself, a
    word of the catalogue. ``replies_to``: ids of those of our mails that it answers, or brings back. ``is_forged``: a trusted server says
    that it is not from its sender.
    """

    hash: str
    message_id: str
    sender: str
    subject: str
    kind: str
    workbooks: tuple[MessagePart, ...] = ()
    reason: str = ""
    others: tuple[str, ...] = ()
    trouble: str = ""
    replies_to: tuple[str, ...] = ()
    is_forged: bool = False


def read_message(raw: bytes, rules: MailRules = MailRules()) -> ReceivedMessage:
    """Return what a message is and carries; never raises: of one that cannot be read, what its headers say."""
    try:
        return _read(raw, open_mail(raw), rules)
    except Exception as error:
        _LOGGER.warning("a mail cannot be read", exc_info=error)
        trouble = NESTED if isinstance(error, RecursionError) else DAMAGED
    try:
        head = b"\n".join(read_header_block(raw)[:_HEADERS].split(b"\n")[:_LINES])
        return _read(raw, head + b"\r\n\r\n", rules, trouble)
    except Exception as error:
        _LOGGER.warning("a mail's headers cannot be read", exc_info=error)
        return ReceivedMessage(hash_mail(raw), "", "", "", PERSON, reason="none", trouble=trouble)


def hash_mail(raw: bytes) -> str:
    """Return what a mail is known by."""
    return hashlib.sha256(raw).hexdigest()


def _read(raw: bytes, mail: bytes, rules: MailRules, trouble: str = "") -> ReceivedMessage:
    message = parse_mail(mail)
    unwrap(message)
    sender, message_id = read_sender(mail, message), _read_message_id(message)
    kind = find_kind(message, sender, message_id, rules.own)
    returned = kind == OWN and sender.casefold() in rules.own and message_id.startswith(OUR_ID)
    parts = [] if returned else list(find_attachments(message, rules.limits, lambda part: kind != PERSON and _is_ours(part, rules)))
    workbooks = tuple(part for part in parts if part.kind == WORKBOOK)
    others = find_unreached(message) if kind == BOUNCE else [part.name for part in parts if part.kind != WORKBOOK and part.name]
    reasons = [reason for reason in REASONS if any(part.kind == reason for part in parts)]
    return ReceivedMessage(
        hash=hash_mail(raw),
        message_id=message_id,
        sender=sender,
        subject=to_one_line(read_header(message, "Subject"))[:_SUBJECT],
        kind=find_kind_by_subject(message) if kind == PERSON and not workbooks else kind,
        workbooks=workbooks,
        reason="" if workbooks else next(iter(reasons), "none"),
        others=tuple(others[:_OTHERS]),
        trouble=trouble or find_damage(message),
        replies_to=_read_returned(message) if kind == BOUNCE else _read_replies(message),
        is_forged=has_failed(message, rules.server),
    )


def _read_message_id(message: Message) -> str:
    match = _ID.search(read_header(message, "Message-ID"))
    return match[0] if match else ""


def _is_ours(message: Message, rules: MailRules) -> bool:
    """Tell whether a message that is returned in another one is a letter of ours: what it carries is no return."""
    return _read_message_id(message).startswith(OUR_ID) or parse_from(str(message.get("From", ""))).casefold() in rules.own


def _read_replies(message: Message) -> tuple[str, ...]:
    """Return the ids of those of our mails that a mail answers: those that it names as such, else the last one that it refers to."""
    answered = _ID.findall(read_header(message, "In-Reply-To")) or _ID.findall(read_header(message, "References"))[-1:]
    return tuple(message_id for message_id in answered if message_id.startswith(OUR_ID))[-_REPLIES:]


def _read_returned(message: Message) -> tuple[str, ...]:
    """Return the ids of those of our mails that a report brings back: whole, or their headers alone."""
    parts = list(islice(walk_all_parts(message), _PARTS))
    headers = [
        read_content(part)[:_HEADERS].decode("utf-8", "replace") for part in parts if part.get_content_type() == "text/rfc822-headers"
    ]
    ids = [*map(_read_message_id, parts), *(found for text in headers for found in _ID.findall(text))]
    return tuple(dict.fromkeys(message_id for message_id in ids if message_id.startswith(OUR_ID)))[:_REPLIES]
