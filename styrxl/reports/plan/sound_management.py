"""The plan's page God ekonomisk hushållning: the council's financial goals for it, and those for what the municipality does."""

from __future__ import annotations

from collections.abc import Sequence

from styrxl.excel.pages import Block, Field, Page, Row
from styrxl.model.council_plan import CouncilGoal
from styrxl.model.goal_tree import BOARD_GOAL
from styrxl.reports.page_parts import make_titled_page
from styrxl.reports.view import View


def make_page(view: View) -> Page | None:
    """Return the page for the council; None where no goal is one for sound financial management."""
    if view.board is not None:
        return None
    financial, operational = view.plan.sound_goals(view.round.year)
    blocks = [_goals_block(view, financial, "financial_goals_title"), _goals_block(view, operational, "operational_goals_title")]
    filled = [block for block in blocks if block.rows]
    return make_titled_page(view, "sound_plan", filled) if filled else None


def _goals_block(view: View, goals: Sequence[CouncilGoal], title: str) -> Block:
    heading = view.phrases.heading
    fields = (
        Field(heading("id"), "id", 9),
        Field(heading("council_goal"), width=66),
        Field(heading("focus_area"), width=34),
        Field(heading("dimension"), width=14),
        Field(heading("years"), width=12),
        Field(heading("board_goals_below"), "count", 12),
        Field(heading("commitments_below"), "count", 12),
    )
    return Block(
        fields, tuple(_goal_row(view, goal) for goal in goals), heading=view.phrases.word(title), name=title.removesuffix("_title")
    )


def _goal_row(view: View, goal: CouncilGoal) -> Row:
    node = view.by_node[goal.goal_id]
    years = str(goal.from_year) if goal.from_year == goal.to_year else f"{goal.from_year}–{goal.to_year}"
    below = (node.below.get(BOARD_GOAL, 0), node.commitments)
    return Row((goal.goal_id, goal.text, goal.focus_area, view.dimension_name(goal.dimension), years, *below))
