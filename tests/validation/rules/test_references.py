"""Why a goal or commitment that exists cannot be chosen: whom it is aimed at, and when it holds."""

from __future__ import annotations

import pytest

from styrxl.model.findings import message
from town import ANSWERS, BOARD, PLAN, Answers, Town, planned_town

WEST = {"org_id": "UBN-VÄST", "name": "Västra skolan", "kind": "unit", "board_id": "UBN"}
GOALS = [
    {**BOARD["goals"][0], "concerned_units": "UBN-ÅBY; UBN-ÖST"},
    {**BOARD["goals"][0], "text": "Alla är med"},
    {**BOARD["goals"][0], "text": "Fler läser vidare", "from_year": 2028},
    {**BOARD["goals"][0], "text": "Alla kan simma", "concerned_units": "UBN-ÅBY"},
]
COMMITMENTS = [
    {**BOARD["commitments"][0], "more_parents": "UBN-M4"},
    {**BOARD["commitments"][0], "text": "Öva simning", "parent_id": "UBN-M4"},
    BOARD["commitments"][1],
]
UBN: Answers = {**BOARD, "goals": GOALS, "commitments": COMMITMENTS, "unit_frames": [*BOARD["unit_frames"], {"frame": 1}]}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Make a town whose board aims a goal at two of its three units, and another at one."""
    plan = {**PLAN, "organisation": [*PLAN["organisation"], WEST]}
    return planned_town(tmp_path_factory.mktemp("aimed") / "town", plan, {**ANSWERS, "UBN": UBN})


@pytest.mark.parametrize(
    "typed, why",
    [
        ("UBN-M1", "Nämnden har riktat det till UBN-ÅBY och UBN-ÖST."),
        ("UBN-M4", "Nämnden har riktat det till UBN-ÅBY."),
        ("UBN-2027-A1", "Nämnden har riktat det till UBN-ÅBY och UBN-ÖST."),
        ("UBN-2027-A2", "Nämnden har riktat det till UBN-ÅBY."),
        ("UBN-M3", "Det gäller 2028–2029."),
        ("KF-M1", "Det är ett av fullmäktiges mål."),
        ("KFN-M1", "Det hör till KFN."),
    ],
)
def test_a_unit_is_told_why_it_may_not_choose_what_exists(town: Town, typed: str, why: str) -> None:
    answers = {"commitments": [{"text": "Simma varje vecka", "parent_id": typed, "responsible": "Rektor"}]}
    [judged] = town.judge(("svar.xlsx", town.filled("UBN-VÄST", answers))).returns
    [told] = [finding for finding in judged.findings if finding.severity == "error"]
    assert (told.rule, message(told, "sv")) == ("parent-not-allowed", f"Mål: ”{typed}” finns, men går inte att välja här. {why}")


@pytest.mark.parametrize("typed", ["UBN-M2", "UBN-2027-A3"])
def test_what_is_aimed_at_all_units_can_be_chosen(town: Town, typed: str) -> None:
    answers = {"commitments": [{"text": "Simma varje vecka", "parent_id": typed, "responsible": "Rektor"}]}
    [judged] = town.judge(("svar.xlsx", town.filled("UBN-VÄST", answers))).returns
    assert [finding.rule for finding in judged.findings if finding.severity == "error"] == []
