"""Contributions: who is asked, in which workbook the sheet is, and what is said of one that has lost it or has it of its own."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from styrxl.model.judged import Judged
from styrxl.model.prefill import Prefill
from styrxl.store.ledger import Ledger
from town import Answers
from year import BOARD_T1, ENGLISH_T1, PLANS, Followed, changed, followed_town

# The school board says that KF-M1 concerns it, and has neither goal nor commitment there.
BARE: Mapping[str, Answers] = {
    **PLANS,
    "UBN": {**PLANS["UBN"], "commitments": [row for row in PLANS["UBN"]["commitments"] if row["parent_id"] != "KF-M1"]},
}
SAID = {"assessment": "on_track", "progress": "Två skolor har startat elevråd."}
T1: Answers = {**BOARD_T1, "commitment_status": [BOARD_T1["commitment_status"][n] for n in (0, 2, 3)], "contribution_status": [SAID]}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    return followed_town(tmp_path_factory.mktemp("bare") / "åköping", plans=BARE)


def issued(followed: Followed, kind: str, owner: str) -> Prefill:
    with Ledger.open(followed.town.workspace.database) as ledger:
        issue = ledger.issues(f"2027-{kind}")[owner].issue_id
        return Prefill.from_json(ledger.prefills([issue])[issue])


def judged(followed: Followed, owner: str, data: bytes) -> Judged:
    [return_] = followed.judge("t1", (f"{owner}.xlsx", data)).returns
    return return_


def errors(return_: Judged) -> list[tuple[str, str | None, str | None]]:
    return [(f.rule, f.sheet, f.cell) for f in return_.findings if f.severity == "error"]


def edited(data: bytes, change: Any) -> bytes:
    book = load_workbook(BytesIO(data))
    change(book)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_board_is_asked_where_it_has_nothing_of_its_own(bare: Followed) -> None:
    assert issued(bare, "t1", "UBN").rows["contribution_status"] == (
        {"goal_id": "KF-M1", "text": "Invånarna är mer delaktiga", "contribution": "Elevråd och samråd på varje skola."},
    )
    assert issued(bare, "t1", "KFN").rows["contribution_status"] == ()


def test_the_sheet_is_left_out_where_there_is_nothing_to_ask(bare: Followed) -> None:
    asked, not_asked = (load_workbook(BytesIO(bare.issued("t1", owner))) for owner in ("UBN", "KFN"))
    assert asked.sheetnames[:4] == ["Start", "Status", "Bidrag", "Mål"]
    assert [cell.value for cell in asked["Bidrag"][4]][:5] == ["Id", "Mål", "Så bidrar nämnden", "Bedömning*", "Så har det gått*"]
    assert not_asked.sheetnames[:3] == ["Start", "Status", "Goals"]
    steps = [[str(line[0].value) for line in book["Start"].iter_rows(max_col=1) if line[0].value] for book in (asked, not_asked)]
    assert [sum("Bidrag" in line or "Contributions" in line for line in lines) for lines in steps] == [2, 0]  # a step, and its count


def test_an_answer_is_taken_in(bare: Followed) -> None:
    round_ = bare.judge("t1", ("UBN.xlsx", bare.filled("t1", "UBN", T1)))
    assert [errors(return_) for return_ in round_.returns] == [[]]
    [row] = round_.in_force("contribution_status").to_dict("records")
    assert (row["_owner"], row["goal_id"], row["assessment"], row["progress"]) == ("UBN", "KF-M1", *SAID.values())
    silent = judged(bare, "UBN", bare.filled("t1", "UBN", {key: rows for key, rows in T1.items() if key != "contribution_status"}))
    assert errors(silent) == [("missing-value", "Bidrag", "D5"), ("missing-value", "Bidrag", "E5")]


def test_a_sheet_that_was_issued_may_not_be_taken_away(bare: Followed) -> None:
    without = edited(bare.filled("t1", "UBN", T1), lambda book: book.remove(book["Bidrag"]))
    assert ("missing-sheet", "Bidrag", None) in errors(judged(bare, "UBN", without))
    assert errors(judged(bare, "KFN", bare.filled("t1", "KFN", ENGLISH_T1))) == []


def test_a_sheet_that_was_not_issued_is_no_place_for_answers(bare: Followed) -> None:
    """What somebody adds is told, and does not come along into the copy that goes back."""

    def add(book: Any) -> None:
        sheet = book.create_sheet("Contributions")
        sheet.append(["Id", "Goal", "How the board contributes", "Assessment*", "How it has gone*"])
        sheet.append(["KF-M3", "x", "y", "Expected to be fulfilled", "z"])

    path = bare.put("t1", "KFN", changed(ENGLISH_T1, "goal_assessments", 0, assessment=None))
    path.write_bytes(edited(path.read_bytes(), add))
    found = judged(bare, "KFN", path.read_bytes()).findings
    assert [(f.rule, f.severity) for f in found if f.sheet == "Contributions"] == [("unknown-sheet", "info")]
    bare.town.run("validate", "--round", "2027-t1", "--annotate", expect=None)
    back = load_workbook(Path(bare.town.root / "returned" / "2027-t1" / "KFN.xlsx"))
    assert "Contributions" not in back.sheetnames
    assert any("Contributions" in str(cell.value) for line in back[back.sheetnames[0]].iter_rows() for cell in line)


def test_a_board_is_not_asked_twice(bare: Followed, tmp_path: Path) -> None:
    """Once it has decided on a commitment under the goal, that is followed up instead."""
    year = Followed(bare.town.copy(tmp_path / "year"))
    new = {"text": "Elevråd överallt", "parent_id": "KF-M1", "decision": "UBN § 31", "responsible": "Skolchef"}
    year.put("t1", "UBN", {**T1, "added_commitments": [new]})
    year.town.run("distribute", "2027-t2", "--to", "UBN", expect=None)
    assert issued(year, "t2", "UBN").rows["contribution_status"] == ()
    assert "Bidrag" not in load_workbook(BytesIO(year.issued("t2", "UBN"))).sheetnames
