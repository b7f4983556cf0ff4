"""The certificate by which the program itself signs in: PEM or PFX, its key locked or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from styrxl.mail.extras import load_extra
from styrxl.model.errors import StyrxlError

_PEM = "-----BEGIN "


@dataclass(frozen=True, slots=True)
class AppCertificate:
    """A certificate and its key, both as PEM, and when it ends."""

    key: str
    certificate: str
    ends: datetime

    def __repr__(self) -> str:
        """Return no key."""
        return f"AppCertificate(ends={self.ends})"


def read_app_certificate(text: str, passphrase: str | None, root: Path, now: datetime) -> AppCertificate:
    """Return the certificate that a PEM text, or a file at a path, holds together with its key.

    Raises StyrxlError: mail-app-certificate where there is none, its key cannot be opened, it has ended or lies in the workspace
    (``root``), where others read it; mail-extra-missing.
    """
    name, data = ("PEM", text.encode()) if _PEM in text else _read_file(Path(text.strip()).expanduser(), root)
    try:
        made = _read_pem(data, passphrase) if _PEM.encode() in data else _read_pfx(data, passphrase)
    except (ValueError, TypeError, StopIteration):
        # What the library says of a key is not repeated.
        raise StyrxlError("mail-app-certificate", name=name, why="PEM/PFX") from None
    if made.ends <= now:
        raise StyrxlError("mail-app-certificate-ended", name=name, day=f"{made.ends:%Y-%m-%d}")
    return made


def _read_file(path: Path, root: Path) -> tuple[str, bytes]:
    if path.resolve().is_relative_to(root.resolve()):
        raise StyrxlError("mail-app-certificate-here", name=str(path))
    try:
        return str(path), path.read_bytes()
    except OSError as error:
        raise StyrxlError("mail-app-certificate", name=str(path), why=error.strerror or type(error).__name__) from error


def _read_pem(data: bytes, passphrase: str | None) -> AppCertificate:
    serialization, x509 = _load()
    locked = b"ENCRYPTED" in data
    key = serialization.load_pem_private_key(data, passphrase.encode() if passphrase and locked else None)
    return _make(serialization, key, x509.load_pem_x509_certificates(data)[0])


def _read_pfx(data: bytes, passphrase: str | None) -> AppCertificate:
    serialization, _ = _load()
    key, certificate, _ = serialization.pkcs12.load_key_and_certificates(data, passphrase.encode() if passphrase else None)
    if key is None or certificate is None:
        raise ValueError("incomplete")
    return _make(serialization, key, certificate)


def _load() -> tuple[Any, Any]:
    load_extra("cryptography.hazmat.primitives.serialization.pkcs12")
    return load_extra("cryptography.hazmat.primitives.serialization"), load_extra("cryptography.x509")


def _make(serialization: Any, key: Any, certificate: Any) -> AppCertificate:
    encoding = serialization.Encoding.PEM
    plain = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    ends: datetime = certificate.not_valid_after_utc.astimezone(UTC)
    return AppCertificate(plain.decode("ascii"), certificate.public_bytes(encoding).decode("ascii"), ends)
