"""The plan's page Diagram, for the council: charts that each say one thing, with the same figures in a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from styrxl.excel import look
from styrxl.excel.pages import BOLD, Block, Chart, Field, Page, Row, Series
from styrxl.model.amounts import add_amounts
from styrxl.model.goal_tree import BOARD_GOAL, COUNCIL_GOAL, Node
from styrxl.reports.board_budgets import count_within
from styrxl.reports.overview_parts import FIGURE_WIDTH, LABEL_WIDTH, SIGNED, chart_text
from styrxl.reports.page_parts import make_titled_page
from styrxl.reports.participation import Participation, count_done_units
from styrxl.reports.plan.counts import Counts, count_served
from styrxl.reports.view import PLANNED, View, shorten

FilledHeading = tuple[str, Sequence[float | None]]  # a heading and the figures under it


def make_page(view: View) -> Page | None:
    """Return the council's page of charts; None where there are none, and for a board, which has them on its first page."""
    blocks = list_chart_blocks(view) if view.board is None and view.about_plans else []
    return make_titled_page(view, "charts", blocks) if blocks else None


def list_chart_blocks(view: View) -> list[Block]:
    """Return the charts, each in a block with its figures, of what the round's forms ask about."""
    for_council = (_finance_chart, _council_goals_chart, _units_chart)
    charts: tuple[Callable[[Counts], Block | None], ...] = for_council if view.board is None else (_board_goals_chart, _unit_frames)
    counts = Counts(view)
    return [block for chart in charts if (block := chart(counts))] if view.asks(*PLANNED) else []


def _council_goals_chart(counts: Counts) -> Block | None:
    return _goals_chart(counts, counts.nodes(COUNCIL_GOAL), "goals")


def _board_goals_chart(counts: Counts) -> Block | None:
    return _goals_chart(counts, counts.nodes(BOARD_GOAL), "board_goals")


def _goals_chart(counts: Counts, goals: Sequence[Node], title_key: str) -> Block | None:
    """Return how many commitments each goal has."""
    view = counts.view
    if not goals:
        return None
    title = view.phrases.chart_title(title_key, count_served(goals), len(goals))
    names = tuple(f"{g.id} {shorten(g.text)}" for g in goals)
    series = [Series(view.phrases.heading("commitments"), tuple(g.commitments for g in goals), view.scope.look.accent)]
    after = [(view.phrases.heading("also"), [g.also for g in goals])] if any(g.also for g in goals) else []
    return replace(_chart_block(view, (view.phrases.word("goals_title"), title), ("goal", names), series, after=after), about="tree")


def _finance_chart(counts: Counts) -> Block | None:
    """Return what remains of each board's frame."""
    view, heading = counts.view, counts.view.phrases.heading
    budgets = [b for b in counts.budgets if b.accepted and b.remaining is not None]
    if not budgets:
        return None
    title = view.phrases.chart_title("finance", count_within(budgets), len(budgets))
    series = [Series(heading("remaining"), tuple(b.remaining or 0.0 for b in budgets), look.GOOD.ink, SIGNED)]
    before = [(heading("current_frame"), [b.current for b in budgets]), (heading("net"), [b.net for b in budgets])]
    names = tuple(b.owner.name for b in budgets)
    return replace(
        _chart_block(view, (view.phrases.word("finance_title"), title), ("board", names), series, before=before), about="finance"
    )


def _units_chart(counts: Counts) -> Block | None:
    """Return how many units' plans are accepted, by board."""
    view, phrases = counts.view, counts.view.phrases
    by_board = count_done_units(view)
    if not by_board:
        return None
    done, expected = (tuple(of_board[n] for of_board in by_board.values()) for n in (0, 1))
    title = phrases.chart_title("units", sum(done), sum(expected))
    series = [
        Series(phrases.heading("units_total"), expected, look.WHITE, phrases.number_format("all")),
        Series(phrases.heading("units_done"), done, look.GOOD.fill, phrases.number_format("done")),
    ]
    names = tuple(view.name(board) or board for board in by_board)
    return replace(_chart_block(view, (phrases.word("units_title"), title), ("board", names), series), about="oversight")


def _unit_frames(counts: Counts) -> Block | None:
    """Return the units' frames beside their commitments: money and what it is to give."""
    view, heading = counts.view, counts.view.phrases.heading
    units = [p for p in counts.participation if p.owner.kind == "unit"]
    frames = {row["unit_id"]: row.get("frame") for b in counts.budgets for row in b.unit_frames}
    if not units:
        return None
    fields = (
        Field(heading("unit"), width=LABEL_WIDTH),
        Field(heading("unit_frame"), "money", FIGURE_WIDTH),
        Field(heading("commitments"), "count", FIGURE_WIDTH),
        Field(heading("state"), "status", 24),
    )
    rows = tuple(Row((p.owner.name, frames.get(p.owner.id), p.commitments if p.accepted else None, _state_word(view, p))) for p in units)
    last = Row((view.phrases.word("sum"), add_amounts(r.cells[1] for r in rows), sum(r.cells[2] or 0 for r in rows), None), weight=BOLD)
    return Block(fields, rows, heading=view.phrases.word("unit_frames_title"), table="unit_frames", totals=(last,))


def _state_word(view: View, p: Participation) -> str:
    if p.elsewhere:
        return view.phrases.word("elsewhere", where=p.elsewhere)
    shown = p.accepted or p.newest
    return view.phrases.verdict(shown.verdict) if shown else view.phrases.word("not_in" if p.issue or p.owner.foreign else "not_issued")


def _chart_block(
    view: View,
    titles: tuple[str, str],
    categories: tuple[str, tuple[str, ...]],
    series: Sequence[Series],
    *,
    before: Sequence[FilledHeading] = (),
    after: Sequence[FilledHeading] = (),
) -> Block:
    """Return figures as a table and a chart.

    ``titles``: of the block, and of the chart. ``categories``: their heading's key, and their names. ``before`` and ``after``: figures
    that stand in the table alone; those with figures before them are money that may be below zero.
    """
    (title, chart_title), (heading_key, names) = titles, categories
    kind = "money" if before else "count"
    columns = [*before, *((s.name, s.values) for s in series), *after]
    fields = (Field(view.phrases.heading(heading_key), width=LABEL_WIDTH), *(Field(heading, kind, FIGURE_WIDTH) for heading, _ in columns))
    rows = tuple(Row(cells) for cells in zip(names, *(values for _, values in columns), strict=True))
    shown = tuple(range(1 + len(before), 1 + len(before) + len(series)))
    alt = chart_text(view, chart_title, names, series)
    return Block(fields, rows, heading=title, chart=Chart(chart_title, alt, names, tuple(series), shown, signed=bool(before)))
