"""Outcomes from the accounts through a year: at its end, from round to round, in forms of one's own, in English, and outside the boards."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from booked import booked, record
from followup_returns import issued
from office import Office
from styrxl.model.findings import message
from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.desk import open_desk
from styrxl.rounds.judge_inbox import judge_inbox_quietly
from styrxl.store.ledger import Ledger
from test_own_money_rounds import MONEY, ROUNDS
from test_own_rounds import cells, hand_in, put_own
from town import Answers, Town
from year import BOARD_YEAR, ENGLISH_T2, MOMENTS, SCHOOL_T1, Followed


def judge(followed: Followed, kind: str) -> JudgedRound:
    """Judge a round's inbox."""
    with Ledger.open(followed.town.workspace.database) as ledger:
        desk = open_desk(followed.town.workspace, ledger, MOMENTS["year"] + timedelta(days=9))
        return judge_inbox_quietly(desk, standard_rounds().parse(f"2027-{kind}"))


@pytest.fixture
def year(whole: Followed, tmp_path: Path) -> Followed:
    """Return a year of the test's own whose last follow-up is handed out."""
    return Followed(whole.town.copy(tmp_path / "year"))


def test_at_the_end_of_the_year_a_deviation_that_grows_past_the_thresholds_asks_for_its_explanation(year: Followed) -> None:
    """Of 820.5 the return leaves 4.5 (918 - 102); the accounts have 105 more, a deficit of 100.5: past 100 tkr, and unexplained."""
    year.put("year", "UBN", BOARD_YEAR)
    record(year, "year", booked("UBN", "Grundskola", 102, 1020), at=MOMENTS["year"] + timedelta(days=3))
    assert [f.rule for f in judge(year, "year").returns[0].findings if f.rule.startswith("outcome-ch")] == ["outcome-changed"]
    record(year, "year", booked("UBN", "Grundskola", 102, 1017), at=MOMENTS["year"] + timedelta(days=4))
    assert [f.rule for f in judge(year, "year").returns[0].findings if f.rule.startswith("outcome-ch")] == []  # 99 more: a deficit of 94.5
    record(year, "year", booked("UBN", "Grundskola", 102, 1023), at=MOMENTS["year"] + timedelta(days=5))
    [finding] = [f for f in judge(year, "year").returns[0].findings if f.rule == "outcome-changed"]
    assert message(finding, "en").startswith("Grundskola: the accounts have SEK 921 thousand net on 2028-01-25, 105 thousand more than")
    frame = judge(year, "year").tables["outcomes"]
    assert frame["deviation"].tolist()[0] == -100.5


def test_the_next_round_goes_on_from_what_the_accounts_said(year: Followed) -> None:
    """The outcome of the second follow-up, typed as 600, is 610 by the accounts, so that is what the year's workbook remembers."""
    record(year, "t2", booked("UBN", "Grundskola", 65, 610), booked("UBN", "Måltider", 0, 3), at=MOMENTS["t2"] + timedelta(days=9))
    year.town.run("distribute", "2027-year")
    rows = issued(year, "year", "UBN").rows["outcomes"]
    assert [(row["activity"], row["last_outcome_cost"]) for row in rows] == [("Grundskola", 610), ("Förskola", 100)]


@pytest.fixture(scope="module")
def english(whole: Followed, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """Return a year whose second follow-up is handed out anew, with what the accounts say of the English board and of a school."""
    made = Followed(whole.town.copy(tmp_path_factory.mktemp("english") / "town"))
    record(made, "t2", booked("KFN", "Library", 0, 322.25), booked("UBN-ÅBY", "Skola", 10, 340), booked("UBN-ÅBY", "Kök", 0, 3))
    made.town.run("distribute", "2027-t2")
    return made


def test_an_english_board_and_a_school_find_their_outcomes(english: Followed) -> None:
    """The school's sheet has one row about all of it: 340 + 3 - 10 = 333."""
    sheet = load_workbook(english.town.root / "outbox/2027-t2/KFN.xlsx")["Finance"]
    assert any(
        "The outcome was taken from the accounts on 2027-09-20 and is locked." in str(row[0].value) for row in sheet.iter_rows(max_row=5)
    )
    assert "Placed wrongly?" in {cell.value for row in sheet.iter_rows(max_row=12) for cell in row}
    assert issued(english, "t2", "UBN-ÅBY").rows["unit_outcomes"][0]["outcome"] == 333
    assert english.form("t2", "UBN-ÅBY").profile == "skola"
    said: Answers = {
        "commitment_status": SCHOOL_T1["commitment_status"],
        "unit_outcomes": [{"forecast": 498, "outcome_remark": "Köket är inte vårt."}],
    }
    judged = english.judge("t2", ("UBN-ÅBY.xlsx", english.filled("t2", "UBN-ÅBY", said)))
    assert [(f.rule, f.column) for f in judged.returns[0].findings] == [("outcome-placed-wrongly", "Fel placerat?")]


def test_start_does_not_ask_for_what_the_accounts_have(english: Followed, office: Office) -> None:
    """With the forecast alone the sheet is done; Excel's formulas say the same as the values that they were issued with."""
    answers: Answers = {**ENGLISH_T2, "outcomes": [{"forecast_cost": 479}]}
    data = english.filled("t2", "KFN", answers)
    book = load_workbook(BytesIO(office.fill(data, {"Start": {}})), data_only=True)
    states = {row[0].value: str(row[3].value) for row in book["Start"].iter_rows(max_col=4) if row[0].value}
    assert states["Finance"] == "✓ Done"
    fresh = load_workbook(BytesIO(office.fill(english.issued("t2", "KFN"), {"Start": {}})), data_only=True)
    assert {row[0].value: str(row[3].value) for row in fresh["Start"].iter_rows(max_col=4) if row[0].value}["Finance"] == "Not begun"
    as_issued = load_workbook(BytesIO(english.issued("t2", "KFN")), data_only=True)
    assert _kontroll(as_issued) == _kontroll(fresh)


def _kontroll(book: Any) -> list[Any]:
    sheet = book["Finance"]
    return [row[-1].value for row in sheet.iter_rows() if row[0].value in {"Library", "The whole board"}]


def test_a_form_of_ones_own_takes_them_by_its_yaml(full: Town) -> None:
    """Two columns say what they take; the other form of the same table, which says nothing, is not touched."""
    own = MONEY.replace("outcome_cost: {heading", "outcome_cost: {booked: net, heading") + (
        "      wrong: {heading: {sv: Fel konto, en: Wrong account}, type: text, booked: remark, base: planned_budget}\n"
    )
    put_own(full, "sheets/money.yaml", own)
    put_own(full, "sheets/rounds.yaml", ROUNDS)
    town = Town(full.root)
    record(Followed(town), "q1", booked("UBN", "Grundskola", 20, 120), at=MOMENTS["t1"])
    town.run("distribute", "2027-q1")
    sheet = load_workbook(town.root / "outbox/2027-q1/UBN.xlsx")["Ekonomi"]
    rows = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows()}
    assert "Fel konto" in {cell for row in rows.values() for cell in row}
    assert rows["Grundskola"][2] == 100
    said: Answers = {"outcomes": [{"forecast_cost": 900, "wrong": "Konto 4010."}, {"outcome_cost": 40, "forecast_cost": 160}]}
    hand_in(town, "2027-q1", "UBN", said, "money")
    record(Followed(town), "q1", booked("UBN", "Grundskola", 20, 121), at=MOMENTS["t1"])
    town.run("consolidate", "2027-q1")
    told = cells(town.root / "council/2027-q1.xlsx", "Saknas och varningar")
    assert ["Utbildningsnämnden", "Grundskola: Utfall kostnader (tkr)", 100, 101, 1] in [row[:5] for row in told]
    assert not any("Stämmer inte" in str(cell) for row in cells(town.root / "council/2027-q1.xlsx", "Källor") for cell in row)


def test_a_workspace_that_has_never_read_the_accounts_is_told_nothing_of_them(year: Followed) -> None:
    year.town.run("consolidate", "2027-t2")
    book = year.town.root / "council/2027-t2.xlsx"
    for name in ("Ekonomi", "Saknas och varningar", "Källor"):
        assert not any("edovisningen" in str(cell) for row in cells(book, name) for cell in row)
