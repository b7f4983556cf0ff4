"""Follow-ups: what is handed out in each round of a year, to whom, and what it is prefilled with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from styrxl.model.council_plan import round_words
from styrxl.model.findings import fix
from styrxl.model.form_files import Forms
from styrxl.model.prefill import Prefill
from styrxl.model.rounds import standard_rounds
from styrxl.model.standard_folder import standard_folder
from styrxl.model.thresholds import Thresholds
from styrxl.sample.opened import open_workbook, save_workbook
from styrxl.store.ledger import Ledger
from town import ANSWERS, Answers, full_town
from year import BOARD_T1, BOARD_T2, BOARD_YEAR, PLANS, Followed, changed, followed_town, plan

FORMS = Forms([standard_folder()])


@pytest.fixture
def year(whole: Followed, tmp_path: Path) -> Followed:
    """Return a year of the test's own: two follow-ups answered, the last one handed out."""
    return Followed(whole.town.copy(tmp_path / "year"))


@pytest.fixture
def first(first_asked: Followed) -> Followed:
    """Return a town of the test's own that has handed out its first follow-up."""
    return first_asked


def issued(followed: Followed, kind: str, owner: str) -> Prefill:
    """Return what an owner's newest workbook was prefilled with."""
    with Ledger.open(followed.town.workspace.database) as ledger:
        issue = ledger.issues(f"2027-{kind}")[owner].issue_id
        return Prefill.from_json(ledger.prefills([issue])[issue])


def handed_out(followed: Followed, kind: str) -> set[str]:
    return {path.stem for path in (followed.town.root / "outbox" / f"2027-{kind}").glob("*.xlsx")}


def columns(kind: str, key: str, form: str = "board_followup") -> list[str]:
    return [column.field for column in FORMS.form(form, None, kind).sheet(key).columns]


# the form in a round


def test_a_form_differs_between_rounds_by_data_alone() -> None:
    """No forecast at year-end, final words, and what goes on next year; the schemas hold for all."""
    gone = {"forecast_revenue", "forecast_cost", "unfunded", "assumptions", "measures", "measures_effect"}
    assert set(columns("t1", "outcomes")) - set(columns("year", "outcomes")) == gone
    assert set(columns("year", "outcomes")) - set(columns("t1", "outcomes")) == {"last_forecast"}
    assert "continues" in columns("year", "commitment_status")
    assert "continues" not in columns("t2", "commitment_status")
    words = {kind: FORMS.form("board_followup", None, kind) for kind in ("t1", "t2", "year")}
    told = {kind: list(form.lists[form.sheet("goal_assessments").column("assessment").list or ""]) for kind, form in words.items()}
    assert told["t1"] == told["t2"] == ["on_track", "partly_on_track", "off_track", "not_assessable"]
    assert told["year"] == ["fulfilled", "partly_fulfilled", "not_fulfilled", "not_assessable"]
    assert [form.sheet("outcomes").column("deviation").formula for form in words.values()] == [
        *2 * [{"plus": ("current_budget", "forecast_revenue"), "minus": ("forecast_cost",), "needs": ("forecast_cost",)}],
        {"plus": ("current_budget", "outcome_revenue"), "minus": ("outcome_cost",), "needs": ("outcome_cost",)},
    ]


def test_a_form_without_a_round_has_all() -> None:
    """Whoever reads the rows of any round finds each column and word there."""
    form = FORMS.form("board_followup")
    for kind in ("t1", "t2", "year"):
        for sheet in FORMS.form("board_followup", None, kind).sheets:
            every = {column.field: column for column in form.sheet(sheet.key).columns}
            assert {column.field for column in sheet.columns} <= set(every)
            for column in sheet.columns:
                if column.list:
                    assert set(FORMS.form("board_followup", None, kind).lists[column.list]) <= set(
                        form.lists[every[column.field].list or ""]
                    )


@pytest.mark.parametrize(
    "written, kinds",
    [
        ("T1;T2;År", ["t1", "t2", "year"]),
        ("t1, t2 och år", ["t1", "t2", "year"]),
        ("Delår 2 / Year", ["t2", "year"]),
        ("Interim 1\nannual report", ["t1", "year"]),
        ("årsredovisning", ["year"]),
        ("", []),
        ("T4", [None]),
    ],
)
def test_rounds_are_read_kindly(written: str, kinds: list[str | None]) -> None:
    """In both languages, parted as people part them."""
    found = [standard_rounds().find(word) for word in round_words(written)]
    assert [kind and kind.key for kind in found] == kinds


@pytest.mark.parametrize(
    "deviation, budget, past", [(-101, 1000, True), (-100, 1000, False), (100.5, 0, True), (-150, 10_000, False), (-201, -10_000, True)]
)
def test_a_deviation_must_be_past_both_thresholds(deviation: float, budget: float, past: bool) -> None:  # noqa: FBT001
    """Percent of the budget and thousand kronor; either sign counts."""
    assert Thresholds(percent=2, tkr=100).past(deviation, budget) is past


# who gets what


def test_units_report_in_the_rounds_that_their_board_has_chosen(whole: Followed) -> None:
    """Boards in every round; the library's board has chosen the second and the last."""
    boards, schools = {"UBN", "KFN"}, {"UBN-ÅBY", "UBN-ÖST"}
    assert handed_out(whole, "t1") == boards | schools
    assert handed_out(whole, "t2") == handed_out(whole, "year") == boards | schools | {"KFN-BIB"}


def test_the_first_one_is_made_from_the_plan(whole: Followed) -> None:
    """Goals, commitments, budget, investments and indicators, with the frame of the round's day; nothing from before."""
    made = issued(whole, "t1", "UBN")
    assert [(row["goal_id"], row["last_assessment"]) for row in made.rows["goal_assessments"]] == [("UBN-M1", None)]
    assert [row["commitment_id"] for row in made.rows["commitment_status"]] == [f"UBN-2027-A{n}" for n in range(1, 5)]
    assert [(row["activity"], row["planned_budget"]) for row in made.rows["outcomes"]] == [("Grundskola", 800.5), ("Förskola", 150.25)]
    assert [(row["project"], row["year_budget"]) for row in made.rows["investment_outcomes"]] == [("Skolgård", 60.0)]
    assert [(row["indicator_id"], row["target"]) for row in made.rows["indicator_outcomes"]] == [("UBN-I1", 85.0)]
    assert made.frames == {"operating_frame": 1000.0, "investment_frame": 100.0}  # the adjustment comes in June
    assert made.first == {"added_commitments": 5}
    assert set(made.based_on) == {"2027-plan"}
    unit = issued(whole, "t1", "UBN-ÖST")
    assert unit.rows["unit_outcomes"][0]["frame"] == 300.5
    assert [row["parent_id"] for row in unit.rows["commitment_status"]] == ["UBN-M1", "UBN-ÖST-M1"]


def test_the_next_one_has_what_was_said_before(whole: Followed) -> None:
    """Last assessment, status, forecast and outcome beside the new ones, and the frame with June's adjustment."""
    made = issued(whole, "t2", "UBN")
    assert made.rows["goal_assessments"][0]["last_assessment"] == "on_track"
    assert [row["last_status"] for row in made.rows["commitment_status"]] == ["on_plan", "on_plan", "not_started", "on_plan"]
    assert [row["last_forecast"] for row in made.rows["outcomes"]] == [790.0, 150.0]
    assert made.rows["investment_outcomes"][0]["last_forecast"] == 60.0
    assert made.rows["indicator_outcomes"][0]["last_outcome"] == 86.0
    assert made.frames["operating_frame"] == 1020.0
    assert made.first == {"added_commitments": 5}  # none was added
    assert set(made.based_on) == {"2027-plan", "2027-t1"}
    year = issued(whole, "year", "UBN")
    assert [row["last_status"] for row in year.rows["commitment_status"]] == ["done", "on_plan", "on_plan", "done"]
    assert [row["last_forecast"] for row in year.rows["outcomes"]] == [815.0, 149.0]
    book = load_workbook(whole.town.root / "outbox" / "2027-year" / "UBN.xlsx")
    assert [book["Åtaganden"][f"{letter}5"].value for letter in "ABCD"] == [
        "UBN-2027-A1",
        "Starta läsprogram",
        "UBN-M1 Fler elever når målen",
        "Genomfört",
    ]
    assert all(book["Åtaganden"][f"{letter}5"].protection.locked for letter in "ABCD")


def test_added_commitments_are_followed_up(first: Followed) -> None:
    """Under the id that they got, in all rounds that follow."""
    added = [{"text": "Bygga en paviljong", "parent_id": "KF-M2", "decision": "UBN 2027-03-16 § 31", "responsible": "Lokalchef"}]
    first.put("t1", "UBN", {**BOARD_T1, "added_commitments": added})
    report = json.loads(first.town.run("validate", "--round", "2027-t1", "--format", "json").stdout)
    assert (report["summary"]["accepted"], report["summary"]["warnings"]) == (1, 0)
    first.town.run("distribute", "2027-t2", "--to", "UBN")
    row = issued(first, "t2", "UBN").rows["commitment_status"][-1]
    assert {name: row[name] for name in ("commitment_id", "text", "parent_id", "last_status", "added_in")} == {
        "commitment_id": "UBN-2027-A5",
        "text": "Bygga en paviljong",
        "parent_id": "KF-M2",
        "last_status": None,
        "added_in": "2027-t1",
    }
    first.town.run("distribute", "2027-year", "--to", "UBN")  # the second one was never answered
    assert issued(first, "year", "UBN").rows["commitment_status"][-1]["commitment_id"] == "UBN-2027-A5"


def test_distributing_again_is_the_same_issue(year: Followed) -> None:
    """Nothing has changed, so nothing is new; and the workbook is the same to the byte."""
    before, made = year.issued("year", "UBN"), issued(year, "year", "UBN")
    year.town.run("distribute", "2027-year")
    assert year.issued("year", "UBN") == before
    assert issued(year, "year", "UBN") == made


# out of order


def test_a_round_that_was_never_answered_is_passed_over(first: Followed) -> None:
    """The one before it is what stands beside; with none, nothing does."""
    first.put("t1", "UBN", BOARD_T1)
    first.town.run("distribute", "2027-year")
    made = issued(first, "year", "UBN")
    assert [row["last_round"] for row in made.rows["outcomes"]] == ["2027-t1", "2027-t1"]
    assert set(made.based_on) == {"2027-plan", "2027-t1"}
    assert issued(first, "year", "KFN").rows["goal_assessments"][0]["last_assessment"] is None
    answers = {**BOARD_YEAR, "goal_assessments": [{"assessment": "fulfilled", "analysis": "Målet är nått."}]}
    [judged] = first.judge("year", ("UBN", first.filled("year", "UBN", answers))).returns
    assert [f.rule for f in judged.findings] == []


def test_who_has_not_answered_the_one_before_is_told(first: Followed) -> None:
    """And everybody is served all the same; a round that was never handed out is told as such."""
    first.put("t1", "UBN", BOARD_T1)
    done = first.town.run("distribute", "2027-t2", "--level", "board")
    assert done.stderr == (
        "Obs: 1 har inget svar som är klart i 2027-t1: KFN. Den arbetsboken visar inget därifrån. "
        "När svaren är klara, kör igen: styrxl distribute 2027-t2\n"
    )
    assert handed_out(first, "t2") == {"UBN", "KFN"}
    assert first.town.run("distribute", "2027-t2", "--to", "UBN").stderr == ""


def test_a_round_before_that_was_never_handed_out_is_told(first: Followed) -> None:
    done = first.town.run("distribute", "2027-year", "--to", "UBN")
    assert done.stderr == (
        "Obs: 2027-t2 är inte utdelad, så det finns inga svar därifrån att visa. "
        "Ska den också följas upp, börja med den: styrxl distribute 2027-t2\n"
    )


def test_a_correction_does_not_reach_what_is_out_already(year: Followed) -> None:
    """A t1 corrected after t2 was handed out: t2 is held against what it was issued with, and says so once there is a newer one."""
    unsure = changed(BOARD_T1, "goal_assessments", 0, assessment="partly_on_track", analysis="Vi räknade fel.")
    year.put("t1", "UBN", unsure, 30)
    assert issued(year, "t2", "UBN").rows["goal_assessments"][0]["last_assessment"] == "on_track"
    [judged] = year.judge("t2", ("UBN", year.filled("t2", "UBN", BOARD_T2))).returns
    assert judged.findings == ()
    old = year.filled("t2", "UBN", BOARD_T2)
    year.town.run("distribute", "2027-t2", "--to", "UBN")
    assert issued(year, "t2", "UBN").rows["goal_assessments"][0]["last_assessment"] == "partly_on_track"
    [judged] = year.judge("t2", ("UBN", old)).returns
    assert [f.rule for f in judged.findings] == ["stale-issue"]


def test_rounds_in_the_wrong_order(year: Followed) -> None:
    """The first one handed out again after the second was answered takes nothing from it."""
    before = issued(year, "t1", "UBN")
    year.town.run("distribute", "2027-t1")
    assert issued(year, "t1", "UBN") == before


def test_who_never_planned_cannot_be_followed_up(tmp_path: Path) -> None:
    """It is named, with the reason; the others are served."""
    answers = {owner: said for owner, said in PLANS.items() if owner != "KFN" and not owner.startswith("KFN-")}
    town = followed_without(tmp_path / "town", answers)
    result = town.town.run("distribute", "2027-t2", expect=1)
    assert "Inte utdelat (2): KFN, KFN-BIB. De har ingen plan som är klar" in result.stderr
    assert handed_out(town, "t2") == {"UBN", "UBN-ÅBY", "UBN-ÖST"}


def followed_without(root: Path, answers: Any) -> Followed:
    return Followed(full_town(root, plan(), answers))


def test_a_unit_whose_plan_is_elsewhere_has_nothing_to_answer(tmp_path: Path) -> None:
    """No goals, commitments or frame: a workbook for it would be empty."""
    away = {"plan_elsewhere": [{"elsewhere": "yes", "where": "Stratsys"}]}
    board = changed(ANSWERS["UBN"], "unit_frames", 0, frame=None)
    town = followed_without(tmp_path / "town", {**ANSWERS, "UBN": board, "UBN-ÅBY": away})
    result = town.town.run("distribute", "2027-t1", expect=1)
    assert "UBN-ÅBY. Deras plan har varken mål, åtaganden eller ram" in result.stderr


# what is asked for


def test_an_empty_one_is_no_answer(whole: Followed) -> None:
    """What stands in it came from us."""
    for kind, owner in (("t1", "UBN"), ("year", "UBN-ÖST")):
        [judged] = whole.judge(kind, (owner, whole.issued(kind, owner))).returns
        assert [f.rule for f in judged.findings] == ["empty-return"]


def test_a_large_deviation_is_explained(whole: Followed) -> None:
    """A surplus by words, a deficit by measures and their effect too; within the thresholds nothing is asked for."""
    for forecast, wanted in ((1000.5, []), (1001, ["N11", "O11", "P11"]), (801, []), (799, ["N11"])):
        answers = changed(BOARD_T1, "outcomes", 0, forecast_cost=forecast)
        [judged] = whole.judge("t1", ("UBN", whole.filled("t1", "UBN", answers))).returns
        assert [f.cell for f in judged.findings if f.rule == "explanation-missing"] == wanted, forecast
    answers = changed(BOARD_T1, "outcomes", 0, forecast_cost=1001)
    [judged] = whole.judge("t1", ("UBN", whole.filled("t1", "UBN", answers))).returns
    asked = [fix(f, "sv") for f in judged.findings if f.rule == "explanation-missing"]
    assert asked == ["Skriv några ord i cellen N11.", "Skriv några ord i cellen O11.", "Skriv ett tal i cellen P11."]


def test_what_was_issued_counts(whole: Followed) -> None:
    """A budget written over is put back, and the deviation is worked out from it."""
    book = open_workbook(whole.filled("t1", "UBN", BOARD_T1))
    book["Ekonomi"]["D11"].value = 9000
    judged = whole.judge("t1", ("UBN", save_workbook(book)))
    assert [(f.rule, f.cell) for f in judged.returns[0].findings] == [("locked-cell-changed", "D11")]
    row = judged.tables["outcomes"].iloc[0]
    assert (row["planned_budget"], row["current_budget"], row["deviation"]) == (800.5, 800.5, 10.5)


def test_activities_are_told_apart_by_all_of_their_name(tmp_path: Path) -> None:
    """Two that begin with the same word are two; two of the same name are one."""
    names, costs = ("Vård och omsorg", "Vård av barn", "vård av  barn"), (10, 20, 5.5)
    budget = [{"activity": name, "cost": cost} for name, cost in zip(names, costs, strict=True)]
    town = followed_town(tmp_path / "town", plans={**PLANS, "UBN": {**PLANS["UBN"], "budget": budget}})
    assert [(r["activity"], r["planned_budget"]) for r in issued(town, "t1", "UBN").rows["outcomes"]] == [
        ("Vård och omsorg", 10.0),
        ("Vård av barn", 25.5),
    ]
    answers: Answers = {**BOARD_T1, "outcomes": [{"outcome_cost": 3, "forecast_cost": 10}, {"outcome_cost": 8, "forecast_cost": 25.5}]}
    judged = town.judge("t1", ("UBN", town.filled("t1", "UBN", answers)))
    assert judged.returns[0].findings == ()
    assert judged.tables["outcomes"]["deviation"].tolist() == [0.0, 0.0]
