"""Figures that are worked out of a round, as facts: money against frames, goals, commitments. They are the council's workbook's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from styrxl.export.resource import TEXT, DataField, Reference, Resource
from styrxl.export.round_tables import OWNER, ROUND
from styrxl.export.values import plain_value
from styrxl.model.amounts import add_amounts, add_known, subtract_amounts
from styrxl.model.goal_judgement import NO, PARTLY, STATUSES, YES, assessment_code
from styrxl.model.goal_tree import BOARD_GOAL, COMMITMENTS, COUNCIL_GOAL
from styrxl.model.judged import ALONE
from styrxl.model.rounds import Round
from styrxl.reports.board_budgets import BoardBudget, list_budgets
from styrxl.reports.board_outcomes import BoardOutcome, MoneyOutcome, is_unspread, list_outcomes, outcome_of
from styrxl.reports.council_goals import GoalState
from styrxl.reports.followup_view import ADDED, MISSING, OUTSIDE, FollowupView
from styrxl.reports.view import View

_GOAL = Reference("goal", "dim_goals", "goal")
_ROUND_FIELD = DataField("round", "string", "The round.", {"required": True})
_OWNER_FIELD = DataField("owner", "string", "The board or other owner.", {"required": True})
_MONEY: Mapping[str, str] = {
    "planned_revenue": "Revenue as planned (tkr).",
    "planned_cost": "Cost as planned (tkr).",
    "planned_net": "Net cost as planned (tkr).",
    "budget_changes": "Changes of the net cost since the plan (tkr).",
    "current_budget": "Net cost as planned and changed since (tkr).",
    "outcome_revenue": "Revenue so far (tkr).",
    "outcome_cost": "Cost so far (tkr).",
    "outcome_net": "Net cost so far (tkr).",
    "forecast_revenue": "Revenue forecast for the full year (tkr).",
    "forecast_cost": "Cost forecast for the full year (tkr).",
    "forecast_net": "Net cost forecast for the full year (tkr).",
    "year_net": "What the year comes to, net: at year-end the outcome, before that the forecast (tkr).",
    "deviation_from_budget": "Current budget minus what the year comes to (tkr, plus is a surplus).",
    "unfunded": "Money in the forecast that nobody has granted (tkr).",
    "measures_effect": "What the measures against a deficit are expected to give (tkr).",
}
_FRAMES: Mapping[str, str] = {
    "frame_decided": "The council's frame as decided, net (tkr).",
    "frame_adjustments": "Adjustments of the frame that count in the round (tkr).",
    "frame_current": "The frame as it counts in the round (tkr).",
    "frame_left": "What the current budget leaves of the frame (tkr).",
    "deviation_from_frame": "The frame minus what the year comes to (tkr, plus is a surplus); empty in a plan.",
    "divided_among_units": "What the board has divided among its units (tkr); empty in a follow-up.",
}


def make_figures(view: View, followup: FollowupView | None) -> list[Resource]:
    """Return the facts of a round; ``followup``: None for a plan."""
    goals = _list_goal_states(followup) if followup else _list_planned_goals(view)
    return [
        _make_board_money(view),
        _make_activity_money(view),
        _make_investments(view),
        _make_goal_states([*goals]),
        _make_commitments(view, followup),
    ]


def _amounts(described: Mapping[str, str]) -> tuple[DataField, ...]:
    return tuple(DataField(name, "number", text) for name, text in described.items())


# money


def _money_of(money: MoneyOutcome) -> tuple[float | None, ...]:
    """Return the figures in the order of ``_MONEY``."""
    typed = (money.outcome_revenue, money.outcome_cost, money.outcome_net, money.forecast_revenue, money.forecast_cost, money.forecast_net)
    planned = (money.planned_revenue, money.planned_cost, money.planned, money.changes, money.budget)
    return (*planned, *typed, money.year_net, money.deviation, money.unfunded, money.effect)


def _planned_money(revenue: float | None, cost: float | None, net: float | None) -> tuple[float | None, ...]:
    return (revenue, cost, net, None, net, *[None] * (len(_MONEY) - 5))


_IN_TOTAL = "Whether the council's page has it in its total: in a follow-up the boards with both a frame and what the year comes to."


def _make_board_money(view: View) -> Resource:
    rows = (
        [_outcome_row(view.round, b) for b in list_outcomes(view)]
        if view.history
        else [_budget_row(view.round, b) for b in list_budgets(view)]
    )
    answered = DataField("answered", "boolean", "Whether it has an accepted return; the frame of one that has none is there all the same.")
    in_total = DataField("in_total", "boolean", _IN_TOTAL, {"required": True})
    return Resource(
        "fact_board_money",
        "Each board's money against the council's frame, one row a board: the figures of the council's page on finance.",
        (_ROUND_FIELD, _OWNER_FIELD, answered, in_total, *_amounts(_FRAMES), *_amounts(_MONEY)),
        rows,
        (("round", "owner"),),
        (ROUND, OWNER),
    )


def _outcome_row(round_: Round, b: BoardOutcome) -> tuple[Any, ...]:
    measure = b.measure
    frames = (measure.decided, measure.adjustments, measure.current, measure.not_laid_out, measure.deviation, None)
    return (round_.id, b.owner.id, b.accepted, b.comparable, *frames, *_money_of(b.whole))


def _budget_row(round_: Round, b: BoardBudget) -> tuple[Any, ...]:
    frames = (b.frame.operating, b.adjustments, b.current, b.remaining, None, b.divided)
    return (round_.id, b.owner.id, b.accepted, True, *frames, *_planned_money(b.revenue, b.cost, b.net))


def _make_activity_money(view: View) -> Resource:
    fields = (
        _ROUND_FIELD,
        _OWNER_FIELD,
        DataField("line", "integer", "The line's number among the board's own.", {"required": True}),
        DataField("activity", "string", "The activity, as the board calls it.", content=TEXT),
        DataField("kind", "string", _LINES, {"required": True, "enum": ["answered", "accounts_only", "left_to_spread"]}),
        *_amounts(_MONEY),
    )
    rows = [*_outcome_lines(view)] if view.history else [*_budget_lines(view)]
    description = "The boards' money by activity; a board's lines add up to its row in fact_board_money, where it has answered."
    return Resource("fact_activity_money", description, fields, rows, (("round", "owner", "line"),), (ROUND, OWNER))


_LINES = "Whether a board has answered on it, the accounts alone have it, or it is what is left to spread of the council's changes."


def _outcome_lines(view: View) -> Iterator[tuple[Any, ...]]:
    for b in list_outcomes(view):
        for line, row in enumerate(b.rows, 1):
            kind = "left_to_spread" if is_unspread(row) else "accounts_only" if row.get(ALONE) else "answered"
            activity = None if is_unspread(row) else plain_value(row.get("activity"), "string")
            yield (view.round.id, b.owner.id, line, activity, kind, *_money_of(outcome_of(row, final=b.final)))


def _budget_lines(view: View) -> Iterator[tuple[Any, ...]]:
    for b in list_budgets(view):
        for line, row in enumerate(b.budget, 1):
            revenue, cost = row.get("revenue"), row.get("cost")
            money = _planned_money(revenue, cost, add_amounts((cost, -(revenue or 0.0))))
            yield (view.round.id, b.owner.id, line, plain_value(row.get("activity"), "string"), "answered", *money)


def _make_investments(view: View) -> Resource:
    fields = (
        _ROUND_FIELD,
        _OWNER_FIELD,
        *_amounts(
            {
                "frame_decided": "The council's investment frame as decided (tkr).",
                "frame_adjustments": "Adjustments of it that count in the round (tkr).",
                "frame_current": "The investment frame as it counts in the round (tkr).",
                "invested": "Budgeted for the year in a plan; forecast, or at year-end outcome, in a follow-up (tkr).",
                "frame_left": "The frame minus what is invested (tkr).",
            }
        ),
    )
    rows = [*_investment_rows(view)]
    description = "Each board's investments against the council's investment frame, one row a board."
    return Resource("fact_board_investments", description, fields, rows, (("round", "owner"),), (ROUND, OWNER))


def _investment_rows(view: View) -> Iterator[tuple[Any, ...]]:
    spent = ("outcome" if view.round.kind.final else "forecast") if view.history else "year_budget"
    investments = view.grouped("investment_outcomes" if view.history else "investments")
    for board in view.boards:
        frame = view.frame(board.id)
        current = frame.current_investment
        if current is None and board.id not in investments:
            continue
        answered = board.id in view.accepted
        invested = add_amounts(row.get(spent) for row in investments.get(board.id, [])) if answered else None
        adjustments = add_known(a.investment or None for a in frame.adjustments)
        yield (view.round.id, board.id, frame.investment, adjustments, current, invested, subtract_amounts(current, invested))


# goals and commitments

_COUNTS: Mapping[str, str] = {
    "boards": "Boards that the goal concerns or that serve it.",
    "boards_answered": "Those of them with an accepted return.",
    "goals": "The boards' goals under it.",
    "goals_met": "Those of them that are assessed as fulfilled, or as on their way to be.",
    "commitments": "Commitments under it, of those that were asked about.",
    "commitments_met": "Those of them that are done or under way as planned.",
    "commitments_partly": "Those that are partly done or late.",
    "commitments_not": "Those that are not done or are cancelled.",
}


def _make_goal_states(rows: Sequence[tuple[Any, ...]]) -> Resource:
    fields = (
        _ROUND_FIELD,
        DataField("goal", "string", "The goal.", {"required": True}),
        DataField(
            "state", "string", "How it stands: a code of the list assessment; in a plan served or bare (nobody has anything under it)."
        ),
        DataField("decided_by", "string", "Whose word it is.", {"enum": ["council", "board", "suggested"]}),
        DataField("preliminary", "boolean", "Whether the return of a board that the goal concerns is missing."),
        *(DataField(name, "integer", text) for name, text in _COUNTS.items()),
    )
    description = "How each goal stands, in this round and in the year's rounds before it: one row a goal and round."
    return Resource("fact_goal_states", description, fields, rows, (("round", "goal"),), (ROUND, _GOAL))


def _list_planned_goals(view: View) -> Iterator[tuple[Any, ...]]:
    for node in view.by_node.values():
        if node.kind in (COUNCIL_GOAL, BOARD_GOAL):
            state = "served" if node.commitments or node.also else "bare"
            yield (
                view.round.id,
                node.id,
                state,
                None,
                None,
                None,
                None,
                node.below.get(BOARD_GOAL, 0),
                None,
                node.commitments,
                *[None] * 3,
            )


def _list_goal_states(followup: FollowupView) -> Iterator[tuple[Any, ...]]:
    now = followup.view.round
    for round_, states in (*followup.earlier_states, (now, followup.goal_states)):
        yield from (_state_row(round_, goal, state) for goal, state in states.items())
    for node in followup.view.by_node.values():
        if node.kind == BOARD_GOAL:
            assessed = followup.assessed(node.id)
            yield (now.id, node.id, assessed or "missing", "board" if assessed else None, *[None] * (1 + len(_COUNTS)))


def _state_row(round_: Round, goal: str, state: GoalState) -> tuple[Any, ...]:
    own = state.own is not None and state.own.assessment is not None
    code = state.own.assessment if state.own and own else assessment_code(state.suggestion.grade, round_.kind.scale)
    counts = (len(state.boards), len(state.returned), len(state.goals), state.count_goals(YES), len(state.commitments))
    by_grade = (state.count_commitments(grade) for grade in (YES, PARTLY, NO))
    return (round_.id, goal, code, "council" if own else "suggested", state.preliminary, *counts, *by_grade)


def _make_commitments(view: View, followup: FollowupView | None) -> Resource:
    states = ["planned"] if followup is None else [*STATUSES, ADDED, MISSING, OUTSIDE]
    fields = (
        _ROUND_FIELD,
        _OWNER_FIELD,
        DataField("commitment", "string", "The commitment.", {"required": True}),
        DataField("goal", "string", "The goal or commitment that it hangs under."),
        DataField("council_goal", "string", "The council's goal that is reached through the chain; empty where none is."),
        DataField("state", "string", "Its status; added in this round, missing, or outside: not asked about.", {"enum": states}),
    )
    rows = [
        (view.round.id, n.owner, n.id, n.parent, n.council_goal, followup.status(n.id) if followup else "planned")
        for n in view.by_node.values()
        if n.kind in COMMITMENTS
    ]
    council_goal = Reference("council_goal", "dim_goals", "goal")
    description = "How each commitment stands in the round, one row a commitment."
    return Resource("fact_commitments", description, fields, rows, (("round", "commitment"),), (ROUND, OWNER, council_goal))
