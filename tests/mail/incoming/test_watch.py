"""The watch: what comes is taken in, judged and answered by itself, by one watch at a time, until it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.policy import SMTP
from pathlib import Path

import pytest

import styrxl
from mail_messages import OURS
from mail_town import Post, by_imap, by_smtp, enclosed, passwords, set_up
from post_office import USER, Certificates, SmtpServer, dovecot, reply, sent
from styrxl.mail.incoming.sources import FetchedMessage
from styrxl.mail.incoming.watch import Watch
from styrxl.mail.outgoing.transport import Timing
from styrxl.mail.workspace_access import WorkspaceAccess
from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.desk import open_desk
from styrxl.store.ledger import Ledger
from town import ROUND, Town

SOON = 45.0  # seconds in which an answer has to be there: less than the minute promised


@pytest.fixture
def town(mail_planned: Town, tmp_path: Path, smtp: SmtpServer, made: Certificates, monkeypatch: pytest.MonkeyPatch) -> Town:
    passwords(monkeypatch.setenv)
    return set_up(mail_planned.copy(tmp_path / "åköping"), by_smtp(smtp, made))


def wait_for(what: Callable[[], object], seconds: float = SOON) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def test_an_answer_comes_within_a_minute_and_the_watch_ends_when_it_is_told_to(
    town: Town, smtp: SmtpServer, dovecot_: str, made: Certificates
) -> None:
    """A process of its own, told to end by SIGTERM; another one meanwhile is turned away."""
    with dovecot(dovecot_, made) as imap:
        smtp.deliver = lambda address, content: imap.deliver(address.partition("@")[0], content)
        post = Post(smtp, imap, made)
        set_up(town, by_smtp(smtp, made) + by_imap(imap))
        command = [sys.executable, "-m", "styrxl", "--workspace", str(town.root), "watch", ROUND, "--send", "--every", "1"]
        with started(command) as process:
            wait_for(lambda: len(smtp.taken) == 2)  # the boards, whose plans lay in the inbox
            answered = len(post.inbox("ost@example.se"))
            sent(reply("ost@example.se", OURS, attachments={"plan.xlsx": town.filled("UBN-ÖST")}), smtp, made)
            wait_for(lambda: len(post.inbox("ost@example.se")) > answered)
            assert post.inbox("ost@example.se")[-1]["Subject"] == "Plan 2027: Östra förskolan är klar"
            assert "bevakar redan arbetsmappen" in town.run("watch", ROUND, expect=3).stderr
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=30)
        assert process.returncode == 0
        assert err.splitlines()[-1] == "Bevakningen är avslutad."
        assert "✓ ost@example.se · plan.xlsx · mottagen" in out
        assert imap.messages(USER) == []
        assert not (town.root / "inbox" / "styrxl.lock").exists()


@contextmanager
def started(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": str(Path(styrxl.__file__).parents[1])}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()


@contextmanager
def watching(
    town: Town, source: Callable[[], list[FetchedMessage]], *, send: bool = True
) -> Iterator[tuple[threading.Event, list[str], list[str]]]:
    """Watch in a thread; gives what stops it, what it told and what it warned of."""
    stop, told, warned, failed = threading.Event(), list[str](), list[str](), list[BaseException]()

    def run() -> None:
        try:
            with Ledger.open(town.workspace.database) as ledger:
                access = WorkspaceAccess(open_desk(town.workspace, ledger, datetime.now(UTC)), "watch")
                timing = Timing(wait=lambda _: None, pauses=(), timeout=30.0)
                Watch(access, standard_rounds().parse(ROUND), source, stop, send, "sv", told.append, warned.append, 0.05, timing).run()
        except BaseException as error:  # noqa: BLE001 -- told below
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield stop, told, warned
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()
    if failed:
        raise failed[0]


def item(town: Town) -> FetchedMessage:
    message = reply("ost@example.se", OURS, attachments={"plan.xlsx": town.filled("UBN-ÖST")})
    return FetchedMessage(message.as_bytes(policy=SMTP), datetime.now(UTC))


def test_without_send_answers_are_only_previews(town: Town, smtp: SmtpServer) -> None:
    box = [item(town)]
    with watching(town, lambda: [box.pop()] if box else [], send=False) as (_, told, _warned):
        wait_for(lambda: any("Förhandsvisning" in text for text in told))
    assert smtp.asked == []
    assert len(list((town.root / "outmail" / ROUND).glob("answer-UBN-ÖST-*.eml"))) == 1


def test_what_passes_by_itself_is_told_once_and_waited_out(town: Town, smtp: SmtpServer) -> None:
    """A mailbox that is away three times is warned of once; what came meanwhile is answered when it is back."""
    turns: list[int] = []
    came = item(town)

    def source() -> list[FetchedMessage]:
        turns.append(1)
        if len(turns) <= 3:
            raise StyrxlError("mail-imap-unreachable", host="imap.example.se", port=993, why="away")
        return [came] if len(turns) == 4 else []

    with watching(town, source) as (_, _told, warned):
        wait_for(lambda: "Plan 2027: Östra förskolan är klar" in [m["Subject"] for m in smtp.messages])
    assert len(warned) == 1
    assert "imap.example.se:993 går inte att nå (away)" in warned[0]


def test_what_nobody_foresaw_is_told_once_and_does_not_end_the_watch(town: Town, smtp: SmtpServer) -> None:
    came, failing = item(town), [1, 2]

    def source() -> list[FetchedMessage]:
        if failing:
            raise ZeroDivisionError(failing.pop())
        return [came]

    with watching(town, source) as (_, _told, warned):
        wait_for(lambda: "Plan 2027: Östra förskolan är klar" in [m["Subject"] for m in smtp.messages])
    assert warned == ["Något gick fel i programmet (ZeroDivisionError); vad står i styrxl.log. Bevakningen fortsätter."]


def test_what_came_before_the_mailbox_went_away_is_answered(town: Town, smtp: SmtpServer) -> None:
    came = item(town)

    def source() -> Iterator[FetchedMessage]:
        yield came
        raise StyrxlError("mail-imap-unreachable", host="imap.example.se", port=993, why="away")

    with watching(town, source) as (_, _told, warned):  # type: ignore[arg-type] # any iterable will do
        wait_for(lambda: "Plan 2027: Östra förskolan är klar" in [m["Subject"] for m in smtp.messages])
    assert len(warned) == 1


def test_what_does_not_pass_ends_the_watch(town: Town) -> None:
    asked = threading.Event()

    def source() -> list[FetchedMessage]:
        asked.set()
        raise StyrxlError("mail-login", host="imap.example.se", user="x", why="no")

    with pytest.raises(StyrxlError, match="mail-login"), watching(town, source):
        assert asked.wait(SOON)


def test_files_put_into_the_inbox_by_hand_are_answered_too(town: Town, smtp: SmtpServer) -> None:
    with watching(town, list):
        wait_for(lambda: len(smtp.taken) == 2)
        town.put("bib.xlsx", town.filled("KFN-BIB"), 5)
        wait_for(lambda: len(smtp.taken) == 3)
    assert smtp.messages[-1]["Subject"] == "Plan 2027: Biblioteket is done"
    assert enclosed(smtp.messages[-1]) == {}
