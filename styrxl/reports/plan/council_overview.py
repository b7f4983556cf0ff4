"""What councillors read first of a plan: two printed pages, in million kronor, of goals, budgets against frames, and the year's result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from styrxl.excel import look
from styrxl.excel.pages import BOLD, Block, Chart, Field, Row, Series
from styrxl.model.amounts import add_known
from styrxl.model.goal_tree import BOARD_GOAL, COUNCIL_GOAL
from styrxl.reports.board_budgets import BoardBudget, add_budgets, count_within, list_budgets
from styrxl.reports.board_frames import NO_PLAN, frame_state_word
from styrxl.reports.overview_parts import (
    CHART_WIDTH,
    FIGURE,
    GOAL_LETTERS,
    ID,
    LEFT,
    LONG,
    TEXT,
    Figure,
    chart_text,
    counts_block,
    in_millions,
)
from styrxl.reports.page_parts import sum_label
from styrxl.reports.result_blocks import make_overview_block
from styrxl.reports.view import View, shorten

_CHANGE = "+#,##0.0;\N{MINUS SIGN}#,##0.0;0.0"  # number format


def list_council_blocks(view: View, figures: Sequence[Figure]) -> list[Block]:
    """Return the overview's blocks, in the order in which they are read; ``figures``: how many plans, goals and commitments there are."""
    budgets = list_budgets(view)
    asked: list[tuple[tuple[str, ...], str, Callable[[], Block | None]]] = [  # with the page that has the rows behind it
        (("goals", "commitments"), "tree", lambda: _goals_block(view)),
        (("budget",), "finance", lambda: _money_block(view, budgets)),
        (("budget",), "finance", lambda: make_overview_block(view)),
    ]
    blocks = [replace(block, about=about) for tables, about, make in asked if view.asks(*tables) and (block := make())]
    counted = counts_block(view, [*figures, *_confirmed(view, budgets), *_within(view, budgets)])
    return [replace(counted, about="oversight"), *blocks]


def _confirmed(view: View, budgets: Sequence[BoardBudget]) -> list[Figure]:
    """Return how many boards confirm their undertaking, of those whose plan is done, and how many have decided."""
    confirmations = [b.confirmation for b in budgets if b.confirmation]
    if not confirmations:
        return []
    word, figure, n = view.phrases.word, view.phrases.figure, len(confirmations)
    confirming = sum(row.get("confirms") == "yes" for row in confirmations)
    decided = sum(row.get("status") == "decided" for row in confirmations)
    return [
        (figure("boards_confirming"), confirming, word("of_all", n=n)),
        (figure("boards_decided_plan"), decided, word("of_all" if decided == n else "of_done", n=n)),
    ]


def _within(view: View, budgets: Sequence[BoardBudget]) -> list[Figure]:
    known = [b for b in budgets if b.remaining is not None]
    return [(view.phrases.figure("budgets_within"), count_within(known), view.phrases.word("of_all", n=len(known)))] if known else []


def _goals_block(view: View) -> Block | None:
    """Return each of the council's goals, with how many board goals and commitments serve it."""
    goals = [node for node in view.nodes if node.kind == COUNCIL_GOAL]
    if not goals:
        return None
    heading = view.phrases.heading
    fields = (
        Field(heading("state"), "status", TEXT),
        Field(heading("id"), "id", ID),
        Field(heading("board_goals"), "count", FIGURE),
        Field(heading("commitments"), "count", FIGURE),
        Field(heading("council_goal"), span=3, least=2 * FIGURE + LONG),
    )
    rows = [
        Row(
            (
                view.phrases.word("goal_served" if node.commitments else "goal_served_also" if node.also else "goal_bare"),
                node.id,
                node.below.get(BOARD_GOAL, 0),
                node.commitments,
                shorten(node.text, GOAL_LETTERS),
            )
        )
        for node in goals
    ]
    return Block(fields, tuple(rows), heading=view.phrases.word("goals_stand"))


def _money_block(view: View, budgets: Sequence[BoardBudget]) -> Block | None:
    """Return each board's frame, budget and what remains (million kronor), with their sum, and a chart of what remains."""
    if not budgets:
        return None
    heading = view.phrases.heading
    fields = (
        Field(heading("board"), width=TEXT),
        Field(heading("frame_mnkr"), "million", FIGURE),
        Field(heading("budget_mnkr"), "million", FIGURE),
        Field(heading("remaining_mnkr"), "million_change", FIGURE),
        Field(heading("state"), "status", FIGURE),
    )
    asked = [b for b in budgets if b.owner.is_missed or b.accepted]
    compared = [b for b in asked if b.remaining is not None]
    states = [frame_state_word(view, b.owner, b.remaining, NO_PLAN) for b in asked]
    rows = [Row((b.owner.name, *_cells(b.current, b.net, b.remaining), state)) for b, state in zip(asked, states, strict=True)]
    count = view.phrases.word("n_of_boards", n=len(compared), total=len(budgets)) if len(compared) < len(budgets) else None
    totals = [Row((sum_label(view), *_whole(compared), count), weight=BOLD)]
    if others := [b for b in budgets if b not in asked]:
        names = ", ".join(b.owner.name for b in others)
        frame = in_millions(add_known(b.current for b in others))
        totals.append(Row((f"{view.phrases.word('without_plan')}: {names}", frame, None, None, None)))
    chart = _remaining_chart(view, compared, heading("remaining_mnkr")) if compared else None
    return Block(fields, tuple(rows), heading=view.phrases.word("finance_title"), totals=tuple(totals), chart=chart, new_page=True)


def _whole(budgets: Sequence[BoardBudget]) -> tuple[float | None, ...]:
    _, _, current, _, _, net, remaining, _ = add_budgets(budgets)
    return _cells(current, net, remaining)


def _cells(*amounts: float | None) -> tuple[float | None, ...]:
    return tuple(map(in_millions, amounts))


def _remaining_chart(view: View, budgets: Sequence[BoardBudget], name: str) -> Chart:
    title = view.phrases.chart_title("finance", count_within(budgets), len(budgets))
    names = tuple(b.owner.name for b in budgets)
    series = (Series(name, tuple(in_millions(b.remaining) or 0.0 for b in budgets), look.GOOD.ink, _CHANGE),)
    return Chart(title, chart_text(view, title, names, series), names, series, (3,), signed=True, at=LEFT, width=CHART_WIDTH)
