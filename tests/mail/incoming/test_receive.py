"""What comes by mail: every kind of message, who may hand in what, and a mailbox that is read by UID and resumed."""

from __future__ import annotations

import io
import mailbox
import shutil
import socket
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient import IMAPClient

from mail_town import OURS, by_imap, flowing, passwords, set_up
from post_office import HOST, USER, Dovecot, certificates, cutting, dovecot, free_port, reply
from styrxl.mail.certificates import trusted
from styrxl.mail.incoming import receive
from styrxl.mail.incoming.imap import from_imap
from styrxl.mail.incoming.message import incoming
from styrxl.mail.incoming.sources import from_paths
from styrxl.mail.incoming.winmail import NotReadError, winmail
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import Mailbox, Server
from styrxl.store.ledger import Ledger
from styrxl.store.mail_log import MailBook
from town import ROUND, Town

XLSX = b"PK\x03\x04"


@pytest.fixture
def town(mail_planned: Town, tmp_path: Path) -> Town:
    return mail_planned.copy(tmp_path / "åköping")


@pytest.fixture(scope="module")
def workbook(mail_planned: Town) -> bytes:
    return mail_planned.issued("UBN-ÖST")


def raw(message: EmailMessage) -> bytes:
    return message.as_bytes(policy=SMTP)


def zipped(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return target.getvalue()


# messages


def test_a_workbook_is_taken_from_a_mail_with_its_name(workbook: bytes) -> None:
    message = reply("Åsa <Ost@example.se>", OURS, attachments={"Plan för Östra – klar.xlsx": workbook})
    found = incoming(raw(message))
    assert (found.kind, found.sender, found.reason, found.message_id) == ("mail", "Ost@example.se", "", message["Message-ID"])
    assert [(one.name, one.data) for one in found.workbooks] == [("Plan för Östra – klar.xlsx", workbook)]


def test_several_workbooks_are_all_taken_and_other_files_are_named(workbook: bytes) -> None:
    pdf, png = b"%PDF-1.7 x", b"\x89PNG\r\n\x1a\n" + b"x" * 50
    message = reply("a@example.se", OURS, attachments={"a.xlsx": workbook, "b.xlsx": workbook + b"x", "bilaga.pdf": pdf, "logo.png": png})
    found = incoming(raw(message))
    assert ([one.name for one in found.workbooks], found.others) == (["a.xlsx", "b.xlsx"], ("bilaga.pdf",))


def test_workbooks_in_a_zip_are_taken_out(workbook: bytes) -> None:
    inside = zipped(**{"mapp/plan__xlsx": workbook, "__MACOSX/._plan__xlsx": b"x", "~$plan__xlsx": b"x", "läs mig__txt": b"x"})
    found = incoming(raw(reply("a@example.se", OURS, attachments={"planer.zip": inside})))
    assert [(one.name, one.data) for one in found.workbooks] == [("plan.xlsx", workbook)]


def test_a_workbook_is_known_by_its_content_not_its_name(workbook: bytes) -> None:
    found = incoming(
        raw(reply("a@example.se", OURS, attachments={"plan.dat": workbook, "plan.docx": zipped(**{"word/document__xml": b"x"})}))
    )
    assert ([one.name for one in found.workbooks], found.others) == (["plan.dat"], ("plan.docx",))


def forwarded(inner: EmailMessage, times: int = 1, sender: str = "") -> EmailMessage:
    for n in range(times):
        outer = reply(sender or f"outer{n}@example.se", OURS, "VB: plan")
        outer.add_attachment(inner)
        inner = outer
    return inner


@pytest.mark.parametrize("times", [1, 3])
def test_workbooks_in_forwarded_mails_are_found_and_the_forwarder_is_the_sender(workbook: bytes, times: int) -> None:
    found = incoming(raw(forwarded(reply("inner@example.se", "x@example.se", attachments={"a.xlsx": workbook}), times)))
    assert (found.sender, [one.name for one in found.workbooks]) == (f"outer{times - 1}@example.se", ["a.xlsx"])


def test_a_mail_saved_as_a_file_is_looked_into(workbook: bytes) -> None:
    inner = raw(reply("inner@example.se", "x@example.se", attachments={"a.xlsx": workbook}))
    found = incoming(raw(reply("a@example.se", OURS, attachments={"mejl.eml": inner})))
    assert [one.data for one in found.workbooks] == [workbook]


def test_forwards_without_end_are_given_up(workbook: bytes) -> None:
    found = incoming(raw(forwarded(reply("inner@example.se", "x@example.se", attachments={"a.xlsx": workbook}), 30)))
    assert (found.workbooks, found.reason) == ((), "none")


def encrypted(sender: str = "a@example.se") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = sender, OURS, "<secret@desk.example.se>"
    message.set_content(b"secret", maintype="application", subtype="pkcs7-mime", params={"smime-type": "enveloped-data"})
    return message


def with_text(text: str, sender: str = "a@example.se") -> EmailMessage:
    return reply(sender, OURS, text=text)


WITHOUT: list[tuple[str, Callable[[], EmailMessage], str]] = [
    ("nothing", lambda: with_text("Hej, jag undrar en sak."), "none"),
    ("sharepoint", lambda: with_text("Här: https://kommunen-my.sharepoint.com/:x:/g/personal/abc"), "link"),
    ("onedrive", lambda: with_text("Se https://1drv.ms/x/s!abc"), "link"),
    ("google", lambda: with_text("https://docs.google.com/spreadsheets/d/1/edit"), "link"),
    ("another page", lambda: with_text("https://www.example.se/plan.xlsx och notsharepoint.com/x"), "none"),
    ("pdf", lambda: reply("a@example.se", OURS, attachments={"plan.pdf": b"%PDF-1.7"}), "none"),
    ("empty zip", lambda: reply("a@example.se", OURS, attachments={"plan.zip": zipped(a__txt=b"x")}), "zip"),
    ("broken zip", lambda: reply("a@example.se", OURS, attachments={"plan.zip": zipped(a__txt=b"x")[:-30]}), "none"),
    ("winmail", lambda: reply("a@example.se", OURS, attachments={"winmail.dat": b"\x78\x9f\x3e\x22rubbish"}), "winmail"),
    ("encrypted", encrypted, "encrypted"),
]


@pytest.mark.parametrize("what,made_of,reason", WITHOUT, ids=[what for what, _, _ in WITHOUT])
def test_a_mail_without_a_workbook_says_why(what: str, made_of: Callable[[], EmailMessage], reason: str) -> None:  # noqa: ARG001
    found = incoming(raw(made_of()))
    assert (found.kind, found.workbooks, found.reason) == ("mail", (), reason)


AUTOMATIC = [
    ({"Auto_Submitted": "auto-replied"}, "automatic"),
    ({"Auto_Submitted": "auto-generated; owner=x"}, "automatic"),
    ({"Auto_Submitted": "no"}, "mail"),
    ({"Precedence": "auto_reply"}, "automatic"),
    ({"X_Autoreply": "yes"}, "automatic"),
    ({"Return_Path": "<>"}, "automatic"),
    ({"X_Auto_Response_Suppress": "All"}, "mail"),
]


@pytest.mark.parametrize("heads,kind", AUTOMATIC)
def test_automatic_replies_are_known_by_their_heads(heads: dict[str, str], kind: str) -> None:
    message = reply("a@example.se", OURS, "Frånvarande: Sv: Plan")
    for name, value in heads.items():
        message[name.replace("_", "-")] = value
    assert incoming(raw(message)).kind == kind


def test_a_forwarding_rule_is_no_automatic_reply(workbook: bytes) -> None:
    found = incoming(raw(reply("a@example.se", OURS, attachments={"a.xlsx": workbook}, Auto_Submitted="auto-forwarded")))
    assert (found.kind, len(found.workbooks)) == ("mail", 1)


def test_our_own_mail_is_never_taken_in(workbook: bytes) -> None:
    message = reply(OURS, OURS, attachments={"a.xlsx": workbook})
    message.replace_header("Message-ID", "<styrxl.0123@example.se>")
    assert (incoming(raw(message), OURS).kind, incoming(raw(message), OURS).workbooks) == ("own", ())


def test_a_bounce_names_the_address_and_its_workbook_is_not_taken_for_a_return(workbook: bytes) -> None:
    original = raw(reply(OURS, "borta@example.se", attachments={"a.xlsx": workbook}))
    bounce = (
        b"From: MAILER-DAEMON@example.se\r\nTo: x@example.se\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.se\r\n\r\n"
        b"Final-Recipient: rfc822; borta@example.se\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + original + b"\r\n--b--\r\n"
    )
    found = incoming(bounce)
    assert (found.kind, found.workbooks, found.others) == ("bounce", (), ("borta@example.se",))


SENDERS = [
    ("Åsa Öst <ost@example.se>", "ost@example.se"),
    ('"ubn@example.se" <evil@example.com>', "evil@example.com"),
    ("a@example.se, b@example.se", ""),
    ("ingen", ""),
    ("", ""),
    ("=?utf-8?q?ubn=40example=2Ese?= <x@example.com>", "x@example.com"),
]


@pytest.mark.parametrize("head,sender", SENDERS)
def test_the_sender_is_the_one_address_in_from(head: str, sender: str) -> None:
    assert incoming(b"From: " + head.encode() + b"\r\nTo: x@example.se\r\n\r\nHej\r\n").sender == sender


@given(st.binary(max_size=600))
def test_any_bytes_are_a_message(data: bytes) -> None:
    assert incoming(data).kind in {"mail", "automatic", "bounce", "own"}


HEADS = st.sampled_from(
    [
        b"From",
        b"Subject",
        b"Message-ID",
        b"Content-Type",
        b"Content-Disposition",
        b"Content-Transfer-Encoding",
        b"Auto-Submitted",
        b"Return-Path",
    ]
)


@given(
    st.lists(st.tuples(HEADS, st.binary(max_size=60).map(lambda b: b.replace(b"\n", b"").replace(b"\r", b""))), max_size=8),
    st.binary(max_size=200),
)
def test_any_heads_are_a_message(heads: list[tuple[bytes, bytes]], body: bytes) -> None:
    incoming(b"".join(name + b": " + value + b"\r\n" for name, value in heads) + b"\r\n" + body)


# winmail.dat


def attribute(level: int, name: int, content: bytes) -> bytes:
    return struct.pack("<BII", level, name, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)


def tnef(*files: tuple[str, str, bytes]) -> bytes:
    """Make a winmail.dat with files: short name, long name, content."""
    made_ = struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    made_ += attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    for short, long, content in files:
        wide = long.encode("utf-16-le") + b"\0\0"
        properties = struct.pack("<I", 3)
        properties += struct.pack("<HHI", 0x0003, 0x0E20, len(content))
        properties += struct.pack("<HHII", 0x001F, 0x3707, 1, len(wide)) + wide + b"\0" * (-len(wide) % 4)
        properties += struct.pack("<HHII", 0x0102, 0x3702, 1, 0)
        made_ += attribute(2, 0x00069002, b"\0" * 14)
        made_ += attribute(2, 0x00018010, short.encode("cp1252") + b"\0")
        made_ += attribute(2, 0x0006800F, content)
        made_ += attribute(2, 0x00069005, properties)
    return made_


def test_workbooks_in_winmail_dat_are_taken_out(workbook: bytes) -> None:
    packed = tnef(("PLANFR~1.XLS", "Plan för Östra.xlsx", workbook), ("kort.txt", "kort.txt", b"hej"))
    found = incoming(raw(reply("a@example.se", OURS, attachments={"winmail.dat": packed})))
    assert ([(one.name, one.data) for one in found.workbooks], found.others) == ([("Plan för Östra.xlsx", workbook)], ("kort.txt",))


def test_every_cut_of_a_winmail_dat_is_read_or_refused() -> None:
    whole = tnef(("A.XLS", "å.xlsx", b"12345"))
    for end in range(len(whole)):
        try:
            found = winmail(whole[:end])
        except NotReadError:
            continue
        assert found in ([], [("A.XLS", b"12345")])
    assert winmail(whole) == [("å.xlsx", b"12345")]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_winmail_dat_or_refused(data: bytes) -> None:
    for content in (data, struct.pack("<IH", 0x223E9F78, 1) + data, tnef(("a", "b", b"c"))[:60] + attribute(2, 0x00069005, data)):
        with suppress(NotReadError):
            winmail(content)


# into the inbox, or into quarantine


def take(town: Town, *messages: EmailMessage) -> list[str]:
    """Take messages in as files, and return what became of each part: outcome, reason and owner."""
    folder = town.root / "mejl"
    folder.mkdir(exist_ok=True)
    paths = []
    for n, message in enumerate(messages):
        path = folder / f"{len(list(folder.iterdir()))}-{n}.eml"
        path.write_bytes(raw(message))
        paths.append(str(path))
    return town.run("receive", ROUND, *paths, expect=None).stdout.splitlines()


def brought(town: Town) -> list[tuple[str, str, str | None]]:
    with Ledger.open(town.workspace.database) as ledger:
        return [(note.outcome, note.reason, note.owner) for note in MailBook(ledger.database).brought(ROUND)]


def names(town: Town, folder: str) -> list[str]:
    path = town.root / folder / ROUND
    return sorted(p.name for p in path.iterdir()) if path.exists() else []


WHO: list[tuple[str, str, str, str]] = [
    ("ost@example.se", "UBN-ÖST", "taken", ""),
    ("OST@EXAMPLE.SE", "UBN-ÖST", "taken", ""),
    ("bitr.ost@skola.example.se", "UBN-ÖST", "taken", ""),
    ("rektor.aby@example.se", "UBN-ÖST", "held", "other_owner"),
    ("ubn@example.se", "UBN-ÖST", "held", "other_owner"),
    ("nagon@example.se", "UBN-ÖST", "held", "unknown_sender"),
    ("ost@example.se.evil.com", "UBN-ÖST", "held", "unknown_sender"),
    ("a@example.se, ost@example.se", "UBN-ÖST", "held", "no_sender"),
]


def test_only_a_contact_of_the_owner_hands_in(town: Town) -> None:
    data = town.filled("UBN-ÖST")
    take(town, *(reply(sender, OURS, attachments={f"{n}.xlsx": data}) for n, (sender, *_) in enumerate(WHO)))
    assert brought(town) == [(outcome, reason, owner) for _, owner, outcome, reason in WHO]
    assert len([name for name in names(town, "inbox") if name.startswith("UBN-ÖST_")]) == 3
    assert len(names(town, "quarantine")) == 5


def test_a_file_without_identity_is_taken_from_a_contact_and_held_from_others(town: Town) -> None:
    junk = zipped(**{"xl/workbook__xml": b"x"})
    take(town, reply("ost@example.se", OURS, attachments={"a.xlsx": junk}), reply("x@gmail.com", OURS, attachments={"a.xlsx": junk}))
    assert brought(town) == [("taken", "", None), ("held", "unknown_sender", None)]


def test_what_is_taken_in_twice_is_there_once(town: Town) -> None:
    message = reply("ost@example.se", OURS, attachments={"a.xlsx": town.filled("UBN-ÖST")})
    take(town, message)
    before = names(town, "inbox")
    assert take(town, message) == []
    assert names(town, "inbox") == before


def test_a_held_workbook_is_listed_with_why_and_counts_when_it_is_released(town: Town) -> None:
    message = reply("vikarie@example.se", OURS, attachments={"min plan.xlsx": town.filled("UBN-ÖST")})
    [line] = take(town, message)
    number = line.partition("[")[2].partition("]")[0]
    listed = town.run("quarantine", "list", ROUND)
    assert listed.stdout == (
        f"! vikarie@example.se · min plan.xlsx · väntar i karantän [{number}]: adressen är ingens kontakt på bladet Organisation\n"
    )
    assert f"styrxl quarantine release {ROUND} ID" in listed.stderr
    town.run("quarantine", "release", ROUND, number)
    assert town.run("quarantine", "list", ROUND).stdout == "Inget väntar i karantän.\n"
    town.run("validate", "--round", ROUND)
    assert "UBN-ÖST  Östra förskolan" in next(line for line in town.run("status", ROUND).stdout.splitlines() if "UBN-ÖST" in line)
    assert "Klar" in next(line for line in town.run("status", ROUND).stdout.splitlines() if "UBN-ÖST" in line)
    assert (names(town, "quarantine"), [outcome for outcome, _, _ in brought(town)]) == ([], ["released"])
    told = next(line for line in town.run("mail", "answers", ROUND).stdout.splitlines() if line.startswith("UBN-ÖST"))
    assert "ost@example.se, bitr.ost@skola.example.se, vikarie@example.se" in told
    assert number in town.run("quarantine", "release", ROUND, number, expect=3).stderr


def test_a_held_workbook_that_is_sent_away_never_counts(town: Town) -> None:
    [line] = take(town, reply("vikarie@example.se", OURS, attachments={"a.xlsx": town.filled("UBN-ÖST")}))
    before = names(town, "inbox")
    town.run("quarantine", "discard", ROUND, line.partition("[")[2].partition("]")[0])
    assert (names(town, "inbox"), len(names(town, "quarantine"))) == (before, 1)
    assert take(town, reply("x@example.se", OURS)) != []
    assert brought(town)[0][0] == "discarded"


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


def test_several_workbooks_zips_winmail_and_forwards_all_end_in_the_inbox(town: Town) -> None:
    """Each is a return of its own, with a receipt, and each is answered."""
    data = [town.filled("UBN-ÖST") + bytes([n]) for n in range(5)]
    take(
        town,
        reply("ost@example.se", OURS, attachments={"ett.xlsx": data[0], "två.xlsx": data[1]}),
        reply("ost@example.se", OURS, attachments={"plan.zip": zipped(plan__xlsx=data[2])}),
        reply("ost@example.se", OURS, attachments={"winmail.dat": tnef(("PLAN~1.XLS", "plan.xlsx", data[3]))}),
        forwarded(reply("inner@example.com", "x@example.se", attachments={"a.xlsx": data[4]}), 2, "ost@example.se"),
    )
    assert brought(town) == [("taken", "", "UBN-ÖST")] * 5
    here = [path.read_bytes() for path in (town.root / "inbox" / ROUND).glob("UBN-ÖST_*")]
    assert sorted(here) == sorted(data)
    with Ledger.open(town.workspace.database) as ledger:
        origins = [r.origin for path, r in ledger.receipts(ROUND).items() if "UBN-ÖST_" in path]
    assert origins == ["mail:ost@example.se"] * 5


def test_a_part_that_breaks_the_reader_is_taken_in_and_does_not_stop_the_others(town: Town) -> None:
    bomb = zipped(**{"xl/workbook__xml": b"<" * 100, "[Content_Types]__xml": b"\xff\xfe"})
    good = town.filled("UBN-ÖST")
    take(town, reply("ost@example.se", OURS, attachments={"a.xlsx": bomb, "b.xlsx": good}))
    assert brought(town) == [("taken", "", None), ("taken", "", "UBN-ÖST")]


# sources


def test_an_mbox_and_a_maildir_give_their_messages(tmp_path: Path, workbook: bytes) -> None:
    first, second = (reply("a@example.se", OURS, str(n), attachments={"a.xlsx": workbook}) for n in (1, 2))
    box = mailbox.mbox(tmp_path / "in.mbox")
    box.add(first.as_bytes())
    box.add(second.as_bytes())
    box.close()
    folder = mailbox.Maildir(tmp_path / "maildir")
    folder.add(first.as_bytes())
    items = list(from_paths([tmp_path / "in.mbox", tmp_path / "maildir"]))
    assert [incoming(item.raw).subject for item in items] == ["1", "2", "1"]
    for item in items:
        item.done()
    assert list(from_paths([tmp_path / "maildir"])) == []
    assert [m["Subject"] for m in mailbox.Maildir(tmp_path / "maildir").get_folder("styrxl")] == ["1"]
    assert len(list(from_paths([tmp_path / "in.mbox"]))) == 2


def in_folder(folder: Path, workbook: bytes) -> None:
    """Save mails in a folder: by a contact, by somebody else, and two in an mbox, one of them without a workbook."""
    folder.mkdir()
    for name, sender in (("Sv plan.EML", "ost@example.se"), ("vikarie.eml", "vikarie@example.se")):
        (folder / name).write_bytes(raw(reply(sender, OURS, attachments={"plan.xlsx": workbook + sender.encode()})))
    box = mailbox.mbox(folder / "juni.mbox")
    for attachments in ({"plan.xlsx": workbook}, {}):
        box.add(raw(reply("ost@example.se", OURS, attachments=attachments)))
    box.close()


@pytest.mark.parametrize("packed", [False, True])
def test_mails_saved_in_a_folder_or_an_archive_are_opened_as_mails(town: Town, tmp_path: Path, packed: bool) -> None:  # noqa: FBT001
    """By the same rules for senders as those in a mailbox, each once, and the files beside them as ever."""
    source = tmp_path / "mejl"
    in_folder(source, town.filled("UBN-ÖST"))
    (source / "UBN-ÅBY.xlsx").write_bytes(town.filled("UBN-ÅBY"))
    if packed:
        source = Path(shutil.make_archive(str(tmp_path / "packat"), "zip", source))
    result = town.run("receive", ROUND, str(source), expect=1)
    assert sorted(brought(town), key=str) == [
        ("held", "unknown_sender", "UBN-ÖST"),
        ("noted", "none", None),
        ("taken", "", "UBN-ÖST"),
        ("taken", "", "UBN-ÖST"),
    ]
    assert [name.split("_")[0] for name in names(town, "inbox") if "Ö" in name or "Å" in name] == ["UBN-ÅBY", "UBN-ÖST", "UBN-ÖST"]
    assert "Mottagna: 2. I karantän: 1. Utan arbetsbok: 1. Automatiska svar: 0." in result.stderr
    assert "1 tagen till inbox/2027-plan" in result.stderr
    again = town.run("receive", ROUND, str(source))
    assert "Mottagna: 0. I karantän: 0. Utan arbetsbok: 0. Automatiska svar: 0." in again.stderr
    assert len(brought(town)) == 4


def test_a_saved_mail_that_cannot_be_got_is_told_and_the_others_are_taken(town: Town, tmp_path: Path) -> None:
    limits = town.root / "styrxl.toml"
    limits.write_text(limits.read_text("utf-8") + "\n[limits]\nfile_mb = 1\n", "utf-8")
    source = tmp_path / "mejl"
    in_folder(source, town.filled("UBN-ÖST"))
    with (source / "stort.eml").open("wb") as file:
        file.truncate(11_000_000)
    result = town.run("receive", ROUND, str(source), expect=1)
    assert "stort.eml: inte intagen, den är 11 MB, och vi läser högst 10 MB" in result.stderr
    assert len(brought(town)) == 4


def test_a_message_came_when_the_last_server_took_it(tmp_path: Path) -> None:
    message = reply("a@example.se", OURS, Received="from x by y; Mon, 4 Jan 2027 09:30:00 +0100")
    (tmp_path / "a.eml").write_bytes(raw(message))
    assert next(from_paths([tmp_path / "a.eml"])).received == datetime(2027, 1, 4, 8, 30, tzinfo=UTC)


def test_something_else_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.pst").write_bytes(b"x")
    with pytest.raises(StyrxlError, match="mail-source-unknown"):
        list(from_paths([tmp_path / "a.pst"]))


# IMAP


@pytest.fixture
def posted(town: Town, imap: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Return a town whose mailbox has three answers in it, the second one without a workbook."""
    passwords(monkeypatch.setenv)
    for message in (
        reply("ost@example.se", OURS, attachments={"a.xlsx": town.filled("UBN-ÖST")}),
        reply("bib@example.se", OURS),
        reply("bib@example.se", OURS, attachments={"b.xlsx": town.filled("KFN-BIB")}),
    ):
        imap.deliver(USER, raw(message))
    return set_up(town, by_imap(imap))


def test_what_is_taken_is_moved_and_nothing_is_marked_as_read_before(posted: Town, imap: Dovecot) -> None:
    result = posted.run("receive", ROUND, "--imap")
    assert result.stderr.endswith("Mottagna: 2. I karantän: 0. Utan arbetsbok: 1. Automatiska svar: 0.\n")
    assert (len(imap.messages(USER)), len(imap.messages(USER, "Hanterade ärenden"))) == (0, 3)
    assert posted.run("receive", ROUND, "--imap").stderr.endswith("Mottagna: 0. I karantän: 0. Utan arbetsbok: 0. Automatiska svar: 0.\n")


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("where", ["before the file", "before the ledger", "before the move"])
def test_killed_while_taking_in_and_run_again_everything_is_there_once(
    posted: Town, imap: Dovecot, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    before = len(names(posted, "inbox"))
    target, name = {
        "before the file": (receive, "put"),
        "before the ledger": (MailBook, "take"),
        "before the move": (IMAPClient, "move"),
    }[where]

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(target, name, killed)
        with pytest.raises(Killed):
            posted.run("receive", ROUND, "--imap")
    assert len(imap.messages(USER)) == 3
    posted.run("receive", ROUND, "--imap")
    assert [outcome for outcome, _, _ in brought(posted)] == ["taken", "noted", "taken"]
    assert len(names(posted, "inbox")) == before + 2
    assert (len(imap.messages(USER)), len(imap.messages(USER, "Hanterade ärenden"))) == (0, 3)


def box(imap: Dovecot, *, port: int | None = None, authority: Path | None = None, folder: str = "INBOX") -> Mailbox:
    return Mailbox(Server(HOST, port or imap.port, "tls", USER, str(authority or imap.authority)), folder, "Klart")


def code_of(mailbox_: Mailbox, secret: str) -> str:
    with pytest.raises(StyrxlError) as raised:
        list(from_imap(mailbox_, trusted(mailbox_.server, Path()), lambda: secret, 10.0))
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
            list(from_imap(mailbox_, trusted(mailbox_.server, Path()), lambda: "x", 0.3))


def test_an_expired_certificate_of_a_mailbox_is_told(dovecot_: str, tmp_path: Path) -> None:
    with dovecot(dovecot_, certificates(tmp_path, expired=True)) as running:
        assert code_of(box(running), "x") == "mail-certificate"


def test_a_message_too_large_to_fetch_is_noted_by_its_head(posted: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("styrxl.mail.incoming.imap.LARGEST", 1000)
    posted.run("receive", ROUND, "--imap")
    assert [(outcome, reason) for outcome, reason, _ in brought(posted)] == [
        ("noted", "oversized"),
        ("noted", "none"),
        ("noted", "oversized"),
    ]
