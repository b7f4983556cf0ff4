"""Messages as Outlook saves them (.msg), and mails signed as one file, written for tests by hand."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Union
from zlib import crc32

Tree = Mapping[str, Union[bytes, "Tree"]]
_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@dataclass
class _Entry:
    name: str
    kind: int  # 1 folder, 2 stream, 5 root
    data: bytes = b""
    child: int = _FREE
    sibling: int = _FREE
    start: int = _END


@dataclass
class _Chain:
    """Sectors of one size, and which follows which."""

    size: int
    data: bytearray = field(default_factory=bytearray)
    table: list[int] = field(default_factory=list)

    def add(self, content: bytes) -> int:
        first, count = len(self.table), -(-len(content) // self.size)
        self.data += content.ljust(count * self.size, b"\0")
        self.table += [*range(first + 1, first + count), _END] if count else []
        return first if count else _END


def compound(tree: Tree) -> bytes:
    """Return a compound file (MS-CFB) with folders and streams."""
    entries = [_Entry("Root Entry", 5)]
    _add_entries(entries, 0, tree)
    big, small = _Chain(_SECTOR), _Chain(_MINI)
    for entry in entries:
        if entry.kind == 2:
            entry.start = (small if len(entry.data) < _CUTOFF else big).add(entry.data)
    entries[0].data = bytes(small.data)
    entries[0].start = big.add(bytes(small.data))
    small_table = big.add(_pack(small.table))
    directory = big.add(b"".join(map(_entry, entries)))
    sectors = len(big.table)
    fat = next(n for n in range(1, 100) if n * _SECTOR // 4 >= sectors + n)
    table = _pack([*big.table, *[_FAT] * fat]).ljust(fat * _SECTOR, b"\xff")
    count = -(-len(small.table) * 4 // _SECTOR)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<III", 0, fat, directory) + struct.pack("<IIIIII", 0, _CUTOFF, small_table, count, _END, 0)
    head += _pack([sectors + n for n in range(fat)])
    return head.ljust(_SECTOR, b"\xff") + bytes(big.data) + table


def _add_entries(entries: list[_Entry], parent: int, tree: Tree) -> None:
    before = -1
    for name, content in tree.items():
        number = len(entries)
        entries.append(_Entry(name, 2, content) if isinstance(content, bytes) else _Entry(name, 1))
        if before < 0:
            entries[parent].child = number
        else:
            entries[before].sibling = number
        before = number
        if not isinstance(content, bytes):
            _add_entries(entries, number, content)


def _entry(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le") + b"\0\0"
    places = struct.pack("<BBIII", entry.kind, 1, _FREE, entry.sibling, entry.child)
    return name.ljust(64, b"\0") + struct.pack("<H", len(name)) + places + bytes(36) + struct.pack("<IQ", entry.start, len(entry.data))


def _pack(numbers: list[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)


def outlook_tree(
    attachments: Mapping[str, bytes | Tree],
    headers: str = "",
    *,
    body: str = "Hej!",
    kind: str = "IPM.Note",
    sender: str = "",
    codepage: int = 1252,
    ansi: str = "",
    sent: datetime | None = None,
    inner: bool = False,
) -> dict[str, bytes | Tree]:
    """Return the tree of a message: ``attachments`` by name, bytes or another message; texts in a codec ``ansi`` or in UTF-16."""

    def text(number: str, value: str) -> dict[str, bytes]:
        return {f"__substg1.0_{number}001E": value.encode(ansi)} if ansi else {f"__substg1.0_{number}001F": value.encode("utf-16-le")}

    ticks = int((sent.timestamp() + 11644473600) * 10_000_000) if sent else 0
    properties = bytes(24 if inner else 32) + struct.pack("<HHIQ", 3, 0x3FFD, 6, codepage) + struct.pack("<HHIQ", 0x40, 0x0039, 6, ticks)
    tree: dict[str, bytes | Tree] = {"__properties_version1.0": properties, **text("001A", kind), **text("1000", body)}
    tree |= text("007D", headers) if headers else {}
    tree |= text("5D01", sender) if sender else {}
    for n, (name, content) in enumerate(attachments.items()):
        data = {"__substg1.0_37010102": content} if isinstance(content, bytes) else {"__substg1.0_3701000D": content}
        tree[f"__attach_version1.0_#{n:08X}"] = {"__properties_version1.0": bytes(8), **text("3707", name), **data}
    return tree


def outlook_file(attachments: Mapping[str, bytes | Tree], headers: str = "", **more: object) -> bytes:
    """Return a .msg; the arguments are those of ``outlook_tree``."""
    return compound(outlook_tree(attachments, headers, **more))  # type: ignore[arg-type]


def headers(sender: str, subject: str = "Sv: Plan 2027", *more: str) -> str:
    """Return the headers that a mail had on its way."""
    number = crc32(f"{sender} {subject}".encode())
    lines = [f"From: {sender}", "To: planering@example.se", f"Subject: {subject}", f"Message-ID: <{number}@example.se>", *more]
    return "\r\n".join(["Date: Tue, 16 Feb 2027 09:01:00 +0100", 'Content-Type: multipart/mixed;\r\n\tboundary="x"', *lines, ""])


def signed(content: bytes, *, endless: bool = False) -> bytes:
    """Return S/MIME's signed data with the content in it, without a signature; ``endless``: of no length known beforehand, in pieces."""

    def tlv(tag: int, body: bytes) -> bytes:
        if endless and tag in {0x30, 0xA0}:
            return bytes([tag, 0x80]) + body + b"\0\0"
        size = len(body).to_bytes(4, "big").lstrip(b"\0") or b"\0"
        return bytes([tag]) + (size if len(body) < 128 else bytes([0x80 | len(size)]) + size) + body

    pieces = b"".join(tlv(0x04, content[at : at + 1000]) for at in range(0, len(content), 1000))
    octets = b"\x24\x80" + pieces + b"\0\0" if endless else tlv(0x04, content)
    inner = tlv(0x30, bytes.fromhex("06092a864886f70d010701") + tlv(0xA0, octets))
    data = tlv(0x30, b"\x02\x01\x01" + tlv(0x31, b"") + inner + tlv(0x31, b""))
    return tlv(0x30, bytes.fromhex("06092a864886f70d010702") + tlv(0xA0, data))


def enveloped() -> bytes:
    """Return S/MIME's enveloped data: encrypted, and here broken off after its beginning."""
    return bytes.fromhex("3018 0609 2a864886f70d010703 a00b 3009 0201 00 3100 3002 0600".replace(" ", ""))
