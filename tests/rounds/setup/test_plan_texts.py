"""The council's plan as tables of texts, and what differs between two plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from small_town import FORMS
from styrxl.rounds.setup.plan_texts import ADDED, CHANGED, ENDED, REMOVED, PlanTexts

Rows = Mapping[str, Sequence[dict[str, Any]]]
ORGANISATION = [
    {"org_id": "UBN", "name": "Utbildningsnämnden", "kind": "board"},
    {"org_id": "UBN-ÅBY", "name": "Åby skola", "kind": "unit", "board_id": "UBN"},
]
ASSIGNMENT = {"assignment_id": "KF-U1", "text": "Se över", "responsible": "UBN;all", "due": date(2027, 12, 31), "goal_id": "KF-M1"}
GOALS = [{"goal_id": "KF-M1", "text": "Fler läser", "from_year": 2027, "to_year": 2030, "sound_management": "yes"}]
FRAMES = [{"board_id": "UBN", "year": 2027, "operating_frame": 1000.5, "investment_frame": None}]
PLAN: Rows = {"organisation": ORGANISATION, "council_goals": GOALS, "frames": FRAMES, "assignments": [ASSIGNMENT]}


def test_tables_name_owners_and_goals_and_leave_out_what_is_empty() -> None:
    tables = {table.table: table for table in PlanTexts(FORMS, "sv", PLAN).list_tables(PLAN)}
    assert list(tables) == ["organisation", "council_goals", "frames", "assignments"]
    frames = tables["frames"]
    assert [cell.text for cell in frames.headings] == ["Nämnd", "År", "Driftram (tkr)"]
    assert [(cell.text.replace("\N{NO-BREAK SPACE}", " "), cell.number) for cell in frames.rows[0]] == [
        ("Utbildningsnämnden (UBN)", False),
        ("2027", False),
        ("1 000,5", True),
    ]
    assert [cell.text for cell in tables["assignments"].rows[0]] == [
        "KF-U1",
        "Se över",
        "Utbildningsnämnden (UBN); Alla",
        "2027-12-31",
        "Fler läser (KF-M1)",
    ]
    assert [cell.text for cell in tables["council_goals"].rows[0]] == ["KF-M1", "Fler läser", "Ja", "2027", "2030"]


def list_differences(new: Rows, old: Rows = PLAN) -> list[tuple[str, str, str, str, str, str]]:
    """List what differs, with ordinary spaces."""
    found = PlanTexts(FORMS, "sv", old, new).list_changes(old, new)
    parts = [(one.sheet, one.what, one.row, one.column, one.old, one.new) for one in found]
    return [tuple(part.replace("\N{NO-BREAK SPACE}", " ") for part in row) for row in parts]  # type: ignore[misc] # six, as before


def test_the_same_rows_in_another_order_are_no_difference() -> None:
    assert list_differences({**PLAN, "organisation": ORGANISATION[::-1]}) == []


def test_figures_are_told_old_and_new() -> None:
    frame = {**FRAMES[0], "operating_frame": -20.0, "investment_frame": 5.0}
    row = "Utbildningsnämnden (UBN) 2027"
    assert list_differences({**PLAN, "frames": [frame]}) == [
        ("Ramar", CHANGED, row, "Driftram (tkr)", "1 000,5", "−20"),
        ("Ramar", CHANGED, row, "Investeringsram (tkr)", "–", "5"),
    ]
    assert list_differences({**PLAN, "frames": []}) == [("Ramar", REMOVED, row, "", "driftram 1 000,5 tkr", "")]


def test_owners_that_come_end_and_go_are_told() -> None:
    ended = {**ORGANISATION[1], "to": date(2027, 6, 30)}
    moved = {**ORGANISATION[1], "name": "Åbyskolan", "from": date(2027, 7, 1)}
    row = "UBN-ÅBY Åby skola"
    assert list_differences({**PLAN, "organisation": [ORGANISATION[0], ended, moved]}) == [
        ("Organisation", ENDED, row, "Till", "–", "2027-06-30"),
        ("Organisation", ADDED, "UBN-ÅBY Åbyskolan", "", "", ""),
    ]
    assert list_differences({**PLAN, "organisation": ORGANISATION[:1]}) == [("Organisation", REMOVED, row, "", "", "")]


def test_rows_without_ids_are_counted() -> None:
    change = {"board_id": "UBN", "year": 2027, "date": date(2027, 6, 15), "operating": 10.0, "decision": "§ 1"}
    twice: Rows = {**PLAN, "frame_adjustments": [change, change]}
    once: Rows = {**PLAN, "frame_adjustments": [change]}
    text = "Utbildningsnämnden (UBN), 2027, 2027-06-15, drift 10 tkr, § 1"
    assert list_differences(twice, once) == [("Ramjusteringar", ADDED, text, "", "", "")]
    assert list_differences(once, twice) == [("Ramjusteringar", REMOVED, text, "", "", "")]
