"""The attachments in Outlook's ``winmail.dat`` (TNEF), as MS-OXTNEF lays them out; nothing else of it is read.

No small library for it is maintained. The format is a sequence of attributes, each with a level, a name, a length and a checksum; an
attachment is those from one ``attAttachRendData`` to the next. Every length is checked against what is there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from styrxl.mail.incoming.code_pages import USUAL, find_codec
from styrxl.mail.incoming.mime import DEEP

WINMAIL_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})  # of a part that is one
_SIGNATURE = (0x223E9F78).to_bytes(4, "little")
_BEFORE, _PADDING = 64, b"\0\r\n\t "  # bytes that may stand before it, and what may stand after the last attribute
_HEAD = struct.Struct("<BII")  # level, attribute, length
_REND_DATA, _TITLE, _DATA, _PROPERTIES, _CODEPAGE = 0x00069002, 0x00018010, 0x0006800F, 0x00069005, 0x00069007
_MESSAGE_CLASS = 0x00078008
_LONG_NAME, _CONTENT = 0x3707, 0x3701
_ANSI, _WIDE, _BINARY, _OBJECT = 0x001E, 0x001F, 0x0102, 0x000D
_INTERFACE = 16  # bytes that name what an object is, before it
_FIXED = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 4, 0x0014: 8, 0x0040: 8, 0x0048: 16}
_MANY = 0x1000  # a property with several values
_LENGTHY = frozenset({_ANSI, _WIDE, _BINARY, _OBJECT})
_MOST = 1000
_FIRST = 6  # after the signature and a key


class WinmailError(ValueError):
    """Bytes that are no winmail.dat, or a broken one."""


@dataclass(slots=True)
class _WinmailFile:
    title: str = ""
    long_name: str = ""
    data: bytes = b""
    message: bytes = b""


def read_winmail(raw: bytes, depth: int = 0) -> list[tuple[str, bytes]]:
    """Return the attachments with their names, those of messages in it too; WinmailError where it cannot be read."""
    files: list[_WinmailFile] = []
    codec = USUAL
    for attribute, content in _attributes(raw):
        if attribute == _CODEPAGE and len(content) >= 4:
            codec = find_codec(int.from_bytes(content[:4], "little"))
        elif attribute == _REND_DATA:
            files.append(_WinmailFile())
        elif files and attribute == _TITLE:
            files[-1].title = content.split(b"\0")[0].decode(codec, "replace")
        elif files and attribute == _DATA:
            files[-1].data = content
        elif files and attribute == _PROPERTIES:
            _read_properties(files[-1], content, codec)
    return [found for file in files for found in _list_contents(file, depth)]


def _list_contents(file: _WinmailFile, depth: int) -> list[tuple[str, bytes]]:
    if file.message and depth < DEEP:
        with suppress(WinmailError):
            return read_winmail(file.message, depth + 1)
    return [(file.long_name or file.title or "bilaga", file.data)] if file.data else []


def read_message_class(raw: bytes) -> str:
    """Return what Outlook calls the kind of message that it packed, or "" where it cannot be read."""
    try:
        names = (content for attribute, content in _attributes(raw) if attribute == _MESSAGE_CLASS)
        return next(names, b"").split(b"\0")[0].decode("latin-1")
    except WinmailError:
        return ""


def _attributes(raw: bytes) -> Iterator[tuple[int, bytes]]:
    start = raw[:_BEFORE].find(_SIGNATURE)
    if start < 0 or len(raw) < start + _FIRST:
        raise WinmailError("no signature")
    at = first = start + _FIRST
    while at + _HEAD.size <= len(raw):
        level, attribute, length = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        if level not in (1, 2) or at + length > len(raw):
            if raw[at - _HEAD.size :].strip(_PADDING):
                raise WinmailError(f"attribute at {at}")
            break
        # The checksum after it is not looked at: programs get it wrong, and what a workbook holds is held against its own.
        yield attribute, raw[at : at + length]
        at += length + 2
    if at == first or (at == first + _HEAD.size and not raw[first:].strip(_PADDING)):
        raise WinmailError("no attributes")


def _read_properties(file: _WinmailFile, content: bytes, codec: str) -> None:
    """Fill in what an attachment's properties say, as far as they can be read."""
    with suppress(struct.error, WinmailError):
        for kind, number, value in _properties(content):
            if number == _LONG_NAME and kind in {_ANSI, _WIDE}:
                file.long_name = value.decode("utf-16-le" if kind == _WIDE else codec, "replace").rstrip("\0")
            elif number == _CONTENT and kind == _OBJECT:
                file.message = value[_INTERFACE:]
            elif number == _CONTENT and kind == _BINARY:
                file.data = file.data or value


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
