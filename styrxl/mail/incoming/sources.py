"""Where messages come from: a mailbox by IMAP, a maildir, an mbox, a single file. Each gives them one at a time, as bytes.

A message is told to be done with when it has been taken in: by IMAP it is then moved to the folder for those, in a maildir as well; an
mbox and a file are left as they are, since the ledger knows what has been taken in.
"""

from __future__ import annotations

import email
import email.policy
import mailbox
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from styrxl.model.errors import StyrxlError
from styrxl.model.limits import MB
from styrxl.model.settings import Mailbox
from styrxl.returns.file_type import is_mail_file

LARGEST = 60 * MB  # a message with the largest workbook and half as much again


@dataclass(frozen=True, slots=True)
class Item:
    """A message: its bytes (of one that is too large only the head), when it came, and what to do when it has been taken in."""

    raw: bytes
    received: datetime
    done: Callable[[], None] = lambda: None
    too_large: bool = False


def from_paths(paths: Iterable[Path]) -> Iterator[Item]:
    """Yield the messages in files (``.eml``, ``.mbox``) and maildirs.

    Raises StyrxlError: not-readable; mail-source-unknown for something else.
    """
    for path in paths:
        if is_maildir(path):
            yield from from_maildir(path)
        elif path.suffix.lower() == ".mbox" and path.is_file():
            yield from from_mbox(path)
        elif path.suffix.lower() == ".eml" and path.is_file():
            yield _item(path, _read(path))
        else:
            raise StyrxlError("mail-source-unknown", path=str(path))


def is_maildir(path: Path) -> bool:
    """Tell whether a folder is a maildir."""
    return (path / "cur").is_dir() and (path / "new").is_dir()


def is_mail(path: Path) -> bool:
    """Tell whether a path holds mail rather than workbooks."""
    return is_maildir(path) or is_mail_file(path.name)


def from_mbox(path: Path) -> Iterator[Item]:
    """Yield the messages of an mbox, in their order; raises StyrxlError (not-readable)."""
    _read(path, 1)
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield _item(path, box.get_bytes(key))
    finally:
        box.close()


def from_maildir(path: Path, done: str = "styrxl") -> Iterator[Item]:
    """Yield the messages of a maildir, the oldest first, and move each to a folder in it when it is done with."""
    found = sorted(
        (p for name in ("cur", "new") for p in (path / name).iterdir() if p.is_file()), key=lambda p: (p.stat().st_mtime, p.name)
    )
    for file in found:
        data = _read(file)
        yield Item(data, datetime.fromtimestamp(file.stat().st_mtime, UTC), lambda file=file: _put_away(path, file, done))  # type: ignore[misc]


def _put_away(path: Path, file: Path, done: str) -> None:
    try:
        mailbox.Maildir(path, create=False).add_folder(done)
        name = file.name if ":" in file.name else f"{file.name}:2,S"
        file.replace(path / f".{done}" / "cur" / name)
    except OSError as error:
        raise StyrxlError("not-writable", path=str(path), why=error.strerror or str(error)) from error


def _read(path: Path, most: int = -1) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error


def _item(path: Path, raw: bytes) -> Item:
    return dated(raw, datetime.fromtimestamp(path.stat().st_mtime, UTC))


def dated(raw: bytes, changed: datetime) -> Item:
    """Return a message with the time at which a server took it, else the one that its sender wrote, else its file's."""
    head = email.message_from_bytes(raw, policy=email.policy.compat32)
    dates = [str(value).rpartition(";")[2] for value in head.get_all("Received", [])[:1]] + [str(head.get("Date", ""))]
    for text in dates:
        try:
            found = parsedate_to_datetime(text.strip())
        except (ValueError, TypeError, IndexError):
            continue
        return Item(raw, found if found.tzinfo else found.replace(tzinfo=UTC))
    return Item(raw, changed)


def from_imap(box: Mailbox, context: ssl.SSLContext, password: Callable[[], str], patience: float = 60.0) -> Iterator[Item]:
    """Yield the messages in a mailbox by UID, and move each to the folder for those that are done with.

    Whatever ends it, what is left is in the mailbox for the next time. Raises StyrxlError: mail-certificate, mail-login,
    mail-imap-folder, mail-imap-unreachable.
    """
    secret = password()
    with _talking(box):
        client = _connected(box, context, patience)
    try:
        with _talking(box):
            _logged_in(client, box, secret)
            client.normalise_times = False  # or times lose their zone
            uids = _opened(client, box)
        for uid in uids:
            with _talking(box):
                item = _fetched(client, box, uid)
            if item is not None:
                yield item
    finally:
        _end(client)


def _connected(box: Mailbox, context: ssl.SSLContext, patience: float) -> IMAPClient:
    server = box.server
    tls = server.security == "tls"
    client = IMAPClient(server.host, port=server.port, ssl=tls, ssl_context=context if tls else None, timeout=patience)
    if not tls:
        try:
            client.starttls(context)
        except BaseException:
            _end(client)
            raise
    return client


def _logged_in(client: IMAPClient, box: Mailbox, secret: str) -> None:
    user = box.server.user or ""
    try:
        if (user + secret).isascii():
            client.login(user, secret)
        else:  # LOGIN knows ASCII alone, PLAIN says it in UTF-8 (RFC 4616)
            client.plain_login(user, secret)
    except LoginError as error:
        raise StyrxlError("mail-login", host=box.server.host, user=user, why=" ".join(str(error).split())[:300]) from error


def _opened(client: IMAPClient, box: Mailbox) -> Sequence[int]:
    """Open the folder, see to it that there is one for what is done with, and return the messages' UIDs, the oldest first."""
    if not client.folder_exists(box.folder):
        raise StyrxlError("mail-imap-folder", folder=box.folder, host=box.server.host)
    if not client.folder_exists(box.done):
        client.create_folder(box.done)
    client.select_folder(box.folder)
    return sorted(client.search(["NOT", "DELETED"]))


def _fetched(client: IMAPClient, box: Mailbox, uid: int) -> Item | None:
    """Fetch a message without marking it as read; None for one that somebody moved meanwhile."""
    facts = client.fetch([uid], ["RFC822.SIZE", "INTERNALDATE"]).get(uid)
    if not facts:
        return None
    large = int(facts[b"RFC822.SIZE"]) > LARGEST
    wanted = "BODY.PEEK[HEADER]" if large else "BODY.PEEK[]"
    parts = client.fetch([uid], [wanted]).get(uid)
    raw = next((value for key, value in (parts or {}).items() if key.startswith(b"BODY[")), None)
    if raw is None:
        return None
    received = facts[b"INTERNALDATE"].astimezone(UTC)  # IMAPClient's own zones cannot be copied
    return Item(raw, received, lambda: _moved(client, box, uid), large)


def _moved(client: IMAPClient, box: Mailbox, uid: int) -> None:
    with _talking(box):
        if client.has_capability("MOVE"):
            client.move([uid], box.done)
        else:
            client.copy([uid], box.done)
            client.delete_messages([uid])
            if client.has_capability("UIDPLUS"):
                client.uid_expunge([uid])
            else:
                client.expunge()


def _end(client: IMAPClient) -> None:
    try:
        client.logout()
    except (IMAPClientError, OSError, AttributeError):
        try:
            client.shutdown()
        except (IMAPClientError, OSError, AttributeError):
            return


@contextmanager
def _talking(box: Mailbox) -> Iterator[None]:
    where = {"host": box.server.host, "port": box.server.port}
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise StyrxlError("mail-certificate", why=error.verify_message or str(error), **where) from error
    except (IMAPClientError, IMAPClientAbortError, OSError, EOFError) as error:
        raise StyrxlError("mail-imap-unreachable", why=" ".join(str(error).split())[:300] or type(error).__name__, **where) from error
