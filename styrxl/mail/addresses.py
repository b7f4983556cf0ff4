"""Addresses of mail, and to which of them mail may go."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from styrxl.mail.plain_text import one_line

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[^@\s<>()\[\]\\,;:\"]+")
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


def plain_address(text: str) -> str | None:
    """Return an address as an envelope takes it (its domain in ASCII), or None where it is none."""
    text = one_line(text)
    if not _ADDRESS.fullmatch(text):
        return None
    local, _, domain = text.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return f"{local}@{ascii_domain}" if _DOMAIN.fullmatch(ascii_domain) and len(local) <= 64 else None


def allowed(address: str, domains: Iterable[str]) -> bool:
    """Tell whether an address lies in one of the domains, or below it."""
    domain = address.rpartition("@")[2].lower()
    wanted = [d.encode("idna").decode("ascii").lower() for d in domains]
    return any(domain == d or domain.endswith(f".{d}") for d in wanted)


def sorted_out(addresses: Iterable[str], domains: Collection[str]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Part the addresses that a letter may go to from those that it may not, with why."""
    good: dict[str, None] = {}
    kept: list[tuple[str, str]] = []
    for address in addresses:
        plain = plain_address(address)
        if plain is None:
            kept.append((one_line(address), "mail_bad_address"))
        elif not allowed(plain, domains):
            kept.append((plain, "mail_other_domain"))
        else:
            good.setdefault(plain)
    return tuple(good), tuple(kept)
