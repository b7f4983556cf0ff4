"""Letters to those outside the boards: who has been handed a workbook, and has an address."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from everybody import COMPANY_PLAN, MORE, hand_in
from mail_town import MAIL_PLAN, set_up
from styrxl.mail.outgoing.letter_writer import LetterWriter
from styrxl.mail.outgoing.reminders import write_reminders
from styrxl.mail.outgoing.request import MailRequest
from styrxl.mail.outgoing.templates import write_templates
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.desk import open_desk
from styrxl.store.ledger import Ledger
from town import Town, new_town

ORGANISATION = [*MAIL_PLAN["organisation"], *({**row, "email": "alla@example.se"} if row["org_id"] == "RTF" else row for row in MORE)]


def list_letters(town: Town, round_: str) -> list[tuple[str, str | None]]:
    """Return to whom which letters would go."""
    with Ledger.open(town.workspace.database) as ledger:
        desk = open_desk(town.workspace, ledger, datetime(2027, 5, 5, 9, tzinfo=UTC))
        writer = LetterWriter.open(desk, standard_rounds().parse(round_))
        writes = (write_templates, write_reminders)
        return [(letter.kind, letter.owner) for write in writes for letter in write(writer, MailRequest("x")).letters]


def test_only_those_handed_a_workbook_are_written_to(tmp_path: Path) -> None:
    """A company as a board is; what the controller fills in without an address is nobody's; a joint authority is not reminded."""
    town: Town = set_up(new_town(tmp_path / "åköping", {**MAIL_PLAN, "organisation": ORGANISATION}), due=date(2027, 5, 1))
    town.run("distribute", "2027-plan", "--level", "company")
    town.run("distribute", "2027-plan", "--level", "common")
    assert list_letters(town, "2027-plan") == [("templates", "BAB"), ("reminder", "BAB")]
    hand_in(town, "2027-plan", "BAB", "company_plan", COMPANY_PLAN)
    town.run("validate", "--round", "2027-plan", expect=None)
    assert list_letters(town, "2027-plan") == [("templates", "BAB")]
    town.run("distribute", "2027-t1", "--level", "joint_authority")
    assert list_letters(town, "2027-t1") == [("templates", "RTF")]
