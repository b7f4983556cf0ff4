"""Which mail servers are trusted."""

from __future__ import annotations

import ssl
from pathlib import Path

from styrxl.model.errors import StyrxlError
from styrxl.model.settings import GraphAccount, Server


def make_ssl_context(server: Server | GraphAccount, root: Path) -> ssl.SSLContext:
    """Return an SSL context that verifies a server, by the system's authorities or the municipality's own file (below ``root``).

    Raises StyrxlError (mail-ca-file) where that file is missing or holds no certificates.
    """
    path = root / server.ca_file if server.ca_file else None
    try:
        return ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise StyrxlError("mail-ca-file", path=str(path), why=str(error)) from error
