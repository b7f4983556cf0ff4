"""Messages that came: who sent them, which workbooks they carry, and why they carry none. Pure: bytes in, values out.

Whatever a message holds, it gives an answer here: Python's parser of mails raises for some broken heads, and those count as empty.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.utils import getaddresses

from styrxl.mail.addresses import file_name, plain_address
from styrxl.mail.incoming.winmail import NotReadError, winmail
from styrxl.mail.plain_text import one_line
from styrxl.model.limits import STANDARD, Limits
from styrxl.returns.file_type import WORKBOOKS, is_zip, kind_of
from styrxl.returns.unpack import Package, RefusedError

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".xltx", ".xltm")

_DEEP, _PARTS, _TEXT = 8, 300, 200_000  # forwards in forwards, parts, letters of text: more is not looked at
_WINMAIL = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SECRET = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/x-microsoft-rpmsg-message"})
_SHARED = re.compile(
    r"https?://(?:[\w.-]+\.)?(?:sharepoint\.com|1drv\.ms|onedrive\.live\.com|drive\.google\.com|docs\.google\.com|dropbox\.com"
    r"|wetransfer\.com|we\.tl|box\.com|icloud\.com)/",
    re.IGNORECASE,
)
_BROKEN = (ValueError, LookupError, AttributeError, TypeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A workbook that a message carries."""

    name: str
    data: bytes


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


@dataclass(slots=True)
class _Found:
    """What is found on the way through a message's parts."""

    workbooks: list[Enclosed] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    looked_at: int = 0


def incoming(raw: bytes, own: str = "", limits: Limits = STANDARD) -> Incoming:
    """Return what a message is and carries; ``own`` is the address that styrxl itself writes from."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    found = _Found()
    kind = _kind(message, own)
    if kind == "bounce":
        found.others += _unreached(message)
    elif kind != "own":
        _walk(message, found, limits, 0)
    if kind == "automatic" and found.workbooks:
        kind = "mail"  # a rule that forwards: what it carries was meant for us
    reasons = [reason for reason in ("encrypted", "winmail", "zip", "link") if reason in found.troubles]
    return Incoming(
        hash=hashlib.sha256(raw).hexdigest(),
        message_id=_message_id(message),
        sender=_sender(message),
        subject=one_line(_head(message, "Subject"))[:300],
        kind=kind,
        workbooks=tuple(found.workbooks),
        reason="" if found.workbooks else next(iter(reasons), "none"),
        others=tuple(found.others[:20]),
    )


def _head(message: Message, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except _BROKEN:
        return ""


def _message_id(message: Message) -> str:
    match = re.search(r"<[^<>\s@]{1,200}@[^<>\s@]{1,200}>", _head(message, "Message-ID"))
    return match[0] if match else ""


def _sender(message: Message) -> str:
    try:
        found = {plain_address(address) for _, address in getaddresses([str(value) for value in message.get_all("From", [])])}
    except _BROKEN:
        return ""
    [only] = found if len(found) == 1 else [None]
    return only or ""


def _kind(message: Message, own: str) -> str:
    sender = _sender(message)
    if own and sender.casefold() == own.casefold() and _message_id(message).startswith("<styrxl."):
        return "own"
    back = re.sub(r"\s", "", _head(message, "Return-Path"))
    if message.get_content_type() == "multipart/report" or sender.lower().startswith(("mailer-daemon@", "postmaster@")):
        return "bounce"
    submitted = _head(message, "Auto-Submitted").partition(";")[0].strip().lower()
    precedence = _head(message, "Precedence").strip().lower()
    told = submitted not in {"", "no"} or precedence in {"auto_reply", "bulk", "junk"} or back == "<>"
    return "automatic" if told or _head(message, "X-Autoreply") or _head(message, "X-Autorespond") else "mail"


def _unreached(message: Message) -> list[str]:
    """Return the addresses that a report of non-delivery names (RFC 3464)."""
    texts = (_head(part, name) for part in _parts(message) for name in ("Final-Recipient", "X-Failed-Recipients"))
    found = (plain_address(text.partition(";")[2] or text) for text in texts)
    return list(dict.fromkeys(address for address in found if address))


def _parts(message: Message, depth: int = 0) -> Iterator[Message]:
    yield message
    payload = message.get_payload()
    if isinstance(payload, list) and depth < _DEEP:
        for part in payload:
            if isinstance(part, Message):
                yield from _parts(part, depth + 1)


def _walk(message: Message, found: _Found, limits: Limits, depth: int) -> None:
    """Look through a message and those that are forwarded in it."""
    found.looked_at += 1
    if depth > _DEEP or found.looked_at > _PARTS:
        return
    kind = message.get_content_type()
    if kind in _SECRET and "signed-data" not in _head(message, "Content-Type").lower():
        found.troubles.append("encrypted")
        return
    payload = message.get_payload()
    if isinstance(payload, list):
        for part in payload:
            if isinstance(part, Message):
                _walk(part, found, limits, depth + 1)
        return
    data = _content(message)
    name = _name(message)
    if kind == "message/rfc822" or name.lower().endswith(".eml"):
        # Forwarded as base64, against the standard, or as a file.
        _walk(email.message_from_bytes(data, policy=email.policy.default), found, limits, depth + 1)
    elif kind in {"text/plain", "text/html"} and not name:
        _look_for_links(data, found)
    elif name or message.get_content_disposition() == "attachment":
        _enclosed(Enclosed(name or "bilaga", data), found, limits, winmail_like=kind in _WINMAIL or name.lower() == "winmail.dat")


def _content(message: Message) -> bytes:
    try:
        payload = message.get_payload(decode=True)
    except _BROKEN:
        return b""
    return payload if isinstance(payload, bytes) else b""


def _name(message: Message) -> str:
    try:
        name = message.get_filename() or ""
    except _BROKEN:
        name = ""
    return file_name(name)[-150:] if name else ""


def _look_for_links(data: bytes, found: _Found) -> None:
    if _SHARED.search(data[:_TEXT].decode("utf-8", "replace")):
        found.troubles.append("link")


def _enclosed(part: Enclosed, found: _Found, limits: Limits, *, winmail_like: bool) -> None:
    if winmail_like:
        try:
            inside = [Enclosed(file_name(name), data) for name, data in winmail(part.data)]
        except NotReadError:
            found.troubles.append("winmail")
            found.others.append(part.name)
            return
        for one in inside:
            _enclosed(one, found, limits, winmail_like=False)
        return
    kind = _kind_of_file(part.data, limits)
    if kind == "zip":
        _unzip(part, found, limits)
    elif kind in WORKBOOKS or kind == "locked" or part.name.lower().endswith(SUFFIXES):
        found.workbooks.append(part)
    elif kind != "picture":  # logotypes below a signature say nothing
        found.others.append(part.name)


def _kind_of_file(data: bytes, limits: Limits) -> str:
    if not is_zip(data):
        return kind_of(data)
    try:
        return Package(data, limits).kind
    except RefusedError as refused:
        return "zip-refused" if refused.found.rule != "encrypted-workbook" else "zip"


def _unzip(part: Enclosed, found: _Found, limits: Limits) -> None:
    """Take the workbooks in a zip, within the limits of one workbook; zips in it are not opened."""
    taken = len(found.workbooks)
    try:
        package = Package(part.data, limits)
        for name in sorted(package.names):
            if name.endswith(SUFFIXES) and not name.rpartition("/")[2].startswith((".", "~$")) and "__macosx/" not in name:
                found.workbooks.append(Enclosed(file_name(package.original(name).rpartition("/")[2]), package.part(name)))
    except RefusedError:
        pass
    if len(found.workbooks) == taken:
        found.troubles.append("zip")
        found.others.append(part.name)
