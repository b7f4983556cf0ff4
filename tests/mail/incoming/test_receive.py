"""Mail taken in: who may hand in what, each message once, whatever interrupts it."""

from __future__ import annotations

from pathlib import Path

import pytest
from imapclient import IMAPClient

from mail_messages import OURS, forwarded, tnef, zipped
from mail_town import brought, deliver_answers, names, passwords, take
from post_office import USER, Dovecot, reply
from styrxl.mail.incoming import receive
from styrxl.store.ledger import Ledger
from styrxl.store.mail_log import MailLog
from town import ROUND, Town


@pytest.fixture
def town(mail_planned: Town, tmp_path: Path) -> Town:
    return mail_planned.copy(tmp_path / "åköping")


@pytest.fixture
def posted(town: Town, imap: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Town:
    passwords(monkeypatch.setenv)
    return deliver_answers(town, imap)


WHO: list[tuple[str, str, str, str]] = [
    ("ost@example.se", "UBN-ÖST", "taken", ""),
    ("OST@EXAMPLE.SE", "UBN-ÖST", "taken", ""),
    ("bitr.ost@skola.example.se", "UBN-ÖST", "taken", ""),
    ("rektor.aby@example.se", "UBN-ÖST", "held", "other_owner"),
    ("ubn@example.se", "UBN-ÖST", "taken", ""),  # its board
    ("kfn@example.se", "UBN-ÖST", "held", "other_owner"),
    ("nagon@example.se", "UBN-ÖST", "held", "unknown_sender"),
    ("ost@example.se.evil.com", "UBN-ÖST", "held", "unknown_sender"),
    ("a@example.se, ost@example.se", "UBN-ÖST", "held", "no_sender"),
]


def test_only_a_contact_of_the_owner_hands_in(town: Town) -> None:
    data = town.filled("UBN-ÖST")
    take(town, *(reply(sender, OURS, attachments={f"{n}.xlsx": data}) for n, (sender, *_) in enumerate(WHO)))
    assert brought(town) == [(outcome, reason, owner) for _, owner, outcome, reason in WHO]
    assert len([name for name in names(town, "inbox") if name.startswith("UBN-ÖST_")]) == 4
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


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("where", ["before the file", "before the ledger", "before the move"])
def test_killed_while_taking_in_and_run_again_everything_is_there_once(
    posted: Town, imap: Dovecot, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    before = len(names(posted, "inbox"))
    target, name = {
        "before the file": (receive, "store_workbook"),
        "before the ledger": (MailLog, "record_message"),
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
