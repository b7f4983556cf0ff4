"""Which mail servers are trusted."""

from __future__ import annotations

import ssl
from pathlib import Path

from styrxl.model.errors import StyrxlError
from styrxl.model.settings import Server


def trusted(server: Server, root: Path) -> ssl.SSLContext:
    """Return a context that verifies the server, by the system's authorities or the municipality's own file.

    Raises StyrxlError (mail-ca-file) where that file is missing or holds no certificates.
    """
    path = root / server.ca_file if server.ca_file else None
    try:
        return ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise StyrxlError("mail-ca-file", path=str(path), why=str(error)) from error
