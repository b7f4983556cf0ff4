"""A board that is to earn more than it costs: its frame is below zero, from the council's plan to what its follow-up is held against."""

from __future__ import annotations

from pathlib import Path

import pytest

from styrxl.model.judged import Judged
from town import BOARD, FRAMES, PLAN, Answers, Town, new_town

EARNING: Answers = {**PLAN, "frames": [{"board_id": "UBN", "year": 2027, "operating_frame": -20_000, "investment_frame": 100}, *FRAMES[1:]]}


def budget(revenue: float, cost: float) -> Answers:
    """Return the board's plan with one activity."""
    return {**BOARD, "budget": [{"activity": "Parkering", "revenue": revenue, "cost": cost}], "unit_frames": [{}, {}]}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a town in which the board's plan has been handed out."""
    made = new_town(tmp_path_factory.mktemp("earning") / "town", EARNING)
    made.run("distribute", "2027-plan", "--level", "board")
    return made


def judge(town: Town, answers: Answers) -> Judged:
    """Judge the board's plan."""
    return town.judge(("UBN.xlsx", town.filled("UBN", answers))).returns[0]


def test_the_council_may_set_a_frame_below_zero(town: Town, tmp_path: Path) -> None:
    """A frame may carry a minus; one for investments may not."""
    town.run("validate", str(town.root / "flerarsplan.xlsx"))
    other = new_town(tmp_path / "town", {**PLAN, "frames": [{**FRAMES[0], "investment_frame": -100}]})
    assert "Investeringsram: -100 ska vara minst 0." in other.run("validate", str(other.root / "flerarsplan.xlsx"), expect=3).output


@pytest.mark.parametrize(
    "revenue, cost, rules",
    [
        (50_000, 30_000, set()),
        (50_000, 29_000, set()),  # it earns more than it has to
        (50_000, 30_100, {"frame-exceeded"}),
        (30_000, 30_150, {"frame-exceeded"}),  # a cost near nothing is no sum in millions
        (50_000_000, 30_000_000, {"unit-suspect"}),
        (50, 30, {"unit-suspect"}),
    ],
)
def test_a_plan_is_held_against_it(town: Town, revenue: float, cost: float, rules: set[str]) -> None:
    """It is exceeded by whatever is above it, also above zero; kronor and millions are asked about as ever."""
    judged = judge(town, budget(revenue, cost))
    assert {finding.rule for finding in judged.findings} == rules
    assert judged.verdict == "accepted"


def test_what_is_exceeded_is_said(town: Town) -> None:
    """The sum, the frame and what is too much, each with its sign."""
    [finding] = judge(town, budget(50_000, 30_100)).findings
    assert (finding.facts["total"], finding.facts["frame"], finding.facts["excess"]) == (-19_900, -20_000, 100)
