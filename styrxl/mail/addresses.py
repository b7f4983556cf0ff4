"""Mail addresses, and to which of them mail may go."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from styrxl.mail.plain_text import to_one_line

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[^@\s<>()\[\]\\,;:\"]+")
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


def parse_address(text: str) -> str | None:
    """Return an address as an envelope has it (its domain in ASCII), or None where the text is no address."""
    text = to_one_line(text)
    if not _ADDRESS.fullmatch(text):
        return None
    local, _, domain = text.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return f"{local}@{ascii_domain}" if _DOMAIN.fullmatch(ascii_domain) and len(local) <= 64 else None


def is_allowed(address: str, domains: Iterable[str]) -> bool:
    """Tell whether an address is in one of the domains, or in a subdomain."""
    domain = address.rpartition("@")[2].lower()
    wanted = [d.encode("idna").decode("ascii").lower() for d in domains]
    return any(domain == d or domain.endswith(f".{d}") for d in wanted)


def sort_addresses(addresses: Iterable[str], domains: Collection[str]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return the addresses that mail may go to, each once, and those that it may not, each with why (a word of the catalogue)."""
    permitted: dict[str, None] = {}
    refused: list[tuple[str, str]] = []
    for address in addresses:
        plain = parse_address(address)
        if plain is None:
            refused.append((to_one_line(address), "mail_bad_address"))
        elif not is_allowed(plain, domains):
            refused.append((to_one_line(address), "mail_other_domain"))
        else:
            permitted.setdefault(plain)
    return tuple(permitted), tuple(refused)
