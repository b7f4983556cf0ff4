"""What a message carries: the workbooks in it, in zips and in forwarded messages, and why there are none."""

from __future__ import annotations

import email.policy
import re
from dataclasses import dataclass, field
from email.message import Message

from styrxl.mail.incoming.headers import BROKEN, DEEP, read_header
from styrxl.mail.incoming.winmail import NotReadError, winmail
from styrxl.mail.plain_text import file_name
from styrxl.model.limits import Limits
from styrxl.returns.file_type import WORKBOOKS, is_zip, kind_of
from styrxl.returns.unpack import Package, RefusedError

PARTS, TEXT = 300, 200_000  # parts of a message, and characters of a text, that are looked at
SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".xltx", ".xltm")
_WINMAIL = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SECRET = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/x-microsoft-rpmsg-message"})
_SHARED = re.compile(
    r"https?://(?:[\w.-]+\.)?(?:sharepoint\.com|1drv\.ms|onedrive\.live\.com|drive\.google\.com|docs\.google\.com|dropbox\.com"
    r"|wetransfer\.com|we\.tl|box\.com|icloud\.com)/",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A workbook that a message carries."""

    name: str
    data: bytes


@dataclass(slots=True)
class Found:
    """What is found on the way through a message's parts."""

    workbooks: list[Enclosed] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    looked_at: int = 0


def walk(message: Message, found: Found, limits: Limits, depth: int) -> None:
    """Look through a message and those that are forwarded in it."""
    found.looked_at += 1
    if depth > DEEP or found.looked_at > PARTS:
        return
    kind = message.get_content_type()
    if kind in _SECRET and "signed-data" not in read_header(message, "Content-Type").lower():
        found.troubles.append("encrypted")
        return
    payload = message.get_payload()
    if isinstance(payload, list):
        for part in payload:
            if isinstance(part, Message):
                walk(part, found, limits, depth + 1)
        return
    data = _content(message)
    name = _name(message)
    if kind == "message/rfc822" or name.lower().endswith(".eml"):
        # Forwarded as base64, against the standard, or as a file.
        walk(email.message_from_bytes(data, policy=email.policy.default), found, limits, depth + 1)
    elif kind in {"text/plain", "text/html"} and not name:
        _look_for_links(data, found)
    elif name or message.get_content_disposition() == "attachment":
        _enclosed(Enclosed(name or "bilaga", data), found, limits, winmail_like=kind in _WINMAIL or name.lower() == "winmail.dat")


def _content(message: Message) -> bytes:
    try:
        payload = message.get_payload(decode=True)
    except BROKEN:
        return b""
    return payload if isinstance(payload, bytes) else b""


def _name(message: Message) -> str:
    try:
        name = message.get_filename() or ""
    except BROKEN:
        name = ""
    return file_name(name)[-150:] if name else ""


def _look_for_links(data: bytes, found: Found) -> None:
    if _SHARED.search(data[:TEXT].decode("utf-8", "replace")):
        found.troubles.append("link")


def _enclosed(part: Enclosed, found: Found, limits: Limits, *, winmail_like: bool) -> None:
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


def _unzip(part: Enclosed, found: Found, limits: Limits) -> None:
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
