"""The sample's year: its material fits the municipality that it is told of, and what people say agrees with itself."""

from __future__ import annotations

from datetime import date

import pytest

from sample_texts import texts
from styrxl.sample.followup_answers import COMMITMENT_COURSES, GOAL_COURSES, KINDS, find_commitment_status, limit_goal_course
from styrxl.sample.material import material, unit, year_material
from styrxl.sample.plan_answers import adjustments
from styrxl.sample.varied_texts import count_texts, render_text

YEAR = year_material()
BOARDS = material()["boards"]
BUDGETS = {board: {name for name, _, _ in of["budget"]} for board, of in BOARDS.items()}


def test_every_goal_of_every_board_has_something_said_of_it() -> None:
    """What goes well, in spring and later, and what does not."""
    assert {board: set(of) for board, of in YEAR["goals"].items()} == {b: {g["key"] for g in of["goals"]} for b, of in BOARDS.items()}
    assert {len(said) for of in YEAR["goals"].values() for said in of.values()} == {3}


def test_money_is_about_activities_that_there_are() -> None:
    """Deviations, moves and adjustments all name an activity of the board's budget; a board's own moves come to nothing."""
    named = [(one["board"], one["activity"]) for one in YEAR["money"]]
    named += [(board, activity) for board, old, new, _ in YEAR["own_moves"] for activity in (old, new)]
    named += [(board, activity) for board, _, _, activity in adjustments()]
    assert [(board, activity) for board, activity in named if activity not in BUDGETS[board]] == []
    assert sum(tkr for board, tkr, _, _ in adjustments() if board != "SBN") == 0


def test_what_moves_and_is_added_is_there() -> None:
    """The board that is renamed, the unit that moves to another board, and those that take on something new."""
    assert YEAR["renamed"]["board"] in BOARDS
    assert unit(YEAR["moved"]["unit"]).board != YEAR["moved"]["board"]
    assert all(one["owner"] in BOARDS or unit(one["owner"]) for one in YEAR["added"])
    goals = {goal["id"] for goal in material()["council_goals"]}
    assert {one["goal"] for one in YEAR["assessments"]} <= goals


def test_no_text_is_left_open() -> None:
    """Choices are closed, and every text is a line without double spaces, or a few."""
    accounts = {key: said for key, said in YEAR["accounts"].items() if key != "mapping"}  # which is a file, its lines indented
    for text in texts({**YEAR, "accounts": accounts}):
        assert all(line == " ".join(line.split()) for line in text.split("\n"))
        assert text.count("{") == text.count("}")
    for said in texts([YEAR["comments"], YEAR["comments_en"], YEAR["unit_money"], YEAR["unit_goals"], YEAR["openings"]]):
        assert not set("{}|") & set(render_text(said, count_texts(said) - 1, {}))


@pytest.mark.parametrize(
    "start, end", [(None, None), ("2027-01-01", "2027-03-31"), ("2027-06-01", "2027-10-31"), ("2027-01-01", "2027-12-31")]
)
def test_a_commitment_is_not_under_way_outside_its_time(start: str | None, end: str | None) -> None:
    """Nor is it done before it has begun, or done and then under way again."""
    days = (date(2027, 4, 30), date(2027, 8, 31), date(2027, 12, 31))
    for number in range(200):
        row = {"commitment_id": f"X-2027-A{number}", "start": start, "end": end}
        path = [find_commitment_status(row, turn, day, 1) for turn, day in enumerate(days)]
        for status, day in zip(path, days, strict=True):
            assert status != "on_plan" or ((start or "") <= str(day) < (end or "9"))
            assert status != "done" or (start or "") <= str(day)
        assert path[2] not in {"on_plan", "not_started", "late"}
        assert "done" not in path[:2] or path[2] == "done"


def test_a_goal_does_not_fare_otherwise_than_its_commitments() -> None:
    """Most of them behind and it is not reached; none behind and it does not fail."""
    for fate in GOAL_COURSES:
        late = GOAL_COURSES[limit_goal_course(fate, ["late", "late", "done"])][1]
        well = GOAL_COURSES[limit_goal_course(fate, ["done", "on_plan"])][1]
        assert not {"on_track", "fulfilled"} & set(late), fate
        assert not {"off_track", "not_fulfilled"} & set(well), fate
    assert {len(path) for _, path in (*GOAL_COURSES.values(), *COMMITMENT_COURSES.values())} == {len(KINDS)}
