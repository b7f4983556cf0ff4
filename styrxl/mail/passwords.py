"""Passwords: from the environment, else from the system's keyring; never from a file in the workspace."""

from __future__ import annotations

import os
from importlib import import_module

from styrxl.model.errors import StyrxlError
from styrxl.model.settings import Server

SMTP_PASSWORD, IMAP_PASSWORD = "STYRXL_SMTP_PASSWORD", "STYRXL_IMAP_PASSWORD"  # environment variables


def find_password(server: Server, variable: str) -> str:
    """Return the password of a server's user.

    Raises StyrxlError (mail-password-missing) where neither the environment variable nor the keyring (service ``styrxl HOST``) has it.
    """
    password = os.environ.get(variable) or _read_keyring(server)
    if not password:
        raise StyrxlError("mail-password-missing", variable=variable, host=server.host, user=server.user or "")
    return password


def _read_keyring(server: Server) -> str | None:
    try:
        keyring = import_module("keyring")
    except ImportError:
        return None  # the optional extra is not installed
    try:
        password: str | None = keyring.get_password(f"styrxl {server.host}", server.user or "")
    except keyring.errors.KeyringError:
        return None  # a server without a desktop has none
    return password
