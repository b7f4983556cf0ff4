"""Passwords and secrets: from the environment, else from the system's keyring; never from a file in the workspace."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterable
from importlib import import_module

from styrxl.model.errors import StyrxlError
from styrxl.model.settings import Server, SignIn

# Environment variables.
SMTP_PASSWORD, IMAP_PASSWORD = "STYRXL_SMTP_PASSWORD", "STYRXL_IMAP_PASSWORD"
APP_SECRET, APP_CERTIFICATE, REFRESH_TOKEN = "STYRXL_MAIL_SECRET", "STYRXL_MAIL_CERTIFICATE", "STYRXL_MAIL_REFRESH_TOKEN"
_SHORTEST = 4  # letters of a secret that are looked for in what a server says


def find_password(server: Server, variable: str) -> str:
    """Return the password of a server's user.

    Raises StyrxlError (mail-password-missing) where neither the environment variable nor the keyring (service ``styrxl HOST``) has it.
    """
    password = os.environ.get(variable) or _read_keyring(server.host, server.user or "")
    if not password:
        raise StyrxlError("mail-password-missing", variable=variable, host=server.host, user=server.user or "")
    return password


def find_app_secret(sign_in: SignIn) -> str | None:
    """Return the program's own secret (or what its certificate's key is locked with); keyring: ``styrxl CLIENT_ID``, user ``secret``."""
    return os.environ.get(APP_SECRET) or _read_keyring(sign_in.client_id, "secret")


def find_app_certificate(sign_in: SignIn) -> str | None:
    """Return the program's certificate with its key: PEM, or the path of a file; keyring: user ``certificate``."""
    return os.environ.get(APP_CERTIFICATE) or _read_keyring(sign_in.client_id, "certificate")


def find_refresh_token(sign_in: SignIn) -> str | None:
    """Return a token with which another provider gives new ones; keyring: user ``refresh_token``."""
    return os.environ.get(REFRESH_TOKEN) or _read_keyring(sign_in.client_id, "refresh_token")


def _read_keyring(service: str, user: str) -> str | None:
    try:
        keyring = import_module("keyring")
    except ImportError:
        return None  # the optional extra is not installed
    try:
        password: str | None = keyring.get_password(f"styrxl {service}", user)
    except keyring.errors.KeyringError:
        return None  # a server without a desktop has none
    return password


def hide_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return what a server said without the secrets that it repeats, as they are or in base64."""
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            for form in (secret, b64encode(secret.encode()).decode("ascii").rstrip("=")):
                text = text.replace(form, "***")
    return text
