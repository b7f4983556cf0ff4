"""The organisation as a tree, and frames by year."""

from __future__ import annotations

from datetime import date

from small_town import organisation
from styrxl.model.council_plan import Adjustment, Organisation, Plan
from styrxl.rounds.setup.plan_tree import Branch, FrameLine, list_frame_years, make_tree

DAY = date(2027, 9, 1)


def plan_of(*organisations: Organisation) -> Plan:
    return Plan(organisations, (), {}, (), (), ())


def outline(branch: Branch) -> str:
    """Write a branch as ids in brackets."""
    below = " ".join(map(outline, branch.below))
    return f"{branch.organisation.org_id}({below})" if below else branch.organisation.org_id


def test_units_stand_in_their_administration_under_their_board() -> None:
    plan = plan_of(
        organisation("KF", "Fullmäktige", "council"),
        organisation("A", "Nämnd A", "board"),
        organisation("B", "Nämnd B", "board", administration="F"),
        organisation("F", "Förvaltning", "administration", "A"),
        organisation("A-1", "Enhet", "unit", "A", "F"),
        organisation("A-2", "Enhet", "unit", "A"),
        organisation("B-1", "Enhet", "unit", "B", "F"),
        organisation("AB", "Bolaget", "company"),
    )
    tree = make_tree(plan, DAY)
    assert [outline(branch) for branch in tree] == ["KF", "A(F(A-1) A-2)", "B(F(B-1))", "AB"]
    assert tree[1].count == 3


def test_what_belongs_to_nobody_that_is_there_stands_by_itself() -> None:
    plan = plan_of(
        organisation("A", "Nämnd A", "board", end=date(2027, 6, 30)),
        organisation("F", "Förvaltning", "administration", "A"),
        organisation("A-1", "Enhet", "unit", "A", "F"),
    )
    assert [outline(branch) for branch in make_tree(plan, DAY)] == ["A-1", "F"]


def test_frames_are_told_as_decided_as_changed_and_as_they_are() -> None:
    changes = (
        Adjustment("A", 2027, date(2027, 6, 15), 100.1, 0.0, "§ 1"),
        Adjustment("A", 2027, date(2027, 8, 15), 0.2, -5.0, "§ 2"),
        Adjustment("A", 2027, date(2027, 12, 1), 999.0, 0.0, "§ 3"),  # after the day
    )
    frames = {("A", 2027): (1000.0, 50.0), ("B", 2027): (500.0, None), ("A", 2028): (1100.0, 0.0)}
    later, year = list_frame_years(Plan((), (), frames, changes, (), ()), DAY)
    assert (later.year, year.year) == (2028, 2027)
    assert year.lines == (
        FrameLine("A", 1000.0, 100.3, 1100.3, 50.0, -5.0, 45.0),
        FrameLine("B", 500.0, None, 500.0, None, None, None),
    )
    assert year.total == FrameLine("", 1500.0, 100.3, 1600.3, 50.0, -5.0, 45.0)
    assert year.adjustments == changes
    assert later.lines == (FrameLine("A", 1100.0, None, 1100.0, 0.0, None, 0.0),)
