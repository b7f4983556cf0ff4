"""Addresses that look like another: letters of other alphabets, digits for letters, dots and hyphens. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

# Letters of other alphabets (Cyrillic, Greek, phonetic) by the Latin one that they look like.
_ALIKE = {
    "a": "\u0430\u03b1\u0251",
    "b": "\u0432\u044c\u03b2",
    "c": "\u0441\u03f2",
    "d": "\u0501\u0111",
    "e": "\u0435\u03b5",
    "g": "\u0261",
    "h": "\u04bb\u043d\u03b7",
    "i": "\u0456\u03b9\u0131",
    "j": "\u0458",
    "k": "\u043a\u03ba",
    "l": "\u04cf\u0142\u2113",
    "m": "\u043c",
    "n": "\u043f",
    "o": "\u043e\u03bf\u00f8",
    "p": "\u0440\u03c1",
    "q": "\u051b",
    "r": "\u0433",
    "s": "\u0455",
    "t": "\u0442\u03c4",
    "u": "\u03c5",
    "v": "\u0475\u03bd",
    "w": "\u051d",
    "x": "\u0445\u03c7",
    "y": "\u0443",
}
_LETTERS = str.maketrans({letter: latin for latin, letters in _ALIKE.items() for letter in letters})
_SHAPES = ((r"rn", "m"), (r"vv", "w"), (r"cl", "d"), (r"0", "o"), (r"[1i|]", "l"), (r"5", "s"), (r"[-_]", ""))


def is_look_alike(address: str, contacts: Collection[str]) -> bool:
    """Tell whether an address looks like one of others and is none of them."""
    return address not in contacts and make_skeleton(address) in {make_skeleton(contact) for contact in contacts}


def make_skeleton(address: str) -> str:
    """Return what addresses that look alike have in common."""
    local, _, domain = address.rpartition("@")
    shown = f"{local.replace('.', '')}@{_show_domain(domain)}".casefold().translate(_LETTERS)
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", shown) if not unicodedata.combining(letter))
    for pattern, replacement in _SHAPES:
        plain = re.sub(pattern, replacement, plain)
    return plain


def _show_domain(domain: str) -> str:
    """Return a domain as people see it; IDNA writes letters beyond ASCII as ``xn--…``."""
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain
