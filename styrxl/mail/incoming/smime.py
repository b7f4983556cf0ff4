"""Mails signed or encrypted by S/MIME as one file (``smime.p7m``, CMS of RFC 5652): what stands in a signed one.

No signature is verified: who may hand in follows from the mail's sender, as for every mail.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass

_ENCRYPTED = frozenset({"enveloped_data", "signed_and_enveloped_data", "encrypted_data", "authenticated_enveloped_data"})
_ARMOUR = b"-----BEGIN "


@dataclass(frozen=True, slots=True)
class SecureContent:
    """What a file of CMS holds: bytes that anybody can read (none where only a signature is in it), or something encrypted."""

    content: bytes = b""
    is_encrypted: bool = False


def open_secure(data: bytes) -> SecureContent:
    """Return what a file of CMS holds; raises ValueError where it is none."""
    from asn1crypto import cms  # noqa: PLC0415 -- few mails need it

    try:
        return _open(cms.ContentInfo.load(_remove_armour(data)))
    except Exception as error:  # whatever the library stumbles over
        raise ValueError(f"no CMS: {error}") from error


def _open(info: object) -> SecureContent:
    kind = info["content_type"].native  # type: ignore[index]
    if kind in _ENCRYPTED:
        return SecureContent(is_encrypted=True)
    if kind != "signed_data":
        raise ValueError(kind)
    inner = info["content"]["encap_content_info"]  # type: ignore[index]
    if inner["content_type"].native in _ENCRYPTED:
        return SecureContent(is_encrypted=True)
    content = inner["content"].native
    return SecureContent(content if isinstance(content, bytes) else b"")


def _remove_armour(data: bytes) -> bytes:
    """Return the bytes of a file that may be written in letters (PEM)."""
    text = data.strip()
    if not text.startswith(_ARMOUR):
        return data
    return b64decode(b"".join(line for line in text.splitlines() if b"-----" not in line))
