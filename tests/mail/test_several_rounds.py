"""Several rounds, one mailbox: each workbook is filed where it says it belongs, nothing is lost, and one mail gets one answer."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from mail_messages import OURS, raw, tnef, zipped
from mail_town import by_smtp, flowing, passwords, set_up
from outlook_files import headers, outlook_file, signed
from post_office import Certificates, SmtpServer, reply
from styrxl.mail.incoming.sources import FetchedMessage
from styrxl.mail.incoming.watch import Watch
from styrxl.mail.outgoing.transport import Timing
from styrxl.mail.workspace_access import WorkspaceAccess
from styrxl.model.rounds import Round, standard_rounds
from styrxl.rounds.desk import open_desk
from styrxl.store.ledger import Ledger
from styrxl.store.mail_log import MailLog
from year import T1, Followed

PLAN_ROUND, FOLLOWUP = "2027-plan", "2027-t1"
EVERY = 7.0  # seconds between two looks


@pytest.fixture
def followed(mail_followed: Followed, tmp_path: Path, smtp: SmtpServer, made: Certificates, monkeypatch: pytest.MonkeyPatch) -> Followed:
    passwords(monkeypatch.setenv)
    return Followed(set_up(mail_followed.town.copy(tmp_path / "åköping"), by_smtp(smtp, made), round_=FOLLOWUP))


class Once(threading.Event):
    """Stops a watch after its first look; between two mails there are other pauses."""

    def wait(self, timeout: float | None = None) -> bool:
        """Be set by a pause between two looks."""
        if timeout == EVERY:
            self.set()
        return True


def plan_of(followed: Followed, owner: str, tag: str = "") -> bytes:
    """Return a plan with the same answers and other bytes: what stands after a zip's end says nothing."""
    path = next(path for path in (followed.town.root / "inbox" / PLAN_ROUND).glob("*.xlsx") if path.stem.split("_")[0] == owner)
    return retag(path.read_bytes(), tag or "ny")


def retag(data: bytes, tag: str) -> bytes:
    comment = tag.encode()
    return data[:-2] + len(comment).to_bytes(2, "little") + comment


def t1_of(followed: Followed, owner: str) -> bytes:
    return followed.filled("t1", owner, T1[owner])


def parts(followed: Followed, round_id: str) -> list[tuple[str, str, str | None]]:
    with Ledger.open(followed.town.workspace.database) as ledger:
        return [(part.outcome, part.reason, part.owner) for part in MailLog(ledger.database).parts(round_id)]


def look(followed: Followed, round_: Round | None, *messages: EmailMessage | bytes) -> None:
    """Watch a mailbox that holds some messages, for one look."""
    mails = [FetchedMessage(one if isinstance(one, bytes) else raw(one), datetime.now(UTC)) for one in messages]
    with Ledger.open(followed.town.workspace.database) as ledger:
        access = WorkspaceAccess(open_desk(followed.town.workspace, ledger, datetime.now(UTC)), "watch")
        timing = Timing(wait=lambda _: None, pauses=(), timeout=30.0)

        Watch(access, round_, lambda: mails, Once(), True, "sv", print, print, EVERY, timing).run()


def mails_to(smtp: SmtpServer, address: str) -> list[EmailMessage]:
    return [mail for mail in smtp.messages if address in str(mail["To"])]


def test_a_file_of_another_open_round_goes_there(followed: Followed) -> None:
    source = followed.town.root / "från mejl"
    source.mkdir()
    (source / "a.xlsx").write_bytes(t1_of(followed, "UBN"))
    (source / "b.xlsx").write_bytes(plan_of(followed, "KFN"))
    result = followed.town.run("receive", PLAN_ROUND, str(source))
    assert "inbox/2027-t1/UBN_" in result.stdout
    assert "(den hör till " in result.stdout
    assert "inbox/2027-plan/KFN_" in result.stdout
    assert result.stderr.endswith(
        "1 tagen till inbox/2027-t1, 1 tagen till inbox/2027-plan, 0 fanns redan, 0 överhoppade, 0 inte intagna\n"
    )
    again = followed.town.run("receive", PLAN_ROUND, str(source))
    assert "2 fanns redan" in again.stderr
    assert len(list((followed.town.root / "inbox" / FOLLOWUP).iterdir())) == 1


def test_the_sum_names_no_inbox_that_nothing_went_to(followed: Followed) -> None:
    source = followed.town.root / "t1.xlsx"
    source.write_bytes(t1_of(followed, "UBN"))
    told = followed.town.run("--lang", "en", "receive", PLAN_ROUND, str(source)).stderr
    assert told.endswith("1 taken to inbox/2027-t1, 0 already there, 0 passed over, 0 not taken in\n")
    told = followed.town.run("--lang", "en", "receive", PLAN_ROUND, str(source)).stderr
    assert told.endswith("0 taken to inbox/2027-plan, 1 already there, 0 passed over, 0 not taken in\n")


def test_a_workbook_whose_round_is_not_open_or_not_signed_stays_where_it_was_asked_for(followed: Followed) -> None:
    source = followed.town.root / "strunt.xlsx"
    source.write_bytes(zipped(**{"xl/workbook__xml": b"<x/>"}))
    followed.town.run("receive", PLAN_ROUND, str(source), expect=None)
    assert (followed.town.root / "inbox" / PLAN_ROUND / "strunt.xlsx").exists()


def test_a_mail_with_workbooks_of_two_rounds_gets_one_answer(followed: Followed, smtp: SmtpServer) -> None:
    message = reply("ubn@example.se", OURS, attachments={"plan.xlsx": plan_of(followed, "UBN"), "t1.xlsx": t1_of(followed, "UBN")})
    rounds = standard_rounds()
    look(followed, rounds.parse(FOLLOWUP), message)
    assert (parts(followed, PLAN_ROUND), parts(followed, FOLLOWUP)) == ([("taken", "", "UBN")], [("taken", "", "UBN")])
    [answer] = [mail for mail in mails_to(smtp, "ubn@example.se") if "2 arbetsböcker" in str(mail["Subject"])]
    assert "Plan 2027" in flowing(answer)
    assert "plan.xlsx" in flowing(answer)
    assert "t1.xlsx" in flowing(answer)
    before = len(smtp.messages)
    look(followed, rounds.parse(FOLLOWUP), message)
    look(followed, None)
    assert len([mail for mail in smtp.messages[before:] if str(mail["To"]) == "ubn@example.se"]) == 0
    assert "t1" in followed.town.run("log", FOLLOWUP).stdout
    for round_id in (PLAN_ROUND, FOLLOWUP):
        assert "UBN" in followed.town.run("status", round_id).stdout


def test_all_open_rounds_are_watched_and_what_says_nothing_goes_to_the_newest(followed: Followed, smtp: SmtpServer) -> None:
    question = reply("bib@example.se", OURS, text="Hej, en fråga.")
    look(followed, None, reply("kfn@example.se", OURS, attachments={"p.xlsx": plan_of(followed, "KFN")}), question)
    assert (parts(followed, PLAN_ROUND), parts(followed, FOLLOWUP)) == ([("taken", "", "KFN")], [("noted", "none", None)])
    assert mails_to(smtp, "bib@example.se")
    assert mails_to(smtp, "kfn@example.se")


def test_a_board_sends_its_units_workbooks_and_all_are_told_in_one_mail(followed: Followed, smtp: SmtpServer) -> None:
    books = {f"{unit}.xlsx": t1_of(followed, unit) for unit in ("UBN-ÅBY", "UBN-ÖST")}
    look(followed, None, reply("ubn@example.se", OURS, attachments=books))
    assert [part[0] for part in parts(followed, FOLLOWUP)] == ["taken", "taken"]
    [answer] = mails_to(smtp, "ubn@example.se")
    assert {"rektor.aby@example.se", "ost@example.se"} <= set(str(answer["To"]).split(", "))
    assert "2 arbetsböcker" in str(answer["Subject"])


def test_a_filled_workbook_beside_its_empty_original_is_the_one(followed: Followed, smtp: SmtpServer) -> None:
    books = {"UBN.xlsx": followed.issued("t1", "UBN"), "UBN (1).xlsx": t1_of(followed, "UBN")}
    look(followed, None, reply("ubn@example.se", OURS, attachments=books))
    assert parts(followed, FOLLOWUP) == [("ignored", "original", "UBN"), ("taken", "", "UBN")]
    [answer] = mails_to(smtp, "ubn@example.se")
    assert "UBN (1).xlsx" in flowing(answer)


def test_an_original_alone_is_taken_and_told_that_it_is_empty(followed: Followed) -> None:
    look(followed, None, reply("ubn@example.se", OURS, attachments={"UBN.xlsx": followed.issued("t1", "UBN")}))
    assert parts(followed, FOLLOWUP) == [("taken", "", "UBN")]


def test_a_mail_with_one_workbook_taken_and_one_held_gets_one_answer(followed: Followed, smtp: SmtpServer) -> None:
    books = {"a.xlsx": t1_of(followed, "UBN"), "b.xlsx": t1_of(followed, "KFN")}
    look(followed, None, reply("ubn@example.se", OURS, attachments=books))
    assert parts(followed, FOLLOWUP) == [("taken", "", "UBN"), ("held", "other_owner", "KFN")]
    [answer] = mails_to(smtp, "ubn@example.se")
    assert "1 väntar" in str(answer["Subject"])


@pytest.mark.parametrize("wrapped", ["msg", "p7m", "winmail"])
def test_what_hides_in_a_mail_of_another_round_is_found(followed: Followed, wrapped: str) -> None:
    book = t1_of(followed, "UBN")
    inner = raw(reply("ubn@example.se", OURS, attachments={"t1.xlsx": book}))
    files = {
        "msg": ("Svar.msg", outlook_file({"t1.xlsx": book}, headers("ubn@example.se"))),
        "p7m": ("smime.p7m", signed(inner)),
        "winmail": ("winmail.dat", tnef(("T1.XLS", "t1.xlsx", book))),
    }
    name, data = files[wrapped]
    path = followed.town.root / "svar.eml"
    path.write_bytes(raw(reply("ubn@example.se", OURS, attachments={name: data})))
    followed.town.run("receive", PLAN_ROUND, str(path))
    assert parts(followed, FOLLOWUP) == [("taken", "", "UBN")]
