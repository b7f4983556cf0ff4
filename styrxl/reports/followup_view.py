"""A follow-up as one reader sees it: how goals and commitments stand, now and in the rounds before; what all its pages share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from styrxl.excel.pages import Link
from styrxl.model.goal_judgement import ASSESSMENTS, NO, PARTLY, STATUSES, YES, Grade, assessment_code
from styrxl.model.goal_tree import COMMITMENTS, COUNCIL_GOAL, Node, build_tree
from styrxl.model.rounds import Round
from styrxl.model.table_values import records
from styrxl.reports.council_goals import GoalState, GoalStates, RoundAnswers, judge_goals
from styrxl.reports.history import PastRound, RoundHistory, TreeEntry, collect_tree_entries, return_link
from styrxl.reports.view import Owner, View

SIGNS: Mapping[Grade, str] = {YES: "✓ ", PARTLY: "! ", NO: "✗ ", None: ""}
ADDED, MISSING, OUTSIDE = "added", "missing", "outside"  # in place of a status: new in the round, not answered, not asked about


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
    def contributions(self) -> Mapping[str, list[Mapping[str, Any]]]:
        """Rows that say how boards contribute to council goals for which they have nothing of their own, by goal."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for row in records(self.view.table("contribution_status")):
            if row["goal_id"]:
                found.setdefault(row["goal_id"], []).append(row)
        return found

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

    def value_word(self, value: Grade, *, sign: bool = True) -> str:
        """Return in words what a goal's parts come to."""
        return self.assessment_word(assessment_code(value, self.view.round.kind.scale), sign=sign) or ""

    def state_word(self, state: GoalState) -> str:
        """Return in words, with its sign, what is in force of a council goal in this round."""
        return (self.assessment_word(state.own.assessment) if state.own else self.value_word(state.suggestion.grade)) or ""

    def suggestion_word(self, state: GoalState, round_: Round) -> str:
        """Return in words, with its sign, what was suggested for a council goal in a round: ``✓ Uppfyllt (preliminärt 6 av 10)``."""
        what = self.assessment_word(assessment_code(state.suggestion.grade, round_.kind.scale)) or ""
        return self._mark("preliminary_mark", state, what) if state.preliminary else what

    def marked_state(self, state: GoalState) -> str:
        """Return in words what is in force of a council goal, and whose word it is: ``✓ Uppfyllt (förslag, preliminärt 6 av 10)``."""
        key = "own_mark" if state.own else "suggested_preliminary_mark" if state.preliminary else "suggested_mark"
        return self._mark(key, state, self.state_word(state))

    def state_in_force(self, state: GoalState) -> str:
        """Return it where suggestions need not be named as such: ``✓ Uppfyllt (preliminärt 6 av 10)``."""
        key = "own_mark" if state.own else "preliminary_mark" if state.preliminary else None
        return self._mark(key, state, self.state_word(state)) if key else self.state_word(state)

    def _mark(self, key: str, state: GoalState, what: str) -> str:
        return self.view.phrases.word(key, what=what, n=len(state.returned), total=len(state.boards))

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
        board, states = self.view.board, self.goal_states
        return tuple(n for n in goals if board is None or n.below or n.also or board in states[n.id].coverage.concerned)

    @property
    def goal_states(self) -> GoalStates:
        """How each of the council's goals stands in this round, by id; of the whole municipality, whoever reads."""
        return self._judged_goals[0]

    @property
    def earlier_states(self) -> tuple[tuple[Round, GoalStates], ...]:
        """How the council's goals stood in the rounds before, oldest first: in last year's annual report, then in this year's rounds."""
        return self._judged_goals[1]

    @cached_property
    def _judged_goals(self) -> tuple[GoalStates, tuple[tuple[Round, GoalStates], ...]]:
        """How the council's goals stand, now and before; worked out once for all readers of a round."""
        known, asked = self.history.known.get("judged_goals"), (self.view.judged, self.view.plan)
        if known is None or any(a is not b for a, b in zip(known[0], asked, strict=True)):
            whole = self if self.view.board is None else FollowupView(replace(self.view, board=None), self.history)
            known = self.history.known["judged_goals"] = (asked, whole._judge_now(), whole._judge_earlier())  # noqa: SLF001 -- its own kind
        return known[1], known[2]

    def _judge_now(self) -> GoalStates:
        statuses = {n.id: self.status(n.id) for n in self.nodes if n.kind in COMMITMENTS}
        answers = RoundAnswers(
            round=self.view.round,
            plans=self.history.plans.answers,
            boards=self._boards,
            nodes=self.nodes,
            assessments={code: row["assessment"] for code, row in self.assessments.items() if row["assessment"]},
            statuses=_list_asked(statuses),
            contributions=[row for rows in self.contributions.values() for row in rows],
            indicators=list(records(self.view.table("indicator_outcomes"))),
            returned=self.view.accepted.keys(),
        )
        return judge_goals(self.view.plan, answers)

    @property
    def _boards(self) -> list[str]:
        return [o.id for o in self.view.boards if o.kind == "board" and o.there]

    def _judge_earlier(self) -> tuple[tuple[Round, GoalStates], ...]:
        this_year = [(past.round, self._judge_past(past, self.history.plans, earlier)) for past, earlier in self._answered_rounds()]
        last, plans = self.history.last_year, self.history.last_plans
        if last and plans and last.answers.returns:
            return ((last.round, self._judge_past(last, plans, ())), *this_year)
        return tuple(this_year)

    def _answered_rounds(self) -> Iterator[tuple[PastRound, tuple[PastRound, ...]]]:
        """Yield the year's rounds that anybody answered, each with those before it."""
        for at, past in enumerate(self.history.earlier):
            if past.answers.returns:
                yield past, self.history.earlier[:at]

    def _judge_past(self, past: PastRound, plans: PastRound, earlier: Sequence[PastRound]) -> GoalStates:
        tree_entries = collect_tree_entries(plans, (*earlier, past), None)
        entry_owners = {entry.row["_owner"] for entry in tree_entries.entries.values()}
        organisations = {id_: found for id_ in entry_owners if (found := self.view.plan.find(id_, past.round.day))}
        units = {id_ for id_, organisation in organisations.items() if organisation.kind == "unit"}
        asked = {id_ for id_ in units if self.view.reports_in(organisations[id_], past.round)} | set(past.answers.returns)
        given = past.statuses

        def status(code: str) -> str:
            entry = tree_entries.entries[code]
            not_asked = entry.row["_owner"] in units - asked
            return given.get(code) or (OUTSIDE if not_asked else ADDED if entry.added == past.round else MISSING)

        nodes = build_tree(self.view.plan.council_goals(past.round.year), tree_entries.frames, units=units)
        answers = RoundAnswers(
            round=past.round,
            plans=plans.answers,
            boards=self._boards,
            nodes=nodes,
            assessments=past.assessments,
            statuses=_list_asked({n.id: status(n.id) for n in nodes if n.kind in COMMITMENTS}),
            contributions=past.rows("contribution_status"),
            indicators=past.rows("indicator_outcomes"),
            returned=past.answers.returns.keys(),
        )
        return judge_goals(self.view.plan, answers)

    # links and counts

    def link(self, code: str) -> Link | None:
        """Return the link to the row that says how a goal or commitment stands, else to where it was first handed in."""
        row = self.assessments.get(code) or self.statuses.get(code)
        if row is not None:
            return self.view.row_link(row)
        entry = self.entries.get(code)
        if entry is None:
            return None
        return return_link(entry.return_, entry.row["_sheet"], int(entry.row["_row"]))

    @cached_property
    def commitments(self) -> tuple[Node, ...]:
        """All commitments, in the order of owners."""
        return tuple(n for n in self.nodes if n.kind in COMMITMENTS)

    def count_statuses(self, owners: Sequence[str]) -> Counter[str]:
        """Count some owners' commitments by status."""
        wanted = set(owners)
        return Counter(self.status(n.id) for n in self.commitments if n.owner in wanted)


def _list_asked(statuses: Mapping[str, str]) -> dict[str, str | None]:
    """Return the statuses of commitments that were asked about, None where an answer is missing."""
    return {code: None if status == MISSING else status for code, status in statuses.items() if status not in (OUTSIDE, ADDED)}
