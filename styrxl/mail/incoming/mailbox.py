"""The mailbox that the settings name, and what fetches the messages in it: by IMAP, or by Microsoft Graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from styrxl.mail.certificates import make_ssl_context
from styrxl.mail.graph import open_graph
from styrxl.mail.incoming.graph import fetch_by_graph
from styrxl.mail.incoming.imap import fetch_by_imap
from styrxl.mail.incoming.sources import FetchedMessage
from styrxl.mail.sign_in.passwords import IMAP_PASSWORD
from styrxl.mail.sign_in.secret_source import open_secret
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import GraphMailbox
from styrxl.rounds.desk import Desk

TIMEOUT = 60.0  # seconds for each answer of the server


def open_mailbox(desk: Desk, timeout: float = TIMEOUT) -> Callable[[], Iterable[FetchedMessage]]:
    """Return what fetches the messages in the mailbox that the settings name.

    Raises StyrxlError: mail-not-set-up, mail-no-server, mail-ca-file; as ``open_secret``.
    """
    settings = desk.workspace.settings.mail
    if settings is None:
        raise StyrxlError("mail-not-set-up")
    if settings.mailbox is None:
        raise StyrxlError("mail-no-server", section="mail.imap")
    if isinstance(settings.mailbox, GraphMailbox):
        open_client = partial(open_graph, settings.mailbox.account, desk.workspace.root, timeout)
        open_client().close()  # what is missing is told before anything is done
        return partial(fetch_by_graph, settings.mailbox, open_client)
    server, root = settings.mailbox.server, desk.workspace.root
    secret = open_secret(server, IMAP_PASSWORD, root, timeout) or str
    return partial(fetch_by_imap, settings.mailbox, make_ssl_context(server, root), secret, timeout)
