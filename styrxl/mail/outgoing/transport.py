"""What carries letters, as the settings say: SMTP, or Microsoft Graph; and how sending waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from styrxl.mail.certificates import make_ssl_context
from styrxl.mail.graph import open_graph
from styrxl.mail.outgoing.delivery import PAUSES, Transport
from styrxl.mail.outgoing.graph import GraphTransport
from styrxl.mail.outgoing.smtp import TIMEOUT, SmtpConnection
from styrxl.mail.sign_in.passwords import SMTP_PASSWORD
from styrxl.mail.sign_in.secret_source import open_secret
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import MailSettings


@dataclass(frozen=True, slots=True)
class Timing:
    """How sending waits: ``pauses`` between tries, and ``timeout`` for each answer of the server, in seconds."""

    wait: Callable[[float], None] = time.sleep
    pauses: Sequence[float] = PAUSES
    timeout: float = TIMEOUT
    is_stopped: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.monotonic


USUAL_TIMING = Timing()


def open_transport(settings: MailSettings, root: Path, timing: Timing = USUAL_TIMING) -> Transport:
    """Return what carries letters; nothing is connected yet, but what is missing is told. ``root``: the workspace's folder.

    Raises StyrxlError: mail-no-server, mail-ca-file; as ``open_secret``.
    """
    if settings.graph:
        return GraphTransport(open_graph(settings.graph, root, timing.timeout, timing.wait, timing.is_stopped))
    server = settings.server
    if server is None:
        raise StyrxlError("mail-no-server", section="mail")
    context = make_ssl_context(server, root)
    return SmtpConnection(server, context, open_secret(server, SMTP_PASSWORD, root, timing.timeout), timing.timeout)
