"""What is written into workbooks, kept as text and read again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from styrxl.model.prefill import Prefill, PrefillReader

PLAIN = Prefill("unit_plan", 1, None, "sv", "2027-plan", "Plan 2027", 2027, "BUN-A", "Skola A", "BUN", "Nämnden", "Kommunen", "")
NASTY = '", "signature": "x", "lists": {"a": [], "memory": {"b": []}, "rows": {"c": []}, \\'
ROW = {"signature": "x", "memory": NASTY, "rows": 1.5, "lists": None}


@pytest.mark.parametrize(
    "with_",
    [
        {},
        {"rows": {"goals": (ROW, ROW)}, "lists": {"memory": (("BUN-M1", NASTY),)}, "memory": {"rows": (ROW,), "signature": (ROW,)}},
        {"owner_name": NASTY, "contact": NASTY, "round_name": NASTY, "signature": NASTY},
        {"first": {"lists": 1, "rows": 2, "signature": 3}, "thresholds": {"tkr": 100.0}, "based_on": {"2026-plan": NASTY}},
    ],
)
def test_what_is_read_together_is_what_is_read_alone(with_: dict[str, Any]) -> None:
    """Whatever names and texts it holds, also such as look like a part's beginning or end."""
    prefill = replace(PLAIN, **with_)
    text = prefill.to_json()
    shared = PrefillReader()
    assert shared.prefill(text) == shared.prefill(text) == Prefill.from_json(text) == prefill


def test_owners_share_what_they_were_given_alike() -> None:
    """Their lists and rows are the same objects, whoever's they are."""
    one = replace(PLAIN, rows={"board_goals": (ROW,)}, lists={"board_goals": (("BUN-M1", "Läsa"),)})
    other = replace(one, owner="BUN-B", lists={"board_goals": (("BUN-M2", "Räkna"),)})
    shared = PrefillReader()
    first, second, third = (shared.prefill(each.to_json()) for each in (one, other, replace(one, owner="BUN-C")))
    assert first.rows is second.rows is third.rows
    assert first.lists is third.lists is not second.lists


def test_a_ledger_from_before_there_was_a_memory_is_read() -> None:
    """What is not there is empty."""
    text = PLAIN.to_json().replace('"memory": {}, ', "")
    assert PrefillReader().prefill(text) == Prefill.from_json(text) == PLAIN
