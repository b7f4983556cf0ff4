"""A follow-up as one reader sees it: how goals and commitments stand, now and in the rounds before; what all its pages share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from styrxl.excel.pages import Link, cell_address
from styrxl.model.council_plan import CouncilAssessment
from styrxl.model.goal_tree import BOARD_COMMITMENT, BOARD_GOAL, COMMITMENTS, COUNCIL_GOAL, Node, build_tree
from styrxl.model.rollup import ASSESSMENTS, NO, PARTLY, STATUSES, YES, Coverage, Suggestion, YesPartlyNo, assessment_code, cover, suggest
from styrxl.model.rounds import Round
from styrxl.model.table_values import records
from styrxl.reports.history import PastRound, RoundHistory, TreeEntry, collect_tree_entries
from styrxl.reports.view import Owner, View

SIGNS: Mapping[YesPartlyNo, str] = {YES: "✓ ", PARTLY: "! ", NO: "✗ ", None: ""}
ADDED, MISSING, OUTSIDE = "added", "missing", "outside"  # in place of a status: new in the round, not answered, not asked about


@dataclass(frozen=True, slots=True)
class GoalRollup:
    """A council goal rolled up in a round: its parts, what they come to, and the council's own assessment where there is one."""

    goals: tuple[str | None, ...]  # the boards' assessments, None where one is missing
    commitments: tuple[str | None, ...]  # statuses; None where one is missing
    suggestion: Suggestion
    own: CouncilAssessment | None

    @property
    def value(self) -> YesPartlyNo:
        """What is in force: the council's own assessment, else the suggested one."""
        return ASSESSMENTS[self.own.assessment] if self.own else self.suggestion.value

    def goals_at(self, value: YesPartlyNo) -> int:
        """Count the boards' goals that are assessed so (None: as impossible to assess)."""
        return sum(code is not None and ASSESSMENTS[code] == value for code in self.goals)

    def commitments_at(self, value: YesPartlyNo) -> int:
        """Count the commitments with such a status (None: not started)."""
        return sum(code is not None and STATUSES.get(code) == value for code in self.commitments)


@dataclass(frozen=True)
class FollowupView:
    """A follow-up as one reader sees it."""

    view: View
    history: RoundHistory

    @cached_property
    def assessments(self) -> Mapping[str, Mapping[str, Any]]:
        """Rows that assess goals, by goal."""
        return {row["goal_id"]: row for row in records(self.view.table("goal_assessments")) if row["goal_id"]}

    @cached_property
    def statuses(self) -> Mapping[str, Mapping[str, Any]]:
        """Rows that say how commitments stand, by commitment."""
        return {row["commitment_id"]: row for row in records(self.view.table("commitment_status")) if row["commitment_id"]}

    @cached_property
    def last_statuses(self) -> Mapping[str, str]:
        """The status that each commitment was last given in an earlier round, also of those that have none now."""
        return {code: status for past in self.history.earlier for code, status in past.statuses.items()}

    @cached_property
    def entries(self) -> Mapping[str, TreeEntry]:
        """Goals and commitments as they were first handed in, by id."""
        return self.view.tree_entries.entries if self.view.tree_entries else {}

    @cached_property
    def asked(self) -> frozenset[str]:
        """The ids of owners that report in the round."""
        present = {*self.view.accepted, *self.view.issued}
        return frozenset(o.id for o in self.view.owners if o.id in present or (o.expected and self._has_plan(o)))

    def _has_plan(self, owner: Owner) -> bool:
        """Whether an owner has anything to follow up; a unit whose plan is in another system has not."""
        if not self.view.about_plans:
            return True
        planned = owner.id in self.history.plans.answers.returns
        return owner.kind != "unit" or not planned or any(e.row["_owner"] == owner.id for e in self.entries.values())

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes of the tree that the reader's owners have, and the council's goals."""
        return tuple(n for n in self.view.nodes if n.owner is None or n.owner in self.view.by_id)

    def status(self, code: str) -> str:
        """Return a commitment's status, or why it has none."""
        row = self.statuses.get(code)
        if row is not None and row["status"]:
            return str(row["status"])
        entry = self.entries.get(code)
        if entry is not None and entry.added == self.view.round and entry.row["_owner"] in self.view.accepted:
            return ADDED
        return MISSING if entry is None or entry.row["_owner"] in self.asked else OUTSIDE

    def assessed(self, code: str) -> str | None:
        """Return the assessment of a goal, or None."""
        row = self.assessments.get(code)
        return row["assessment"] if row else None

    # the words

    def assessment_word(self, code: str | None, *, sign: bool = True) -> str | None:
        """Return an assessment in words, with its sign."""
        if code is None:
            return None
        label = self.view.scope.forms.label("assessment", code)[self.view.scope.language]
        return (SIGNS[ASSESSMENTS[code]] if sign else "") + label

    def value_word(self, value: YesPartlyNo, *, sign: bool = True) -> str:
        """Return in words what a goal's parts come to."""
        return self.assessment_word(assessment_code(value, self.view.round.kind.scale), sign=sign) or ""

    def rollup_word(self, rollup: GoalRollup, scale: str | None = None) -> str:
        """Return in words what is in force of a council goal, on this round's scale or another."""
        code = rollup.own.assessment if rollup.own else assessment_code(rollup.value, scale or self.view.round.kind.scale)
        return self.assessment_word(code) or ""

    def silence_word(self, owner: str | None) -> str:
        """Say that an answer is missing, or that nobody has asked the owner for one."""
        return self.view.phrases.word("status_missing" if owner in self.asked else "status_outside")

    def status_word(self, code: str) -> str:
        """Return a status in words, with its sign."""
        if code in (ADDED, MISSING, OUTSIDE):
            return self.view.phrases.word(f"status_{code}")
        label = self.view.scope.forms.label("commitment_status", code)[self.view.scope.language]
        return SIGNS[STATUSES[code]] + label

    def added_word(self, code: str) -> str | None:
        """Say in which round a commitment was added; None for a planned one."""
        when = self.entries[code].added
        if when is None:
            return None
        word = self.view.phrases.word
        return word("added_now") if self.status(code) == ADDED else word("added_in", round=self.round_word(when))

    def round_word(self, round_: Round) -> str:
        """Return what a round is called in few words."""
        return round_.short_name(self.view.scope.language)

    # the council's goals

    @cached_property
    def council_goals(self) -> tuple[Node, ...]:
        """The council's goals: all of them, or those that concern the board that reads."""
        goals = [n for n in self.view.nodes if n.kind == COUNCIL_GOAL]
        return tuple(n for n in goals if self.view.board is None or n.below or n.also or self.view.board in self.coverage[n.id].concerned)

    @cached_property
    def coverage(self) -> Mapping[str, Coverage]:
        """How the boards cover each of the council's goals."""
        plans = self.history.plans.answers
        boards = [o.id for o in self.view.boards if o.kind == "board"]
        answering: dict[str, list[str]] = {}
        for board in boards:
            for row in plans.of("goal_responses", board):
                if row["concerns"] == "yes":
                    answering.setdefault(row["goal_id"], []).append(board)
        serving = self._serving
        goals = self.view.plan.council_goals(self.view.round.year)
        return {
            g.goal_id: cover([b for b in g.concerned_boards if b in boards], answering.get(g.goal_id, ()), serving.get(g.goal_id, set()))
            for g in goals
        }

    @cached_property
    def _serving(self) -> dict[str, set[str]]:
        """The boards that have a goal or commitment of their own that serves a council goal, first of all or besides, by goal."""
        serving: dict[str, set[str]] = {}
        for node in self.view.nodes:
            if node.owner is None or node.kind not in (BOARD_GOAL, BOARD_COMMITMENT):
                continue
            also = [self.view.by_node[m].council_goal for m in node.more if m in self.view.by_node]
            for goal in (node.council_goal, *also):
                if goal:
                    serving.setdefault(goal, set()).add(node.owner)
        return serving

    @cached_property
    def goal_rollups(self) -> Mapping[str, GoalRollup]:
        """Each of the council's goals rolled up in this round, by id."""
        return self._roll_up(self.nodes, self.assessed, self.status, self.view.round)

    @cached_property
    def earlier_rollups(self) -> tuple[tuple[Round, Mapping[str, GoalRollup]], ...]:
        """The council's goals rolled up in the rounds before, oldest first: last year's annual report, then this year's."""
        this_year = [(past.round, self._roll_up_past(past, self.history.plans, earlier)) for past, earlier in self._answered_rounds()]
        last, plans = self.history.last_year, self.history.last_plans
        if last and plans and last.answers.returns:
            return ((last.round, self._roll_up_past(last, plans, ())), *this_year)
        return tuple(this_year)

    def _answered_rounds(self) -> Iterator[tuple[PastRound, tuple[PastRound, ...]]]:
        """Yield the year's rounds that anybody answered, each with those before it."""
        for at, past in enumerate(self.history.earlier):
            if past.answers.returns:
                yield past, self.history.earlier[:at]

    def _roll_up_past(self, past: PastRound, plans: PastRound, earlier: Sequence[PastRound]) -> Mapping[str, GoalRollup]:
        owners = None if self.view.board is None else self.view.by_id
        tree_entries = collect_tree_entries(plans, (*earlier, past), owners)
        entry_owners = {entry.row["_owner"] for entry in tree_entries.entries.values()}
        organisations = {id_: found for id_ in entry_owners if (found := self.view.plan.find(id_, past.round.day))}
        units = {id_ for id_, organisation in organisations.items() if organisation.kind == "unit"}
        asked = {id_ for id_ in units if self.view.reports_in(organisations[id_], past.round)} | set(past.answers.returns)
        nodes = build_tree(self.view.plan.council_goals(past.round.year), tree_entries.frames, units=units)
        assessments, statuses = past.assessments, past.statuses

        def status(code: str) -> str:
            entry = tree_entries.entries[code]
            not_asked = entry.row["_owner"] in units - asked
            return statuses.get(code) or (OUTSIDE if not_asked else ADDED if entry.added == past.round else MISSING)

        visible = [n for n in nodes if n.owner is None or owners is None or n.owner in owners]
        return self._roll_up(visible, assessments.get, status, past.round)

    def _roll_up(
        self, nodes: Sequence[Node], assessed: Callable[[str], str | None], status: Callable[[str], str], round_: Round
    ) -> dict[str, GoalRollup]:
        goals: dict[str, list[str | None]] = {}
        commitments: dict[str, list[str | None]] = {}
        for node in nodes:
            if node.council_goal is None:
                continue
            if node.kind == BOARD_GOAL:
                goals.setdefault(node.council_goal, []).append(assessed(node.id))
            elif node.kind in COMMITMENTS and (code := status(node.id)) not in (OUTSIDE, ADDED):
                commitments.setdefault(node.council_goal, []).append(None if code == MISSING else code)
        own = self.view.plan.assessed(round_.id) if self.view.board is None else {}
        rollups = {}
        for node in nodes:
            if node.kind == COUNCIL_GOAL:
                codes, statuses = goals.get(node.id, []), commitments.get(node.id, [])
                suggestion = suggest([ASSESSMENTS[c] if c else None for c in codes], [STATUSES[s] if s else None for s in statuses])
                rollups[node.id] = GoalRollup(tuple(codes), tuple(statuses), suggestion, own.get(node.id))
        return rollups

    # links and counts

    def link(self, code: str) -> Link | None:
        """Return the link to the row that says how a goal or commitment stands, else to where it was first handed in."""
        row = self.assessments.get(code) or self.statuses.get(code)
        if row is not None:
            return self.view.row_link(row)
        entry = self.entries.get(code)
        if entry is None:
            return None
        sheet, at = entry.row["_sheet"], int(entry.row["_row"])
        return Link(f"{entry.return_.owner} · {sheet}!A{at}", entry.return_.path, cell_address(sheet, at))

    @cached_property
    def commitments(self) -> tuple[Node, ...]:
        """All commitments, in the order of owners."""
        return tuple(n for n in self.nodes if n.kind in COMMITMENTS)

    def count_statuses(self, owners: Sequence[str]) -> Counter[str]:
        """Count some owners' commitments by status."""
        wanted = set(owners)
        return Counter(self.status(n.id) for n in self.commitments if n.owner in wanted)
