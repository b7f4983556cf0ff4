"""What does not fit in how goals are assessed in a follow-up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from styrxl.model.findings import Remark
from styrxl.model.rollup import BAD, BEHIND, DONE_OR_ON_PLAN, GOOD
from styrxl.returns.cell_values import fold
from styrxl.validation.one_return import Line, Others, Return, majority, misses_target, served_ids, swedish


def against_goals(one: Return, others: Others) -> Iterator[Remark]:
    """Find a goal assessed as fulfilled against its indicators, its commitments or its units; or as not, against all of them."""
    for line in one.of("goal_assessments"):
        goal, told = line.said["goal_id"], line.said["assessment"]
        measured = [i for i in one.of("indicator_outcomes") if i.given.get("goal_id") == goal and i.said["outcome"] is not None]
        missing = [
            i
            for i in measured
            if i.given["target"] is not None and misses_target(i.said["outcome"], i.given["target"], i.given["direction"])
        ]
        statuses = {c.said["commitment_id"]: c.said["status"] for c in one.of("commitment_status") if goal in served_ids(c.given)}
        behind = [code for code, status in statuses.items() if status in BEHIND]
        units = others.units.get(goal or "", {}) if one.form.level == "board" else {}
        no = sorted(unit for unit, says_no in units.items() if says_no)
        facts: dict[str, Any] = {"goal": goal, "told": one.word("assessment", told)}

        def said(rule: str, line: Line = line, facts: Mapping[str, Any] = facts, **more: Any) -> Remark:
            return one.remark("goal_assessments", line.row, "assessment", rule, facts["told"]["sv"], **facts, **more)

        if told in GOOD:
            if measured and len(missing) == len(measured):
                yield said("fulfilled-despite-indicators", list=[i.said["indicator_id"] for i in missing], sheet_other="indicator_outcomes")
            if majority(code in behind for code in statuses):
                yield said("fulfilled-despite-commitments", list=behind, n=len(statuses), sheet_other="commitment_status")
            if majority(units.values()):
                yield said("fulfilled-despite-units", list=no, n=len(units))
        well = not missing and not majority(units.values()) and all(status in DONE_OR_ON_PLAN for status in statuses.values())
        if told in BAD and (measured or statuses) and well:
            yield said("unfulfilled-despite-results", list=[*(i.said["indicator_id"] for i in measured), *statuses])


def same_words(one: Return, _: Others) -> Iterator[Remark]:
    """Find an analysis that is word for word the one of the round before, and one more time that a goal cannot be assessed."""
    for line in one.of("goal_assessments"):
        old, new, round_ = line.given.get("last_analysis"), line.said["analysis"], line.given.get("last_round")
        if old and new and fold(old) == fold(new):
            yield one.remark("goal_assessments", line.row, "analysis", "analysis-unchanged", new, goal=line.said["goal_id"], round=round_)
        if line.said["assessment"] == "not_assessable" and line.given.get("last_assessment") == "not_assessable":
            value = one.word("assessment", "not_assessable")
            facts = {"goal": line.said["goal_id"], "round": round_}
            yield one.remark("goal_assessments", line.row, "assessment", "not-assessable-again", swedish(value), **facts)
