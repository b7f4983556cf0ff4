"""The attachments in Outlook's ``winmail.dat`` (TNEF), as MS-OXTNEF lays them out; nothing else of it is read.

No small library for it is maintained. The format is a sequence of attributes, each with a level, a name, a length and a checksum; an
attachment is those from one ``attAttachRendData`` to the next. Every length is checked against what is there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_SIGNATURE = 0x223E9F78
_HEAD = struct.Struct("<BII")  # level, attribute, length
_REND_DATA, _TITLE, _DATA, _PROPERTIES, _CODEPAGE = 0x00069002, 0x00018010, 0x0006800F, 0x00069005, 0x00069007
_MESSAGE_CLASS = 0x00078008
_LONG_NAME = 0x3707
_TEXT_KINDS = {0x001E: "cp1252", 0x001F: "utf-16-le"}
_FIXED = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 4, 0x0014: 8, 0x0040: 8, 0x0048: 16}
_MANY = 0x1000  # a property with several values
_LENGTHY = frozenset({0x001E, 0x001F, 0x0102, 0x000D})
_MOST = 1000
_FIRST = 6  # after the signature and a key


class WinmailError(ValueError):
    """Bytes that are no winmail.dat, or a broken one."""


@dataclass(slots=True)
class _WinmailFile:
    title: str = ""
    long_name: str = ""
    data: bytes = b""


def read_winmail(raw: bytes) -> list[tuple[str, bytes]]:
    """Return the attachments with their names; NotReadError where it cannot be read."""
    files: list[_WinmailFile] = []
    codepage = "cp1252"
    for attribute, content in _attributes(raw):
        if attribute == _CODEPAGE and len(content) >= 4:
            codepage = _codec(int.from_bytes(content[:4], "little"))
        elif attribute == _REND_DATA:
            files.append(_WinmailFile())
        elif files and attribute == _TITLE:
            files[-1].title = content.split(b"\0")[0].decode(codepage, "replace")
        elif files and attribute == _DATA:
            files[-1].data = content
        elif files and attribute == _PROPERTIES:
            files[-1].long_name = _long_name(content)
    return [(file.long_name or file.title or "bilaga", file.data) for file in files if file.data]


def read_message_class(raw: bytes) -> str:
    """Return what Outlook calls the kind of message that it packed, or "" where it cannot be read."""
    try:
        names = (content for attribute, content in _attributes(raw) if attribute == _MESSAGE_CLASS)
        return next(names, b"").split(b"\0")[0].decode("latin-1")
    except WinmailError:
        return ""


def _codec(number: int) -> str:
    name = f"cp{number}" if number != 65001 else "utf-8"
    try:
        b"".decode(name)
    except LookupError:
        return "cp1252"
    return name


def _attributes(raw: bytes) -> Iterator[tuple[int, bytes]]:
    if len(raw) < _FIRST or int.from_bytes(raw[:4], "little") != _SIGNATURE:
        raise WinmailError("no signature")
    at = _FIRST
    while at + _HEAD.size <= len(raw):
        level, attribute, length = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        if level not in (1, 2) or at + length + 2 > len(raw):
            raise WinmailError(f"attribute at {at}")
        content = raw[at : at + length]
        if sum(content) & 0xFFFF != int.from_bytes(raw[at + length : at + length + 2], "little"):
            raise WinmailError(f"checksum at {at}")
        yield attribute, content
        at += length + 2
    if at == _FIRST:
        raise WinmailError("no attributes")


def _long_name(content: bytes) -> str:
    """Return the long file name among an attachment's properties, or "" where there is none or they cannot be read."""
    try:
        return next((_text(kind, value) for kind, name, value in _properties(content) if name == _LONG_NAME), "")
    except (struct.error, WinmailError):
        return ""


def _text(kind: int, value: bytes) -> str:
    return value.decode(_TEXT_KINDS[kind], "replace").rstrip("\0") if kind in _TEXT_KINDS else ""


def _properties(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield each property's kind, number and (first) value."""
    [count] = struct.unpack_from("<I", content, 0)
    at = 4
    for _ in range(min(count, _MOST)):
        kind, number = struct.unpack_from("<HH", content, at)
        at += 4
        if number >= 0x8000:
            [by_text] = struct.unpack_from("<I", content, at + 16)
            at += 24
            if by_text:
                [length] = struct.unpack_from("<I", content, at - 4)
                at += -(-length // 4) * 4
        values, plain = 1, kind & ~_MANY
        if kind & _MANY or plain in _LENGTHY:
            [values] = struct.unpack_from("<I", content, at)
            at += 4
        first = b""
        for n in range(min(values, _MOST)):
            if plain in _LENGTHY:
                [length] = struct.unpack_from("<I", content, at)
                value, step = content[at + 4 : at + 4 + length], 4 + -(-length // 4) * 4
            elif plain in _FIXED:
                value, step = content[at : at + _FIXED[plain]], _FIXED[plain]
            else:
                raise WinmailError(f"property of kind {plain:#06x}")
            if at + step > len(content) + 4:
                raise WinmailError("property beyond the end")
            first = value if n == 0 else first
            at += step
        yield plain, number, first
