"""Notices: senders within the municipality are told why nothing could be taken in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from mail_messages import OURS, encrypted, with_text, zipped
from mail_town import brought, by_smtp, flowing, passwords, set_up, take
from post_office import Certificates, SmtpServer, reply
from styrxl.commands.session import Session
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


def told(town: Town) -> list[str]:
    """Return to whom notices would go, by the previews."""
    town.run("mail", "answers", ROUND, expect=None)
    previews = (message_from_bytes(path.read_bytes(), policy=SMTP) for path in (town.root / "outmail" / ROUND).glob("notice-*.eml"))
    return sorted(str(preview["To"]) for preview in previews)


@pytest.fixture
def sending(town: Town, smtp: SmtpServer, made: Certificates, monkeypatch: pytest.MonkeyPatch) -> Town:
    passwords(monkeypatch.setenv)
    return set_up(town, by_smtp(smtp, made))


def send(town: Town) -> None:
    town.run("mail", "answers", ROUND, "--send", expect=None)


def notices(smtp: SmtpServer, address: str) -> list[str]:
    return [str(m["Subject"]) for m in smtp.to(address) if "mejl" in m["Subject"] or "arbetsbok, " in m["Subject"]]


def test_a_cause_is_told_once_a_day_over_commands_and_another_cause_by_itself(sending: Town, smtp: SmtpServer) -> None:
    """What no header gives away as a machine, a ticket system for one, gets one notice for all that it writes in a day."""
    for n in range(3):
        take(sending, reply("arende@example.se", OURS, f"[Ärende {n}] Vi har tagit emot ditt meddelande"))
        send(sending)
    assert len(notices(smtp, "arende@example.se")) == 1
    take(sending, with_text("https://1drv.ms/x/1", "arende@example.se"))
    send(sending)
    send(sending)
    assert len(notices(smtp, "arende@example.se")) == 2


def test_another_day_is_told_anew(sending: Town, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    take(sending, reply("arende@example.se", OURS, "Ett"))
    send(sending)
    later = datetime.now(UTC) + timedelta(days=1)
    monkeypatch.setattr(Session, "now", lambda _: later)
    send(sending)
    assert len(notices(smtp, "arende@example.se")) == 1
    take(sending, reply("arende@example.se", OURS, "Två"))
    send(sending)
    assert len(notices(smtp, "arende@example.se")) == 2


def test_every_workbook_is_answered_the_third_try_too(sending: Town, smtp: SmtpServer) -> None:
    for n in range(3):
        data = sending.filled("UBN-ÖST") + bytes([n])
        take(
            sending,
            reply("ost@example.se", OURS, attachments={"a.xlsx": data}),
            reply("vikarie@example.se", OURS, attachments={"a.xlsx": data}),
        )
        send(sending)
    assert len(smtp.to("ost@example.se")) == 3
    assert len(notices(smtp, "vikarie@example.se")) == 3


def test_the_same_file_sent_three_times_is_answered_three_times(sending: Town, smtp: SmtpServer) -> None:
    """Although chance says which one's name comes first, where mails are of the same second."""
    data = sending.filled("UBN-ÖST")
    for _ in range(3):
        take(sending, reply("ost@example.se", OURS, attachments={"a.xlsx": data}))
        send(sending)
    assert len(smtp.to("ost@example.se")) == 3


def test_what_replies_to_an_answer_of_ours_gets_no_notice(sending: Town, smtp: SmtpServer) -> None:
    """By the id that it names, one that the ledger does not know too, or by the subject that it quotes."""
    take(sending, reply("ost@example.se", OURS, attachments={"a.xlsx": sending.filled("UBN-ÖST")}))
    send(sending)
    [answer] = smtp.to("ost@example.se")
    before = len(smtp.taken)
    take(
        sending,
        reply("ost@example.se", OURS, "Tack!", In_Reply_To=str(answer["Message-ID"])),
        reply("bib@example.se", OURS, "Tack!", In_Reply_To="<styrxl.1@example.se>"),
        reply("bitr.ost@skola.example.se", OURS, f"[Ärende 7] {answer['Subject']}"),
    )
    send(sending)
    assert len(smtp.taken) == before


def test_a_reply_to_what_we_asked_for_gets_one(sending: Town, smtp: SmtpServer) -> None:
    sending.run("mail", "templates", ROUND, "--send")
    [asked] = smtp.to("bib@example.se")
    take(sending, reply("bib@example.se", OURS, "Sv", In_Reply_To=str(asked["Message-ID"])))
    send(sending)
    assert "your mail held no workbook" in str(smtp.to("bib@example.se")[-1]["Subject"])


def test_who_is_done_is_not_asked_for_a_workbook(town: Town) -> None:
    take(town, reply("ost@example.se", OURS, attachments={"a.xlsx": town.filled("UBN-ÖST")}), reply("ost@example.se", OURS, "En fråga"))
    assert told(town) == ["ost@example.se"]
    [preview] = (town.root / "outmail" / ROUND).glob("notice-*.eml")
    answer = message_from_bytes(preview.read_bytes(), policy=SMTP)
    assert isinstance(answer, EmailMessage)
    assert answer["Subject"] == "Plan 2027: vi har er arbetsbok, och den är klar"
    assert "Bifoga" not in flowing(answer)


MACHINES = [
    {"Auto_Submitted": "auto-replied"},
    {"List_Id": "<nyheter.example.se>"},
    {"X_Auto_Response_Suppress": "OOF, AutoReply"},
    {"Reply_To": "noreply@example.se"},
]


@pytest.mark.parametrize("heads", MACHINES, ids=str)
def test_a_workbook_that_a_machine_brings_is_taken_and_nobody_is_answered(town: Town, heads: dict[str, str]) -> None:
    data = town.filled("UBN-ÖST")
    take(town, reply("ost@example.se", OURS, attachments={"a.xlsx": data}, **heads))
    take(town, reply("vikarie@example.se", OURS, attachments={"a.xlsx": data}, **heads))
    assert [outcome for outcome, _, _ in brought(town)] == ["taken", "held"]
    lines = town.run("mail", "answers", ROUND, expect=None).stdout
    assert "UBN-ÖST" not in lines
    assert "vikarie@example.se" not in lines
    status = town.run("status", ROUND).stdout
    assert "Inte besvarad: inbox/2027-plan/UBN-ÖST_" in status
    assert "från ost@example.se" in status
    assert "Inget svar skickas på inbox/2027-plan/UBN-ÖST_" in town.run("log", ROUND, "UBN-ÖST").stdout


def test_what_a_controller_lets_in_is_answered_but_not_to_the_machine(town: Town) -> None:
    [line] = take(town, reply("vikarie@example.se", OURS, attachments={"a.xlsx": town.filled("UBN-ÖST")}, Auto_Submitted="auto-forwarded"))
    town.run("quarantine", "release", ROUND, line.partition("[")[2].partition("]")[0])
    lines = town.run("mail", "answers", ROUND, expect=None).stdout
    assert "ost@example.se, bitr.ost@skola.example.se" in lines
    assert "vikarie@example.se" not in lines


def test_answers_that_mount_up_wait_until_tomorrow_and_are_told(sending: Town, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 20
    data = sending.filled("UBN-ÖST")
    for n in range(most + 2):
        take(sending, reply("vikarie@example.se", OURS, attachments={"a.xlsx": data + bytes([n])}))
    result = sending.run("mail", "answers", ROUND, "--send", expect=1)
    assert len(notices(smtp, "vikarie@example.se")) == most
    assert f"vikarie@example.se har fått {most} svar i dag; fler väntar till i morgon" in result.stdout
    assert "vikarie@example.se har fått så många svar i dag" in sending.run("status", ROUND).stdout
    send(sending)
    assert len(notices(smtp, "vikarie@example.se")) == most
    later = datetime.now(UTC) + timedelta(days=1)
    monkeypatch.setattr(Session, "now", lambda _: later)
    send(sending)
    assert len(notices(smtp, "vikarie@example.se")) == most + 2


def test_nobody_is_told_in_reply_to_a_mail_in_their_name(town: Town) -> None:
    """The server says that it is not from there: the one who is named knows nothing of it."""
    path = town.root / "styrxl.toml"
    path.write_text(path.read_text("utf-8").replace("rate = 6000", 'rate = 6000\nauthserv_id = "mx.example.se"'), "utf-8")
    heads = {"Authentication_Results": "mx.example.se; spf=fail; dmarc=fail (p=none) header.from=example.se"}
    take(town, reply("ost@example.se", OURS, attachments={"a.xlsx": town.filled("UBN-ÖST")}, **heads))
    assert brought(town) == [("held", "forged", "UBN-ÖST")]
    assert told(town) == []
