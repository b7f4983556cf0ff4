"""What is typed where an answer is asked for, without answering."""

from __future__ import annotations

from typing import Any

import pytest

from ordinary_texts import ORDINARY_TEXTS
from styrxl.model.findings import Finding, fix, message
from styrxl.model.form_files import Forms
from styrxl.model.standard_folder import standard_folder
from styrxl.returns.habits.no_answers import Pointers
from town import BOARD, PRESCHOOL, Town

POINTERS = Pointers(Forms([standard_folder()]).words.pointers)


@pytest.mark.parametrize(
    "typed",
    [
        "Se bifogad handlingsplan",
        "se bilaga 1.",
        "Enligt bilaga",
        "Enligt bifogad lokal plan",
        "Se separat dokument",
        "Bifogad handlingsplan",
        "Bilaga 2",
        "Se handlingsplan mot mobbning",
        "Se vår egen verksamhetsplan",
        "Se bifogad handlingsplan (bilaga 3)",
        "Se bilaga 1 och 2",
        "Vi hänvisar till bifogat underlag",
        "Se dokumentet i Teams",
        "Framgår av bilaga A",
        "Se nedan",
        "See the attached action plan",
        "according to the enclosed plan",
        "Refer to annex 3",
        "See separate document",
    ],
)
def test_pointers(typed: str) -> None:
    """A text that does no more than point elsewhere, in either language."""
    assert POINTERS.matches(typed)


def test_ordinary_texts_point_nowhere() -> None:
    """Commitments that speak of plans, documents and enclosures, and those that speak of something else."""
    assert len(ORDINARY_TEXTS) >= 300
    assert [text for text in ORDINARY_TEXTS if POINTERS.matches(text)] == []


def judge(town: Town, rows: list[dict[str, Any]], owner: str = "UBN-ÖST") -> list[Finding]:
    """Return the findings on commitments, some of whose fields were typed otherwise."""
    answers = PRESCHOOL if owner == "UBN-ÖST" else BOARD
    typed = [{**row, **other} for row, other in zip(answers["commitments"], rows, strict=True)]
    [judged] = town.judge((f"{owner}.xlsx", town.filled(owner, {**answers, "commitments": typed}))).returns
    return list(judged.findings)


@pytest.mark.parametrize("typed", ["Se bifogad handlingsplan", "Enligt bilaga 1", "see enclosed plan", "se bilaga"])
def test_a_pointer_is_no_commitment(shared_full: Town, typed: str) -> None:
    """One finding, and it says that enclosures are not read."""
    [found] = judge(shared_full, [{}, {"text": typed}])
    assert (found.rule, found.cell, found.value) == ("placeholder-text", "B6", typed)
    assert "bilagor" in fix(found, "sv")


def test_a_pointer_where_nothing_is_needed_stands(shared_full: Town) -> None:
    """It shows in the council's workbook as it was typed; a mark that is left out is told."""
    assert judge(shared_full, [{"expected_result": "Se bifogad handlingsplan"}, {}]) == []
    [found] = judge(shared_full, [{"expected_result": "kommer senare"}, {}])
    assert (found.rule, found.cell, message(found, "sv")) == (
        "interpreted-value",
        "H5",
        "Förväntat resultat: vi läste ”kommer senare” som inget svar.",
    )
    assert judge(shared_full, [{"expected_result": "-"}, {}]) == []


@pytest.mark.parametrize("ditto", ['"', "''", "-”-", "〃", "d:o", "Dito", "samma", "se ovan", "as above"])
def test_ditto_marks_are_the_answer_above(shared_full: Town, ditto: str) -> None:
    """In texts, drop-downs and days; and it is told."""
    above = {"responsible": "Rektor", "expected_result": "Lugn", "start": "mars"}
    found = judge(shared_full, [above, {"responsible": ditto, "parent_id": ditto, "start": ditto}])
    assert [(f.rule, f.cell, f.facts["read"]) for f in found if f.value == ditto] == [
        ("interpreted-value", "C6", "UBN-M1 Fler elever når målen"),
        ("interpreted-value", "E6", "Rektor"),
        ("interpreted-value", "F6", "mars"),
    ]
    assert {f.severity for f in found} == {"info"}


def test_a_ditto_mark_without_an_answer_above_is_asked_about(shared_full: Town) -> None:
    """Under the headings there is none; and no row says by one what it is."""
    assert [(f.rule, f.cell) for f in judge(shared_full, [{"responsible": '"'}, {"text": '"'}])] == [
        ("placeholder-text", "E5"),
        ("placeholder-text", "B6"),
    ]


def test_a_ditto_mark_is_no_amount(shared_full: Town) -> None:
    """Nor a year."""
    rows: list[dict[str, Any]] = [{"activity": "Grundskola", "cost": 900}, {"activity": "Förskola", "cost": '"'}]
    [judged] = shared_full.judge(("UBN.xlsx", shared_full.filled("UBN", {**BOARD, "budget": rows}))).returns
    assert [(f.rule, f.value) for f in judged.findings if f.severity == "error"] == [("wrong-type", '"')]
