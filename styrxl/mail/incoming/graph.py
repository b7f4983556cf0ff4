"""Messages in a mailbox, fetched by Microsoft Graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from styrxl.mail.failures import PermanentFailureError, TemporaryFailureError
from styrxl.mail.graph import GraphClient
from styrxl.mail.incoming.imap import LARGEST
from styrxl.mail.incoming.sources import FetchedMessage
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import GraphMailbox

_PAGE = 100  # messages that are listed at once
_INBOX = "inbox"  # the name by which Graph knows it in every language
_NOT_FOUND = "404 "
_THIS_MAIL = ("500 ", "501 ", "504 ")  # troubles of the server's with a single mail, rather than with all
_HEAD = 65_536  # bytes of a message that is too large


def fetch_by_graph(box: GraphMailbox, open_client: Callable[[], GraphClient], largest: int = LARGEST) -> Iterator[FetchedMessage]:
    """Yield the messages in a mailbox, the oldest first, and move each to the folder for finished ones once it is finished.

    Of a message of more than ``largest`` bytes only its beginning is kept. Whatever ends it, what is left stays in the mailbox for the next
    time. Raises StyrxlError: mail-imap-folder, mail-imap-unreachable; as ``open_client``, ``GraphClient.request``.
    """
    client = open_client()
    try:
        with _translating_errors(client):
            folder, done = _find_folder(client, box.folder), _find_done(client, box.done)
            # All of them first: a list that is moved from while it is read leaves some out.
            listed = list(client.list(f"mailFolders/{folder}/messages?$select=id,receivedDateTime&$orderby=receivedDateTime&$top={_PAGE}"))
        for facts in listed:
            with _translating_errors(client):
                message = _fetch(client, facts, done, box.aside, largest)
            if message is not None:
                yield message
    finally:
        client.close()


def check_folders(box: GraphMailbox, client: GraphClient, *, makes: bool = True) -> None:
    """See that the folder is there, and make the one for finished messages (``makes``); raises as ``fetch_by_graph``."""
    with _translating_errors(client):
        _find_folder(client, box.folder)
        if makes:
            _find_done(client, box.done)


def _fetch(client: GraphClient, facts: Mapping[str, Any], done: str, aside: str, largest: int) -> FetchedMessage | None:
    """Fetch a message, which is not marked as read by that; None for one that somebody moved meanwhile."""
    place = f"messages/{quote(str(facts['id']), safe='')}"
    finish = partial(_move, client, place, done)
    received = _read_time(facts.get("receivedDateTime"))
    try:
        reply = client.request("GET", f"{place}/$value", headers={"Accept": "*/*"}, most=largest)
    except (PermanentFailureError, TemporaryFailureError) as error:
        if error.reply.startswith(_NOT_FOUND):
            return None
        if isinstance(error, TemporaryFailureError) and not error.reply.startswith(_THIS_MAIL):
            raise
        # It stays where it is, so that it is tried again the next time, and the others are taken in.
        return FetchedMessage(f"X-Graph-Id: {facts['id']}\r\n\r\n".encode(), received, trouble="unfetched")
    raw = reply.body[:_HEAD].partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if reply.is_cut else reply.body
    return FetchedMessage(raw, received, finish, reply.is_cut, partial(_set_aside, client, place, aside))


def _read_time(text: object) -> datetime:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return datetime.now(UTC)


def _set_aside(client: GraphClient, place: str, folder: str) -> None:
    """Move a message that cannot be read to the folder for those."""
    with _translating_errors(client):
        aside = _find_done(client, folder)
    _move(client, place, aside)


def _move(client: GraphClient, place: str, folder: str) -> None:
    with _translating_errors(client):
        try:
            client.post(f"{place}/move", {"destinationId": folder})
        except PermanentFailureError as error:
            if not error.reply.startswith(_NOT_FOUND):  # somebody moved it meanwhile
                raise StyrxlError("mail-not-moved", folder=folder, host=client.address, why=error.reply) from error


def _find_folder(client: GraphClient, name: str) -> str:
    """Return the id of a folder, which may lie in another (``Inkorg/Planer``); raises StyrxlError (mail-imap-folder)."""
    if name.casefold() == _INBOX:
        return _INBOX
    place, found = "mailFolders", ""
    for part in name.split("/"):
        if not (found := _find_in(client, place, part)):
            raise StyrxlError("mail-imap-folder", folder=name, host=client.account.user)
        place = f"mailFolders/{quote(found, safe='')}/childFolders"
    return quote(found, safe="")


def _find_in(client: GraphClient, place: str, name: str) -> str:
    folders = client.list(f"{place}?$select=id,displayName&$top={_PAGE}")
    return next((str(folder["id"]) for folder in folders if str(folder.get("displayName", "")).casefold() == name.casefold()), "")


def _find_done(client: GraphClient, name: str) -> str:
    """Return the id of the folder for finished messages, which is made where it is missing."""
    try:
        return _find_folder(client, name)
    except StyrxlError as error:
        if error.code != "mail-imap-folder" or "/" in name:
            raise
    return str(client.post("mailFolders", {"displayName": name}).get("id", ""))


@contextmanager
def _translating_errors(client: GraphClient) -> Iterator[None]:
    try:
        yield
    except (TemporaryFailureError, PermanentFailureError) as error:
        host, _, port = client.address.partition(":")
        raise StyrxlError("mail-imap-unreachable", host=host, port=port, why=error.reply) from None
