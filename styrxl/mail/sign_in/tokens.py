"""Tokens by which mail servers and Microsoft Graph let us in: by whom they are given, and for what."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from styrxl.mail.sign_in.m365 import M365AppTokens, M365PersonTokens
from styrxl.mail.sign_in.oauth2 import OAuth2Tokens
from styrxl.mail.web import WebSession
from styrxl.model.settings import M365, GraphAccount, Server

_OUTLOOK = ("https://outlook.office365.com/.default",)  # of a program
_OUTLOOK_PERSON = ("https://outlook.office.com/SMTP.Send", "https://outlook.office.com/IMAP.AccessAsUser.All")


class TokenSource(Protocol):
    """Gives tokens, new ones when the last is about to end."""

    def get(self, *, renew: bool = False) -> str:
        """Return a token; ``renew``: another one than the last, which was refused.

        Raises StyrxlError: mail-extra-missing, mail-certificate, mail-login-unreachable, and what the giver of tokens refuses for.
        """


def open_tokens(place: Server | GraphAccount, root: Path, web: WebSession) -> TokenSource:
    """Return what gives tokens for a server or for Graph, as its settings say; raises as ``TokenSource.get``."""
    sign_in = place.sign_in
    if sign_in.method != M365:
        return OAuth2Tokens(sign_in, web)
    scopes = choose_scopes(place)
    return M365PersonTokens(sign_in, scopes, web) if sign_in.by_person else M365AppTokens(sign_in, scopes, web, root)


def choose_scopes(place: Server | GraphAccount) -> tuple[str, ...]:
    """Return what tokens of Microsoft 365 are to let us do: for a program, and for a person by Graph, all that IT has agreed to."""
    if place.sign_in.scopes:
        return place.sign_in.scopes
    if isinstance(place, GraphAccount):
        return (f"{place.url}/.default",)
    return _OUTLOOK_PERSON if place.sign_in.by_person else _OUTLOOK
