"""What a mail server is shown: the password of its user, or a token."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from styrxl.mail.sign_in.passwords import find_password
from styrxl.mail.sign_in.tokens import open_tokens
from styrxl.mail.web import WebSession
from styrxl.model.settings import Server


def open_secret(server: Server, variable: str, root: Path, timeout: float) -> Callable[[], str] | None:
    """Return what gives the password or a token for a server, or None for one that asks for neither.

    What is missing is told at once: a first password or token is got here. ``variable``: the environment variable of the password;
    ``root``: the workspace's folder. Raises StyrxlError: mail-password-missing; as ``TokenSource.get``.
    """
    if server.sign_in.has_token:
        tokens = open_tokens(server, root, WebSession(server, root, timeout))
        tokens.get()
        return tokens.get
    if not server.user:
        return None
    find_password(server, variable)
    return partial(find_password, server, variable)
