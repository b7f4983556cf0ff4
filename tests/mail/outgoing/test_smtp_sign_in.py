"""Signing in to an SMTP server by a token or not at all, and refusals that IT must act on: told at once, and tried once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from delivery_messages import MemoryLog, fails, queued
from post_office import HOST, PASSWORD, USER, Certificates, SmtpServer, smtp_server
from styrxl.mail.certificates import make_ssl_context
from styrxl.mail.outgoing.delivery import DeliveryResult, DeliveryRun
from styrxl.mail.outgoing.smtp import SmtpConnection
from styrxl.mail.outgoing.smtp_refusals import find_smtp_refusal
from styrxl.model.catalogue import error_text
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import M365, NO_SIGN_IN, Server, SignIn

TOKEN = "ey." + "t" * 2000


@pytest.fixture
def smtp(made: Certificates) -> Iterator[SmtpServer]:
    """Run a server as Exchange Online is: by token, and no password."""
    with smtp_server(made, tokens=True, auth_exclude_mechanism=["LOGIN", "PLAIN"]) as running:
        running.knows_token = TOKEN.__eq__
        yield running


def send(made: Certificates, port: int, method: str, secret: str | None, security: str = "starttls", *names: str) -> list[DeliveryResult]:
    where = Server(HOST, port, security, USER if secret else None, str(made.authority), SignIn(method))
    waits: list[float] = []
    try:
        with SmtpConnection(where, make_ssl_context(where, Path()), (lambda: secret) if secret else None, 5.0) as opened:
            return DeliveryRun(opened, MemoryLog(), waits.append).send([queued(name) for name in names or ("UBN", "KFN")])
    finally:
        assert waits == [0.0]  # nothing was tried again


@pytest.mark.parametrize("mechanism, other", [("XOAUTH2", "OAUTHBEARER"), ("OAUTHBEARER", "XOAUTH2")])
def test_mail_goes_by_a_token(made: Certificates, mechanism: str, other: str) -> None:
    with smtp_server(made, tokens=True, auth_exclude_mechanism=["LOGIN", "PLAIN", other]) as running:
        running.knows_token = TOKEN.__eq__
        assert [result.state for result in send(made, running.port, M365, TOKEN)] == ["sent", "sent"]
        assert (running.logins, len(running.taken)) == ([mechanism], 2)


def test_a_token_that_is_refused_is_told_without_it(smtp: SmtpServer, made: Certificates) -> None:
    """Even where the server repeats what it was shown."""
    wrong = "ey." + "w" * 2000
    error = fails("mail-token-not-taken", lambda: send(made, smtp.port, M365, wrong))
    assert (str(error.facts["why"])[:9], "www" in str(error), len(smtp.logins), smtp.taken) == ("535 5.7.3", False, 1, [])


def test_a_server_without_tokens_is_told(made: Certificates) -> None:
    with smtp_server(made) as running:
        error = fails("mail-no-tokens", lambda: send(made, running.port, M365, TOKEN))
        assert (error.facts["offered"], running.logins) == ("LOGIN, PLAIN", [])


def test_a_password_for_a_server_that_takes_tokens_alone_is_never_sent(smtp: SmtpServer, made: Certificates) -> None:
    error = fails("mail-password-not-taken", lambda: send(made, smtp.port, "password", PASSWORD))
    assert (error.facts["why"], smtp.logins) == ("AUTH OAUTHBEARER XOAUTH2", [])


# As Exchange Online words them.
BASIC_GONE = "550 5.7.30 Basic authentication is not supported for Client Submission."
TENANT_OFF = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/x"
MAILBOX_OFF = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/x"
BASIC_OFF = "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]"
CRITERIA = "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully."
SEND_AS = "554 5.2.252 SendAsDenied; planering@example.se not allowed to send as kansli@example.se; STOREDRV.Submission.Exception"
NOT_SIGNED_IN = "530 5.7.57 Client not authenticated to send mail. [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]"


@pytest.mark.parametrize(
    "answer, method, code",
    [
        (BASIC_GONE, "password", "mail-password-not-taken"),
        (BASIC_OFF, "password", "mail-password-not-taken"),
        (TENANT_OFF, "password", "mail-smtp-auth-off"),
        (MAILBOX_OFF, M365, "mail-smtp-auth-off"),
        (CRITERIA, "password", "mail-sign-in-criteria"),
        (CRITERIA, M365, "mail-sign-in-criteria"),
        ("535 5.7.3 Authentication unsuccessful", M365, "mail-token-not-taken"),
        ("535 5.7.8 Authentication credentials invalid", "password", "mail-login"),
    ],
)
def test_a_sign_in_that_is_refused_is_told_at_once(made: Certificates, answer: str, method: str, code: str) -> None:
    with smtp_server(made, tokens=True) as running:
        running.refusal = answer
        error = fails(code, lambda: send(made, running.port, method, TOKEN))
        assert (error.facts["why"], len(running.logins), running.asked) == (answer, 1, [])
    told = {language: error_text(error.code, dict(error.facts), language) for language in ("sv", "en")}
    assert all(answer in text for text in told.values())


@pytest.mark.parametrize("phase", ["rcpt", "data"])
@pytest.mark.parametrize(
    "answer, code", [(SEND_AS, "mail-send-as"), (BASIC_GONE, "mail-password-not-taken"), (NOT_SIGNED_IN, "mail-not-signed-in")]
)
def test_what_is_refused_of_every_mail_stops_at_the_first(smtp: SmtpServer, made: Certificates, phase: str, answer: str, code: str) -> None:
    smtp.script = lambda _, at: answer if at == phase else None
    error = fails(code, lambda: send(made, smtp.port, M365, TOKEN))
    assert (error.facts["why"], len(smtp.asked), smtp.taken) == (answer, 1, [])


def test_a_relay_takes_mail_by_address(made: Certificates) -> None:
    """Unencrypted where the settings say so, and encrypted else."""
    for security in ("none", "tls"):
        with smtp_server(made, security) as running:
            assert [result.state for result in send(made, running.port, NO_SIGN_IN, None, security)] == ["sent", "sent"]
            assert running.logins == []


def test_a_relay_that_does_not_know_us_is_told_at_once(made: Certificates) -> None:
    """But one that does, and refuses a single recipient, refuses that one."""
    with smtp_server(made, "none") as running:
        running.script = lambda _, phase: "550 5.7.1 Unable to relay" if phase == "rcpt" else None
        fails("mail-relay-denied", lambda: send(made, running.port, NO_SIGN_IN, None, "none"))
        assert len(running.asked) == 1
        running.script = lambda recipient, phase: (
            "554 5.7.1 Relay access denied" if (recipient, phase) == ("b@example.se", "rcpt") else None
        )
        states = [result.state for result in send(made, running.port, NO_SIGN_IN, None, "none", "A", "B", "C")]
        assert states == ["sent", "refused", "sent"]


def test_a_relay_that_passes_nothing_on_to_others_still_serves_our_own(made: Certificates) -> None:
    """Whatever comes first: it knows us, but not the other domain."""
    with smtp_server(made, "none") as running:
        running.script = lambda recipient, phase: "550 5.7.1 Unable to relay" if (phase, recipient[-7:]) == ("rcpt", "bola.se") else None
        where = Server(HOST, running.port, "none", sign_in=SignIn(NO_SIGN_IN))
        with SmtpConnection(where, make_ssl_context(where, Path()), None, 5.0) as opened:
            results = DeliveryRun(opened, MemoryLog(), lambda _: None).send([queued("A", "vd@kommunbola.se"), queued("B")])
        assert [(result.state, result.reply) for result in results] == [("refused", "550 5.7.1 Unable to relay"), ("sent", "")]


@pytest.mark.parametrize("answer", ["550 5.1.1 nobody here", "554 5.7.1 spam", "552 5.3.4 too big", "550 5.7.300 x"])
def test_what_concerns_one_mail_is_no_obstacle_to_all(answer: str) -> None:
    assert find_smtp_refusal(answer) is None


def test_a_wrong_password_is_tried_once(made: Certificates) -> None:
    with smtp_server(made) as running:
        fails("mail-login", lambda: send(made, running.port, "password", "fel"))
        assert len(running.logins) == 1


def test_a_token_is_asked_for_when_it_is_needed(smtp: SmtpServer, made: Certificates) -> None:
    """What the giver of tokens says is told as it is, and no server has been asked."""
    where = replace(Server(HOST, smtp.port, "starttls", USER, str(made.authority)), sign_in=SignIn(M365))

    def refuse() -> str:
        raise StyrxlError("mail-secret-ended", why="AADSTS7000222", client_id="x")

    with SmtpConnection(where, make_ssl_context(where, Path()), refuse, 5.0) as opened:
        action: Callable[[], object] = lambda: DeliveryRun(opened, MemoryLog(), lambda _: None).send([queued("A")])  # noqa: E731
        fails("mail-secret-ended", action)
