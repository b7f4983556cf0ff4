"""A mailbox that lets in by token: Dovecot, which asks on loopback what a token is worth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from post_office import HOST, PASSWORD, Certificates, Dovecot, dovecot
from styrxl.mail.certificates import make_ssl_context
from styrxl.mail.incoming.imap import fetch_by_imap
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import M365, Mailbox, Server, SignIn
from token_office import MAILBOX, TokenOffice, token_office


@pytest.fixture(scope="module")
def office(made: Certificates) -> Iterator[TokenOffice]:
    with token_office(made) as running:
        yield running


@pytest.fixture(scope="module", params=["xoauth2", "oauthbearer"])
def by_token(request: pytest.FixtureRequest, dovecot_: str, made: Certificates, office: TokenOffice) -> Iterator[Dovecot]:
    with dovecot(dovecot_, made, asks=f"{office.url}/introspect", mechanisms=f"plain login {request.param}") as running:
        running.deliver(MAILBOX, b"Subject: one\r\n\r\nHej\r\n")
        yield running


def fetch(imap: Dovecot, secret: str, method: str = M365) -> list[bytes]:
    box = Mailbox(Server(HOST, imap.port, "tls", MAILBOX, str(imap.authority), SignIn(method)), "INBOX", "Klart")
    return [message.raw for message in fetch_by_imap(box, make_ssl_context(box.server, Path()), lambda: secret, 10.0)]


def code(imap: Dovecot, secret: str, method: str = M365) -> StyrxlError:
    with pytest.raises(StyrxlError) as raised:
        fetch(imap, secret, method)
    return raised.value


def test_mail_is_fetched_by_a_token(by_token: Dovecot, office: TokenOffice) -> None:
    assert fetch(by_token, office.issue()) == [b"Subject: one\r\n\r\nHej\r\n"]


def test_a_token_that_is_refused_is_told_without_it(by_token: Dovecot) -> None:
    error = code(by_token, "ey." + "w" * 2000)
    assert (error.code, error.facts["user"], "www" in str(error)) == ("mail-imap-token-not-taken", MAILBOX, False)


def test_a_password_that_is_refused_where_tokens_are_taken_is_told_as_that(by_token: Dovecot) -> None:
    """As Exchange Online does: LOGIN failed, while it offers XOAUTH2."""
    error = code(by_token, "fel lösenord", "password")
    assert (error.code, "fel lösenord" in str(error)) == ("mail-imap-password-not-taken", False)


def test_a_server_without_tokens_is_told(imap: Dovecot, office: TokenOffice) -> None:
    assert code(imap, office.issue()).code == "mail-no-tokens"
    assert code(imap, PASSWORD + "!", "password").code == "mail-login"
