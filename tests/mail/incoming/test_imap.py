"""A mailbox that is read by UID and resumed, and what is wrong with it."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from mail_town import brought, by_imap, deliver_answers, names, passwords, set_up
from ports import free_port
from post_office import HOST, PASSWORD, USER, Dovecot, certificates, cutting, dovecot
from styrxl.mail.certificates import make_ssl_context
from styrxl.mail.incoming.imap import fetch_by_imap
from styrxl.mail.incoming.receive import receive_mail
from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import standard_rounds
from styrxl.model.settings import ASIDE_FOLDER, Mailbox, Server
from styrxl.rounds.desk import open_desk
from styrxl.store.ledger import Ledger
from styrxl.store.mail_log import MailLog
from town import ROUND, Town

# A mail that says that it has parts, and has none.
BROKEN = b"From: ost@example.se\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\nHej\r\n"


@pytest.fixture
def town(mail_planned: Town, tmp_path: Path) -> Town:
    return mail_planned.copy(tmp_path / "åköping")


@pytest.fixture
def posted(town: Town, imap: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Town:
    passwords(monkeypatch.setenv)
    return deliver_answers(town, imap)


def test_what_is_taken_is_moved_and_nothing_is_marked_as_read_before(posted: Town, imap: Dovecot) -> None:
    result = posted.run("receive", ROUND, "--imap")
    assert result.stderr.endswith("Mottagna: 2. I karantän: 0. Utan arbetsbok: 1. Automatiska svar: 0.\n")
    assert (len(imap.messages(USER)), len(imap.messages(USER, "Hanterade ärenden"))) == (0, 3)
    assert posted.run("receive", ROUND, "--imap").stderr.endswith("Mottagna: 0. I karantän: 0. Utan arbetsbok: 0. Automatiska svar: 0.\n")


def box(imap: Dovecot, *, port: int | None = None, authority: Path | None = None, folder: str = "INBOX") -> Mailbox:
    return Mailbox(Server(HOST, port or imap.port, "tls", USER, str(authority or imap.authority)), folder, "Klart")


def code_of(mailbox_: Mailbox, secret: str) -> str:
    with pytest.raises(StyrxlError) as raised:
        list(fetch_by_imap(mailbox_, make_ssl_context(mailbox_.server, Path()), lambda: secret, 10.0))
    return raised.value.code


def test_what_is_wrong_with_a_mailbox_is_told(imap: Dovecot, tmp_path: Path) -> None:
    secret = "kål-och-rötter"  # noqa: S105
    assert code_of(box(imap, port=free_port()), secret) == "mail-imap-unreachable"
    assert code_of(box(imap, folder="Finns inte"), secret) == "mail-imap-folder"
    assert code_of(box(imap, authority=certificates(tmp_path).authority), secret) == "mail-certificate"
    assert code_of(box(imap), "fel") == "mail-login"


@pytest.mark.parametrize("after", [9_000, 50_000, 70_000])
def test_a_server_that_hangs_up_in_the_middle_loses_and_doubles_nothing(posted: Town, imap: Dovecot, after: int) -> None:
    """Cut while a message was on its way here: told, and the next command goes on."""
    before = len(names(posted, "inbox"))
    with cutting(imap.port, after, of_server=True) as port:
        set_up(posted, by_imap(replace(imap, port=port)))
        said = posted.run("receive", ROUND, "--imap", expect=3).stderr
        assert f"Brevlådan på localhost:{port} går inte att nå" in said
        assert "Kör samma kommando igen" in said
        posted.run("receive", ROUND, "--imap")
    assert [outcome for outcome, _, _ in brought(posted)] == ["taken", "noted", "taken"]
    assert len(names(posted, "inbox")) == before + 2
    assert (len(imap.messages(USER)), len(imap.messages(USER, "Hanterade ärenden"))) == (0, 3)


def test_a_mailbox_that_does_not_answer_is_not_waited_for_for_ever(imap: Dovecot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mailbox_ = box(imap, port=silent.getsockname()[1])
        with pytest.raises(StyrxlError, match="mail-imap-unreachable"):
            list(fetch_by_imap(mailbox_, make_ssl_context(mailbox_.server, Path()), lambda: "x", 0.3))


def test_an_expired_certificate_of_a_mailbox_is_told(dovecot_: str, tmp_path: Path) -> None:
    with dovecot(dovecot_, certificates(tmp_path, expired=True)) as running:
        assert code_of(box(running), "x") == "mail-certificate"


def test_a_message_too_large_to_fetch_is_noted_by_its_head(posted: Town, imap: Dovecot) -> None:
    mailbox_ = box(imap)
    messages = fetch_by_imap(mailbox_, make_ssl_context(mailbox_.server, Path()), lambda: PASSWORD, largest=1000)
    with Ledger.open(posted.workspace.database) as ledger:
        list(
            receive_mail(
                open_desk(posted.workspace, ledger, datetime.now(UTC)), MailLog(ledger.database), standard_rounds().parse(ROUND), messages
            )
        )
    assert [(outcome, reason) for outcome, reason, _ in brought(posted)] == [
        ("noted", "oversized"),
        ("noted", "none"),
        ("noted", "oversized"),
    ]


def test_a_mail_that_cannot_be_read_is_moved_to_a_folder_for_those(posted: Town, imap: Dovecot) -> None:
    """A folder that is made when it is needed, and named in the settings; the others are taken in."""
    imap.deliver(USER, BROKEN)
    posted.run("receive", ROUND, "--imap", expect=1)
    assert [outcome for outcome, _, _ in brought(posted)] == ["taken", "noted", "taken", "aside"]
    assert [len(imap.messages(USER, folder)) for folder in ("INBOX", "Hanterade ärenden", ASIDE_FOLDER)] == [0, 3, 1]
    imap.deliver(USER, BROKEN + b"igen")
    path = posted.root / "styrxl.toml"
    path.write_text(path.read_text("utf-8").replace("\n[mail.imap]\n", '\n[mail.imap]\naside = "Åt sidan"\n'), "utf-8")
    posted.run("receive", ROUND, "--imap", expect=1)
    assert [len(imap.messages(USER, folder)) for folder in ("INBOX", ASIDE_FOLDER, "Åt sidan")] == [0, 1, 1]


def test_a_mail_that_the_server_cannot_hand_out_stays_and_the_others_are_taken(
    posted: Town, imap: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told of once, and taken in as soon as the server hands it out."""
    fetch = IMAPClient.fetch

    def fail(client: IMAPClient, messages: list[int], *more: object) -> object:
        if messages == [1]:
            raise IMAPClientError("[SERVERBUG] Internal error")
        return fetch(client, messages, *more)

    with monkeypatch.context() as patched:
        patched.setattr(IMAPClient, "fetch", fail)
        posted.run("receive", ROUND, "--imap", expect=1)
        assert posted.run("receive", ROUND, "--imap").stdout == ""
    assert [(outcome, reason) for outcome, reason, _ in brought(posted)] == [("aside", "unfetched"), ("noted", "none"), ("taken", "")]
    assert len(imap.messages(USER)) == 1
    posted.run("receive", ROUND, "--imap")
    assert brought(posted)[-1] == ("taken", "", "UBN-ÖST")
    assert imap.messages(USER) == []


def test_a_time_that_the_server_does_not_know_is_now(posted: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch = IMAPClient.fetch

    def undated(client: IMAPClient, messages: list[int], *more: object) -> object:
        found = fetch(client, messages, *more)
        return {uid: {key: None if key == b"INTERNALDATE" else value for key, value in facts.items()} for uid, facts in found.items()}

    monkeypatch.setattr(IMAPClient, "fetch", undated)
    posted.run("receive", ROUND, "--imap")
    assert [outcome for outcome, _, _ in brought(posted)] == ["taken", "noted", "taken"]


def test_a_mail_that_the_server_does_not_move_is_told_and_the_others_are_taken(
    posted: Town, imap: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = IMAPClient.move

    def refuse(client: IMAPClient, messages: list[int], folder: str) -> object:
        if messages == [1]:
            raise IMAPClientError("[OVERQUOTA] Quota exceeded")
        return move(client, messages, folder)

    monkeypatch.setattr(IMAPClient, "move", refuse)
    said = posted.run("receive", ROUND, "--imap", expect=3).stderr
    assert "flyttade det inte till mappen Hanterade ärenden ([OVERQUOTA] Quota exceeded)" in said
    assert [outcome for outcome, _, _ in brought(posted)] == ["taken", "noted", "taken"]
    assert len(imap.messages(USER)) == 1
