"""The follow-up's page Måluppfyllelse: each of the council's goals with two questions asked of it, its trend, and the goals under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from styrxl.excel.pages import Block, Field, Page, Row
from styrxl.model.goal_tree import BOARD_GOAL, UNIT_GOAL, Node
from styrxl.model.rollup import ASSESSMENTS, NO, PARTLY, STATUSES, YES, Coverage, YesPartlyNo
from styrxl.reports.columns import describe_rest, report_columns
from styrxl.reports.followup_view import FollowupView, GoalRollup
from styrxl.reports.page_parts import LINK_WIDTH, make_titled_page
from styrxl.reports.view import join_texts, shorten

_COVERAGE_WORDS = {YES: "cover_yes", PARTLY: "cover_partly", NO: "cover_no"}
_SHOWN = frozenset({"goal_id", "text", "last_assessment", "assessment", "trend", "analysis"})
_ROUND_SPANS = (1, 2, 2, 2)  # of the columns of earlier rounds: last year, t1, t2, now
_STEPS_BY_PARTS = frozenset({"all", "mixed", "partly", "mostly_no", "unknown"})  # whose words differ for goals and commitments


def make_page(followup: FollowupView) -> Page | None:
    """Return the page that shows how the goals stand; None where there are none."""
    blocks = [
        _council_goals_block(followup),
        _trend_block(followup),
        _goals_block(followup, BOARD_GOAL, "board_goals_title"),
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
        Field(heading("assessment"), "status", 17),
        Field(heading("ground"), width=34, least=28),
    )
    rows = tuple(_council_goal_row(followup, n, followup.goal_rollups[n.id], followup.coverage[n.id]) for n in followup.council_goals)
    return Block(fields, rows, heading=view.phrases.word("council_goals_title"))


def _council_goal_row(followup: FollowupView, node: Node, r: GoalRollup, c: Coverage) -> Row:
    goals = (*(r.goals_at(v) for v in (YES, PARTLY, NO, None)), r.goals.count(None))
    commitments = (*(r.commitments_at(v) for v in (YES, PARTLY, NO)), r.commitments_at(None) + r.commitments.count(None))
    words = (followup.rollup_word(r), _assessment_reason(followup, r, c))
    return Row((node.id, node.text, _coverage_word(followup, c), *goals, *commitments, *words))


def _coverage_word(followup: FollowupView, c: Coverage) -> str:
    """Say whether the boards' goals cover one of the council's: ``✓ Ja, 3 av 3 nämnder``."""
    if not c.concerned:
        # A unit that has moved brings along what it serves: goals that are its old board's.
        return followup.view.phrases.word("cover_others" if followup.view.board else "cover_nobody")
    return followup.view.phrases.word(_COVERAGE_WORDS[c.value], n=len(c.covering), total=len(c.concerned))


def _assessment_reason(followup: FollowupView, r: GoalRollup, c: Coverage) -> str:
    """Say whose an assessment is and why: the council's own, or what is suggested by the rule in ``rollup``."""
    word, by = followup.view.phrases.word, r.suggestion.by
    parts = [None if code is None else ASSESSMENTS[code] for code in r.goals]
    commitments: list[YesPartlyNo] = [None if code is None else STATUSES[code] for code in r.commitments]
    values = parts if by == "goals" else commitments
    counts = {key: values.count(v) for key, v in (("yes", YES), ("partly", PARTLY), ("no", NO), ("silent", None))}
    known = [v for v in commitments if v is not None]
    facts = {**counts, "n": len(values), "kept": known.count(YES), "of": len(known)}
    step = "partly" if r.suggestion.why == "mixed" and not counts["yes"] + counts["no"] else r.suggestion.why
    why = word(f"why_{step}_{by}" if step in _STEPS_BY_PARTS else f"why_{step}", **facts)
    silent = word("why_silent", **facts) if counts["silent"] and r.suggestion.value is not None else None
    lacking = word("why_lacking", boards=", ".join(followup.view.name(b) or b for b in c.lacking)) if c.lacking else None
    reasons = join_texts([why, silent, lacking], " ") or ""
    if r.own is None:
        return word("suggested", why=reasons)
    own = join_texts([r.own.decision, r.own.reason], ": ") or ""
    suggested = followup.value_word(r.suggestion.value, sign=False)
    return word("own", what=f" ({own})" if own else "", suggested=suggested, why=reasons)


def _trend_block(followup: FollowupView) -> Block | None:
    """Return how each of the council's goals has been assessed round by round; None in the first of them."""
    view, earlier = followup.view, followup.earlier_rollups
    if not earlier:
        return None
    heading = view.phrases.heading
    rounds = [round_ for round_, _ in earlier]
    # The widths that spans come to are the other blocks': the first one takes the column of one status, the others two of counts.
    spans = _ROUND_SPANS[: len(earlier) + 1]
    names = [*(followup.round_word(r) for r in rounds), followup.round_word(view.round)]
    fields = (
        Field(heading("id"), "id", 9),
        Field(heading("council_goal"), width=30),
        *(Field(name, "status", 17, span=span) for name, span in zip(names, spans, strict=True)),
        Field(heading("direction"), span=2),
    )
    rows = []
    for node in followup.council_goals:
        before = {round_: rollups[node.id] for round_, rollups in earlier if node.id in rollups}
        now = followup.goal_rollups[node.id]
        cells = [_marked_word(followup, before[r], r.kind.scale) if r in before else None for r in rounds]
        direction = _direction_word(followup, [r.value for r in before.values()], now)
        rows.append(Row((node.id, shorten(node.text), *cells, _marked_word(followup, now, view.round.kind.scale), direction)))
    return Block(fields, tuple(rows), heading=view.phrases.word("trend_title"), new_page=True)


def _marked_word(followup: FollowupView, r: GoalRollup, scale: str) -> str:
    """Return an assessment in words, the council's own marked as such."""
    word = followup.rollup_word(r, scale)
    return followup.view.phrases.word("own_mark", what=word) if r.own else word


def _direction_word(followup: FollowupView, past: Sequence[YesPartlyNo], now: GoalRollup) -> str:
    """Say which way a goal goes, against the last time that it could be assessed."""
    old = next((v for v in reversed(past) if v is not None), None)
    if old is None or now.value is None:
        return followup.view.phrases.word("cannot_compare")
    return followup.view.phrases.word("goes_better" if now.value > old else "goes_worse" if now.value < old else "goes_same")


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
        Field(heading("owner"), span=2),
        Field(heading("last_assessment"), span=2),
        Field(heading("assessment"), "status", span=2),
        Field(heading("direction"), span=2),
        Field(heading("analysis"), span=3),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    return Block(fields, tuple(rows), heading=view.phrases.word(title), new_page=kind == BOARD_GOAL)


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
