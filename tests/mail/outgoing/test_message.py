"""Letters as messages: headers that hold, ids as they are, attachments that old programs know."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_messages import letter
from styrxl.mail.outgoing.letter import Attachment, Sender
from styrxl.mail.outgoing.message import WIRE_POLICY, build_message, estimate_size
from styrxl.mail.outgoing.wording import LetterContent
from styrxl.mail.plain_text import to_one_line

NOW = datetime(2027, 1, 5, 9, 0, tzinfo=UTC)
SENDER = Sender("Planering Åköping <planering@example.se>", "svar@example.se", "Åköping")


def received(made: EmailMessage) -> EmailMessage:
    """Return a message as a mail program has it, from its bytes."""
    found = message_from_bytes(made.as_bytes(policy=WIRE_POLICY), policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


NASTY = [
    "Anna\r\nBcc: alla@example.se",
    "x\n\ny",
    "a\x00b\x1bc",
    "\u2028rad\u2029",
    "=?utf-8?q?x?=",
    '"<a@b.se>, c@d.se',
    "å" * 300,
    "\u202eesrever",
]


@pytest.mark.parametrize("text", NASTY)
def test_no_text_can_add_a_head(text: str) -> None:
    """Names, subjects and file names come out as one head each, whatever they hold."""
    made = build_message(
        letter(name=text, content=LetterContent(text, "t\n", "<p>t</p>"), attachments=(Attachment(text, b"x"),)), SENDER, NOW
    )
    found = received(made)
    assert sorted(k.lower() for k in found.keys()) == sorted(  # noqa: SIM118 -- repeated heads are the point
        [
            "from",
            "to",
            "reply-to",
            "subject",
            "date",
            "message-id",
            "auto-submitted",
            "x-auto-response-suppress",
            "mime-version",
            "content-type",
        ]
    )
    assert [a.addr_spec for a in found["To"].addresses] == ["ubn@example.se"]
    assert [part.get_payload(decode=True) for part in found.iter_attachments()] == [b"x"]


def to_name(raw: bytes) -> str:
    """Return the name in To; Python's new parser puts a space between the encoded words of a name, against the standard."""
    [(name, _)] = getaddresses([re.sub(r"\r?\n", "", str(message_from_bytes(raw)["To"]))])
    return str(make_header(decode_header(name)))


def plain(text: str) -> str:
    """Return a text as it stands in a head: nothing in it is taken for something encoded."""
    return to_one_line(text).replace("=?", "= ?")


WORDS = st.lists(
    st.one_of(st.sampled_from(["och", "Utbildningsnämnden", "fritidsnämnden,", "enhet", "1", "=?utf-8?q?x?=", "å"]), st.text(max_size=30))
)
TEXTS = st.one_of(st.text(max_size=200), WORDS.map(" ".join))


@given(TEXTS, TEXTS)
def test_any_text_can_stand_in_a_head_and_comes_back_as_it_was(name: str, subject: str) -> None:
    """No space is lost and none comes, wherever the head is folded; for old programs and new ones."""
    made = build_message(letter(name=name, content=LetterContent(subject, "t\n", "<p>t</p>")), SENDER, NOW)
    raw, found = made.as_bytes(policy=WIRE_POLICY), received(made)
    head = raw.partition(b"\r\n\r\n")[0]
    assert (head.isascii(), max(len(line) for line in head.splitlines()) < 998) == (True, True)
    assert str(found["Subject"]) == plain(subject)
    assert str(make_header(decode_header(str(message_from_bytes(raw)["Subject"])))) == plain(subject)
    assert [a.addr_spec for a in found["To"].addresses] == ["ubn@example.se"]
    assert to_name(raw) == plain(name)


@pytest.mark.parametrize(
    "subject",
    [
        "Underlag till delårsrapport 1 2027: en enhet under Utbildningsnämnden är försenad",
        "Input to interim report 1 2027: workbook for Kultur- och fritidsnämnden, due 14 December 2026",
    ],
)
def test_a_long_subject_keeps_its_spaces(subject: str) -> None:
    made = build_message(letter(name=subject, content=LetterContent(subject, "t\n", "<p>t</p>")), SENDER, NOW)
    assert (str(received(made)["Subject"]), to_name(made.as_bytes(policy=WIRE_POLICY))) == (subject, subject)
    head = made.as_bytes(policy=WIRE_POLICY).partition(b"\r\n\r\n")[0]
    assert max(map(len, head.splitlines())) <= 78


def test_swedish_letters_survive_in_ascii() -> None:
    """What goes out is ASCII alone, and comes back whole: RFC 2047 in heads, RFC 2231 in file names."""
    made = build_message(
        letter(
            name="Förskolechef Åsa",
            content=LetterContent("Lämna in på måndag", "åäö\n", "<p>åäö</p>"),
            attachments=(Attachment("ÄN-Ö.xlsx", b"x"),),
        ),
        SENDER,
        NOW,
    )
    raw = made.as_bytes(policy=WIRE_POLICY)
    assert raw.isascii()
    assert b"filename*=utf-8''%C3%84N-%C3%96.xlsx" in raw
    assert max(len(line) for line in raw.splitlines()) < 998
    found = received(made)
    [part] = found.iter_attachments()
    assert (str(found["To"]), found["Subject"], part.get_filename()) == (
        "Förskolechef Åsa <ubn@example.se>",
        "Lämna in på måndag",
        "ÄN-Ö.xlsx",
    )
    assert part.get_content_type() == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


LONG_ID = f"<{'A' * 60}@{'B' * 30}.prod.outlook.com>"


def test_long_ids_are_written_as_they_are() -> None:
    """Exchange makes ids that are longer than a line; encoded, no program would know them again."""
    raw = build_message(letter(replies_to=("<one@a.se>", LONG_ID), message_id=LONG_ID), SENDER, NOW).as_bytes(policy=WIRE_POLICY)
    assert f"\r\nMessage-ID: {LONG_ID}\r\n".encode() in raw
    assert f"\r\nIn-Reply-To: {LONG_ID}\r\n".encode() in raw
    assert f"\r\nReferences: <one@a.se>\r\n {LONG_ID}\r\n".encode() in raw


@pytest.mark.parametrize("name", ["UBN.xlsx", "ÄN-SOLBACKEN.xlsx", "A" * 120 + ".xlsx", "å" * 60 + ".xlsx"])
def test_a_workbooks_type_is_plain_whatever_its_name(name: str) -> None:
    raw = build_message(letter(attachments=(Attachment(name, b"x"),)), SENDER, NOW).as_bytes(policy=WIRE_POLICY)
    assert b"\r\nContent-Type: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" in raw
    [part] = received(build_message(letter(attachments=(Attachment(name, b"x"),)), SENDER, NOW)).iter_attachments()
    assert part.get_filename() == name


def test_text_comes_before_html_and_both_before_the_workbook() -> None:
    found = received(build_message(letter(attachments=(Attachment("a.xlsx", b"x"),)), SENDER, NOW))
    assert [part.get_content_type() for part in found.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]


def test_an_answer_threads_with_what_it_answers() -> None:
    found = received(build_message(letter(replies_to=("<one@a.se>", "<two@b.se>", "no id\r\nBcc: x"), is_reply=True), SENDER, NOW))
    assert (found["References"], found["In-Reply-To"], found["Auto-Submitted"]) == ("<one@a.se> <two@b.se>", "<two@b.se>", "auto-replied")


def test_several_recipients_are_named_plainly() -> None:
    found = received(build_message(letter(to=("a@example.se", "b@example.se")), SENDER, NOW))
    assert found["To"] == "a@example.se, b@example.se"


def test_the_size_told_is_the_size_sent() -> None:
    made = letter(attachments=(Attachment("a.xlsx", bytes(range(256)) * 4000),))
    real = len(build_message(made, SENDER, NOW).as_bytes(policy=WIRE_POLICY))
    assert real <= estimate_size(made) < real * 1.02
