"""Machines and people round one mailbox that is watched: people are answered once a return, and machines are not answered."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import zip_longest
from pathlib import Path
from threading import Event

import pytest

from long_runs import long_run
from mail_messages import OURS, raw
from mail_town import ADDRESSES, by_smtp, passwords, set_up, settings
from municipality import ORGANISATION
from post_office import Certificates, SmtpServer, parsed, reply
from styrxl.mail.incoming.sources import FetchedMessage
from styrxl.mail.incoming.watch import Watch
from styrxl.mail.outgoing.transport import Timing
from styrxl.mail.workspace_access import WorkspaceAccess
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.desk import open_desk
from styrxl.store.ledger import Ledger
from town import ANSWERS, PLAN, ROUND, Town, new_town

LOOKS, PEOPLE = long_run(8, 100), long_run(4, 20)
DAEMON, TICKETS, LIST = "mailer-daemon@example.se", "arende@example.se", "nyheter@example.se"
AWAY, OLD_AWAY, GONE = "away@example.se", "away.old@example.se", "borta@example.se"
UNITS = [f"UBN-{n:02}" for n in range(PEOPLE)]


def person(unit: str) -> str:
    return f"{unit.lower()}@example.se"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a town with a unit for each person; two auto-responders and an address that is gone are contacts of the first units too."""
    units = [
        {"org_id": unit, "name": f"Förskola {unit}", "kind": "unit", "board_id": "UBN", "email": f"{person(unit)}; {more}".strip("; ")}
        for unit, more in zip_longest(UNITS, (AWAY, OLD_AWAY, GONE), fillvalue="")
    ]
    rows = [{**row, "email": ADDRESSES.get(str(row["org_id"]), "")} for row in ORGANISATION]
    made = new_town(tmp_path_factory.mktemp("loops") / "åköping", {**PLAN, "organisation": [*rows, *units]})
    path = made.root / "styrxl.toml"
    path.write_text(path.read_text("utf-8") + settings(), "utf-8")
    made.run("distribute", ROUND, "--level", "board")
    made.put("UBN.xlsx", made.filled("UBN", {**ANSWERS["UBN"], "unit_frames": [{"frame": 10}] * (len(UNITS) + 2)}))
    made.put("KFN.xlsx", made.filled("KFN"))
    made.run("distribute", ROUND, "--level", "unit")
    return made


@dataclass
class World:
    """Who writes what: people each a return in their turn, machines to whatever is sent to them, and some of their own accord."""

    town: Town
    smtp: SmtpServer
    stop: Event
    looks: int = 0
    read: int = 0  # of what was sent, how much the machines have seen
    returns: Counter[str] = field(default_factory=Counter)

    def look(self) -> Iterator[FetchedMessage]:
        """Yield what has come since the last look."""
        messages = [*self._write(), *self._react()]
        self.looks += 1
        if self.looks >= LOOKS:
            self.stop.set()
        for message in messages:
            yield FetchedMessage(raw(message), datetime.now(UTC))

    def _write(self) -> Iterator[EmailMessage]:
        unit = UNITS[self.looks % PEOPLE]
        self.returns[unit] += 1
        yield reply(person(unit), OURS, attachments={"plan.xlsx": self._fill(unit)})
        if self.looks % 3 == 0:
            yield reply(DAEMON, OURS, "Undelivered Mail Returned to Sender")  # no report in it, and no other mark
            yield reply(TICKETS, OURS, f"[Ärende {self.looks}] Vi har tagit emot ditt meddelande")
            yield reply(LIST, OURS, "Veckans nyheter", List_Id="<nyheter.example.se>")

    def _fill(self, unit: str) -> bytes:
        """Return a workbook of a unit: every second one is to be mended; no two have the same bytes."""
        said = [{"text": f"Läsa {self.looks}", "parent_id": "UBN-M1", "responsible": "Rektor"}] if self.looks % 2 else []
        return self.town.filled(unit, {"commitments": said}) + b" " * self.looks

    def _react(self) -> Iterator[EmailMessage]:
        new, self.read = self.smtp.taken[self.read :], len(self.smtp.taken)
        for envelope in new:
            for address in envelope.rcpt_tos:
                yield from answer(address, parsed(envelope.content))


def answer(address: str, mail: EmailMessage) -> Iterator[EmailMessage]:
    """Yield what a machine answers to a mail."""
    if address == TICKETS:  # it tells of no mail that it answers, and quotes its subject
        yield reply(TICKETS, OURS, f"[Ärende {time.time_ns()}] {mail['Subject']}")
    elif address == AWAY:
        yield reply(AWAY, OURS, f"Autosvar: {mail['Subject']}", Auto_Submitted="auto-replied", In_Reply_To=str(mail["Message-ID"]))
    elif address == OLD_AWAY:  # an old program, without any mark but its words
        yield reply(OLD_AWAY, OURS, f"Frånvarande: {mail['Subject']}")
    elif address == LIST:
        yield reply(LIST, OURS, str(mail["Subject"]), Precedence="list")
    elif address == DAEMON:
        yield reply(DAEMON, OURS, "Undelivered Mail Returned to Sender")
    elif address == GONE:
        yield bounce(address)


def bounce(address: str) -> EmailMessage:
    heads = f"From: {DAEMON}\r\nTo: {OURS}\r\nMessage-ID: <{time.time_ns()}@mx.example.se>\r\nReturn-Path: <>\r\n"
    report = f"Reporting-MTA: dns; mx.example.se\r\n\r\nFinal-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    kind = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    return parsed(f"{heads}{kind}--b\r\nContent-Type: message/delivery-status\r\n\r\n{report}\r\n--b--\r\n".encode())


def test_people_are_answered_once_a_return_and_machines_never(
    town: Town, tmp_path: Path, smtp: SmtpServer, made: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords(monkeypatch.setenv)
    town = set_up(town.copy(tmp_path / "åköping"), by_smtp(smtp, made))
    stop, told, warned = Event(), list[str](), list[str]()
    world = World(town, smtp, stop)
    with Ledger.open(town.workspace.database) as ledger:
        access = WorkspaceAccess(open_desk(town.workspace, ledger, datetime.now(UTC)), "watch")
        timing = Timing(wait=lambda _: None, pauses=(), timeout=30.0)
        once = Watch(access, standard_rounds().parse(ROUND), world.look, stop, True, "sv", told.append, warned.append, 0.0, timing)
        once.run()
    town.run("mail", "answers", ROUND, "--send", expect=None)  # what the last look brought
    assert (warned, world.looks) == ([], LOOKS)
    assert {unit: len(smtp.to(person(unit))) for unit in UNITS} == {unit: world.returns[unit] for unit in UNITS}
    assert [smtp.to(address) for address in (DAEMON, LIST)] == [[], []]
    assert len(smtp.to(TICKETS)) == 1  # which nothing gives away
    for machine, unit in ((AWAY, UNITS[0]), (OLD_AWAY, UNITS[1]), (GONE, UNITS[2])):  # as contacts they get what their units get, no more
        assert [m["Message-ID"] for m in smtp.to(machine)] == [m["Message-ID"] for m in smtp.to(person(unit))]
    status = town.run("status", ROUND).stdout
    assert [line.split()[0] for line in status.splitlines() if "adressen går inte fram" in line] == [UNITS[2]]
    assert f"{GONE}: adressen går inte fram" in town.run("log", ROUND, UNITS[2]).stdout
