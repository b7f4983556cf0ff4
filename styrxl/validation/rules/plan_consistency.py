"""What does not fit within a plan, or between a plan and those above, beside and before it."""

from __future__ import annotations

from collections.abc import Iterator

from styrxl.model.council_plan import ids
from styrxl.model.findings import Remark
from styrxl.returns.cell_values import fold
from styrxl.validation.one_return import Others, Return, misses_target, served_ids


def uncommitted(one: Return, others: Others) -> Iterator[Remark]:
    """Find a goal of the highest priority that no commitment serves."""
    if 1 not in one.said("goals", "priority") or one.source in others.unsure:
        return
    served = {parent for line in one.of("commitments") for parent in served_ids(line.said)}
    for line in one.of("goals"):
        if line.said["priority"] == 1 and line.said["goal_id"] not in served:
            facts = {"goal": line.said["goal_id"], "sheet_other": "commitments"}
            yield one.remark("goals", line.row, "priority", "priority-uncommitted", line.said["priority"], **facts)


def unserved(one: Return, others: Others) -> Iterator[Remark]:
    """Find a goal that names units, of which some have answered without serving it or a commitment under it."""
    for line in one.of("goals") if any(one.said("goals", "concerned_units")) else ():
        answered = [unit for unit in ids(line.said.get("concerned_units")) if unit in others.served]
        under = (
            {c.said["commitment_id"] for c in one.of("commitments") if line.said["goal_id"] in served_ids(c.said)} if answered else set()
        )
        units = [unit for unit in answered if not {line.said["goal_id"], *under} & others.served[unit]]
        if units:
            facts = {"goal": line.said["goal_id"], "units": units}
            yield one.remark("goals", line.row, "concerned_units", "goal-unserved", line.said["concerned_units"], **facts)


def outlives(one: Return, others: Others) -> Iterator[Remark]:
    """Find a board's goal that holds for longer than the council's goal that it serves."""
    for line in one.of("goals") if one.form.level == "board" else ():
        parent = others.known.get(line.said["parent_id"] or "")
        to_year = line.said["to_year"]
        if parent and parent.to_year and to_year is not None and to_year > parent.to_year:
            facts = {
                "goal": line.said["goal_id"],
                "parent": line.said["parent_id"],
                "year": str(to_year),
                "parent_year": str(parent.to_year),
            }
            yield one.remark("goals", line.row, "to_year", "goal-outlives-parent", int(to_year), **facts)


def worse_target(one: Return, _: Others) -> Iterator[Remark]:
    """Find an indicator whose target is worse than what it starts from."""
    for line in one.of("indicators"):
        target, baseline, direction = line.said["target"], line.said["baseline"], line.said["direction"]
        if None not in {target, baseline, direction} and misses_target(target, baseline, direction):
            yield one.remark("indicators", line.row, "target", "target-below-baseline", target, baseline=baseline, target=target)


def from_last_year(one: Return, _: Others) -> Iterator[Remark]:
    """Find a commitment that is word for word one of last year's."""
    old = {fold(row["text"] or ""): row["id"] for row in one.issued.memory.get("last_commitments", ())}
    for line in one.of("commitments") if old else ():
        code = old.get(fold(line.said["text"] or "")) if line.said["text"] else None
        if code:
            yield one.remark("commitments", line.row, "text", "copied-from-last-year", line.said["text"], other=code)


def from_sibling(one: Return, others: Others) -> Iterator[Remark]:
    """Find a unit's commitment that is word for word one of another unit of the same board."""
    mine = others.siblings.get(one.source, {})
    for line in one.of("commitments") if mine else ():
        first = mine.get(line.row)
        if first and (one.source, line.row) not in others.copied:
            yield one.remark("commitments", line.row, "text", "copied-from-sibling", line.said["text"], owner=first[0], other=first[1])
