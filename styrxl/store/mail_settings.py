"""What ``styrxl.toml`` says of mail, as values: servers, how they let us in, and Microsoft Graph in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr

from styrxl.descriptions.settings_model import Imap, Mail, ServerSettings, find_domain
from styrxl.model.settings import (
    GRAPH_URL,
    M365,
    NEEDED_KEYS,
    NO_SIGN_IN,
    OAUTH2,
    PASSWORD,
    GraphAccount,
    GraphMailbox,
    Mailbox,
    MailSettings,
    Server,
    SignIn,
)

_GRAPH = "graph"  # a transport
_PERSON = "person"  # who signs in
_M365_RATE = 30  # mails a minute that Exchange Online takes from a mailbox


@dataclass(frozen=True, slots=True)
class _Standard:
    """What holds for a section where it says nothing: its transport, the server of Microsoft 365, and ports by security."""

    transport: str
    m365_server: str
    ports: Mapping[str, int]


_SENDING = _Standard("smtp", "smtp.office365.com", {"starttls": 587, "tls": 465, "none": 25})
_RECEIVING = _Standard("imap", "outlook.office365.com", {"tls": 993, "starttls": 143})


def make_mail_settings(mail: Mail) -> MailSettings:
    """Return what ``[mail]`` says, once it is known to be right."""
    address = parseaddr(mail.sender)[1]
    reached = _make_transport(mail, address, _SENDING)
    return MailSettings(
        sender=mail.sender,
        reply_to=mail.reply_to or mail.sender,
        allowed_domains=tuple(domain.removeprefix("@").lower() for domain in mail.allowed_domains) or (find_domain(mail.sender),),
        everything_to=tuple(mail.everything_to),
        rate=min(mail.rate, _M365_RATE) if reached and reached.sign_in.method == M365 else mail.rate,
        attachment_limit=mail.attachment_limit,
        escalate_after=mail.escalate_after,
        server=reached if isinstance(reached, Server) else None,
        mailbox=_make_mailbox(mail.imap, address, reached),
        most_a_day=mail.most_a_day,
        authserv_id=mail.authserv_id,
        graph=reached if isinstance(reached, GraphAccount) else None,
    )


def _make_mailbox(imap: Imap | None, address: str, sending: Server | GraphAccount | None) -> Mailbox | GraphMailbox | None:
    if imap is None:
        return GraphMailbox(sending) if isinstance(sending, GraphAccount) else None
    reached = _make_transport(imap, address, _RECEIVING, sending)
    assert reached is not None  # a section without a server is a mistake
    return GraphMailbox(reached, *imap.folders) if isinstance(reached, GraphAccount) else Mailbox(reached, *imap.folders)


def _make_transport(
    section: Mail | Imap, address: str, standard: _Standard, outer: Server | GraphAccount | None = None
) -> Server | GraphAccount | None:
    """Return the server, or the mailbox by Graph, that a section names; ``outer``: that of the section which it stands in."""
    usual = _GRAPH if isinstance(outer, GraphAccount) and not section.server else standard.transport
    transport, user, authority = section.transport or usual, section.user or None, section.ca_file or None
    mailbox = (outer.user if outer and outer.sign_in.has_token else None) or address
    sign_in = _make_sign_in(section, _choose_usual(transport, user, outer), outer.sign_in if outer else SignIn())
    if transport == _GRAPH:
        above = outer if isinstance(outer, GraphAccount) else None
        url = section.graph_url.rstrip("/") or (above.url if above else GRAPH_URL)
        return GraphAccount(url, user or mailbox, sign_in, authority or (above.ca_file if above else None))
    security: str = section.security or next(iter(standard.ports))
    host = section.server or (standard.m365_server if sign_in.method == M365 else None)
    if host is None:
        return None
    user = (user or mailbox) if sign_in.has_token else user if sign_in.method == PASSWORD else None
    return Server(host, section.port or standard.ports[security], security, user, authority, sign_in)


def _choose_usual(transport: str, user: str | None, outer: Server | GraphAccount | None) -> str:
    """Return how one signs in where nothing is said."""
    if outer and outer.sign_in.has_token:
        return outer.sign_in.method
    return M365 if transport == _GRAPH else PASSWORD if user else NO_SIGN_IN


def _make_sign_in(section: ServerSettings, usual: str, outer: SignIn) -> SignIn:
    """Return how one signs in; what a section does not say is as in the one it stands in, where the method is the same."""
    method = section.auth or usual
    if method not in NEEDED_KEYS:
        return SignIn(method)
    outer = outer if outer.method == method else SignIn(method)
    return SignIn(
        method,
        tenant=section.tenant or outer.tenant,
        client_id=section.client_id or outer.client_id,
        by_person=section.sign_in == _PERSON if section.sign_in else outer.by_person,
        scopes=tuple(section.scopes) or (outer.scopes if method == OAUTH2 else ()),
        login_url=section.login_url.rstrip("/") or outer.login_url,
        token_url=section.token_url.rstrip("/") or outer.token_url,
    )
