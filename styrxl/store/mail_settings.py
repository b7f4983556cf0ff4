"""What ``styrxl.toml`` says of mail: servers, how they let us in, and Microsoft Graph in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from styrxl.model.errors import StyrxlError
from styrxl.model.settings import (
    ASIDE_FOLDER,
    GRAPH_URL,
    LOGIN_URL,
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
from styrxl.store.settings_section import Section

_SIGN_IN_KEYS = ("auth", "tenant", "client_id", "sign_in", "scopes", "login_url", "token_url")
_SERVER_KEYS = ("transport", "server", "port", "security", "user", "ca_file", "graph_url", *_SIGN_IN_KEYS)
_TO_KEYS = ("from", "reply_to", "allowed_domains", "everything_to")
MAIL_KEYS = (*_SERVER_KEYS, *_TO_KEYS, "rate", "attachment_limit", "escalate_after", "most_a_day", "authserv_id", "imap")
_IMAP_KEYS = (*_SERVER_KEYS, "folder", "done", "aside")
_GRAPH = "graph"  # a transport
_APP, _PERSON = "app", "person"  # who signs in
_M365_RATE = 30  # mails a minute that Exchange Online takes from a mailbox
_EXAMPLES: Mapping[str, str] = {
    "tenant": 'tenant = "kommunen.onmicrosoft.com"',
    "client_id": 'client_id = "00000000-0000-0000-0000-000000000000"',
    "token_url": 'token_url = "https://login.kommunen.se/oauth2/token"',
}


@dataclass(frozen=True, slots=True)
class _Standard:
    """What holds for a section where it says nothing: its transport, the server of Microsoft 365, and ports by security."""

    transport: str
    m365_server: str
    ports: Mapping[str, int]


_SENDING = _Standard("smtp", "smtp.office365.com", {"starttls": 587, "tls": 465, "none": 25})
_RECEIVING = _Standard("imap", "outlook.office365.com", {"tls": 993, "starttls": 143})


def read_mail(section: Section) -> MailSettings:
    """Return what ``[mail]`` says; raises StyrxlError: settings-unknown-key, settings-missing-key, settings-wrong-value."""
    sender = section.text("from", 'from = "Planering <planering@kommunen.se>"', _find_domain)
    if sender is None:
        raise StyrxlError("settings-missing-key", key="mail.from", example='from = "Planering <planering@kommunen.se>"')
    domains = section.texts("allowed_domains", 'allowed_domains = ["kommunen.se"]')
    address = parseaddr(sender)[1]
    reached = _read_transport(section, address, _SENDING)
    rate = section.number("rate", 1, 6000, 60)
    return MailSettings(
        sender=sender,
        reply_to=section.text("reply_to", 'reply_to = "planering@kommunen.se"', _find_domain) or sender,
        allowed_domains=tuple(domain.removeprefix("@").lower() for domain in domains) or (_find_domain(sender),),
        everything_to=section.texts("everything_to", 'everything_to = ["KS"]'),
        rate=min(rate, _M365_RATE) if reached and reached.sign_in.method == M365 else rate,
        attachment_limit=section.number("attachment_limit", 1, 200, 20),
        escalate_after=section.number("escalate_after", 1, 365, 7),
        server=reached if isinstance(reached, Server) else None,
        mailbox=_read_mailbox(section.raw.get("imap"), address, reached),
        most_a_day=section.number("most_a_day", 1, 1000, 20),
        authserv_id=section.text("authserv_id", 'authserv_id = "mx.kommunen.se"') or "",
        graph=reached if isinstance(reached, GraphAccount) else None,
    )


def _find_domain(address: str) -> str:
    """Return the domain of an address, or an empty text where it is none."""
    _, plain = parseaddr(address)
    local, at, domain = plain.rpartition("@")
    return domain.lower() if local and at else ""


def _read_mailbox(raw: Any, address: str, sending: Server | GraphAccount | None) -> Mailbox | GraphMailbox | None:
    if not raw:
        return GraphMailbox(sending) if isinstance(sending, GraphAccount) else None
    section = Section("mail.imap", raw, _IMAP_KEYS)
    folder, done = section.text("folder", 'folder = "INBOX"') or "INBOX", section.text("done", 'done = "Hanterade"') or "styrxl"
    aside = section.text("aside", f'aside = "{ASIDE_FOLDER}"') or ASIDE_FOLDER
    if folder == done:
        raise section.wrong("done", 'done = "Hanterade"')
    if folder == aside:
        raise section.wrong("aside", f'aside = "{ASIDE_FOLDER}"')
    reached = _read_transport(section, address, _RECEIVING, sending)
    if reached is None:
        raise StyrxlError("settings-missing-key", key="mail.imap.server", example='server = "imap.kommunen.se"')
    folders = (folder, done, aside)
    return GraphMailbox(reached, *folders) if isinstance(reached, GraphAccount) else Mailbox(reached, *folders)


def _read_transport(
    section: Section, address: str, standard: _Standard, outer: Server | GraphAccount | None = None
) -> Server | GraphAccount | None:
    """Return the server, or the mailbox by Graph, that a section names; ``outer``: that of the section which it stands in."""
    host = section.text("server", f'server = "{standard.transport}.kommunen.se"')
    usual = _GRAPH if isinstance(outer, GraphAccount) and host is None else standard.transport
    transport = section.text("transport", f'transport = "{_GRAPH}"', {standard.transport, _GRAPH}.__contains__) or usual
    user, authority = section.text("user", 'user = "planering"'), section.text("ca_file", 'ca_file = "kommunens-ca.pem"')
    mailbox = (outer.user if outer and outer.sign_in.has_token else None) or address
    sign_in = _read_sign_in(section, _choose_usual(transport, user, outer), outer.sign_in if outer else SignIn())
    if transport == _GRAPH:
        if sign_in.method != M365:
            raise section.wrong("auth", f'auth = "{M365}"')
        authority = authority or (outer.ca_file if isinstance(outer, GraphAccount) else None)
        url = _read_url(section, "graph_url") or (outer.url if isinstance(outer, GraphAccount) else GRAPH_URL)
        return GraphAccount(url, user or mailbox, sign_in, authority)
    security = section.text("security", 'security = "starttls"', standard.ports.__contains__) or next(iter(standard.ports))
    if security == "none" and section.raw.get("auth") != NO_SIGN_IN:  # a password never goes unencrypted
        raise section.wrong("security", 'security = "starttls"')
    host = host or (standard.m365_server if sign_in.method == M365 else None)
    if host is None:
        return None
    user = (user or mailbox) if sign_in.has_token else user if sign_in.method == PASSWORD else None
    return Server(host, section.number("port", 1, 65535, standard.ports[security]), security, user, authority, sign_in)


def _choose_usual(transport: str, user: str | None, outer: Server | GraphAccount | None) -> str:
    """Return how one signs in where nothing is said."""
    if outer and outer.sign_in.has_token:
        return outer.sign_in.method
    return M365 if transport == _GRAPH else PASSWORD if user else NO_SIGN_IN


def _read_sign_in(section: Section, usual: str, outer: SignIn) -> SignIn:
    """Return how one signs in; what a section does not say is as in the one it stands in, where the method is the same."""
    method = section.text("auth", f'auth = "{M365}"', {PASSWORD, NO_SIGN_IN, M365, OAUTH2}.__contains__) or usual
    if method not in NEEDED_KEYS:
        return SignIn(method)
    outer = outer if outer.method == method else SignIn(method)
    texts = {"tenant": outer.tenant, "client_id": outer.client_id}
    texts |= {key: given for key in texts if (given := section.text(key, _EXAMPLES[key]))}
    urls = {"token_url": outer.token_url, "login_url": outer.login_url}
    urls |= {key: given for key in urls if (given := _read_url(section, key))}
    for key in NEEDED_KEYS[method]:
        if not (texts | urls)[key]:
            raise StyrxlError("settings-missing-key", key=f"{section.name}.{key}", example=_EXAMPLES[key])
    person = section.text("sign_in", f'sign_in = "{_PERSON}"', {_APP, _PERSON}.__contains__)
    scopes = section.texts("scopes", 'scopes = ["https://outlook.office365.com/.default"]') or (outer.scopes if method == OAUTH2 else ())
    return SignIn(method, **texts, **urls, scopes=scopes, by_person=person == _PERSON if person else outer.by_person)


def _read_url(section: Section, key: str) -> str | None:
    """Return an address without a slash at its end; only encrypted ones fit."""
    example = f'{key} = "{LOGIN_URL if key == "login_url" else GRAPH_URL if key == "graph_url" else "https://login.kommunen.se/token"}"'
    url = section.text(key, example, lambda text: text.lower().startswith("https://"))
    return url.rstrip("/") if url else None
