"""Whether a person wrote a mail: as mail programs and servers mark what they write themselves."""

from __future__ import annotations

import struct
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from mail_messages import OURS, attribute, raw
from post_office import reply
from styrxl.mail.incoming.message import MailRules, read_message

RULES = MailRules(frozenset({OURS}))


def kind(data: bytes) -> str:
    return read_message(data, RULES).kind


def mail(heads: str, body: str = "Hej\n", sender: str = "a@example.se") -> bytes:
    """Return a mail with headers of one's own; ``heads`` may name another From."""
    first = "" if heads.startswith("From:") else f"From: {sender}\n"
    return f"{first}{heads.strip()}\n\n{body}".encode().replace(b"\n", b"\r\n")


HEADS: list[tuple[str, str]] = [
    # RFC 3834 and what came before it
    ("Auto-Submitted: auto-replied", "automatic"),
    ("auto-submitted: Auto-Generated (vacation); owner-email=a@example.se", "automatic"),
    ('Auto-Submitted: auto-notified; owner-email="x@example.se"', "automatic"),
    ("Auto-Submitted: (a comment) auto-replied", "automatic"),
    ("Auto-Submitted: no", "mail"),
    ("Auto-Submitted: No; x=y", "mail"),
    ("Auto-Submitted: no\nAuto-Submitted: auto-replied", "automatic"),
    ("Precedence: bulk", "automatic"),
    ("Precedence: Auto_Reply", "automatic"),
    ("Precedence: list", "list"),
    ("Precedence: first-class", "mail"),
    ("X-Autoreply: yes", "automatic"),
    ("X-Autorespond: x", "automatic"),
    ("X-Auto-Response-Suppress: All", "automatic"),
    ("X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply", "automatic"),
    ("X-Auto-Response-Suppress: RN,NRN", "mail"),
    ("Return-Path: <>", "automatic"),
    ("Return-Path: < >", "automatic"),
    ("Return-Path:", "automatic"),
    ("Precedence: bulk; x=y", "automatic"),
    ("Return-Path: <a@example.se>", "mail"),
    ("X-Loop: styrxl", "automatic"),
    ("X-OTRS-Loop: yes", "automatic"),
    ("RT-Ticket: example.se #1", "automatic"),
    ("X-RT-Loop-Prevention: example.se", "automatic"),
    ("X-Zammad-Ticket-Id: 1", "automatic"),
    ("X-Mailer: osTicket Mailer", "automatic"),
    ("X-Mailer: Zendesk Mailer", "automatic"),
    ("X-Mailer: Microsoft Outlook 16.0", "mail"),
    ("X-RTF: x", "mail"),
    ("User-Agent: Mozilla Thunderbird", "mail"),
    # lists: RFC 2369, 2919 and newsletters
    ("List-Id: Nyheter <nyheter.example.se>", "list"),
    ("List-Unsubscribe: <https://example.se/avsluta>", "list"),
    ("List-Post: NO", "list"),
    ("Mailing-List: x", "list"),
    ("Feedback-ID: 1:2:3:x", "list"),
    # addresses that nobody reads
    ("From: noreply@example.se", "automatic"),
    ("From: No Reply <No-Reply@example.se>", "automatic"),
    ("From: no_reply+123@example.se", "automatic"),
    ("From: ekonomi-noreply@example.se", "automatic"),
    ("From: donotreply@example.se", "automatic"),
    ("From: do-not-reply@example.se", "automatic"),
    ("From: svara-ej@example.se", "automatic"),
    ("From: svarainte@example.se", "automatic"),
    ("From: ejsvar@example.se", "automatic"),
    ("From: notifications@example.se", "automatic"),
    ("From: nyheter-bounces@example.se", "automatic"),
    ("From: owner-nyheter@example.se", "automatic"),
    ("Reply-To: noreply@example.se", "automatic"),
    ("From: <>", "automatic"),
    ("From: helenej.svard@example.se", "mail"),
    ("From: nora.reply@example.se", "mail"),
    ("From: arende@example.se", "mail"),
    ("From: ubn-notreply.skola@example.se", "automatic"),
    # servers
    ("From: MAILER-DAEMON@example.se", "report"),
    ("From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "report"),
    ("From: postmaster@example.se", "report"),
    ("From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.se>", "report"),
    ("Return-Path: <MAILER-DAEMON>", "report"),
    # Outlook
    ("Content-Class: urn:content-classes:calendarmessage", "calendar"),
    ("Content-Class: urn:content-classes:mdn", "receipt"),
    ("Content-Class: urn:content-classes:message", "mail"),
    ("Content-Type: text/calendar; method=REQUEST", "calendar"),
    ("Content-Type: text/calendar; method=COUNTER; charset=utf-8", "calendar"),
    ("Content-Type: application/ics; name=invite.ics", "calendar"),
    # ourselves
    (f"From: Planering <{OURS}>", "own"),
    (f"From: {OURS.replace('@', '+svar@')}", "own"),
    ("Message-ID: <styrxl.0123@example.se>", "own"),
]


@pytest.mark.parametrize("heads,expected", HEADS)
def test_headers_and_addresses_tell_machines_from_people(heads: str, expected: str) -> None:
    assert kind(mail(heads)) == expected


SUBJECTS: list[tuple[str, str]] = [
    ("Autosvar: Plan 2027", "automatic"),
    ("Automatiskt svar: Plan 2027", "automatic"),
    ("Automatic reply: Plan 2027", "automatic"),
    ("[Extern] Out of Office: Plan", "automatic"),
    ("Frånvarande: Plan", "automatic"),
    ("Frånvaromeddelande", "automatic"),
    ("AUTO: Anna Exempel is out of the office (returning 2027-03-01)", "automatic"),
    ("Automatische Antwort: Plan", "automatic"),
    ("Återkalla: Plan 2027", "automatic"),
    ("Accepterat: Plan 2027", "calendar"),
    ("Declined: Plan 2027", "calendar"),
    ("Meeting Forward Notification: Plan", "calendar"),
    ("Meddelande om vidarebefordrat möte: Plan", "calendar"),
    ("Avisering om vidarebefordran av möte: Plan", "calendar"),
    ("Frånvaro: Plan", "automatic"),
    ("Leveransen är fördröjd: Plan", "report"),
    ("Leveransstatusmeddelande (fel)", "report"),
    ("Läst: Plan 2027", "receipt"),
    ("Not read: Plan 2027", "receipt"),
    ("Olevererbart: Plan 2027", "report"),
    ("Det gick inte att leverera: Plan", "report"),
    ("Sv: Autosvar: Plan 2027", "mail"),
    ("Läste planen", "mail"),
    ("Autosvarsfunktionen krånglar", "mail"),
    ("Frånvaron på skolan", "mail"),
    ("Sv: Plan 2027", "mail"),
    ("", "mail"),
]


@pytest.mark.parametrize("subject,expected", SUBJECTS)
def test_subjects_speak_for_mails_without_a_workbook_alone(subject: str, expected: str) -> None:
    assert kind(raw(reply("a@example.se", OURS, subject))) == expected
    assert kind(raw(reply("a@example.se", OURS, subject, attachments={"plan.xlsx": b"x"}))) == "mail"


def test_a_calendar_part_or_file_marks_a_calendar() -> None:
    part = reply("a@example.se", OURS)
    part.add_alternative("BEGIN:VCALENDAR", subtype="calendar", params={"method": "REQUEST"})
    file = reply("a@example.se", OURS, attachments={"möte.ics": b"BEGIN:VCALENDAR"})
    assert (kind(raw(part)), kind(raw(file))) == ("calendar", "calendar")


OUTLOOK = [
    ("IPM.Microsoft Mail.Note", "mail"),
    ("IPM.Note", "mail"),
    ("IPM.Microsoft Schedule.MtgReq", "calendar"),
    ("IPM.Microsoft Schedule.MtgRespP", "calendar"),
    ("IPM.Schedule.Meeting.Notification.Forward", "calendar"),
    ("REPORT.IPM.Note.NDR", "report"),
    ("REPORT.IPM.Note.IPNRN", "receipt"),
    ("IPM.Note.Rules.OofTemplate.Microsoft", "automatic"),
]


@pytest.mark.parametrize("name,expected", OUTLOOK)
def test_what_outlook_packed_says_of_which_kind_it_is(name: str, expected: str) -> None:
    packed = struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x00078008, name.encode() + b"\0")
    message = reply("a@example.se", OURS)
    message.add_attachment(packed, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    assert kind(raw(message)) == expected


def report(fields: str, more: str = "", kind_: str = "message/delivery-status") -> bytes:
    return (
        "From: MAILER-DAEMON@example.se\r\nSubject: Mail\r\n"
        f"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n{more}\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nHej\r\n"
        f"--b\r\nContent-Type: {kind_}\r\n\r\nReporting-MTA: dns; mx.example.se\r\n\r\n" + fields.replace("\n", "\r\n") + "\r\n--b--\r\n"
    ).encode()


FIELDS: list[tuple[str, tuple[str, ...]]] = [
    ("Final-Recipient: rfc822; a@example.se\nAction: failed\nStatus: 5.1.1\n", ("a@example.se",)),
    ("final-recipient: RFC822;<a@example.se>\naction: Failed (no such user)\nstatus: 5.1.1\n", ("a@example.se",)),
    ("Original-Recipient: rfc822;a@example.se\nFinal-Recipient: rfc822; x@annan.example\nAction: failed\n", ("a@example.se",)),
    ("Final-Recipient: rfc822; a@example.se\nStatus: 5.2.2 (full)\n", ("a@example.se",)),
    ("Final-Recipient: rfc822; a@example.se\nAction: delayed\nStatus: 4.4.1\nWill-Retry-Until: x\n", ()),
    ("Final-Recipient: rfc822; a@example.se\nAction: delivered\nStatus: 2.0.0\n", ()),
    ("Final-Recipient: rfc822; a@example.se\nAction: relayed\nStatus: 2.0.0\n", ()),
    ("Final-Recipient: rfc822; a@example.se\nAction: expanded\nStatus: 2.0.0\n", ()),
    ("Final-Recipient: rfc822; a@example.se\nStatus: 4.0.0\n", ()),
    (
        "".join(
            f"Final-Recipient: rfc822; {a}@example.se\nAction: {action}\n\n"
            for a, action in zip("abc", ("failed", "delayed", "failed"), strict=True)
        ),
        ("a@example.se", "c@example.se"),
    ),
    ("Final-Recipient: rfc822; ingen\nAction: failed\n", ()),
]


@pytest.mark.parametrize("fields,unreached", FIELDS)
@pytest.mark.parametrize("kind_", ["message/delivery-status", "message/global-delivery-status"])
def test_a_report_counts_by_its_action(fields: str, unreached: tuple[str, ...], kind_: str) -> None:
    found = read_message(report(fields, kind_=kind_), RULES)
    assert (found.kind, found.others) == ("bounce" if unreached else "report", unreached)


def test_a_report_without_its_wrapping_or_in_one_more_counts_all_the_same() -> None:
    """A gateway that adds a footer puts the report into parts of its own."""
    inner = report("Final-Recipient: rfc822; a@example.se\nAction: failed\n").partition(b"Content-Type")[2]
    wrapped = b"From: x@example.se\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\nContent-Type" + inner
    wrapped += b"--y\r\nContent-Type: text/plain\r\n\r\nFot\r\n--y--\r\n"
    assert read_message(wrapped, RULES).others == ("a@example.se",)


def test_other_servers_name_the_addresses_their_way() -> None:
    exim = mail("From: Mail Delivery System <Mailer-Daemon@mx.example.se>\nX-Failed-Recipients: a@example.se, b@example.se")
    qmail = mail("From: MAILER-DAEMON@mx.example.se", "Hi. This is the qmail-send program.\n\n<a@example.se>:\nSorry, no mailbox here.\n")
    warning = mail("From: Mail Delivery System <Mailer-Daemon@mx.example.se>\nSubject: Warning: message 1 delayed 24 hours")
    assert [(m.kind, m.others) for m in (read_message(data, RULES) for data in (exim, qmail, warning))] == [
        ("bounce", ("a@example.se", "b@example.se")),
        ("bounce", ("a@example.se",)),
        ("report", ()),
    ]


def test_a_person_who_forwards_a_report_or_a_newsletter_is_a_person() -> None:
    for inner in (
        report("Final-Recipient: rfc822; a@example.se\nAction: failed\n"),
        mail("List-Id: <x.example.se>\nAuto-Submitted: auto-replied"),
    ):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "a@example.se", OURS, "VB: Vad är det här?"
        message.set_content("Hej")
        message.add_attachment(read_inner(inner))
        assert kind(raw(message)) == "mail"


def read_inner(data: bytes) -> EmailMessage:
    inner = message_from_bytes(data, policy=policy.default)
    assert isinstance(inner, EmailMessage)
    return inner
