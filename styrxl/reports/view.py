"""A judged round as one reader sees it: owners, accepted returns, names of ids, and links to the rows of returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import Any, overload

import pandas as pd

from styrxl.excel import look
from styrxl.excel.pages import Link, cell_address
from styrxl.model.council_plan import BOARD_LIKE, PLAN_FILE, CouncilGoal, Frame, Organisation, Plan
from styrxl.model.days import local_day, standard_zone
from styrxl.model.form_files import Forms
from styrxl.model.forms import PLAN_TABLES, Form
from styrxl.model.goal_tree import Node, build_tree, rank_owners
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.levels import LEVELS, find_level, is_on_request, list_kinds
from styrxl.model.rounds import Round
from styrxl.model.table_values import records
from styrxl.model.thresholds import NONE_ALLOWED, Thresholds
from styrxl.reports.history import PastRound, RoundHistory, TreeEntries, collect_tree_entries, return_link
from styrxl.reports.phrases import Phrases

SHORT = 100  # letters of a goal's text where another row refers to it


@dataclass(frozen=True, slots=True)
class IssuedForm:
    """An owner's workbook of the round as it was handed out."""

    owner: str
    form: str
    issued_at: date
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a workbook is made for: whose, in which language and round; the organisation and frames are those of ``day``."""

    forms: Forms
    language: str
    municipality: str
    round_name: str
    round: Round
    look: look.Look = field(default_factory=look.Look)
    board_thresholds: Thresholds = NONE_ALLOWED  # of a whole board's deficit against its frame
    zone: tzinfo = field(default_factory=standard_zone)  # in which days are told


PLANNED = ("goals", "commitments")  # tables of which a goal tree is made
FOLLOWED = ("goal_assessments", "commitment_status")  # those that say how it stands


@dataclass(frozen=True, slots=True)
class Owner:
    """A board or unit of the municipality in the round."""

    id: str
    name: str
    kind: str
    board: str
    administration: str | None
    profile: str | None
    expected: bool  # whether it has a form to hand in
    foreign: bool = False  # whether that is one that others designed, and no workbook of ours
    there: bool = True  # False of one that has a frame and is not there on the round's day: it is shown, so that its money is missed

    @property
    def is_missed(self) -> bool:
        """Whether its money is missing where nothing of it is accepted."""
        return self.expected or not self.there


@dataclass(frozen=True)
class View:
    """A round as one reader sees it: the council (``board`` None) all of it, a board itself and its units."""

    judged: JudgedRound
    plan: Plan
    scope: Scope
    issues: tuple[IssuedForm, ...]
    board: str | None = None
    history: RoundHistory | None = None  # of a follow-up; None for a plan
    feedback: Mapping[str, str] = field(default_factory=dict)  # the board's, by id of unit or commitment

    @property
    def round(self) -> Round:
        """The round."""
        return self.scope.round

    @cached_property
    def phrases(self) -> Phrases:
        """Texts in the reader's language."""
        return Phrases.read(self.scope.forms, self.scope.language)

    @overload
    def day_of(self, moment: datetime) -> date: ...

    @overload
    def day_of(self, moment: datetime | None) -> date | None: ...

    def day_of(self, moment: datetime | None) -> date | None:
        """Return the day that people in the municipality had then."""
        return local_day(moment, self.scope.zone)

    @property
    def workspace_path(self) -> str:
        """The path from the workbook to the workspace."""
        return "../../" if self.board else "../"

    @property
    def audience(self) -> str:
        """Whom texts are for: ``council`` or ``board``."""
        return "board" if self.board else "council"

    @cached_property
    def form_names(self) -> Mapping[str, tuple[str, ...]]:
        """Names of the forms that owners of each level answer in the round."""
        return {level: self.scope.forms.awaited(level, self.round.kind) for level in LEVELS}

    @cached_property
    def owners(self) -> tuple[Owner, ...]:
        """Boards in the order of the council plan, each followed by its units; then those that only a return, an issue or a frame names."""
        day = self.round.day
        planned, framed = {o.org_id: o for o in self.plan.holding(day)}, self._list_framed()
        named = [r.owner for r in self.judged.returns if r.owner] + [i.owner for i in self.issues] + framed
        others = {owner: self.plan.find(owner, day) or _unknown_organisation(owner) for owner in named if owner not in planned}
        kinds = {*BOARD_LIKE, "unit", *list_kinds([level for level in LEVELS if self.form_names[level]])}
        organisations = [o for o in [*planned.values(), *others.values()] if o.kind in kinds]
        rank = rank_owners(organisations)
        missed = {*framed} - planned.keys()
        ordered = sorted(organisations, key=lambda o: rank[o.org_id])
        owners = (self._owner(o, expected=o.org_id in planned, there=o.org_id not in missed) for o in ordered)
        return tuple(owner for owner in owners if self.board in (None, owner.board))

    def _list_framed(self) -> list[str]:
        """Return those with a frame in the round, also one that has ended by its day, or has not begun."""
        frames = ((owner, self.frame(owner)) for owner, year in self.plan.frames if year == self.round.year)
        return [owner for owner, frame in frames if frame.current_operating or frame.current_investment]

    def _owner(self, o: Organisation, *, expected: bool, there: bool) -> Owner:
        level = find_level(o.kind)
        has_form = bool(self.form_names.get(level)) and self.reports_in(o, self.round) and self._is_asked(o)
        board = o.board_id if o.kind in ("unit", "administration") and o.board_id else o.org_id
        parent = self.plan.find(board, self.round.day) if board != o.org_id else None
        administration = o.administration_id or (parent.administration_id if parent else None)
        foreign = has_form and not self.scope.forms.for_level(level, self.round.kind)
        return Owner(o.org_id, o.name, o.kind, board, administration, o.profile, expected and has_form, foreign, there)

    def _is_asked(self, o: Organisation) -> bool:
        """Whether an organisation takes part: of those that do so on request the ones that have been handed a workbook."""
        return not is_on_request(o.kind) or o.org_id in self._handed_out

    @cached_property
    def _handed_out(self) -> frozenset[str]:
        return frozenset(i.owner for i in self.issues)

    def reports_in(self, o: Organisation, round_: Round) -> bool:
        """Whether an organisation reports in a round: boards in all of them, units in those that their board has chosen."""
        if o.kind != "unit" or not round_.followup:
            return True
        board = self.plan.find(o.board_id, round_.day) if o.board_id else None
        return board is not None and round_.kind.key in board.followup_rounds

    @cached_property
    def by_id(self) -> Mapping[str, Owner]:
        """The owners by id."""
        return {o.id: o for o in self.owners}

    @cached_property
    def boards(self) -> tuple[Owner, ...]:
        """The owners that are boards, auditors, common items."""
        return tuple(o for o in self.owners if o.kind in BOARD_LIKE)

    @cached_property
    def units(self) -> tuple[Owner, ...]:
        """The units."""
        return tuple(o for o in self.owners if o.kind == "unit")

    @cached_property
    def rank(self) -> Mapping[str, int]:
        """Each owner's place in the order of owners."""
        return {o.id: n for n, o in enumerate(self.owners)}

    @cached_property
    def accepted(self) -> Mapping[str, Judged]:
        """The accepted return of each owner, in the first form that it has."""
        return {r.owner: r for r in self.all_accepted if r.owner and not self.is_other_form(r.owner, r.form)}

    @cached_property
    def all_accepted(self) -> tuple[Judged, ...]:
        """All accepted returns: an owner may have several forms."""
        return tuple(r for r in self.judged.accepted if r.owner and r.owner in self.by_id)

    def is_other_form(self, owner: str, form: str | None) -> bool:
        """Tell whether a form is another than the first that an owner has in the round."""
        return form in self.form_names.get(find_level(self.by_id[owner].kind), ())[1:]

    @cached_property
    def returns(self) -> tuple[Judged, ...]:
        """All returns that the reader may see, in the order of owners, the newest last; those without an owner come last."""
        visible = [r for r in self.judged.returns if (r.owner in self.by_id if r.owner else self.board is None)]
        last = len(self.owners)
        return tuple(sorted(visible, key=lambda r: (self.rank.get(r.owner or "", last), r.received or datetime.min, r.path)))  # noqa: DTZ901 -- only to sort

    @cached_property
    def by_owner(self) -> Mapping[str, tuple[Judged, ...]]:
        """All returns of each owner, the newest last."""
        found: dict[str, list[Judged]] = {}
        for r in self.returns:
            if r.owner:
                found.setdefault(r.owner, []).append(r)
        return {owner: tuple(returns) for owner, returns in found.items()}

    @cached_property
    def issued(self) -> Mapping[str, IssuedForm]:
        """The newest issue of each owner, in the first form that it has."""
        mine = [i for i in self.issues if i.owner in self.by_id and not self.is_other_form(i.owner, i.form)]
        return {i.owner: i for i in sorted(mine, key=lambda i: i.issued_at)}

    @cached_property
    def sources(self) -> Mapping[int, Judged]:
        """The accepted returns by their index."""
        return {r.index: r for r in self.all_accepted}

    @cached_property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The rows of accepted returns, one frame a table, in the order of owners and rows (columns as in the judged round)."""
        rank = {index: self.rank[r.owner or ""] for index, r in self.sources.items()}
        found = {}
        for name, frame in self.judged.tables.items():
            mine = frame[frame["_source"].isin(rank.keys())]
            order = mine["_source"].map(rank)
            found[name] = mine.assign(_rank=order).sort_values(["_rank", "_row"], kind="stable").drop(columns="_rank")
        return found

    def table(self, name: str) -> pd.DataFrame:
        """Return a table's rows of accepted returns (columns ``_source``, ``_owner``, ``_sheet``, ``_row``, and the table's own)."""
        frame = self.tables.get(name)
        return pd.DataFrame(columns=["_source", "_owner", "_sheet", "_row"]) if frame is None else frame

    @cached_property
    def forms(self) -> tuple[Form, ...]:
        """Forms whose rows are shown: the round's own, and the profiles of accepted returns."""
        names = [(name, None, None) for names in self.form_names.values() for name in names]
        used = {(r.form, r.profile, r.edition) for r in self.all_accepted if r.form}
        return tuple(
            self.scope.forms.form(name, profile, self.round.id, edition)
            for name, profile, edition in dict.fromkeys([*names, *sorted(used, key=str)])
        )

    def asks(self, *tables: str) -> bool:
        """Tell whether a form of the round has one of these tables."""
        return any(sheet.table in tables for form in self.forms for sheet in form.tables)

    @property
    def about_plans(self) -> bool:
        """Whether a form of the round has a table of plans or of their follow-up; else it is a collection that hangs on none."""
        return self.asks(*PLAN_TABLES)

    def form_title(self, name: str) -> str:
        """Return what a form is called."""
        return self.scope.forms.form(name, None, self.round.id).title[self.scope.language]

    def form_of(self, source: int) -> Form:
        """Return the form of an accepted return."""
        r = self.sources[source]
        return self.scope.forms.form(r.form or "", r.profile, r.round, r.edition)

    @cached_property
    def tree_entries(self) -> TreeEntries | None:
        """The goals and commitments of a follow-up's goal tree; None for a plan."""
        if self.history is None:
            return None
        this_round = PastRound(self.round, replace(self.judged, returns=self.all_accepted))
        return collect_tree_entries(self.history.plans, (*self.history.earlier, this_round), None if self.board is None else self.by_id)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes of the goal tree, each after its parent."""
        tables = self.tree_entries.frames if self.tree_entries else {name: self.table(name) for name in ("goals", "commitments")}
        return build_tree(self.plan.council_goals(self.round.year), tables, units=frozenset(u.id for u in self.units), rank=self.rank)

    @cached_property
    def by_node(self) -> Mapping[str, Node]:
        """The first node of each id."""
        return {n.id: n for n in reversed(self.nodes)}

    @cached_property
    def _goals(self) -> Mapping[str, str]:
        return {g.goal_id: g.text for g in self.plan.goals}

    def label(self, code: str) -> str | None:
        """Return the id of a goal or commitment with its text, shortened, as drop-downs show it; None for an unknown id."""
        node = self.by_node.get(code)
        text = node.text if node else self._goals.get(code)
        return None if text is None else f"{code} {shorten(text)}"

    def name(self, owner: str | None) -> str | None:
        """Return the name of an organisation; its id where the council plan does not know it."""
        if owner is None:
            return None
        if (known := self.by_id.get(owner)) is not None:
            return known.name
        organisation = self.plan.find(owner, self.round.day)
        return organisation.name if organisation else owner

    def board_name(self, owner: str) -> str | None:
        """Return the name of an owner's board: its own, if it is one."""
        return self.name(self.by_id[owner].board)

    def unit_name(self, owner: str) -> str | None:
        """Return the name of an owner that is a unit or an administration."""
        return self.name(owner) if self.by_id[owner].kind in ("unit", "administration") else None

    @property
    def has_administrations(self) -> bool:
        """Whether administrations answer in the round, and no units."""
        return bool(self.form_names["administration"]) and not self.form_names["unit"]

    def council_goal(self, goal_id: str) -> CouncilGoal:
        """Return one of the council's goals that hold in the year, by its id."""
        return self._council_goals[goal_id]

    @cached_property
    def _council_goals(self) -> Mapping[str, CouncilGoal]:
        return {goal.goal_id: goal for goal in self.plan.council_goals(self.round.year)}

    def dimension_name(self, dimension: str) -> str:
        """Return what a dimension of the council's goals is called."""
        return self.scope.forms.label("dimension", dimension)[self.scope.language]

    def frame(self, board: str) -> Frame:
        """Return a board's frame as it counts in the round."""
        return self.plan.frame(board, self.round.year, self.round.frames_day)

    def link(self, source: int, sheet: str, row: int) -> Link:
        """Return the link to a row of a return."""
        return return_link(self.sources[source], sheet, row)

    def plan_link(self, key: tuple[Any, ...]) -> Link | None:
        """Return the link to a row of the council plan, by the key of its place; None where there is none."""
        place = self.plan.places.get(key)
        return Link(f"{PLAN_FILE} · {place[0]}!A{place[1]}", PLAN_FILE, cell_address(*place)) if place else None

    def sheet_link(self, row: Mapping[str, Any]) -> Link:
        """Return the link to the top of a return's sheet, where its sums stand; ``row``: one of its rows."""
        return self.link(int(row["_source"]), row["_sheet"], 1)

    def row_link(self, row: Mapping[str, Any]) -> Link:
        """Return the link to a row of a return, as ``records`` gives it."""
        return self.link(int(row["_source"]), row["_sheet"], int(row["_row"]))

    def grouped(self, table: str) -> dict[str, list[dict[str, Any]]]:
        """Return a small table's rows by owner (field -> value, None where a cell is empty)."""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in records(self.table(table)):
            found.setdefault(row["_owner"], []).append(row)
        return found


def _unknown_organisation(owner: str) -> Organisation:
    return Organisation(owner, owner, "board", None, None, (), None, None, None, (), None, None)


def shorten(text: str, most: int = SHORT) -> str:
    """Return a text on one line, cut after so many letters, between words where it has any."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    whole, space, _ = text[:most].rpartition(" ")
    return (whole.rstrip(" ,;:(–") if space and len(whole) > most // 2 else text[: most - 1]) + "…"


def join_texts(parts: Sequence[str | None], by: str = " · ") -> str | None:
    """Join the texts that are not empty; None where there are none."""
    return by.join(p for p in parts if p) or None
