"""Mail: what the settings say, whether the secrets are there and, where servers may be asked, whether they let us in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from styrxl.doctor.ledger import tell_apart
from styrxl.doctor.look import GOOD, MAIL, MEND, WATCH, Look
from styrxl.mail.check import FAILS, WORKS, check_mail
from styrxl.mail.failures import TemporaryFailureError, UnreachableError
from styrxl.mail.outgoing.transport import Timing
from styrxl.mail.sign_in.passwords import (
    IMAP_PASSWORD,
    SMTP_PASSWORD,
    find_app_certificate,
    find_app_secret,
    find_password,
    find_refresh_token,
)
from styrxl.mail.sign_in.person import list_places
from styrxl.mail.web import WebSession
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import M365, GraphAccount, GraphMailbox, MailSettings, Server
from styrxl.store.workspace import Workspace


def look_at_mail(settings: MailSettings | None, root: Path) -> Iterator[Look]:
    """Tell what is set up of mail, and which password, secret or certificate is missing; no server is asked."""
    if settings is None:
        yield Look(MAIL, GOOD, "mail-none")
        return
    if settings.graph is None and settings.server is None:
        yield Look(MAIL, WATCH, "mail-no-sending")
    if settings.mailbox is None:
        yield Look(MAIL, GOOD, "mail-no-mailbox")
    fails = [error for place, variable in _list_secrets(settings) if (error := _find_missing(place, variable))]
    told = {(error.code, str(error.facts)): error for error in fails}  # one secret may be for both ways
    yield from (Look(MAIL, MEND, error.code, error=error) for error in told.values())
    for place in list_places(settings):
        if place.ca_file and not (root / place.ca_file).is_file():
            yield Look(MAIL, MEND, "mail-ca-missing", {"path": place.ca_file})
    if not fails and list_places(settings):
        yield Look(MAIL, GOOD, "mail-secrets", {"places": list(dict.fromkeys(map(name_place, list_places(settings))))})


def _list_secrets(settings: MailSettings) -> list[tuple[Server | GraphAccount, str]]:
    """Return where mail is sent to and fetched from, each with the environment variable of its password."""
    box = settings.mailbox
    sending, fetching = settings.graph or settings.server, box.account if isinstance(box, GraphMailbox) else box.server if box else None
    return [(place, variable) for place, variable in ((sending, SMTP_PASSWORD), (fetching, IMAP_PASSWORD)) if place]


def _find_missing(place: Server | GraphAccount, variable: str) -> StyrxlError | None:
    """Return the error that a missing password or secret would give; a person's sign-in is seen by asking the server alone."""
    sign_in = place.sign_in
    if not sign_in.has_token:
        if isinstance(place, GraphAccount) or not place.user:
            return None
        try:
            find_password(place, variable)
        except StyrxlError as error:
            return error
        return None
    if sign_in.by_person:
        return None
    other = find_app_certificate(sign_in) if sign_in.method == M365 else find_refresh_token(sign_in)
    return None if other or find_app_secret(sign_in) else StyrxlError("mail-secret-missing", client_id=sign_in.client_id)


def name_place(place: Server | GraphAccount) -> str:
    """Return what a server is called."""
    return f"Microsoft Graph ({urlsplit(place.url).netloc})" if isinstance(place, GraphAccount) else f"{place.host}:{place.port}"


def look_at_servers(workspace: Workspace, language: str, now: datetime, timing: Timing) -> Iterator[Look]:
    """Ask the mail servers to let us in, and tell what comes of each step; no mail is sent."""
    for step in check_mail(workspace, language, now, timing, sends=False):
        if step.state == FAILS and step.error:
            yield Look(MAIL, MEND, "mail-step-fails", {"step": step.text}, step.error)
        elif step.state == WORKS:
            yield Look(MAIL, GOOD, "mail-step-works", {"step": step.text})
        else:
            yield Look(MAIL, WATCH, "mail-step-untried", {"step": step.text})


def look_at_web_clocks(settings: MailSettings, root: Path, timing: Timing) -> Iterator[Look]:
    """Hold our clock against those of whoever gives tokens, by the date of a reply; mail servers themselves tell none."""
    for address, place in {_find_giver(place): place for place in list_places(settings) if place.sign_in.has_token}.items():
        web = WebSession(place, root, timing.timeout)
        try:
            reply = web.request("GET", address, {}, most=0)
            theirs = parsedate_to_datetime(reply.headers["date"])
        except (UnreachableError, TemporaryFailureError, KeyError, ValueError):
            continue  # the step that asks it for a token tells
        finally:
            web.close()
        yield tell_apart(theirs.astimezone(UTC), datetime.now(UTC), urlsplit(address).netloc)


def _find_giver(place: Server | GraphAccount) -> str:
    return place.sign_in.login_url if place.sign_in.method == M365 else place.sign_in.token_url
