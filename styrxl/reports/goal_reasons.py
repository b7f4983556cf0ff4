"""What the state of one of the council's goals rests on, in words: coverage, indicators, and the steps of the rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from styrxl.model.goal_judgement import NO, PARTLY, YES, Coverage, Grade, grade_assessment, grade_status, sum_up_indicators
from styrxl.reports.council_goals import GoalState
from styrxl.reports.followup_view import SIGNS, FollowupView
from styrxl.reports.view import join_texts

_COVERAGE_CODES = {YES: "good", PARTLY: "partly", NO: "poor"}
_STEPS_BY_PARTS = frozenset({"all", "mixed", "partly", "mostly_no", "unknown"})  # whose words differ for what the parts are


def coverage_word(followup: FollowupView, coverage: Coverage) -> str:
    """Say how the boards cover one of the council's goals: ``✓ God, 3 av 3 nämnder``."""
    view, word = followup.view, followup.view.phrases.word
    if coverage.grade is None:
        return word("cover_unknown")
    label = view.scope.forms.label("coverage", _COVERAGE_CODES[coverage.grade])[view.scope.language]
    what = SIGNS[coverage.grade] + label
    if coverage.stated:
        return word("stated_mark", what=what)
    if not coverage.concerned:
        return word("cover_nobody", what=what)
    share = word("cover_share", what=what, n=len(coverage.covering), total=len(coverage.known))
    without = len([board for board in coverage.unknown if board in coverage.concerned])
    return f"{share}; {word('cover_without_plan', n=without)}" if without else share


def indicators_word(followup: FollowupView, state: GoalState) -> str | None:
    """Say how many of the council's indicators under a goal are met: ``! 2 av 3 nås``; None where there are none."""
    grades = [indicator.grade for indicator in state.indicators]
    if not grades:
        return None
    word, silent = followup.view.phrases.word, grades.count(None)
    if silent == len(grades):
        return word("indicators_silent", n=silent)
    said = word("indicators_met", sign=SIGNS[sum_up_indicators(grades)], n=grades.count(YES), total=len(grades))
    return f"{said}; {word('indicators_say_nothing', n=silent)}" if silent else said


def explain_state(followup: FollowupView, state: GoalState) -> str:
    """Say whose an assessment is and why: the council's own, or what the rule suggests."""
    word = followup.view.phrases.word
    why = join_texts([*_reasons(followup, state)], " ") or ""
    missed = ", ".join(f"{indicator.id} {indicator.name}" for indicator in state.missed)
    remark = word(f"contradiction_{state.contradiction}", indicators=missed, n=len(state.missed)) if state.contradiction else None
    if state.own is None:
        return join_texts([word("suggested", why=why), remark], " ") or ""
    own = join_texts([state.own.decision, state.own.reason], ": ") or ""
    suggested = followup.value_word(state.suggestion.grade, sign=False)
    return join_texts([word("own", what=f" ({own})" if own else "", suggested=suggested, why=why), remark], " ") or ""


def _reasons(followup: FollowupView, state: GoalState) -> Iterator[str]:
    """Yield the reasons for a suggestion: what the parts say, what lowers it, who lacks a goal, whose return is missing."""
    word, suggestion = followup.view.phrases.word, state.suggestion
    given = len(state.contributions)
    grades = _grades_of(state)
    facts = _count_facts(state, grades)
    step = "partly" if suggestion.why == "mixed" and not grades.count(YES) + grades.count(NO) else suggestion.why
    yield word(f"why_{step}_{suggestion.by}" if step in _STEPS_BY_PARTS else f"why_{step}", **facts)
    if given and suggestion.by in ("goals", "commitments"):
        yield word("why_contributions", n=given)
    if facts["silent"] and suggestion.grade is not None:
        yield word("why_silent", **facts)
    if suggestion.lowered_by:
        yield word(f"why_lowered_{'_and_'.join(suggestion.lowered_by)}")
    if lacking := state.coverage.lacking:
        yield word("why_lacking", boards=_board_names(followup, lacking))
    if missing := [board for board in state.boards if board not in state.returned]:
        facts_ = {"n": len(state.returned), "total": len(state.boards), "boards": _board_names(followup, missing)}
        yield word("why_preliminary", **facts_)


def _grades_of(state: GoalState) -> list[Grade]:
    """Return what the parts say that a suggestion is made of."""
    contributions = [code for _, code in state.contributions]
    if state.suggestion.by == "indicators":
        return [indicator.grade for indicator in state.indicators]
    if state.suggestion.by == "commitments":
        return [*(grade_status(code) for code in state.commitments), *_assessed(contributions)]
    return _assessed([*state.goals, *contributions])


def _assessed(codes: Sequence[str | None]) -> list[Grade]:
    return [grade_assessment(code) for code in codes]


def _count_facts(state: GoalState, grades: Sequence[Grade]) -> dict[str, int]:
    statuses = [grade for code in state.commitments if (grade := grade_status(code)) is not None]
    counts = {key: grades.count(grade) for key, grade in (("yes", YES), ("partly", PARTLY), ("no", NO), ("silent", None))}
    return {**counts, "n": len(grades), "kept": statuses.count(YES), "of": len(statuses)}


def _board_names(followup: FollowupView, boards: Sequence[str]) -> str:
    return ", ".join(followup.view.name(board) or board for board in boards)
