"""Mail addresses as they are compared, and as they are shown."""

from __future__ import annotations

import re
from contextlib import suppress

_DOMAIN_IN_ASCII = re.compile(r"(?<=@)[A-Za-z0-9.-]{0,253}?xn--[A-Za-z0-9.-]{0,253}[A-Za-z0-9]")
_LAST_WESTERN = "\u00ff"


def fold_address(address: str) -> str:
    """Return an address as it is compared with others: in small letters, its domain in ASCII where it can be."""
    local, at, domain = address.strip().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local}{at}{domain}".casefold()


def show_addresses(text: str) -> str:
    """Return a text with the domains of addresses as people write them: ``åköping.se`` for ``xn--kping-lra4j.se``.

    Only where all letters are Western ones: others look like them, and a stranger's address would be taken for a contact's.
    """
    return _DOMAIN_IN_ASCII.sub(_show_domain, text) if "xn--" in text else text


def _show_domain(match: re.Match[str]) -> str:
    with suppress(UnicodeError):
        shown = match[0].encode("ascii").decode("idna")
        if max(shown) <= _LAST_WESTERN and shown.encode("idna").decode("ascii") == match[0].lower():
            return shown
    return match[0]
