"""A workbook as the zip that it is: its parts read and put together, the same bytes each time, and templates stamped for each owner.

What stands in the parts is made elsewhere. Python's own zlib compresses what is written: zlib-ng gives other bytes on other processors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from struct import pack, unpack
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from zlib_ng import zlib_ng as zlib

from styrxl.excel.cells import CLOSE, OPEN
from styrxl.excel.sheet import clean

_TOKEN = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}".encode())
_STORED = 600  # bytes up to which a piece is stored: starting to compress costs more than it saves
_LEVEL = 5  # nearly as small as with 6, in half the time


def read_parts(data: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook, by name."""
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zip_parts(parts: Mapping[str, bytes]) -> bytes:
    """Return a workbook of these parts, as they are, in the order in which Excel writes them; the same parts give the same bytes."""
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        for name in sorted(parts, key=_order):
            entry = ZipInfo(name)  # of 1 January 1980
            entry.create_system = 3  # Unix, wherever it is made
            archive.writestr(entry, parts[name], ZIP_DEFLATED)
    return target.getvalue()


@dataclass(frozen=True, slots=True)
class DeflatedPart:
    """A whole part as deflate gives it: checksum, length, and the compressed stream."""

    crc: int
    size: int
    stream: bytes


def read_deflated_parts(data: bytes) -> dict[str, DeflatedPart]:
    """Return the parts of a workbook that styrxl made, still compressed, by name."""
    found = {}
    with ZipFile(BytesIO(data)) as archive:
        for entry in archive.infolist():
            start = entry.header_offset + 30 + sum(unpack("<2H", data[entry.header_offset + 26 : entry.header_offset + 30]))
            found[entry.filename] = DeflatedPart(entry.CRC, entry.file_size, data[start : start + entry.compress_size])
    return found


def zip_pieces(parts: Mapping[str, DeflatedPart | Sequence[bytes]]) -> list[bytes]:
    """Return a workbook, in pieces, of parts that are in pieces, some of them compressed already; the same parts give the same bytes."""
    return _make_zip((name.encode("ascii"), *_deflate_all(parts[name])) for name in sorted(parts, key=_order))


def _deflate_all(pieces: DeflatedPart | Sequence[bytes]) -> tuple[int, int, list[bytes]]:
    """Return checksum, length and compressed stream of a part."""
    if isinstance(pieces, DeflatedPart):
        return pieces.crc, pieces.size, [pieces.stream]
    crc = size = 0
    stream: list[bytes] = []
    for number, piece in enumerate(pieces, 1):
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        stream.append(_deflate(piece, last=number == len(pieces)))
    return crc, size, stream


@dataclass(frozen=True, slots=True)
class TemplatePart:
    """A part of a template: fixed, or (where it has names) pieces with an owner's values between them."""

    name: str
    pieces: tuple[bytes, ...]
    names: tuple[str, ...] = ()

    def fill(self, values: Mapping[str, bytes]) -> bytes:
        """Return the part with values in place of tokens; KeyError for a token without one."""
        if not self.names:
            return self.pieces[0]
        between = [text for name, piece in zip(self.names, self.pieces[1:], strict=True) for text in (values[name], piece)]
        return b"".join([self.pieces[0], *between])


def cut_parts(parts: Mapping[str, bytes]) -> tuple[TemplatePart, ...]:
    """Return a template of parts that hold tokens."""
    split = {name: _TOKEN.split(data) for name, data in parts.items()}
    return tuple(TemplatePart(name, tuple(s[::2]), tuple(token.decode() for token in s[1::2])) for name, s in split.items())


def stamp(template: Sequence[TemplatePart], values: Mapping[str, str]) -> bytes:
    """Return a workbook with values in place of tokens; KeyError for a token without one."""
    ready = {name: escape(clean(value), {'"': "&quot;"}).encode() for name, value in values.items()}
    ready[""] = OPEN.encode()  # that letter itself, in somebody's text
    return zip_parts({part.name: part.fill(ready) for part in template})


def _order(name: str) -> tuple[int, str]:
    return {"[Content_Types].xml": 0, "_rels/.rels": 1}.get(name, 2), name


def _deflate(data: bytes, *, last: bool) -> bytes:
    if len(data) <= _STORED:  # a stored block: last or not, its length, and its length again with each bit turned
        return pack("<BHH", last, len(data), len(data) ^ 0xFFFF) + data
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)


def _make_zip(parts: Iterable[tuple[bytes, int, int, Sequence[bytes]]]) -> list[bytes]:
    """Return a zip, in pieces, of parts: name, checksum, length, and compressed stream."""
    body, directory, offset, count = list[bytes](), list[bytes](), 0, 0
    for name, crc, size, stream in parts:
        length = sum(map(len, stream))
        # zip's headers: version, flags, deflate, midnight on 1 January 1980, checksum and lengths
        common = pack("<HHHHHLLLHH", 20, 0, 8, 0, 0x21, crc, length, size, len(name), 0)
        body += [b"PK\x03\x04", common, name, *stream]
        directory += [b"PK\x01\x02\x14\x00", common, pack("<HHHLL", 0, 0, 0, 0, offset), name]
        offset += 4 + len(common) + len(name) + length
        count += 1
    size = sum(map(len, directory))
    return [*body, *directory, pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, count, count, size, offset, 0)]
