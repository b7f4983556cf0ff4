"""The one address that a mail comes from, as strictly as it can be had. Pure.

Python's own parsers differ from version to version in what they take for an address: one in a display name, a comment or a group, or
before a fold. Here an address counts where it stands as one, or the mail has no sender.
"""

from __future__ import annotations

import re
import unicodedata
from email.message import Message

from styrxl.mail.addresses import parse_address
from styrxl.mail.incoming.mime import decode_bytes, read_header_block, read_raw_headers

_FROM = re.compile(rb"^from[ \t]*:", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"\\@]+@[^\s<>()\[\],;:\"\\@]+")
_ENCODED = re.compile(r"=\?[^\s?]+\?[bq]\?[^\s?]*\?=", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_COMMENTED = re.compile(r"([^\s()]+)[ \t]+\([^()<>\\]*\)")
_NOT_IN_NAMES = re.compile(r'[<>@,;:"\\]')
_LONGEST = 1000


def read_sender(raw: bytes, message: Message) -> str:
    """Return the one address in the one ``From`` of a mail, or "" where there is none, several, or one that is none as it stands."""
    block = read_header_block(raw)
    if len(_FROM.findall(block)) != 1 or b"\r" in block.replace(b"\r\n", b""):
        return ""  # programs differ in which of several counts, and in whether a lone CR ends a line
    values = read_raw_headers(message, "From")
    return parse_from(decode_bytes(values[0])) if len(values) == 1 else ""


def parse_from(value: str) -> str:
    """Return the address in a ``From``: ``address``, ``address (name)`` or ``name <address>``; only the last may be folded."""
    text = value.strip(" \t")
    if len(text) > _LONGEST or any(unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cs"} for letter in re.sub(r"\r?\n[ \t]", "", text)):
        return ""
    if text.endswith(">"):
        name, _, address = text[:-1].rpartition("<")
        return _check_address(address) if _is_name(name, address) else ""
    commented = _COMMENTED.fullmatch(text)
    return _check_address(commented[1] if commented else text)


def _is_name(text: str, address: str) -> bool:
    """Tell whether what stands before an address is a name, or the address once more."""
    bare = _QUOTED.sub("", _ENCODED.sub("", text))
    return not _NOT_IN_NAMES.search(bare) or bare.strip() == address


def _check_address(text: str) -> str:
    if not _ADDRESS.fullmatch(text) or "=?" in text:
        return ""
    address = parse_address(text)
    return address if address and _is_itself(text.rpartition("@")[2], address.rpartition("@")[2]) else ""


def _is_itself(domain: str, in_ascii: str) -> bool:
    """Tell whether a domain says what it becomes in ASCII.

    Of letters of full width, other full stops and the Kelvin sign IDNA makes plain ones: a stranger's address would be a contact's.
    """
    if domain.isascii():
        return True
    return unicodedata.normalize("NFKC", domain) == domain and in_ascii.encode("ascii").decode("idna") == domain.lower()
