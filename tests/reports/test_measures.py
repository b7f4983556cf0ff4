"""What the page of indicators says before the year has ended: what boards expect, of each kind of target, and why nothing can be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from small_town import consolidated, row, tables
from small_year import UBN, follow_up, history

KINDS: Mapping[str, dict[str, Any]] = {
    "minst 80": {"direction": "higher", "target": 80.0},
    "högst 12,5": {"direction": "lower", "target": 12.5},
    "mellan 40 och 60": {"direction": "within", "target": 40.0, "highest": 60.0},
    "Nej": {"direction": "yes_no", "target": "no"},
    "bättre än 73 (högre)": {"direction": "better", "target": "higher", "baseline": 73.0},
    "–": {"direction": "undirected", "target": None},
}
EXPECTED = {"yes": "✓ Ja, väntas nås", "uncertain": "Osäkert", "no": "! Nej, väntas inte nås", None: "Går inte att säga"}
OUTCOMES: tuple[dict[str, Any], ...] = (
    {"outcome": None, "comment": "Kommer i maj."},
    {"outcome": "too_few"},
    {"outcome": 50.0, "outcome_year": 2026},
    {"outcome": 50.0},
)


@pytest.mark.parametrize("kind", KINDS)
def test_before_the_year_has_ended_the_board_says_what_it_expects_whatever_the_outcome(kind: str) -> None:
    """An outcome of an older year, or too few to be shown, does not stop a board from expecting; without direction nothing is expected."""
    asked = [
        row(0, UBN, "Indikatorer", 6 + n, indicator_id=f"KF-I{n}", name=f"Mått {n}", unit="st")
        | {**KINDS[kind], **outcome, "target_reached": answer}
        for n, (answer, outcome) in enumerate((answer, outcome) for answer in EXPECTED for outcome in OUTCOMES)
    ]
    judged, plan, issued, scope = follow_up("t1")
    judged = replace(judged, tables={**judged.tables, **tables({"indicator_outcomes": asked})})
    _, book = consolidated(judged, plan, issued, scope, None, history("t1"))
    [block] = next(page for page in book.pages if page.name == "Indikatorer").blocks
    heads = [field.heading for field in block.fields]
    aim, reached = heads.index("Målvärde"), heads.index("Målvärdet nått?")
    assert {r.cells[aim] for r in block.rows} == {kind}
    told = [said if KINDS[kind]["direction"] != "undirected" else "Följs utan målvärde" for said in EXPECTED.values() for _ in OUTCOMES]
    assert [r.cells[reached] for r in block.rows] == told
