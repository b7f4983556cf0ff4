"""The organisation changes during the year: a board has a new name, a unit a new board. Ids hold, and what was said goes along."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from styrxl.model.prefill import Prefill
from styrxl.sample.fill import AsTyped
from styrxl.store.ledger import Ledger
from town import Town, new_town
from year import ADJUSTMENT, BOARD_T2, ENGLISH_T2, PRESCHOOL_T2, T1, T2, Followed, followed_town, moved, plan

OLD, NEW = "Kultur- och fritidsnämnden", "Kulturnämnden"
UNIT = "UBN-ÖST"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """Return a town in which the first two follow-ups are answered and put together, the change lying between them."""
    made = followed_town(tmp_path_factory.mktemp("moves") / "åköping", plan(organisation=moved()))
    for owner in ("UBN", "KFN", UNIT, "UBN-ÅBY"):
        made.put("t1", owner, T1[owner])
    made.town.run("consolidate", "2027-t1", "--all")
    made.town.run("distribute", "2027-t2")
    for owner in T2:
        made.put("t2", owner, T2[owner])
    made.town.run("consolidate", "2027-t2", "--all")
    return made


def issued(followed: Followed, kind: str, owner: str) -> Prefill:
    with Ledger.open(followed.town.workspace.database) as ledger:
        issue = ledger.issues(f"2027-{kind}")[owner].issue_id
        return replace(Prefill.from_json(ledger.prefills([issue])[issue]), issue=issue)


def book(path: Path) -> dict[str, list[list[Any]]]:
    with CalamineWorkbook.from_filelike(BytesIO(path.read_bytes())) as opened:
        return {name: opened.get_sheet_by_name(name).to_python() for name in opened.sheet_names}


def board(town: Town, kind: str, owner: str) -> dict[str, list[list[Any]]]:
    return book(town.root / "boards" / f"2027-{kind}" / f"{owner}.xlsx")


def council(town: Town, kind: str) -> dict[str, list[list[Any]]]:
    return book(town.root / "council" / f"2027-{kind}.xlsx")


def texts(sheets: dict[str, list[list[Any]]]) -> set[str]:
    return {str(cell) for rows in sheets.values() for row in rows for cell in row}


def test_a_decision_without_its_year_is_asked_about(tmp_path: Path) -> None:
    """Read as a day of some other year it would count in every round."""
    adjustment = {**ADJUSTMENT, "date": AsTyped("15/6")}
    made = new_town(tmp_path / "åköping", plan(adjustments=[adjustment]))
    told = made.run("distribute", "2027-plan", expect=3).stderr
    assert "Ramjusteringar C5: Datum: ”15/6” är inte ett datum." in told


# a board has a new name


def test_a_board_keeps_its_ids_under_its_new_name(town: Followed) -> None:
    """Its workbook has the new name from the day on which it holds; goals, commitments and budget come from the plan of the old one."""
    assert [issued(town, kind, "KFN").owner_name for kind in ("t1", "t2")] == [OLD, NEW]
    made = issued(town, "t2", "KFN")
    assert [row["goal_id"] for row in made.rows["goal_assessments"]] == ["KFN-M1"]
    assert [row["commitment_id"] for row in made.rows["commitment_status"]] == ["KFN-2027-A1"]
    assert [(row["activity"], row["planned_budget"]) for row in made.rows["outcomes"]] == [("Library", 480.0)]
    assert made.frames["operating_frame"] == 500.0
    assert set(made.based_on) == {"2027-plan", "2027-t1"}


def test_what_a_board_said_under_its_old_name_stands_beside(town: Followed) -> None:
    """Last assessment, status and forecast."""
    made = issued(town, "t2", "KFN")
    assert [(row["last_assessment"], row["last_round"]) for row in made.rows["goal_assessments"]] == [("on_track", "2027-t1")]
    assert [row["last_status"] for row in made.rows["commitment_status"]] == ["on_plan"]
    assert [(row["last_forecast"], row["last_outcome_cost"]) for row in made.rows["outcomes"]] == [(478.0, 160.0)]


def test_each_workbook_has_the_name_of_its_round(town: Followed) -> None:
    """The council's, made anew after the change too, and the terminal's; lists keep their order."""
    town.town.run("consolidate", "2027-t1")
    for kind, name, other in (("t1", OLD, NEW), ("t2", NEW, OLD)):
        said = texts(council(town.town, kind))
        assert (name in said, other in said) == (True, False)
        told = town.town.run("log", f"2027-{kind}", "KFN").stdout
        assert (name in told, other in told) == (True, False)
        standing = town.town.run("status", f"2027-{kind}").stdout
        assert (name in standing, other in standing) == (True, False)
        assert standing.index("UBN ") < standing.index("KFN ") < standing.index("UBN-ÅBY")
    report = json.loads(town.town.run("validate", "--round", "2027-t1", "--format", "json").stdout)
    assert report["summary"]["accepted"] == 4


# a unit has a new board


def test_a_unit_keeps_its_ids_under_its_new_board(town: Followed) -> None:
    """What it committed to, and what that was tied to, is as in its plan; so is the frame that its old board gave it."""
    before, made = issued(town, "t1", UNIT), issued(town, "t2", UNIT)
    assert [(one.board_id, one.board_name) for one in (before, made)] == [("UBN", "Utbildningsnämnden"), ("KFN", NEW)]
    assert [(row["commitment_id"], row["parent_id"]) for row in made.rows["commitment_status"]] == [
        (f"{UNIT}-2027-A1", "UBN-M1"),
        (f"{UNIT}-2027-A2", f"{UNIT}-M1"),
    ]
    assert [row["goal_id"] for row in made.rows["goal_assessments"]] == [f"{UNIT}-M1"]
    assert [row["frame"] for row in made.rows["unit_outcomes"]] == [300.5]


def test_what_a_unit_said_to_its_old_board_stands_beside(town: Followed) -> None:
    """Last assessment, status and forecast."""
    made = issued(town, "t2", UNIT)
    assert [row["last_assessment"] for row in made.rows["goal_assessments"]] == ["on_track"]
    assert [row["last_status"] for row in made.rows["commitment_status"]] == ["on_plan", "on_plan"]
    assert [row["last_forecast"] for row in made.rows["unit_outcomes"]] == [300.0]
    assert set(made.based_on) == {"2027-plan", "2027-t1"}


def test_a_unit_that_moved_is_taken_as_it_is(town: Followed) -> None:
    """Nothing that it is tied to, and nothing of what it answers, is found wrong with it or with either board."""
    answers = {"UBN": BOARD_T2, "KFN": ENGLISH_T2, UNIT: PRESCHOOL_T2}
    files = [(owner, town.filled("t2", owner, said)) for owner, said in answers.items()]
    judged = town.judge("t2", *files, whole_inbox=True)
    assert [(r.owner, r.verdict, [f.rule for f in r.findings]) for r in judged.returns] == [(o, "accepted", []) for o in answers]


@pytest.mark.parametrize("kind, here, elsewhere", [("t1", "UBN", "KFN"), ("t2", "KFN", "UBN")])
def test_a_unit_counts_under_the_board_of_the_day(town: Followed, kind: str, here: str, elsewhere: str) -> None:
    """With its rows and its money, in one board's workbook and not in the other's; the council's has each once."""
    code = f"{UNIT}-2027-A1"
    names = {"UBN": "Utbildningsnämnden", "KFN": OLD if kind == "t1" else NEW}
    assert code in texts(board(town.town, kind, here))
    assert not {code, "Östra förskolan"} & texts(board(town.town, kind, elsewhere))
    sheets = council(town.town, kind)
    assert Counter(row[0] for row in sheets["Åtaganden"])[code] == 1
    assert [row[0] for row in sheets["Ekonomi"] if row[1] == "Östra förskolan"] == [names[here]]


def test_goals_that_a_unit_brings_along_do_not_concern_its_new_board(town: Followed) -> None:
    """They are shown, since its commitments hang there, but not as what its new board has left uncovered."""
    rows = {row[0]: row for row in reversed(board(town.town, "t2", "KFN")["Fulfilment"])}  # the first of each
    for goal in ("KF-M2", "KF-M3"):  # the council aims one at the old board, the other at the new; each has a goal under it
        assert rows[goal][2] == "✓ Good, 1 of 1 board"


def test_an_older_round_put_together_anew_is_as_it_was(town: Followed) -> None:
    """The unit is still under the board that it was under then."""
    path = town.town.root / "boards" / "2027-t1" / "UBN.xlsx"
    before = path.read_bytes()
    town.town.run("consolidate", "2027-t1", "--all")
    assert path.read_bytes() == before
