"""What it takes to judge returns of a small town and to send them back, without the commands around it."""

from __future__ import annotations

from typing import Any

from judging import judge_data
from styrxl.annotated.copy import Annotator, ReturnToMend
from styrxl.model.findings import Finding
from styrxl.model.forms import Form
from styrxl.model.judged import Judged
from styrxl.model.limits import STANDARD as LIMITS
from styrxl.model.rounds import standard_rounds
from styrxl.prefill.plan import sign_issue
from styrxl.returns import workbook
from styrxl.returns.extras import question_about, read_extras
from styrxl.returns.locate import Locator
from styrxl.returns.package.cell_notes import list_own_notes
from styrxl.returns.read import ReturnReader
from styrxl.returns.tables import is_blank
from styrxl.rounds.desk import open_desk
from styrxl.rounds.judge_inbox import judge_inbox_quietly, select_board_tables
from styrxl.rounds.prefills import fetch_prefills
from styrxl.store.ledger import Ledger
from town import NOW, ROUND, Town

NOT_BACK = {
    "unreadable-workbook",
    "encrypted-workbook",
    "oversized-workbook",
    "unknown-form",
    "unknown-version",
    "unknown-owner",
    "wrong-round",
}
NOT_BACK |= {"forged-identity", "macro-workbook"}


class Desk:
    """A town, its ledger and what was issued."""

    def __init__(self, town: Town, ledger: Ledger) -> None:
        self.town = town
        self.annotator, self.reader = Annotator(), ReturnReader(town.forms)
        round_, self.desk = standard_rounds().parse(ROUND), open_desk(town.workspace, ledger, NOW)
        self.boards = select_board_tables(judge_inbox_quietly(self.desk, round_))
        issues = {owner: issue.issue_id for owner, issue in ledger.issues(ROUND).items()}
        prefills = fetch_prefills(ledger, issues.values())
        self.prefills = {owner: sign_issue(prefills[issue], issue, town.workspace.sign) for owner, issue in issues.items()}

    def judge_all(self, *files: tuple[str, bytes]) -> tuple[Judged, ...]:
        """Judge files together, by name."""
        return judge_data(self.desk, standard_rounds().parse(ROUND), files, NOW, boards=self.boards).returns

    def judge(self, data: bytes) -> Judged:
        """Judge one file."""
        return self.judge_all(("svar.xlsx", data))[0]

    def back(self, owner: str, data: bytes, findings: tuple[Finding, ...] | None = None) -> bytes:
        """Return what goes back."""
        read, _ = workbook.read_workbook(data)
        assert read is not None
        found = self.judge(data).findings if findings is None else findings
        extras = read_extras(data, question_about(read, list_own_notes(self.town.forms.words)), LIMITS)
        return self.annotator.annotate(ReturnToMend(self.form(owner), self.prefills[owner], read, extras, found, "svar.xlsx"))

    def form(self, owner: str) -> Form:
        """Return the form that an owner was given."""
        return self.town.form(owner)

    def answers(self, owner: str, data: bytes) -> list[tuple[str, str, Any]]:
        """Return every answer in a workbook: sheet key, field, value, in order of sheets and rows."""
        read, _ = workbook.read_workbook(data)
        assert read is not None
        found = []
        for table in Locator(self.form(owner), self.town.forms.words).locate(read, "sv")[0]:
            for column in (c for c in table.sheet.columns if c.asked and c.field in table.columns):
                values = zip(table.rows, table.columns[column.field], strict=True)
                found += [
                    (table.sheet.key, column.field, table.marks.get((column.field, row)) or value)
                    for row, value in values
                    if not is_blank(value) or table.marks.get((column.field, row))
                ]
        return found

    def meant(self, owner: str, data: bytes) -> list[tuple[str, str, Any]]:
        """Return every answer as it was understood, and exactly as written where it was not: sheet key, field, value."""
        reading = self.reader.read_as(data, self.form(owner), "sv")
        found = []
        for table in reading.tables:
            assert table.typed is not None
            for column in (c for c in table.sheet.columns if c.asked and c.field in table.columns):
                values = zip(table.columns[column.field], table.typed.columns[column.field], strict=True)
                typed = column.kind in {"integer", "number", "date", "choice"}
                found += [
                    (table.sheet.key, column.field, raw if value is None or not typed else value)
                    for raw, value in values
                    if not is_blank(raw)
                ]
        return found


def lead(data: bytes) -> list[list[Any]]:
    """Return the rows of the first sheet, as shown."""
    read, _ = workbook.read_workbook(data)
    assert read is not None
    return read.sheets[0].rows
