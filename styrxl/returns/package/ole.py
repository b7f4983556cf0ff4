"""A stream of an OLE file ([MS-CFB]), such as the one in which an xls keeps its sheets."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

_LAST = 0xFFFFFFFA  # from here on a number says something of a sector, and is none
_ENTRY = 128  # bytes of a directory's entry


def read_stream(data: bytes, names: Sequence[str]) -> bytes:
    """Return the stream that has the first of the names that there is; raises ValueError for a damaged file, or one without them."""
    try:
        return _read_stream(data, names)
    except (struct.error, IndexError) as error:
        raise ValueError("damaged") from error


def _read_stream(data: bytes, names: Sequence[str]) -> bytes:
    shift, small_shift = struct.unpack_from("<2H", data, 30)
    [directory_at] = struct.unpack_from("<L", data, 48)
    cutoff, small_table_at = struct.unpack_from("<2L", data, 56)
    if shift not in {9, 12} or small_shift != 6:
        raise ValueError("damaged")
    table = _read_table(data, shift)
    directory = _join(data, table, directory_at, 1 << shift, 1 << shift)
    entries = {_name(entry): struct.unpack_from("<2L", entry, 116) for entry in _cut(directory, _ENTRY) if entry[66] == 2}
    [root] = struct.unpack_from("<L", directory, 116)
    start, size = next((entries[name] for name in names if name in entries), (None, 0))
    if start is None:
        raise ValueError("no such stream")
    if size >= cutoff:
        return _join(data, table, start, 1 << shift, 1 << shift)[:size]
    small = _join(data, table, root, 1 << shift, 1 << shift)
    small_table = _numbers(_join(data, table, small_table_at, 1 << shift, 1 << shift))
    return _join(small, small_table, start, 1 << small_shift, 0)[:size]


def _read_table(data: bytes, shift: int) -> Sequence[int]:
    """Return which sector follows on which."""
    size = 1 << shift
    sectors = list(struct.unpack_from("<109L", data, 76))
    [more] = struct.unpack_from("<L", data, 68)
    for _ in range(len(data) // size):
        if more >= _LAST:
            break
        listed = struct.unpack_from(f"<{size // 4}L", data, size + more * size)
        sectors += listed[:-1]
        more = listed[-1]
    return _numbers(b"".join(data[size + s * size : size + (s + 1) * size] for s in sectors if s < _LAST))


def _numbers(table: bytes) -> Sequence[int]:
    return struct.unpack(f"<{len(table) // 4}L", table[: len(table) // 4 * 4])


def _join(data: bytes, table: Sequence[int], sector: int, size: int, before: int) -> bytes:
    """Return the sectors that follow on each other; ``before``: bytes before the first of all. Raises ValueError at a circle."""
    parts: list[bytes] = []
    while sector < _LAST:
        if len(parts) > len(table):
            raise ValueError("a circle")
        parts.append(data[before + sector * size : before + (sector + 1) * size])
        sector = table[sector]
    return b"".join(parts)


def _cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data) - size + 1, size))


def _name(entry: bytes) -> str:
    length = min(int.from_bytes(entry[64:66], "little"), 64)
    return entry[: max(length - 2, 0)].decode("utf-16-le", "replace").casefold()
