"""What does not fit in the status of commitments in a follow-up."""

from __future__ import annotations

from collections.abc import Iterator

from styrxl.model.findings import Remark
from styrxl.validation.one_return import Others, Return, issued_day, swedish


def against_dates(one: Return, _: Others) -> Iterator[Remark]:
    """Find a commitment done before it started, and one under way as planned after its end."""
    day = one.round.day
    for line in one.of("commitment_status"):
        start, end = (issued_day(line.given.get(name)) for name in ("start", "end"))
        status, code = line.said["status"], line.said["commitment_id"]
        value = swedish(one.word("commitment_status", status))
        if status == "done" and start and start > day:
            yield one.remark("commitment_status", line.row, "status", "done-before-start", value, id=code, start=start, day=day)
        if status == "on_plan" and end and end < day:
            yield one.remark("commitment_status", line.row, "status", "on-plan-past-end", value, id=code, end=end, day=day)


def reopened(one: Return, _: Others) -> Iterator[Remark]:
    """Find a commitment that was done in the round before and is not any more."""
    for line in one.of("commitment_status"):
        status = line.said["status"]
        if line.given.get("last_status") == "done" and status not in {None, "done"}:
            told = one.word("commitment_status", status)
            facts = {"id": line.said["commitment_id"], "told": told, "round": line.given["last_round"]}
            yield one.remark("commitment_status", line.row, "status", "commitment-reopened", swedish(told), **facts)
