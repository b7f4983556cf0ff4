"""What status and log tell of mail: who was reminded, and each mail with what became of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from mail_messages import OURS
from mail_town import by_smtp, passwords, set_up
from post_office import Certificates, SmtpServer, reply
from styrxl.model.days import local_day, standard_zone
from town import ROUND, Town

TODAY = local_day(datetime.now(UTC), standard_zone()).isoformat()
OST = "ost@example.se, bitr.ost@skola.example.se"


@pytest.fixture
def town(mail_planned: Town, tmp_path: Path, smtp: SmtpServer, made: Certificates, monkeypatch: pytest.MonkeyPatch) -> Town:
    passwords(monkeypatch.setenv)
    return set_up(mail_planned.copy(tmp_path / "åköping"), by_smtp(smtp, made))


def said(recipient: str, answer: str) -> Callable[[str, str], str | None]:
    """Let the server give a recipient an answer."""
    return lambda asked, phase: answer if (asked, phase) == (recipient, "rcpt") else None


def reminded(town: Town, language: str = "sv") -> tuple[dict[str, str], str]:
    """Return what status says of reminders by owner, and its sums."""
    head, widths, *lines, _, sums = town.run("--lang", language, "status", ROUND).stdout.splitlines()
    start = head.index("Påmind" if language == "sv" else "Reminded")
    end = widths.index(" ", start)
    return {line.split()[0]: line[start:end].strip() for line in lines}, sums


def told(town: Town, *words: str, language: str = "sv") -> list[str]:
    """Return what log tells of mail, without the times and the lines that are about other things."""
    lines = town.run("--lang", language, "log", ROUND, *words).stdout.splitlines()
    return [line[20:] for line in lines if re.search(r"mejl|påminnelse|karantän|släppte|avvisade|mail|reminder|let in", line)]


def events(town: Town, *words: str) -> list[dict[str, Any]]:
    found = json.loads(town.run("log", ROUND, *words, "--format", "json").stdout)["events"]
    return [event for event in found if event["event"] not in {"issued", "judged", "received"}]


def test_status_says_when_each_was_reminded(town: Town, smtp: SmtpServer) -> None:
    """Only what the server took counts: neither a preview, nor a test mailing, nor what was refused or put off."""
    nobody = dict.fromkeys(("UBN", "KFN", "UBN-ÅBY", "UBN-ÖST", "KFN-BIB"), "")
    town.run("mail", "reminders", ROUND)
    town.run("mail", "reminders", ROUND, "--send", "--redirect-to", "test@example.se")
    assert len(smtp.taken) == 3
    assert reminded(town) == (nobody, "Utdelade: 5 · inkomna: 2 · klara: 2 · påminda: 0")
    smtp.script = lambda recipient, phase: (
        "550 nobody here" if recipient.startswith("rektor") else said("bib@example.se", "452 full")(recipient, phase)
    )
    town.run("mail", "reminders", ROUND, "--send", expect=3)
    assert reminded(town) == (nobody | {"UBN-ÖST": TODAY}, "Utdelade: 5 · inkomna: 2 · klara: 2 · påminda: 1")
    assert reminded(town, "en")[1] == "Handed out: 5 · returned: 2 · done: 2 · reminded: 1"


def test_a_reminder_in_flight_does_not_count_until_it_is_known_to_have_gone(town: Town, smtp: SmtpServer) -> None:
    smtp.script = lambda _, phase: "take it, hang up" if phase == "data" else None
    town.run("mail", "reminders", ROUND, "--send", "--to", "KFN-BIB", expect=3)
    assert reminded(town)[0]["KFN-BIB"] == ""
    assert told(town, "KFN-BIB") == [
        "En påminnelse till bib@example.se är på väg. Har sändningen brutits kan mejlet ha kommit fram ändå; kör i så fall kommandot igen."
    ]


def test_the_log_tells_each_mail_and_what_became_of_it(town: Town, smtp: SmtpServer) -> None:
    smtp.script = lambda recipient, phase: (
        said("rektor.aby@example.se", "550 no such user")(recipient, phase)
        or said("bitr.ost@skola.example.se", "551 moved")(recipient, phase)
    )
    town.run("mail", "reminders", ROUND, "--send", expect=1)
    smtp.script = said("ubn@example.se", "452 mailbox full")
    town.run("mail", "answers", ROUND, "--send", expect=3)
    town.run("mail", "templates", ROUND, "--send", "--to", "KFN", "--redirect-to", "test@example.se")
    assert told(town) == [
        "Svaret på inbox/2027-plan/KFN.xlsx mejlades till kfn@example.se.",
        "Arbetsboken mejlades på prov till test@example.se, och räknas inte.",
        "En påminnelse mejlades till bib@example.se.",
        "Svaret på inbox/2027-plan/UBN.xlsx till ubn@example.se har inte skickats än: 452 mailbox full",
        "En påminnelse till rektor.aby@example.se skickades inte, servern sa nej: 550 no such user",
        f"En påminnelse mejlades till {OST}, men servern sa nej till en del: bitr.ost@skola.example.se: 551 moved",
    ]
    assert told(town, language="en") == [
        "The answer on inbox/2027-plan/KFN.xlsx was mailed to kfn@example.se.",
        "The workbook was mailed to test@example.se as a test, and does not count.",
        "A reminder was mailed to bib@example.se.",
        "The answer on inbox/2027-plan/UBN.xlsx to ubn@example.se has not been sent yet: 452 mailbox full",
        "A reminder to rektor.aby@example.se was not sent, the server refused: 550 no such user",
        f"A reminder was mailed to {OST}, but the server refused some: bitr.ost@skola.example.se: 551 moved",
    ]


def test_the_log_of_an_owner_or_a_file_has_its_mails(town: Town) -> None:
    town.run("mail", "answers", ROUND, "--send")
    town.run("mail", "reminders", ROUND, "--send")
    assert told(town, "KFN") == told(town, "KFN.xlsx") == ["Svaret på inbox/2027-plan/KFN.xlsx mejlades till kfn@example.se."]
    assert told(town, "UBN-ÖST") == ["En påminnelse mejlades till ost@example.se, bitr.ost@skola.example.se."]


def test_the_log_as_json_has_what_the_ledger_knows_of_a_mail(town: Town, smtp: SmtpServer) -> None:
    town.run("mail", "reminders", ROUND, "--send", "--to", "UBN-ÖST")
    [event] = events(town, "UBN-ÖST")
    at = event.pop("at")
    assert at[:4].isdigit()
    assert event == {
        "event": "mailed",
        "owner": "UBN-ÖST",
        "path": None,
        "kind": "reminder",
        "to": ["ost@example.se", "bitr.ost@skola.example.se"],
        "subject": smtp.messages[0]["Subject"],
        "state": "sent",
        "reply": "",
        "maybe_twice": False,
        "message_id": smtp.messages[0]["Message-ID"],
        "text": "En påminnelse mejlades till ost@example.se, bitr.ost@skola.example.se.",
    }


def test_a_test_mailing_is_told_each_time(town: Town) -> None:
    for _ in range(2):
        town.run("mail", "templates", ROUND, "--send", "--to", "KFN", "--redirect-to", "test@example.se")
    assert [(e["state"], e["to"]) for e in events(town, "KFN")] == [("redirected", ["test@example.se"])] * 2


def test_the_log_tells_what_waited_in_quarantine_and_who_settled_it(town: Town, tmp_path: Path) -> None:
    for number, owner in enumerate(("UBN-ÖST", "KFN-BIB")):
        message = reply("rektor.aby@example.se", OURS, attachments={"plan.xlsx": town.filled(owner)})
        (tmp_path / f"{number}.eml").write_bytes(message.as_bytes(policy=SMTP))
        town.run("receive", ROUND, str(tmp_path / f"{number}.eml"), expect=1)
    first, second = (line.split("[")[1].split("]")[0] for line in town.run("quarantine", "list", ROUND).stdout.splitlines())
    town.run("quarantine", "release", ROUND, first, "--by", "Anna")
    town.run("quarantine", "discard", ROUND, second, "--by", "Bo")
    town.run("validate", "--round", ROUND)
    why = "avsändaren är inte kontakt för den som arbetsboken hör till"
    held, came, released = told(town, "UBN-ÖST")
    assert held == f"plan.xlsx från rektor.aby@example.se lades i karantän: {why}."
    assert came.endswith(".xlsx kom in i ett mejl från rektor.aby@example.se.")
    assert released == "Anna släppte in plan.xlsx från rektor.aby@example.se."
    assert told(town, "KFN-BIB") == [
        f"plan.xlsx från rektor.aby@example.se lades i karantän: {why}.",
        "Bo avvisade plan.xlsx från rektor.aby@example.se.",
    ]
    assert [event["event"] for event in events(town, "KFN-BIB")] == ["held", "discarded"]
