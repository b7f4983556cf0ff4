"""Follow-ups filled in for the town of ``year``."""

from __future__ import annotations

from dataclasses import replace

from styrxl.model.prefill import Prefill
from styrxl.store.ledger import Ledger
from town import Answers
from year import BOARD_T1, BOARD_T2, BOARD_YEAR, PRESCHOOL_T1, PRESCHOOL_T2, Followed, changed

LATE = {"status": "late", "comment": "Rekryteringen drog ut på tiden."}
DEAR = {"forecast_cost": 940, "explanation": "Fler elever.", "measures": "Färre vikarier.", "measures_effect": 200}
PRESCHOOL_YEAR: Answers = {
    "goal_assessments": [{"assessment": "fulfilled", "analysis": "Vi var ute varje dag."}],
    "commitment_status": [{"status": "done"}, {"status": "partly_done", "comment": "Hälften hanns med.", "continues": "yes"}],
    "unit_outcomes": [{"outcome": 300}],
}

# Returns that have something of everything, and no contradiction of their own.
CLEAN = {
    ("t1", "UBN"): changed(BOARD_T1, "commitment_status", 1, **LATE),
    ("t1", "UBN-ÖST"): PRESCHOOL_T1,
    ("t2", "UBN"): changed(changed(BOARD_T2, "commitment_status", 1, **LATE), "outcomes", 0, **DEAR),
    ("t2", "UBN-ÖST"): changed(PRESCHOOL_T2, "commitment_status", 0, **LATE),
    ("year", "UBN"): BOARD_YEAR,
    ("year", "UBN-ÖST"): PRESCHOOL_YEAR,
}


def issued(followed: Followed, kind: str, owner: str) -> Prefill:
    """Return what a workbook was issued with, as the ledger has it."""
    with Ledger.open(followed.town.workspace.database) as ledger:
        issue = ledger.issues(f"2027-{kind}")[owner].issue_id
        return replace(Prefill.from_json(ledger.prefills([issue])[issue]), issue=issue)


def filled(followed: Followed, kind: str, owner: str, answers: Answers) -> bytes:
    """Return a workbook with answers."""
    return followed.filled(kind, owner, answers)
