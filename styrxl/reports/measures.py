"""Targets and outcomes of indicators as cells of a page: a number as a number, all else in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from styrxl.excel.pages import Field
from styrxl.model.goal_judgement import NO, YES
from styrxl.model.indicators import TOO_FEW, UNDIRECTED, Measure, Outcome, Row, Target, describe_measure
from styrxl.reports.council_goals import grade_indicator
from styrxl.reports.view import View


def show_measure(value: Measure, language: str) -> float | str | None:
    """Return a target or outcome as a cell has it."""
    return describe_measure(value, language) if isinstance(value, str) else value


def show_outcome(outcome: Outcome | None, language: str) -> float | str | None:
    """Return an outcome, in all, as a cell has it; one of an older year with that: ``74 (avser 2026)``."""
    if outcome is None or outcome.value is None:
        return None
    return show_measure(outcome.value, language) if outcome.year is None else replace(outcome, women=None, men=None).describe(language)


def show_target(row: Row, planned: Row, language: str) -> str | None:
    """Return what is aimed at, in words: ``minst 80``."""
    return Target.of(row, planned).describe(language)


def show_aim(row: Row, language: str) -> Measure:
    """Return a planned target as a cell beside its direction has it: a number that is at least or at most, or words."""
    target = Target.of(row)
    says_all = target.direction in (None, "higher", "lower") and not isinstance(target.value, str)
    return target.value if says_all else target.describe(language)


def measure_field(heading: str, values: Iterable[Any], width: float) -> Field:
    """Return the column of some measures: of numbers, or where there are words among them one in which those find room."""
    return Field(heading, "measure" if any(isinstance(value, str) for value in values) else "number", width)


def tell_whether_reached(view: View, row: Row, planned: Row) -> str:
    """Say whether an indicator's target is reached or, before the year has ended, is expected to be; or why that cannot be said."""
    word, round_ = view.phrases.word, view.round
    if Target.of(row, planned).direction == UNDIRECTED:
        return word("reached_undirected")
    if not round_.kind.final and row.get("target_reached") == "uncertain":
        return word("expected_uncertain")
    grade = grade_indicator(round_, row, planned)
    if grade is not None:
        return word(f"{'reached' if round_.kind.final else 'expected'}_{ {YES: 'yes', NO: 'no'}[grade] }")
    outcome = Outcome.of(row, round_.year)
    if round_.kind.final and outcome.value is not None and outcome.year is not None:
        return word("reached_older", year=str(outcome.year))
    return word("reached_too_few" if round_.kind.final and outcome.value == TOO_FEW else "reached_unknown")
