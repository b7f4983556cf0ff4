"""The small town when 2027 turns into 2028: its plan has frames for both, and workbooks of both are handed out and put into the inbox."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from filled import fill_plan
from judging import judge_data
from municipality import FRAMES
from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.desk import open_desk
from styrxl.rounds.judge_inbox import judge_inbox_quietly
from styrxl.store.ledger import Ledger
from town import Answers
from year import Followed, plan

NOVEMBER, FEBRUARY = datetime(2027, 11, 20, 9, tzinfo=UTC), datetime(2028, 2, 20, 9, tzinfo=UTC)


def two_years(whole: Followed, folder: Path) -> None:
    """Copy a year whose first two follow-ups are answered, and give it frames for the next year too, by which its rounds are judged."""
    town = whole.town.copy(folder)
    answers = {**plan(), "frames": [*FRAMES, *({**row, "year": 2028} for row in FRAMES)]}
    town.workspace.plan_path.write_bytes(fill_plan(town.workspace, answers))
    with Ledger.open(town.workspace.database) as ledger:
        desk = open_desk(town.workspace, ledger, datetime.now(UTC))
        for kind in ("plan", "t1", "t2"):
            judge_inbox_quietly(desk, standard_rounds().parse(f"2027-{kind}"))  # kept, for the commands of all copies


def issued(year: Followed, round_id: str, owner: str = "UBN") -> bytes:
    """Return the workbook that an owner was given in a round."""
    return (year.town.root / "outbox" / round_id / f"{owner}.xlsx").read_bytes()


def hand_out_plan(year: Followed) -> bytes:
    """Hand out the plans of the next year, and return a board's."""
    year.town.run("distribute", "2028-plan", "--level", "board")
    return issued(year, "2028-plan")


def put(year: Followed, round_id: str, data: bytes, at: datetime) -> None:
    """Put a board's workbook into the inbox of a round."""
    path = year.town.root / "inbox" / round_id / "UBN.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (at.timestamp(), at.timestamp()))


def answer_year(year: Followed, answers: Answers) -> None:
    """Put a board's last answers of 2027 into the inbox."""
    put(year, "2027-year", year.filled("year", "UBN", answers), FEBRUARY)


def judged(year: Followed, round_id: str, data: bytes, at: datetime) -> JudgedRound:
    """Judge a board's workbook against what was issued in a round."""
    with Ledger.open(year.town.workspace.database) as ledger:
        desk = open_desk(year.town.workspace, ledger, at)
        return judge_data(desk, standard_rounds().parse(round_id), [("UBN.xlsx", data)], at)
