"""Notices: senders within the municipality are told why nothing could be taken in."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from mail_messages import OURS, encrypted, with_text, zipped
from mail_town import brought, flowing, take
from post_office import reply
from town import ROUND, Town


@pytest.fixture
def town(mail_planned: Town, tmp_path: Path) -> Town:
    return mail_planned.copy(tmp_path / "åköping")


def test_every_mail_is_answered_or_listed(town: Town) -> None:
    """Within the municipality those without a workbook are answered; those outside, automatic replies and bounces are not."""
    take(
        town,
        reply("ost@example.se", OURS, "En fråga"),
        with_text("https://1drv.ms/x/1", "bib@example.se"),
        reply("reklam@spam.example.com", OURS, "Köp nu"),
        reply("ubn@example.se", OURS, "Frånvarande", Auto_Submitted="auto-replied"),
        reply("vikarie@example.se", OURS, attachments={"a.xlsx": town.filled("UBN-ÖST")}),
    )
    assert [outcome for outcome, _, _ in brought(town)] == ["noted", "noted", "noted", "ignored", "held"]
    lines = town.run("mail", "answers", ROUND, expect=None).stdout
    told = [
        line.split("  ")
        for line in lines.splitlines()
        if "Plan 2027: ditt mejl" in line or "your mail" in line or "vi har fått din arbetsbok" in line
    ]
    assert sorted(part.strip() for parts in told for part in parts if "@" in part) == [
        "bib@example.se",
        "ost@example.se",
        "vikarie@example.se",
    ]
    listed = town.run("quarantine", "list", ROUND, "--all").stdout
    assert [line[0] for line in listed.splitlines()] == ["!", "!", "!", "–", "!"]
    assert "reklam@spam.example.com · ”Köp nu” · ingen arbetsbok: ingen arbetsbok var bifogad" in listed


NOTICES: list[tuple[str, Callable[[], EmailMessage], str]] = [
    ("link", lambda: with_text("https://1drv.ms/x/1", "ost@example.se"), "Bifoga själva filen och skicka mejlet igen."),
    (
        "winmail",
        lambda: reply("ost@example.se", OURS, attachments={"winmail.dat": b"\x78\x9f\x3e\x22rubbish"}),
        "Skicka arbetsboken igen, i ett mejl i HTML-format eller oformaterad text.",
    ),
    (
        "zip",
        lambda: reply("ost@example.se", OURS, attachments={"plan.zip": zipped(a__txt=b"x")}),
        "Bifoga arbetsboken som den är, utan att packa den i en zip-fil.",
    ),
    ("encrypted", lambda: encrypted("ost@example.se"), "Skicka arbetsboken i ett mejl som inte är krypterat."),
    ("none", lambda: with_text("Hej, en fråga", "ost@example.se"), "Bifoga arbetsboken och skicka mejlet igen."),
]


@pytest.mark.parametrize("reason,made_of,first", NOTICES, ids=[reason for reason, _, _ in NOTICES])
def test_a_mail_without_a_workbook_is_answered_with_what_to_do(
    town: Town, reason: str, made_of: Callable[[], EmailMessage], first: str
) -> None:
    came = made_of()
    take(town, came)
    assert brought(town) == [("noted", reason, None)]
    town.run("mail", "answers", ROUND, expect=None)
    [preview] = (town.root / "outmail" / ROUND).glob("notice-*.eml")
    answer = message_from_bytes(preview.read_bytes(), policy=SMTP)
    assert isinstance(answer, EmailMessage)
    assert flowing(answer).startswith(f"! {first}")
    assert (str(answer["To"]), answer["In-Reply-To"]) == ("ost@example.se", came["Message-ID"])
