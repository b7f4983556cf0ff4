"""What a follow-up is prefilled with: the year's plans, and what the rounds before it said; pure.

Rows carry more than their sheets show: what the answers will be held against (``validation.rules``) stands in them too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from styrxl.model.amounts import add_amounts, net_cost
from styrxl.model.answers_in_force import holds_in_year
from styrxl.model.booked_outcomes import BookedRow
from styrxl.model.council_plan import Frame, Organisation
from styrxl.model.indicators import Target, in_both_languages
from styrxl.model.prefill import Row
from styrxl.prefill.board_goals import concerns_unit
from styrxl.prefill.continuing import list_left, mark_carried
from styrxl.prefill.contributions import list_contributions
from styrxl.prefill.indicators import find_last_outcome, list_followed_indicators, make_last_fields
from styrxl.prefill.investments import find_last_answer, list_followed_investments
from styrxl.prefill.year_so_far import YearSoFar
from styrxl.returns.cell_values import fold_text

_OF_INDICATOR = ("indicator_id", "name", "unit", "baseline", "target", "highest", "by_sex", "goal_id", "direction")
_OF_COMMITMENT = ("commitment_id", "text", "parent_id", "more_parents", "start", "end", "expected_result", "carried", "added_in")


def make_board_parts(year: YearSoFar, owner: Organisation, figures: Sequence[BookedRow] = ()) -> dict[str, Any]:
    """Return what differs between the boards' workbooks: ``frames``, ``rows``, ``lists`` and ``memory`` of a Prefill.

    ``figures``: what the accounts have of the owner.
    """
    code, number = owner.org_id, year.round.year
    frame = year.plan.frame(code, number, year.round.frames_day)
    goals = _goals(year, code)
    commitments = _commitments(year, code)
    council = [g for g in year.plan.council_goals(number) if not g.concerned_boards or code in g.concerned_boards]
    confirmation = year.plans.of("confirmation", code)
    outcomes = _outcomes(year, code, frame, [figure.activity for figure in figures if figure.activity])
    return {
        "frames": {"operating_frame": frame.current_operating, "investment_frame": frame.current_investment},
        "rows": {
            "contribution_status": list_contributions(year, code, goals, commitments),
            "goal_assessments": goals,
            "commitment_status": commitments,
            "outcomes": outcomes,
            "board_explanations": ({"planned_budget": frame.operating, "decided_changes": _granted(frame)},),
            "investment_outcomes": _investments(year, code),
            "indicator_outcomes": _indicators(year, code),
        },
        "lists": {
            "goals": (*((g.goal_id, g.text) for g in council), *((row["goal_id"], row["text"]) for row in goals)),
            "parents": _parents(year, commitments),
        },
        "memory": {
            "confirmation": tuple({"confirms": row["confirms"]} for row in confirmation),
            "adjustments": tuple({"date": a.date.isoformat(), "operating": a.operating, "decision": a.decision} for a in frame.adjustments),
        },
    }


def make_unit_parts(year: YearSoFar, owner: Organisation) -> dict[str, Any]:
    """Return what differs between the units' workbooks: ``rows`` and ``lists`` of a Prefill."""
    code = owner.org_id
    goals, commitments = _goals(year, code), _commitments(year, code)
    board = owner.board_id
    offered = [
        (row["goal_id"], row["text"])
        for row in year.plans.of("goals", board)
        if holds_in_year(row, year.round.year) and concerns_unit(row, code)
    ]
    offered += [(row["commitment_id"], row["text"]) for row in year.plans.of("commitments", board)]
    offered += [(row["goal_id"], row["text"]) for row in goals]
    parents = _parents(year, (*goals, *commitments))
    return {
        "rows": {"goal_assessments": goals, "commitment_status": commitments, "unit_outcomes": _unit_outcomes(year, owner)},
        # What a unit that has moved was tied to in its old board it may still tie to.
        "lists": {"goals": tuple(dict([*offered, *parents]).items()), "parents": parents},
    }


def _parents(year: YearSoFar, rows: Iterable[Row]) -> tuple[tuple[str, str], ...]:
    codes = dict.fromkeys(row["parent_id"] for row in rows if row["parent_id"])
    return tuple((code, year.texts.get(code, "")) for code in codes)


def _before(year: YearSoFar, owner: str, table: str, code: str) -> tuple[str | None, dict[Any, Row]]:
    """Return the last round that an owner answered in, and its rows of a table by id or folded name."""
    last = year.last(owner)
    if last is None:
        return None, {}
    return last.round.id, {fold_text(str(row[code])): row for row in last.of(table, owner)}


def _goals(year: YearSoFar, owner: str) -> tuple[Row, ...]:
    round_, before = _before(year, owner, "goal_assessments", "goal_id")
    result = []
    for row in year.plans.of("goals", owner):
        if holds_in_year(row, year.round.year):
            old = before.get(fold_text(row["goal_id"]), {})
            issued_row = {name: row.get(name) for name in ("goal_id", "text", "parent_id", "priority", "concerned_units", "to_year")}
            issued_row |= {
                "last_assessment": old.get("assessment"),
                "last_analysis": old.get("analysis"),
                "last_round": round_ if old else None,
            }
            result.append(issued_row)
    return tuple(result)


def _commitments(year: YearSoFar, owner: str) -> tuple[Row, ...]:
    round_, before = _before(year, owner, "commitment_status", "commitment_id")
    planned = year.plans.of("commitments", owner)
    added = [{**row, "added_in": answers.round.id} for answers in year.earlier for row in answers.of("added_commitments", owner)]
    own = tuple(mark_carried(year, owner, (*planned, *added)))
    result = []
    for row in (*own, *list_left(year, owner, own)):
        old = before.get(fold_text(row["commitment_id"]), {})
        issued_row = {name: row.get(name) for name in _OF_COMMITMENT}
        issued_row |= {"last_status": old.get("status"), "last_round": round_ if old else None}
        result.append(issued_row)
    return tuple(result)


def _outcomes(year: YearSoFar, owner: str, frame: Frame, accounted: Sequence[str]) -> tuple[Row, ...]:
    """Return the board's activities, with what of the council's changes of the frame stands on each.

    ``accounted``: activities that the accounts have; those that the plan does not have come last, with nothing planned.
    That is all of them where there is one activity; where there are several it is as the board has spread them before.
    """
    round_, before = _before(year, owner, "outcomes", "activity")
    amounts = ("revenue", "cost", "net")
    planned = _merged(year.plans.of("budget", owner), "activity", amounts)
    there = {fold_text(row["activity"]) for row in planned}
    planned += [{"activity": name, **dict.fromkeys(amounts, 0.0)} for name in accounted if planned and fold_text(name) not in there]
    granted = _granted(frame)
    result = []
    for row in planned:
        old = before.get(fold_text(row["activity"]), {})
        forecast = net_cost(old, "forecast")
        issued_row = {
            "activity": row["activity"],
            "planned_revenue": row["revenue"],
            "planned_cost": row["cost"],
            "planned_budget": row["net"],
            "decided_changes": (granted if len(planned) == 1 else old.get("decided_changes")) or None,
            "last_forecast": forecast,
            "last_round": round_ if old else None,
        }
        result.append(issued_row | {f"last_{name}": old.get(name) for name in ("outcome_revenue", "outcome_cost")})
    return tuple(result)


def _granted(frame: Frame) -> float:
    """Return what the council has changed a board's operating frame by (tkr)."""
    return add_amounts(a.operating for a in frame.adjustments)


def _investments(year: YearSoFar, owner: str) -> tuple[Row, ...]:
    result = []
    for row in list_followed_investments(year, owner):
        old, round_ = find_last_answer(row, year, owner)
        issued_row = {name: row.get(name) for name in ("investment_id", "project", "total_expenditure", "year_budget", "carried")}
        issued_row |= {"last_forecast": old.get("forecast"), "last_round": round_}
        result.append(issued_row | {f"last_{name}": old.get(name) for name in ("outcome", "accumulated")})
    return tuple(result)


def _merged(rows: Iterable[Row], name: str, amounts: tuple[str, ...]) -> list[dict[str, Any]]:
    """Join rows of one name, which would be one and the same to anybody who answers: their amounts are added up."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(fold_text(row[name]), []).append(row)
    return [{name: same[0][name], **{field: add_amounts(row[field] for row in same) for field in amounts}} for same in groups.values()]


def _indicators(year: YearSoFar, owner: str) -> tuple[Row, ...]:
    rows = [*_council_indicators(year, owner), *list_followed_indicators(year, owner)]
    result = []
    for row in rows:
        issued_row: dict[str, Any] = {name: row.get(name) for name in _OF_INDICATOR}
        target = {"target_shown": in_both_languages(Target.of(row))}
        result.append(issued_row | target | make_last_fields(find_last_outcome(row["indicator_id"], year)))
    return tuple(result)


def _council_indicators(year: YearSoFar, owner: str) -> list[Row]:
    """Return the council's indicators of the year that a board answers for."""
    return [dict(row) for row in year.plan.indicators if row["board_id"] == owner and row["year"] == year.round.year]


def _unit_outcomes(year: YearSoFar, owner: Organisation) -> tuple[Row, ...]:
    frame = _unit_frame(year, owner)
    if frame is None:
        return ()
    round_, before = _before(year, owner.org_id, "unit_outcomes", "unit_id")
    old = next(iter(before.values()), {})
    issued_row = {"unit_id": f"{owner.org_id} {owner.name}", "frame": frame, "last_round": round_ if old else None}
    return (issued_row | {"last_forecast": old.get("forecast"), "last_outcome": old.get("outcome")},)


def _unit_frame(year: YearSoFar, owner: Organisation) -> float | None:
    """Return a unit's frame: from its board's plan, or, where it has moved since, from the one that planned for it."""
    boards = [owner.board_id, *year.plans.tables.get("unit_frames", {})]
    for board in boards:
        for row in year.plans.of("unit_frames", board):
            if row["unit_id"] == owner.org_id and row["frame"] is not None:
                return float(row["frame"])
    return None
