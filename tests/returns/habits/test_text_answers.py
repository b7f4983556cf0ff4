"""Texts that are no answers in words, and cells that hold several answers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ordinary_texts import ORDINARY_TEXTS
from styrxl.returns.habits.text_answers import count_answers
from town import BOARD, PRESCHOOL, Town


@pytest.mark.parametrize(
    "field, cell, typed",
    [
        ("text", "B5", 42),
        ("text", "B5", "42"),
        ("responsible", "E5", date(2027, 3, 1)),
        ("responsible", "E5", "2027-03-01"),
        ("expected_result", "H5", 1),
        ("expected_result", "H5", "1 200,50"),
    ],
)
def test_a_number_where_words_belong(shared_full: Town, field: str, cell: str, typed: Any) -> None:
    """It is asked about, whether it was typed as a number or as a text."""
    first, *rest = PRESCHOOL["commitments"]
    data = shared_full.filled("UBN-ÖST", {**PRESCHOOL, "commitments": [{**first, field: typed}, *rest]})
    [judged] = shared_full.judge(("UBN-ÖST.xlsx", data)).returns
    assert [(f.rule, f.cell) for f in judged.findings] == [("wrong-type", cell)]


def test_a_number_where_it_will_do(shared_full: Town) -> None:
    """Paragraphs, activities and projects may be numbers, and a result may be a share."""
    budget = [{"activity": 310, "revenue": 100, "cost": 900}]
    [confirmed] = BOARD["confirmation"]
    first, *rest = BOARD["commitments"]
    answers = {
        **BOARD,
        "budget": budget,
        "confirmation": [{**confirmed, "paragraph": 12, "registry_number": "2027/118"}],
        "commitments": [{**first, "expected_result": "100 %"}, *rest],
    }
    [judged] = shared_full.judge(("UBN.xlsx", shared_full.filled("UBN", answers))).returns
    assert judged.findings == ()


@pytest.mark.parametrize(
    "text, count",
    [
        ("1. Alla elever får en läskompis.\n2. Biblioteket har öppet varje dag.\n3. Lovskola erbjuds alla.", 3),
        ("1) Läsa\n2) Skriva", 2),
        ("Vi ska:\n• läsa mer\n• skriva mer", 2),
        ("- Läsa\n- Skriva\n- Räkna", 3),
        ("a) Läsa varje dag\nb) Skriva varje dag", 2),
        ("Alla elever får en läskompis.\nBiblioteket har öppet varje dag.", 2),
        ("Every pupil reads daily\nThe library is open\nSummer school for all", 3),
        ("1. Läsa varje dag 2. Skriva varje dag", 2),
        ("Läslust\nVi ska öka läslusten hos alla elever.", 1),
        ("Öka läsförståelsen\ngenom lovskola", 1),
        ("Genomföra steg 1. Sedan utvärdera", 1),
        ("- Läsa varje dag", 1),
        ("Nå 1.5 gånger fler, från 2.5", 1),
    ],
)
def test_answers_in_one_cell(text: str, count: int) -> None:
    """Lists with numbers or bullets, and sentences on lines of their own."""
    assert count_answers(text) == count


def test_several_commitments_are_asked_about(shared_full: Town) -> None:
    """They count as they stand; other texts may hold lists."""
    first, *rest = PRESCHOOL["commitments"]
    listed = "1. Läsa varje dag.\n2. Skriva varje dag."
    data = shared_full.filled("UBN-ÖST", {**PRESCHOOL, "commitments": [{**first, "text": listed, "expected_result": listed}, *rest]})
    [judged] = shared_full.judge(("UBN-ÖST.xlsx", data)).returns
    assert [(f.rule, f.cell, f.facts["n"]) for f in judged.findings] == [("several-in-one-cell", "B5", 2)]
    assert judged.verdict == "accepted"


def test_ordinary_texts_are_one_answer() -> None:
    """Nobody is asked about a commitment such as these."""
    assert [text for text in ORDINARY_TEXTS if count_answers(text) != 1] == []
