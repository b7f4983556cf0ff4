"""A year that leads into the next: the same commitments whichever came first, the next year's plan or the year's last answers."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from filled import fill_issued
from judging import judge_data
from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.desk import open_desk
from styrxl.sample.opened import locate_sheets, read_values
from styrxl.store.ledger import Ledger
from town import Answers
from year import BOARD_YEAR, PLANS, Followed, changed

NEXT_YEAR = {"start": date(2028, 1, 1), "end": date(2028, 12, 31)}
NOVEMBER, FEBRUARY, MAY = (datetime(year, month, 20, 9, tzinfo=UTC) for year, month in ((2027, 11), (2028, 2), (2028, 5)))
YEAR = changed(
    BOARD_YEAR, "commitment_status", 1, status="partly_done", comment="Ett samråd återstår.", continues="yes"
)  # A1 is done since August; A2 and A3 went on then
YEAR = changed(YEAR, "commitment_status", 2, status="not_done", comment="Ingen lokal.", continues="no")
YEAR = changed(YEAR, "commitment_status", 3, status="partly_done", comment="En slutade.", continues="yes")  # done in August
NEW = {"text": "Öppna fler bibliotek", "parent_id": "UBN-M1", "responsible": "Skolchef", "expected_result": "Två till", **NEXT_YEAR}


@pytest.fixture
def year(shared_two_years: Followed, tmp_path: Path) -> Followed:
    """Return a year of the test's own whose two first follow-ups are answered, with frames for the next."""
    return Followed(shared_two_years.town.copy(tmp_path / "year"))


def issued(year: Followed, round_id: str, owner: str = "UBN") -> bytes:
    return (year.town.root / "outbox" / round_id / f"{owner}.xlsx").read_bytes()


def hand_out_plan(year: Followed) -> bytes:
    year.town.run("distribute", "2028-plan", "--level", "board")
    return issued(year, "2028-plan")


def put(year: Followed, round_id: str, owner: str, data: bytes, at: datetime) -> None:
    path = year.town.root / "inbox" / round_id / f"{owner}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (at.timestamp(), at.timestamp()))


def answer_year(year: Followed, answers: Answers = YEAR) -> None:
    put(year, "2027-year", "UBN", year.filled("year", "UBN", answers), FEBRUARY)


def answer_plan(year: Followed, carried: int, *more: dict[str, Any]) -> bytes:
    """Return a plan filled in after the rows that were there, which stand as they were issued."""
    answers = {key: said for key, said in PLANS["UBN"].items() if key not in {"goals", "commitments", "indicators"}}
    rows = [*({} for _ in range(carried)), *more, NEW]
    return fill_issued(year.town.root, "2028-plan", "UBN", {**answers, "commitments": rows})


def clear(data: bytes, code: str) -> bytes:
    """Return a workbook with all that may be written in a commitment's row cleared."""
    book = load_workbook(BytesIO(data))
    sheet = book["Åtaganden"]
    row = next(cells for cells in sheet.iter_rows() if cells[0].value == code)
    for cell in row[1:]:
        if not cell.protection.locked:
            cell.value = None
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def judged(year: Followed, round_id: str, data: bytes, at: datetime) -> JudgedRound:
    with Ledger.open(year.town.workspace.database) as ledger:
        desk = open_desk(year.town.workspace, ledger, at)
        return judge_data(desk, standard_rounds().parse(round_id), [("UBN.xlsx", data)], at)


def shown(data: bytes, form: Any, key: str) -> list[tuple[Any, Any]]:
    """Return the ids of a sheet's answered or given rows, and how each comes from last year."""
    grid = locate_sheets(read_values(data), form)[key]
    rows = [(grid.value("commitment_id", n), grid.value("carried", n), grid.value("text", n)) for n in range(len(grid.rows))]
    return [(code, carried) for code, carried, text in rows if text]


def planned(year: Followed, data: bytes) -> list[tuple[Any, Any]]:
    return shown(data, year.town.forms.form("annual_plan"), "commitments")


def followed(year: Followed) -> list[tuple[Any, Any]]:
    """Hand out the first follow-up of the next year, and return its commitments."""
    year.town.run("distribute", "2028-t1", "--level", "board", "--to", "UBN")
    return shown(issued(year, "2028-t1"), year.town.forms.form("board_followup", None, "t1"), "commitment_status")


def test_a_plan_issued_in_autumn_begins_with_what_is_not_finished(year: Followed) -> None:
    """Under its id, preliminary; as it stands it is a plan without remarks."""
    data = hand_out_plan(year)
    assert planned(year, data) == [("UBN-2027-A2", "Preliminärt"), ("UBN-2027-A3", "Preliminärt")]
    result = judged(year, "2028-plan", answer_plan(year, 2), NOVEMBER)
    assert [(r.verdict, r.findings) for r in result.returns] == [("accepted", ())]
    frame = result.tables["commitments"]
    assert frame["commitment_id"].tolist() == ["UBN-2027-A2", "UBN-2027-A3", "UBN-2028-A1"]
    assert frame["carried"].fillna("").tolist() == ["preliminary", "preliminary", ""]


def test_a_cleared_row_has_ended(year: Followed) -> None:
    """That is told once, and is no fault."""
    hand_out_plan(year)
    data = clear(answer_plan(year, 2), "UBN-2027-A3")
    result = judged(year, "2028-plan", data, NOVEMBER)
    [return_] = result.returns
    assert (return_.verdict, [(f.rule, f.severity, f.facts["ids"]) for f in return_.findings]) == (
        "accepted",
        [("row-cleared", "info", ["UBN-2027-A3"])],
    )
    assert result.tables["commitments"]["commitment_id"].tolist() == ["UBN-2027-A2", "UBN-2028-A1"]
    faulty = answer_plan(year, 2, {"text": "Utan ansvarig", "parent_id": "UBN-M1"})
    put(year, "2028-plan", "UBN", clear(faulty, "UBN-2027-A3"), NOVEMBER)
    year.town.run("validate", "--round", "2028-plan", "--annotate", expect=1)
    again = (year.town.root / "returned" / "2028-plan" / "UBN.xlsx").read_bytes()  # it stays cleared in the copy that goes back
    assert [code for code, _ in planned(year, again)] == ["UBN-2027-A2", "UBN-2028-A1", "UBN-2028-A2"]


def test_the_plan_comes_first(year: Followed) -> None:
    """What only the year's answers say is left from last year; what the plan has and the year ended is asked about."""
    hand_out_plan(year)
    put(year, "2028-plan", "UBN", answer_plan(year, 2), NOVEMBER)
    answer_year(year)
    assert followed(year) == [
        ("UBN-2027-A2", "Fortsätter"),
        ("UBN-2027-A3", "Skulle inte fortsätta"),
        ("UBN-2028-A1", None),
        ("UBN-2027-A4", "Kvar från förra året"),
    ]


def test_the_years_answers_come_first(year: Followed) -> None:
    """Then the plan has it all, and nothing is left."""
    answer_year(year)
    data = hand_out_plan(year)
    assert planned(year, data) == [("UBN-2027-A2", "Fortsätter"), ("UBN-2027-A4", "Fortsätter")]
    put(year, "2028-plan", "UBN", answer_plan(year, 2), FEBRUARY)
    assert followed(year) == [("UBN-2027-A2", "Fortsätter"), ("UBN-2027-A4", "Fortsätter"), ("UBN-2028-A1", None)]


def test_the_plan_is_handed_out_again_after_the_years_answers(year: Followed) -> None:
    """Whoever answers in the old one has in the first follow-up what it did not have; in the new one all is there."""
    hand_out_plan(year)
    old = answer_plan(year, 2)
    answer_year(year)
    new = hand_out_plan(year)
    assert planned(year, new) == [("UBN-2027-A2", "Fortsätter"), ("UBN-2027-A4", "Fortsätter")]
    put(year, "2028-plan", "UBN", old, FEBRUARY)
    assert [code for code, _ in followed(year)] == ["UBN-2027-A2", "UBN-2027-A3", "UBN-2028-A1", "UBN-2027-A4"]
    put(year, "2028-plan", "UBN", answer_plan(year, 2), MAY)
    assert [code for code, _ in followed(year)] == ["UBN-2027-A2", "UBN-2027-A4", "UBN-2028-A1"]


def test_an_answer_that_ends_what_the_next_plan_has_is_asked_about(year: Followed) -> None:
    """Where it is given, if the plan has come in by then; and in the first follow-up of that plan."""
    hand_out_plan(year)
    put(year, "2028-plan", "UBN", answer_plan(year, 2), NOVEMBER)
    year.town.run("distribute", "2027-year", "--to", "UBN")
    [return_] = year.judge("year", ("UBN.xlsx", year.filled("year", "UBN", YEAR))).returns
    asked = [(f.rule, f.severity, f.column, f.facts["id"]) for f in return_.findings if f.rule == "ended-but-planned"]
    assert asked == [("ended-but-planned", "warning", "Fortsätter nästa år", "UBN-2027-A3")]
    answer_year(year)
    assert ("UBN-2027-A3", "Skulle inte fortsätta") in followed(year)
    statuses = [{"status": "on_plan"}, {"status": "on_plan"}, {"status": "on_plan"}, {"status": "cancelled", "comment": "Ingen lokal."}]
    data = fill_issued(year.town.root, "2028-t1", "UBN", {"commitment_status": statuses})
    [return_] = judged(year, "2028-t1", data, MAY).returns
    asked = [(f.rule, f.severity, f.column, f.facts["id"]) for f in return_.findings if f.rule == "planned-though-ended"]
    assert asked == [("planned-though-ended", "warning", "Status", "UBN-2027-A3")]


# numbers


def numbers(data: bytes, form: Any, key: str, field: str = "commitment_id") -> list[str]:
    grid = locate_sheets(read_values(data), form)[key]
    return [str(grid.value(field, n)) for n in range(len(grid.rows))]


def test_numbers_go_on_after_the_highest_answered(year: Followed) -> None:
    """In follow-ups and in the next year's plan, and handing out again changes nothing."""
    form = year.town.forms.form("board_followup", None, "t1")
    assert numbers(year.issued("t1", "UBN"), form, "added_commitments")[:2] == ["UBN-2027-A5", "UBN-2027-A6"]
    assert numbers(year.issued("t2", "UBN"), form, "added_commitments")[0] == "UBN-2027-A5"
    data = hand_out_plan(year)
    goals = numbers(data, year.town.forms.form("annual_plan"), "goals", "goal_id")
    assert goals[:3] == ["UBN-M1", "UBN-M2", "UBN-M3"]
    assert hand_out_plan(year) == data
    year.town.run("distribute", "2027-plan", "--level", "board")
    again = numbers(issued(year, "2027-plan"), year.town.forms.form("annual_plan"), "commitments")
    assert again[0] == "UBN-2027-A1"
    assert len(again) == 60


def test_a_row_that_a_newer_round_has_taken_over_is_told(year: Followed) -> None:
    """Whoever adds to an old plan must move to a row further down; all that was there stays as it is."""
    before = PLANS["UBN"]["commitments"]
    more = {**NEW, "start": date(2027, 3, 1), "end": date(2027, 12, 1)}
    data = year.town.filled("UBN", {**PLANS["UBN"], "commitments": [*before, more]})
    [return_] = judged(year, "2027-plan", data, NOVEMBER).returns
    assert (return_.verdict, [(f.rule, f.value, f.facts["round"]["sv"]) for f in return_.findings]) == (
        "rejected",
        [("number-taken", "UBN-2027-A5", "Underlag till delårsrapport 1 2027")],
    )
    further = [*before, *({} for _ in range(30)), more]
    [return_] = judged(year, "2027-plan", year.town.filled("UBN", {**PLANS["UBN"], "commitments": further}), NOVEMBER).returns
    assert return_.verdict == "accepted"
