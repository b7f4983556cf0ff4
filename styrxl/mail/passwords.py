"""Passwords: from the environment, else from the system's keyring; never from a file in the workspace."""

from __future__ import annotations

import os
from importlib import import_module

from styrxl.model.errors import StyrxlError
from styrxl.model.settings import Server


def password(server: Server, variable: str) -> str:
    """Return the password of a server's user.

    Raises StyrxlError (mail-password-missing) where neither the environment variable nor the keyring (service ``styrxl HOST``) has it.
    """
    found = os.environ.get(variable) or _from_keyring(server)
    if not found:
        raise StyrxlError("mail-password-missing", variable=variable, host=server.host, user=server.user or "")
    return found


def _from_keyring(server: Server) -> str | None:
    try:
        keyring = import_module("keyring")
    except ImportError:
        return None  # the optional extra is not installed
    try:
        found: str | None = keyring.get_password(f"styrxl {server.host}", server.user or "")
    except keyring.errors.KeyringError:
        return None  # a server without a desktop has none
    return found
