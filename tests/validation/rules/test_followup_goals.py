"""A goal called fulfilled with indicators that are not met: before the year has ended its board's answer alone counts."""

from __future__ import annotations

import pytest

from styrxl.model.findings import message
from town import Answers
from year import BOARD_T1, PLANS, Followed, followed_town

SECOND = {"goal_id": "UBN-M1", "name": "Byggda platser", "unit": "antal", "direction": "higher", "target": 120}
MISSED = (
    "Målet UBN-M1: Bedömning är ”Bedöms uppfyllas”, men enligt bladet Indikatorer nås inte målvärdet"
    " för målets indikator UBN-I2 (1 av 2 indikatorer)."
)
TWO: Answers = {**PLANS["UBN"], "indicators": [*PLANS["UBN"]["indicators"], SECOND]}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    return followed_town(tmp_path_factory.mktemp("two") / "åköping", plans={**PLANS, "UBN": TWO})


@pytest.mark.parametrize(
    "answers, told",
    [
        ([{"outcome": 86, "target_reached": "yes"}, {"outcome": 40, "target_reached": "yes"}], []),  # 40 of 120 in April is no miss
        ([{"outcome": 86}, {"outcome": 40}], []),
        ([{"outcome": 86, "target_reached": "uncertain"}, {"outcome": 40, "target_reached": "yes"}], []),
        (
            [{"outcome": 86, "target_reached": "yes"}, {"outcome": 40, "target_reached": "no"}],
            [MISSED],
        ),
    ],
)
def test_before_the_year_has_ended_the_boards_answer_counts(two: Followed, answers: list[dict[str, object]], told: list[str]) -> None:
    data = two.filled("t1", "UBN", {**BOARD_T1, "indicator_outcomes": answers})
    [return_] = two.judge("t1", ("UBN.xlsx", data)).returns
    assert [message(f, "sv") for f in return_.findings if f.rule == "fulfilled-despite-indicators"] == told


def test_an_outcome_of_a_year_to_come_is_asked_about_and_one_of_an_older_year_is_not(two: Followed) -> None:
    answers = [{"outcome": 86, "outcome_year": 2028}, {"outcome": 40, "outcome_year": 2026}]
    data = two.filled("t1", "UBN", {**BOARD_T1, "indicator_outcomes": answers})
    [return_] = two.judge("t1", ("UBN.xlsx", data)).returns
    assert [(f.severity, f.cell) for f in return_.findings if f.rule == "outside-year"] == [("warning", "I6")]
