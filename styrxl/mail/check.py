"""Mail tried from end to end: settings, token, server, a mail to oneself, and the mailbox; each step tells whether it works."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

from styrxl.mail.certificates import make_ssl_context
from styrxl.mail.failures import PermanentFailureError, TemporaryFailureError
from styrxl.mail.graph import GraphClient, open_graph
from styrxl.mail.incoming.graph import check_folders
from styrxl.mail.incoming.imap import check_by_imap
from styrxl.mail.outgoing.delivery import QueuedMessage
from styrxl.mail.outgoing.graph import GraphTransport
from styrxl.mail.outgoing.letter import Letter, Sender
from styrxl.mail.outgoing.message import WIRE_POLICY, build_message
from styrxl.mail.outgoing.smtp import SmtpConnection
from styrxl.mail.outgoing.transport import Timing, open_transport
from styrxl.mail.outgoing.wording import read_wording
from styrxl.mail.sign_in.passwords import IMAP_PASSWORD
from styrxl.mail.sign_in.person import list_places
from styrxl.mail.sign_in.secret_source import open_secret
from styrxl.mail.sign_in.tokens import open_tokens
from styrxl.mail.web import WebSession
from styrxl.model.catalogue import Word, word
from styrxl.model.days import format_moment
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import M365, GraphAccount, GraphMailbox, MailSettings, Server, SignIn
from styrxl.rounds.look import read_look
from styrxl.store.workspace import Workspace

WORKS, FAILS, UNTRIED = "works", "fails", "untried"


@dataclass(frozen=True, slots=True)
class CheckedStep:
    """What came of a step; ``text``: what it is about, ``error``: why it fails."""

    text: Word
    state: str
    error: StyrxlError | None = None


def check_mail(workspace: Workspace, language: str, now: datetime, timing: Timing, *, sends: bool = True) -> Iterator[CheckedStep]:
    """Yield each step as soon as it has been tried; what rests on a step that fails is not tried.

    ``sends``: with a mail to oneself, and the folder for finished mails made; else nothing is changed anywhere.
    Raises StyrxlError: mail-not-set-up.
    """
    settings = workspace.settings.mail
    if settings is None:
        raise StyrxlError("mail-not-set-up")
    if place := settings.graph or settings.server:
        yield CheckedStep(_describe_settings(place, Sender(settings.sender, "", "").address), WORKS)
    refused: set[SignIn] = set()
    for place in {(each.sign_in, type(each)): each for each in list_places(settings) if each.sign_in.has_token}.values():
        step = _check_token(place, workspace, timing)
        yield step
        refused |= {place.sign_in} if step.state == FAILS else set()
    yield from _check_sending(workspace, settings, language, now, timing, refused, sends=sends)
    yield from _check_mailbox(workspace, settings, timing, refused, makes=sends)


def _check_token(place: Server | GraphAccount, workspace: Workspace, timing: Timing) -> CheckedStep:
    def ask() -> None:
        web = WebSession(place, workspace.root, timing.timeout)
        open_tokens(place, workspace.root, web).get()
        web.close()

    giver = place.sign_in.login_url if place.sign_in.method == M365 else place.sign_in.token_url
    return _try(Word("check_token", {"giver": urlsplit(giver).netloc}), ask)


def _check_sending(
    workspace: Workspace, settings: MailSettings, language: str, now: datetime, timing: Timing, refused: Collection[SignIn], *, sends: bool
) -> Iterator[CheckedStep]:
    place, sender = settings.graph or settings.server, Sender(settings.sender, settings.reply_to, workspace.settings.municipality)
    if place is None:
        yield CheckedStep(Word("check_sending", {"place": "–"}), FAILS, StyrxlError("mail-no-server", section="mail"))
        return
    to_connect, to_send = Word("check_sending", {"place": _name_place(place)}), Word("check_sent", {"address": sender.address})
    opened: list[SmtpConnection | GraphTransport] = []

    def connect() -> None:
        transport = open_transport(settings, workspace.root, timing)
        assert isinstance(transport, SmtpConnection | GraphTransport)
        opened.append(transport)
        transport.check()

    step = CheckedStep(to_connect, UNTRIED) if place.sign_in in refused else _try(to_connect, connect)
    yield step
    if sends and step.state == WORKS:
        yield _try(to_send, lambda: _send_to_oneself(opened[0], workspace, sender, language, now))
    elif sends:
        yield CheckedStep(to_send, UNTRIED)
    for transport in opened:
        transport.close()


def _check_mailbox(
    workspace: Workspace, settings: MailSettings, timing: Timing, refused: Collection[SignIn], *, makes: bool
) -> Iterator[CheckedStep]:
    box = settings.mailbox
    if box is None:
        yield CheckedStep(Word("check_no_mailbox"), UNTRIED)
        return
    place = box.account if isinstance(box, GraphMailbox) else box.server
    about = Word("check_mailbox", {"place": _name_place(place), "user": place.user or "–", "folder": box.folder, "done": box.done})

    def look() -> None:
        if isinstance(box, GraphMailbox):
            client: GraphClient = open_graph(box.account, workspace.root, timing.timeout, timing.wait)
            try:
                check_folders(box, client, makes=makes)
            finally:
                client.close()
        else:
            secret = open_secret(box.server, IMAP_PASSWORD, workspace.root, timing.timeout) or str
            check_by_imap(box, make_ssl_context(box.server, workspace.root), secret, timing.timeout, makes=makes)

    yield CheckedStep(about, UNTRIED) if place.sign_in in refused else _try(about, look)


def _try(about: Word, action: Callable[[], None]) -> CheckedStep:
    try:
        action()
    except StyrxlError as error:
        return CheckedStep(about, FAILS, error)
    except (PermanentFailureError, TemporaryFailureError) as error:
        return CheckedStep(about, FAILS, StyrxlError("mail-check-refused", why=error.reply))
    return CheckedStep(about, WORKS)


def _describe_settings(place: Server | GraphAccount, address: str) -> Word:
    how = Word(f"check_auth_{place.sign_in.method}{'_person' if place.sign_in.by_person else ''}", {"user": place.user or "–"})
    plain = Word("check_unencrypted") if isinstance(place, Server) and place.security == "none" else ""
    return Word("check_settings", {"address": address, "place": _name_place(place), "how": how, "plain": plain})


def _name_place(place: Server | GraphAccount) -> str:
    return f"Microsoft Graph ({urlsplit(place.url).netloc})" if isinstance(place, GraphAccount) else f"{place.host}:{place.port}"


def _send_to_oneself(
    transport: SmtpConnection | GraphTransport, workspace: Workspace, sender: Sender, language: str, now: datetime
) -> None:
    standard = Path(str(resources.files("styrxl.mail").joinpath("words")))
    facts = {
        "municipality": workspace.settings.municipality,
        "accent": read_look(workspace).accent,
        "round_name": word("check_title", language),
        "at": format_moment(now, workspace.settings.zone),
    }
    content = read_wording(standard, workspace.root / "mail").render("check", language, facts)
    message_id = f"<styrxl.{workspace.sign(['mail', 'check', now.isoformat()])[:40]}@{sender.address.rpartition('@')[2]}>"
    letter = Letter("", "check", "", "", "", (sender.address,), content, message_id)
    data = build_message(letter, sender, now).as_bytes(policy=WIRE_POLICY)
    if refused := transport.deliver(QueuedMessage(letter.key, data, sender.address, letter.to, message_id, data)):
        raise PermanentFailureError("; ".join(refused.values()))
