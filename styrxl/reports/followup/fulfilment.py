"""The page Måluppfyllelse: each of the council's goals with the two questions asked of it, its trend, and the goals under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from styrxl.excel.pages import Block, Field, Page, Row
from styrxl.model.goal_tree import BOARD_GOAL, UNIT_GOAL, Node
from styrxl.model.rollup import ASSESSMENTS, NO, PARTLY, STATUSES, YES, Answer, Coverage, assessment_code
from styrxl.reports.columns import LINK_WIDTH, page, rest, spread
from styrxl.reports.followed import Followed, Standing, assessments_of
from styrxl.reports.view import joined, shortened

_COVER = {YES: "cover_yes", PARTLY: "cover_partly", NO: "cover_no"}
_TOLD = frozenset({"goal_id", "text", "last_assessment", "assessment", "trend", "analysis"})
_SPANS = (1, 2, 2, 2)  # of the columns of earlier rounds: last year, t1, t2, now


def make_page(follow: Followed) -> Page | None:
    """Show how the goals stand; None where there are none."""
    blocks = [
        _council(follow),
        _trend(follow),
        _goals(follow, BOARD_GOAL, "board_goals_title"),
        _goals(follow, UNIT_GOAL, "unit_goals_title"),
    ]
    there = [b for b in blocks if b is not None and b.rows]
    return page(follow.view, "fulfilment", there) if there else None


def _council(follow: Followed) -> Block:
    view, heading = follow.view, follow.view.phrases.heading
    counts = ("goals_yes", "goals_partly", "goals_no", "goals_not_assessable", "goals_missing")
    kept = ("kept_yes", "kept_partly", "kept_no", "kept_none")
    fields = (
        Field(heading("id"), "id", 9),
        Field(heading("council_goal"), width=30, least=24),
        Field(heading("covered"), "status", 17),
        *(Field(heading(k), "count", 9) for k in counts),
        *(Field(heading(k), "count", 10) for k in kept),
        Field(heading("assessment"), "status", 17),
        Field(heading("ground"), width=34, least=28),
    )
    rows = tuple(_council_row(follow, n, follow.standings[n.id], follow.coverage[n.id]) for n in follow.council)
    return Block(fields, rows, heading=view.phrases.word("council_goals_title"))


def _council_row(follow: Followed, node: Node, s: Standing, c: Coverage) -> Row:
    goals = (*(s.goals_at(v) for v in (YES, PARTLY, NO, None)), s.goals.count(None))
    kept = (*(s.commitments_at(v) for v in (YES, PARTLY, NO)), s.commitments_at(None) + s.commitments.count(None))
    code = s.own.assessment if s.own else None
    holds = follow.assessment_word(code) if code else follow.said(s.value)
    return Row((node.id, node.text, coverage_word(follow, c), *goals, *kept, holds, ground(follow, s, c)))


def coverage_word(follow: Followed, c: Coverage) -> str:
    """Say whether the boards' goals cover one of the council's: ``✓ Ja, 3 av 3 nämnder``."""
    if not c.concerned:
        # A unit that has moved brings along what it serves: goals that are its old board's.
        return follow.view.phrases.word("cover_others" if follow.view.board else "cover_nobody")
    return follow.view.phrases.word(_COVER[c.value], n=len(c.covering), total=len(c.concerned))


def ground(follow: Followed, s: Standing, c: Coverage) -> str:
    """Say whose an assessment is and why: the council's own, or what is suggested by the rule in ``rollup``."""
    word = follow.view.phrases.word
    parts = s.goals if s.suggestion.by == "goals" else s.commitments
    values = [_value(s, p) for p in parts]
    counts = {key: values.count(v) for key, v in (("yes", YES), ("partly", PARTLY), ("no", NO), ("silent", None))}
    kept = [v for v in (_value(s, p, commitment=True) for p in s.commitments) if v is not None]
    facts = {**counts, "n": len(parts), "kept": kept.count(YES), "of": len(kept)}
    step = "partly" if s.suggestion.why == "mixed" and not counts["yes"] + counts["no"] else s.suggestion.why
    why = word(f"why_{step}_{s.suggestion.by}" if step in _BY else f"why_{step}", **facts)
    silent = word("why_silent", **facts) if counts["silent"] and s.suggestion.value is not None else None
    lacking = word("why_lacking", boards=", ".join(follow.view.name(b) or b for b in c.lacking)) if c.lacking else None
    told = joined([why, silent, lacking], " ") or ""
    if s.own is None:
        return word("suggested", why=told)
    own = joined([s.own.decision, s.own.reason], ": ") or ""
    return word("own", what=f" ({own})" if own else "", suggested=follow.said(s.suggestion.value, sign=False), why=told)


_BY = frozenset({"all", "mixed", "partly", "mostly_no", "unknown"})


def _value(s: Standing, code: str | None, *, commitment: bool | None = None) -> Answer:
    by_goals = s.suggestion.by == "goals" if commitment is None else not commitment
    return None if code is None else (ASSESSMENTS if by_goals else STATUSES)[code]


def _trend(follow: Followed) -> Block | None:
    """Show how each of the council's goals has been assessed round by round."""
    view, before = follow.view, follow.before
    if not before:
        return None
    heading = view.phrases.heading
    rounds = [round_ for round_, _ in before]
    # The widths that spans come to are the other blocks': the first one takes the column of one status, the others two of counts.
    spans = _SPANS[: len(before) + 1]
    names = [*(follow.round_word(r) for r in rounds), follow.round_word(view.round)]
    fields = (
        Field(heading("id"), "id", 9),
        Field(heading("council_goal"), width=30),
        *(Field(name, "status", 17, span=span) for name, span in zip(names, spans, strict=True)),
        Field(heading("direction"), span=2),
    )
    rows = []
    for node in follow.council:
        past = [(r, those[node.id]) for r, those in before if node.id in those]
        by_round = dict(past)
        cells = [_holding(follow, by_round[r], r.kind) if r in by_round else None for r in rounds]
        now = follow.standings[node.id]
        rows.append(
            Row(
                (
                    node.id,
                    shortened(node.text),
                    *cells,
                    _holding(follow, now, view.round.kind),
                    _direction(follow, [s.value for _, s in past], now),
                )
            )
        )
    return Block(fields, tuple(rows), heading=view.phrases.word("trend_title"), new_page=True)


def _holding(follow: Followed, s: Standing, kind: str) -> str:
    word = follow.assessment_word(s.own.assessment if s.own else assessment_code(s.value, kind)) or ""
    return follow.view.phrases.word("own_mark", what=word) if s.own else word


def _direction(follow: Followed, past: Sequence[Answer], now: Standing) -> str:
    """Say which way a goal goes, against the last time that it could be assessed."""
    old = next((v for v in reversed(past) if v is not None), None)
    if old is None or now.value is None:
        return follow.view.phrases.word("cannot_compare")
    return follow.view.phrases.word("goes_better" if now.value > old else "goes_worse" if now.value < old else "goes_same")


def _goals(follow: Followed, kind: str, title: str) -> Block | None:
    view, heading = follow.view, follow.view.phrases.heading
    nodes = [n for n in follow.nodes if n.kind == kind]
    spreads = spread(view, "goal_assessments")
    earlier = follow.behind.earlier
    last = [assessments_of(past) for past in earlier]
    rows = []
    for node in nodes:
        row = follow.assessments.get(node.id)
        old = next((found[node.id] for found in reversed(last) if node.id in found), None)
        rows.append(_goal(follow, node, row, old, rest(view, row, spreads, _TOLD) if row else (None, ())))
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


def _goal(follow: Followed, node: Node, row: Any, old: str | None, more: tuple[str | None, tuple[float, ...]]) -> Row:
    view = follow.view
    trends = view.scope.forms.words.lists["trend"]
    trend = trends[row["trend"]][view.scope.language] if row and row.get("trend") else None
    told = follow.assessment_word(row["assessment"]) if row else _silent(follow, node)
    analysis = joined([row.get("analysis"), more[0]], " · ") if row else None
    above = node.council_goal if node.kind == BOARD_GOAL else node.wanted
    cells = (
        node.id,
        node.text,
        above,
        view.name(node.owner),
        follow.assessment_word(old, sign=False),
        told,
        trend,
        analysis,
        follow.link(node.id),
    )
    return Row(cells, int(row["_source"]) if row else None, amounts=more[1])


def _silent(follow: Followed, node: Node) -> str:
    return follow.view.phrases.word("status_missing" if node.owner in follow.asked else "status_outside")
