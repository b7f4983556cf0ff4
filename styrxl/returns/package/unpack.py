"""A zip from a stranger, unpacked within limits: what it says of its sizes is held against what comes out.

Its parts are unpacked once and packed again without compression for the reader, which thereby sees exactly the bytes that
were looked at here: no part twice under one name, none that unpacks to more than it says.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import chain
from urllib.parse import unquote

from styrxl.model.catalogue import Word
from styrxl.model.findings import Finding, finding
from styrxl.model.limits import MB, RATIO_FLOOR, Limits
from styrxl.returns.package.file_type import find_zip_kind

ORDINARY_MB = 8  # unpacked size of what is read in the process that judges; larger files are read in a process of their own


_TYPES = "[content_types].xml"
_END = b"PK\x05\x06"
_LONGEST_COMMENT = 65_557
_END_64_SIZE = 56 + 20  # bytes of the end of a zip64 directory and of what points to it, right before the other end
_NAMED = 400  # bytes of the directory that one part may take
_CHUNK = 1 << 20
_STREAMED = 8 * MB  # a sheet larger than this is looked through while it is unpacked
_EMPTY_RUN = 8 * MB  # so much without a value in it is left out
_MARGIN = 64
_REMEMBERED = 32_000  # bytes of a part that are worth remembering
_TEXTS = (".xml", ".rels", ".bin", ".vml")
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,100}(?:<\?xml[^<>]{0,400}\?>\s{0,100})?<[A-Za-z_]")
_DOCTYPES = (b"<!DOCTYPE", b"<!ENTITY", *("<!DOCTYPE".encode(f"utf-16-{end}") for end in ("le", "be")))
_OTHER_END = re.compile(rb"</c\s|<!")  # a cell's end written otherwise, or what may hide one
_SHEET = re.compile(rb"<((?:[\w.-]{1,40}:)?)sheetData[^>]{0,400}>")


class RefusedError(Exception):
    """A file that cannot be taken in; ``finding`` says why."""

    def __init__(self, finding: Finding) -> None:
        """Keep the finding."""
        super().__init__(finding.rule)
        self.finding = finding


def make_unreadable(why: str, *, sheet: str | None = None, cell: str | None = None, **facts: object) -> RefusedError:
    """Return the refusal of a file that cannot be read; ``why`` is a word of the catalogue's, which may name the sheet and cell."""
    place = {"sheet": sheet, "cell": cell} if sheet else {}
    return RefusedError(finding("unreadable-workbook", sheet=sheet, cell=cell, why=Word(why, {**facts, **place})))


def make_oversized(why: str, *, sheet: str | None = None, cell: str | None = None, **facts: object) -> RefusedError:
    """Return the refusal of a file that is too large; ``why`` is a word of the catalogue's."""
    return RefusedError(finding("oversized-workbook", sheet=sheet, cell=cell, why=Word(why, facts)))


class Package:
    """A workbook's zip; parts are found under their names in lower case, with ``/`` between."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        """Read the directory of a zip and hold it against the limits; RefusedError."""
        self.data = data
        self.limits = limits
        _check_directory(data, limits)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                self._parts = _name_parts(archive.infolist())
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error, EOFError) as error:
            raise make_unreadable("damaged") from error
        if any(entry.flag_bits & 1 for entry in self._parts.values()):
            raise RefusedError(finding("encrypted-workbook"))
        _check_sizes(list(self._parts.values()), limits)

    @cached_property
    def kind(self) -> str:
        """What kind of workbook the zip holds, as ``file_type`` has it."""
        mimetype = self.part("mimetype") if "mimetype" in self and self.size(["mimetype"]) < _NAMED else b""
        types = self.part(_TYPES) if _TYPES in self and self.size([_TYPES]) < MB else b""
        return find_zip_kind(self._parts.keys(), mimetype, types.replace(b"\0", b""))

    @property
    def names(self) -> Collection[str]:
        """Names of its parts."""
        return self._parts.keys()

    def __contains__(self, name: str) -> bool:
        """Whether there is a part of that name."""
        return name in self._parts

    def size(self, names: Iterable[str]) -> int:
        """Return how many bytes the parts are that have these names, unpacked, as the directory says."""
        return sum(self._parts[name].file_size for name in names if name in self._parts)

    def part(self, name: str) -> bytes:
        """Return a part, unpacked and whole; RefusedError."""
        entry = self._parts[name]
        packed = self._packed(entry)
        small = entry.file_size < _REMEMBERED
        content = (_inflate if small else _inflate.__wrapped__)(packed, entry.compress_type, entry.file_size, entry.CRC)
        if name.endswith((".xml", ".rels")):
            _check_prolog(content)
        return content

    def sheet(self, name: str, bare: Callable[[bytes], bytes] = bytes) -> bytes:
        """Return a sheet's part; of a large one, without the cells that are styled and empty after the last value.

        ``bare``: what makes a large one smaller while it is unpacked, given pieces that end where a cell does.
        """
        if self._parts[name].file_size <= _STREAMED:
            return self.part(name)
        chunks = self._chunks(name)
        first = next(chunks, b"")
        _check_prolog(first)
        begun = _SHEET.search(first)
        if begun is None or begun[1]:  # a writer that gives its elements a prefix: no cell would be known by its end
            return self.part(name)
        return _trim_sheet(first, chunks, begun.end(), bare)

    def original(self, name: str) -> str:
        """Return the name of a part as the zip has it, with ``/`` between."""
        return self._parts[name].filename.replace("\\", "/").lstrip("/")

    def _packed(self, entry: zipfile.ZipInfo) -> bytes:
        head = self.data[entry.header_offset : entry.header_offset + 30]
        if len(head) < 30 or not head.startswith(b"PK\x03\x04") or entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise make_unreadable("damaged")
        start = entry.header_offset + 30 + sum(struct.unpack("<2H", head[26:]))
        return self.data[start : start + entry.compress_size]

    def _chunks(self, name: str) -> Iterator[bytes]:
        entry = self._parts[name]
        packed = self._packed(entry)
        left, check, at, tail = entry.file_size, 0, 0, b""
        unpacker = zlib.decompressobj(-15)
        while (tail or at < len(packed)) and left >= 0 and not unpacker.eof:
            if not tail:  # little by little: what is left over is copied each time
                tail, at = packed[at : at + _CHUNK], at + _CHUNK
            try:
                chunk = unpacker.decompress(tail, _CHUNK) if entry.compress_type else tail
            except zlib.error as error:
                raise make_unreadable("damaged") from error
            tail = unpacker.unconsumed_tail
            left -= len(chunk)
            check = zlib.crc32(chunk, check)
            yield chunk
        if left or check != entry.CRC:
            raise make_unreadable("damaged")


@lru_cache(maxsize=64)  # what says how a form's workbooks look is alike in all that come back
def _inflate(packed: bytes, how: int, size: int, check: int) -> bytes:
    """Return a part unpacked; RefusedError where it is not what the directory says."""
    try:
        content = packed if how == zipfile.ZIP_STORED else zlib.decompressobj(-15).decompress(packed, size + 1)
    except zlib.error as error:
        raise make_unreadable("damaged") from error
    if len(content) != size or zlib.crc32(content) != check:
        raise make_unreadable("damaged")
    return content


def zip_uncompressed(parts: Mapping[str, bytes]) -> bytes:
    """Return a zip of the parts as they are, without compression."""
    body: list[bytes] = []
    directory: list[bytes] = []
    at = 0
    for name, content in parts.items():
        raw = name.encode("utf-8")
        common = (0x800, 0, 0, 33, zlib.crc32(content), len(content), len(content), len(raw))
        body += (struct.pack("<4s5H3L2H", b"PK\3\4", 20, *common, 0), raw, content)
        directory += (struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, *common, 0, 0, 0, 0, 0, at), raw)
        at += 30 + len(raw) + len(content)
    listed = b"".join(directory)
    return b"".join((*body, listed, struct.pack("<4s4H2LH", _END, 0, 0, len(parts), len(parts), len(listed), at, 0)))


def _name_parts(entries: Iterable[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Return parts by the names under which others name them; RefusedError where two of a name differ."""
    parts: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = _find_name(entry.filename)
        first = parts.setdefault(name, entry)
        if (first.CRC, first.file_size) != (entry.CRC, entry.file_size):
            raise make_unreadable("part_twice", named=entry.filename)
    return parts


@lru_cache(maxsize=256)
def _find_name(written: str) -> str:
    return unquote(written).replace("\\", "/").lstrip("/").lower()


def _check_directory(data: bytes, limits: Limits) -> None:
    """Refuse a directory that would itself take long to read, before it is read."""
    end = data.rfind(_END, max(0, len(data) - _LONGEST_COMMENT))
    if end < 0 or len(data) < end + 22:
        raise make_unreadable("truncated")
    parts, size = struct.unpack("<HL", data[end + 10 : end + 16])
    # Where there is a directory for large archives, zipfile goes by what that says, whatever the other does.
    if end >= 20 and data.startswith(b"PK\x06\x07", end - 20):
        if end < _END_64_SIZE or not data.startswith(b"PK\x06\x06", end - _END_64_SIZE):
            raise make_unreadable("damaged")
        parts, size = struct.unpack("<2Q", data[end - _END_64_SIZE + 32 : end - _END_64_SIZE + 48])
    if parts > limits.parts or size > limits.parts * _NAMED:
        raise make_oversized("too_many_parts", n=parts, high=limits.parts)


def _check_sizes(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.expanded_mb * MB:
        raise make_oversized("too_much_unpacked", mb=unpacked // MB, high=limits.expanded_mb)
    texts = [entry for entry in entries if entry.filename.lower().endswith(_TEXTS)]
    large, small = sum(entry.file_size for entry in texts), sum(entry.compress_size for entry in texts)
    if large > RATIO_FLOOR and large > limits.ratio * small:
        raise make_oversized("packed_too_hard", mb=large // MB)


def _check_prolog(content: bytes) -> None:
    """Refuse XML with a document type: none that a spreadsheet program writes has one, and entities are made for bombs."""
    if not _PROLOG.match(content) and any(mark in content for mark in _DOCTYPES):
        raise make_unreadable("has_entities")


def _trim_sheet(first: bytes, chunks: Iterable[bytes], begun: int, bare: Callable[[bytes], bytes] = bytes) -> bytes:
    """Return a sheet without its end, where that is long and holds only cells and rows without values.

    People format whole columns, and Excel then writes a million rows of ``<c r="A9" s="3"/>``; a cell with a value ends in ``</c>``.
    ``begun``: where in the first chunk its rows begin.
    """
    kept = bytearray(first[:begun])
    waiting = bytearray()
    dropped = False
    for chunk in chain([first[begun:]], chunks):
        waiting += chunk
        last = waiting.rfind(b"</c>")
        if last >= 0:
            if dropped:
                raise make_oversized("empty_cells_between")
            kept += bare(bytes(waiting[: last + 4]))
            del waiting[: last + 4]
        if len(waiting) > _EMPTY_RUN:
            if _OTHER_END.search(waiting):
                raise make_oversized("empty_cells_between")
            dropped = True
            del waiting[:-_MARGIN]
    if not dropped:
        kept += waiting
        return bytes(kept)
    return bytes(kept) + (b"</row>" if len(kept) > begun else b"") + b"</sheetData></worksheet>"


class NotOrdinaryError(Exception):
    """A file that may only be read in a process of its own."""
