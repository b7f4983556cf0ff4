"""What a message carries: the workbooks in it, in zips and in forwarded messages, and why there are none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from itertools import islice

from styrxl.mail.incoming.apple import is_resource_fork, open_apple_single
from styrxl.mail.incoming.mime import BROKEN, DEEP, list_parts, parse_mail, read_content, read_file_name, read_text
from styrxl.mail.incoming.outlook import is_outlook_file
from styrxl.mail.incoming.shared_links import holds_shared_link
from styrxl.mail.incoming.unwrap import ENCRYPTED_TYPE, open_mail, unwrap
from styrxl.mail.incoming.winmail import WINMAIL_TYPES, WinmailError, read_winmail
from styrxl.mail.plain_text import make_file_name
from styrxl.model.limits import Limits
from styrxl.returns.package.file_type import WORKBOOKS, find_kind, is_link_file, is_zip
from styrxl.returns.package.unpack import Package, RefusedError

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".xltx", ".xltm")

# What a part of a message is: a workbook, another file, or why it holds no workbook that can be read here (words of the catalogue).
WORKBOOK, OTHER = "workbook", "other"
REASONS = ENCRYPTED, WINMAIL, ZIP, LINK = "encrypted", "winmail", "zip", "link"  # the most telling first

_MAILS = (".eml", ".msg")
_PARTS, _TEXT = 300, 200_000  # parts of a message, and bytes of a text, that are looked at
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})


@dataclass(frozen=True, slots=True)
class MessagePart:
    """A part of a message; ``kind``: WORKBOOK, OTHER or one of REASONS. ``name`` is "" of what is no file."""

    kind: str
    name: str = ""
    data: bytes = b""


def find_attachments(message: Message, limits: Limits, skips: Callable[[Message], bool] = lambda _: False) -> Iterator[MessagePart]:
    """Yield what a message and those forwarded in it carry, within bounds; ``skips`` says which to leave out."""
    for part in islice(_walk(message, skips), _PARTS):
        try:
            yield from list(_classify(part, limits))
        except BROKEN:
            yield MessagePart(OTHER)


def _walk(message: Message, skips: Callable[[Message], bool], depth: int = 0) -> Iterator[Message]:
    """Yield a message and all its parts, those of forwarded messages too, from the first to the last."""
    if depth > DEEP or (depth and skips(message)):
        return
    yield message
    for part in list_parts(message):
        yield from _walk(part, skips, depth + 1)


def _classify(message: Message, limits: Limits) -> Iterator[MessagePart]:
    """Yield what one part is, leaving out the parts in it."""
    kind, name = message.get_content_type(), read_file_name(message)
    if kind == ENCRYPTED_TYPE:
        yield MessagePart(ENCRYPTED)
    elif message.is_multipart() or kind in _SIGNATURES:
        return
    elif kind in {"text/plain", "text/html"} and not name:
        if holds_shared_link(read_text(message, _TEXT)):
            yield MessagePart(LINK)
    elif name or message.get_content_disposition() == "attachment":
        open_part = _open_winmail if kind in WINMAIL_TYPES or name.lower() == "winmail.dat" else _open_file
        yield from open_part(name or "bilaga", read_content(message), limits)


def _open_winmail(name: str, data: bytes, limits: Limits) -> Iterator[MessagePart]:
    try:
        files = read_winmail(data)
    except WinmailError:
        yield MessagePart(WINMAIL, name)
        return
    for inner_name, inner_data in files:
        yield from _open_inner_file(make_file_name(inner_name), inner_data, limits)


def _open_inner_file(name: str, data: bytes, limits: Limits) -> Iterator[MessagePart]:
    """Yield what a file in a winmail.dat is, or holds where it is a mail."""
    if not name.lower().endswith((".eml", ".p7m")) and not is_outlook_file(data):
        yield from _open_file(name, data, limits)
        return
    inner = parse_mail(open_mail(data))
    unwrap(inner)
    yield from find_attachments(inner, limits)


def _open_file(name: str, data: bytes, limits: Limits) -> Iterator[MessagePart]:
    if is_resource_fork(name, data):
        return  # says nothing, as logotypes below a signature do
    if is_link_file(name):
        yield MessagePart(LINK, name)
        return
    single = open_apple_single(data)
    data = data if single is None else single
    kind = _find_file_kind(data, limits)
    if kind == "zip":
        yield from _unzip(name, data, limits)
    elif kind in WORKBOOKS or kind == "locked" or name.lower().endswith(SUFFIXES):
        yield MessagePart(WORKBOOK, _lengthen(name, kind), data)
    elif kind != "picture":
        yield MessagePart(OTHER, name)


def _lengthen(name: str, kind: str) -> str:
    """Return a workbook's name with its whole ending: old programs keep three letters of it."""
    return f"{name[:-4]}.xlsx" if kind == "xlsx" and name.lower().endswith(".xls") else name


def _find_file_kind(data: bytes, limits: Limits) -> str:
    if not is_zip(data):
        return find_kind(data)
    try:
        return Package(data, limits).kind
    except RefusedError as refused:
        return "zip-refused" if refused.finding.rule != "encrypted-workbook" else "zip"


def _unzip(name: str, data: bytes, limits: Limits) -> list[MessagePart]:
    """Return the workbooks in a zip and in the mails in it, within the limits of one workbook; zips in it are not opened."""
    workbooks = list[MessagePart]()
    with suppress(RefusedError):
        package = Package(data, limits)
        for path in sorted(package.names):
            if path.rpartition("/")[2].startswith((".", "~$")) or "__macosx/" in path:
                continue
            original = make_file_name(package.original(path).rpartition("/")[2])
            if path.endswith(SUFFIXES):
                workbooks.append(MessagePart(WORKBOOK, original, package.part(path)))
            elif path.endswith(_MAILS):
                workbooks += _find_in_mail(package.part(path), limits)
    return workbooks or [MessagePart(ZIP, name)]


def _find_in_mail(data: bytes, limits: Limits) -> Iterator[MessagePart]:
    """Yield the workbooks in a mail that was packed; nothing that is packed again is opened, since that could go on without end."""
    with suppress(*BROKEN):
        inner = parse_mail(open_mail(data))
        unwrap(inner)
        for part in islice(_walk(inner, lambda _: False), _PARTS):
            content = b"" if part.is_multipart() else read_content(part)
            if (kind := _find_file_kind(content, limits)) in WORKBOOKS:
                yield MessagePart(WORKBOOK, _lengthen(read_file_name(part) or "bilaga.xlsx", kind), content)
