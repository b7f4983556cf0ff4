"""A mail's bytes as parts, whatever they are: nothing that a header says is interpreted before somebody asks for it.

Python's modern policy parses each header by the grammar as it reads them, raises for some, and takes very long for others; its old one
makes objects of headers that are not ASCII. Here a header is a text of bounded length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.policy import Compat32

from styrxl.mail.plain_text import make_file_name

DEEP = 8  # levels of parts in parts, and of messages in messages: deeper ones are not looked at
BROKEN = (ValueError, LookupError, AttributeError, TypeError, RecursionError, MessageError)
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+\s*(?:;|$)|text\s*(?:;|$)", re.IGNORECASE)  # old programs write text alone
NESTED, DAMAGED = "nested", "damaged"
_LONGEST = 20_000  # characters of a header that are read
_MOST_LINES = 50_000  # lines that may be boundaries, or ends of blocks of a report: each becomes a part
_MOST_HEADERS = 10_000  # lines of a mail's own headers
_REPORT = re.compile(rb"message/delivery-status", re.IGNORECASE)
_BEFORE = b"\xef\xbb\xbf\r\n"  # a mark of UTF-8 and blank lines that a program wrote before the first header


class TooManyPartsError(ValueError):
    """A mail of so many parts that nobody wrote it."""


class _PlainHeaders(Compat32):
    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, _, value = sourcelines[0].partition(":")
        return name, "".join([value.lstrip(" \t"), *sourcelines[1:]]).rstrip("\r\n")[:_LONGEST]

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002 -- as Python calls it
        return decode_bytes(value)


_POLICY = _PlainHeaders()


def parse_mail(raw: bytes) -> Message:
    """Return a mail's headers and parts; raises TooManyPartsError, RecursionError where the parts are too deep in each other."""
    blocks = raw.count(b"\n\r\n") + raw.count(b"\n\n") if _REPORT.search(raw) else 0
    if raw.count(b"\n--") + blocks > _MOST_LINES or read_header_block(raw).count(b"\n") > _MOST_HEADERS:
        raise TooManyPartsError
    return message_from_bytes(raw.lstrip(_BEFORE), policy=_POLICY)


def read_header_block(raw: bytes) -> bytes:
    """Return the headers of a mail as they were written."""
    return re.split(rb"\r\n\r\n|\n\n|\r\r|\n\r\n", raw.lstrip(_BEFORE), maxsplit=1)[0]


def read_raw_headers(message: Message, name: str) -> list[str]:
    """Return all headers of a name as they were written, their folds included; what is no UTF-8 is in surrogates."""
    return [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]


def read_header(message: Message, name: str) -> str:
    """Return a header on one line, what was encoded (RFC 2047) decoded, or "" where it is missing."""
    return next(iter(read_headers(message, name)), "")


def read_headers(message: Message, name: str) -> list[str]:
    """Return all headers of a name, each as ``read_header``."""
    return [decode_words(decode_bytes(value)) for value in read_raw_headers(message, name)]


def decode_bytes(value: str) -> str:
    """Return a header with its bytes beyond ASCII, which the parser keeps as surrogates, as letters."""
    data = value.encode("utf-8", "surrogateescape")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def decode_words(text: str) -> str:
    """Return a text with its encoded words decoded; those in a character set that is none stay as they are."""
    plain = " ".join(text.split())
    if "=?" not in plain:
        return plain
    try:
        parts = decode_header(plain)
        return "".join(part.decode(charset or "ascii", "replace") if isinstance(part, bytes) else part for part, charset in parts)
    except (*BROKEN, ImportError):
        return plain


def list_parts(message: Message) -> list[Message]:
    """Return the parts of a mail or of a part; of one without any nothing is decoded, since that may raise."""
    payload = message.get_payload() if message.is_multipart() else ()
    return [part for part in payload if isinstance(part, Message)]


def walk_own_parts(message: Message, depth: int = 0) -> Iterator[Message]:
    """Yield a mail and its parts, leaving out what is in messages that are forwarded or returned in it."""
    yield message
    if depth < DEEP and message.get_content_maintype() == "multipart":
        for part in list_parts(message):
            yield from walk_own_parts(part, depth + 1)


def walk_all_parts(message: Message, depth: int = 0) -> Iterator[Message]:
    """Yield a mail and its parts, those of messages in it too."""
    yield message
    for part in list_parts(message) if depth < DEEP else ():
        yield from walk_all_parts(part, depth + 1)


def read_content(message: Message) -> bytes:
    """Return what a part holds, decoded; b"" where it cannot be."""
    try:
        payload = message.get_payload(decode=True)
    except BROKEN:
        return b""
    return payload if isinstance(payload, bytes) else b""


def read_text(message: Message, most: int) -> str:
    """Return the text of a part, of no more than ``most`` bytes, in its character set as far as that is known."""
    data = read_content(message)[:most]
    try:
        return data.decode(str(message.get_param("charset", "utf-8")), "replace")
    except (*BROKEN, UnicodeError):
        return data.decode("utf-8", "replace")


def read_file_name(message: Message) -> str:
    """Return the name of the file that a part is, or "" where it has none."""
    try:
        name = message.get_filename() or ""
    except BROKEN:
        name = ""
    return make_file_name(decode_words(name))[-150:] if name else ""


def find_damage(message: Message) -> str:
    """Return what is wrong with a mail's make-up (a word of the catalogue), so that not all of it can be read, or ""."""
    if _is_deeper(message, DEEP):
        return NESTED
    return DAMAGED if any(map(_is_damaged, walk_all_parts(message))) else ""


def _is_deeper(message: Message, levels: int) -> bool:
    return levels < 0 or any(_is_deeper(part, levels - 1) for part in list_parts(message))


def _is_damaged(message: Message) -> bool:
    """Tell whether a part says what it is in words that mean nothing, or that it has parts, and has none."""
    kind = read_header(message, "Content-Type")
    return bool(kind) and (not _TYPE.match(kind) or (kind.lower().startswith("multipart/") and not message.is_multipart()))
