"""How one is let in by mail servers, and Graph in their place: what ``styrxl.toml`` says, and what it lacks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest

from styrxl.descriptions.mistakes import Mistake
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import GRAPH_URL, M365, OAUTH2, GraphAccount, GraphMailbox, Mailbox, MailSettings, Server, SignIn
from styrxl.store.settings_file import parse_settings

ADDRESS = "planering@kommunen.se"
HEAD = f'[municipality]\nname = "A"\n[mail]\nfrom = "Planering <{ADDRESS}>"\n'
APP = 'auth = "m365"\ntenant = "kommunen.se"\nclient_id = "app-1"\n'
SIGN_IN = SignIn(M365, "kommunen.se", "app-1")
GRAPH = GraphAccount(GRAPH_URL, ADDRESS, SIGN_IN)
DOCS = Path(__file__).parents[2] / "docs"


def read(more: str) -> MailSettings:
    mail = parse_settings((HEAD + more).encode()).mail
    assert mail
    return mail


def test_graph_sends_and_fetches() -> None:
    mail = read(APP + 'transport = "graph"\n')
    assert (mail.graph, mail.server, mail.mailbox, mail.rate) == (GRAPH, None, GraphMailbox(GRAPH), 30)
    named = read(APP + 'transport = "graph"\nuser = "annan@kommunen.se"\nsign_in = "person"\n[mail.imap]\nfolder = "Planer"\n')
    assert named.graph
    assert (named.graph.user, named.graph.sign_in.by_person, named.mailbox) == (
        "annan@kommunen.se",
        True,
        GraphMailbox(named.graph, "Planer"),
    )


def test_the_servers_of_microsoft_365_need_not_be_named() -> None:
    mail = read(APP + '[mail.imap]\ndone = "Klart"\n')
    assert mail.server == Server("smtp.office365.com", 587, "starttls", ADDRESS, None, SIGN_IN)
    assert mail.mailbox == Mailbox(Server("outlook.office365.com", 993, "tls", ADDRESS, None, SIGN_IN), "INBOX", "Klart")


@pytest.mark.parametrize("rate, held", [(60, 30), (30, 30), (10, 10)])
def test_microsoft_365_takes_no_more_than_thirty_a_minute(rate: int, held: int) -> None:
    assert read(f"{APP}rate = {rate}\n").rate == held
    assert read(f'server = "x"\nrate = {rate}\n').rate == rate


def test_a_relay_sends_and_graph_fetches() -> None:
    mail = read(f'server = "relay"\nauth = "none"\nsecurity = "none"\n[mail.imap]\ntransport = "graph"\n{APP}')
    assert (mail.server, mail.mailbox, mail.graph) == (Server("relay", 25, "none", None, None, SignIn("none")), GraphMailbox(GRAPH), None)


def test_graph_sends_and_a_server_fetches() -> None:
    mail = read(APP + 'transport = "graph"\n[mail.imap]\nserver = "imap"\nauth = "password"\nuser = "planering"\n')
    assert (mail.graph, mail.mailbox) == (GRAPH, Mailbox(Server("imap", 993, "tls", "planering")))


def test_any_giver_of_tokens() -> None:
    mail = read(
        'server = "smtp"\nauth = "oauth2"\ntoken_url = "https://x/token/"\nclient_id = "a"\nscopes = ["s"]\n[mail.imap]\nserver = "i"\n'
    )
    sign_in = SignIn(OAUTH2, client_id="a", scopes=("s",), token_url="https://x/token")  # noqa: S106 -- an address
    assert mail.server == Server("smtp", 587, "starttls", ADDRESS, None, sign_in)
    assert mail.mailbox == Mailbox(Server("i", 993, "tls", ADDRESS, None, sign_in))


def test_a_password_where_nothing_else_is_said() -> None:
    mail = read('server = "smtp"\nuser = "a"\n[mail.imap]\nserver = "imap"\n')
    assert (mail.server, mail.mailbox) == (
        Server("smtp", 587, "starttls", "a"),
        Mailbox(Server("imap", 993, "tls", None, None, SignIn("none"))),
    )


@pytest.mark.parametrize(
    "more, key, code",
    [
        ('auth = "m365"\ntenant = "x"\n', "mail", "missing-key"),
        ('auth = "m365"\nclient_id = "x"\n', "mail", "missing-key"),
        ('transport = "graph"\n', "mail", "missing-key"),
        ('auth = "oauth2"\nclient_id = "x"\n', "mail", "missing-key"),
        ('auth = "kerberos"\n', "mail.auth", "not-one-of"),
        ('transport = "graph"\nauth = "password"\n', "mail.auth", "wrong-example"),
        ('transport = "ews"\n', "mail.transport", "not-one-of"),
        (APP + 'login_url = "http://login"\n', "mail.login_url", "wrong-example"),
        (APP + 'security = "none"\n', "mail.security", "wrong-example"),
        (APP + 'sign_in = "robot"\n', "mail.sign_in", "not-one-of"),
        (APP + 'secret = "hemligt"\n', "mail.secret", "unknown-key"),
        ('[mail.imap]\nauth = "m365"\ntenant = "x"\n', "mail.imap", "missing-key"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_before_anything_is_read(more: str, key: str, code: str) -> None:
    with pytest.raises(StyrxlError) as raised:
        parse_settings((HEAD + more).encode())
    mistakes = cast("tuple[Mistake, ...]", raised.value.facts["mistakes"])
    assert (key, code) in [(mistake.problem.where, mistake.problem.code) for mistake in mistakes]
    assert all(mistake.line for mistake in mistakes)


@pytest.mark.parametrize("page", ["sv/post-microsoft-365.md", "en/mail-microsoft-365.md"])
def test_the_examples_in_the_docs_are_right(page: str) -> None:
    examples = re.findall(r"```toml\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    read_ones = [read(example.replace("[mail]\n", "", 1).partition("\n")[2]) for example in examples]
    assert [(bool(mail.graph), mail.server.host if mail.server else "") for mail in read_ones] == [
        (True, ""),
        (False, "smtp.office365.com"),
        (False, "relay.kommunen.se"),
        (False, "smtp.leverantor.se"),
    ]


def test_both_pages_say_the_same_in_the_same_order() -> None:
    swedish, english = ((DOCS / page).read_text("utf-8") for page in ("sv/post-microsoft-365.md", "en/mail-microsoft-365.md"))
    for mark in (r"^##? ", r"^\|", r"^ *\d\. ", r"^```"):
        assert len(re.findall(mark, swedish, re.MULTILINE)) == len(re.findall(mark, english, re.MULTILINE)), mark
    assert set(re.findall(r"STYRXL_\w+|AADSTS\d+|Application Mail\.\w+", swedish)) == set(
        re.findall(r"STYRXL_\w+|AADSTS\d+|Application Mail\.\w+", english)
    )
