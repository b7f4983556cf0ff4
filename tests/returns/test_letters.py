"""Letters that nobody sees, and letters that are stored in two ways, in every kind of cell."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from styrxl.returns.letters import make_plain, make_visible
from styrxl.returns.row_ids import make_id_key
from styrxl.returns.tables import is_blank
from styrxl.returns.typed_columns import read_goal_ids, read_organisation_ids
from styrxl.sample.fill import AsTyped
from styrxl.sample.opened import open_workbook, save_workbook
from town import BOARD, SCHOOL, Town
from year import changed


def decomposed(text: str) -> str:
    """Return a text as macOS stores it."""
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize(
    "typed, seen",
    [
        ("Högre är\u200b bättre", "Högre är bättre"),
        ("\u202d1200\u202c", "1200"),
        ("\ufeffresul\u00adtat", "resultat"),
        (decomposed("Åtgärder för ökad läsning"), "Åtgärder för ökad läsning"),
        ("\u200b", ""),
        ("två\nrader", "två\nrader"),
        ("familj 👨\u200d👩\u200d👧", "familj 👨\u200d👩\u200d👧"),
        ("KF–M1 – ett mål", "KF–M1 – ett mål"),
    ],
)
def test_what_is_seen(typed: str, seen: str) -> None:
    """Invisible characters go, letters are composed; a picture made of several stays one, and a dash a dash."""
    assert make_visible(typed) == seen


@pytest.mark.parametrize("typed", ["KF\u2011M1", "KF–M1", "KF−M1", "KF－M１", "\u200bKF-M1", "K\u200cF-M1", "ＫＦ-M1"])
def test_ids_are_compared_as_people_see_them(typed: str) -> None:
    """Any dash is a hyphen, full-width digits are digits."""
    assert make_plain(typed) == "KF-M1"
    assert make_id_key(f"{typed} Ett mål") == "KF-M1"
    assert read_goal_ids(f"{typed} Ett mål").value == "KF-M1"
    assert read_organisation_ids("UBN–ÅBY; UBN‑ÖST").value == "UBN-ÅBY;UBN-ÖST"


@pytest.mark.parametrize(
    "key, row, answers",
    [
        ("indicators", 0, {"direction": AsTyped("Högre är\u200b bättre")}),
        ("indicators", 0, {"direction": AsTyped(decomposed("Högre är bättre"))}),
        ("indicators", 0, {"name": decomposed("Behöriga elever på högstadiet")}),
        ("commitments", 0, {"parent_id": "\u200bUBN\u2011M1"}),
        ("commitments", 1, {"parent_id": "KF–M1 Invånarna är mer delaktiga"}),
        ("budget", 0, {"cost": "\u202d900\u202c"}),
        ("budget", 0, {"activity": "Grund\u00adskola"}),
    ],
)
def test_a_return_is_read_as_it_is_seen(planned: Town, key: str, row: int, answers: dict[str, Any]) -> None:
    """Nothing to mend, and nothing to check."""
    judged = planned.judge(("UBN", planned.filled("UBN", changed(BOARD, key, row, **answers))))
    assert [(f.rule, f.cell) for f in judged.returns[0].findings if f.severity != "info"] == []


def test_an_answer_that_nobody_sees_is_none(planned: Town) -> None:
    """A required one is missing."""
    judged = planned.judge(("UBN", planned.filled("UBN", changed(BOARD, "commitments", 0, expected_result="\u200b\u2060"))))
    assert [f.rule for f in judged.returns[0].findings if f.severity == "error"] == ["missing-value"]


def test_texts_reach_the_tables_as_they_are_seen(planned: Town) -> None:
    """Composed and without what is invisible."""
    text = "Läsa varje dag"
    answers = changed(SCHOOL, "commitments", 0, text=f"{decomposed(text[:4])}\u200b{text[4:]}")
    judged = planned.judge(("UBN-ÅBY", planned.filled("UBN-ÅBY", answers)))
    assert judged.tables["commitments"]["text"][0] == text


@pytest.mark.parametrize(
    "typed", ["UBN\u2011ÖST\u20112027\u2011A1", "UBN-ÖST-2027-A１", decomposed("UBN-ÖST-2027-A1"), "UBN-ÖST-2027-A1\u200b"]
)
def test_a_row_keeps_its_id_however_that_is_written(planned: Town, typed: str) -> None:
    """Only ids that were issued reach the tables."""
    book = open_workbook(planned.filled("UBN-ÖST"))
    book["Åtaganden"]["A5"].value = typed
    judged = planned.judge(("UBN-ÖST", save_workbook(book)))
    assert [f.rule for f in judged.returns[0].findings if f.severity == "error"] == []
    assert list(judged.tables["commitments"]["commitment_id"]) == ["UBN-ÖST-2027-A1", "UBN-ÖST-2027-A2"]


def test_an_id_that_nobody_sees_is_none(planned: Town) -> None:
    """Its row has no id, and those around it keep theirs."""
    book = open_workbook(planned.filled("UBN-ÖST"))
    book["Åtaganden"]["A6"].value = "\u200b"
    [return_] = planned.judge(("UBN-ÖST", save_workbook(book))).returns
    assert [(f.rule, f.cell) for f in return_.findings if f.severity == "error"] == [("row-without-id", "A6")]


BLANK = ["\u200b", " \u200d ", "\u3164", "\u2800\u2800", "\ufeff\u00a0", "\u2003\u200e", "\u00ad", "\ufe0f"]


@pytest.mark.parametrize("typed", BLANK)
def test_an_answer_of_nothing_visible_is_missing(planned: Town, typed: str) -> None:
    """With whatever it was written."""
    answers = changed(BOARD, "commitments", 0, expected_result=typed)
    [judged] = planned.judge(("UBN", planned.filled("UBN", answers))).returns
    assert [(f.rule, f.sheet) for f in judged.findings if f.severity == "error"] == [("missing-value", "Åtaganden")]


@pytest.mark.parametrize("typed", BLANK)
def test_a_row_of_nothing_visible_is_none(planned: Town, typed: str) -> None:
    """It is not begun, and neither is a column or a label's answer."""
    book = open_workbook(planned.filled("UBN"))
    for column in "BCDEFGH":
        book["Åtaganden"][f"{column}12"].value = typed
    book["Budget"]["G8"].value = typed
    [judged] = planned.judge(("UBN", save_workbook(book))).returns
    assert (judged.verdict, judged.findings, judged.rows["commitments"]) == ("accepted", (), 2)


@pytest.mark.parametrize("text", ["\u200bx", "x\u200b", "👩\u200d🏫", "\u3164a", "å", "-"])
def test_one_sign_that_shows_is_enough(text: str) -> None:
    """Whatever else stands beside it."""
    assert not is_blank(text)
