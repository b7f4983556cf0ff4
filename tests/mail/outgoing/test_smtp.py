"""Sending by SMTP: encryption, login, what the server refuses or puts off, and what is said when it is away."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from delivery_messages import FakeTime, MemoryLog, fails, queued
from ports import free_port
from post_office import HOST, PASSWORD, USER, Certificates, SmtpServer, certificates, cutting, smtp_server
from styrxl.mail.certificates import make_ssl_context
from styrxl.mail.outgoing.delivery import DeliveryLog, DeliveryResult, DeliveryRun, QueuedMessage
from styrxl.mail.outgoing.smtp import SmtpConnection
from styrxl.model.settings import Server

Waits = list[float]


def server(made: Certificates, port: int, security: str = "starttls") -> Server:
    return Server(HOST, port, security, USER, str(made.authority))


def send(
    made: Certificates,
    port: int,
    *messages: QueuedMessage,
    log: DeliveryLog | None = None,
    security: str = "starttls",
    secret: str = PASSWORD,
    waits: Waits | None = None,
    pauses: tuple[float, ...] = (5.0, 30.0),
    timeout: float = 5.0,
    gap: float = 0.0,
) -> list[DeliveryResult]:
    where = server(made, port, security)
    pauses_taken = waits if waits is not None else []
    with SmtpConnection(where, make_ssl_context(where, Path()), lambda: secret, timeout) as opened:
        return DeliveryRun(opened, log or MemoryLog(), pauses_taken.append, gap).send(messages, pauses)


# encryption and login


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_encrypted_with_a_login(made: Certificates, security: str) -> None:
    with smtp_server(made, security) as running:
        assert send(made, running.port, queued(), security=security) == [DeliveryResult(queued().key, "sent")]
        [taken] = running.taken
    assert (taken.mail_from, taken.rcpt_tos) == ("planering@example.se", ["ubn@example.se"])


def test_a_server_that_cannot_be_trusted_gets_nothing(smtp: SmtpServer, tmp_path: Path) -> None:
    stranger = certificates(tmp_path)
    fails("mail-certificate", lambda: send(stranger, smtp.port, queued()))
    assert (smtp.taken, smtp.asked) == ([], [])


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_expired_certificate_is_told(tmp_path: Path, security: str) -> None:
    old = certificates(tmp_path, expired=True)
    with smtp_server(old, security) as running:
        error = fails("mail-certificate", lambda: send(old, running.port, queued(), security=security))
        assert (running.taken, error.facts["why"]) == ([], "certificate has expired")


def test_a_wrong_password_is_told_and_tried_once(smtp: SmtpServer, made: Certificates) -> None:
    waits: Waits = []
    error = fails("mail-login", lambda: send(made, smtp.port, queued(), secret="fel", waits=waits))  # noqa: S106
    assert (error.facts["user"], str(error.facts["why"])[:3], waits) == (USER, "535", [0.0])


def test_a_password_of_ascii_works_as_well(made: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("post_office.PASSWORD", "plain-ascii")
    with smtp_server(made) as running:
        assert [r.state for r in send(made, running.port, queued(), secret="plain-ascii")] == ["sent"]  # noqa: S106


def test_a_server_without_encryption_gets_neither_password_nor_mail(made: Certificates) -> None:
    heard: list[bytes] = []
    with plain_server(heard) as port:
        fails("mail-not-encrypted", lambda: send(made, port, queued()))
    assert [line[:4].upper() for line in heard] == [b"EHLO"]


@contextmanager
def plain_server(heard: list[bytes], answer: bytes = b"250 localhost\r\n", greeting: bytes = b"220 hello\r\n") -> Iterator[int]:
    """Run a server that knows one answer."""
    listening = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(greeting)
            while data := connection.recv(4096):
                heard.append(data)
                if answer:
                    connection.sendall(answer)

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        listening.close()
        thread.join(2)


# what a server says


def test_a_refused_mail_is_recorded_and_the_others_go(smtp: SmtpServer, made: Certificates) -> None:
    smtp.script = lambda recipient, phase: "550 5.1.1 nobody here" if (recipient, phase) == ("kfn@example.se", "rcpt") else None
    log = MemoryLog()
    results = send(made, smtp.port, queued("UBN"), queued("KFN"), queued("SBN"), log=log)
    assert [(r.state, r.reply) for r in results] == [("sent", ""), ("refused", "550 5.1.1 nobody here"), ("sent", "")]
    assert list(log.states.values()) == ["sent", "refused", "sent"]


def test_of_several_recipients_the_others_get_theirs(smtp: SmtpServer, made: Certificates) -> None:
    smtp.script = lambda recipient, phase: "550 gone" if (recipient, phase) == ("b@example.se", "rcpt") else None
    [result] = send(made, smtp.port, queued("UBN", "a@example.se", "b@example.se", "c@example.se"))
    assert (result.state, result.refused) == ("sent", {"b@example.se": "550 gone"})
    assert smtp.taken[0].rcpt_tos == ["a@example.se", "c@example.se"]


@pytest.mark.parametrize("phase", ["rcpt", "data"])
def test_what_is_put_off_is_tried_again_after_the_others(smtp: SmtpServer, made: Certificates, phase: str) -> None:
    answers = iter(["451 4.7.1 greylisted", "452 try later"])
    smtp.script = lambda recipient, at: next(answers, None) if (recipient, at) == ("ubn@example.se", phase) else None
    waits: Waits = []
    results = send(made, smtp.port, queued("UBN"), queued("KFN"), waits=waits)
    assert [r.state for r in results] == ["sent", "sent"]
    assert [e.rcpt_tos[0] for e in smtp.taken] == ["kfn@example.se", "ubn@example.se"]
    assert waits == [0.0, 5.0, 30.0]


def test_a_full_mailbox_waits_for_the_next_command(smtp: SmtpServer, made: Certificates) -> None:
    smtp.script = lambda recipient, phase: "452 4.2.2 mailbox full" if (recipient, phase) == ("ubn@example.se", "rcpt") else None
    log = MemoryLog()
    results = send(made, smtp.port, queued("UBN"), queued("KFN"), log=log)
    assert [(r.state, r.reply, r.maybe_twice) for r in results] == [("waiting", "452 4.2.2 mailbox full", False), ("sent", "", False)]
    smtp.script = lambda _recipient, _phase: None
    assert [(r.state, r.maybe_twice) for r in send(made, smtp.port, queued("UBN"), queued("KFN"), log=log)] == [
        ("sent", False),
        ("known", False),
    ]
    assert len(smtp.taken) == 2


def test_a_mail_larger_than_the_server_takes_is_refused_before_it_is_sent(made: Certificates) -> None:
    with smtp_server(made, data_size_limit=1000) as running:
        [result] = send(made, running.port, queued(text="x" * 3000))
        assert (result.state, result.reply[:4], running.taken, running.asked) == ("refused", "552 ", [], [])


def test_lines_that_begin_with_a_dot_come_through(smtp: SmtpServer, made: Certificates) -> None:
    send(made, smtp.port, queued(text=".\n..två\nslut\n"))
    assert smtp.messages[0].get_content().replace("\r\n", "\n") == ".\n..två\nslut\n"


def test_mails_keep_their_distance(smtp: SmtpServer, made: Certificates) -> None:
    """Counted from when the one before was begun, whatever became of it, and over pauses as well."""
    answers = iter(["451 try later"])
    smtp.script = lambda recipient, at: next(answers, None) if (recipient, at) == ("b@example.se", "rcpt") else None
    time = FakeTime()
    where = server(made, smtp.port)
    with SmtpConnection(where, make_ssl_context(where, Path()), lambda: PASSWORD, 5.0) as opened:
        run = DeliveryRun(opened, MemoryLog(), time.wait, 2.5, clock=time.clock)
        assert [r.state for r in run.send([queued("A"), queued("B"), queued("C")], (1.0,))] == ["sent"] * 3
    assert time.waits == [0.0, 2.5, 2.5, 1.0, 1.5]


# a server that is away


def test_a_server_that_is_down_is_told_after_some_tries(made: Certificates) -> None:
    log, waits = MemoryLog(), list[float]()
    error = fails("mail-unreachable", lambda: send(made, free_port(), queued("A"), queued("B"), log=log, waits=waits))
    assert (error.facts["sent"], error.facts["left"], waits) == (0, 2, [0.0, 5.0, 30.0])
    assert "sending" not in log.states.values()


def test_a_slow_server_is_not_waited_for_for_ever(made: Certificates) -> None:
    heard: list[bytes] = []
    with plain_server(heard, answer=b"") as port:
        error = fails("mail-unreachable", lambda: send(made, port, queued(), pauses=(), timeout=0.3))
    assert "timed out" in str(error.facts["why"])


def test_a_server_that_comes_back_gets_the_rest(made: Certificates) -> None:
    """Away at first, there after a pause: everything is sent once."""
    port, running = free_port(), list[SmtpServer]()
    with ExitStack() as stack:

        def wait(seconds: float) -> None:
            if seconds == 5.0:
                running.append(stack.enter_context(smtp_server(made, port=port)))

        where = server(made, port)
        with SmtpConnection(where, make_ssl_context(where, Path()), lambda: PASSWORD, 5.0) as opened:
            results = DeliveryRun(opened, MemoryLog(), wait).send([queued("A"), queued("B")], (5.0,))
    assert ([r.state for r in results], len(running[0].taken)) == (["sent", "sent"], 2)


def test_a_connection_that_is_cut_before_the_answer_leaves_it_unsure(smtp: SmtpServer, made: Certificates) -> None:
    """Taken, but nobody heard so: it is sent again, the same mail, and said to have come perhaps twice; the others go once."""
    cut = iter(["take it, hang up"])
    smtp.script = lambda recipient, phase: next(cut, None) if (recipient, phase) == ("kfn@example.se", "data") else None
    log = MemoryLog()
    results = send(made, smtp.port, queued("UBN"), queued("KFN"), queued("SBN"), log=log)
    assert [(r.state, r.maybe_twice) for r in results] == [("sent", False), ("sent", True), ("sent", False)]
    assert sorted(e.rcpt_tos[0] for e in smtp.taken) == ["kfn@example.se", "kfn@example.se", "sbn@example.se", "ubn@example.se"]
    assert set(log.states.values()) == {"sent"}


def test_a_connection_that_is_cut_in_the_middle_of_a_message_loses_nothing(smtp: SmtpServer, made: Certificates) -> None:
    """Cut while the message was on its way: it was not taken, and comes once, although nobody here can be sure of that."""
    with cutting(smtp.port, after=200_000) as port:
        results = send(made, port, queued(text="x" * 70 + "\n" + "y" * 900_000), pauses=(1.0,))
    assert ([r.state for r in results], len(smtp.taken)) == (["sent"], 1)


def test_stopping_leaves_the_rest_for_the_next_time(smtp: SmtpServer, made: Certificates) -> None:
    where, stop = server(made, smtp.port), threading.Event()

    def script(_recipient: str, phase: str) -> str | None:
        if phase == "data":
            stop.set()
        return None

    smtp.script = script
    with SmtpConnection(where, make_ssl_context(where, Path()), lambda: PASSWORD, 5.0) as opened:
        results = DeliveryRun(opened, MemoryLog(), lambda _: None, is_stopped=stop.is_set).send([queued("A"), queued("B")])
    assert [r.state for r in results] == ["sent", "waiting"]


def test_a_file_of_certificates_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing", "utf-8")
    for name in ("ca.pem", "away.pem"):
        fails("mail-ca-file", partial(make_ssl_context, Server(HOST, 1, "tls", None, name), tmp_path))


def test_trust_demands_the_right_name(made: Certificates) -> None:
    context = make_ssl_context(Server(HOST, 1, "tls", None, str(made.authority)), Path())
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)
