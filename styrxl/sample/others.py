"""What comes in from outside the sample's boards: the finance office's workbooks, and the company's."""

from __future__ import annotations

import os
from datetime import datetime

from styrxl.model.levels import COMMON, COMPANY
from styrxl.model.prefill import Prefill
from styrxl.model.rounds import Round
from styrxl.prefill.plan import sign_issue
from styrxl.rounds.look import read_look
from styrxl.sample.fill import Answers, fill
from styrxl.sample.material import read_others
from styrxl.sample.money_answers import omit_booked
from styrxl.store.files import write_atomically
from styrxl.store.ledger import Ledger
from styrxl.store.workspace import Workspace

LEVELS = (COMMON, COMPANY)


def hand_in_others(workspace: Workspace, round_: Round, when: datetime) -> int:
    """Put the workbooks of all outside the boards into a round's inbox, and return how many they are."""
    answers, inbox, shown = read_others()[round_.kind.key], workspace.inbox(round_), read_look(workspace)
    inbox.mkdir(parents=True, exist_ok=True)
    with Ledger.open(workspace.database) as ledger:
        issues = {owner: issue for owner, issue in ledger.issues(round_.id).items() if owner in answers}
        texts = ledger.prefills(issue.issue_id for issue in issues.values())
    for owner, issue in issues.items():
        form = workspace.forms.form(issue.form, issue.profile, round_.id)
        issued = sign_issue(Prefill.from_json(texts[issue.issue_id]), issue.issue_id, workspace.sign)
        typed = _omit_booked_rows(answers[owner], issued)
        path = inbox / issue.file_name
        write_atomically(path, fill(form, issued, typed, shown))
        os.utime(path, (when.timestamp(), when.timestamp()))
    return len(issues)


def _omit_booked_rows(answers: Answers, issued: Prefill) -> Answers:
    """Return answers without what the accounts have of them."""
    rows = issued.rows.get("outcomes", ())
    typed = [omit_booked(row, answer) for row, answer in zip(rows, answers.get("outcomes", ()), strict=False)]
    return {**answers, "outcomes": typed} if typed else answers
