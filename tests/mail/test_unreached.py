"""Addresses that mails come back from: they stand with their owner until somebody writes from there."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from mail_messages import OURS
from mail_town import brought, by_smtp, passwords, set_up, take
from post_office import Certificates, SmtpServer, parsed, reply
from town import ROUND, Town


@pytest.fixture
def town(mail_planned: Town, tmp_path: Path, smtp: SmtpServer, made: Certificates, monkeypatch: pytest.MonkeyPatch) -> Town:
    passwords(monkeypatch.setenv)
    return set_up(mail_planned.copy(tmp_path / "åköping"), by_smtp(smtp, made))


def report(address: str, action: str, number: int = 0, returned: str = "") -> EmailMessage:
    heads = f"From: MAILER-DAEMON@mx.example.se\r\nMessage-ID: <{number}@mx.example.se>\r\nReturn-Path: <>\r\n"
    kind = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    status = f"Reporting-MTA: dns; mx.example.se\r\n\r\nFinal-Recipient: rfc822; {address}\r\nAction: {action}\r\n"
    back = f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: {OURS}\r\nMessage-ID: {returned}\r\n\r\n" if returned else ""
    return parsed(f"{heads}{kind}--b\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n{back}--b--\r\n".encode())


def marked(town: Town) -> list[str]:
    """Return the owners that status says of that their address cannot be reached."""
    return [line.split()[0] for line in town.run("status", ROUND).stdout.splitlines() if "adressen går inte fram" in line]


def test_a_bounce_stands_with_its_owner_in_status_log_and_the_table_of_reminders(town: Town) -> None:
    take(town, report("Bitr.Ost@skola.example.se", "failed"))
    assert brought(town) == [("noted", "bounce", None)]
    assert marked(town) == ["UBN-ÖST"]
    assert "bitr.ost@skola.example.se: adressen går inte fram" in town.run("log", ROUND, "UBN-ÖST").stdout.lower()
    table = town.run("mail", "reminders", ROUND, expect=1).stdout
    assert "! UBN-ÖST: bitr.ost@skola.example.se går inte fram: ett tidigare mejl kom tillbaka" in table
    assert "UBN-ÅBY: " not in table


def test_a_second_bounce_changes_nothing(town: Town) -> None:
    take(town, report("ost@example.se", "failed", 1))
    once = town.run("status", ROUND).stdout
    take(town, report("ost@example.se", "failed", 2))
    assert town.run("status", ROUND).stdout == once


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_other_reports_mark_nobody_and_are_not_answered(town: Town, smtp: SmtpServer, action: str) -> None:
    take(town, report("ost@example.se", action))
    assert brought(town) == [("ignored", "report", None)]
    assert marked(town) == []
    town.run("mail", "answers", ROUND, "--send")
    assert [address for address in smtp.asked if "mx.example.se" in address] == []


def test_a_mail_from_there_takes_the_mark_back(town: Town) -> None:
    """Written by a person: what a machine answers there proves nothing."""
    take(town, report("ost@example.se", "failed"))
    take(town, reply("ost@example.se", OURS, "Autosvar", Auto_Submitted="auto-replied"))
    assert marked(town) == ["UBN-ÖST"]
    take(town, reply("Ost@example.se", OURS, "Nu går det"))
    assert marked(town) == []


def test_a_report_on_the_address_that_mails_are_passed_on_to_counts_for_the_one_that_we_wrote_to(town: Town, smtp: SmtpServer) -> None:
    town.run("mail", "templates", ROUND, "--send")
    [mail] = smtp.to("bib@example.se")
    take(town, report("slutat@annan.example", "failed", 1, str(mail["Message-ID"])))
    assert marked(town) == ["KFN-BIB"]


def test_an_address_of_nobody_marks_nobody(town: Town) -> None:
    take(town, report("okand@example.se", "failed"))
    assert marked(town) == []
    assert "okand@example.se: adressen går inte fram" in town.run("log", ROUND).stdout


MONDAY = "2026-11-30"


def test_reminders_wait_for_a_working_day(town: Town, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Previews and tests may be made on any day."""
    for place in ("styrxl.mail.outgoing.reminders", "styrxl.mail.working_days"):
        monkeypatch.setattr(f"{place}.is_working_day", lambda _: False)
    monkeypatch.setattr("styrxl.mail.working_days.find_next_working_day", lambda _: MONDAY)
    result = town.run("mail", "reminders", ROUND, "--send")
    assert smtp.asked == []
    assert f"I dag är ingen arbetsdag. Påminnelser skickas tidigast {MONDAY}." in result.stderr
    assert "Förhandsvisning" in town.run("mail", "reminders", ROUND).stdout
    town.run("mail", "reminders", ROUND, "--send", "--redirect-to", "test@example.se")
    assert set(smtp.asked) == {"test@example.se"}
    monkeypatch.setattr("styrxl.mail.outgoing.reminders.is_working_day", lambda _: True)
    town.run("mail", "reminders", ROUND, "--send")
    assert "ost@example.se" in smtp.asked
