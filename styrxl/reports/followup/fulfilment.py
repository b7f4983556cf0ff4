"""The follow-up's page Måluppfyllelse: each of the council's goals with two questions asked of it, its trend, and the goals under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from styrxl.excel.pages import BOLD, Block, Field, Page, Row
from styrxl.model.goal_judgement import NO, PARTLY, YES, Grade, grade_assessment
from styrxl.model.goal_tree import BOARD_GOAL, UNIT_GOAL, Node
from styrxl.model.table_values import records
from styrxl.reports.columns import describe_rest, report_columns
from styrxl.reports.council_goals import GoalState
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.goal_counts import count_fulfilled
from styrxl.reports.goal_reasons import coverage_word, explain_state, indicators_word
from styrxl.reports.page_parts import LINK_WIDTH, make_titled_page
from styrxl.reports.view import join_texts, shorten

_SHOWN_OF_CONTRIBUTIONS = frozenset({"goal_id", "text", "contribution", "assessment", "progress"})
_SHOWN = frozenset({"goal_id", "text", "last_assessment", "assessment", "trend", "analysis"})
_COUNTED = range(3, 12)  # the columns of the council's goals that count


def make_page(followup: FollowupView) -> Page | None:
    """Return the page that shows how the goals stand; None where there are none."""
    blocks = [
        _council_goals_block(followup),
        _trend_block(followup),
        _goals_block(followup, BOARD_GOAL, "board_goals_title"),
        _contributions_block(followup),
        _goals_block(followup, UNIT_GOAL, "unit_goals_title"),
    ]
    filled = [block for block in blocks if block is not None and block.rows]
    return make_titled_page(followup.view, "fulfilment", filled) if filled else None


def _council_goals_block(followup: FollowupView) -> Block:
    view, heading = followup.view, followup.view.phrases.heading
    goal_counts = ("goals_yes", "goals_partly", "goals_no", "goals_not_assessable", "goals_missing")
    commitment_counts = ("kept_yes", "kept_partly", "kept_no", "kept_none")
    fields = (
        Field(heading("id"), "id", 9),
        Field(heading("council_goal"), width=30, least=24),
        Field(heading("covered"), "status", 17),
        *(Field(heading(key), "count", 9) for key in goal_counts),
        *(Field(heading(key), "count", 10) for key in commitment_counts),
        Field(heading("council_indicators"), "status", 12),
        Field(heading("assessment"), "status", 17),
        Field(heading("ground"), width=34, least=28),
    )
    rows = tuple(_council_goal_row(followup, n, followup.goal_states[n.id]) for n in followup.council_goals)
    return Block(
        fields, rows, heading=view.phrases.word("council_goals_title"), totals=_dimension_rows(followup, rows), name="council_goals"
    )


def _council_goal_row(followup: FollowupView, node: Node, state: GoalState) -> Row:
    goals = (*(state.count_assessed(grade) for grade in (YES, PARTLY, NO, None)), state.assessed.count(None))
    commitments = (
        *(state.count_commitments(grade) for grade in (YES, PARTLY, NO)),
        state.count_commitments(None) + state.commitments.count(None),
    )
    in_force = followup.state_word(state) if state.own else followup.state_in_force(state)  # whose it is stands beside it
    words = (indicators_word(followup, state), in_force, explain_state(followup, state))
    return Row((node.id, node.text, coverage_word(followup, state.coverage), *goals, *commitments, *words))


def _dimension_rows(followup: FollowupView, rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return a row for each dimension: what its goals' rows count, and how many of the goals are fulfilled, of how many."""
    view = followup.view
    by_dimension: dict[str, list[Row]] = {code: [] for code in view.scope.forms.words.lists["dimension"]}
    for row in rows:
        by_dimension.setdefault(view.council_goal(row.cells[0]).dimension, []).append(row)
    return tuple(_dimension_row(followup, view.dimension_name(code), mine) for code, mine in by_dimension.items() if mine)


def _dimension_row(followup: FollowupView, name: str, rows: Sequence[Row]) -> Row:
    word = followup.view.phrases.word
    grades = [followup.goal_states[row.cells[0]].grade for row in rows]
    counts = (sum(row.cells[n] for row in rows) for n in _COUNTED)
    n = count_fulfilled(grades)
    scale = followup.view.round.kind.scale
    fulfilled = followup.value_word(None) if n is None else word(f"fulfilled_of_{scale}", n=n, total=len(grades))
    rest = word("partly_and_not", partly=grades.count(PARTLY), no=grades.count(NO), unknown=grades.count(None))
    return Row((None, word("dimension", name=name), None, *counts, None, fulfilled, rest), weight=BOLD)


def _trend_block(followup: FollowupView) -> Block | None:
    """Return how each of the council's goals has been assessed round by round, suggestions and decisions apart; None in the first round."""
    view, earlier = followup.view, followup.earlier_states
    if not earlier:
        return None
    heading = view.phrases.heading
    rounds = [*earlier, (view.round, followup.goal_states)]
    # The widths that spans come to are the other blocks': columns of counts, two for each round.
    fields = (
        Field(heading("id"), "id", 9),
        Field(heading("council_goal"), width=30),
        Field(heading("whose"), width=17),
        *(Field(followup.round_word(round_), "status", span=2) for round_, _ in rounds),
        Field(heading("direction"), span=2),
    )
    rows = []
    for node in followup.council_goals:
        told = [(round_, states.get(node.id)) for round_, states in rounds]
        suggested = [state.suggestion.grade if state else None for _, state in told]
        words = [followup.suggestion_word(state, round_) if state else None for round_, state in told]
        first = (node.id, shorten(node.text), view.phrases.word("whose_suggestion"))
        rows.append(Row((*first, *words, _direction_word(followup, suggested))))
        decided = [state.own.assessment if state and state.own else None for _, state in told]
        if any(decided):
            grades = [grade_assessment(code) for code in decided]
            words = [followup.assessment_word(code) for code in decided]
            rows.append(Row((None, None, view.phrases.word("whose_own"), *words, _direction_word(followup, grades))))
    return Block(fields, tuple(rows), heading=view.phrases.word("trend_title"), new_page=True, name="goals_by_round")


def _direction_word(followup: FollowupView, grades: Sequence[Grade]) -> str:
    """Say which way a goal goes, against the last time that it could be assessed."""
    *past, now = grades
    old = next((grade for grade in reversed(past) if grade is not None), None)
    if old is None or now is None:
        return followup.view.phrases.word("cannot_compare")
    return followup.view.phrases.word("goes_better" if now > old else "goes_worse" if now < old else "goes_same")


def _contributions_block(followup: FollowupView) -> Block:
    """Return how boards contribute to council goals for which they have no goal or commitment."""
    view, heading = followup.view, followup.view.phrases.heading
    columns = report_columns(view, "contribution_status")
    rows = []
    for row in records(view.table("contribution_status")):
        more, amounts = describe_rest(view, row, columns, _SHOWN_OF_CONTRIBUTIONS)
        cells = (
            row["goal_id"],
            row.get("text"),
            view.name(row["_owner"]),
            row.get("contribution"),
            followup.assessment_word(row["assessment"]),
            join_texts([row.get("progress"), more]),
            view.row_link(row),
        )
        rows.append(Row(cells, int(row["_source"]), amounts=amounts))
    fields = (
        Field(heading("id"), "id", 9),
        Field(heading("council_goal"), width=30),
        Field(heading("board"), "name", 17),
        Field(heading("contribution"), span=6),
        Field(heading("assessment"), "status", span=2),
        Field(heading("progress"), span=4),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    return Block(fields, tuple(rows), heading=view.phrases.word("contributions_title"), name="contributions")


def _goals_block(followup: FollowupView, kind: str, title: str) -> Block:
    """Return the boards' or the units' goals, each with its assessment and analysis."""
    view, heading = followup.view, followup.view.phrases.heading
    columns = report_columns(view, "goal_assessments")
    last: dict[str, str] = {}
    for past in followup.history.earlier:
        last |= past.assessments
    rows = []
    for node in followup.nodes:
        if node.kind == kind:
            row = followup.assessments.get(node.id)
            more, amounts = describe_rest(view, row, columns, _SHOWN) if row else (None, ())
            rows.append(
                Row(_goal_cells(followup, node, row, last.get(node.id), more), int(row["_source"]) if row else None, amounts=amounts)
            )
    fields = (
        # Units' ids are long: they are broken at their hyphens, in a column that takes the longest part.
        Field(heading("id"), "id", 9) if kind == BOARD_GOAL else Field(heading("id"), "name", 9),
        Field(heading("board_goal" if kind == BOARD_GOAL else "unit_goal"), width=30),
        Field(heading("council_goal_short" if kind == BOARD_GOAL else "serves"), "id", 17),
        Field(heading("owner"), "name", span=2, least=28),
        Field(heading("last_assessment"), span=2),
        Field(heading("assessment"), "status", span=2),
        Field(heading("direction"), span=2),
        Field(heading("analysis"), span=4),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    return Block(fields, tuple(rows), heading=view.phrases.word(title), new_page=kind == BOARD_GOAL, name=f"{kind}s")


def _goal_cells(followup: FollowupView, node: Node, row: Mapping[str, Any] | None, last: str | None, more: str | None) -> tuple[Any, ...]:
    view = followup.view
    return (
        node.id,
        node.text,
        node.council_goal if node.kind == BOARD_GOAL else node.wanted,
        view.name(node.owner),
        followup.assessment_word(last, sign=False),
        followup.assessment_word(row["assessment"]) if row else followup.silence_word(node.owner),
        view.scope.forms.label("trend", row["trend"])[view.scope.language] if row and row.get("trend") else None,
        join_texts([row.get("analysis"), more], " · ") if row else None,
        followup.link(node.id),
    )
