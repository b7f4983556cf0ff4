"""Numbers so far below zero that no calendar has them: calamine panics where they stand in a cell for a date or a time."""

from __future__ import annotations

import re

_BELOW_ZERO = re.compile(rb"<v>(-[^<]{1,400})</v>")
_LOWEST = -1e11  # calamine counts in milliseconds, 64 bits of them; no amount that anybody means is so low


def spelled(xml: bytes) -> bytes:
    """Return a sheet in which such a number is a text, so that it is told of as any other answer that is no date."""
    if b"<v>-" not in xml:
        return xml
    parts, done = [], 0
    for match in _BELOW_ZERO.finditer(xml):
        if not _too_low(match[1]):
            continue
        begins = max(xml.rfind(mark, done, match.start()) for mark in (b"<c ", b"<c>"))
        ends = xml.find(b">", begins, match.start())
        tag = xml[begins:ends].replace(b' t="n"', b"")
        if begins < 0 or ends < 0 or b' t="' in tag:
            continue
        parts += [xml[done:begins], tag, b' t="str"', xml[ends : match.end()]]
        done = match.end()
    return b"".join([*parts, xml[done:]])


def _too_low(written: bytes) -> bool:
    try:
        return float(written) <= _LOWEST
    except ValueError:
        return False
