"""The council's multi-year plan as values: who there is, which goals hold, which frames apply."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from typing import Any
from unicodedata import normalize

from styrxl.model.amounts import add_amounts
from styrxl.model.assignments import Assignment
from styrxl.model.findings import Finding
from styrxl.model.forms import EVERYBODY
from styrxl.model.levels import list_kinds
from styrxl.model.rounds import Round, RoundKinds

PLAN_FORM = "multi_year_plan"
COUNCIL_TABLES = (
    "organisation",
    "council_goals",
    "frames",
    "frame_adjustments",
    "waivers",
    "council_indicators",
    "council_assessments",
    "overall",
    "last_year",
    "assignments",
)
PlanRows = Mapping[str, Sequence[Mapping[str, Any]]]  # by table its rows, field -> value; days as dates, None where a cell is empty
BALANCED_KINDS = ("redistribution", "central_reserve")  # of adjustments: the rows of one decision come to zero
BOARD_LIKE = ("board", "council", "audit", "common")

_OVERALL = ("judgement", "balance_result", "tax_revenue", "general_grants", "net_financial_items")  # fields, in the order of ``Overall``
PLAN_FILE = "flerarsplan.xlsx"  # in the workspace
PLACED_TABLES = ("frames", "overall")  # whose amounts reports lead back to
STANDARD_FORMS = "standard"  # in Mallvariant: the standard forms, whatever those above have

_PARTED = re.compile(r"[;,/\n&+]|\boch\b|\band\b")


@dataclass(frozen=True, slots=True)
class Organisation:
    """A row of the sheet Organisation: a part of the municipality during a period."""

    org_id: str
    name: str
    kind: str  # council, board, administration, unit, audit, common, finance, company, joint_authority
    board_id: str | None
    administration_id: str | None
    email: tuple[str, ...]
    contact: str | None
    language: str | None
    profile: str | None  # the variant of forms that it has itself; ``Plan.find`` knows which one counts
    followup_rounds: tuple[str, ...]  # keys of kinds of rounds: t1, t2, year
    start: date | None
    end: date | None

    def holds(self, day: date) -> bool:
        """Whether the row holds on a day."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class CouncilGoal:
    """A row of the sheet Mål."""

    goal_id: str
    text: str
    focus_area: str
    dimension: str
    sound_management: bool
    concerned_boards: tuple[str, ...]
    from_year: int
    to_year: int

    @property
    def is_financial(self) -> bool:
        """Whether it is one of the financial goals; the others are about what the municipality does, and how well."""
        return self.dimension == "economy"

    def holds(self, year: int) -> bool:
        """Whether the goal holds in a year."""
        return self.from_year <= year <= self.to_year


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A change of a board's frame by the council (tkr, with sign)."""

    board_id: str
    year: int
    date: date
    operating: float
    investment: float
    decision: str
    kind: str | None = None  # addition, redistribution, carried_over, central_reserve


@dataclass(frozen=True, slots=True)
class Frame:
    """A board's frame for a year, as decided and as adjusted up to a day (tkr); ``later``: what was decided after that day."""

    operating: float | None
    investment: float | None
    adjustments: tuple[Adjustment, ...] = ()
    later: tuple[Adjustment, ...] = ()

    @property
    def current_operating(self) -> float | None:
        """Operating frame with its adjustments."""
        return None if self.operating is None else add_amounts((self.operating, *(a.operating for a in self.adjustments)))

    @property
    def current_investment(self) -> float | None:
        """Investment frame with its adjustments."""
        if self.investment is None and not any(a.investment for a in self.adjustments):
            return None
        return add_amounts((self.investment, *(a.investment for a in self.adjustments)))


@dataclass(frozen=True, slots=True)
class Waiver:
    """A rule waived for an owner and a round."""

    owner: str
    round: str
    rule: str
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class CouncilAssessment:
    """The council's own assessment of one of its goals in a round, or its office's word on how well the boards cover it, or both."""

    round: str
    goal_id: str
    assessment: str | None
    reason: str | None
    decision: str | None
    coverage: str | None = None


@dataclass(frozen=True, slots=True)
class Overall:
    """The municipality as a whole in a round: the executive board's judgement of its financial management, and its money (tkr)."""

    round: str
    judgement: str | None
    balance_result: float | None
    tax_revenue: float | None = None
    general_grants: float | None = None
    net_financial_items: float | None = None


@dataclass(frozen=True, slots=True)
class PastOutcome:
    """A row of the sheet Föregående år: what an activity, or a board as a whole (None), had cost in a round, net (tkr)."""

    board_id: str
    activity: str | None
    round: str
    outcome_net: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The multi-year plan; ``indicators`` has the rows of the table council_indicators, field -> value, None where a cell is empty."""

    organisations: tuple[Organisation, ...]
    goals: tuple[CouncilGoal, ...]
    frames: Mapping[tuple[str, int], tuple[float | None, float | None]]
    adjustments: tuple[Adjustment, ...]
    waivers: tuple[Waiver, ...]
    indicators: tuple[Mapping[str, Any], ...]
    assessments: tuple[CouncilAssessment, ...] = ()
    findings: tuple[Finding, ...] = ()  # of which the controller is told
    overall: tuple[Overall, ...] = ()
    past_outcomes: tuple[PastOutcome, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    # ("frames", board, year) or ("overall", round) -> sheet and row of the plan
    places: Mapping[tuple[Any, ...], tuple[str, int]] = field(default_factory=dict)
    _by_id: dict[str, list[Organisation]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def for_judging(self) -> Plan:
        """Return what returns are judged by: without what is written of results, which reports alone show, and where it stands."""
        return replace(self, assessments=(), findings=(), overall=(), past_outcomes=(), places={})

    def find(self, org_id: str, day: date) -> Organisation | None:
        """Row that holds for an id on a day, else its latest earlier one, else any, else None; with the variant of forms that it has."""
        row = self._find_row(org_id, day)
        return self._with_profile(row, day) if row else None

    def _find_row(self, org_id: str, day: date) -> Organisation | None:
        rows = self.rows_of(org_id)
        holding = [o for o in rows if o.holds(day)]
        rest = holding or sorted(rows, key=lambda o: o.start or date.min)
        return rest[-1] if rest else None

    def _with_profile(self, organisation: Organisation, day: date) -> Organisation:
        """Return a row with the variant of forms that counts: its own, else of a unit its administration's, else its board's."""
        profile = organisation.profile
        if profile is None and organisation.kind == "unit":
            above = (self._find_row(org_id, day) for org_id in (organisation.administration_id, organisation.board_id) if org_id)
            profile = next((row.profile for row in above if row and row.profile), None)
        profile = None if profile == STANDARD_FORMS else profile
        return organisation if profile == organisation.profile else replace(organisation, profile=profile)

    def rows_of(self, org_id: str) -> Sequence[Organisation]:
        """Return the rows of an id, in the plan's order; none of one that it never had."""
        return self._rows().get(org_id, ())

    def _rows(self) -> Mapping[str, list[Organisation]]:
        if not self._by_id:  # looking through ten thousand units for each of them would take minutes
            by_id: dict[str, list[Organisation]] = {}
            for organisation in self.organisations:
                by_id.setdefault(organisation.org_id, []).append(organisation)
            self._by_id.update(by_id)  # all at once: another thread may look at the same time
        return self._by_id

    def spelled(self, typed: str) -> str:
        """Return the id that somebody means who typed it without heed to case or spaces, else what was typed."""
        wanted = _plainly(typed)
        matches = [org_id for org_id in self._rows() if _plainly(org_id) == wanted]
        return matches[0] if len(matches) == 1 else typed

    def nearest(self, typed: str) -> list[str]:
        """Return the ids that are most like what was typed, and those of whoever bears it as a name."""
        wanted = _plainly(typed)
        named = [o.org_id for o in self.organisations if _plainly(o.name) == wanted]
        like = {_plainly(org_id): org_id for org_id in self._rows()}
        close = get_close_matches(wanted, like, n=3, cutoff=0.66)
        return list(dict.fromkeys([*named, *(like[spelling] for spelling in close)]))

    def holding(self, day: date) -> list[Organisation]:
        """Organisations on a day, in the plan's order: one that has changed stays where it first stood; as ``find`` has each."""
        return [self._with_profile(o, day) for rows in self._rows().values() for o in rows if o.holds(day)]

    def names(self, day: date) -> dict[str, str]:
        """Name of each organisation on a day, by id; of one that is not there then as ``find`` has it."""
        return {org_id: organisation.name for org_id in self._rows() if (organisation := self.find(org_id, day))}

    def of_kind(self, kinds: Iterable[str], day: date) -> list[Organisation]:
        """Organisations of some kinds on a day, in the plan's order."""
        wanted = frozenset(kinds)
        return [o for o in self.holding(day) if o.kind in wanted]

    def units(self, board_id: str, day: date) -> list[Organisation]:
        """Units of a board on a day, in the plan's order."""
        return [o for o in self.of_kind(["unit"], day) if o.board_id == board_id]

    def answering(self, levels: Iterable[str], round_: Round) -> list[Organisation]:
        """Return who is to answer in a round: the organisations of some levels on its day; of units those whose board has chosen it."""
        organisations = [o for o in self.of_kind(list_kinds(levels), round_.day) if o.kind != "council" or self._spends(o, round_.year)]
        if not round_.followup:
            return organisations
        choosing = {o.org_id for o in self.of_kind(BOARD_LIKE, round_.day) if round_.kind.key in o.followup_rounds}
        return [o for o in organisations if o.kind != "unit" or o.board_id in choosing]

    def _spends(self, organisation: Organisation, year: int) -> bool:
        """Whether an organisation has a frame in a year."""
        return (organisation.org_id, year) in self.frames

    def council_goals(self, year: int) -> list[CouncilGoal]:
        """Council goals that hold in a year."""
        return [goal for goal in self.goals if goal.holds(year)]

    def sound_goals(self, year: int) -> tuple[list[CouncilGoal], list[CouncilGoal]]:
        """Return the goals for sound financial management that hold in a year: the financial ones, and the others."""
        goals = [goal for goal in self.council_goals(year) if goal.sound_management]
        return [g for g in goals if g.is_financial], [g for g in goals if not g.is_financial]

    def frame(self, board_id: str, year: int, day: date) -> Frame:
        """Frame of a board for a year with the adjustments decided up to a day; those of later days stand apart."""
        operating, investment = self.frames.get((board_id, year), (None, None))
        changes = [a for a in self.adjustments if a.board_id == board_id and a.year == year]
        counted, later = (tuple(a for a in changes if (a.date <= day) == counts) for counts in (True, False))
        return Frame(operating, investment, counted, later)

    def responsible(self, assignment: Assignment, day: date) -> list[str]:
        """Return the ids of those who answer for an assignment on a day, in the plan's order; last those named who are not there then."""
        asked = [o.org_id for o in self.holding(day) if assignment.concerns(o.org_id, o.kind)]
        return [*asked, *(org_id for org_id in assignment.responsible if org_id not in (*asked, EVERYBODY))]

    def find_overall(self, round_: str) -> Overall | None:
        """Return what is said of the municipality as a whole in a round: of several rows the last one."""
        return next((row for row in reversed(self.overall) if row.round == round_), None)

    def assessed(self, round_: str) -> dict[str, CouncilAssessment]:
        """Return the council's own assessments in a round, by goal: of several the last one."""
        return {a.goal_id: a for a in self.assessments if a.round == round_ and a.assessment}

    def stated_coverage(self, round_: str) -> dict[str, str]:
        """Return what the council's office says in a round of how well boards cover goals, by goal: of several the last one."""
        return {a.goal_id: a.coverage for a in self.assessments if a.round == round_ and a.coverage}


def _plainly(text: str) -> str:
    return " ".join(normalize("NFC", text).casefold().split())


def ids(text: Any) -> tuple[str, ...]:
    """Ids in a cell, separated by semicolons."""
    return tuple(part for part in str(text).split(";") if part) if isinstance(text, str) else ()


def round_words(text: Any) -> tuple[str, ...]:
    """Return what somebody wrote in Uppföljning, round by round."""
    return tuple(part.strip() for part in _PARTED.split(text) if part.strip()) if isinstance(text, str) else ()


def make_council_plan(tables: PlanRows, kinds: RoundKinds, findings: Iterable[Finding] = ()) -> Plan:
    """Return the plan that the checked rows of ``multi_year_plan`` make; ``findings``: what the controller is told of it."""
    rows = {name: tables.get(name, ()) for name in COUNCIL_TABLES}
    return Plan(
        organisations=tuple(_organisation(row, kinds) for row in rows["organisation"]),
        goals=tuple(map(_goal, rows["council_goals"])),
        frames={(r["board_id"], int(r["year"])): (r["operating_frame"], r["investment_frame"]) for r in rows["frames"]},
        adjustments=tuple(map(_adjustment, rows["frame_adjustments"])),
        waivers=tuple(Waiver(r["owner"], kinds.read(r["round"]).id, r["rule"], r["reason"], r["until"]) for r in rows["waivers"]),
        indicators=tuple(rows["council_indicators"]),
        assessments=tuple(
            CouncilAssessment(kinds.read(r["round"]).id, r["goal_id"], r["assessment"], r["reason"], r["decision"], r["coverage"])
            for r in rows["council_assessments"]
        ),
        findings=tuple(findings),
        overall=tuple(Overall(kinds.read(r["round"]).id, *map(r.get, _OVERALL)) for r in rows["overall"]),
        past_outcomes=tuple(
            PastOutcome(r["board_id"], r.get("activity"), kinds.read(r["round"]).id, r["outcome_net"]) for r in rows["last_year"]
        ),
        assignments=tuple(map(_assignment, rows["assignments"])),
        places=dict(_list_places(rows, kinds)),
    )


def _list_places(rows: PlanRows, kinds: RoundKinds) -> Iterator[tuple[tuple[Any, ...], tuple[str, int]]]:
    """Yield where the rows of frames and of the municipality as a whole stand in the plan, those that are known."""
    for r in rows["frames"]:
        if "_row" in r:
            yield ("frames", r["board_id"], int(r["year"])), (r["_sheet"], r["_row"])
    for r in rows["overall"]:
        if "_row" in r:
            yield ("overall", kinds.read(r["round"]).id), (r["_sheet"], r["_row"])


def _organisation(r: Mapping[str, Any], kinds: RoundKinds) -> Organisation:
    return Organisation(
        r["org_id"],
        r["name"],
        r["kind"],
        r["board_id"],
        r["administration_id"],
        tuple(a.strip() for a in (r["email"] or "").split(";") if a.strip()),
        r["contact"],
        r["language"],
        r["profile"],
        tuple(kind.key for kind in map(kinds.find, round_words(r["followup_rounds"])) if kind),
        r["from"],
        r["to"],
    )


def _goal(r: Mapping[str, Any]) -> CouncilGoal:
    return CouncilGoal(
        r["goal_id"],
        r["text"],
        r["focus_area"],
        r["dimension"],
        r["sound_management"] == "yes",
        ids(r["concerned_boards"]),
        int(r["from_year"]),
        int(r["to_year"]),
    )


def _assignment(r: Mapping[str, Any]) -> Assignment:
    fields = {name: r[name] for name in ("text", "due", "decided_on", "decision", "goal_id", "closed_on", "closing_decision")}
    return Assignment(r["assignment_id"], responsible=ids(r["responsible"]), **fields)


def _adjustment(r: Mapping[str, Any]) -> Adjustment:
    amounts = (r["operating"] or 0.0, r["investment"] or 0.0)
    return Adjustment(r["board_id"], int(r["year"]), r["date"], *amounts, r["decision"], r.get("kind"))
