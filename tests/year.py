"""A year in the small town: its plans are in, and the follow-ups are handed out, answered and put into the inbox round by round."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from filled import fill_issued
from judging import judge_data
from municipality import FRAMES, GOALS, ORGANISATION, Rows
from styrxl.model.forms import Form
from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.desk import open_desk
from styrxl.store.ledger import Ledger
from town import ANSWERS, BOARD, Answers, Town, full_town

MOMENTS = {kind: datetime(2027, month, 20, 9, 0, tzinfo=UTC) for kind, month in {"t1": 5, "t2": 9}.items()} | {
    "year": datetime(2028, 1, 20, 9, 0, tzinfo=UTC)
}
CHOSEN = {"UBN": "T1; T2;År", "KFN": "delår 2, year"}
ADJUSTMENT = {"board_id": "UBN", "year": 2027, "date": date(2027, 6, 15), "operating": 20, "decision": "KF 2027-06-15 § 112"}

SUMMER = {"start": date(2027, 6, 1), "end": date(2027, 10, 31)}
SPRING = {"start": date(2027, 1, 1), "end": date(2027, 6, 30)}
PLANS: Mapping[str, Answers] = {
    **ANSWERS,
    "UBN": {
        **BOARD,
        "commitments": [
            *BOARD["commitments"],
            {"text": "Öppna lovskola", "parent_id": "KF-M2", "responsible": "Skolchef", "expected_result": "Öppen", **SUMMER},
            {"text": "Rekrytera speciallärare", "parent_id": "KF-M2", "responsible": "Skolchef", "expected_result": "Tre till", **SPRING},
        ],
    },
}


def plan(*, organisation: Rows = ORGANISATION, adjustments: Rows = (ADJUSTMENT,), goals: Rows = GOALS) -> Answers:
    """Return the council's plan, with the rounds that each board has chosen and a frame adjusted in June."""
    rows = [row | ({"followup_rounds": CHOSEN[row["org_id"]]} if row["org_id"] in CHOSEN else {}) for row in map(dict, organisation)]
    return {"organisation": rows, "council_goals": goals, "frames": FRAMES, "frame_adjustments": adjustments}


JULY = date(2027, 7, 1)


def moved() -> Rows:
    """Return the organisation in which a preschool moves to the other board in July, and that board its name; new rows come last."""
    changes: dict[str, dict[str, Any]] = {"UBN-ÖST": {"board_id": "KFN", "administration_id": None}, "KFN": {"name": "Kulturnämnden"}}
    before = [dict(row) | ({"to": JULY - timedelta(days=1)} if row["org_id"] in changes else {}) for row in ORGANISATION]
    after = [dict(row) | changes[row["org_id"]] | {"from": JULY} for row in ORGANISATION if row["org_id"] in changes]
    return [*before, *after]


GOOD = {"assessment": "on_track", "trend": "better", "analysis": "Fler når målen än i fjol."}
UNDER_WAY = {"status": "on_plan"}
BOARD_T1: Answers = {
    "report_status": [{"status": "proposed"}],
    "goal_assessments": [GOOD],
    "commitment_status": [UNDER_WAY, UNDER_WAY, {"status": "not_started"}, UNDER_WAY],
    "outcomes": [
        {
            "outcome_revenue": 30,
            "outcome_cost": 300,
            "forecast_revenue": 100,
            "forecast_cost": 890,
            "assumptions": "Löner plus tre procent.",
        },
        {"outcome_cost": 50.25, "forecast_cost": 150},
    ],
    "investment_outcomes": [{"outcome": 10, "forecast": 60, "accumulated": 40, "expected_total": 90, "finished_year": 2028}],
    "indicator_outcomes": [{"outcome": 86}],
}
BOARD_T2: Answers = {
    **BOARD_T1,
    "goal_assessments": [GOOD | {"analysis": "Vårens prov visar att fler når målen."}],
    "commitment_status": [{"status": "done"}, UNDER_WAY, UNDER_WAY, {"status": "done"}],
    "outcomes": [
        {"decided_changes": 20, "outcome_revenue": 65, "outcome_cost": 600, "forecast_revenue": 100, "forecast_cost": 915},
        {"outcome_cost": 100, "forecast_cost": 149},
    ],
    "investment_outcomes": [{"outcome": 40, "forecast": 55, "accumulated": 70, "expected_total": 90, "finished_year": 2028}],
}
BOARD_YEAR: Answers = {
    **BOARD_T1,
    "goal_assessments": [{"assessment": "fulfilled", "analysis": "Målet är nått."}],
    "commitment_status": [{"status": "done"}, {"status": "done"}, {"status": "done"}, {"status": "done"}],
    "outcomes": [{"decided_changes": 20, "outcome_revenue": 102, "outcome_cost": 918}, {"outcome_cost": 150}],
    "investment_outcomes": [{"outcome": 56, "accumulated": 86, "expected_total": 90, "finished_year": 2028}],
}
ENGLISH_T1: Answers = {
    "report_status": [{"status": "proposed"}],
    "goal_assessments": [{"assessment": "on_track", "analysis": "Visits are up."}],
    "commitment_status": [UNDER_WAY],
    "outcomes": [{"outcome_cost": 160, "forecast_cost": 478}],
}
SCHOOL_T1: Answers = {"commitment_status": [UNDER_WAY, UNDER_WAY], "unit_outcomes": [{"outcome": 166, "forecast": 499}]}
PRESCHOOL_T1: Answers = {
    "goal_assessments": [{"assessment": "on_track", "analysis": "Vi är ute varje dag."}],
    "commitment_status": [UNDER_WAY, UNDER_WAY],
    "unit_outcomes": [{"outcome": 100, "forecast": 300}],
}
ENGLISH_T2: Answers = {
    **ENGLISH_T1,
    "goal_assessments": [{"assessment": "on_track", "analysis": "Visits are still up."}],
    "outcomes": [{"outcome_cost": 320, "forecast_cost": 479}],
}
LIBRARY_T2: Answers = {"commitment_status": [UNDER_WAY], "unit_outcomes": [{"outcome": 260, "forecast": 400}]}
SCHOOL_T2: Answers = {"commitment_status": [UNDER_WAY, UNDER_WAY], "unit_outcomes": [{"outcome": 333, "forecast": 498}]}
PRESCHOOL_T2: Answers = {
    "goal_assessments": [{"assessment": "on_track", "analysis": "Vi är ute ännu mer."}],
    "commitment_status": [{"status": "done"}, UNDER_WAY],
    "unit_outcomes": [{"outcome": 200, "forecast": 300}],
}
T2: Mapping[str, Answers] = {
    "UBN": BOARD_T2,
    "KFN": ENGLISH_T2,
    "UBN-ÅBY": SCHOOL_T2,
    "UBN-ÖST": PRESCHOOL_T2,
    "KFN-BIB": LIBRARY_T2,
}
T1: Mapping[str, Answers] = {"UBN": BOARD_T1, "KFN": ENGLISH_T1, "UBN-ÅBY": SCHOOL_T1, "UBN-ÖST": PRESCHOOL_T1}


@dataclass(frozen=True, slots=True)
class Followed:
    """A town with plans, and what a controller does with its follow-ups."""

    town: Town

    def issued(self, kind: str, owner: str) -> bytes:
        """Return the workbook that an owner was given in a round."""
        return (self.town.root / "outbox" / f"2027-{kind}" / f"{owner}.xlsx").read_bytes()

    def form(self, kind: str, owner: str) -> Form:
        """Return the form that an owner was given in a round."""
        units = {"UBN-ÅBY": ("unit_followup", "skola"), "UBN-ÖST": ("unit_followup", None), "KFN-BIB": ("unit_followup", None)}
        return self.town.forms.form(*units.get(owner, ("board_followup", None)), kind)

    def filled(self, kind: str, owner: str, answers: Answers) -> bytes:
        """Return an owner's workbook of a round with answers typed in."""
        return fill_issued(self.town.root, f"2027-{kind}", owner, answers)

    def put(self, kind: str, owner: str, answers: Answers, minute: int = 0, name: str | None = None) -> Path:
        """Put an owner's answer into a round's inbox, changed last at so many minutes past nine on the day when it is due."""
        folder = self.town.root / "inbox" / f"2027-{kind}"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / (name or f"{owner}.xlsx")
        path.write_bytes(self.filled(kind, owner, answers))
        at = MOMENTS[kind].timestamp() + 60 * minute
        os.utime(path, (at, at))
        return path

    def judge(self, kind: str, *files: tuple[str, bytes], whole_inbox: bool = False) -> JudgedRound:
        """Judge files together against what was issued, without the command around it."""
        with Ledger.open(self.town.workspace.database) as ledger:
            desk = open_desk(self.town.workspace, ledger, MOMENTS[kind])
            return judge_data(desk, standard_rounds().parse(f"2027-{kind}"), files, MOMENTS[kind], whole_inbox=whole_inbox)


def followed_town(root: Path, plan_: Answers | None = None, plans: Mapping[str, Answers] = PLANS) -> Followed:
    """Make a town whose boards and units have accepted plans for 2027, and which has handed out the first follow-up."""
    made = full_town(root, plan_ or plan(), plans)
    made.run("distribute", "2027-t1")
    return Followed(made)


def changed(answers: Answers, key: str, row: int, **fields: Any) -> dict[str, list[dict[str, Any]]]:
    """Return answers with some fields of one row changed."""
    made = {name: [dict(one) for one in rows] for name, rows in answers.items()}
    made.setdefault(key, [])
    while len(made[key]) <= row:
        made[key].append({})
    made[key][row] |= fields
    return made


def play_to_last(made: Followed) -> None:
    """Answer the first two follow-ups in a town that has handed out the first, and hand out the last one."""
    for kind, answers, following in (("t1", T1, "t2"), ("t2", T2, "year")):
        for minute, (owner, said) in enumerate(answers.items()):
            made.put(kind, owner, said, minute)
        made.town.run("distribute", f"2027-{following}")
