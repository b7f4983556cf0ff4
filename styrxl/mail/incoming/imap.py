"""Messages in a mailbox, fetched by IMAP."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from styrxl.mail.incoming.mime import BROKEN
from styrxl.mail.incoming.sources import FetchedMessage, believe_time
from styrxl.mail.sign_in.passwords import hide_secrets
from styrxl.mail.sign_in.sasl import answer_refusal, choose_mechanism, show_token
from styrxl.model.errors import StyrxlError
from styrxl.model.limits import MB
from styrxl.model.settings import Mailbox

LARGEST = 60 * MB  # a message with the largest workbook, and half as much again
_LOGGER = logging.getLogger(__name__)


def fetch_by_imap(
    box: Mailbox, context: ssl.SSLContext, secret: Callable[[], str], timeout: float = 60.0, largest: int = LARGEST
) -> Iterator[FetchedMessage]:
    """Yield the messages in a mailbox by UID, and move each to the folder for finished ones once it is finished, or to the one for others.

    ``secret`` gives the password or the token, ``timeout`` in seconds; of a message of more than ``largest`` bytes only the headers are
    fetched. Whatever ends it, what is left stays in the mailbox for the next time; so does a message that the server cannot hand out.
    Raises StyrxlError: mail-certificate, mail-login, mail-imap-password-not-taken, mail-no-tokens, mail-imap-token-not-taken,
    mail-imap-folder, mail-imap-unreachable; as ``secret``; what finishes a message: mail-not-moved.
    """
    with _open_session(box, context, secret, timeout) as client:
        with _translating_errors(box):
            client.normalise_times = False  # or times lose their zone
            uids = _open_folder(client, box)
        for uid in uids:
            with _translating_errors(box):
                message = _fetch(client, box, uid, largest)
            if message is not None:
                yield message


def check_by_imap(box: Mailbox, context: ssl.SSLContext, secret: Callable[[], str], timeout: float, *, makes: bool = True) -> None:
    """See that a mailbox lets us in and has the folder, and make the one for finished messages (``makes``); as ``fetch_by_imap``."""
    with _open_session(box, context, secret, timeout) as client, _translating_errors(box):
        _open_folder(client, box, makes=makes)


@contextmanager
def _open_session(box: Mailbox, context: ssl.SSLContext, secret: Callable[[], str], timeout: float) -> Iterator[IMAPClient]:
    """Log in, and log out at the end of the block."""
    shown = secret()
    with _translating_errors(box):
        client = _connect(box, context, timeout)
    try:
        with _translating_errors(box):
            _log_in(client, box, shown)
        yield client
    finally:
        _log_out(client)


def _connect(box: Mailbox, context: ssl.SSLContext, timeout: float) -> IMAPClient:
    server = box.server
    tls = server.security == "tls"
    client = IMAPClient(server.host, port=server.port, ssl=tls, ssl_context=context if tls else None, timeout=timeout)
    if not tls:
        try:
            client.starttls(context)
        except BaseException:
            _log_out(client)
            raise
    return client


def _log_in(client: IMAPClient, box: Mailbox, secret: str) -> None:
    user = box.server.user or ""
    by_token = choose_mechanism([name.decode().removeprefix("AUTH=") for name in client.capabilities() if name.startswith(b"AUTH=")])
    try:
        if box.server.sign_in.has_token:
            _show_token(client, box, by_token, secret)
        elif (user + secret).isascii():
            client.login(user, secret)
        else:  # LOGIN knows ASCII alone, PLAIN sends it in UTF-8 (RFC 4616)
            client.plain_login(user, secret)
    except LoginError as error:
        has_token = box.server.sign_in.has_token
        code = "mail-imap-token-not-taken" if has_token else "mail-imap-password-not-taken" if by_token else "mail-login"
        why = hide_secrets(" ".join(str(error).split()), (secret,))[:300]
        raise StyrxlError(code, host=box.server.host, user=user, why=why) from None


def _show_token(client: IMAPClient, box: Mailbox, mechanism: str | None, token: str) -> None:
    if mechanism is None:
        raise StyrxlError("mail-no-tokens", host=box.server.host, offered="–")
    first = show_token(mechanism, box.server.user or "", token)
    # What the server asks after that is why it refuses.
    client.sasl_login(mechanism, lambda challenge: answer_refusal(mechanism) if challenge else first)


def _open_folder(client: IMAPClient, box: Mailbox, *, makes: bool = True) -> Sequence[int]:
    """Open the folder, create the one for finished messages where it is missing, and return the messages' UIDs, the oldest first.

    Without ``makes`` nothing is created, and the folder is opened to be read alone.
    """
    if not client.folder_exists(box.folder):
        raise StyrxlError("mail-imap-folder", folder=box.folder, host=box.server.host)
    if makes and not client.folder_exists(box.done):
        client.create_folder(box.done)
    client.select_folder(box.folder, readonly=not makes)
    return sorted(client.search(["NOT", "DELETED"]))


def _fetch(client: IMAPClient, box: Mailbox, uid: int, largest: int) -> FetchedMessage | None:
    """Fetch a message without marking it as read; None for one that somebody moved meanwhile."""
    try:
        facts = client.fetch([uid], ["RFC822.SIZE", "INTERNALDATE"]).get(uid)
        if not facts:
            return None
        large = int(facts.get(b"RFC822.SIZE", 0)) > largest
        parts = client.fetch([uid], ["BODY.PEEK[HEADER]" if large else "BODY.PEEK[]"]).get(uid)
    except (IMAPClientAbortError, OSError, EOFError):
        raise
    except (IMAPClientError, *BROKEN) as error:
        _LOGGER.warning("the mail with UID %s cannot be fetched", uid, exc_info=error)
        facts, parts, large = {}, {}, False
    if parts is None:
        return None
    raw = next((value for key, value in parts.items() if key.startswith(b"BODY[")), None)
    if not isinstance(raw, bytes):  # it stays where it is, so that it is tried again the next time, and the others are taken in
        return FetchedMessage(f"X-Imap-Uid: {uid}\r\nX-Folder: {box.folder}\r\n\r\n".encode(), datetime.now(UTC), trouble="unfetched")
    received = believe_time(facts.get(b"INTERNALDATE"))
    return FetchedMessage(raw, received, partial(_move, client, box, uid, box.done), large, partial(_set_aside, client, box, uid))


def _set_aside(client: IMAPClient, box: Mailbox, uid: int) -> None:
    """Move a message that cannot be read to the folder for those; to that for finished ones where none can be made."""
    with _translating_errors(box):
        try:
            if not client.folder_exists(box.aside):
                client.create_folder(box.aside)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            _LOGGER.warning("the folder %s cannot be made", box.aside, exc_info=error)
            _move(client, box, uid, box.done)
            return
    _move(client, box, uid, box.aside)


def _move(client: IMAPClient, box: Mailbox, uid: int, folder: str) -> None:
    with _translating_errors(box):
        try:
            _move_by_commands(client, uid, folder)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:  # the server says no to this one
            raise StyrxlError("mail-not-moved", folder=folder, host=box.server.host, why=" ".join(str(error).split())[:300]) from error


def _move_by_commands(client: IMAPClient, uid: int, folder: str) -> None:
    if client.has_capability("MOVE"):
        client.move([uid], folder)
        return
    client.copy([uid], folder)
    client.delete_messages([uid])
    if client.has_capability("UIDPLUS"):
        client.uid_expunge([uid])
    else:
        client.expunge()


def _log_out(client: IMAPClient) -> None:
    try:
        client.logout()
    except (IMAPClientError, OSError, AttributeError):
        try:
            client.shutdown()
        except (IMAPClientError, OSError, AttributeError):
            return


@contextmanager
def _translating_errors(box: Mailbox) -> Iterator[None]:
    where = {"host": box.server.host, "port": box.server.port}
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise StyrxlError("mail-certificate", why=error.verify_message or str(error), **where) from error
    except (IMAPClientError, IMAPClientAbortError, OSError, EOFError) as error:
        raise StyrxlError("mail-imap-unreachable", why=" ".join(str(error).split())[:300] or type(error).__name__, **where) from error
