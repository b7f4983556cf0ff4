"""What mail programs did to a mail, undone: mails signed as one file, messages of Outlook's, messages attached as files. Pure.

Afterwards the mail is a plain tree of parts, so that all else need not know of any of it. What is in a part is never more than the part.
"""

from __future__ import annotations

from contextlib import suppress
from email.message import Message

from styrxl.mail.incoming.mime import BROKEN, DEEP, list_parts, parse_mail, read_content, read_file_name, read_header
from styrxl.mail.incoming.outlook import convert_outlook, is_outlook_file
from styrxl.mail.incoming.smime import open_secure
from styrxl.returns.package.file_type import OLE, is_zip

ENCRYPTED_TYPE = "application/x-styrxl-encrypted"  # what a part becomes that nobody without a key can read
_MESSAGE, _PARTS = "message/rfc822", "multipart/mixed"
_SECURE_TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_LOCKED_TYPES = frozenset({"application/x-microsoft-rpmsg-message", "multipart/encrypted"})
_MOST = 300  # parts that are looked at


def open_mail(raw: bytes) -> bytes:
    """Return a mail's bytes: of a message of Outlook's as a mail; raises OutlookError."""
    return convert_outlook(raw) if raw.startswith(OLE) else raw


def unwrap(message: Message, depth: int = 0) -> None:
    """Put in place of each part that wraps others those others, as far down as parts are looked at."""
    if depth > DEEP:
        return
    if not message.is_multipart():
        with suppress(*BROKEN):
            _unwrap_one(message)
    elif message.get_content_type() in _LOCKED_TYPES:
        _replace(message, ENCRYPTED_TYPE, [])
    for part in list_parts(message)[:_MOST]:
        unwrap(part, depth + 1)


def _unwrap_one(message: Message) -> None:
    kind, name = message.get_content_type(), read_file_name(message).lower()
    if kind in _LOCKED_TYPES:
        _replace(message, ENCRYPTED_TYPE, [])
    elif kind in _SECURE_TYPES or name.endswith((".p7m", ".p7s")):
        _open_secure_part(message, name)
    elif kind == _MESSAGE or name.endswith((".eml", ".msg")) or _may_be_outlook(message):
        _open_message_part(message)


def _may_be_outlook(message: Message) -> bool:
    """Tell whether a part may be a message of Outlook's by another name."""
    return message.get_content_maintype() == "application" and is_outlook_file(read_content(message))


def _open_message_part(message: Message) -> None:
    _replace(message, _MESSAGE, [parse_mail(open_mail(read_content(message)))])


def _open_secure_part(message: Message, name: str) -> None:
    data = read_content(message)
    try:
        found = open_secure(data)
    except ValueError:
        # Outlook keeps a mail with its signature beside it under the same name.
        if data[:200].lower().lstrip().startswith((b"content-type:", b"mime-version:")):
            _replace(message, _PARTS, [parse_mail(data)])
        elif message.get_content_type() in _SECURE_TYPES and "signed-data" not in read_header(message, "Content-Type").lower():
            _replace(message, ENCRYPTED_TYPE, [])  # as it says
        return
    if found.is_encrypted:
        _replace(message, ENCRYPTED_TYPE, [])
    elif is_zip(found.content) or found.content.startswith(OLE):
        _replace(message, _PARTS, [_make_file(name.removesuffix(".p7m"), found.content)])
    elif found.content:
        _replace(message, _PARTS, [parse_mail(found.content)])


def _make_file(name: str, data: bytes) -> Message:
    part = Message()
    part["Content-Type"] = "application/octet-stream"
    part.add_header("Content-Disposition", "attachment", filename=name)
    part.set_payload(data.decode("ascii", "surrogateescape"))
    part["Content-Transfer-Encoding"] = "8bit"
    return part


def _replace(message: Message, kind: str, parts: list[Message]) -> None:
    """Make a part one of another kind, which holds other parts, or none."""
    for name in ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition"):
        del message[name]
    message["Content-Type"] = kind
    message.set_payload([*parts] if parts else "")
