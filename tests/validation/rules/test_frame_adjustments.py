"""Changes of frames that only move money between boards: they come to zero, decision by decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from filled import build_short_plan
from municipality import Rows
from styrxl.model.findings import fix, message
from styrxl.rounds.council_plan import read_plan
from styrxl.rounds.judge_council_plan import judge_plan
from town import PLAN, Town

JUNE, MAY = date(2027, 6, 15), date(2027, 5, 18)
MOVED = "KF 2027-06-15 § 112"


def change(board: str, kind: str | None = "redistribution", **more: Any) -> Mapping[str, Any]:
    return {"board_id": board, "year": 2027, "date": JUNE, "kind": kind, "decision": MOVED, **more}


def planned_with(rows: Rows) -> dict[str, tuple[Mapping[str, Any], ...]]:
    return {**{name: tuple(some) for name, some in PLAN.items()}, "frame_adjustments": tuple(rows)}


@pytest.mark.parametrize(
    "rows, cells",
    [
        ((change("UBN", operating=20.5), change("KFN", operating=-20.5)), []),
        ((change("UBN", operating=20.5), change("KFN", operating=-20.4)), ["E5"]),
        ((change("UBN", operating=20), change("KFN", operating=-20, investment=5)), ["F6"]),
        ((change("UBN", operating=20, investment=5), change("KFN", operating=-19)), ["E5", "F5"]),
        ((change("UBN", "central_reserve", operating=20), change("KF", "central_reserve", operating=-20)), []),
        ((change("UBN", "central_reserve", operating=20), change("KFN", operating=-20)), ["E5", "E6"]),
        ((change("UBN", operating=20), change("KFN", operating=-20, date=MAY)), ["E5", "E6"]),
        ((change("UBN", operating=20), change("KFN", operating=-20, year=2028)), ["E5", "E6"]),
        ((change("UBN", operating=20), change("KFN", operating=-20, decision="kf  2027-06-15 § 112")), []),
        ((change("UBN", operating=20), change("KFN", operating=-20, decision="KF 2027-06-15 § 113")), ["E5", "E6"]),
        ((change("UBN", operating=0.1), change("KFN", operating=0.2), change("REV", operating=-0.3)), []),
        ((change("UBN", "addition", operating=20), change("UBN", "carried_over", investment=7), change("KFN", None, operating=9)), []),
    ],
)
def test_what_only_moves_money_comes_to_zero(planned: Town, rows: Rows, cells: list[str]) -> None:
    """Operations and investment each by itself; what lacks a counterpart is asked about at its first amount, and stops nothing."""
    judged, _ = judge_plan(planned.workspace, planned.forms, build_short_plan(planned.workspace, planned_with(rows)))
    assert [(f.rule, f.sheet, f.cell) for f in judged.findings] == [("adjustments-unbalanced", "Ramjusteringar", c) for c in cells]
    assert judged.verdict == "accepted"


def test_the_controller_is_told_in_words(planned: Town) -> None:
    rows = (change("UBN", operating=1220.5), change("KFN", operating=-20))
    planned.workspace.plan_path.write_bytes(build_short_plan(planned.workspace, planned_with(rows)))
    (told,) = read_plan(planned.workspace, planned.forms).findings
    assert message(told, "sv") == (
        "Drift i E5: Omfördelning enligt KF 2027-06-15 § 112 blir tillsammans 1\N{NO-BREAK SPACE}200,5 tkr för 2027, och ska bli noll."
    )
    assert fix(told, "sv").startswith("Kontrollera rad 5, 6 på bladet Ramjusteringar:")
    assert "comes to SEK 1,200.5 thousand in all for 2027" in message(told, "en")
    assert "1\N{NO-BREAK SPACE}200,5 tkr" in planned.run("status", "2027-plan").stderr


def test_an_amount_that_cannot_be_read_is_the_only_thing_said(planned: Town) -> None:
    rows = (change("UBN", operating="mycket"), change("KFN", operating=-20))
    judged, _ = judge_plan(planned.workspace, planned.forms, build_short_plan(planned.workspace, planned_with(rows)))
    assert [(f.rule, f.cell) for f in judged.findings] == [("wrong-type", "E5")]
