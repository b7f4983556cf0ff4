"""The goal tree: each goal and commitment once, circles cut, and only what is in force."""

from __future__ import annotations

from small_town import (
    DAY,
    council_goal,
    row,
    tables,
    town,
)
from styrxl.model.goal_tree import build_round_tree, build_tree, natural_key


def test_the_tree_cuts_circles_and_keeps_what_hangs_loose() -> None:
    rows = {
        "goals": [
            row(0, "UBN", "Nämndmål", 6, goal_id="UBN-M1", text="", parent_id="UBN-M2"),
            row(0, "UBN", "Nämndmål", 7, goal_id="UBN-M2", text="", parent_id="UBN-M1"),
            row(0, "UBN", "Nämndmål", 8, goal_id="UBN-M3", text="", parent_id="UBN-M3"),
        ],
        "commitments": [
            row(0, "UBN", "Åtaganden", 6, commitment_id="UBN-2027-A2", text="", parent_id="KF-M9"),
            row(0, "UBN", "Åtaganden", 7, commitment_id="UBN-2027-A1", text="", parent_id="UBN-M2"),
        ],
    }
    nodes = build_tree([council_goal(1, "", "")], tables(rows))
    assert [(n.id, n.depth, n.parent, n.loose) for n in nodes] == [
        ("KF-M1", 0, None, False),
        ("UBN-M3", 0, None, True),
        ("UBN-2027-A2", 0, None, True),
        ("UBN-M1", 0, None, True),
        ("UBN-M2", 1, "UBN-M1", True),
        ("UBN-2027-A1", 2, "UBN-M2", True),
    ]
    assert [n.commitments for n in nodes] == [0, 0, 0, 1, 1, 0]


def test_what_hangs_under_a_unit_s_own_goal_is_not_without_a_goal() -> None:
    """The unit's goal may name no parent; a commitment that names none, or one that is not there, has no goal."""
    rows = {
        "goals": [row(0, "UBN-ÅBY", "Egna mål", 6, goal_id="UBN-ÅBY-M1", text="", parent_id=None)],
        "commitments": [
            row(0, "UBN-ÅBY", "Åtaganden", 6, commitment_id="UBN-ÅBY-2027-A1", text="", parent_id="UBN-ÅBY-M1"),
            row(0, "UBN-ÅBY", "Åtaganden", 7, commitment_id="UBN-ÅBY-2027-A2", text="", parent_id="UBN-M9"),
        ],
    }
    nodes = build_tree([council_goal(1, "", "")], tables(rows), units=["UBN-ÅBY"])
    assert {n.id: (n.loose, n.free, n.goalless) for n in nodes} == {
        "KF-M1": (False, False, False),
        "UBN-ÅBY-M1": (True, True, False),
        "UBN-ÅBY-2027-A1": (True, True, False),
        "UBN-ÅBY-2027-A2": (True, False, True),
    }


def test_the_tree_of_a_round_takes_only_returns_that_count() -> None:
    judged, whole, _, _ = town()
    nodes = build_round_tree(judged, whole, 2027, DAY)
    assert "UBN-ÖST-2027-A1" not in [n.id for n in nodes]
    assert [(n.id, n.kind, n.also) for n in nodes[:3]] == [
        ("KF-M1", "council_goal", 0),
        ("UBN-M1", "board_goal", 0),
        ("UBN-2027-A1", "board_commitment", 0),
    ]
    assert {n.id: n.also for n in nodes if n.also} == {"KF-M2": 1}


def test_ids_are_sorted_as_people_count() -> None:
    assert sorted(["A10", "A2", "A1"], key=natural_key) == ["A1", "A2", "A10"]
