"""The rule by which the council's goals are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from small_town import FORMS
from styrxl.model.goal_judgement import (
    ASSESSMENTS,
    COVERAGES,
    NO,
    PARTLY,
    STATUSES,
    TARGET_ANSWERS,
    YES,
    Assessment,
    Grade,
    Parts,
    assess,
    assessment_code,
    cover,
    find_contradiction,
    judge_indicator,
    meet_target,
    suggest,
    sum_up_indicators,
)
from styrxl.model.indicators import Measure, Outcome, Target

SAID = st.sampled_from([YES, PARTLY, NO, None])
GRADES = st.lists(SAID, max_size=9)
PARTS = st.builds(Parts, GRADES, GRADES, st.lists(SAID, max_size=3))
TEN = tuple("ABCDEFGHIJ")


# The table of docs/en/how-goals-are-judged.md: parts, coverage, indicators of each case.
HOMES = judge_indicator(final=False, outcome=Outcome(40), target=Target("higher", 120), answer="yes")
OLD = judge_indicator(final=True, outcome=Outcome(130, year=2026), target=Target("higher", 120), answer=None)
CASES: Mapping[str, tuple[Parts, Grade, Sequence[Grade]]] = {
    "nine of ten boards fulfilled; the tenth answered that it concerns it, without a goal": (
        *(Parts([YES] * 9), cover((), TEN, TEN[:9]).grade, ()),
    ),
    "all assessments yes; office's *Träffbild* Bristfällig": (Parts([YES] * 3), cover((), TEN[:3], TEN[:3], stated="poor").grade, ()),
    "t1: 40 of 120 homes built, *Nås målvärdet?* Ja; assessments yes": (Parts([YES, YES]), YES, [HOMES]),
    "year: one of three council indicators missed; assessments yes": (Parts([YES, YES]), YES, [YES, YES, NO]),
    "year: two council indicators, one met, the other's outcome of the year before; assessments yes": (Parts([YES, YES]), YES, [YES, OLD]),
    "year: of three council indicators two missed, the third's outcome of the year before; assessments yes": (
        *(Parts([YES, YES]), YES, [NO, NO, OLD]),
    ),
    "boards say *kan inte bedömas*, one indicator met": (Parts([None, None]), YES, [YES]),
    "no goals or commitments under it; two indicators met, none missed": (Parts(), NO, [YES, YES]),
    "six of ten parts said yes, four returns missing": (Parts([YES] * 6 + [None] * 4), YES, ()),
    "assessments no; indicators all met": (Parts([NO, NO]), YES, [YES, YES]),
}
SUGGESTED = {
    **dict.fromkeys(("fulfilled", "fulfilled (coverage 90 %)", "expected to be fulfilled", "fulfilled, preliminary, 6 of 10"), YES),
    "partly": PARTLY,
    "cannot be assessed": None,
    "not fulfilled, and the contradiction is remarked": NO,
}
PAGE = (Path(__file__).parents[2] / "docs" / "en" / "how-goals-are-judged.md").read_text("utf-8")
TABLE = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in PAGE.splitlines() if line.startswith("| ")][2:]


def test_the_table_has_all_cases() -> None:
    assert [case for case, _ in TABLE] == list(CASES)


@pytest.mark.parametrize("case, suggested", TABLE)
def test_the_table_of_cases(case: str, suggested: str) -> None:
    parts, coverage, indicators = CASES[case]
    found = suggest(parts, coverage, indicators)
    assert found.grade == SUGGESTED[suggested]
    assert (find_contradiction(found.grade, indicators) is not None) == suggested.endswith("remarked")


def test_the_share_of_the_first_case() -> None:
    coverage = cover((), TEN, TEN[:9])
    assert (len(coverage.covering), len(coverage.known), coverage.lacking) == (9, 10, ("J",))


def test_what_speaks_against_the_indicators_is_remarked() -> None:
    assert find_contradiction(NO, [YES, YES]) == "all_met"
    assert find_contradiction(YES, [YES, NO]) == "missed"
    assert find_contradiction(YES, [NO, None, None]) == "missed"  # too few to lower it
    for grade, indicators in ((YES, [YES, None]), (PARTLY, [NO]), (NO, [YES, None]), (NO, [YES, NO]), (NO, []), (None, [YES])):
        assert find_contradiction(grade, indicators) is None


# The assessments.


@pytest.mark.parametrize(
    "goals, commitments, grade, why, by",
    [
        ([], [], None, "nothing", "nothing"),
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
def test_each_step_of_the_rule(goals: list[Grade], commitments: list[Grade], grade: Grade, why: str, by: str) -> None:
    parts = Parts(goals, commitments)
    assert (assess(parts), parts.by) == (Assessment(grade, why), by)


@pytest.mark.parametrize(
    "parts, grade, by",
    [
        (Parts([YES, YES], contributions=[NO]), PARTLY, "goals"),  # it weighs as one goal
        (Parts([YES], contributions=[NO, NO]), NO, "goals"),
        (Parts([], [YES], contributions=[NO, NO]), NO, "commitments"),
        (Parts(contributions=[YES]), YES, "contributions"),
        (Parts(contributions=[None]), None, "contributions"),  # somebody was asked
    ],
)
def test_a_contribution_weighs_as_one_part(parts: Parts, grade: Grade, by: str) -> None:
    assert (assess(parts).grade, parts.by) == (grade, by)


@given(PARTS)
def test_it_is_never_better_than_the_best_part_nor_worse_than_the_worst(parts: Parts) -> None:
    grade = assess(parts).grade
    said = [g for g in (*parts.grades, *parts.commitments) if g is not None]
    own = [g for g in parts.grades if g is not None]
    if grade is None:
        assert parts.by == "nothing" or 2 * len(own) <= len(parts.grades)
    else:
        assert min(said) <= grade <= max(own)


@given(PARTS, st.integers(1, 9))
def test_what_says_nothing_is_never_half_a_yes(parts: Parts, more: int) -> None:
    """More goals that cannot be assessed may make the whole impossible to assess, and change nothing else."""
    if parts.goals:
        assert assess(replace(parts, goals=[*parts.goals, *[None] * more])).grade in (assess(parts).grade, None)


@given(PARTS, st.randoms())
def test_the_order_makes_no_difference(parts: Parts, rng: Random) -> None:
    mixed = list(parts.goals)
    rng.shuffle(mixed)
    assert assess(replace(parts, goals=mixed, commitments=parts.commitments[::-1])) == assess(parts)


# The suggestion.


@given(PARTS, SAID, GRADES)
def test_coverage_and_indicators_lower_to_partly_and_never_to_no(parts: Parts, coverage: Grade, indicators: list[Grade]) -> None:
    suggested, assessed = suggest(parts, coverage, indicators), assess(parts).grade
    if parts.by == "nothing":
        assert suggested.grade == sum_up_indicators(indicators)
    elif assessed == YES:
        assert (suggested.grade == PARTLY) == bool(suggested.lowered_by)
        assert suggested.grade in (YES, PARTLY)
    else:
        assert (suggested.grade, suggested.lowered_by) == (assessed, ())


def test_what_lowers_is_named() -> None:
    assert suggest(Parts([YES]), PARTLY, [NO]).lowered_by == ("coverage", "indicators")
    assert suggest(Parts([YES]), None, [NO, None]).lowered_by == ()  # neither says anything


# Indicators.


@pytest.mark.parametrize(
    "indicators, grade",
    [
        ([], None),
        ([YES, YES], YES),
        ([NO, NO], NO),
        ([YES, NO], PARTLY),
        ([YES, None], None),  # more than half must say something
        ([YES, YES, None], YES),
        ([NO, None, None], None),
    ],
)
def test_indicators_together(indicators: list[Grade], grade: Grade) -> None:
    assert sum_up_indicators(indicators) == grade


@pytest.mark.parametrize(
    "final, outcome, target, answer, grade",
    [
        (False, 40, Target("higher", 120), "yes", YES),
        (False, 130, Target("higher", 120), "no", NO),
        (False, 130, Target("higher", 120), "uncertain", None),
        (False, 130, Target("higher", 120), None, None),  # an older form did not ask
        (False, 130, Target("undirected", 120), "yes", None),
        (True, 119, Target("higher", 120), "yes", NO),
        (True, 120, Target("higher", 120), None, YES),
        (True, 120, Target(None, 120), None, YES),
        (True, 121, Target("lower", 120), None, NO),
        (True, 120, Target("lower", 120), None, YES),
        (True, None, Target("higher", 120), "yes", None),
        (True, 3, Target("higher", None), None, None),
        (True, 39.9, Target("within", 40, 60), None, NO),
        (True, 40, Target("within", 40, 60), None, YES),
        (True, 60, Target("within", 40, 60), None, YES),
        (True, 60.1, Target("within", 40, 60), None, NO),
        (True, 50, Target("within", 40), None, None),
        (True, "yes", Target("yes_no", "yes"), None, YES),
        (True, "no", Target("yes_no", "yes"), None, NO),
        (True, "no", Target("yes_no", "no"), None, YES),
        (True, 1, Target("yes_no", "yes"), None, None),
        (True, 74, Target("better", "higher", baseline=73), None, YES),
        (True, 73, Target("better", "higher", baseline=73), None, NO),
        (True, 72, Target("better", "lower", baseline=73), None, YES),
        (True, 74, Target("better", "lower", baseline=73), None, NO),
        (True, 74, Target("better", 80, baseline=73), None, YES),  # the target says which way; it is the baseline that counts
        (True, 74, Target("better", 70, baseline=73), None, NO),
        (True, 74, Target("better", 73, baseline=73), None, None),
        (True, 74, Target("better", "higher"), None, None),
        (True, 74, Target("undirected", 70), None, None),
        (True, "too_few", Target("higher", 120), None, None),
        (True, "too_few", Target("yes_no", "yes"), None, None),
        (True, "yes", Target("higher", 120), None, None),
    ],
)
def test_an_indicator(*, final: bool, outcome: Measure, target: Target, answer: str | None, grade: Grade) -> None:
    assert judge_indicator(final=final, outcome=Outcome(outcome), target=target, answer=answer) == grade
    assert judge_indicator(final=True, outcome=Outcome(outcome, year=2026), target=target, answer=answer) is None


def test_only_the_total_is_held_against_the_target() -> None:
    target = Target("higher", 80)
    assert [meet_target(Outcome(total, women=90, men=70), target) for total in (81, 79, "too_few", None)] == [YES, NO, None, None]


# Coverage.


@pytest.mark.parametrize(
    "named, answering, serving, unknown, grade, lacking",
    [
        (("A", "B"), (), ("A", "B"), (), YES, ()),
        (("A", "B"), ("C",), ("A", "C"), (), PARTLY, ("B",)),  # those that the council names go before those that answer
        ((), ("A", "B"), ("B",), (), PARTLY, ("A",)),
        ((), ("A",), ("B",), (), PARTLY, ("A",)),  # who has a goal there is concerned too
        ((), (), ("A",), (), YES, ()),
        ((), ("A",), (), (), NO, ("A",)),
        ((), (), (), (), NO, ()),
        (TEN[:4], (), TEN[:3], (), YES, ("D",)),  # three quarters are enough
        (TEN, (), TEN[:7], (), PARTLY, ("H", "I", "J")),
        (TEN[:4], (), ("A",), ("B", "C", "D"), YES, ()),  # who has no accepted plan is no part of the share
        (TEN[:4], (), ("A",), ("B", "C"), PARTLY, ("D",)),
        (("A", "B"), (), (), ("A", "B"), None, ()),
        ((), (), (), ("A",), None, ()),  # it may yet answer that it is concerned
        (("A",), (), (), ("B",), NO, ("A",)),
    ],
)
def test_coverage(
    named: Sequence[str], answering: Sequence[str], serving: Sequence[str], unknown: Sequence[str], grade: Grade, lacking: Sequence[str]
) -> None:
    found = cover(named, answering, serving, unknown)
    assert (found.grade, found.lacking) == (grade, lacking)


def test_what_the_office_says_of_coverage_goes_before_the_share() -> None:
    assert [cover(("A", "B"), (), ("A",), stated=code).grade for code in ("good", "partly", "poor")] == [YES, PARTLY, NO]


def test_every_word_of_the_lists_has_its_place() -> None:
    lists = FORMS.words.lists
    assert set(ASSESSMENTS) == set(lists["assessment"])
    assert set(STATUSES) == set(lists["commitment_status"])
    assert set(COVERAGES) == set(lists["coverage"])
    assert set(TARGET_ANSWERS) == set(lists["target_reached"])
    assert {assessment_code(v, "final") for v in (YES, PARTLY, NO, None)} == set(lists["assessment_final"])
    assert {assessment_code(v, "expected") for v in (YES, PARTLY, NO, None)} == set(lists["assessment_expected"])
