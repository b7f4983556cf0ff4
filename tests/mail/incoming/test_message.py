"""Every kind of message: who sent it, which workbooks it carries, and why it carries none."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_messages import OURS, encrypted, forwarded, raw, with_text, zipped
from post_office import reply
from styrxl.mail.incoming.machines import MACHINES
from styrxl.mail.incoming.message import MailRules, read_message
from town import Town


@pytest.fixture(scope="module")
def workbook(mail_planned: Town) -> bytes:
    return mail_planned.issued("UBN-ÖST")


def test_a_workbook_is_taken_from_a_mail_with_its_name(workbook: bytes) -> None:
    message = reply("Åsa <Ost@example.se>", OURS, attachments={"Plan för Östra – klar.xlsx": workbook})
    found = read_message(raw(message))
    assert (found.kind, found.sender, found.reason, found.message_id) == ("mail", "Ost@example.se", "", message["Message-ID"])
    assert [(one.name, one.data) for one in found.workbooks] == [("Plan för Östra – klar.xlsx", workbook)]


def test_several_workbooks_are_all_taken_and_other_files_are_named(workbook: bytes) -> None:
    pdf, png = b"%PDF-1.7 x", b"\x89PNG\r\n\x1a\n" + b"x" * 50
    message = reply("a@example.se", OURS, attachments={"a.xlsx": workbook, "b.xlsx": workbook + b"x", "bilaga.pdf": pdf, "logo.png": png})
    found = read_message(raw(message))
    assert ([one.name for one in found.workbooks], found.others) == (["a.xlsx", "b.xlsx"], ("bilaga.pdf",))


def test_workbooks_in_a_zip_are_taken_out(workbook: bytes) -> None:
    inside = zipped(**{"mapp/plan__xlsx": workbook, "__MACOSX/._plan__xlsx": b"x", "~$plan__xlsx": b"x", "läs mig__txt": b"x"})
    found = read_message(raw(reply("a@example.se", OURS, attachments={"planer.zip": inside})))
    assert [(one.name, one.data) for one in found.workbooks] == [("plan.xlsx", workbook)]


def test_a_workbook_is_known_by_its_content_not_its_name(workbook: bytes) -> None:
    found = read_message(
        raw(reply("a@example.se", OURS, attachments={"plan.dat": workbook, "plan.docx": zipped(**{"word/document__xml": b"x"})}))
    )
    assert ([one.name for one in found.workbooks], found.others) == (["plan.dat"], ("plan.docx",))


@pytest.mark.parametrize("times", [1, 3])
def test_workbooks_in_forwarded_mails_are_found_and_the_forwarder_is_the_sender(workbook: bytes, times: int) -> None:
    found = read_message(raw(forwarded(reply("inner@example.se", "x@example.se", attachments={"a.xlsx": workbook}), times)))
    assert (found.sender, [one.name for one in found.workbooks]) == (f"outer{times - 1}@example.se", ["a.xlsx"])


def test_a_mail_saved_as_a_file_is_looked_into(workbook: bytes) -> None:
    inner = raw(reply("inner@example.se", "x@example.se", attachments={"a.xlsx": workbook}))
    found = read_message(raw(reply("a@example.se", OURS, attachments={"mejl.eml": inner})))
    assert [one.data for one in found.workbooks] == [workbook]


def test_forwards_without_end_are_given_up(workbook: bytes) -> None:
    found = read_message(raw(forwarded(reply("inner@example.se", "x@example.se", attachments={"a.xlsx": workbook}), 30)))
    assert (found.workbooks, found.reason) == ((), "none")


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
    found = read_message(raw(made_of()))
    assert (found.kind, found.workbooks, found.reason) == ("mail", (), reason)


AUTOMATIC = [
    ({"Auto_Submitted": "auto-replied"}, "automatic"),
    ({"Auto_Submitted": "auto-generated; owner=x"}, "automatic"),
    ({"Auto_Submitted": "no"}, "mail"),
    ({"Precedence": "auto_reply"}, "automatic"),
    ({"X_Autoreply": "yes"}, "automatic"),
    ({"Return_Path": "<>"}, "automatic"),
    ({"X_Auto_Response_Suppress": "DR, NDR"}, "mail"),
    ({"X_Auto_Response_Suppress": "All"}, "automatic"),
]


@pytest.mark.parametrize("heads,kind", AUTOMATIC)
def test_automatic_replies_are_known_by_their_heads(heads: dict[str, str], kind: str) -> None:
    message = reply("a@example.se", OURS, "Sv: Plan")
    for name, value in heads.items():
        message[name.replace("_", "-")] = value
    assert read_message(raw(message)).kind == kind


def test_a_forwarding_rule_brings_its_workbook_and_is_a_machine(workbook: bytes) -> None:
    found = read_message(raw(reply("a@example.se", OURS, attachments={"a.xlsx": workbook}, Auto_Submitted="auto-forwarded")))
    assert (found.kind, len(found.workbooks)) == ("automatic", 1)


def test_our_own_mail_is_never_taken_in(workbook: bytes) -> None:
    message = reply(OURS, OURS, attachments={"a.xlsx": workbook})
    message.replace_header("Message-ID", "<styrxl.0123@example.se>")
    found = read_message(raw(message), MailRules({OURS}))
    assert (found.kind, found.workbooks) == ("own", ())


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
    found = read_message(bounce, MailRules({OURS}))
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
    assert read_message(b"From: " + head.encode() + b"\r\nTo: x@example.se\r\n\r\nHej\r\n").sender == sender


@given(st.binary(max_size=600))
def test_any_bytes_are_a_message(data: bytes) -> None:
    assert read_message(data).kind in {"mail", *MACHINES}


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
    read_message(b"".join(name + b": " + value + b"\r\n" for name, value in heads) + b"\r\n" + body)
