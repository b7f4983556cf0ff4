"""A person who signs in once, so that later commands send and fetch mail as that person may."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from styrxl.mail.sign_in.m365 import M365PersonTokens
from styrxl.mail.sign_in.tokens import open_tokens
from styrxl.mail.web import WebSession
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import GraphAccount, GraphMailbox, MailSettings, Server


def sign_in_person(
    settings: MailSettings,
    root: Path,
    tell_address: Callable[[str], None],
    tell_code: Callable[[str, str], None] | None,
    timeout: float,
) -> str:
    """Let a person sign in for sending and fetching, as the settings say, and return who it was.

    ``tell_address`` and ``tell_code`` as ``M365PersonTokens.sign_in``. Raises StyrxlError: mail-no-person where the settings say that the
    program signs in by itself; as ``M365PersonTokens.sign_in``.
    """
    places = [place for place in list_places(settings) if place.sign_in.by_person]
    if not places:
        raise StyrxlError("mail-no-person")
    who = ""
    for place in places:
        web = WebSession(place, root, timeout)
        tokens = open_tokens(place, root, web)
        assert isinstance(tokens, M365PersonTokens)
        if not who or not _has_token(tokens):  # what was signed in for may do for the next as well
            who = tokens.sign_in(tell_address, tell_code)
        web.close()
    return who


def list_places(settings: MailSettings) -> list[Server | GraphAccount]:
    """Return where mail is sent to and where it is fetched from, as far as the settings say."""
    box = settings.mailbox
    fetching = box.account if isinstance(box, GraphMailbox) else box.server if box else None
    return [place for place in (settings.graph or settings.server, fetching) if place]


def _has_token(tokens: M365PersonTokens) -> bool:
    try:
        tokens.get()
    except StyrxlError as error:
        if error.code != "mail-person-not-signed-in":
            raise
        return False
    return True
