"""The mail commands as a controller types them: previews, what is held back, and every owner exactly one mail."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

import styrxl
from desk_visitor import visit_desk
from filled import fill_plan
from mail_town import MAIL_PLAN, SOON, by_smtp, enclosed, flowing, html, mail_town, passwords, set_up, text
from ports import free_port
from post_office import Certificates, SmtpServer, reply
from styrxl.mail.outgoing.delivery import QueuedMessage
from styrxl.mail.outgoing.letter import Attachment, Letter
from styrxl.mail.outgoing.send import block_letters
from styrxl.mail.outgoing.smtp import SmtpConnection
from styrxl.mail.outgoing.wording import LetterContent, format_day
from styrxl.model.days import local_day, standard_zone
from styrxl.store.database import MAILS
from styrxl.store.ledger import Ledger
from styrxl.store.mail_log import MailLog
from town import ANSWERS, PRESCHOOL, ROUND, UNITS, Town, lost

TODAY = local_day(datetime.now(UTC), standard_zone())
OWNERS = ["KFN", "KFN-BIB", "UBN", "UBN-ÅBY", "UBN-ÖST"]
BAD = {**PRESCHOOL, "commitments": [{**PRESCHOOL["commitments"][0], "parent_id": "UBN-M9"}]}


@pytest.fixture
def town(mail_planned: Town, tmp_path: Path, smtp: SmtpServer, made: Certificates, monkeypatch: pytest.MonkeyPatch) -> Town:
    passwords(monkeypatch.setenv)
    return set_up(mail_planned.copy(tmp_path / "åköping"), by_smtp(smtp, made))


def previews(town: Town, kind: str = "") -> dict[str, EmailMessage]:
    """Return the previews by their file names, as a mail program opens them."""
    found = {}
    for path in sorted((town.root / "outmail" / ROUND).glob(f"{kind}*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(message, EmailMessage)
        found[path.name] = message
    return found


def owners(messages: list[EmailMessage]) -> Counter[str]:
    return Counter(str(message["To"]) for message in messages)


# previews


def test_without_send_nothing_leaves(town: Town, smtp: SmtpServer) -> None:
    result = town.run("mail", "templates", ROUND)
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["Vem", "Till", "Ämne", "Bilagor", "Storlek", "Läge"]
    assert [line.split()[0] for line in lines[2:7]] == OWNERS
    assert lines[6].split()[1:3] == ["ost@example.se,", "bitr.ost@skola.example.se"]
    assert lines[-1] == (
        "5 mejl att skicka, 0 som inte går att skicka, 0 skickade tidigare. Inget har skickats; lägg till --send för att skicka."
    )
    assert (smtp.taken, smtp.asked) == ([], [])
    assert town.run("mail", "templates", ROUND, "--send").output.endswith("5 mejl skickade, 0 inte skickade, 0 skickade tidigare.\n")


def test_a_preview_is_the_mail_that_would_go(town: Town, smtp: SmtpServer) -> None:
    town.run("mail", "templates", ROUND, "--to", "UBN-ÖST")
    [preview] = previews(town).values()
    town.run("mail", "templates", ROUND, "--to", "UBN-ÖST", "--send")
    [sent] = smtp.messages
    for head in ("From", "To", "Reply-To", "Subject", "Message-ID", "Auto-Submitted"):
        assert preview[head] == sent[head]
    assert (text(preview), html(preview), enclosed(preview)) == (text(sent), html(sent), enclosed(sent))
    assert enclosed(sent) == {"UBN-ÖST.xlsx": town.issued("UBN-ÖST")}


def test_previews_take_the_place_of_earlier_ones_of_their_kind(town: Town) -> None:
    town.run("mail", "templates", ROUND)
    town.run("mail", "reminders", ROUND)
    town.run("mail", "templates", ROUND, "--to", "UBN")
    assert [name.rsplit("-", 1)[0] for name in previews(town, "templates")] == ["templates-UBN"]
    assert len(previews(town, "reminder")) == 3


def test_each_owner_is_written_to_in_its_language(town: Town) -> None:
    town.run("mail", "templates", ROUND)
    found = {str(m["To"]).split()[-1]: m for m in previews(town).values()}
    english, swedish = found["<bib@example.se>"], found["<rektor.aby@example.se>"]
    assert english["Subject"].startswith("Plan 2027: workbook for Biblioteket, due ")
    assert '<html lang="en">' in html(english)
    assert swedish["Subject"].startswith("Plan 2027: arbetsbok för Åby skola, lämna in senast ")
    assert flowing(swedish).startswith("Fyll i den bifogade arbetsboken och svara på det här mejlet med den senast ")


# what is held back


def rewrite(town: Town, **addresses: str) -> None:
    """Write the multi-year plan anew with other addresses."""
    rows = [{**row, "email": addresses.get(row["org_id"].replace("-", "_"), row.get("email"))} for row in MAIL_PLAN["organisation"]]
    plan = {**MAIL_PLAN, "organisation": rows}
    town.workspace.plan_path.write_bytes(fill_plan(town.workspace, plan))


def test_recipients_outside_the_allowed_domains_get_nothing(town: Town, smtp: SmtpServer) -> None:
    rewrite(town, UBN="ubn@example.se.evil.com", KFN="kfn@example.se; chef@gmail.com", KFN_BIB="inte en adress", UBN_ÅBY="")
    result = town.run("mail", "templates", ROUND, "--send", expect=1)
    assert sorted(r for e in smtp.taken for r in e.rcpt_tos) == ["bitr.ost@skola.example.se", "kfn@example.se", "ost@example.se"]
    assert "! ubn@example.se.evil.com ligger utanför de domäner som styrxl.toml tillåter" in result.output
    assert "! KFN: chef@gmail.com ligger utanför de domäner som styrxl.toml tillåter" in result.output
    assert "! ”inte en adress” är ingen e-postadress som går att skicka till" in result.output
    assert "! e-postadress saknas på bladet Organisation" in result.output
    assert "2 mejl skickade, 3 inte skickade, 0 skickade tidigare." in result.output


def test_addresses_are_shown_as_they_were_typed(town: Town, smtp: SmtpServer) -> None:
    """A server is told the domain in ASCII; nobody reads it so: not beforehand, not afterwards and not at the desk."""
    rewrite(town, UBN="ubn@åmål.se", KFN="kfn@åmål.example.se")
    told = town.run("mail", "templates", ROUND, "--send", expect=1).output + town.run("log", ROUND).output
    redirected = ("mail", "templates", ROUND, "--to", "KFN", "--redirect-to", "prov@example.se")
    told += town.run(*redirected).output + str(*(mail["Subject"] for mail in previews(town).values() if "prov" in str(mail["To"])))
    assert "kfn@xn--ml-xiab.example.se" in [r for e in smtp.taken for r in e.rcpt_tos]
    assert "! ubn@åmål.se ligger utanför de domäner som styrxl.toml tillåter" in told
    assert "kfn@åmål.example.se" in told
    with visit_desk(town.root) as visitor:
        told += visitor.get(f"/rounds/{ROUND}/mail") + visitor.get(f"/rounds/{ROUND}/mail/sent")
    assert "xn--" not in told


def test_a_letter_to_nobody_has_a_preview_all_the_same(town: Town) -> None:
    rewrite(town, UBN="")
    town.run("mail", "templates", ROUND, "--to", "UBN", expect=1)
    [preview] = previews(town).values()
    assert (preview["To"].addresses, list(enclosed(preview))) == ((), ["UBN.xlsx"])


def test_other_domains_can_be_allowed(town: Town, smtp: SmtpServer, made: Certificates) -> None:
    set_up(town, by_smtp(smtp, made) + 'allowed_domains = ["skola.example.se"]\n')
    result = town.run("mail", "templates", ROUND, "--send", expect=1)
    assert [e.rcpt_tos for e in smtp.taken] == [["bitr.ost@skola.example.se"]]
    assert "1 mejl skickat, 4 inte skickade" in result.output


def test_a_mail_over_the_limit_is_told_and_not_sent_without_its_workbook(town: Town, smtp: SmtpServer, made: Certificates) -> None:
    set_up(town, by_smtp(smtp, made) + "attachment_limit = 1\n")
    path = town.root / "mail"
    path.mkdir()
    (path / "templates.en.jinja").write_text("Subject: x\n\n" + "text " * 200_000, "utf-8")
    result = town.run("mail", "templates", ROUND, "--send", expect=1)
    assert "! för stort, " in result.output
    assert "MB (gränsen är 1 MB)" in result.output
    assert [r for e in smtp.taken for r in e.rcpt_tos if "kfn" in r or "bib" in r] == []
    assert "3 mejl skickade, 2 inte skickade" in result.output


def letter(owner: str, size: int) -> Letter:
    content = LetterContent("Ämne", "text\n", "<p>text</p>")
    return Letter(ROUND, "templates", owner, "i-1", "", ("a@example.se",), content, "<a@example.se>", (Attachment("a.xlsx", b"x" * size),))


def test_a_workbook_over_the_limit_keeps_its_letter_back() -> None:
    """By the size that it has on its way, a third larger than the file; never a letter without it."""
    small, large = letter("UBN", 700_000), letter("KFN", 760_000)
    found = block_letters([small, large], limit=1.0, sent_before=2)
    assert (found.ready, found.letters, found.sent_before) == ((small,), (small, large), 2)
    assert found.blocked == {large.key: ("mail_too_large", {"size": 1.0, "limit": 1.0})}


@pytest.mark.parametrize("what", ["answers", "reminders", "summary"])
def test_every_kind_of_mail_can_be_tried_on_a_tester(town: Town, smtp: SmtpServer, what: str) -> None:
    """Nobody else gets anything, nothing counts as sent, and without --send nothing leaves at all."""
    town.run("consolidate", ROUND, "--all")
    extra = ("--allow-incomplete",) if what == "summary" else ()
    town.run("mail", what, ROUND, "--redirect-to", "test@example.se", *extra)
    assert smtp.asked == []
    town.run("mail", what, ROUND, "--send", "--redirect-to", "test@example.se", *extra)
    assert (set(smtp.asked), len(smtp.taken) >= 2) == ({"test@example.se"}, True)
    tried = len(smtp.taken)
    assert f"{tried} mejl skickade, 0 inte skickade, 0 skickade tidigare." in town.run("mail", what, ROUND, "--send", *extra).output
    assert "test@example.se" not in smtp.asked[tried:]


def test_a_mail_to_several_contacts_is_one_mail_to_all_of_them(town: Town, smtp: SmtpServer) -> None:
    town.run("mail", "templates", ROUND, "--send", "--to", "UBN-ÖST")
    [envelope], [message] = smtp.taken, smtp.messages
    assert envelope.rcpt_tos == ["ost@example.se", "bitr.ost@skola.example.se"]
    assert str(message["To"]) == "ost@example.se, bitr.ost@skola.example.se"


def test_a_broken_template_stops_everything_before_the_first_mail(town: Town, smtp: SmtpServer) -> None:
    (town.root / "mail").mkdir()
    (town.root / "mail" / "templates.sv.jinja").write_text("Subject: Hej\n\n{{ ägare }}\n", "utf-8")
    result = town.run("mail", "templates", ROUND, "--send", expect=3)
    assert "mail/templates.sv.jinja, rad 3: " in result.stderr
    assert "ägare" in result.stderr
    assert smtp.asked == []


def test_everything_goes_to_the_tester_and_does_not_count(town: Town, smtp: SmtpServer) -> None:
    result = town.run("mail", "templates", ROUND, "--send", "--redirect-to", "test@example.se")
    assert {tuple(e.rcpt_tos) for e in smtp.taken} == {("test@example.se",)}
    assert smtp.messages[0]["Subject"].startswith("[→ KFN: kfn@example.se] Plan 2027: ")
    assert "Allt går till test@example.se, och räknas inte som skickat." in result.stderr
    ids = {m["Message-ID"] for m in smtp.messages}
    smtp.taken.clear()
    assert "5 mejl skickade, 0 inte skickade, 0 skickade tidigare." in town.run("mail", "templates", ROUND, "--send").output
    assert ids.isdisjoint({m["Message-ID"] for m in smtp.messages})
    again = town.run("mail", "templates", ROUND, "--send", "--redirect-to", "test@example.se")
    assert "5 mejl skickade, 0 inte skickade, 0 skickade tidigare." in again.output


def test_a_tester_outside_the_allowed_domains_is_refused(town: Town, smtp: SmtpServer) -> None:
    town.run("mail", "templates", ROUND, "--send", "--redirect-to", "test@gmail.com", expect=3)
    town.run("mail", "templates", ROUND, "--send", "--redirect-to", "test@example.se\r\nBcc: a@example.se", expect=3)
    assert smtp.asked == []


def test_workbooks_that_are_not_those_issued_are_not_sent(town: Town, smtp: SmtpServer) -> None:
    """One that lies in the outbox from before, or is gone, stops everything."""
    path = town.root / "outbox" / ROUND / "UBN.xlsx"
    path.write_bytes(town.issued("KFN"))
    assert "styrxl distribute 2027-plan" in town.run("mail", "templates", ROUND, "--send", expect=3).stderr
    path.unlink()
    town.run("mail", "templates", ROUND, "--send", expect=3)
    assert smtp.asked == []


def test_unknown_owners_and_rounds_without_issues_are_told(town: Town) -> None:
    assert "id UBN-X" in town.run("mail", "templates", ROUND, "--to", "UBN-X", expect=3).stderr
    assert "styrxl distribute 2028-plan" in town.run("mail", "templates", "2028-plan", expect=3).stderr


def test_a_missing_password_is_told_before_anything_is_begun(town: Town, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STYRXL_SMTP_PASSWORD")
    assert "STYRXL_SMTP_PASSWORD" in town.run("mail", "templates", ROUND, "--send", expect=3).stderr
    assert smtp.asked == []
    monkeypatch.setenv("STYRXL_SMTP_PASSWORD", "kål-och-rötter")
    assert "5 mejl skickade" in town.run("mail", "templates", ROUND, "--send").output


# exactly one


def test_a_server_that_is_down_loses_nothing(town: Town, smtp: SmtpServer, made: Certificates) -> None:
    """Nothing sent, said what to do; when it is back, everything once."""
    set_up(town, by_smtp(SmtpServer(free_port()), made))
    result = town.run("mail", "templates", ROUND, "--send", expect=3)
    assert "0 mejl hann skickas, 5 återstår. Kör samma kommando igen när servern svarar" in result.stderr
    set_up(town, by_smtp(smtp, made))
    result = town.run("mail", "templates", ROUND, "--send")
    assert ("två gånger" in result.output, set(owners(smtp.messages).values())) == (False, {1})


def test_a_mail_that_was_refused_is_tried_again_when_its_address_is_mended(town: Town, smtp: SmtpServer) -> None:
    smtp.script = lambda recipient, phase: "550 no such user" if (recipient, phase) == ("ubn@example.se", "rcpt") else None
    result = town.run("mail", "templates", ROUND, "--send", expect=1)
    assert "! UBN: 550 no such user" in result.output
    rewrite(town, UBN="namnden@example.se")
    smtp.taken.clear()
    town.run("mail", "templates", ROUND, "--send")
    assert [e.rcpt_tos for e in smtp.taken] == [["namnden@example.se"]]


def test_what_the_server_puts_off_waits_for_the_next_command(town: Town, smtp: SmtpServer) -> None:
    smtp.script = lambda recipient, phase: "452 mailbox full" if (recipient, phase) == ("ubn@example.se", "rcpt") else None
    result = town.run("mail", "templates", ROUND, "--send", expect=3)
    assert ("! UBN: 452 mailbox full" in result.output, "4 mejl skickade, 1 inte skickat" in result.output) == (True, True)
    smtp.script = lambda _recipient, _phase: None
    assert "1 mejl skickat, 0 inte skickade, 4 skickade tidigare." in town.run("mail", "templates", ROUND, "--send").output
    assert set(owners(smtp.messages).values()) == {1}


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("step,nth", [("begin", 2), ("deliver-before", 3), ("deliver-after", 1), ("deliver-after", 5), ("end", 4)])
def test_killed_anywhere_and_run_again_everybody_gets_one(
    town: Town, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch, step: str, nth: int
) -> None:
    """At worst the one in flight comes twice, and then it is said which."""
    kill_at(town, monkeypatch, step, nth)
    result = town.run("mail", "templates", ROUND, "--send")
    counts = owners(smtp.messages)
    twice = [to for to, times in counts.items() if times == 2]
    assert len(counts) == 5
    assert len(twice) == (step in {"deliver-after", "end"})
    assert sum(counts.values()) == 5 + len(twice)
    # Whoever got it twice is named; those named and not doubled were in flight when nobody could know.
    named = [line for line in result.output.splitlines() if "kan ha fått mejlet två gånger" in line]
    assert len(named) == 1
    ids = Counter(m["Message-ID"] for m in smtp.messages)
    assert len(ids) == 5  # the second copy has the id of the first: mail programs show one
    assert "skickade tidigare" in town.run("mail", "templates", ROUND, "--send").output
    assert sum(owners(smtp.messages).values()) == 5 + len(twice)


def test_a_process_killed_by_the_system_in_the_middle(town: Town, smtp: SmtpServer) -> None:
    """SIGKILL while the server has the third mail in its hands."""
    ready = threading.Event()
    process: list[subprocess.Popen[bytes]] = []

    def script(recipient: str, phase: str) -> str | None:  # noqa: ARG001
        if phase == "data" and len(smtp.taken) == 2 and not ready.is_set():
            ready.set()
            os.kill(process[0].pid, signal.SIGKILL)
            return "take it, hang up"
        return None

    smtp.script = script
    command = [sys.executable, "-m", "styrxl", "--workspace", str(town.root), "mail", "templates", ROUND, "--send"]
    process.append(subprocess.Popen(command, cwd=Path(styrxl.__file__).parents[1], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    assert process[0].wait(60) == -signal.SIGKILL
    result = town.run("mail", "templates", ROUND, "--send")
    counts = owners(smtp.messages)
    assert (len(counts), sorted(counts.values())) == (5, [1, 1, 1, 1, 2])
    [named] = [line for line in result.output.splitlines() if "kan ha fått mejlet två gånger" in line]
    assert named.split()[1] == "UBN:"
    assert "3 mejl skickade, 0 inte skickade, 2 skickade tidigare." in result.output


def test_a_mail_in_doubt_is_named_though_another_took_its_place(town: Town, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off in the middle, and handed out anew before it was sent again: whoever may have got both is named, once."""
    kill_at(town, monkeypatch, "deliver-after", 3)
    town.run("distribute", ROUND, "--level", "board", "--rows", "70")
    result = town.run("mail", "templates", ROUND, "--send")
    [named] = [line for line in result.output.splitlines() if line.startswith("! ")]
    assert named.startswith("! UBN: kan ha fått mejlet ”Plan 2027: arbetsbok för Utbildningsnämnden")
    assert owners(smtp.messages)["Nämndsekreterare <ubn@example.se>"] == 2
    assert "! " not in town.run("mail", "templates", ROUND, "--send").output


def test_a_mail_in_doubt_is_named_by_the_next_command_where_the_one_that_sent_it_again_was_killed(
    town: Town, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_at(town, monkeypatch, "deliver-after", 1)
    kill_at(town, monkeypatch, "end", 2)
    result = town.run("mail", "templates", ROUND, "--send")
    named = [line.split()[1] for line in result.output.splitlines() if "kan ha fått mejlet två gånger" in line]
    assert (named, sorted(owners(smtp.messages).values())) == (["KFN:", "KFN-BIB:"], [1, 1, 1, 2, 2])
    assert "Det kan ha kommit två gånger." in town.run("log", ROUND, "KFN").output
    assert "Det kan ha kommit två gånger." not in town.run("log", ROUND, "UBN").output


def test_what_is_in_doubt_is_named_where_a_command_is_stopped(town: Town, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """By Ctrl+C, or by a server that lets nobody in any longer."""
    smtp.script = lambda recipient, phase: "take it, hang up" if (recipient, phase) == ("kfn@example.se", "data") else None
    real = SmtpConnection.deliver

    def interrupted(connection: SmtpConnection, message: QueuedMessage) -> dict[str, str]:
        if "bib@example.se" in message.recipients:
            raise KeyboardInterrupt
        return real(connection, message)

    with monkeypatch.context() as patched:
        patched.setattr(SmtpConnection, "deliver", interrupted)
        result = town.run("mail", "templates", ROUND, "--send", expect=130)
    assert [line.split()[1] for line in result.output.splitlines() if line.startswith("! ")] == ["KFN:", "KFN-BIB:"]


def kill_at(town: Town, monkeypatch: pytest.MonkeyPatch, step: str, nth: int) -> None:
    """Run a command that is killed when it comes to a step for the nth time."""
    count = 0

    def kill() -> None:
        nonlocal count
        count += 1
        if count == nth:
            raise Killed

    real = {"begin": MailLog.begin, "deliver": SmtpConnection.deliver, "end": MailLog.end}

    def killing(name: str, *, after: bool) -> object:
        def call(*arguments: object) -> object:
            if not after:
                kill()
            answer = real[name](*arguments)  # type: ignore[operator]
            if after:
                kill()
            return answer

        return call

    with monkeypatch.context() as patched:
        owner = SmtpConnection if step.startswith("deliver") else MailLog
        patched.setattr(owner, step.partition("-")[0], killing(step.partition("-")[0], after=step in {"begin", "deliver-after"}))
        patched.setattr("styrxl.mail.outgoing.run._tell_doubts", lambda *_: None)  # a process that is killed tells nothing
        with pytest.raises(Killed):
            town.run("mail", "templates", ROUND, "--send")


def test_a_new_issue_is_a_new_mail(town: Town, smtp: SmtpServer) -> None:
    town.run("mail", "templates", ROUND, "--send")
    town.run("distribute", ROUND, "--level", "board", "--rows", "70")
    smtp.taken.clear()
    assert "2 mejl skickade, 0 inte skickade, 3 skickade tidigare." in town.run("mail", "templates", ROUND, "--send").output
    assert sorted(owners(smtp.messages)) == ["Kultur- och fritidsnämnden <kfn@example.se>", "Nämndsekreterare <ubn@example.se>"]


# answers


def test_each_return_is_answered_once_and_a_newer_one_anew(town: Town, smtp: SmtpServer) -> None:
    town.put("ost.xlsx", town.filled("UBN-ÖST", BAD), 5)
    town.run("mail", "answers", ROUND, "--send")
    assert [m["Subject"] for m in smtp.messages][-1] == "Plan 2027: Östra förskolan behöver kompletteras (1 att rätta)"
    assert len(smtp.taken) == 3
    town.put("ost 2.xlsx", town.filled("UBN-ÖST"), 9)
    assert "1 mejl skickat, 0 inte skickade, 2 skickade tidigare." in town.run("mail", "answers", ROUND, "--send").output
    assert [m["Subject"] for m in smtp.messages][3:] == ["Plan 2027: Östra förskolan är klar"]


def test_a_rejected_return_leaves_the_accepted_one_in_force_and_says_so(town: Town, smtp: SmtpServer) -> None:
    town.put("ost.xlsx", town.filled("UBN-ÖST"), 5)
    town.put("ost 2.xlsx", town.filled("UBN-ÖST", BAD), 9)
    town.run("mail", "answers", ROUND, "--send")
    [found] = [m for m in smtp.messages if "ÖST" not in str(m["To"]) and "behöver kompletteras" in m["Subject"]]
    assert "Det som ni lämnade in tidigare räknas tills det nya är klart." in flowing(found)


def test_of_many_findings_the_mail_lists_some_and_the_workbook_all(town: Town, smtp: SmtpServer) -> None:
    rows = [{**PRESCHOOL["commitments"][0], "parent_id": f"UBN-M{n}"} for n in range(9, 36)]
    town.put("ost.xlsx", town.filled("UBN-ÖST", {"commitments": rows}), 5)
    town.run("mail", "answers", ROUND, "--send", "--to", "UBN-ÖST")
    [found] = smtp.messages
    assert found["Subject"] == "Plan 2027: Östra förskolan behöver kompletteras (27 att rätta)"
    assert text(found).count("- Åtaganden C") == 20
    assert "- och 7 till, utmärkta i den bifogade arbetsboken." in text(found)


def test_a_file_that_nobody_can_be_asked_about_is_listed(town: Town, smtp: SmtpServer) -> None:
    town.put("skräp.xlsx", b"not a workbook", 5)
    result = town.run("mail", "answers", ROUND, "--send", expect=1)
    assert "! inbox/2027-plan/skräp.xlsx är ingens som vi känner till" in result.output
    assert 'styrxl receive 2027-plan "inbox/2027-plan/skräp.xlsx" --owner ID. Ska den inte räknas: styrxl set-aside' in result.output
    assert "e-postadress saknas" not in result.output
    assert len(smtp.taken) == 2
    town.put("mer skräp.xlsx", b"no workbook either", 6)
    assert "styrxl receive 2027-plan FIL --owner ID" in town.run("mail", "answers", ROUND, expect=1).output


def test_a_personal_identity_number_in_a_file_name_is_not_mailed(town: Town) -> None:
    town.put("18900101-9802.xlsx", town.filled("UBN-ÖST"), 5)
    town.put("trasig 18900101-9802.xlsx", b"PK", 6)
    listed = town.run("mail", "answers", ROUND, expect=None).output
    texts = {str(made["Subject"]): flowing(made) for made in previews(town).values()}
    assert "1890****-****.xlsx" in texts["Plan 2027: Östra förskolan är klar"]
    assert [said for said in (listed, *texts, *texts.values()) if "18900101-9802" in said] == []


def test_whoever_a_return_turns_out_to_be_from_is_answered_and_its_sender_as_well(town: Town, smtp: SmtpServer) -> None:
    """It lost its identity: first its sender alone is told; on the controller's word its owner is, once, with what to mend."""
    town.run("mail", "answers", ROUND, "--send")
    letter = reply("ubn@example.se", "planering@example.se", attachments={"plan.xlsx": lost(town.filled("UBN-ÖST", BAD))})
    path = town.root / "svar.eml"
    path.write_bytes(letter.as_bytes())
    town.run("receive", ROUND, str(path))
    smtp.taken.clear()
    town.run("mail", "answers", ROUND, "--send")
    assert [m["To"] for m in smtp.messages] == ["ubn@example.se"]
    assert "styrxl" not in text(smtp.messages[0])
    [name] = [p.name for p in town.inbox.iterdir() if p.name.startswith("okand")]
    town.run("receive", ROUND, name, "--owner", "UBN-ÖST")
    smtp.taken.clear()
    town.run("mail", "answers", ROUND, "--send")
    [told] = smtp.messages
    assert told["Subject"] == "Plan 2027: Östra förskolan behöver kompletteras (1 att rätta)"
    assert {a.addr_spec for a in told["To"].addresses} == {"ost@example.se", "bitr.ost@skola.example.se", "ubn@example.se"}
    assert list(enclosed(told)) == ["UBN-ÖST.xlsx"]
    town.run("mail", "answers", ROUND, "--send")
    assert len(smtp.taken) == 1


# reminders


def remind(town: Town, *, due: date = SOON, expect: int = 0, to: str | None = None) -> str:
    path = town.root / "styrxl.toml"
    path.write_text(path.read_text("utf-8").replace(f"due_units = {SOON}", f"due_units = {due}"), "utf-8")
    return town.run("mail", "reminders", ROUND, "--send", *(("--to", to) if to else ()), expect=expect).output


def test_only_those_without_an_accepted_return_are_reminded_and_once_a_day(town: Town, smtp: SmtpServer) -> None:
    town.put("bib.xlsx", town.filled("KFN-BIB"), 5)
    assert "2 mejl skickade" in remind(town)
    assert sorted(r for e in smtp.taken for r in e.rcpt_tos) == ["bitr.ost@skola.example.se", "ost@example.se", "rektor.aby@example.se"]
    assert "0 mejl skickade, 0 inte skickade, 2 skickade tidigare." in remind(town)
    assert len(smtp.taken) == 2


def test_who_has_been_set_aside_is_not_told_that_nothing_came(town: Town, smtp: SmtpServer) -> None:
    path = town.put("ost.xlsx", town.filled("UBN-ÖST"), 5)
    town.run("set-aside", ROUND, path.name, "--reason", "enheten drog tillbaka den")
    remind(town, to="UBN-ÖST")
    [told] = smtp.messages
    assert "räknas inte längre, och vi behöver en ny." in " ".join(text(told).split())
    assert "inte fått någon arbetsbok" not in text(told)


def test_who_has_no_workbook_yet_is_not_reminded(town: Town, smtp: SmtpServer, tmp_path: Path) -> None:
    bare = mail_town(
        tmp_path / "ny", (town.root / "styrxl.toml").read_text("utf-8").partition("rate = 6000\n")[2].partition("\n[rounds")[0]
    )
    bare.run("distribute", ROUND, "--level", "board")
    bare.run("mail", "reminders", ROUND, "--send")
    assert sorted(smtp.asked) == ["kfn@example.se", "ubn@example.se"]


def test_a_new_day_is_a_new_reminder_and_the_same_day_is_none(town: Town, smtp: SmtpServer) -> None:
    """For the board of the late as well; the due date may change meanwhile."""
    late = TODAY - timedelta(days=9)
    assert "5 mejl skickade" in remind(town, due=late)
    assert "0 mejl skickade, 0 inte skickade, 5 skickade tidigare." in remind(town)
    with Ledger.open(town.workspace.database) as ledger, ledger.database.writing() as connection:
        connection.execute(MAILS.update().values(about=(TODAY - timedelta(days=1)).isoformat()))
    smtp.taken.clear()
    assert "5 mejl skickade" in remind(town)
    ids = {message["Message-ID"] for message in smtp.messages}
    assert len(ids) == 5
    assert "0 mejl skickade" in remind(town)


def test_those_who_have_something_to_mend_are_reminded_of_the_answer_that_they_got(town: Town, smtp: SmtpServer) -> None:
    town.put("ost.xlsx", town.filled("UBN-ÖST", BAD), 5)
    town.run("mail", "answers", ROUND, "--send", "--to", "UBN-ÖST")
    smtp.taken.clear()
    remind(town, to="UBN-ÖST")
    [found] = smtp.messages
    assert flowing(found).startswith(f"Rätta det som står i vårt svar den {format_day(TODAY, 'sv')} och skicka arbetsboken igen senast ")
    assert f"Vi fick er arbetsbok den {format_day(TODAY, 'sv')}, men" in flowing(found)
    assert f"Vad som behöver rättas står i mejlet som du fick den {format_day(TODAY, 'sv')}." in flowing(found)
    assert "höra av dig om du inte har fått något kvitto" in flowing(found)
    assert enclosed(found) == {}


def test_those_whose_answer_was_never_mailed_are_told_in_the_reminder_what_to_mend(town: Town, smtp: SmtpServer) -> None:
    """A preview is no answer, nor is the one on an earlier return."""
    town.put("ost.xlsx", town.filled("UBN-ÖST", {"commitments": [{"parent_id": "UBN-M1"}]}), 5)
    town.run("mail", "answers", ROUND, "--send", "--to", "UBN-ÖST")
    town.put("ost 2.xlsx", town.filled("UBN-ÖST", BAD), 9)
    town.run("mail", "answers", ROUND)
    smtp.taken.clear()
    remind(town, to="UBN-ÖST")
    [found] = smtp.messages
    for said in (flowing(found), " ".join(re.sub(r"<[^>]+>", "", html(found)).split())):
        assert "Rätta det som står under ”Att rätta” och skicka arbetsboken igen senast " in said
        assert "Åtaganden C5: Mål: ”UBN-M9” finns inte bland nämndens mål, nämndens åtaganden och målen på bladet Egna mål." in said
        assert "vårt svar" not in said
        assert "mejlet som du fick" not in said


@pytest.mark.parametrize("responsible", ["Rektor", None])
def test_an_answer_tells_what_was_understood(town: Town, responsible: str | None) -> None:
    """Whether the return is done or to be mended, after what there is to do, in a line; no command stands in it."""
    rows = [{**PRESCHOOL["commitments"][0], "start": "15/1", "responsible": responsible}]
    town.put("ost.xlsx", town.filled("UBN-ÖST", {"commitments": rows}), 5)
    town.run("mail", "answers", ROUND, "--to", "UBN-ÖST")
    [found] = previews(town).values()
    for said in (flowing(found), " ".join(re.sub(r"<[^>]+>", "", html(found)).split())):
        assert "Så har vi förstått dig: Åtaganden F5 ”15/1” som 2027-01-15." in said
        assert said.find("Att rätta") < said.index("För kännedom") < said.index("Kvitto")
        assert "styrxl" not in said
        assert ("Fyll i cellen E5." in said) == (responsible is None)


def test_a_reminder_speaks_of_receipts_where_there_are_any(town: Town, smtp: SmtpServer) -> None:
    remind(town, to="UBN-ÅBY")
    town.run("mail", "answers", ROUND, "--send", "--to", "UBN")
    remind(town, to="UBN-ÖST")
    first, _, last = map(flowing, smtp.messages)
    assert "Har du redan skickat arbetsboken? Då kan du bortse från det här." in first
    assert "kvitto" in last


def test_a_reminder_threads_with_the_workbook_and_brings_it_along(town: Town, smtp: SmtpServer) -> None:
    town.run("mail", "templates", ROUND, "--send", "--to", "UBN-ÅBY")
    remind(town, to="UBN-ÅBY")
    first, second = smtp.messages
    assert second["References"] == first["Message-ID"]
    assert enclosed(second) == {"UBN-ÅBY.xlsx": town.issued("UBN-ÅBY")}


@pytest.mark.parametrize("days,told", [(6, []), (7, ["KFN", "UBN"])])
def test_the_board_is_told_after_some_days(town: Town, smtp: SmtpServer, days: int, told: list[str]) -> None:
    remind(town, due=TODAY - timedelta(days=days))
    found = {str(m["To"]).split("<")[1][:3].upper(): m for m in smtp.messages if "försenad" in m["Subject"] or "late" in m["Subject"]}
    assert sorted(found) == told
    if told:
        assert found["UBN"]["Subject"] == "Plan 2027: 2 enheter under Utbildningsnämnden är försenade"
        assert "Östra förskolan" in text(found["UBN"])
        assert found["KFN"]["Subject"] == "Plan 2027: one unit of Kultur- och fritidsnämnden is late"


# summaries


def fill_in(town: Town, *names: str) -> None:
    for minute, owner in enumerate(names or UNITS, 1):
        town.put(f"{owner}.xlsx", town.filled(owner, ANSWERS[owner]), minute)


def test_a_summary_needs_workbooks_made_of_the_newest_accepted_returns(town: Town, smtp: SmtpServer) -> None:
    fill_in(town)
    assert "styrxl consolidate 2027-plan --all" in town.run("mail", "summary", ROUND, "--send", expect=3).stderr
    town.run("consolidate", ROUND, "--all")
    newer = {**PRESCHOOL, "commitments": PRESCHOOL["commitments"][:1]}
    town.put("ost 2.xlsx", town.filled("UBN-ÖST", newer), 30)
    assert "är inte gjord av de senaste svaren" in town.run("mail", "summary", ROUND, "--send", expect=3).stderr
    town.run("consolidate", ROUND, "--all")
    path = town.root / "boards" / ROUND / "UBN.xlsx"
    made = path.read_bytes()
    path.write_bytes(b"changed by hand")
    town.run("mail", "summary", ROUND, "--send", expect=3)
    assert smtp.asked == []
    path.write_bytes(made)
    assert "3 mejl skickade" in town.run("mail", "summary", ROUND, "--send").output


def test_an_incomplete_summary_is_refused_unless_allowed_and_then_says_so_first(town: Town, smtp: SmtpServer) -> None:
    fill_in(town, "UBN-ÅBY")
    town.put("bib.xlsx", town.filled("KFN-BIB"), 5)
    town.put("bib 2.xlsx", town.filled("KFN-BIB", {"commitments": [{"text": "No parent"}]}), 6)
    town.run("consolidate", ROUND, "--all")
    result = town.run("mail", "summary", ROUND, "--send", expect=3)
    assert "2 saknas eller har ett nyare svar som inte är klart: Biblioteket, Östra förskolan." in result.stderr
    assert smtp.asked == []
    town.run("mail", "summary", ROUND, "--send", "--allow-incomplete")
    found = {str(m["To"]): m for m in smtp.messages}
    first = {to.partition("@")[0].partition("<")[2] or to.partition("@")[0]: flowing(m).split(". ")[0] for to, m in found.items()}
    assert first == {
        "kansli": "! Ofullständig: svar saknas eller behöver kompletteras från Östra förskolan, Biblioteket",
        "ubn": "! Ofullständig: svar saknas eller behöver kompletteras från Östra förskolan",
        "kfn": "! Incomplete: returns are missing or need completing from Biblioteket",
    }
    assert all("(ofullständig)" in m["Subject"] or "(incomplete)" in m["Subject"] for m in found.values())


def test_a_file_that_nobody_can_be_tied_to_is_named_as_what_holds_a_summary_up(town: Town, smtp: SmtpServer) -> None:
    """It may be somebody's newer return; set aside, it is in nobody's way."""
    fill_in(town)
    town.put("skräp.xlsx", b"not a workbook", 9)
    town.run("consolidate", ROUND, "--all")
    said = town.run("mail", "summary", ROUND, "--send", expect=3).stderr
    assert ("1 saknas" in said, "okänd avsändare (skräp.xlsx)" in said, "styrxl set-aside" in said) == (True, True, True)
    town.run("mail", "summary", ROUND, "--allow-incomplete", "--to", "KF")
    [preview] = previews(town, "summary").values()
    assert flowing(preview).startswith("! Ofullständig: svar saknas eller behöver kompletteras från okänd avsändare (skräp.xlsx). ")
    town.run("set-aside", ROUND, "skräp.xlsx", "--reason", "Skräp")
    town.run("consolidate", ROUND, "--all")
    town.run("mail", "summary", ROUND, "--send")
    assert len(smtp.taken) == 3


def test_a_board_that_is_complete_can_have_its_summary_alone(town: Town, smtp: SmtpServer) -> None:
    fill_in(town, "UBN-ÅBY", "UBN-ÖST")
    town.run("consolidate", ROUND, "--all")
    town.run("mail", "summary", ROUND, "--send", "--to", "UBN")
    [found] = smtp.messages
    assert text(found).startswith("✓ Sammanställningen är komplett: alla 3 arbetsböcker är inne och klara.")
    assert "UBN-M1 Fler elever når målen" in text(found)


def test_an_office_without_an_address_is_told_to_get_nothing(town: Town, smtp: SmtpServer, made: Certificates) -> None:
    fill_in(town)
    town.run("consolidate", ROUND, "--all")
    rewrite(town, KF="")
    town.run("consolidate", ROUND, "--all")
    result = town.run("mail", "summary", ROUND, "--send", expect=1)
    [row] = [line for line in result.stdout.splitlines() if line.startswith("KF ")]
    assert row.endswith("! e-postadress saknas på bladet Organisation")
    assert "Ingen får hela sammanställningen: fullmäktiges kansli har ingen e-postadress" in result.stderr
    assert "Allt går bara till" not in result.stderr
    set_up(town, by_smtp(smtp, made) + 'everything_to = ["UBN"]\n')
    result = town.run("mail", "summary", ROUND, expect=1)
    assert "Fullmäktiges kansli får ingen sammanställning: e-postadress saknas" in result.stderr


def test_those_named_get_everything(town: Town, smtp: SmtpServer, made: Certificates) -> None:
    set_up(town, by_smtp(smtp, made) + 'everything_to = ["UBN"]\n')
    fill_in(town)
    town.run("consolidate", ROUND, "--all")
    town.run("mail", "summary", ROUND, "--send")
    found = {r: list(enclosed(m)) for e, m in zip(smtp.taken, smtp.messages, strict=True) for r in e.rcpt_tos}
    assert found == {"kansli@example.se": [f"{ROUND}.xlsx"], "ubn@example.se": [f"{ROUND}.xlsx"], "kfn@example.se": [f"KFN-{ROUND}.xlsx"]}
