"""Mail addresses as they are compared."""

from __future__ import annotations

from contextlib import suppress


def fold_address(address: str) -> str:
    """Return an address as it is compared with others: in small letters, its domain in ASCII where it can be."""
    local, at, domain = address.strip().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local}{at}{domain}".casefold()
