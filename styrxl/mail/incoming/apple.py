"""Files as old Macs packed them (RFC 1740): AppleSingle, which holds a file, and AppleDouble, which holds all but the file."""

from __future__ import annotations

import struct

_SINGLE, _DOUBLE = b"\x00\x05\x16\x00", b"\x00\x05\x16\x07"
_HEAD, _ENTRY = 24, struct.Struct(">III")  # number, offset, length
_DATA_FORK = 1


def is_resource_fork(name: str, data: bytes) -> bool:
    """Tell whether a file is what a Mac keeps beside another one: icons and colours, nothing that anybody wrote."""
    return name.startswith("._") or data.startswith(_DOUBLE)


def open_apple_single(data: bytes) -> bytes | None:
    """Return the file in an AppleSingle, or None where the bytes are none or hold none."""
    if not data.startswith(_SINGLE) or len(data) < _HEAD + 2:
        return None
    [count] = struct.unpack_from(">H", data, _HEAD)
    entries = data[_HEAD + 2 :][: count * _ENTRY.size]
    whole = len(entries) - len(entries) % _ENTRY.size
    found = [data[at : at + length] for number, at, length in _ENTRY.iter_unpack(entries[:whole]) if number == _DATA_FORK]
    return found[0] if found else None
