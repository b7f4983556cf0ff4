"""``styrxl mail check`` and ``styrxl mail sign-in``, as a controller types them."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from graph_office import GraphOffice, error, graph_office
from mail_town import by_imap, by_m365, by_smtp, flowing, html, passwords, set_up
from post_office import USER, Certificates, Dovecot, SmtpServer, smtp_server
from token_office import MAILBOX, SECRET, Browser, TokenOffice, token_office
from town import Town, new_town


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Town:
    town = new_town(tmp_path_factory.mktemp("mail") / "åköping")
    return set_up(town)


@pytest.fixture
def town(empty: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    passwords(monkeypatch.setenv)
    monkeypatch.setenv("STYRXL_MAIL_SECRET", SECRET)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return empty.copy(tmp_path / "åköping")


@pytest.fixture
def tokens(made: Certificates) -> Iterator[TokenOffice]:
    with token_office(made) as running:
        yield running


@pytest.fixture
def graph(made: Certificates, tokens: TokenOffice) -> Iterator[GraphOffice]:
    with graph_office(made, tokens) as running:
        yield running


def marks(said: str) -> list[str]:
    return [line[0] for line in said.splitlines() if not line.startswith(" ")]


def test_all_works_by_smtp_and_imap(town: Town, smtp: SmtpServer, imap: Dovecot, made: Certificates) -> None:
    set_up(town, by_smtp(smtp, made) + by_imap(imap))
    said = town.run("mail", "check").stdout
    assert said == (
        f"✓ Inställningar: från {MAILBOX} via localhost:{smtp.port}, inloggning som planering med lösenord\n"
        f"✓ Kontakt och inloggning: localhost:{smtp.port}\n"
        f"✓ Provmejl till {MAILBOX}\n"
        f"✓ Brevlådan planering på localhost:{imap.port}: mappen INBOX, klara mejl flyttas till Hanterade ärenden\n"
    )
    [mail] = smtp.messages
    assert_is_harmless(mail)
    assert smtp.asked == [MAILBOX]
    assert "Hanterade ärenden" in folders(imap)


def folders(imap: Dovecot) -> set[str]:
    with imap.opened(USER) as client:
        return {name for _, _, name in client.list_folders()}


def assert_is_harmless(mail: EmailMessage) -> None:
    """See that it goes to oneself, says what it is, and is one of ours when it comes back."""
    assert (mail["To"], mail["Auto-Submitted"]) == (MAILBOX, "auto-generated")
    assert str(mail["Message-ID"]).startswith("<styrxl.")
    assert "kom fram. Du behöver inte göra något." in flowing(mail)
    assert "Prov av e-posten" in html(mail)


def test_all_works_by_graph(town: Town, graph: GraphOffice, made: Certificates) -> None:
    set_up(town, by_m365(graph.tokens, made, graph))
    said = town.run("mail", "check").stdout
    assert said == (
        f"✓ Inställningar: från {MAILBOX} via Microsoft Graph (localhost:{graph.port}), som app i Microsoft 365, brevlådan {MAILBOX}\n"
        f"✓ Bevis (token) från localhost:{graph.tokens.port}\n"
        f"✓ Kontakt och inloggning: Microsoft Graph (localhost:{graph.port})\n"
        f"✓ Provmejl till {MAILBOX}\n"
        f"✓ Brevlådan {MAILBOX} på Microsoft Graph (localhost:{graph.port}): mappen INBOX, klara mejl flyttas till styrxl\n"
    )
    [mail] = graph.messages()
    assert_is_harmless(mail)
    assert "styrxl" in graph.folders.values()


@pytest.mark.parametrize(
    "what, told, seen",
    [
        ("secret", "Microsoft 365 känner inte igen hemligheten", "✓✗–––"),
        ("forbidden", "får inte använda brevlådan", "✓✓✗–✗"),
        ("send", "Servern svarade: 400 ErrorInvalidRecipients", "✓✓✓✗✓"),
        ("folder", "Mappen Planer finns inte i brevlådan", "✓✓✓✓✗"),
    ],
)
def test_what_does_not_work_is_told_at_its_step(
    town: Town, graph: GraphOffice, made: Certificates, monkeypatch: pytest.MonkeyPatch, what: str, told: str, seen: str
) -> None:
    set_up(town, by_m365(graph.tokens, made, graph, '[mail.imap]\nfolder = "Planer"\n' if what == "folder" else ""))
    if what == "secret":
        monkeypatch.setenv("STYRXL_MAIL_SECRET", "fel~hemlighet")
    answers = {"forbidden": error(403, "ErrorAccessDenied"), "send": error(400, "ErrorInvalidRecipients")}
    graph.script = lambda _, path: answers.get(what) if what == "forbidden" or path == "sendMail" else None
    result = town.run("mail", "check", expect=3)
    assert ("".join(marks(result.stdout)), told in result.stdout, "fel~hemlighet" in result.output) == (seen, True, False)
    assert town.run("--lang", "en", "mail", "check", expect=3).stdout.startswith("✓ Settings: ")


def test_a_relay_without_encryption_is_told_as_that(town: Town, made: Certificates) -> None:
    with smtp_server(made, "none") as relay:
        set_up(town, f'server = "localhost"\nport = {relay.port}\nsecurity = "none"\nauth = "none"\n')
        said = town.run("mail", "check").stdout
        assert said.splitlines()[0].endswith("utan inloggning; mejlen går okrypterade dit")
        assert said.splitlines()[-1] == "– Brevlåda: ingen är inställd under [mail.imap] (inte provat)"
        assert len(relay.taken) == 1


def test_settings_that_are_not_there_are_told(town: Town) -> None:
    assert "server" in town.run("mail", "check", expect=3).stdout
    path = town.root / "styrxl.toml"
    path.write_text(path.read_text("utf-8").partition("\n[mail]")[0], "utf-8")
    assert "E-post är inte inställd." in town.run("mail", "check", expect=3).stderr


@pytest.mark.parametrize("code", [False, True])
def test_a_person_signs_in_and_then_all_works(
    town: Town, graph: GraphOffice, made: Certificates, monkeypatch: pytest.MonkeyPatch, *, code: bool
) -> None:
    set_up(town, by_m365(graph.tokens, made, graph, 'sign_in = "person"\n'))
    assert "styrxl mail sign-in" in town.run("mail", "check", expect=3).stdout
    monkeypatch.setattr(webbrowser, "open", Browser(made).open)
    result = town.run("mail", "sign-in", *(["--code"] if code else []))
    assert result.stdout == f"Inloggad som {MAILBOX}. Prova nu: styrxl mail check\n"
    assert ("skriv koden ABCD1234" in result.stderr) == code
    assert "".join(marks(town.run("mail", "check").stdout)) == "✓✓✓✓✓"


def test_where_no_person_signs_in_that_is_told(town: Town, graph: GraphOffice, made: Certificates) -> None:
    set_up(town, by_m365(graph.tokens, made, graph))
    assert 'sign_in = "person"' in town.run("mail", "sign-in", expect=3).stderr


def test_without_the_extra_it_is_said_what_to_install(
    town: Town, graph: GraphOffice, made: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(town, by_m365(graph.tokens, made, graph))
    monkeypatch.setitem(sys.modules, "msal", None)
    assert "pip install styrxl[m365]" in town.run("mail", "check", expect=3).stdout
