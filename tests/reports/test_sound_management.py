"""The page God ekonomisk hushållning of the plan and of the follow-ups, and what is counted by dimension."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from small_town import consolidated
from small_year import PLAN, UBN, follow_up, history, planning
from styrxl.excel.pages import Book, Page
from styrxl.model.council_plan import Overall, Plan

SOUND = "God ekonomisk hushållning"
JUDGED = (
    Overall("2027-t2", "Det ser ljust ut.", 0.0),
    Overall("2027-year", None, None),
    Overall("2027-year", "Inte i allt.\n\nMen nästan.", -12.5, 100.0),
)


def plan_with(first: tuple[str, bool], second: tuple[str, bool], overall: tuple[Overall, ...] = JUDGED) -> Plan:
    """Return the small year's plan, with the dimension of each of its two goals, and whether it is marked."""
    changes = zip(PLAN.goals, (first, second), strict=True)
    goals = tuple(replace(goal, dimension=dimension, sound_management=marked) for goal, (dimension, marked) in changes)
    return replace(PLAN, goals=goals, overall=overall)


MIXED = plan_with(("economy", True), ("operations", True))


def council(kind: str, plan: Plan = MIXED, language: str = "sv", board: str | None = None) -> Book:
    """Return the book of a round, of the council or of a board."""
    if kind == "plan":
        judged, _, *rest = planning(language)
        return consolidated(judged, plan, *rest, board)[1]
    judged, _, *rest = follow_up(kind, language)
    return consolidated(judged, plan, *rest, board, history(kind))[1]


def find_page(book: Book, name: str = SOUND) -> Page | None:
    """Return a page by its name; None where it is not there."""
    return next((page for page in book.pages if page.name == name), None)


def blocks(page: Page | None) -> dict[str | None, list[tuple[Any, ...]]]:
    """Return the rows of a page, by the heading above them."""
    assert page is not None
    return {block.heading: [row.cells for row in block.rows] for block in page.blocks}


def test_the_plan_lists_the_financial_goals_and_the_others() -> None:
    page = find_page(council("plan"))
    assert blocks(page) == {
        "Finansiella mål": [("KF-M1", "Invånarna är mer delaktiga", "Medborgarna", "Ekonomi", "2025–2030", 3, 5)],
        "Mål för verksamheten": [("KF-M2", "Kunskapsresultaten förbättras", "Välfärd", "Verksamhet", "2025–2030", 1, 0)],
    }


@pytest.mark.parametrize(
    "kind, title, states",
    [
        ("t1", "Väntas kommunen ha god ekonomisk hushållning vid årets slut?", ["! Bedöms uppfyllas delvis", "✗ Bedöms inte uppfyllas"]),
        ("year", "Hade kommunen god ekonomisk hushållning under året?", ["! Delvis uppfyllt", "✗ Ej uppfyllt"]),
    ],
)
def test_a_followup_says_how_they_stand_in_the_words_of_its_round(kind: str, title: str, states: list[str]) -> None:
    page = find_page(council(kind))
    assert page is not None
    assert page.title == title
    rows = blocks(page)
    found = [rows["Finansiella mål"], rows["Mål för verksamheten"]]
    assert [(of[0][0], of[0][3], of[0][4]) for of in found] == [("KF-M1", "Ekonomi", states[0]), ("KF-M2", "Verksamhet", states[1])]


@pytest.mark.parametrize(
    "kind, said, balance, remark",
    [
        ("t1", ["! Saknas. Skrivs på bladet Helhet i flerarsplan.xlsx."], None, "! Saknas. Skrivs på bladet Helhet i flerarsplan.xlsx."),
        ("t2", ["Det ser ljust ut."], 0.0, "✓ Balanskravet väntas uppfyllas"),
        ("year", ["Inte i allt.", "Men nästan."], -12.5, "! Ett underskott, som ska återställas"),
    ],
)
def test_the_whole_is_judged_by_the_executive_board_in_words(kind: str, said: list[str], balance: float | None, remark: str) -> None:
    """Of several rows for a round the last one counts; what nobody has written is said to be missing."""
    rows = blocks(find_page(council(kind)))
    assert [cells[0] for cells in rows["Helheten"]] == said
    name, value, note = rows[None][-1]
    assert ("alanskravsresultat" in name, value, note) == (True, balance, remark)


def test_it_counts_how_many_are_fulfilled_of_how_many() -> None:
    assert list(blocks(find_page(council("t2")))[None][:2]) == [
        ("Finansiella mål som bedöms uppfyllas", 1, "av 1; 0 delvis, 0 inte, 0 kan inte bedömas"),
        ("Mål för verksamheten som bedöms uppfyllas", 0, "av 1; 1 delvis, 0 inte, 0 kan inte bedömas"),
    ]


@pytest.mark.parametrize("kind", ["plan", "t1", "t2", "year"])
def test_it_is_there_where_a_goal_is_marked_or_the_whole_is_judged(kind: str) -> None:
    unmarked = plan_with(("economy", False), ("quality", False), ())
    assert find_page(council(kind, unmarked)) is None
    judged = council(kind, replace(unmarked, overall=JUDGED))
    assert (find_page(judged) is not None) is (kind in ("t2", "year"))
    one = blocks(find_page(council(kind, plan_with(("economy", False), ("quality", True), ()))))
    assert "Finansiella mål" not in one
    assert [cells[0] for cells in one["Mål för verksamheten"]] == ["KF-M2"]
    assert find_page(council(kind, board=UBN)) is None


def test_english() -> None:
    assert find_page(council("plan", language="en"), "Sound financial management") is not None
    page = find_page(council("year", language="en"), "Sound financial management")
    assert page is not None
    assert page.title == "Was the financial management of the year sound?"
    assert blocks(page)[None][-1][2] == "! A deficit, which is to be restored"


def test_the_council_s_goals_are_counted_by_dimension() -> None:
    page = find_page(council("t1"), "Måluppfyllelse")
    assert page is not None
    assert [row.cells for row in page.blocks[0].totals] == [
        (
            None,
            "Dimensionen Ekonomi",
            None,
            1,
            1,
            0,
            1,
            0,
            2,
            1,
            0,
            1,
            None,
            "0 av 1 bedöms uppfyllas",
            "1 delvis, 0 inte, 0 kan inte bedömas",
        ),
        (None, "Dimensionen Verksamhet", None, 0, 0, 1, *[0] * 6, None, "0 av 1 bedöms uppfyllas", "0 delvis, 1 inte, 0 kan inte bedömas"),
    ]
