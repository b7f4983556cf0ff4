"""A workbook as the zip that it is: its parts read and put together, the same bytes each time, and skeletons stamped for each owner.

What stands in the parts is made elsewhere (``finish``, ``cells``). A skeleton is compressed once, in pieces: deflate lets a
stream be put together from pieces that each end at a byte, so that only the few hundred bytes that differ between owners are made anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from struct import pack, unpack
from xml.sax.saxutils import escape
from zipfile import ZipFile

from zlib_ng import zlib_ng as zlib

from styrxl.excel.sheet import CLOSE, OPEN, clean, token

_TOKEN = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}".encode())
_NEAR = 1_500  # bytes between two tokens that are not worth a piece of their own
_STORED = 600  # bytes up to which a piece is stored: starting to compress costs more than it saves
_LEVEL = 5  # nearly as small as with 6, in half the time


def read_parts(data: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook, by name."""
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zip_parts(parts: Mapping[str, bytes]) -> bytes:
    """Return a workbook of these parts, as they are; the same parts give the same bytes."""
    return b"".join(zip_pieces({name: (data,) for name, data in parts.items()}))


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
class SkeletonPiece:
    """A piece of a part: fixed, or (where it has names) literals with values between them."""

    raw: bytes
    deflated: bytes
    literals: tuple[bytes, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SkeletonPart:
    """A part in pieces; ``crc`` is that of the first piece if it is fixed."""

    name: bytes
    pieces: tuple[SkeletonPiece, ...]
    crc: int


def make_skeleton(parts: Mapping[str, bytes]) -> tuple[SkeletonPart, ...]:
    """Return a skeleton, which can be stamped, of parts that hold tokens; in the order in which Excel writes them."""
    return tuple(_cut_part(name, parts[name]) for name in sorted(parts, key=_order))


def _order(name: str) -> tuple[int, str]:
    return {"[Content_Types].xml": 0, "_rels/.rels": 1}.get(name, 2), name


def restore_part(part: SkeletonPart) -> bytes:
    """Return a part's bytes as they were before it was cut to pieces, tokens and all."""
    return b"".join(
        b"".join([piece.literals[0], *(token(n).encode() + rest for n, rest in zip(piece.names, piece.literals[1:], strict=True))])
        if piece.names
        else piece.raw
        for piece in part.pieces
    )


def replace_parts(parts: Sequence[SkeletonPart], changed: Mapping[str, bytes]) -> tuple[SkeletonPart, ...]:
    """Return a skeleton with some parts changed or added."""
    made = {part.name: part for part in (*parts, *make_skeleton(changed))}
    return tuple(sorted(made.values(), key=lambda part: _order(part.name.decode("ascii"))))


def _cut_part(name: str, data: bytes) -> SkeletonPart:
    pieces = tuple(_cut_pieces(data))
    return SkeletonPart(name.encode("ascii"), pieces, zlib.crc32(pieces[0].raw) if not pieces[0].names else 0)


def _cut_pieces(data: bytes) -> Iterator[SkeletonPiece]:
    done = 0
    for start, end in _token_spans(_TOKEN.finditer(data)):
        if start > done:
            yield SkeletonPiece(data[done:start], _deflate(data[done:start], last=False))
        split = _TOKEN.split(data[start:end])
        yield SkeletonPiece(b"", b"", tuple(split[::2]), tuple(name.decode() for name in split[1::2]))
        done = end
    yield SkeletonPiece(data[done:], _deflate(data[done:], last=True))


def _token_spans(matches: Iterable[re.Match[bytes]]) -> Iterator[tuple[int, int]]:
    """Yield from where to where tokens lie close together."""
    span: tuple[int, int] | None = None
    for match in matches:
        if span and match.start() - span[1] > _NEAR:
            yield span
            span = None
        span = (span[0] if span else match.start(), match.end())
    if span:
        yield span


def _deflate(data: bytes, *, last: bool) -> bytes:
    if len(data) <= _STORED:  # a stored block: last or not, its length, and its length again with each bit turned
        return pack("<BHH", last, len(data), len(data) ^ 0xFFFF) + data
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)


def stamp(parts: Sequence[SkeletonPart], values: Mapping[str, str]) -> bytes:
    """Return a workbook with values in place of tokens; KeyError for a token without one."""
    ready = {name: escape(clean(value), {'"': "&quot;"}).encode() for name, value in values.items()}
    return b"".join(_make_zip((part.name, *_fill(part, ready)) for part in parts))


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


def _fill(part: SkeletonPart, values: Mapping[str, bytes]) -> tuple[int, int, list[bytes]]:
    crc, size, stream = 0, 0, []
    for number, piece in enumerate(part.pieces):
        raw, deflated = piece.raw, piece.deflated
        if piece.names:
            between = [text for name, literal in zip(piece.names, piece.literals[1:], strict=True) for text in (values[name], literal)]
            raw = b"".join([piece.literals[0], *between])
            deflated = _deflate(raw, last=False)
        crc = part.crc if number == 0 and not piece.names else zlib.crc32(raw, crc)
        size += len(raw)
        stream.append(deflated)
    return crc, size, stream
