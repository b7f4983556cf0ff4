"""The follow-up's page Översikt: for the council two printed pages, for a board key figures and charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from styrxl.excel.pages import Page
from styrxl.model.catalogue import number_text
from styrxl.model.goal_judgement import NO, PARTLY, STATUSES, YES, Grade, assessment_code
from styrxl.model.goal_tree import BOARD_COMMITMENT, BOARD_GOAL, UNIT_COMMITMENT
from styrxl.reports.assignments import count_assignments
from styrxl.reports.board_outcomes import (
    FrameOutcome,
    add_frame_outcomes,
    list_outcomes,
    signed_amount,
    unsigned_amount,
)
from styrxl.reports.followup.charts import list_chart_blocks
from styrxl.reports.followup.council_overview import list_council_blocks
from styrxl.reports.followup.frames import compare_state, compared_boards, count_within, describe_not_compared
from styrxl.reports.followup_view import ADDED, MISSING, OUTSIDE, FollowupView
from styrxl.reports.goal_counts import count_fulfilled, count_word
from styrxl.reports.overview_parts import (
    Figure,
    count_other_forms,
    group_by_level,
    key_figures_block,
)
from styrxl.reports.page_parts import make_titled_page, newest_return
from styrxl.reports.participation import list_participation
from styrxl.reports.view import View, join_texts


def make_page(followup: FollowupView) -> Page:
    """Return the page: what councillors read first, or a board's key figures and charts."""
    view = followup.view
    if view.board is None and view.about_plans:
        goals = _goals(followup) if view.asks("goal_assessments") else []
        blocks = list_council_blocks(followup, [*_returned(followup), *count_other_forms(view), *goals, *count_assignments(view)])
    else:
        blocks = [key_figures_block(view, list_key_figures(followup)), *list_chart_blocks(followup)]
    return make_titled_page(
        view,
        "glance" if view.about_plans else "collected",
        blocks,
        newest=newest_return(view),
        missing=view.phrases.sheet("missing", "name"),
    )


def list_key_figures(followup: FollowupView) -> list[Figure]:
    """Return the key figures of what the round's forms ask about; money in tkr."""
    view = followup.view
    figures = [figure for table, make in _FIGURES if view.asks(table) for figure in make(followup)]
    return [*_returned(followup), *count_other_forms(view), *figures]


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
    scale = view.round.kind.scale
    figures: list[Figure] = []
    if values and view.board is None:
        preliminary = sum(state.preliminary and state.own is None for state in states)
        notes = [word(key, n=n) for key, n in (("own_count", own), ("preliminary_count", preliminary)) if n]
        if any(state.own is None and state.grade is not None for state in states):
            notes.insert(bool(own), word("rest_suggested" if own else "all_suggested"))
        remark = "; ".join([count_word(view, values), *notes])
        figures.append((view.phrases.figure(f"council_goals_{scale}"), count_fulfilled(values), remark))
    if boards:
        codes = Counter(boards)
        answers: list[Grade] = [v for v in (YES, PARTLY, NO, None) for _ in range(codes[assessment_code(v, scale)])]
        notes = [word("n_silent", n=codes[None])] if codes[None] else []
        remark = "; ".join([count_word(view, answers, len(boards)), *notes])
        figures.append((view.phrases.figure(f"board_goals_{scale}"), count_fulfilled(answers), remark))
    return figures


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
    within = count_within(compared)
    counts = "; ".join([word("of_all", n=len(compared)), *describe_not_compared(view, boards)])
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


# What is counted, with the table that it is about.
_FIGURES: tuple[tuple[str, Callable[[FollowupView], list[Figure]]], ...] = (
    ("goal_assessments", _goals),
    ("commitment_status", _commitments),
    ("assignment_status", lambda followup: count_assignments(followup.view)),
    ("outcomes", _money),
)
