"""A municipality of boards and their money alone: frames, budgets and outcomes go in through its workbooks, and pages come out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from filled import build_short_plan, fill_issued
from report_sheets import Cells, sheets
from styrxl.cli import cli
from styrxl.store.workspace import Workspace

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Activity:
    """What a board does: its budget, what the year came to or is expected to, and how its budget had changed by year-end (tkr)."""

    name: str
    budget: float
    cost: float
    revenue: float = 0.0
    unfunded: float | None = None
    change: float | None = None


@dataclass(frozen=True)
class MeasuredBoard:
    """A board, the council's frame for it (tkr), and its activities; without any it hands nothing in. ``investments``: of its plan."""

    id: str
    name: str
    frame: float | None
    activities: Sequence[Activity] = ()
    investment_frame: float | None = None
    investments: Sequence[Row] = ()


@dataclass(frozen=True)
class MeasuredTown:
    """A workspace with its boards' money in one year."""

    root: Path
    year: int
    boards: Sequence[MeasuredBoard]

    def run(self, *words: str, expect: int = 0) -> str:
        """Type a command that ends as expected, and return what it said."""
        result = CliRunner().invoke(cli, ["--workspace", str(self.root), *words], obj={"wait": lambda _: None})
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == expect, f"{words}: {result.exit_code}\n{result.output}"
        return result.output

    @property
    def answering(self) -> list[MeasuredBoard]:
        """The boards that hand in."""
        return [board for board in self.boards if board.activities]

    def plan(self) -> None:
        """Hand the plans out and in."""
        self.run("distribute", f"{self.year}-plan")
        for board in self.answering:
            self._answer("plan", "annual_plan", board, _planned(board, self.year))

    def follow_up(self, kind: str) -> None:
        """Hand a round's follow-ups out and in."""
        self.run("distribute", f"{self.year}-{kind}", expect=int(len(self.answering) < len(self.boards)))  # those without a plan are named
        for board in self.answering:
            self._answer(kind, "board_followup", board, _followed(board, kind))

    def _answer(self, kind: str, name: str, board: MeasuredBoard, answers: Mapping[str, Sequence[Row]]) -> None:
        round_ = f"{self.year}-{kind}"
        path = self.root / "inbox" / round_ / f"{board.id}.xlsx"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(fill_issued(self.root, round_, board.id, answers, name))
        at = datetime(self.year + 1, 2, 1, 9, tzinfo=UTC).timestamp()
        os.utime(path, (at, at))

    def pages(self, kind: str, board: str | None = None) -> dict[str, Cells]:
        """Return the pages of the council's workbook of a round, or of a board's."""
        self.run("consolidate", f"{self.year}-{kind}", *(("--board", board) if board else ()))
        folder = self.root / "boards" / f"{self.year}-{kind}" if board else self.root / "council"
        return sheets((folder / f"{board or f'{self.year}-{kind}'}.xlsx").read_bytes())


def rows_by_board(cells: Cells, heading: str | None = None) -> dict[str, dict[str, Any]]:
    """Return the rows of a page's first table, or of the one under a heading, by the name in their first column."""
    top = next(n for n, line in enumerate(cells) if line[0] == heading) if heading else 0
    top = next(n for n, line in enumerate(cells) if n >= top and line[0] == "Nämnd")
    heads = {n: str(text) for n, text in enumerate(cells[top]) if text}  # a column may take several of the sheet's
    rows = takewhile(any, cells[top + 1 :])
    return {str(line[0]): {head: line[n] for n, head in heads.items()} for line in rows}


def measured_town(root: Path, name: str, year: int, boards: Sequence[MeasuredBoard], **plan: Sequence[Row]) -> MeasuredTown:
    """Make a workspace whose council has decided on the boards' frames for a year; ``plan``: more of its sheets, or other rows."""
    workspace = Workspace.init(root, name)
    organisation = [{"org_id": "KF", "name": "Kommunfullmäktige", "kind": "council"}]
    organisation += [{"org_id": b.id, "name": b.name, "kind": "board"} for b in boards]
    goal = {"goal_id": "KF-M1", "text": "En ekonomi i balans", "focus_area": "Ekonomi", "dimension": "economy", "sound_management": "yes"}
    frames = [
        {"board_id": b.id, "year": year, "operating_frame": b.frame, "investment_frame": b.investment_frame}
        for b in boards
        if b.frame is not None
    ]
    goals = [{**goal, "from_year": year, "to_year": year}]
    tables: dict[str, Sequence[Row]] = {"organisation": organisation, "council_goals": goals, "frames": frames, **plan}
    workspace.plan_path.write_bytes(build_short_plan(workspace, {key: tuple(rows) for key, rows in tables.items()}))
    return MeasuredTown(root, year, boards)


def _planned(board: MeasuredBoard, year: int) -> dict[str, Sequence[Row]]:
    days = {"start": date(year, 1, 1), "end": date(year, 12, 31)}
    parent = f"{board.id}-M1"
    return {
        "confirmation": [{"status": "proposed", "confirms": "yes", "responsible": "Förvaltningschef"}],
        "goal_responses": [{"concerns": "yes", "contribution": "Med budgeten i balans."}],
        "goals": [{"text": "Hålla budgeten", "parent_id": "KF-M1", "from_year": year, "to_year": year}],
        "commitments": [
            {"text": "Följa upp varje månad", "parent_id": parent, "responsible": "Ekonom", "expected_result": "Tolv rapporter", **days}
        ],
        "budget": [_split(a) for a in board.activities],
        **({"investments": board.investments} if board.investments else {}),
    }


def _split(activity: Activity) -> Row:
    """Return a net budget as revenue or cost: neither carries a minus."""
    cost, revenue = max(activity.budget, 0.0), max(-activity.budget, 0.0)
    return {"activity": activity.name, "cost": cost, **({"revenue": revenue} if revenue else {})}


def _followed(board: MeasuredBoard, kind: str) -> dict[str, Sequence[Row]]:
    final = kind == "year"
    why = {"explanation": "Volymerna blev andra än väntat."}
    rows: list[Row] = []
    for a in board.activities:
        said: dict[str, Any] = {"outcome_cost": a.cost, "outcome_revenue": a.revenue, **why}
        if final:
            said["decided_changes"] = a.change
        else:
            said |= {"outcome_cost": a.cost / 3, "outcome_revenue": a.revenue / 3, "forecast_cost": a.cost, "forecast_revenue": a.revenue}
            said |= {"measures": "Färre inköp.", "measures_effect": 1, "assumptions": "Löner plus tre procent.", "unfunded": a.unfunded}
        rows.append({name: value for name, value in said.items() if value is not None})
    return {
        "report_status": [{"status": "proposed"}],
        "goal_assessments": [{"assessment": "fulfilled" if final else "on_track", "analysis": "Budgeten har följts upp varje månad."}],
        "commitment_status": [{"status": "done" if final else "on_plan"}],
        "outcomes": rows,
    }
