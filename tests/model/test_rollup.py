"""The rule by which the council's goals are rolled up."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from small_town import FORMS
from styrxl.model.rollup import ASSESSMENTS, NO, PARTLY, STATUSES, YES, Suggestion, YesPartlyNo, assessment_code, cover, suggest

SAID = st.sampled_from([YES, PARTLY, NO, None])
PARTS = st.lists(SAID, max_size=9)


@pytest.mark.parametrize(
    "goals, commitments, value, why, by",
    [
        ([], [], None, "nothing", "commitments"),
        ([YES], [], YES, "all", "goals"),
        ([YES, YES], [YES, PARTLY], YES, "all", "goals"),  # half of the commitments is enough
        ([YES, YES], [YES, PARTLY, NO], PARTLY, "held_back", "goals"),
        ([YES], [None, None, YES], YES, "all", "goals"),  # what is not started says nothing yet
        ([YES, NO], [], PARTLY, "mixed", "goals"),
        ([YES, NO, NO], [YES, YES], NO, "mostly_no", "goals"),
        ([PARTLY, PARTLY], [YES], PARTLY, "mixed", "goals"),
        ([NO], [YES], NO, "mostly_no", "goals"),
        ([YES, None], [], None, "unknown", "goals"),  # half of them is too few
        ([YES, YES, None], [], YES, "all", "goals"),
        ([YES, PARTLY, None], [], PARTLY, "mixed", "goals"),
        ([None], [YES], None, "unknown", "goals"),
        ([], [YES, YES, None], YES, "all", "commitments"),
        ([], [YES, NO, NO], NO, "mostly_no", "commitments"),
        ([], [None, YES], None, "unknown", "commitments"),
    ],
)
def test_each_step_of_the_rule(goals: list[YesPartlyNo], commitments: list[YesPartlyNo], value: YesPartlyNo, why: str, by: str) -> None:
    assert suggest(goals, commitments) == Suggestion(value, why, by)


@given(PARTS, PARTS)
def test_it_is_never_better_than_the_best_part_nor_worse_than_the_worst(goals: list[YesPartlyNo], commitments: list[YesPartlyNo]) -> None:
    value = suggest(goals, commitments).value
    said = [p for p in (*goals, *commitments) if p is not None]
    own = [p for p in goals or commitments if p is not None]
    if value is None:
        assert 2 * len(own) <= len(goals or commitments)
    else:
        assert min(said) <= value <= max(own)


@given(PARTS, PARTS, st.integers(1, 9))
def test_what_says_nothing_is_never_half_a_yes(goals: list[YesPartlyNo], commitments: list[YesPartlyNo], more: int) -> None:
    """More goals that cannot be assessed may make the whole impossible to assess, and change nothing else."""
    if goals:
        assert suggest([*goals, *[None] * more], commitments).value in (suggest(goals, commitments).value, None)


@given(PARTS, PARTS, st.randoms())
def test_the_order_makes_no_difference(goals: list[YesPartlyNo], commitments: list[YesPartlyNo], rng: Random) -> None:
    mixed = list(goals)
    rng.shuffle(mixed)
    assert suggest(mixed, commitments[::-1]) == suggest(goals, commitments)


@pytest.mark.parametrize(
    "named, answering, serving, value, lacking",
    [
        (("A", "B"), (), {"A", "B"}, YES, ()),
        (("A", "B"), ("C",), {"A", "C"}, PARTLY, ("B",)),  # those that the council names go before those that answer
        ((), ("A", "B"), {"B"}, PARTLY, ("A",)),
        ((), ("A",), {"B"}, NO, ("A",)),
        ((), (), {"A"}, NO, ()),
    ],
)
def test_coverage(named: tuple[str, ...], answering: tuple[str, ...], serving: set[str], value: int, lacking: tuple[str, ...]) -> None:
    found = cover(named, answering, serving)
    assert (found.value, found.lacking) == (value, lacking)


def test_every_word_of_the_lists_has_its_place() -> None:
    lists = FORMS.words.lists
    assert set(ASSESSMENTS) == set(lists["assessment"])
    assert set(STATUSES) == set(lists["commitment_status"])
    assert {assessment_code(v, "final") for v in (YES, PARTLY, NO, None)} == set(lists["assessment_final"])
    assert {assessment_code(v, "expected") for v in (YES, PARTLY, NO, None)} == set(lists["assessment_expected"])
