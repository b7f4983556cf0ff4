"""Assessments of goals in a follow-up, against indicators, commitments, units and the round before.

Finds ``fulfilled-despite-indicators``, ``fulfilled-despite-commitments``, ``fulfilled-despite-units``, ``unfulfilled-despite-results``,
``analysis-unchanged``, ``not-assessable-again``, ``outside-year`` (outcomes of a year to come).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from styrxl.model.findings import Remark
from styrxl.model.goal_judgement import BAD, BEHIND, DONE_OR_ON_PLAN, GOOD, NO, Grade, judge_indicator
from styrxl.model.indicators import Outcome, Target
from styrxl.returns.cell_values import fold_text
from styrxl.validation.one_return import AnsweredRow, OtherReturns, Return, Rule, is_majority, parent_ids, say_in_swedish


def find_contradicted_assessments(return_: Return, others: OtherReturns) -> Iterator[Remark]:
    """Find a goal assessed as fulfilled against its indicators, its commitments or its units; or as not, against all of them."""
    for row in return_.rows("goal_assessments"):
        goal, assessment = row.answers["goal_id"], row.answers["assessment"]
        grades = [(i, _grade(return_, i)) for i in return_.rows("indicator_outcomes") if i.issued.get("goal_id") == goal]
        indicators = [i for i, grade in grades if grade is not None]
        missed = [i for i, grade in grades if grade == NO]
        commitments = [c for c in return_.rows("commitment_status") if goal in parent_ids(c.issued)]
        statuses = {c.answers["commitment_id"]: c.answers["status"] for c in commitments}
        behind = [code for code, status in statuses.items() if status in BEHIND]
        units = others.says_no.get(goal or "", {}) if return_.form.level == "board" else {}
        saying_no = sorted(unit for unit, says_no in units.items() if says_no)
        if assessment in GOOD:
            if missed:
                facts = {"list": _codes(missed), "n": len(missed), "of": len(grades), "sheet_other": "indicator_outcomes"}
                yield _remark(return_, row, "fulfilled-despite-indicators", **facts)
            if is_majority(code in behind for code in statuses):
                yield _remark(return_, row, "fulfilled-despite-commitments", list=behind, n=len(statuses), sheet_other="commitment_status")
            if is_majority(units.values()):
                yield _remark(return_, row, "fulfilled-despite-units", list=saying_no, n=len(units))
        well = not missed and not is_majority(units.values()) and all(status in DONE_OR_ON_PLAN for status in statuses.values())
        if assessment in BAD and (indicators or statuses) and well:
            yield _remark(return_, row, "unfulfilled-despite-results", list=[*_codes(indicators), *statuses])


def _remark(return_: Return, row: AnsweredRow, rule: str, **facts: Any) -> Remark:
    told = return_.word("assessment", row.answers["assessment"])
    facts = {"goal": row.answers["goal_id"], "told": told, **facts}
    return return_.remark("goal_assessments", row.number, "assessment", rule, say_in_swedish(told), **facts)


def _grade(return_: Return, indicator: AnsweredRow) -> Grade:
    """Return whether an indicator is met, as its round asks: None where nothing is said of it."""
    answers, issued = indicator.answers, indicator.issued
    return judge_indicator(
        final=return_.form.final,
        outcome=Outcome.of(answers, return_.round.year),
        target=Target.of(issued),
        answer=answers["target_reached"],
    )


def _codes(indicators: Iterable[AnsweredRow]) -> list[str]:
    return [indicator.answers["indicator_id"] for indicator in indicators]


def find_repeated_answers(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find an analysis that is word for word the one of the round before, and one more time that a goal cannot be assessed."""
    for row in return_.rows("goal_assessments"):
        old, new, round_ = row.issued.get("last_analysis"), row.answers["analysis"], row.issued.get("last_round")
        if old and new and fold_text(old) == fold_text(new):
            yield return_.remark(
                "goal_assessments", row.number, "analysis", "analysis-unchanged", new, goal=row.answers["goal_id"], round=round_
            )
        if row.answers["assessment"] == "not_assessable" and row.issued.get("last_assessment") == "not_assessable":
            value = return_.word("assessment", "not_assessable")
            facts = {"goal": row.answers["goal_id"], "round": round_}
            yield return_.remark("goal_assessments", row.number, "assessment", "not-assessable-again", say_in_swedish(value), **facts)


def find_outcomes_of_years_to_come(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find outcomes of indicators that are said to be of a year after the round's; one of an older year is an answer."""
    for row in return_.rows("indicator_outcomes"):
        year = row.answers["outcome_year"]
        if year is not None and year > return_.round.year:
            facts = {"year": str(return_.round.year)}
            yield return_.remark("indicator_outcomes", row.number, "outcome_year", "outside-year", int(year), **facts)


RULES: tuple[Rule, ...] = (
    find_contradicted_assessments,
    find_repeated_answers,
    find_outcomes_of_years_to_come,
)
