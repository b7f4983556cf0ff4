"""A whole round by mail alone: out by SMTP, back by SMTP into a mailbox, taken in by IMAP, every mail read back over IMAP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from graph_office import graph_office
from mail_messages import OURS
from mail_town import ADDRESSES, GraphPost, Post, by_imap, by_m365, by_smtp, enclosed, flowing, html, mail_town, passwords, text
from post_office import Certificates, Dovecot, dovecot, smtp_server
from token_office import MAILBOX, SECRET, token_office
from town import ANSWERS, BOARDS, PRESCHOOL, ROUND, Town

BAD_PRESCHOOL = {**PRESCHOOL, "commitments": [{**PRESCHOOL["commitments"][0], "parent_id": "UBN-M9"}, PRESCHOOL["commitments"][1]]}
ONE = {owner: address.split(";")[0] for owner, address in ADDRESSES.items()}


Office = tuple[Post | GraphPost, str]  # and what the settings say of it


@pytest.fixture
def plain(made: Certificates, imap: Dovecot) -> Iterator[Office]:
    """By SMTP and IMAP, with passwords."""
    with smtp_server(made) as smtp:
        smtp.deliver = lambda address, content: imap.deliver(address.partition("@")[0], content)
        yield Post(smtp, imap, made), by_smtp(smtp, made) + by_imap(imap)


@pytest.fixture
def by_tokens(made: Certificates, dovecot_: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """By SMTP and IMAP, with tokens: as Exchange Online is since passwords are gone."""
    with (
        token_office(made) as tokens,
        smtp_server(made, tokens=True) as smtp,
        dovecot(dovecot_, made, asks=f"{tokens.url}/introspect", mechanisms="plain xoauth2") as imap,
    ):
        monkeypatch.setenv("STYRXL_MAIL_SECRET", SECRET)
        smtp.knows_token = tokens.knows
        smtp.deliver = lambda address, content: imap.deliver(MAILBOX if address == OURS else address.partition("@")[0], content)
        servers = f'server = "localhost"\nport = {smtp.port}\n[mail.imap]\nserver = "localhost"\nport = {imap.port}\n'
        more = f'{servers}ca_file = "{imap.authority}"\ndone = "Hanterade ärenden"\n'
        yield Post(smtp, imap, made, MAILBOX), by_m365(tokens, made, more=more)


@pytest.fixture
def by_graph(made: Certificates, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """By Microsoft Graph alone."""
    with token_office(made) as tokens, graph_office(made, tokens) as graph:
        monkeypatch.setenv("STYRXL_MAIL_SECRET", SECRET)
        yield GraphPost(graph), by_m365(tokens, made, graph, '[mail.imap]\ndone = "Hanterade ärenden"\n')


@pytest.fixture(params=["plain"])
def office(request: pytest.FixtureRequest) -> Office:
    made: Office = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def post(office: Office) -> Post | GraphPost:
    return office[0]


@pytest.fixture
def town(tmp_path: Path, office: Office, monkeypatch: pytest.MonkeyPatch) -> Town:
    passwords(monkeypatch.setenv)
    return mail_town(tmp_path / "åköping", office[1])


def newest(post: Post | GraphPost, owner: str) -> EmailMessage:
    return post.inbox(ONE[owner])[-1]


def hand_in(town: Town, post: Post | GraphPost, owner: str, answers: object = None, name: str = "ifylld plan.xlsx") -> None:
    """Answer the mail that an owner's workbook came with."""
    first = post.inbox(ONE[owner])[0]
    [original] = enclosed(first).values()
    assert original == town.issued(owner)
    filled = town.filled(owner, answers or ANSWERS[owner])  # type: ignore[arg-type]
    post.answer(first, ONE[owner], {name: filled})


@pytest.mark.parametrize("office", ["plain", "by_tokens", "by_graph"], indirect=True)
def test_a_whole_round_by_mail_alone(town: Town, post: Post | GraphPost) -> None:
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
    before = post.taken
    for words in (("templates",), ("answers",), ("summary",)):
        town.run("mail", *words, ROUND, "--send")
    assert post.taken == before
    assert post.inbox(OURS) == []
    assert len(post.finished("Hanterade ärenden")) == 6


def test_mails_of_a_round_hang_together(town: Town, post: Post | GraphPost) -> None:
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


def test_a_receipt_has_a_number_by_which_the_controller_finds_the_return(town: Town, post: Post | GraphPost) -> None:
    """Short enough to be read out over the phone, and the same however often the round is judged."""
    town.run("distribute", ROUND, "--level", "board")
    town.run("mail", "templates", ROUND, "--send")
    hand_in(town, post, "UBN")
    hand_in(town, post, "KFN", name="Plan för KFN – slutlig.xlsx")
    town.run("receive", ROUND, "--imap")
    town.run("validate", "--round", ROUND)
    town.run("mail", "answers", ROUND, "--send")
    said = text(newest(post, "KFN"))
    rows = {m[1]: m[2] for m in re.finditer(r"^(File|Received|Commitments|Receipt no[.]) +(\S.*)$", said, re.MULTILINE)}
    assert rows.pop("Received")[:4].isdigit()
    assert rows == {"File": "Plan för KFN – slutlig.xlsx", "Commitments": "1", "Receipt no.": "2"}
    assert re.search(r"[0-9a-f]{16}", said) is None
    story = town.run("log", ROUND, "2").stdout
    assert ("KFN" in story, "UBN" in story) == (True, False)
    assert re.search(r"^Kvitto nr +1$", text(newest(post, "UBN")), re.MULTILINE)
    assert town.run("log", ROUND, "3", expect=3).stderr.startswith("Det finns inget svar ”3” i 2027-plan.")
