"""How the council's goals stand in a round: what is said under each of them, what the rule makes of it, what the council has decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from styrxl.model.answers_in_force import AnswersInForce
from styrxl.model.council_plan import CouncilAssessment, Plan
from styrxl.model.goal_judgement import (
    ASSESSMENTS,
    NO,
    STATUSES,
    Coverage,
    Grade,
    Parts,
    Suggestion,
    cover,
    find_contradiction,
    grade_assessment,
    grade_status,
    judge_indicator,
    suggest,
)
from styrxl.model.goal_tree import BOARD_COMMITMENT, BOARD_GOAL, COMMITMENTS, COUNCIL_GOAL, Node
from styrxl.model.indicators import UNDIRECTED, Outcome, Target
from styrxl.model.rounds import Round

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class IndicatorState:
    """One of the council's indicators, and whether it is met in a round."""

    id: str
    name: str
    grade: Grade


@dataclass(frozen=True, slots=True)
class GoalState:
    """How one of the council's goals stands in a round.

    ``goals``, ``contributions``: codes of the boards' assessments, ``commitments``: of statuses; a code is None where it is missing.
    ``returned``: of the ``boards`` that the goal concerns or that serve it, those whose return is there.
    """

    goals: tuple[str | None, ...]
    commitments: tuple[str | None, ...]
    contributions: tuple[tuple[str, str], ...]  # board, code
    coverage: Coverage
    indicators: tuple[IndicatorState, ...]
    suggestion: Suggestion
    own: CouncilAssessment | None
    returned: tuple[str, ...]
    boards: tuple[str, ...]

    @property
    def grade(self) -> Grade:
        """What is in force: the council's own assessment, else what is suggested."""
        return grade_assessment(self.own.assessment) if self.own and self.own.assessment else self.suggestion.grade

    @property
    def preliminary(self) -> bool:
        """Whether a return is missing of a board that the goal concerns."""
        return len(self.returned) < len(self.boards)

    @property
    def contradiction(self) -> str | None:
        """How what is in force speaks against the council's indicators: ``missed``, ``all_met``; None where it does not."""
        return find_contradiction(self.grade, [indicator.grade for indicator in self.indicators])

    @property
    def missed(self) -> tuple[IndicatorState, ...]:
        """The indicators that are not met."""
        return tuple(indicator for indicator in self.indicators if indicator.grade == NO)

    @property
    def assessed(self) -> tuple[str | None, ...]:
        """What the boards say of their goals and contributions."""
        return (*self.goals, *(code for _, code in self.contributions))

    def count_assessed(self, grade: Grade) -> int:
        """Count the boards' goals and contributions that are assessed so (None: as impossible to assess)."""
        return sum(code is not None and ASSESSMENTS[code] == grade for code in self.assessed)

    def count_goals(self, grade: Grade) -> int:
        """Count the boards' goals that are assessed so (None: as impossible to assess)."""
        return sum(code is not None and ASSESSMENTS[code] == grade for code in self.goals)

    def count_commitments(self, grade: Grade) -> int:
        """Count the commitments with such a status (None: not started)."""
        return sum(code is not None and STATUSES.get(code) == grade for code in self.commitments)


GoalStates = Mapping[str, GoalState]  # by the goal's id


@dataclass(frozen=True, slots=True)
class RoundAnswers:
    """What a round and the year's plans say, of all boards and units.

    ``assessments``: codes by board goal. ``statuses``: codes by commitment, None where one is missing; only of those that were asked about.
    ``contributions``: rows of contribution_status, ``indicators``: of indicator_outcomes. ``returned``: owners with an accepted return.
    """

    round: Round
    plans: AnswersInForce
    boards: Sequence[str]
    nodes: Sequence[Node]
    assessments: Mapping[str, str]
    statuses: Mapping[str, str | None]
    contributions: Sequence[Row]
    indicators: Sequence[Row]
    returned: Collection[str]


def judge_goals(plan: Plan, answers: RoundAnswers) -> GoalStates:
    """Return how each of the council's goals stands."""
    goals, commitments = _collect_parts(answers)
    contributions = _collect_contributions(answers)
    coverage, boards = _cover_goals(plan, answers, contributions)
    measured, own = _judge_indicators(plan, answers), plan.assessed(answers.round.id)
    states = {}
    for id_ in (node.id for node in answers.nodes if node.kind == COUNCIL_GOAL):
        codes, statuses, given = goals.get(id_, ()), commitments.get(id_, ()), contributions.get(id_, {})
        parts = Parts(
            [grade_assessment(code) for code in codes],
            [grade_status(code) for code in statuses],
            [grade_assessment(code) for code in given.values()],
        )
        indicators = tuple(measured.get(id_, ()))
        states[id_] = GoalState(
            goals=tuple(codes),
            commitments=tuple(statuses),
            contributions=tuple(given.items()),
            coverage=coverage[id_],
            indicators=indicators,
            suggestion=suggest(parts, coverage[id_].grade, [indicator.grade for indicator in indicators]),
            own=own.get(id_),
            returned=tuple(board for board in boards[id_] if board in answers.returned),
            boards=boards[id_],
        )
    return states


def _cover_goals(
    plan: Plan, answers: RoundAnswers, contributions: Mapping[str, Mapping[str, str]]
) -> tuple[dict[str, Coverage], dict[str, tuple[str, ...]]]:
    """Return how the boards cover each of the council's goals, and all boards that it concerns or that serve it."""
    serving, answering, stated = _find_serving(answers.nodes), _find_answering(answers), plan.stated_coverage(answers.round.id)
    named = {goal.goal_id: [b for b in goal.concerned_boards if b in answers.boards] for goal in plan.goals}
    unknown = [board for board in answers.boards if board not in answers.plans.returns]
    coverage, every = {}, {}
    for id_ in (node.id for node in answers.nodes if node.kind == COUNCIL_GOAL):
        serves = {*serving.get(id_, ()), *contributions.get(id_, ())}
        covering = [board for board in answers.boards if board in serves]
        coverage[id_] = cover(named.get(id_, ()), answering.get(id_, ()), covering, unknown, stated.get(id_))
        every[id_] = tuple(board for board in answers.boards if board in {*coverage[id_].concerned, *covering})
    return coverage, every


def _collect_parts(answers: RoundAnswers) -> tuple[dict[str, list[str | None]], dict[str, list[str | None]]]:
    """Return the assessments of board goals, and the statuses of commitments, under each of the council's goals."""
    goals: dict[str, list[str | None]] = {}
    commitments: dict[str, list[str | None]] = {}
    for node in answers.nodes:
        if node.council_goal is None:
            continue
        if node.kind == BOARD_GOAL:
            goals.setdefault(node.council_goal, []).append(answers.assessments.get(node.id))
        elif node.kind in COMMITMENTS and node.id in answers.statuses:
            commitments.setdefault(node.council_goal, []).append(answers.statuses[node.id])
    return goals, commitments


def _collect_contributions(answers: RoundAnswers) -> dict[str, dict[str, str]]:
    """Return the assessments of contributions to each of the council's goals, by board."""
    contributions: dict[str, dict[str, str]] = {}
    for row in answers.contributions:
        if row["goal_id"] and row["assessment"]:
            contributions.setdefault(row["goal_id"], {})[row["_owner"]] = row["assessment"]
    return contributions


def _find_serving(nodes: Iterable[Node]) -> dict[str, set[str]]:
    """Return the boards that have a goal or commitment of their own that serves a council goal, first of all or besides, by goal."""
    nodes = tuple(nodes)
    council_goals = {node.id: node.council_goal for node in nodes}
    serving: dict[str, set[str]] = {}
    for node in nodes:
        if node.owner is None or node.kind not in (BOARD_GOAL, BOARD_COMMITMENT):
            continue
        for goal in (node.council_goal, *(council_goals.get(other) for other in node.more)):
            if goal:
                serving.setdefault(goal, set()).add(node.owner)
    return serving


def _find_answering(answers: RoundAnswers) -> dict[str, list[str]]:
    """Return the boards that answer that a council goal concerns them, by goal."""
    answering: dict[str, list[str]] = {}
    for board in answers.boards:
        for row in answers.plans.of("goal_responses", board):
            if row["concerns"] == "yes":
                answering.setdefault(row["goal_id"], []).append(board)
    return answering


def _judge_indicators(plan: Plan, answers: RoundAnswers) -> dict[str, list[IndicatorState]]:
    """Return whether the council's indicators of the year are met, by goal; of those that can be: one without direction cannot."""
    outcomes = {row["indicator_id"]: row for row in answers.indicators}
    indicators: dict[str, list[IndicatorState]] = {}
    for planned in plan.indicators:
        if planned["year"] != answers.round.year or planned.get("direction") == UNDIRECTED:
            continue
        row = outcomes.get(planned["indicator_id"], {})
        grade = grade_indicator(answers.round, row, planned)
        indicators.setdefault(planned["goal_id"], []).append(IndicatorState(planned["indicator_id"], planned["name"], grade))
    return indicators


def grade_indicator(round_: Round, row: Row, planned: Row) -> Grade:
    """Return whether an indicator is met, by its row of a round (as it was issued) and by what was planned."""
    return judge_indicator(
        final=round_.kind.final,
        outcome=Outcome.of(row, round_.year),
        target=Target.of(row, planned),
        answer=row.get("target_reached"),
    )
