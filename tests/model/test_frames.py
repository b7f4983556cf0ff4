"""A board's frame: what was decided, what of it counts on a day, and what was decided after it."""

from __future__ import annotations

from datetime import date

import pytest

from styrxl.model.council_plan import Plan, make_council_plan
from styrxl.model.rounds import standard_rounds

MAY, JANUARY = date(2027, 5, 18), date(2028, 1, 20)


def plan() -> Plan:
    rows = [("UBN", 2027, date(2026, 12, 1), 0.1), ("UBN", 2027, MAY, 0.2), ("UBN", 2027, JANUARY, 4.0), ("UBN", 2028, MAY, 9.0)]
    adjustments = [
        {"board_id": board, "year": year, "date": day, "operating": amount, "investment": None, "decision": "KF", "kind": None}
        for board, year, day, amount in rows
    ]
    frames = [{"board_id": "UBN", "year": 2027, "operating_frame": 0.3, "investment_frame": None}]
    return make_council_plan({"frames": frames, "frame_adjustments": adjustments}, standard_rounds())


@pytest.mark.parametrize("kind, current, later", [("t1", 0.4, [MAY, JANUARY]), ("t2", 0.6, [JANUARY]), ("year", 4.6, [])])
def test_a_round_counts_what_was_decided_up_to_its_day(kind: str, current: float, later: list[date]) -> None:
    """A decision in May is not there on 30 April; at year-end all of the year's decisions are. Right to the öre."""
    round_ = standard_rounds().parse(f"2027-{kind}")
    frame = plan().frame("UBN", round_.year, round_.frames_day)
    assert frame.current_operating == current
    assert [a.date for a in frame.later] == later


def test_a_plan_of_before_has_no_kinds_of_adjustments() -> None:
    """Its rows lack the column."""
    row = {"board_id": "UBN", "year": 2027, "date": MAY, "operating": 5.0, "investment": None, "decision": "KF"}
    made = make_council_plan({"frame_adjustments": [row]}, standard_rounds())
    assert (made.adjustments[0].kind, made.frame("UBN", 2027, MAY).current_operating) == (None, None)
