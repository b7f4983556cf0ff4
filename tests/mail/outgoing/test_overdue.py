"""What letters say to owners of assignments that are past their last day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from mail_town import MAIL_PLAN, set_up
from styrxl.mail.outgoing.letter import Letter
from styrxl.mail.outgoing.letter_writer import LetterWriter
from styrxl.mail.outgoing.reminders import write_reminders
from styrxl.mail.outgoing.request import MailRequest
from styrxl.mail.outgoing.templates import write_templates
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.desk import open_desk
from styrxl.store.ledger import Ledger
from town import ROUND, Town, new_town

GIVEN = {"responsible": "UBN", "decided_on": date(2026, 6, 15), "decision": "KF 2026-06-15 § 70"}
ASSIGNMENTS = (
    {**GIVEN, "assignment_id": "KF-U1", "text": "Utred skolskjutsen", "due": date(2027, 1, 4)},
    {**GIVEN, "assignment_id": "KF-U2", "text": "Se över avgifterna", "due": date(2027, 1, 5)},
    {**GIVEN, "assignment_id": "KF-U3", "text": "Utred ett badhus", "due": date(2026, 9, 1)}
    | {"closed_on": date(2026, 12, 14), "closing_decision": "KF 2026-12-14 § 150"},
    {**GIVEN, "assignment_id": "KF-U4", "text": "Cut the queues", "due": date(2027, 1, 4), "responsible": "KFN"},
)


def test_letters_name_what_is_past_its_last_day(tmp_path: Path) -> None:
    """Neither what has its last day today, nor what the council has closed; each in the owner's language."""
    town: Town = set_up(new_town(tmp_path / "åköping", {**MAIL_PLAN, "assignments": ASSIGNMENTS}), due=date(2027, 1, 15))
    town.run("distribute", ROUND, "--level", "board")
    letters: dict[str, Letter] = {}
    with Ledger.open(town.workspace.database) as ledger:
        desk = open_desk(town.workspace, ledger, datetime(2027, 1, 5, 9, tzinfo=UTC))
        writer = LetterWriter.open(desk, standard_rounds().parse(ROUND))
        for write in (write_templates, write_reminders):
            letters |= {f"{letter.kind} {letter.owner}": letter for letter in write(writer, MailRequest("x")).letters}
    swedish = "Uppdrag som har passerat sin sista dag"
    for kind in ("templates", "reminder"):
        text = letters[f"{kind} UBN"].content.text
        assert swedish.casefold() in text.casefold()
        assert "KF-U1 Utred skolskjutsen (klart senast 4 januari 2027)" in text
        assert not any(code in text for code in ("KF-U2", "KF-U3", "KF-U4"))
        assert "KF-U4 Cut the queues (to be done by 4 January 2027)" in letters[f"{kind} KFN"].content.text
