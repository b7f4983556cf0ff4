"""Last year's outcomes typed in the multi-year plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from styrxl.model.council_plan import PastOutcome
from styrxl.rounds.council_plan import read_plan, read_plan_file
from styrxl.rounds.judge_council_plan import judge_plan
from town import PLAN, new_town


def test_they_are_read_with_their_rounds(tmp_path: Path) -> None:
    rows = [
        {"board_id": "UBN", "activity": "Grundskola", "round": "2026-Delår1", "outcome_net": 260},
        {"board_id": "UBN", "round": "2026-t1", "outcome_net": -12.5},
    ]
    workspace = new_town(tmp_path / "town", {**PLAN, "last_year": rows}).workspace
    assert read_plan(workspace, workspace.forms).past_outcomes == (
        PastOutcome("UBN", "Grundskola", "2026-t1", 260.0),
        PastOutcome("UBN", None, "2026-t1", -12.5),
    )


def test_what_is_typed_twice_or_of_no_round_is_told(tmp_path: Path) -> None:
    """A whole board too, of which no activity is named."""
    known: dict[str, Any] = {"board_id": "UBN", "outcome_net": 1}
    rows = [{**known, "round": "2026-t1"}, {**known, "round": "2026-t1"}, {**known, "round": "2026-t9"}]
    workspace = new_town(tmp_path / "town", {**PLAN, "last_year": rows}).workspace
    judged, _ = judge_plan(workspace, workspace.forms, read_plan_file(workspace.plan_path))
    assert [(f.rule, f.cell) for f in judged.findings] == [("duplicate-id", "A7"), ("not-in-list", "C8")]
