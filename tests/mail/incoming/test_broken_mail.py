"""One bad mail is one bad mail: whatever is wrong with it, it is read as far as it can be, or put aside, and the next one is taken in."""

from __future__ import annotations

import logging
import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from broken_mails import BROKEN, FINE, deep
from long_runs import long_run
from mail_messages import OURS, attribute, encrypted, forwarded, raw, tnef, with_text, zipped
from mail_mutations import mutate
from mail_town import brought, names, take
from post_office import reply
from styrxl.mail.incoming.machines import MACHINES
from styrxl.mail.incoming.message import read_message
from styrxl.mail.incoming.receive import receive_mail
from styrxl.mail.incoming.sources import FetchedMessage, date_message
from styrxl.mail.incoming.winmail import WinmailError, read_message_class, read_winmail
from styrxl.model.rounds import standard_rounds
from styrxl.returns.isolated import IsolatedReader
from styrxl.rounds.desk import open_desk
from styrxl.store.ledger import Ledger
from styrxl.store.mail_log import MailLog
from styrxl.store.mail_states import PERSON
from town import ROUND, Town

NO_DATES = ("Mon, 32 Feb 9999 25:61:00 +9900", "Sat, 1 Jan 1600 00:00:00 +2359", "Fri, 31 Dec 9999 23:59:59 -2359", "x", "")
PACKED = tnef(("PLAN~1.XLS", "Plan för Östra.xlsx", b"PK\x03\x04" + b"x" * 200), ("kort.txt", "kort.txt", b"hej"))
BOOK = zipped(**{"xl/workbook__xml": b"<x/>"})
REPORT = (
    b"From: MAILER-DAEMON@example.se\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\nReturn-Path: <>\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHej\r\n'
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.se\r\n\r\n"
    b"Final-Recipient: rfc822; borta@example.se\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
    + raw(reply(OURS, "borta@example.se"))
    + b"\r\n--b--\r\n"
)
CALENDAR = b"From: a@example.se\r\nContent-Type: text/calendar; method=REPLY; charset=utf-8\r\nContent-Class: x\r\n\r\nBEGIN:VCALENDAR\r\n"
SEEDS: Sequence[bytes] = (
    raw(reply("Åsa <ost@example.se>", OURS, "Sv: Plån", attachments={"Plan för Östra – klar.xlsx": BOOK, "a.zip": zipped(p__xlsx=BOOK)})),
    raw(reply("ost@example.se", OURS, attachments={"winmail.dat": PACKED})),
    raw(reply("ost@example.se", OURS, attachments={"mejl.eml": raw(reply("x@example.se", OURS, attachments={"a.xlsx": BOOK}))})),
    raw(forwarded(reply("inner@example.se", OURS, attachments={"a.xlsx": BOOK}), 2)),
    raw(encrypted()),
    raw(with_text("https://1drv.ms/x/1")),
    REPORT,
    CALENDAR,
)


def test_no_broken_mail_breaks_its_reader(caplog: pytest.LogCaptureFixture) -> None:
    """It is read, and nothing that nobody foresaw has to be caught."""
    with caplog.at_level(logging.WARNING):
        for number in range(long_run(2_000, 50_000)):
            data = mutate(SEEDS[number % len(SEEDS)], number)
            found = read_message(data)
            date_message(data, datetime.now(UTC))
            assert found.kind in {PERSON, *MACHINES}, number
            errors = [record.exc_info[1] for record in caplog.records if record.exc_info]
            assert all(isinstance(error, RecursionError) for error in errors), number
            caplog.clear()


def test_no_broken_winmail_dat_breaks_its_reader() -> None:
    seeds = (PACKED, struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x00078008, b"IPM.Note\0") + PACKED[6:])
    for number in range(long_run(2_000, 50_000)):
        data = mutate(seeds[number % 2], number)
        assert len(read_message_class(data)) <= len(data)
        with suppress(WinmailError):
            assert sum(len(content) for _, content in read_winmail(data)) <= len(data), number


@pytest.mark.parametrize("data,trouble", [(data, trouble) for _, data, trouble in BROKEN], ids=[name for name, _, _ in BROKEN])
def test_what_is_wrong_with_a_mail_is_named(data: bytes, trouble: str) -> None:
    found = read_message(data)
    assert (found.trouble, found.sender, found.workbooks) == (trouble, "ost@example.se", ())


@pytest.mark.parametrize("data", [data for _, data in FINE], ids=[name for name, _ in FINE])
def test_what_does_not_matter_is_not_held_against_a_mail(data: bytes) -> None:
    found = read_message(data)
    assert (found.trouble, found.reason, found.kind) == ("", "none", PERSON)


def test_a_workbook_is_taken_from_a_mail_of_which_another_part_is_broken() -> None:
    broken = raw(reply("ost@example.se", OURS, attachments={"a.xlsx": b"x"})).replace(b"text/plain", b"te\0xt/plain")
    assert [one.name for one in read_message(broken).workbooks] == ["a.xlsx"]


@pytest.mark.parametrize("date", NO_DATES)
def test_a_mail_without_a_date_that_can_be_believed_came_now(date: str) -> None:
    now = datetime.now(UTC)
    assert date_message(f"From: a@example.se\r\nDate: {date}\r\nReceived: x; {date}\r\n\r\n".encode(), now).received == now


@pytest.fixture
def town(mail_planned: Town, tmp_path: Path) -> Town:
    return mail_planned.copy(tmp_path / "åköping")


def test_a_mail_that_cannot_be_read_is_kept_told_of_and_answered(town: Town) -> None:
    folder = town.root / "mejl"
    folder.mkdir()
    (folder / "djupt.eml").write_bytes(deep(60))
    (folder / "gott.eml").write_bytes(raw(reply("bib@example.se", OURS, attachments={"a.xlsx": town.filled("KFN-BIB")})))
    result = town.run("receive", ROUND, str(folder), expect=1)
    assert "! ost@example.se · ”” · kunde inte läsas, lagt åt sidan" in result.stdout
    assert "Lagda åt sidan: 1." in result.stderr
    assert brought(town) == [("aside", "nested", None), ("taken", "", "KFN-BIB")]
    [name] = names(town, "quarantine")
    assert (town.root / "quarantine" / ROUND / name).read_bytes() == deep(60)
    assert f"Det ligger i quarantine/{ROUND}/{name}." in town.run("status", ROUND).stdout
    assert town.run("receive", ROUND, str(folder)).stdout == ""
    assert "Plan 2027: vi kunde inte läsa ditt mejl" in town.run("mail", "answers", ROUND, expect=None).stdout
    town.run("quarantine", "discard", ROUND, name.removesuffix(".eml"))
    assert "kunde inte läsas" not in town.run("status", ROUND).stdout


def test_broken_mails_do_not_keep_a_good_one_out(town: Town) -> None:
    """Whatever comes, in one go; each is recorded once."""
    asked = long_run(40, 1_000)
    mails = [FetchedMessage(mutate(SEEDS[n % len(SEEDS)], n), datetime.now(UTC)) for n in range(asked)]
    good = FetchedMessage(raw(reply("ost@example.se", OURS, attachments={"a.xlsx": town.filled("UBN-ÖST")})), datetime.now(UTC))
    with Ledger.open(town.workspace.database) as ledger:
        desk = open_desk(town.workspace, ledger, datetime.now(UTC))
        parts = list(receive_mail(desk, MailLog(ledger.database), standard_rounds().parse(ROUND), [*mails, good]))
    assert (parts[-1].outcome, parts[-1].owner) == ("taken", "UBN-ÖST")
    assert len({part.mail for part in parts}) == len({mail.raw for mail in mails}) + 1


def test_a_mail_that_the_ledger_cannot_record_is_put_aside(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    record, calls = MailLog.record_message, list[object]()

    def fail_once(log: MailLog, *rest: Any) -> None:
        calls.append(rest)
        if len(calls) == 1:
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        record(log, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(MailLog, "record_message", fail_once)
        take(town, reply("ost@example.se", OURS, "Ett"), reply("bib@example.se", OURS, "Två"))
    assert brought(town) == [("aside", "damaged", None), ("noted", "none", None)]


def test_whatever_a_workbook_says_of_whose_it_is_it_is_taken_in(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name of a thousand letters fits into no file's name."""
    read = IsolatedReader.read

    def misread(reader: IsolatedReader, data: bytes) -> object:
        reading, findings = read(reader, data)
        assert reading
        return replace(reading, identity={**reading.identity, "owner": "A\0" * 1000}), findings

    monkeypatch.setattr(IsolatedReader, "read", misread)
    take(town, reply("ost@example.se", OURS, attachments={"a.xlsx": town.filled("UBN-ÖST")}))
    assert brought(town) == [("taken", "", "A" * 100)]


def test_an_error_that_nobody_foresaw_stays_with_its_mail(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> str:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("styrxl.mail.incoming.receive.find_refusal", fail)
        take(town, reply("ost@example.se", OURS, attachments={"a.xlsx": town.filled("UBN-ÖST")}), reply("bib@example.se", OURS))
    assert brought(town) == [("aside", "damaged", None), ("noted", "none", None)]
