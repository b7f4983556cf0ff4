"""A whole round by mail alone: out by SMTP, back by SMTP into a mailbox, taken in by IMAP, every mail read back over IMAP."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from mail_messages import OURS
from mail_town import ADDRESSES, Post, by_imap, by_smtp, enclosed, flowing, html, mail_town, passwords, text
from post_office import Certificates, Dovecot, smtp_server
from town import ANSWERS, BOARDS, PRESCHOOL, ROUND, Town

BAD_PRESCHOOL = {**PRESCHOOL, "commitments": [{**PRESCHOOL["commitments"][0], "parent_id": "UBN-M9"}, PRESCHOOL["commitments"][1]]}
ONE = {owner: address.split(";")[0] for owner, address in ADDRESSES.items()}


@pytest.fixture
def post(made: Certificates, imap: Dovecot) -> Iterator[Post]:
    with smtp_server(made) as smtp:
        smtp.deliver = lambda address, content: imap.deliver(address.partition("@")[0], content)
        yield Post(smtp, imap, made)


@pytest.fixture
def town(tmp_path: Path, post: Post, monkeypatch: pytest.MonkeyPatch) -> Town:
    passwords(monkeypatch.setenv)
    return mail_town(tmp_path / "åköping", by_smtp(post.smtp, post.made) + by_imap(post.imap))


def newest(post: Post, owner: str) -> EmailMessage:
    return post.inbox(ONE[owner])[-1]


def hand_in(town: Town, post: Post, owner: str, answers: object = None, name: str = "ifylld plan.xlsx") -> None:
    """Answer the mail that an owner's workbook came with."""
    first = post.inbox(ONE[owner])[0]
    [original] = enclosed(first).values()
    assert original == town.issued(owner)
    filled = town.filled(owner, answers or ANSWERS[owner])  # type: ignore[arg-type]
    post.answer(first, ONE[owner], {name: filled})


def test_a_whole_round_by_mail_alone(town: Town, post: Post) -> None:
    """Templates out, workbooks back, one to mend, mended, accepted, consolidated, and the summary sent."""
    town.run("distribute", ROUND, "--level", "board")
    town.run("mail", "templates", ROUND, "--send")
    for owner in BOARDS:
        hand_in(town, post, owner)
    assert "Mottagna: 2." in town.run("receive", ROUND, "--imap").stderr
    town.run("mail", "answers", ROUND, "--send")
    assert [newest(post, owner)["Subject"] for owner in BOARDS] == [
        "Plan 2027: Utbildningsnämnden är klar",
        "Plan 2027: Kultur- och fritidsnämnden is done",
    ]

    town.run("distribute", ROUND, "--level", "unit")
    assert "3 mejl skickade, 0 inte skickade, 2 skickade tidigare." in town.run("mail", "templates", ROUND, "--send").output
    hand_in(town, post, "UBN-ÅBY")
    hand_in(town, post, "KFN-BIB")
    hand_in(town, post, "UBN-ÖST", BAD_PRESCHOOL)
    town.run("receive", ROUND, "--imap")
    town.run("mail", "answers", ROUND, "--send")

    to_mend = newest(post, "UBN-ÖST")
    assert to_mend["Subject"] == "Plan 2027: Östra förskolan behöver kompletteras (1 att rätta)"
    assert "- Åtaganden C5: Mål: ”UBN-M9” finns inte bland nämndens mål, nämndens åtaganden och målen på bladet Egna mål." in flowing(
        to_mend
    )
    assert "<strong>Åtaganden C5:</strong>" in html(to_mend)
    [(name, marked)] = enclosed(to_mend).items()
    assert name == "UBN-ÖST.xlsx"
    assert "Att åtgärda" in load_workbook(BytesIO(marked)).sheetnames

    assert town.run("mail", "summary", ROUND, expect=3).stderr.startswith("Sammanställningen är inte komplett. 1 saknas")

    # Mended in the marked workbook itself, sent as a new mail by the other contact.
    book = load_workbook(BytesIO(marked))
    book["Åtaganden"]["C5"] = "UBN-M1"
    book.save(town.root / "rättad.xlsx")
    post.answer(to_mend, "bitr.ost@skola.example.se", {"rättad.xlsx": (town.root / "rättad.xlsx").read_bytes()})
    town.run("receive", ROUND, "--imap")
    town.run("mail", "answers", ROUND, "--send")
    assert newest(post, "UBN-ÖST")["Subject"] == "Plan 2027: Östra förskolan är klar"

    town.run("consolidate", ROUND, "--all")
    assert "3 mejl skickade, 0 inte skickade" in town.run("mail", "summary", ROUND, "--send").output
    everything = newest(post, "KF")
    assert enclosed(everything) == {f"{ROUND}.xlsx": (town.root / "council" / f"{ROUND}.xlsx").read_bytes()}
    assert text(everything).startswith("✓ Sammanställningen är komplett: alla 5 arbetsböcker är inne och klara.")
    assert "KF-M3 Fler upplever kultur" in text(everything)
    assert "KF-M2 Kunskapsresultaten förbättras" in html(everything)
    about_units = newest(post, "UBN")
    assert enclosed(about_units) == {f"UBN-{ROUND}.xlsx": (town.root / "boards" / ROUND / "UBN.xlsx").read_bytes()}

    # Nothing goes twice, whatever is said again; nothing is left in the mailbox, and all of it lies in the folder for what is done.
    before = len(post.smtp.taken)
    for words in (("templates",), ("answers",), ("summary",)):
        town.run("mail", *words, ROUND, "--send")
    assert len(post.smtp.taken) == before
    assert post.inbox(OURS) == []
    assert len(post.imap.messages("planering", "Hanterade ärenden")) == 6


def test_mails_of_a_round_hang_together(town: Town, post: Post) -> None:
    """An answer refers to the mail it answers and to the one that the workbook went with; all of them are marked as automatic."""
    town.run("distribute", ROUND, "--level", "board")
    town.run("mail", "templates", ROUND, "--send", "--to", "UBN")
    hand_in(town, post, "UBN")
    [came] = post.inbox(OURS)
    town.run("receive", ROUND, "--imap")
    town.run("mail", "answers", ROUND, "--send")
    first, answer = post.inbox(ONE["UBN"])
    assert answer["In-Reply-To"] == came["Message-ID"]
    assert str(answer["References"]).split() == [first["Message-ID"], came["Message-ID"]]
    assert (first["Auto-Submitted"], answer["Auto-Submitted"]) == ("auto-generated", "auto-replied")
    assert first["X-Auto-Response-Suppress"] == "All"
    assert first["Reply-To"] == f"Planering Åköping <{OURS}>"


def test_a_receipt_says_what_was_received_when_and_by_which_hash(town: Town, post: Post) -> None:
    town.run("distribute", ROUND, "--level", "board")
    town.run("mail", "templates", ROUND, "--send")
    hand_in(town, post, "KFN", name="Plan för KFN – slutlig.xlsx")
    town.run("receive", ROUND, "--imap")
    town.run("mail", "answers", ROUND, "--send")
    said = text(newest(post, "KFN"))
    sha256 = hashlib.sha256(town.filled("KFN")).hexdigest()
    rows = {m[1]: m[2] for m in re.finditer(r"^(File|Received|Commitments|Checksum) +(\S.*)$", said, re.MULTILINE)}
    assert rows.pop("Received")[:4].isdigit()
    assert rows == {"File": "Plan för KFN – slutlig.xlsx", "Commitments": "1", "Checksum": sha256}
    [file] = (town.root / "inbox" / ROUND).iterdir()
    assert hashlib.sha256(file.read_bytes()).hexdigest() == sha256
