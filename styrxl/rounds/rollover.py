"""Next year: a proposal for the council's plan that has all that is known of it, and says what is left to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from styrxl.model.answers_in_force import collect_answers
from styrxl.model.council_plan import Organisation, Plan
from styrxl.model.errors import StyrxlError
from styrxl.model.indicators import BETTER
from styrxl.model.judged import JudgedRound
from styrxl.model.prefill import Row
from styrxl.model.rounds import Round
from styrxl.rounds.council_plan import read_plan_file
from styrxl.rounds.desk import Desk
from styrxl.rounds.issue import build_plan, keep_plan_edition
from styrxl.rounds.judge_council_plan import judge_plan
from styrxl.store.files import write_atomically

Tables = Mapping[str, tuple[Row, ...]]


@dataclass(frozen=True, slots=True)
class MissingFromPlan:
    """What a year needs that the plan does not have, and what it had that does not hold any more."""

    frames: tuple[Organisation, ...]  # those that have no frame for the year
    indicators: tuple[Row, ...]  # the council's that have no target for the year
    goals: tuple[str, ...]  # that end before it, by id
    gone: tuple[str, ...]  # organisations that end before it, by id
    any_goal: bool  # whether any goal holds in it

    @property
    def rows(self) -> int:
        """Rows to fill in."""
        return len(self.frames) + len(self.indicators)


@dataclass(frozen=True, slots=True)
class Rollover:
    """What ``rollover`` found, and the proposal that it wrote, if any was needed."""

    missing: MissingFromPlan
    path: Path | None


def roll_over(desk: Desk, year: int) -> Rollover:
    """Write ``flerarsplan YEAR.xlsx`` beside the plan, with a row for each thing to fill in; the plan itself is left alone.

    All that the plan holds is in the proposal too: the year before is still being followed up when the next one is planned.
    Raises StyrxlError: rollover-in-the-way, and as ``judge_plan``.
    """
    tables, done = _find_rollover(desk, year)
    if done.path is not None:
        keep_plan_edition(desk.workspace, desk.ledger)
        write_atomically(done.path, build_plan(desk.workspace, propose_rows(year, tables, done.missing)))
    return done


def foresee_rollover(desk: Desk, year: int) -> Rollover:
    """Return what ``roll_over`` would do, and do nothing; raises as ``roll_over``."""
    return _find_rollover(desk, year)[1]


def _find_rollover(desk: Desk, year: int) -> tuple[Tables, Rollover]:
    workspace = desk.workspace
    judged, frames = judge_plan(workspace, desk.forms, read_plan_file(workspace.plan_path))
    answers = collect_answers(JudgedRound("", (judged,), frames), Round(year, workspace.rounds["plan"]))
    tables = {name: tuple(row for rows in owners.values() for row in rows) for name, owners in answers.tables.items()}
    missing = find_missing(year, desk.plan, tables)
    if not missing.rows:
        return tables, Rollover(missing, None)
    path = workspace.plan_path.with_name(f"{workspace.plan_path.stem} {year}.xlsx")
    if path.exists():
        raise StyrxlError("rollover-in-the-way", path=str(path), plan=workspace.plan_path.name)
    return tables, Rollover(missing, path)


def find_missing(year: int, plan: Plan, tables: Tables) -> MissingFromPlan:
    """Return what a plan lacks for a year."""
    first = date(year, 1, 1)
    framed = {board for board, of in plan.frames if of == year}
    before = {board for board, of in plan.frames if of == year - 1}
    spending = [o for o in plan.of_kind(["board", "council", "audit", "common"], first) if o.kind == "board" or o.org_id in before]
    ending = {g.goal_id for g in plan.goals if g.to_year < year}
    measured = {row["indicator_id"] for row in tables.get("council_indicators", ()) if row["year"] == year}
    old = [row for row in tables.get("council_indicators", ()) if row["year"] == year - 1 and row["goal_id"] not in ending]
    ids = {o.org_id for o in plan.organisations}
    return MissingFromPlan(
        frames=tuple(o for o in spending if o.org_id not in framed),
        indicators=tuple(row for row in old if row["indicator_id"] not in measured),
        goals=tuple(g.goal_id for g in plan.goals if g.to_year == year - 1),
        gone=tuple(sorted(i for i in ids if not any(o.holds(first) for o in plan.rows_of(i)) and _held(plan, i, year - 1))),
        any_goal=any(g.holds(year) for g in plan.goals),
    )


def _held(plan: Plan, org_id: str, year: int) -> bool:
    return any(
        (o.start or date.min) <= date(year, 12, 31) and (o.end or date.max) >= date(year, 1, 1)
        for o in plan.organisations
        if o.org_id == org_id
    )


def propose_rows(year: int, tables: Tables, missing: MissingFromPlan) -> dict[str, tuple[Row, ...]]:
    """Return the rows of the proposal, by sheet: the plan's own, and one for each thing to fill in."""
    rows: dict[str, tuple[Row, ...]] = {name: tuple(map(_shown, rows)) for name, rows in tables.items()}
    rows["frames"] = (*rows.get("frames", ()), *({"board_id": o.org_id, "year": year} for o in missing.frames))
    again = ("indicator_id", "goal_id", "name", "unit", "direction", "board_id", "baseline", "by_sex", "kolada_id")
    new = tuple({**{name: row.get(name) for name in again}, "year": year, **_keep_way(row)} for row in missing.indicators)
    rows["council_indicators"] = (*rows.get("council_indicators", ()), *new)
    return rows


def _keep_way(row: Row) -> Row:
    """Return the target of an indicator that is to be better than its baseline, where it says which way: that is so in all years."""
    return {"target": row["target"]} if row.get("direction") == BETTER and isinstance(row.get("target"), str) else {}


def _shown(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.startswith("_")}
