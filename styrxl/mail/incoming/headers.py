"""What the headers of a message say: its sender, its id, and whether a person wrote it.

Python's parser raises for some broken headers; they count as empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from email.utils import getaddresses

from styrxl.mail.addresses import parse_address

DEEP = 8  # levels of messages in messages: deeper ones are not looked at
BROKEN = (ValueError, LookupError, AttributeError, TypeError, RecursionError)


def read_header(message: Message, name: str) -> str:
    """Return a header of a message, or "" where it is missing or broken."""
    try:
        return str(message.get(name, ""))
    except BROKEN:
        return ""


def read_message_id(message: Message) -> str:
    """Return the id of a message, or "" where it has none."""
    match = re.search(r"<[^<>\s@]{1,200}@[^<>\s@]{1,200}>", read_header(message, "Message-ID"))
    return match[0] if match else ""


def read_sender(message: Message) -> str:
    """Return the one address in ``From``, or "" where there is none, or several."""
    try:
        addresses = {parse_address(address) for _, address in getaddresses([str(value) for value in message.get_all("From", [])])}
    except BROKEN:
        return ""
    [address] = addresses if len(addresses) == 1 else [None]
    return address or ""


def find_kind(message: Message, own: str) -> str:
    """Return ``own``, ``bounce``, ``automatic`` or ``mail``; ``own`` is the address that styrxl writes from."""
    sender = read_sender(message)
    if own and sender.casefold() == own.casefold() and read_message_id(message).startswith("<styrxl."):
        return "own"
    back = re.sub(r"\s", "", read_header(message, "Return-Path"))
    if message.get_content_type() == "multipart/report" or sender.lower().startswith(("mailer-daemon@", "postmaster@")):
        return "bounce"
    submitted = read_header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    precedence = read_header(message, "Precedence").strip().lower()
    automatic = submitted not in {"", "no"} or precedence in {"auto_reply", "bulk", "junk"} or back == "<>"
    return "automatic" if automatic or read_header(message, "X-Autoreply") or read_header(message, "X-Autorespond") else "mail"


def find_unreached(message: Message) -> list[str]:
    """Return the addresses that a report of non-delivery names (RFC 3464)."""
    texts = (read_header(part, name) for part in _parts(message) for name in ("Final-Recipient", "X-Failed-Recipients"))
    addresses = (parse_address(text.partition(";")[2] or text) for text in texts)
    return list(dict.fromkeys(address for address in addresses if address))


def _parts(message: Message, depth: int = 0) -> Iterator[Message]:
    yield message
    payload = message.get_payload()
    if isinstance(payload, list) and depth < DEEP:
        for part in payload:
            if isinstance(part, Message):
                yield from _parts(part, depth + 1)
