"""How a token is shown to a mail server: XOAUTH2, and OAUTHBEARER (RFC 7628) where that is what it knows."""

from __future__ import annotations

from collections.abc import Collection

XOAUTH2, OAUTHBEARER = "XOAUTH2", "OAUTHBEARER"


def choose_mechanism(offered: Collection[str]) -> str | None:
    """Return which of the mechanisms that a server offers takes a token, or None."""
    known = {name.upper() for name in offered}
    return next((mechanism for mechanism in (XOAUTH2, OAUTHBEARER) if mechanism in known), None)


def show_token(mechanism: str, user: str, token: str) -> bytes:
    """Return what is sent to the server first."""
    if mechanism == XOAUTH2:
        return f"user={user}\1auth=Bearer {token}\1\1".encode()
    name = user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\1auth=Bearer {token}\1\1".encode()


def answer_refusal(mechanism: str) -> bytes:
    """Return what the server wants to hear before it says why it refused."""
    return b"" if mechanism == XOAUTH2 else b"\1"
