"""Mail: what the settings say and which secret is missing, and servers that are asked without anything being sent or made."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from mail_town import by_imap, by_m365, by_smtp, passwords, settings
from post_office import USER, Certificates, Dovecot, SmtpServer
from styrxl.doctor.look import GOOD, MEND, WATCH, Look, describe
from styrxl.doctor.mail import look_at_mail, look_at_servers, look_at_web_clocks
from styrxl.mail.outgoing.transport import Timing
from styrxl.model.settings import MailSettings
from styrxl.store.settings_file import parse_settings
from styrxl.store.workspace import Workspace
from token_office import SECRET, token_office
from town import NOW

TIMING = Timing(lambda _: None, timeout=10)
SMTP = 'server = "smtp.example.se"\nuser = "planering"\n'
IMAP = '[mail.imap]\nserver = "imap.example.se"\nuser = "planering"\n'
M365 = 'auth = "m365"\ntenant = "t"\nclient_id = "c"\n'


def seen(looks: Iterable[Look]) -> list[tuple[str, str]]:
    return [(look.state, look.key) for look in looks]


def parse(more: str) -> MailSettings | None:
    return parse_settings(f'[municipality]\nname = "X"\n{settings(more)}'.encode()).mail


@pytest.fixture(autouse=True)
def without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STYRXL_SMTP_PASSWORD", "STYRXL_IMAP_PASSWORD", "STYRXL_MAIL_SECRET", "STYRXL_MAIL_CERTIFICATE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "more, told",
    [
        ("", [(WATCH, "mail-no-sending"), (GOOD, "mail-no-mailbox")]),
        (SMTP, [(GOOD, "mail-no-mailbox"), (MEND, "mail-password-missing")]),
        (SMTP.replace('user = "planering"\n', ""), [(GOOD, "mail-no-mailbox"), (GOOD, "mail-secrets")]),
        (SMTP + IMAP, [(MEND, "mail-password-missing"), (MEND, "mail-password-missing")]),
        (M365, [(GOOD, "mail-no-mailbox"), (MEND, "mail-secret-missing")]),
        (M365 + "[mail.imap]\n", [(MEND, "mail-secret-missing")]),  # one secret for both ways
        (M365 + 'sign_in = "person"\n', [(GOOD, "mail-no-mailbox"), (GOOD, "mail-secrets")]),
        (SMTP + 'ca_file = "ca.pem"\n', [(GOOD, "mail-no-mailbox"), (MEND, "mail-password-missing"), (MEND, "mail-ca-missing")]),
    ],
)
def test_what_is_missing(more: str, told: list[tuple[str, str]], tmp_path: Path) -> None:
    """Each password, secret and file; no server is asked."""
    assert seen(look_at_mail(parse(more), tmp_path)) == told


def test_where_all_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    passwords(monkeypatch.setenv)
    [look] = look_at_mail(parse(SMTP + IMAP), tmp_path)
    assert describe(look, "sv") == "Inställningar och hemligheter finns för smtp.example.se:587, imap.example.se:993."
    assert seen(look_at_mail(None, tmp_path)) == [(GOOD, "mail-none")]


def test_servers_are_asked_and_nothing_is_sent(
    smtp: SmtpServer, imap: Dovecot, made: Certificates, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nor is a folder made in the mailbox. What a server refuses is told in its words."""
    passwords(monkeypatch.setenv)
    workspace = Workspace.init(tmp_path / "akoping", "Åköping")
    with workspace.settings_path.open("a", encoding="utf-8") as file:
        file.write(settings(by_smtp(smtp, made) + by_imap(imap)))
    workspace = Workspace(workspace.root)
    looks = list(look_at_servers(workspace, "sv", NOW, TIMING))
    assert seen(looks) == [(GOOD, "mail-step-works")] * 3
    assert describe(looks[1], "sv") == f"Kontakt och inloggning: localhost:{smtp.port}: det går."
    assert (smtp.messages, smtp.asked) == ([], [])
    with imap.opened(USER) as client:
        assert "Hanterade ärenden" not in {name for _, _, name in client.list_folders()}
    monkeypatch.setenv("STYRXL_IMAP_PASSWORD", "fel")
    [*_, look] = look_at_servers(workspace, "en", NOW, TIMING)
    assert seen([look]) == [(MEND, "mail-step-fails")]
    assert "it fails." in describe(look, "en")


def test_the_clock_of_who_gives_tokens(made: Certificates, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By the date of a reply; one that cannot be reached is not waited for twice."""
    monkeypatch.setenv("STYRXL_MAIL_SECRET", SECRET)
    with token_office(made) as tokens:
        of_mail = parse(by_m365(tokens, made))
        assert of_mail
        [look] = look_at_web_clocks(of_mail, tmp_path, TIMING)
        assert (look.state, look.key, look.facts["server"]) == (GOOD, "clocks-agree", f"localhost:{tokens.port}")
    assert list(look_at_web_clocks(of_mail, tmp_path, TIMING)) == []
