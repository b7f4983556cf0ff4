"""Each contradiction: a return that breaks just it gives just that finding, in just that cell; the consistent return gives none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from styrxl.model.catalogue import catalogue
from styrxl.model.findings import fix, message
from styrxl.model.judged import Judged
from styrxl.sample.opened import locate_sheets, read_values
from styrxl.validation.contradictions import FOLLOWUP_RULES, PLAN_RULES
from town import BOARD, PRESCHOOL, SCHOOL, Answers, Town
from year import (
    BOARD_T1,
    BOARD_T2,
    BOARD_YEAR,
    PRESCHOOL_T1,
    SCHOOL_T1,
    T1,
    T2,
    Followed,
    changed,
)


@dataclass(frozen=True)
class Case:
    """A change of a consistent return, and the one finding that it gives: its rule, and the sheet, field and row (None: heading)."""

    rule: str
    kind: str
    answers: Answers
    key: str
    field: str
    row: int | None = 0


def both(answers: Answers, *changes: tuple[str, int, dict[str, Any]]) -> Answers:
    for key, row, fields in changes:
        answers = changed(answers, key, row, **fields)
    return answers


LATE = {"status": "late", "comment": "Rekryteringen drog ut på tiden."}
OFF = {"assessment": "off_track", "analysis": "Det går inte."}
EXPLAINED = {"explanation": "Fler elever.", "measures": "Anställningsstopp."}
CASES = (
    Case(
        "fulfilled-despite-indicators",
        "t1",
        changed(BOARD_T1, "indicator_outcomes", 0, target_reached="no"),
        "goal_assessments",
        "assessment",
    ),
    Case("fulfilled-despite-commitments", "t1", changed(BOARD_T1, "commitment_status", 0, **LATE), "goal_assessments", "assessment"),
    Case("unfulfilled-despite-results", "t1", changed(BOARD_T1, "goal_assessments", 0, **OFF), "goal_assessments", "assessment"),
    Case("done-before-start", "t1", changed(BOARD_T1, "commitment_status", 2, status="done"), "commitment_status", "status", 2),
    Case(
        "deficit-despite-confirmation",
        "t1",
        changed(BOARD_T1, "outcomes", 0, forecast_cost=920),
        "outcomes",
        "deviation",
        None,
    ),
    Case("changes-unbalanced", "t1", changed(BOARD_T1, "outcomes", 0, decided_changes=5), "outcomes", "decided_changes", None),
    Case(
        "forecast-equals-budget",
        "t1",
        changed(BOARD_T1, "outcomes", 0, outcome_cost=500, forecast_cost=900.5),
        "outcomes",
        "forecast_cost",
    ),
    Case("outcome-above-forecast", "t1", changed(BOARD_T1, "outcomes", 1, outcome_cost=151), "outcomes", "outcome_cost", 1),
    Case("outcome-above-forecast", "t1", changed(BOARD_T1, "outcomes", 0, outcome_revenue=101), "outcomes", "outcome_revenue"),
    Case("outcome-above-forecast", "t1", changed(BOARD_T1, "investment_outcomes", 0, outcome=61), "investment_outcomes", "outcome"),
    Case("investment-over-total", "t1", changed(BOARD_T1, "investment_outcomes", 0, accumulated=91), "investment_outcomes", "accumulated"),
    Case(
        "analysis-unchanged",
        "t2",
        changed(BOARD_T2, "goal_assessments", 0, analysis=" fler når målen  än i fjol"),
        "goal_assessments",
        "analysis",
    ),
    Case("on-plan-past-end", "t2", changed(BOARD_T2, "commitment_status", 3, status="on_plan"), "commitment_status", "status", 3),
    Case(
        "deficit-beyond-measures",
        "t2",
        both(
            BOARD_T2,
            ("outcomes", 0, {"forecast_cost": 1045, "measures_effect": 100, **EXPLAINED}),
            ("outcomes", 2, {"measures_effect": 74, **EXPLAINED}),
        ),
        "outcomes",
        "measures_effect",
    ),
    Case(
        "board-deficit-unexplained",
        "t2",
        changed(BOARD_T2, "outcomes", 0, forecast_cost=1045, measures_effect=125, **EXPLAINED),
        "outcomes",
        "explanation",
        2,
    ),
    Case(
        "board-deficit-unexplained",
        "t2",
        both(
            BOARD_T2,
            ("outcomes", 0, {"forecast_cost": 1045, "measures_effect": 125, **EXPLAINED}),
            ("outcomes", 2, {"explanation": "Fler elever.", "measures_effect": 74}),
        ),
        "outcomes",
        "measures",
        2,
    ),
    Case("outcome-fell", "t2", changed(BOARD_T2, "outcomes", 0, outcome_cost=299), "outcomes", "outcome_cost"),
    Case("outcome-fell", "t2", changed(BOARD_T2, "outcomes", 0, outcome_revenue=29), "outcomes", "outcome_revenue"),
    Case("outcome-fell", "t2", changed(BOARD_T2, "investment_outcomes", 0, accumulated=39), "investment_outcomes", "accumulated"),
    Case("changes-unbalanced", "t2", changed(BOARD_T2, "outcomes", 0, decided_changes=0), "outcomes", "decided_changes", None),
    Case(
        "commitment-reopened",
        "year",
        both(BOARD_YEAR, ("commitment_status", 3, {"status": "partly_done", "comment": "En tjänst återstår.", "continues": "yes"})),
        "commitment_status",
        "status",
        3,
    ),
    Case(
        "outcome-far-from-forecast",
        "year",
        both(
            BOARD_YEAR,
            ("outcomes", 0, {"outcome_cost": 1020, "explanation": "Fler elever."}),
            ("outcomes", 2, {"explanation": "Fler elever."}),
        ),
        "outcomes",
        "outcome_cost",
    ),
    Case(
        "board-deficit-unexplained",
        "year",
        changed(BOARD_YEAR, "outcomes", 0, outcome_cost=973),
        "outcomes",
        "explanation",
        2,
    ),
    Case(
        "fulfilled-despite-indicators", "year", changed(BOARD_YEAR, "indicator_outcomes", 0, outcome=80), "goal_assessments", "assessment"
    ),
)


def where(followed: Followed, kind: str, owner: str, case: Case) -> tuple[str, str, str]:
    """Return rule, sheet and cell that a case is to give."""
    grid = locate_sheets(read_values(followed.issued(kind, owner)), followed.form(kind, owner))[case.key]
    row, column = grid.place(case.field, case.row or 0)
    return case.rule, grid.title, f"{chr(ord('A') + column - 1)}{grid.heading_row if case.row is None else row}"


def found(judged: Judged) -> list[tuple[str, str | None, str | None]]:
    return [(f.rule, f.sheet, f.cell) for f in judged.findings]


@pytest.fixture(scope="module")
def verdicts(whole: Followed) -> dict[int, Judged]:
    """Every case, those of a round judged together."""
    judged: dict[int, Judged] = {}
    for kind in ("t1", "t2", "year"):
        files = [(str(n), whole.filled(kind, "UBN", case.answers)) for n, case in enumerate(CASES) if case.kind == kind]
        judged |= {int(r.path): r for r in whole.judge(kind, *files).returns}
    return judged


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: f"{CASES[n].rule} {CASES[n].field} {CASES[n].kind}")
def test_each_contradiction_is_found_where_it_is(whole: Followed, verdicts: dict[int, Judged], number: int) -> None:
    """The rule, the sheet and the cell, and nothing else; and it never stands in the way."""
    case = CASES[number]
    assert found(verdicts[number]) == [where(whole, case.kind, "UBN", case)]
    assert verdicts[number].verdict == "accepted"


def test_consistent_returns_give_none(whole: Followed) -> None:
    """Boards and units, in all three rounds."""
    for kind, answers in (("t1", T1), ("t2", T2), ("year", {"UBN": BOARD_YEAR})):
        files = [(owner, whole.filled(kind, owner, said)) for owner, said in answers.items()]
        judged = whole.judge(kind, *files)
        assert {r.path: (r.verdict, found(r)) for r in judged.returns} == dict.fromkeys(answers, ("accepted", []))


def test_a_goal_that_most_units_say_no_to(whole: Followed) -> None:
    """Goals of their own count first, else most of their commitments; it takes more than half of those that answer."""
    late = changed(changed(SCHOOL_T1, "commitment_status", 0, **LATE), "commitment_status", 1, **LATE)
    no = changed(PRESCHOOL_T1, "goal_assessments", 0, **OFF)
    board = ("UBN", whole.filled("t1", "UBN", BOARD_T1))
    school, yes = ("UBN-ÅBY", whole.filled("t1", "UBN-ÅBY", late)), ("UBN-ÖST", whole.filled("t1", "UBN-ÖST", PRESCHOOL_T1))
    other = ("UBN-ÖST", whole.filled("t1", "UBN-ÖST", changed(no, "commitment_status", 1, **LATE)))
    [half, *_] = whole.judge("t1", board, school, yes).returns
    assert found(half) == []
    [all_of_them, *_] = whole.judge("t1", board, school, other).returns
    case = Case("fulfilled-despite-units", "t1", {}, "goal_assessments", "assessment")
    assert found(all_of_them) == [where(whole, "t1", "UBN", case)]
    assert all_of_them.findings[0].facts["list"] == ["UBN-ÅBY", "UBN-ÖST"]


def test_what_cannot_be_assessed_twice(tmp_path: Any, whole: Followed) -> None:
    """Two rounds running is asked about; once is an answer like any other."""
    town = Followed(whole.town.copy(tmp_path / "town"))
    unsure = {"assessment": "not_assessable", "analysis": "Proven är inte rättade."}
    path = town.put("t1", "UBN", changed(BOARD_T1, "goal_assessments", 0, **unsure), 30)
    assert found(town.judge("t1", ("UBN", path.read_bytes())).returns[0]) == []
    town.town.run("distribute", "2027-t2", "--to", "UBN")
    again = changed(BOARD_T2, "goal_assessments", 0, assessment="not_assessable", analysis="De är det fortfarande inte.")
    case = Case("not-assessable-again", "t2", {}, "goal_assessments", "assessment")
    [judged] = town.judge("t2", ("UBN", town.filled("t2", "UBN", again))).returns
    assert found(judged) == [where(town, "t2", "UBN", case)]


def test_amounts_in_kronor(whole: Followed) -> None:
    """A hundred times the frame is not thousands of kronor; it is said once of a sheet, at the first such column."""
    answers = both(
        BOARD_T1,
        (
            "outcomes",
            0,
            {"outcome_cost": 300_000, "outcome_revenue": 30_000, "forecast_cost": 890_000, "forecast_revenue": 100_000, **EXPLAINED},
        ),
        ("outcomes", 0, {"measures_effect": 900_000}),
    )
    [judged] = whole.judge("t1", ("UBN", whole.filled("t1", "UBN", answers))).returns
    suspects = [f for f in judged.findings if f.rule == "unit-suspect"]
    assert [(f.sheet, f.column) for f in suspects] == [("Ekonomi", "Utfall kostnader")]


# the plan


@pytest.fixture(scope="module")
def answered(shared_full: Town) -> Town:
    """Return a town in which everybody has answered, for tests that change nothing in it."""
    return shared_full


PLAN_CASES = (
    ("priority-uncommitted", changed(BOARD, "commitments", 0, parent_id="KF-M2"), "goals", "priority"),
    ("goal-outlives-parent", changed(BOARD, "goals", 0, to_year=2031), "goals", "to_year"),
    ("target-below-baseline", changed(BOARD, "indicators", 0, target=75), "indicators", "target"),
    ("target-below-baseline", changed(BOARD, "indicators", 0, direction="lower"), "indicators", "target"),
)


def cell(town: Town, owner: str, key: str, field: str, row: int = 0) -> tuple[str, str]:
    grid = locate_sheets(read_values(town.issued(owner)), town.form(owner))[key]
    down, across = grid.place(field, row)
    return grid.title, f"{chr(ord('A') + across - 1)}{down}"


@pytest.mark.parametrize("rule,answers,key,field", PLAN_CASES)
def test_contradictions_of_a_plan(answered: Town, rule: str, answers: Answers, key: str, field: str) -> None:
    """They are found in the planning round, and the plan is taken all the same."""
    [judged] = answered.judge(("UBN", answered.filled("UBN", answers))).returns
    assert (judged.verdict, found(judged)) == ("accepted", [(rule, *cell(answered, "UBN", key, field))])


def test_a_goal_that_its_units_do_not_serve(answered: Town) -> None:
    """Of the units that it names, those that have answered; a commitment under the goal serves it too."""
    board = ("UBN", answered.filled("UBN", changed(BOARD, "goals", 0, concerned_units="UBN-ÖST")))
    aside = {"commitments": [{"text": "Öppet samråd", "parent_id": "UBN-2027-A2", "responsible": "Rektor"}]}
    under = {"commitments": [{"text": "Läsa mer", "parent_id": "UBN-2027-A1", "responsible": "Rektor"}]}
    [judged, unit] = answered.judge(board, ("UBN-ÖST", answered.filled("UBN-ÖST", aside))).returns
    assert found(judged) == [("goal-unserved", *cell(answered, "UBN", "goals", "concerned_units"))]
    assert found(unit) == []
    for answers in (under, PRESCHOOL):
        [judged, _] = answered.judge(board, ("UBN-ÖST", answered.filled("UBN-ÖST", answers))).returns
        assert found(judged) == []


def test_a_commitment_copied_from_a_sibling(answered: Town) -> None:
    """The second unit to say it is asked about; a unit of another board is nobody's sibling."""
    same = changed(SCHOOL, "commitments", 1, text="Högläsning före lunch.")
    judged = answered.judge(("UBN-ÖST", answered.filled("UBN-ÖST")), ("UBN-ÅBY", answered.filled("UBN-ÅBY", same)))
    assert [found(r) for r in judged.returns] == [[], [("copied-from-sibling", *cell(answered, "UBN-ÅBY", "commitments", "text", 1))]]
    assert judged.returns[1].findings[0].facts["other"] == "UBN-ÖST-2027-A1"


def test_each_rule_is_tested_here() -> None:
    """No contradiction of the catalogue lacks a case (what takes a second year is in ``test_rollover`` and ``test_next_year``)."""
    names = list(catalogue()["rules"])
    first, last = names.index("copied-from-last-year"), names.index("changes-unbalanced")
    alone = {"copied-from-last-year", "copied-from-sibling", "goal-unserved", "fulfilled-despite-units", "not-assessable-again"}
    two_years = {"ended-but-planned", "planned-though-ended"}
    assignments = {"assignment-past-due", "assignment-reopened"}  # in ``rounds/test_assignments``
    accounts = {"outcome-changed", "outcome-not-answered", "outcome-placed-wrongly"}  # in ``rounds/test_booked_outcomes``
    elsewhere = alone | two_years | assignments | accounts
    assert set(names[first : last + 1]) == {case.rule for case in CASES} | {rule for rule, *_ in PLAN_CASES} | elsewhere
    assert len(PLAN_RULES) + len(FOLLOWUP_RULES) == 30


@pytest.mark.parametrize("language", ["sv", "en"])
def test_each_contradiction_can_be_said(verdicts: dict[int, Judged], language: str) -> None:
    """Message and fix have all the facts that they need."""
    for judged in verdicts.values():
        for one in judged.findings:
            assert message(one, language)
            assert fix(one, language)
            assert "{" not in message(one, language)
