"""The follow-up's page Översikt: key figures, and charts that each say one thing, with the same figures in a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from styrxl.excel import look
from styrxl.excel.pages import Block, Chart, Field, Page, Row, Series
from styrxl.model.catalogue import number_text
from styrxl.model.goal_judgement import NO, PARTLY, STATUSES, YES, Grade, assessment_code
from styrxl.model.goal_tree import BOARD_COMMITMENT, BOARD_GOAL, UNIT_COMMITMENT
from styrxl.reports.board_outcomes import (
    BoardOutcome,
    FrameOutcome,
    add_frame_outcomes,
    list_deviations,
    list_outcomes,
    signed_amount,
    unsigned_amount,
)
from styrxl.reports.followup.frames import compare_state, compared_boards, year_net_key
from styrxl.reports.followup_view import ADDED, MISSING, OUTSIDE, FollowupView
from styrxl.reports.goal_counts import count_fulfilled, count_word, goals_title, trend_title
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
from styrxl.reports.participation import list_participation
from styrxl.reports.view import View, join_texts

_COLOURS = {YES: look.GOOD.fill, PARTLY: look.WATCH.fill, NO: look.MEND.fill, None: look.LOCKED}
_HIDDEN_ZERO = "0;;;"  # number format: a part that is nothing says nothing


def make_page(followup: FollowupView) -> Page:
    """Return the page with key figures and charts."""
    view = followup.view
    figures = [*_returned(followup), *count_other_forms(view)]
    figures += [figure for table, make in _FIGURES if view.asks(table) for figure in make(followup)]
    charts = [make(followup) for table, make in _CHARTS if view.asks(table)]
    blocks = [key_figures_block(view, figures), *(block for block in charts if block)]
    return make_titled_page(
        view,
        "glance" if view.about_plans else "collected",
        blocks,
        newest=newest_return(view),
        missing=view.phrases.sheet("missing", "name"),
    )


# key figures


def _returned(followup: FollowupView) -> list[Figure]:
    view, figures = followup.view, list[Figure]()
    asked = [p for p in list_participation(view) if p.owner.id in followup.asked]
    for key, owners in group_by_level(view, asked, "followed"):
        accepted = sum(p.accepted is not None for p in owners)
        figures.append((view.phrases.figure(key), accepted, view.phrases.word("of_all", n=len(owners))))
    return figures


def _goals(followup: FollowupView) -> list[Figure]:
    view, word = followup.view, followup.view.phrases.word
    states = [followup.goal_states[n.id] for n in followup.council_goals]
    values, own = [state.grade for state in states], sum(state.own is not None for state in states)
    boards = [followup.assessed(n.id) for n in followup.nodes if n.kind == BOARD_GOAL]
    tense, scale = _tense(view), view.round.kind.scale
    figures: list[Figure] = []
    if values and view.board is None:
        preliminary = sum(state.preliminary and state.own is None for state in states)
        notes = [word(key, n=n) for key, n in (("own_count", own), ("preliminary_count", preliminary)) if n]
        remark = "; ".join([count_word(view, values), *notes])
        figures.append((view.phrases.figure(f"council_goals_{tense}"), count_fulfilled(values), remark))
    if boards:
        codes = Counter(boards)
        answers: list[Grade] = [v for v in (YES, PARTLY, NO, None) for _ in range(codes[assessment_code(v, scale)])]
        notes = [word("n_silent", n=codes[None])] if codes[None] else []
        remark = "; ".join([count_word(view, answers, len(boards)), *notes])
        figures.append((view.phrases.figure(f"board_goals_{tense}"), count_fulfilled(answers), remark))
    return figures


def _tense(view: View) -> str:
    return "final" if view.round.kind.final else "expected"


def _commitments(followup: FollowupView) -> list[Figure]:
    view, word, figure = followup.view, followup.view.phrases.word, followup.view.phrases.figure
    final = view.round.kind.final
    figures: list[Figure] = []
    for key, kind in (("own_commitments" if view.board else "board_commitments", BOARD_COMMITMENT), ("unit_commitments", UNIT_COMMITMENT)):
        statuses = [followup.status(n.id) for n in followup.commitments if n.kind == kind]
        if not statuses:
            continue
        counts = Counter(statuses)
        good = sum(n for code, n in counts.items() if STATUSES.get(code) == YES)
        bad = sum(n for code, n in counts.items() if code in STATUSES and STATUSES[code] in (PARTLY, NO))
        remarks = [word("n_done" if final else "on_their_way", n=good), word("n_not_done" if final else "n_behind", n=bad)]
        without = (("n_added", ADDED), ("n_silent", MISSING), ("n_outside", OUTSIDE))
        remarks += [word(name, n=counts[code]) for name, code in without if counts[code]]
        figures.append((figure(key), len(statuses), "; ".join(remarks)))
    if final:
        going_on = sum(row.get("continues") == "yes" for row in followup.statuses.values())
        figures.append((figure("going_on"), going_on, None))
    return figures


def _money(followup: FollowupView) -> list[Figure]:
    """Return the key figures of the boards that can be held against their frames; of all that answered where none can."""
    view, word, figure = followup.view, followup.view.phrases.word, followup.view.phrases.figure
    boards, final = list_outcomes(view), view.round.kind.final
    compared, answered = compared_boards(boards), [b for b in boards if b.accepted]
    if not answered:
        return []
    whole = add_frame_outcomes([b.measure for b in compared or answered], final=final)
    years: list[Figure] = [
        (figure("outcome"), whole.money.outcome_net, None),
        *(() if final else ((figure("full_forecast"), whole.money.forecast_net, None),)),
    ]
    without = word("no_frame" if view.board else "no_board_has_frame")
    own: Figure = (figure("own_deviation"), whole.money.deviation, None if compared else without)
    if not compared:
        return [(figure("current_budget"), whole.money.budget, None), *years, own]
    within = sum((b.measure.deviation or 0.0) >= 0 for b in compared)
    counts = "; ".join([word("of_all", n=len(compared)), *_not_compared(view, boards)])
    state = compare_state(view, compared[0]) if view.board else None
    return [
        *(() if view.board else ((figure("boards_within"), within, counts),)),
        (figure("current_frame"), whole.current, None),
        *years,
        (figure("frame_deviation"), whole.deviation, join_texts([state, _per_cent_words(view, whole), word("plus_is_surplus")], "; ")),
        own,
        *_undecided(view, whole),
    ]


def _per_cent_words(view: View, measure: FrameOutcome) -> str | None:
    """Say how much of the frame a deviation is, where the frame is what it is a part of."""
    if measure.per_cent is None or measure.of_gross_cost:
        return None
    per_cent = number_text(measure.per_cent, view.scope.language).replace("-", "\N{MINUS SIGN}")
    return view.phrases.word("per_cent_of_frame", per_cent=per_cent)


def _not_compared(view: View, boards: Sequence[BoardOutcome]) -> list[str]:
    """Say how many boards are not counted, and why."""
    word = view.phrases.word
    lacking = sum(b.owner.expected and not b.accepted for b in boards)
    without = [b for b in boards if b.accepted and not b.comparable]
    frameless = sum(b.measure.current is None for b in without)
    counts = (("n_without_frame", frameless), ("n_amounts_missing", len(without) - frameless))
    remarks = [word("one_lacking" if lacking == 1 else "n_boards_lacking", n=lacking)] if lacking else []
    return [*remarks, *(word(key, n=n) for key, n in counts if n)]


def _undecided(view: View, whole: FrameOutcome) -> list[Figure]:
    """Return what the deviation is without money that is not granted, and with what the council decided after the round's day."""
    word, figure, figures = view.phrases.word, view.phrases.figure, list[Figure]()
    if not view.round.kind.final and whole.money.unfunded:
        remark = word("counts_on", amount=unsigned_amount(view, whole.money.unfunded))
        figures.append((figure("without_unfunded"), whole.without_unfunded, remark))
    if whole.later is not None:
        remark = word("later_decided", amount=signed_amount(view, whole.later), day=view.round.frames_day.isoformat())
        figures.append((figure("with_later"), whole.with_later, remark))
    return figures


# charts


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
    parts = [(followup.value_word(v, sign=False), _COLOURS[v], [c[v] for c in counts.values()]) for v in (YES, PARTLY, NO, None)]
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
    title = view.phrases.chart_title(f"commitments_{_tense(view)}", good, answered) if answered else word("nobody_said")
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
    series = tuple(Series(name, tuple(values), colour, _HIDDEN_ZERO) for name, colour, values in parts)
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
    within = sum((b.measure.deviation or 0.0) >= 0 for b in compared)
    title = view.phrases.chart_title("outcome" if view.round.kind.final else "forecast", within, len(compared))
    if remarks := _not_compared(view, boards):
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
    points = "; ".join(f"{name}: {value:g}" for name, value in zip(names, values, strict=True))
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
    parts = [(view.phrases.word(words[v]), _COLOURS[v], [c[v] for _, c in counted]) for v in (YES, PARTLY, NO, None)]
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


# What the page has, with the table that it is about.
_FIGURES: tuple[tuple[str, Callable[[FollowupView], list[Figure]]], ...] = (
    ("goal_assessments", _goals),
    ("commitment_status", _commitments),
    ("outcomes", _money),
)
_CHARTS: tuple[tuple[str, Callable[[FollowupView], Block | None]], ...] = (
    ("goal_assessments", _areas_chart),
    ("commitment_status", _statuses_chart),
    ("outcomes", _deviations_chart),
    ("outcomes", _deviation_trend_chart),
    ("goal_assessments", _trend_chart),
)
