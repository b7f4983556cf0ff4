"""Status of commitments in a follow-up, against their dates and the round before.

Finds ``done-before-start``, ``commitment-reopened``, ``on-plan-past-end``, ``ended-but-planned``, ``planned-though-ended``.
"""

from __future__ import annotations

from collections.abc import Iterator

from styrxl.model.findings import Remark
from styrxl.model.goal_judgement import CLOSED
from styrxl.validation.one_return import OtherReturns, Return, Rule, parse_day, say_in_swedish


def find_status_against_dates(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find a commitment done before it started, and one under way as planned after its end."""
    day = return_.round.day
    for row in return_.rows("commitment_status"):
        start, end = (parse_day(row.issued.get(name)) for name in ("start", "end"))
        status, code = row.answers["status"], row.answers["commitment_id"]
        value = say_in_swedish(return_.word("commitment_status", status))
        if status == "done" and start and start > day:
            yield return_.remark("commitment_status", row.number, "status", "done-before-start", value, id=code, start=start, day=day)
        if status == "on_plan" and end and end < day:
            yield return_.remark("commitment_status", row.number, "status", "on-plan-past-end", value, id=code, end=end, day=day)


def find_reopened(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find a commitment that was done in the round before and is not any more."""
    for row in return_.rows("commitment_status"):
        status = row.answers["status"]
        if row.issued.get("last_status") == "done" and status not in {None, "done"}:
            told = return_.word("commitment_status", status)
            facts = {"id": row.answers["commitment_id"], "told": told, "round": row.issued["last_round"]}
            yield return_.remark("commitment_status", row.number, "status", "commitment-reopened", say_in_swedish(told), **facts)


def find_ended_but_planned(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find a commitment that does not go on, though next year's plan has it already."""
    planned = {row["id"] for row in return_.issued.memory.get("next_plan", ())}
    for row in return_.rows("commitment_status") if planned else ():
        code, continues = row.answers["commitment_id"], row.answers["continues"]
        if code in planned and (continues == "no" or (continues is None and row.answers["status"] in CLOSED)):
            name = "status" if continues is None else "continues"
            told = return_.word("yes_no", continues) if continues else return_.word("commitment_status", row.answers["status"])
            year = str(return_.round.year + 1)
            yield return_.remark("commitment_status", row.number, name, "ended-but-planned", say_in_swedish(told), id=code, year=year)


def find_planned_though_ended(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find a commitment that is under way, though last year's answers say that it does not go on."""
    for row in return_.rows("commitment_status"):
        status = row.answers["status"]
        if row.issued.get("carried") == "ended" and status is not None and status not in CLOSED:
            told = say_in_swedish(return_.word("commitment_status", status))
            facts = {"id": row.answers["commitment_id"], "year": str(return_.round.year - 1)}
            yield return_.remark("commitment_status", row.number, "status", "planned-though-ended", told, **facts)


RULES: tuple[Rule, ...] = (
    find_status_against_dates,
    find_reopened,
    find_ended_but_planned,
    find_planned_though_ended,
)
