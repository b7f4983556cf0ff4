"""Outlook's own files of messages (``.msg``, MS-OXMSG) as mails: their headers, texts, attachments and messages in them; nothing else.

Such a file is a tree of folders and streams (MS-CFB), which olefile reads. Each property is a stream named by its number and type, and
each attachment a folder. Read whole, streams that share their bytes would become far more than there is: they are counted.
"""

from __future__ import annotations

import re
import struct
from base64 import encodebytes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from io import BytesIO

from styrxl.mail.incoming.code_pages import USUAL, find_codec
from styrxl.mail.incoming.mime import DEEP
from styrxl.mail.plain_text import make_file_name, to_one_line
from styrxl.returns.package.file_type import OLE

_PROPERTIES = "__properties_version1.0"
_MARK = _PROPERTIES.encode("utf-16-le")
_MOST_STREAMS = 20_000
_TEXT, _ANSI, _BINARY = "001F", "001E", "0102"
_CLASS, _SUBJECT, _HEADERS, _BODY, _HTML, _MESSAGE_ID = "001A", "0037", "007D", "1000", "1013", "1035"
_ADDRESSES = ("5D01", "5D02", "0C1F")  # of the sender, of whom it is sent for, and in whatever system there was
_NAMES = ("3707", "3704", "3001")  # of an attachment: long, short, as it is shown
_DATA, _MIME_TYPE, _WHERE = "3701", "370E", ("370D", "3708")
_CODEPAGES, _TIMES = (0x3FFD, 0x3FDE), (0x0E06, 0x0039)  # when it came, when it was sent
_HEAD_SIZES = (32, 24, 8)  # of the stream of properties: of the message, of one in it, of an attachment
_REPLACED = frozenset({"content-type", "content-transfer-encoding", "content-disposition", "mime-version", "x-ms-exchange-message-class"})
_MIME = re.compile(r"(?!multipart/|message/)[\w.+-]{1,60}/[\w.+-]{1,100}", re.IGNORECASE)
_FIELD = re.compile(r"[!-9;-~]+[ \t]*:")
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


class OutlookError(ValueError):
    """Bytes that are no message of Outlook's, or a broken one."""


@dataclass(frozen=True, slots=True)
class _Folder:
    """A message or an attachment: its streams by name, its folders by name."""

    streams: Mapping[str, bytes]
    folders: Mapping[str, _Folder]


def is_outlook_file(data: bytes) -> bool:
    """Tell whether bytes look like a message of Outlook's."""
    return data.startswith(OLE) and _MARK in data


def convert_outlook(data: bytes) -> bytes:
    """Return a message of Outlook's as a mail, the same bytes each time; raises OutlookError."""
    root = _read_tree(data)
    if _PROPERTIES not in root.streams:
        raise OutlookError("no message")
    return b"".join(_write_mail(root, f"styrxl-{sha256(data).hexdigest()[:40]}"))


def _read_tree(data: bytes) -> _Folder:
    import olefile  # noqa: PLC0415 -- few mails need it

    try:
        with olefile.OleFileIO(BytesIO(data)) as ole:
            paths = ole.listdir(streams=True, storages=False)
            is_more = len(paths) > _MOST_STREAMS or sum(map(ole.get_size, paths)) > len(data)
            streams = [] if is_more else [(path, ole.openstream(path).read()) for path in paths]
    except Exception as error:  # whatever olefile stumbles over
        raise OutlookError(str(error)) from error
    return _build_folder(streams)


def _build_folder(streams: list[tuple[list[str], bytes]]) -> _Folder:
    here = {path[0]: content for path, content in streams if len(path) == 1}
    inside: dict[str, list[tuple[list[str], bytes]]] = {}
    for path, content in streams:
        if len(path) > 1:
            inside.setdefault(path[0], []).append((path[1:], content))
    return _Folder(here, {name: _build_folder(some) for name, some in inside.items()})


def _write_mail(message: _Folder, boundary: str, depth: int = 0) -> Iterator[bytes]:
    """Yield the pieces of a mail."""
    if depth > DEEP:
        raise OutlookError("too deep")
    codec = _find_codec(message, _HEAD_SIZES[1 if depth else 0])
    heads = [*_list_headers(message, codec, depth), "MIME-Version: 1.0", f'Content-Type: multipart/mixed; boundary="{boundary}"']
    yield "\r\n".join([*heads, "", ""]).encode("utf-8", "replace")
    for part in _write_parts(message, codec, boundary, depth):
        yield f"--{boundary}\r\n".encode()
        yield part
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _list_headers(message: _Folder, codec: str, depth: int) -> Iterator[str]:
    """Yield the headers that the mail had on its way; where it had none, what Outlook knows of them."""
    known = set()
    for field in _split_headers(_read_text(message, _HEADERS, codec)):
        name = field.partition(":")[0].strip().lower()
        if name not in _REPLACED:
            known.add(name)
            yield field
    sender = next((text for text in (_read_text(message, number, codec) for number in _ADDRESSES) if "@" in text), "")
    moment = next((moment for moment in (_read_time(message, number, depth) for number in _TIMES) if moment), None)
    others = {
        "From": sender,
        "Subject": _read_text(message, _SUBJECT, codec),
        "Message-ID": _read_text(message, _MESSAGE_ID, codec),
        "Date": format_datetime(moment) if moment else "",
    }
    yield from (f"{name}: {to_one_line(value)}" for name, value in others.items() if value and name.lower() not in known)
    if name := to_one_line(_read_text(message, _CLASS, codec)):
        yield f"X-MS-Exchange-Message-Class: {name}"


def _split_headers(text: str) -> list[str]:
    """Return the fields of a block of headers, each with its folds."""
    block = text.replace("\r\n", "\n").lstrip("\n").split("\n\n")[0]
    fields = re.split(r"\n(?![ \t])", block)
    return [field.replace("\n", "\r\n") for field in fields if _FIELD.match(field)]


def _write_parts(message: _Folder, codec: str, boundary: str, depth: int) -> Iterator[bytes]:
    if text := _read_text(message, _BODY, codec):
        yield _write_part("text/plain; charset=utf-8", text.encode("utf-8", "replace"))
    if page := message.streams.get(f"__substg1.0_{_HTML}{_BINARY}") or _read_text(message, _HTML, codec).encode("utf-8", "replace"):
        yield _write_part("text/html; charset=utf-8", page)
    for n, (name, folder) in enumerate(sorted(message.folders.items())):
        if name.startswith("__attach_version1.0_"):
            yield from _write_attachment(folder, codec, f"{boundary}-{n}", depth)


def _write_attachment(attachment: _Folder, codec: str, boundary: str, depth: int) -> Iterator[bytes]:
    """Yield a file, a message, or the address of what lies elsewhere."""
    inner = attachment.folders.get(f"__substg1.0_{_DATA}000D")
    data = attachment.streams.get(f"__substg1.0_{_DATA}{_BINARY}")
    name = make_file_name(next((text for text in (_read_text(attachment, number, codec) for number in _NAMES) if text), "bilaga"))
    if inner is not None and _PROPERTIES in inner.streams:
        yield b"Content-Type: message/rfc822\r\n\r\n" + b"".join(_write_mail(inner, boundary, depth + 1))
    elif data:
        kind = _read_text(attachment, _MIME_TYPE, codec)
        yield _write_part(kind if _MIME.fullmatch(kind) else "application/octet-stream", data, name)
    else:
        for text in (_read_text(attachment, number, codec) for number in _WHERE):
            yield _write_part("text/plain; charset=utf-8", text.encode("utf-8", "replace"))


def _write_part(kind: str, data: bytes, name: str = "") -> bytes:
    heads = [f"Content-Type: {kind}", "Content-Transfer-Encoding: base64"]
    if name:
        heads.append(f'Content-Disposition: attachment; filename="{name}"')
    return "\r\n".join([*heads, "", ""]).encode("utf-8", "replace") + encodebytes(data)


def _read_text(folder: _Folder, number: str, codec: str) -> str:
    """Return a property that is a text, or "" where there is none."""
    if wide := folder.streams.get(f"__substg1.0_{number}{_TEXT}"):
        return wide.decode("utf-16-le", "replace").rstrip("\0")
    return folder.streams.get(f"__substg1.0_{number}{_ANSI}", b"").decode(codec, "replace").rstrip("\0")


def _find_codec(message: _Folder, head: int) -> str:
    for number in _CODEPAGES:
        if (value := _read_fixed(message, number, head)) is not None:
            return find_codec(value & 0xFFFFFFFF)
    return USUAL


def _read_time(message: _Folder, number: int, depth: int) -> datetime | None:
    value = _read_fixed(message, number, _HEAD_SIZES[1 if depth else 0])
    try:
        return _EPOCH + timedelta(microseconds=value // 10) if value else None
    except OverflowError:
        return None


def _read_fixed(folder: _Folder, number: int, head: int) -> int | None:
    """Return a property that is a number or a time, or None where there is none."""
    entries = folder.streams.get(_PROPERTIES, b"")[head:]
    whole = len(entries) - len(entries) % 16
    for _, name, _, value in struct.iter_unpack("<HHIQ", entries[:whole]):
        if name == number:
            return int(value)
    return None
