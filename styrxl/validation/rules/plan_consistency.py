"""A plan against itself, against the council's goals, the units' plans and last year's.

Finds ``copied-from-last-year``, ``copied-from-sibling``, ``priority-uncommitted``, ``goal-unserved``, ``goal-outlives-parent``,
``target-below-baseline``.
"""

from __future__ import annotations

from collections.abc import Iterator

from styrxl.model.council_plan import ids
from styrxl.model.findings import Remark
from styrxl.model.goal_judgement import NO, meet_target
from styrxl.model.indicators import BETTER, Outcome, Target
from styrxl.returns.cell_values import fold_text
from styrxl.validation.one_return import OtherReturns, Return, Rule, parent_ids


def find_uncommitted_priorities(return_: Return, others: OtherReturns) -> Iterator[Remark]:
    """Find a goal of the highest priority that no commitment serves."""
    if 1 not in return_.column("goals", "priority") or return_.source in others.uncertain:
        return
    served = {parent for row in return_.rows("commitments") for parent in parent_ids(row.answers)}
    for row in return_.rows("goals"):
        if row.answers["priority"] == 1 and row.answers["goal_id"] not in served:
            facts = {"goal": row.answers["goal_id"], "sheet_other": "commitments"}
            yield return_.remark("goals", row.number, "priority", "priority-uncommitted", row.answers["priority"], **facts)


def find_unserved_goals(return_: Return, others: OtherReturns) -> Iterator[Remark]:
    """Find a goal that names units, of which some have answered without serving it or a commitment under it."""
    for row in return_.rows("goals") if any(return_.column("goals", "concerned_units")) else ():
        answered = [unit for unit in ids(row.answers.get("concerned_units")) if unit in others.served]
        under = (
            {c.answers["commitment_id"] for c in return_.rows("commitments") if row.answers["goal_id"] in parent_ids(c.answers)}
            if answered
            else set()
        )
        units = [unit for unit in answered if not {row.answers["goal_id"], *under} & others.served[unit]]
        if units:
            facts = {"goal": row.answers["goal_id"], "units": units}
            yield return_.remark("goals", row.number, "concerned_units", "goal-unserved", row.answers["concerned_units"], **facts)


def find_goals_that_outlive_parents(return_: Return, others: OtherReturns) -> Iterator[Remark]:
    """Find a board's goal that holds for longer than the council's goal that it serves."""
    for row in return_.rows("goals") if return_.form.level == "board" else ():
        parent = others.goals.get(row.answers["parent_id"] or "")
        to_year = row.answers["to_year"]
        if parent and parent.to_year and to_year is not None and to_year > parent.to_year:
            facts = {
                "goal": row.answers["goal_id"],
                "parent": row.answers["parent_id"],
                "year": str(to_year),
                "parent_year": str(parent.to_year),
            }
            yield return_.remark("goals", row.number, "to_year", "goal-outlives-parent", int(to_year), **facts)


def find_targets_below_baseline(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find an indicator whose target is worse than what it starts from, or, where it is to be better than that, no better."""
    for row in return_.rows("indicators"):
        target, baseline, direction = row.answers["target"], row.answers["baseline"], row.answers["direction"]
        if target is None or isinstance(target, str) or baseline is None:
            continue
        same = direction == BETTER and target == baseline
        if same or (direction in ("higher", "lower") and meet_target(Outcome(target), Target(direction, baseline)) == NO):
            yield return_.remark("indicators", row.number, "target", "target-below-baseline", target, baseline=baseline, target=target)


def find_copies_from_last_year(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find a commitment that is word for word one of last year's."""
    old = {fold_text(row["text"] or ""): row["id"] for row in return_.issued.memory.get("last_commitments", ())}
    for row in return_.rows("commitments") if old else ():
        code = old.get(fold_text(row.answers["text"] or "")) if row.answers["text"] else None
        if code and code != row.answers["commitment_id"]:
            yield return_.remark("commitments", row.number, "text", "copied-from-last-year", row.answers["text"], other=code)


def find_copies_from_siblings(return_: Return, others: OtherReturns) -> Iterator[Remark]:
    """Find a unit's commitment that is word for word one of another unit of the same board."""
    mine = others.siblings.get(return_.source, {})
    for row in return_.rows("commitments") if mine else ():
        first = mine.get(row.number)
        if first and (return_.source, row.number) not in others.copied:
            yield return_.remark(
                "commitments", row.number, "text", "copied-from-sibling", row.answers["text"], owner=first[0], other=first[1]
            )


RULES: tuple[Rule, ...] = (
    find_uncommitted_priorities,
    find_unserved_goals,
    find_goals_that_outlive_parents,
    find_targets_below_baseline,
    find_copies_from_last_year,
    find_copies_from_siblings,
)
