"""The charts of a follow-up: each says one thing, with the same figures in a table. A page of their own for the council."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from styrxl.excel import look
from styrxl.excel.pages import Block, Chart, Field, Page, Row, Series
from styrxl.model.catalogue import number_text
from styrxl.model.goal_judgement import NO, PARTLY, STATUSES, YES, Grade
from styrxl.reports.board_outcomes import FrameOutcome, list_deviations, list_outcomes, signed_amount
from styrxl.reports.followup.frames import compared_boards, count_within, describe_not_compared, year_net_key
from styrxl.reports.followup_view import ADDED, MISSING, OUTSIDE, FollowupView
from styrxl.reports.goal_counts import goals_title, trend_title
from styrxl.reports.overview_parts import FIGURE_WIDTH, LABEL_WIDTH, SIGNED, chart_text
from styrxl.reports.page_parts import make_titled_page
from styrxl.reports.view import View

COLOURS = {YES: look.GOOD.fill, PARTLY: look.WATCH.fill, NO: look.MEND.fill, None: look.LOCKED}
HIDDEN_ZERO = "0;;;"  # number format: a part that is nothing says nothing


def make_page(followup: FollowupView) -> Page | None:
    """Return the council's page of charts; None where there are none, and for a board, which has them on its first page."""
    blocks = list_chart_blocks(followup) if followup.view.board is None and followup.view.about_plans else []
    return make_titled_page(followup.view, "charts", blocks) if blocks else None


def list_chart_blocks(followup: FollowupView) -> list[Block]:
    """Return the charts, each in a block with its figures, of what the round's forms ask about."""
    made = [(about, make(followup)) for table, about, make in _CHARTS if followup.view.asks(table)]
    return [replace(block, about=about) for about, block in made if block]


# the charts


def _areas_chart(followup: FollowupView) -> Block | None:
    """Return the council's goals by assessment and focus area."""
    view = followup.view
    areas = {g.goal_id: g.focus_area for g in view.plan.goals}
    if not followup.council_goals:
        return None
    counts: dict[str, Counter[Grade]] = {}
    for node in followup.council_goals:
        counts.setdefault(areas[node.id], Counter())[followup.goal_states[node.id].grade] += 1
    title = goals_title(view, [followup.goal_states[node.id].grade for node in followup.council_goals])
    parts = [(followup.value_word(v, sign=False), COLOURS[v], [c[v] for c in counts.values()]) for v in (YES, PARTLY, NO, None)]
    return _stacked_chart(followup, "areas_title", title, "focus_area", list(counts), parts)


def _statuses_chart(followup: FollowupView) -> Block | None:
    """Return the commitments by status and board, or by unit for the board that reads."""
    view = followup.view
    if view.board is None:
        groups = [(b.name, [o.id for o in view.owners if o.board == b.id]) for b in view.boards if b.kind == "board"]
    else:
        groups = [(o.name, [o.id]) for o in view.owners]
    counted = [(name, followup.count_statuses(owners)) for name, owners in groups]
    counted = [(name, counts) for name, counts in counted if counts.keys() - {OUTSIDE}]
    if not counted:
        return None
    word, final = view.phrases.word, view.round.kind.final
    kinds: list[tuple[str, str, Callable[[str], bool]]] = [
        ("chart_done", look.GOOD.fill, lambda c: c == "done"),
        *(() if final else (("chart_on_plan", look.WHITE, lambda c: c == "on_plan"),)),
        ("chart_partly" if final else "chart_late", look.WATCH.fill, lambda c: STATUSES.get(c) == PARTLY),
        ("chart_not_done" if final else "chart_cancelled", look.MEND.fill, lambda c: STATUSES.get(c) == NO),
        ("chart_not_started", look.LOCKED, lambda c: c == "not_started"),
        ("chart_new", look.INPUT, lambda c: c == ADDED),
        ("chart_silent", look.LINE, lambda c: c == MISSING),
    ]
    parts = [(word(key), colour, [sum(n for c, n in counts.items() if fits(c)) for _, counts in counted]) for key, colour, fits in kinds]
    total = sum((counts for _, counts in counted), Counter[str]())
    answered = sum(n for c, n in total.items() if c in STATUSES)
    good = sum(n for c, n in total.items() if STATUSES.get(c) == YES)
    title = (
        view.phrases.chart_title("commitments_final" if final else "commitments_expected", good, answered)
        if answered
        else word("nobody_said")
    )
    title += f" ({word('n_silent', n=total[MISSING])})" if answered and total[MISSING] else ""
    return _stacked_chart(followup, "statuses_title", title, "board" if view.board is None else "unit", [n for n, _ in counted], parts)


def _stacked_chart(
    followup: FollowupView, heading: str, title: str, names_at: str, names: list[str], parts: list[tuple[str, str, list[int]]]
) -> Block:
    """Return counts as a table and a chart of stacked bars; ``parts``: name, colour, and a figure for each of the names."""
    view = followup.view
    parts = [part for part in parts if any(part[2])] or parts[:1]
    fields = (Field(view.phrases.heading(names_at), width=LABEL_WIDTH), *(Field(name, "count", FIGURE_WIDTH) for name, _, _ in parts))
    rows = tuple(Row(cells) for cells in zip(names, *(values for _, _, values in parts), strict=True))
    series = tuple(Series(name, tuple(values), colour, HIDDEN_ZERO) for name, colour, values in parts)
    alt = chart_text(view, title, names, series)
    chart = Chart(title, alt, tuple(names), series, tuple(range(1, len(parts) + 1)), stacked=True)
    return Block(fields, rows, heading=view.phrases.word(heading), chart=chart)


def _deviations_chart(followup: FollowupView) -> Block | None:
    """Return forecast (at year-end outcome) against the council's frame, by board."""
    view = followup.view
    if view.board is not None:
        return None
    boards = list_outcomes(view)
    compared = compared_boards(boards)
    if not compared:
        return None
    within = count_within(compared)
    title = view.phrases.chart_title("outcome" if view.round.kind.final else "forecast", within, len(compared))
    if remarks := describe_not_compared(view, boards):
        title += f" ({', '.join(remarks)})"
    rows = [(b.owner.name, b.measure) for b in compared]
    return _signed_chart(view, "board", view.phrases.word("deviations_title"), title, rows)


def _signed_chart(view: View, names_at: str, heading: str, title: str, rows: Sequence[tuple[str, FrameOutcome]]) -> Block:
    """Return deviations from frames as a table and a chart, whose one series is named in the title."""
    keys = ("current_frame", year_net_key(view) if names_at == "board" else "year_net", "frame_deviation")
    headings = [view.phrases.heading(key) for key in keys]
    fields = (Field(view.phrases.heading(names_at), width=LABEL_WIDTH), *(Field(text, "money", FIGURE_WIDTH) for text in headings))
    cells = tuple(Row((name, m.current, m.money.year_net, m.deviation)) for name, m in rows)
    names, values = tuple(name for name, _ in rows), tuple(m.deviation or 0.0 for _, m in rows)
    points = "; ".join(f"{name}: {number_text(value, view.scope.language)}" for name, value in zip(names, values, strict=True))
    alt = view.phrases.word("chart_alt", title=title, points=points)
    chart = Chart(title, alt, names, (Series(headings[-1], values, look.GOOD.ink, SIGNED),), (3,), signed=True)
    return Block(fields, cells, heading=heading, chart=chart)


def _trend_chart(followup: FollowupView) -> Block | None:
    """Return the council's goals by assessment, round by round; None in the first of them."""
    view = followup.view
    if not followup.earlier_states or not followup.council_goals:
        return None
    shown = {n.id for n in followup.council_goals}
    rounds = [*followup.earlier_states, (view.round, followup.goal_states)]
    counted = [
        (followup.round_word(round_), Counter(state.suggestion.grade for code, state in states.items() if code in shown))
        for round_, states in rounds
    ]
    title = trend_title(view, counted[-2][1], counted[-1][1])
    words = {YES: "trend_yes", PARTLY: "trend_partly", NO: "trend_no", None: "trend_unknown"}
    parts = [(view.phrases.word(words[v]), COLOURS[v], [c[v] for _, c in counted]) for v in (YES, PARTLY, NO, None)]
    return _stacked_chart(followup, "trend_title", title, "round", [name for name, _ in counted], parts)


def _deviation_trend_chart(followup: FollowupView) -> Block | None:
    """Return the deviation of the boards that have one in all of the year's rounds so far, round by round; None in the first of them."""
    view = followup.view
    rounds, left_out = list_deviations(view)
    rows = [(followup.round_word(of), measure) for of, measure in rounds]
    if len(rows) < 2:
        return None
    old, new = (rows[at][1].deviation or 0.0 for at in (-2, -1))
    key = "deviation_better" if new > old else "deviation_worse" if new < old else "deviation_same"
    title = view.phrases.word(key, old=signed_amount(view, old), new=signed_amount(view, new))
    title += f" ({view.phrases.word('boards_left_out', n=left_out)})" if left_out else ""
    return _signed_chart(view, "round", view.phrases.word("deviation_trend_title"), title, rows)


# Each with the table that it is made from, and the page on whose subject it is.
_CHARTS: tuple[tuple[str, str, Callable[[FollowupView], Block | None]], ...] = (
    ("goal_assessments", "fulfilment", _areas_chart),
    ("commitment_status", "progress", _statuses_chart),
    ("outcomes", "forecast", _deviations_chart),
    ("outcomes", "forecast", _deviation_trend_chart),
    ("goal_assessments", "fulfilment", _trend_chart),
)
