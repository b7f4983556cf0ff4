"""The plan's page Översikt: for the council two printed pages, for a board key figures and charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from styrxl.excel import look
from styrxl.excel.pages import BOLD, Block, Chart, Field, Page, Row, Series
from styrxl.model.amounts import add_amounts
from styrxl.model.goal_tree import BOARD_COMMITMENT, BOARD_GOAL, COUNCIL_GOAL, UNIT_COMMITMENT, UNIT_GOAL, Node
from styrxl.model.table_values import column
from styrxl.reports.board_budgets import BoardBudget, add_budgets, list_budgets
from styrxl.reports.overview_parts import (
    FIGURE_WIDTH,
    LABEL_WIDTH,
    SIGNED,
    Figure,
    chart_text,
    count_other_forms,
    group_by_level,
    key_figures_block,
)
from styrxl.reports.page_parts import make_titled_page, newest_return
from styrxl.reports.participation import Participation, count_done_units, list_participation
from styrxl.reports.plan.council_overview import list_council_blocks
from styrxl.reports.view import PLANNED, View, join_texts, shorten

FilledHeading = tuple[str, Sequence[float | None]]  # a heading and the figures under it


@dataclass(frozen=True)
class Counts:
    """What the overview counts, each worked out once."""

    view: View

    @cached_property
    def participation(self) -> list[Participation]:
        """How each owner takes part."""
        return list_participation(self.view)

    @cached_property
    def budgets(self) -> list[BoardBudget]:
        """Each board's money."""
        return list_budgets(self.view)

    def nodes(self, kind: str) -> list[Node]:
        """Return the goals or commitments of a kind."""
        return [n for n in self.view.nodes if n.kind == kind]


def make_page(view: View) -> Page:
    """Return the page: what councillors read first, or a board's key figures and charts."""
    if view.board is None and view.about_plans:
        counts = Counts(view)
        planned = _goals_and_commitments(counts) if view.asks(*PLANNED) else []
        blocks = list_council_blocks(view, [*_returned(counts), *count_other_forms(view), *planned])
    else:
        blocks = [key_figures_block(view, list_key_figures(view)), *list_chart_blocks(view)]
    return make_titled_page(
        view,
        "overview" if view.about_plans else "collected",
        blocks,
        newest=newest_return(view),
        missing=view.phrases.sheet("missing", "name"),
    )


def list_key_figures(view: View) -> list[Figure]:
    """Return the key figures of what the round's forms ask about; money in tkr."""
    counts = Counts(view)
    return [
        *_returned(counts),
        *count_other_forms(view),
        *(_goals_and_commitments(counts) if view.asks(*PLANNED) else ()),
        *(_money(counts) if view.asks("budget") else ()),
    ]


def list_chart_blocks(view: View) -> list[Block]:
    """Return the charts, each in a block with its figures, of what the round's forms ask about."""
    for_council = (_finance_chart, _council_goals_chart, _units_chart)
    charts: tuple[Callable[[Counts], Block | None], ...] = for_council if view.board is None else (_board_goals_chart, _unit_frames)
    counts = Counts(view)
    return [block for chart in charts if (block := chart(counts))] if view.asks(*PLANNED) else []


# key figures


def _returned(counts: Counts) -> list[Figure]:
    view = counts.view
    figures: list[Figure] = []
    for key, owners in group_by_level(view, counts.participation, "done"):
        issued = sum(p.issue is not None for p in owners)
        foreign = all(p.owner.foreign for p in owners)
        remark = view.phrases.word("of_awaited", n=len(owners)) if foreign else view.phrases.word("of_issued", n=issued)
        if issued < len(owners) and not foreign:
            remark += view.phrases.word("some_not_issued", n=len(owners) - issued)
        figures.append((view.phrases.figure(key), sum(p.accepted is not None for p in owners), remark))
    return figures


def _goals_and_commitments(counts: Counts) -> list[Figure]:
    view, figure, word = counts.view, counts.view.phrases.figure, counts.view.phrases.word
    council, boards = counts.nodes(COUNCIL_GOAL), counts.nodes(BOARD_GOAL)
    commitments = counts.nodes(BOARD_COMMITMENT) + counts.nodes(UNIT_COMMITMENT)
    elsewhere = sum(p.elsewhere is not None for p in counts.participation)
    remark = None if not elsewhere else word("elsewhere_one") if elsewhere == 1 else word("elsewhere_count", n=elsewhere)
    figures: list[Figure] = []
    if view.board is None:
        figures.append((figure("council_goals"), len(council), _served_words(view, council)))
    figures += [
        (figure("board_goals"), len(boards), _served_words(view, boards) if boards else None),
        (
            figure("own_commitments" if view.board else "board_commitments"),
            len(counts.nodes(BOARD_COMMITMENT)),
            _carried_words(view, counts.nodes(BOARD_COMMITMENT)),
        ),
    ]
    if view.units:
        figures.append((figure("unit_goals"), len(counts.nodes(UNIT_GOAL)), None))
        units = counts.nodes(UNIT_COMMITMENT)
        figures.append((figure("unit_commitments"), len(units), join_texts([_carried_words(view, units), remark], "; ")))
    own = sum(n.loose and n.free for n in commitments)
    remark = join_texts([word("of_all", n=len(commitments)), word("under_own_goals", n=own) if own else None], "; ")
    return [*figures, (figure("tied"), sum(not n.loose for n in commitments), remark)]


def _count_served(goals: Sequence[Node]) -> int:
    """Return how many goals have commitments under them."""
    return sum(n.commitments > 0 for n in goals)


def _carried_words(view: View, commitments: Sequence[Node]) -> str | None:
    """Say how many commitments are new, and how many go on from last year; None where all are new."""
    frame = view.table("commitments")
    carried = {code for code, how in zip(column(frame, "commitment_id"), column(frame, "carried"), strict=True) if how}
    n = sum(node.id in carried for node in commitments)
    return view.phrases.word("of_them_new", new=len(commitments) - n, n=n) if n else None


def _served_words(view: View, goals: Sequence[Node]) -> str:
    """Say how many goals have commitments, and how many only such as contribute besides."""
    word, also = view.phrases.word, sum(not n.commitments and n.also > 0 for n in goals)
    served = word("served", n=_count_served(goals))
    return f"{served}; {word('served_also', n=also)}" if also else served


def _money(counts: Counts) -> list[Figure]:
    view, figure, word = counts.view, counts.view.phrases.figure, counts.view.phrases.word
    frame, _, current, _, _, net, remaining, divided = add_budgets(counts.budgets)
    if current is None and net is None:
        return []
    lacking = [b for b in counts.budgets if b.owner.expected and not b.accepted]
    outside = add_amounts(b.current for b in counts.budgets if not b.accepted)
    # Whole thousands of kronor here, where the sentences of a follow-up keep decimals (``signed_amount``).
    amount = f"{outside:,.0f}".replace(",", "\N{NO-BREAK SPACE}" if view.scope.language == "sv" else ",")
    remark = word("incl_without_plan", amount=amount) if outside and not view.board else None
    missing = None
    if lacking:
        key = "no_plan" if view.board else "one_lacks_budget" if len(lacking) == 1 else "n_lack_budget"
        missing = word(key, n=len(lacking))
    figures: list[Figure] = [
        (figure("frame" if view.board else "frames"), current if current is not None else frame, remark),
        (figure("budget"), net, missing),
        (figure("remaining_one" if view.board else "remaining"), remaining, None),
    ]
    return [*figures, (figure("unit_frames"), divided, None)] if view.board and divided is not None else figures


# charts


def _council_goals_chart(counts: Counts) -> Block | None:
    return _goals_chart(counts, counts.nodes(COUNCIL_GOAL), "goals")


def _board_goals_chart(counts: Counts) -> Block | None:
    return _goals_chart(counts, counts.nodes(BOARD_GOAL), "board_goals")


def _goals_chart(counts: Counts, goals: Sequence[Node], title_key: str) -> Block | None:
    """Return how many commitments each goal has."""
    view = counts.view
    if not goals:
        return None
    title = view.phrases.chart_title(title_key, _count_served(goals), len(goals))
    names = tuple(f"{g.id} {shorten(g.text)}" for g in goals)
    series = [Series(view.phrases.heading("commitments"), tuple(g.commitments for g in goals), view.scope.look.accent)]
    after = [(view.phrases.heading("also"), [g.also for g in goals])] if any(g.also for g in goals) else []
    return _chart_block(view, (view.phrases.word("goals_title"), title), ("goal", names), series, after=after)


def _finance_chart(counts: Counts) -> Block | None:
    """Return what remains of each board's frame."""
    view, heading = counts.view, counts.view.phrases.heading
    budgets = [b for b in counts.budgets if b.accepted and b.remaining is not None]
    if not budgets:
        return None
    title = view.phrases.chart_title("finance", sum((b.remaining or 0.0) >= 0 for b in budgets), len(budgets))
    series = [Series(heading("remaining"), tuple(b.remaining or 0.0 for b in budgets), look.GOOD.ink, SIGNED)]
    before = [(heading("current_frame"), [b.current for b in budgets]), (heading("net"), [b.net for b in budgets])]
    names = tuple(b.owner.name for b in budgets)
    return _chart_block(view, (view.phrases.word("finance_title"), title), ("board", names), series, before=before)


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
    return _chart_block(view, (phrases.word("units_title"), title), ("board", names), series)


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
    rows = tuple(Row((p.owner.name, frames.get(p.owner.id), p.commitments if p.accepted else None, _state(view, p))) for p in units)
    last = Row((view.phrases.word("sum"), add_amounts(r.cells[1] for r in rows), sum(r.cells[2] or 0 for r in rows), None), weight=BOLD)
    return Block(fields, rows, heading=view.phrases.word("unit_frames_title"), table="unit_frames", totals=(last,))


def _state(view: View, p: Participation) -> str:
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
