"""A board that is to earn more than it costs: its frame is below zero, from the council's plan to what its follow-up is held against."""

from __future__ import annotations

from pathlib import Path

import pytest

from municipality import FRAMES
from office import Office
from styrxl.model.findings import message
from styrxl.model.judged import Judged
from styrxl.sample.opened import locate_answers
from town import BOARD, PLAN, Answers, Town, new_town
from year import BOARD_T1, Followed

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


# It is to earn 20 000 net, and forecasts 15 000.
SHORT: Answers = {
    **BOARD_T1,
    "commitment_status": BOARD_T1["commitment_status"][:2],
    "outcomes": [{"outcome_revenue": 16_000, "outcome_cost": 10_000, "forecast_revenue": 46_000, "forecast_cost": 31_000}, {}],
}


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """Return a town in which the board's first follow-up has been handed out."""
    made = new_town(tmp_path_factory.mktemp("earning") / "followed", EARNING)
    made.run("distribute", "2027-plan", "--level", "board")
    made.put("UBN.xlsx", made.filled("UBN", budget(50_000, 30_000)))
    made.run("distribute", "2027-t1", "--level", "board", "--to", "UBN")
    return Followed(made)


def test_its_follow_up_is_held_against_it(followed: Followed) -> None:
    """It earns 5 000 less than it is to: a deficit of the activity and of the board, and no amount is taken for kronor."""
    [judged] = followed.judge("t1", ("UBN.xlsx", followed.filled("t1", "UBN", SHORT))).returns
    assert judged.verdict == "rejected"  # the activity's deficit has to be explained
    rules = {f.rule: f for f in judged.findings}
    assert set(rules) == {"explanation-missing", "board-deficit-unexplained", "deficit-despite-confirmation"}
    assert (rules["board-deficit-unexplained"].facts["frame"], rules["board-deficit-unexplained"].facts["deficit"]) == (-20_000, 5_000)
    assert rules["deficit-despite-confirmation"].facts["deficit"] == 5_000


def test_its_follow_up_is_live(followed: Followed, office: Office) -> None:
    """Frame, what is budgeted and what the board lacks of its frame, each with its sign."""
    sheet = locate_answers(followed.issued("t1", "UBN"), followed.form("t1", "UBN"))["outcomes"]
    cells = {f"{chr(64 + sheet.place(name)[1])}{sheet.place(name)[0]}": value for name, value in SHORT["outcomes"][0].items()}
    typed = office.fill(followed.issued("t1", "UBN"), {"Ekonomi": cells}, to="xlsx")
    back = locate_answers(typed, followed.form("t1", "UBN"))["outcomes"]
    amounts = [[value for value in row if value != ""][1:] for row in back.values[: back.heading_row - 1] if str(row[0]).endswith("(tkr)")]
    assert amounts == [[-20_000], [0, "✓ Allt fördelat"], [-20_000], [0, "✓ Inom ramen"]]
    assert [back.value(name, 1) for name in ("planned_budget", "current_budget", "deviation")] == [-20_000, -20_000, -5_000]
    assert [back.value("deviation", 0), str(back.value("activity", 1))] == [-5_000, "Hela nämnden"]


def test_a_limit_worked_out_from_per_cents_is_told_in_whole_thousands(tmp_path: Path) -> None:
    """Two per cent of 20 048.88 is 400.9776."""
    town = new_town(tmp_path / "town", EARNING)
    town.run("distribute", "2027-plan", "--level", "board")
    town.put("UBN.xlsx", town.filled("UBN", budget(50_048.88, 30_000)))
    town.run("distribute", "2027-t1", "--level", "board", "--to", "UBN")
    followed = Followed(town)
    [judged] = followed.judge("t1", ("UBN.xlsx", followed.filled("t1", "UBN", SHORT))).returns
    told = {message(f, "sv").replace("\N{NO-BREAK SPACE}", " ") for f in judged.findings if f.rule == "explanation-missing"}
    assert all("ligger mer än 400 tkr från noll" in text for text in told), told
    assert told
