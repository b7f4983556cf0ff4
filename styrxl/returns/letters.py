"""Letters as people see them: what is invisible does not count, and one letter is one however it is stored."""

from __future__ import annotations

import re
import unicodedata

# Zero-width spaces and joins, marks of direction, soft hyphens: pasted from pages and chats, or typed by nobody.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_JOINERS = re.compile("[\u200c\u200d]")  # invisible too, but parts of some letters and pictures
# What fills a place with nothing, or varies the sign before it, though Unicode calls it letters and signs.
PRINTABLE_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0") | {chr(code) for code in range(0xFE00, 0xFE10)}
_NOTHING = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})  # categories of spaces, and of what steers
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"), "-")
_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_ID_SIGNS = {**_FULL_WIDTH, **_DASHES}
_AMONG_THEM = re.compile(f"[{chr(min(_ID_SIGNS))}-{chr(max(_ID_SIGNS))}]")  # found ten times quicker than each letter is looked up


def make_visible(text: str) -> str:
    """Return a text without invisible characters, its letters composed (NFC)."""
    if text.isascii() or (text.isprintable() and unicodedata.is_normalized("NFC", text)):
        return text
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def make_plain(text: str) -> str:
    """Return a text for comparison: as ``make_visible``, and with one hyphen for all dashes, and digits and letters of one width."""
    if text.isascii():
        return text
    if not text.isprintable():
        text = _JOINERS.sub("", text)
    visible = make_visible(text)
    return visible.translate(_ID_SIGNS) if _AMONG_THEM.search(visible) else visible


def shows_nothing(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return all(sign in PRINTABLE_BLANKS or unicodedata.category(sign) in _NOTHING for sign in text)
