"""The follow-up's page God ekonomisk hushållning: how the council's goals for it stand, and the executive board's judgement of the whole.

The goals are those of the local government act (kommunallagen 11 kap.). They are evaluated in the annual report (LKBR 11 kap.), and in
August judged as expected at year-end (LKBR 13 kap., RKR R17): the page's words follow the round's scale.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from styrxl.excel.pages import Block, Field, Page, Row
from styrxl.model.council_plan import CouncilGoal, Overall
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.goal_counts import count_fulfilled, count_word
from styrxl.reports.goal_reasons import explain_state
from styrxl.reports.page_parts import make_titled_page

_WIDTHS = {"id": 9, "council_goal": 44, "focus_area": 24, "dimension": 13, "assessment": 22, "ground": 66}


def make_page(followup: FollowupView) -> Page | None:
    """Return the page for the council; None where no goal is one for sound financial management, and nobody has judged the whole."""
    view = followup.view
    if view.board is not None:
        return None
    financial, operational = view.plan.sound_goals(view.round.year)
    overall = view.plan.find_overall(view.round.id)
    if not financial and not operational and overall is None:
        return None
    blocks = [
        _judgement_block(followup, overall),
        _figures_block(followup, {"financial_goals": financial, "operational_goals": operational}, overall),
        _goals_block(followup, financial, "financial_goals_title"),
        _goals_block(followup, operational, "operational_goals_title"),
    ]
    return make_titled_page(view, f"sound_{view.round.kind.scale}", [block for block in blocks if block.rows])


def _figures_block(followup: FollowupView, goals: dict[str, list[CouncilGoal]], overall: Overall | None) -> Block:
    view, heading = followup.view, followup.view.phrases.heading
    fields = (
        Field(heading("figure"), span=2),
        Field(heading("value"), "money", _WIDTHS["focus_area"]),
        Field(heading("remark"), span=3),
    )
    word, scale = view.phrases.word, view.round.kind.scale
    rows = [_count_row(followup, f"{key}_{scale}", those) for key, those in goals.items() if those]
    balance = overall.balance_result if overall else None
    remark = word("overall_missing" if balance is None else f"balance_{'deficit' if balance < 0 else 'met'}_{scale}")
    rows.append(Row((view.phrases.figure(f"balance_result_{scale}"), balance, remark)))
    return Block(fields, tuple(rows))


def _count_row(followup: FollowupView, key: str, goals: Sequence[CouncilGoal]) -> Row:
    """Return how many of some goals are fulfilled, of how many, and how the others stand."""
    grades = [followup.goal_states[goal.goal_id].grade for goal in goals]
    return Row((followup.view.phrases.figure(key), count_fulfilled(grades), count_word(followup.view, grades)))


def _judgement_block(followup: FollowupView, overall: Overall | None) -> Block:
    """Return the executive board's judgement in words, a paragraph a row; that it is missing where it is."""
    phrases = followup.view.phrases
    text = (overall.judgement if overall else None) or phrases.word("overall_missing")
    rows = tuple(Row((part,)) for part in text.split("\n") if part.strip())
    return Block((Field(phrases.heading("overall_judgement"), span=6),), rows, heading=phrases.word("overall_title"))


def _goals_block(followup: FollowupView, goals: Sequence[CouncilGoal], title: str) -> Block:
    view, kinds = followup.view, {"id": "id", "assessment": "status"}
    fields = tuple(Field(view.phrases.heading(key), kinds.get(key, "text"), width) for key, width in _WIDTHS.items())
    return Block(fields, tuple(_goal_rows(followup, goals)), heading=view.phrases.word(title), name=title.removesuffix("_title"))


def _goal_rows(followup: FollowupView, goals: Sequence[CouncilGoal]) -> Iterator[Row]:
    for goal in goals:
        state = followup.goal_states[goal.goal_id]
        words = (followup.state_word(state) if state.own else followup.state_in_force(state), explain_state(followup, state))
        yield Row((goal.goal_id, goal.text, goal.focus_area, followup.view.dimension_name(goal.dimension), *words))
