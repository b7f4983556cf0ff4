"""How a follow-up's goals and commitments stand, now and in the rounds before: what its pages share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from styrxl.excel.pages import Link, cell_address
from styrxl.model.council_plan import CouncilAssessment
from styrxl.model.goal_tree import BOARD_GOAL, COMMITMENTS, COUNCIL_GOAL, Node, build_tree
from styrxl.model.rollup import ASSESSMENTS, NO, PARTLY, STATUSES, YES, Answer, Coverage, Suggestion, assessment_code, cover, suggest
from styrxl.model.rounds import Round
from styrxl.reports.history import Behind, Entry, Past, hanging
from styrxl.reports.view import Part, View, plain

SIGNS: Mapping[Answer, str] = {YES: "✓ ", PARTLY: "! ", NO: "✗ ", None: ""}
ADDED, MISSING, OUTSIDE = "added", "missing", "outside"  # what a commitment is that has no status
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a council goal stands in a round: its parts, what they come to, and the council's own word where there is one."""

    goals: tuple[str | None, ...]  # the boards' assessments, None where one is missing
    commitments: tuple[str | None, ...]  # statuses; None where one is missing
    suggestion: Suggestion
    own: CouncilAssessment | None

    @property
    def value(self) -> Answer:
        """What holds: the council's own assessment, else the suggested one."""
        return ASSESSMENTS[self.own.assessment] if self.own else self.suggestion.value

    def goals_at(self, value: Answer) -> int:
        """Count the boards' goals that are assessed so (None: as impossible to assess)."""
        return sum(code is not None and ASSESSMENTS[code] == value for code in self.goals)

    def commitments_at(self, value: Answer) -> int:
        """Count the commitments with such a status (None: not started)."""
        return sum(code is not None and STATUSES.get(code) == value for code in self.commitments)


@dataclass(frozen=True)
class Followed:
    """A follow-up as one reader sees it."""

    view: View
    behind: Behind

    @cached_property
    def assessments(self) -> Mapping[str, Row]:
        """Rows that assess goals, by goal."""
        return {r["goal_id"]: r for r in plain(self.view.table("goal_assessments")) if r["goal_id"]}

    @cached_property
    def statuses(self) -> Mapping[str, Row]:
        """Rows that say how commitments stand, by commitment."""
        return {r["commitment_id"]: r for r in plain(self.view.table("commitment_status")) if r["commitment_id"]}

    @cached_property
    def last_statuses(self) -> Mapping[str, str]:
        """The status that each commitment was last given in an earlier round, also of those who are silent now."""
        return {code: status for past in self.behind.earlier for code, status in statuses_of(past).items()}

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """Goals and commitments as they were first handed in, by id."""
        return self.view.hanging.entries if self.view.hanging else {}

    @cached_property
    def asked(self) -> frozenset[str]:
        """Owners that report in the round."""
        there = {*self.view.accepted, *self.view.issued}
        return frozenset(p.id for p in self.view.parts if p.id in there or (p.expected and self._something(p)))

    def _something(self, part: Part) -> bool:
        """Whether a part has anything to follow up; a unit whose plan is in another system has not."""
        planned = part.id in self.behind.plans.told.returns
        return part.kind != "unit" or not planned or any(e.row["_owner"] == part.id for e in self.entries.values())

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The tree's nodes whose owner the reader has, and the council's goals."""
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
        label = self.view.scope.forms.words.lists["assessment"][code][self.view.scope.language]
        return (SIGNS[ASSESSMENTS[code]] if sign else "") + label

    def said(self, value: Answer, round_: Round | None = None, *, sign: bool = True) -> str:
        """Return in words what a goal's parts come to."""
        return self.assessment_word(assessment_code(value, (round_ or self.view.round).kind), sign=sign) or ""

    def status_word(self, code: str) -> str:
        """Return a status in words, with its sign."""
        if code in (ADDED, MISSING, OUTSIDE):
            return self.view.phrases.word(f"status_{code}")
        label = self.view.scope.forms.words.lists["commitment_status"][code][self.view.scope.language]
        return SIGNS[STATUSES[code]] + label

    def round_word(self, round_: Round) -> str:
        """Return what a round is called in few words."""
        return self.view.phrases.word(f"round_{round_.kind}", year=round_.year)

    # the council's goals

    @cached_property
    def council(self) -> tuple[Node, ...]:
        """The council's goals: all of them, or those that concern the board that reads."""
        goals = [n for n in self.view.nodes if n.kind == COUNCIL_GOAL]
        return tuple(n for n in goals if self.view.board is None or n.below or n.also or self.view.board in self.coverage[n.id].concerned)

    @cached_property
    def coverage(self) -> Mapping[str, Coverage]:
        """How the boards cover each of the council's goals."""
        plans = self.behind.plans.told
        boards = [p.id for p in self.view.boards if p.kind == "board"]
        answering: dict[str, list[str]] = {}
        for board in boards:
            for row in plans.of("goal_responses", board):
                if row["concerns"] == "yes":
                    answering.setdefault(row["goal_id"], []).append(board)
        serving = self._serving
        goals = self.view.plan.council_goals(self.view.scope.year)
        return {
            g.goal_id: cover([b for b in g.concerned_boards if b in boards], answering.get(g.goal_id, ()), serving.get(g.goal_id, set()))
            for g in goals
        }

    @cached_property
    def _serving(self) -> dict[str, set[str]]:
        """Return which boards have a goal or commitment of their own that serves a council goal, first of all or besides."""
        found: dict[str, set[str]] = {}
        for node in self.view.nodes:
            if node.owner is None or node.kind not in (BOARD_GOAL, "board_commitment"):
                continue
            also = [self.view.by_node[m].council_goal for m in node.more if m in self.view.by_node]
            for goal in (node.council_goal, *also):
                if goal:
                    found.setdefault(goal, set()).add(node.owner)
        return found

    @cached_property
    def standings(self) -> Mapping[str, Standing]:
        """How each of the council's goals stands now."""
        return self._standings(self.nodes, self.assessed, self.status, self.view.round)

    @cached_property
    def before(self) -> tuple[tuple[Round, Mapping[str, Standing]], ...]:
        """How the council's goals stood in the rounds before, oldest first: last year's annual report, then this year's."""
        found = [(past.round, self._past(past, self.behind.plans, earlier)) for past, earlier in self._earlier()]
        last, plans = self.behind.last_year, self.behind.last_plans
        return ((last.round, self._past(last, plans, ())), *found) if last and plans and last.told.returns else tuple(found)

    def _earlier(self) -> Iterator[tuple[Past, tuple[Past, ...]]]:
        for at, past in enumerate(self.behind.earlier):
            if past.told.returns:
                yield past, self.behind.earlier[:at]

    def _past(self, past: Past, plans: Past, earlier: Sequence[Past]) -> Mapping[str, Standing]:
        owners = None if self.view.board is None else self.view.by_id
        those = hanging(plans, (*earlier, past), owners)
        units = {
            o
            for o in {e.row["_owner"] for e in those.entries.values()}
            if (org := self.view.plan.find(o, past.round.day)) and org.kind == "unit"
        }
        nodes = build_tree(self.view.plan.council_goals(past.round.year), those.frames, units=units)
        assessments, statuses = assessments_of(past), statuses_of(past)
        asked = {o for o in units if (org := self.view.plan.find(o, past.round.day)) and self.view.asked(org, past.round)} | set(
            past.told.returns
        )

        def status(code: str) -> str:
            entry = those.entries[code]
            silent = entry.row["_owner"] in units - asked
            return statuses.get(code) or (OUTSIDE if silent else ADDED if entry.added == past.round else MISSING)

        mine = [n for n in nodes if n.owner is None or owners is None or n.owner in owners]
        return self._standings(mine, assessments.get, status, past.round)

    def _standings(
        self, nodes: Sequence[Node], assessed: Callable[[str], str | None], status: Callable[[str], str], round_: Round
    ) -> dict[str, Standing]:
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
        found = {}
        for node in nodes:
            if node.kind == COUNCIL_GOAL:
                parts, kept = goals.get(node.id, []), commitments.get(node.id, [])
                suggestion = suggest([ASSESSMENTS[p] if p else None for p in parts], [STATUSES[k] if k else None for k in kept])
                found[node.id] = Standing(tuple(parts), tuple(kept), suggestion, own.get(node.id))
        return found

    # links and counts

    def link(self, code: str) -> Link | None:
        """Return the link to the row that says how a goal or commitment stands, else to where it was first handed in."""
        row = self.assessments.get(code) or self.statuses.get(code)
        if row is not None:
            return self.view.link(int(row["_source"]), row["_sheet"], int(row["_row"]))
        entry = self.entries.get(code)
        if entry is None:
            return None
        sheet, at = entry.row["_sheet"], int(entry.row["_row"])
        return Link(f"{entry.of.owner} · {sheet}!A{at}", entry.of.path, cell_address(sheet, at))

    @cached_property
    def commitments(self) -> tuple[Node, ...]:
        """All commitments, in the order of owners."""
        return tuple(n for n in self.nodes if n.kind in COMMITMENTS)

    def by_status(self, owners: Sequence[str]) -> Counter[str]:
        """Count some owners' commitments by status."""
        wanted = set(owners)
        return Counter(self.status(n.id) for n in self.commitments if n.owner in wanted)

    def under(self, board: str) -> list[Part]:
        """Return a board and its units."""
        return [p for p in self.view.parts if p.board == board]


def assessments_of(past: Past) -> dict[str, str]:
    """Return what a round assessed, by goal."""
    return {
        r["goal_id"]: r["assessment"] for rows in past.told.tables.get("goal_assessments", {}).values() for r in rows if r["assessment"]
    }


def statuses_of(past: Past) -> dict[str, str]:
    """Return the statuses that a round gave, by commitment."""
    return {r["commitment_id"]: r["status"] for rows in past.told.tables.get("commitment_status", {}).values() for r in rows if r["status"]}
