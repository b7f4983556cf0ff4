"""What all pages of a workbook for readers share: who there is, what counts, what each id is called, where each row comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

import pandas as pd

from styrxl.excel import look
from styrxl.excel.pages import Link, cell_address
from styrxl.model.council_plan import BOARD_LIKE, Frame, Organisation, Plan
from styrxl.model.days import local_day
from styrxl.model.form_files import Forms
from styrxl.model.forms import Form
from styrxl.model.goal_tree import Node, build_tree, natural_key, rank_owners
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.rounds import Round
from styrxl.reports.history import Behind, Hanging, Past, hanging
from styrxl.reports.phrases import Phrases

SHORT = 100  # letters of a goal's text where another row refers to it


@dataclass(frozen=True, slots=True)
class Issued:
    """An owner's workbook of the round as it was handed out."""

    owner: str
    form: str
    issued_at: date
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a workbook is made for; ``day`` is the one whose organisation and frames hold."""

    forms: Forms
    language: str
    municipality: str
    round_name: str
    year: int
    day: date
    kind: str = "plan"
    look: look.Look = field(default_factory=look.Look)


@dataclass(frozen=True, slots=True)
class Part:
    """A board or unit of the municipality in the round."""

    id: str
    name: str
    kind: str
    board: str
    administration: str | None
    profile: str | None
    expected: bool  # whether it has a form to hand in


@dataclass(frozen=True)
class View:
    """A round as one reader sees it: the council (``board`` None) all of it, a board itself and its units."""

    judged: JudgedRound
    plan: Plan
    scope: Scope
    issues: tuple[Issued, ...]
    board: str | None = None
    behind: Behind | None = None  # of a follow-up
    kept: Mapping[str, str] = field(default_factory=dict)  # the board's feedback, by id of unit or commitment

    @property
    def round(self) -> Round:
        """The round."""
        return Round(self.scope.year, self.scope.kind)

    @cached_property
    def phrases(self) -> Phrases:
        """Texts in the reader's language."""
        return Phrases.read(self.scope.forms, self.scope.language)

    @property
    def workspace_path(self) -> str:
        """The path from the workbook to the workspace."""
        return "../../" if self.board else "../"

    @property
    def audience(self) -> str:
        """Whom texts are for: ``council`` or ``board``."""
        return "board" if self.board else "council"

    @cached_property
    def form_names(self) -> Mapping[str, str | None]:
        """Name of the form that owners of each level get in the round."""
        return {level: self.scope.forms.for_level(level, self.scope.kind) for level in ("board", "unit")}

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Boards in the plan's order, each followed by its units; then those that only a return or an issue knows."""
        day = self.scope.day
        holding = {o.org_id: o for o in self.plan.holding(day)}
        named = [r.owner for r in self.judged.returns if r.owner] + [i.owner for i in self.issues]
        late = {owner: self.plan.find(owner, day) or _stranger(owner) for owner in named if owner not in holding}
        kinds = {*BOARD_LIKE, "unit"}
        found = [o for o in [*holding.values(), *late.values()] if o.kind in kinds]
        rank = rank_owners(found)
        parts = (self._part(o, expected=o.org_id in holding) for o in sorted(found, key=lambda o: rank[o.org_id]))
        return tuple(p for p in parts if self.board in (None, p.board))

    def _part(self, o: Organisation, *, expected: bool) -> Part:
        level = "unit" if o.kind == "unit" else "board"
        has_form = o.kind in ("board", "unit") and self.form_names[level] is not None and self.asked(o, self.round)
        board = o.board_id if level == "unit" and o.board_id else o.org_id
        above = self.plan.find(board, self.scope.day) if board != o.org_id else None
        administration = o.administration_id or (above.administration_id if above else None)
        return Part(o.org_id, o.name, o.kind, board, administration, o.profile, expected and has_form)

    def asked(self, o: Organisation, round_: Round) -> bool:
        """Whether an organisation reports in a round: boards in all of them, units in those that their board has chosen."""
        if o.kind != "unit" or not round_.followup:
            return True
        above = self.plan.find(o.board_id, round_.day) if o.board_id else None
        return above is not None and round_.kind in above.followup_rounds

    @cached_property
    def by_id(self) -> Mapping[str, Part]:
        """Parts by id."""
        return {p.id: p for p in self.parts}

    @cached_property
    def boards(self) -> tuple[Part, ...]:
        """All that have a frame of their own or a board's plan: no units."""
        return tuple(p for p in self.parts if p.kind != "unit")

    @cached_property
    def units(self) -> tuple[Part, ...]:
        """The units."""
        return tuple(p for p in self.parts if p.kind == "unit")

    @cached_property
    def rank(self) -> Mapping[str, int]:
        """Order of owners."""
        return {p.id: n for n, p in enumerate(self.parts)}

    @cached_property
    def accepted(self) -> Mapping[str, Judged]:
        """The return that counts for each owner."""
        return {r.owner: r for r in self.judged.accepted if r.owner and r.owner in self.by_id}

    @cached_property
    def returns(self) -> tuple[Judged, ...]:
        """All returns that the reader may see, in the order of owners, the newest last; the ones of nobody come last."""
        mine = [r for r in self.judged.returns if (r.owner in self.by_id if r.owner else self.board is None)]
        last = len(self.parts)
        return tuple(sorted(mine, key=lambda r: (self.rank.get(r.owner or "", last), r.received or datetime.min, r.path)))  # noqa: DTZ901 -- only to sort

    @cached_property
    def by_owner(self) -> Mapping[str, tuple[Judged, ...]]:
        """All returns of each owner, the newest last."""
        found: dict[str, list[Judged]] = {}
        for r in self.returns:
            if r.owner:
                found.setdefault(r.owner, []).append(r)
        return {owner: tuple(those) for owner, those in found.items()}

    @cached_property
    def issued(self) -> Mapping[str, Issued]:
        """The newest issue of each owner."""
        return {i.owner: i for i in sorted(self.issues, key=lambda i: day_of(i.issued_at)) if i.owner in self.by_id}

    @cached_property
    def sources(self) -> Mapping[int, Judged]:
        """Returns that count, by their index."""
        return {r.index: r for r in self.accepted.values()}

    @cached_property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Each table's rows from the returns that count, in the order of owners, sheets and rows."""
        rank = {index: self.rank[r.owner or ""] for index, r in self.sources.items()}
        found = {}
        for name, frame in self.judged.tables.items():
            mine = frame[frame["_source"].isin(rank.keys())]
            order = mine["_source"].map(rank)
            found[name] = mine.assign(_rank=order).sort_values(["_rank", "_row"], kind="stable").drop(columns="_rank")
        return found

    def table(self, name: str) -> pd.DataFrame:
        """Return a table's rows that count; empty where there is none."""
        frame = self.tables.get(name)
        return pd.DataFrame(columns=["_source", "_owner", "_sheet", "_row"]) if frame is None else frame

    @cached_property
    def forms(self) -> tuple[Form, ...]:
        """Forms whose rows are shown: the round's own, and the profiles of the returns that count."""
        names = [(name, None) for name in self.form_names.values() if name]
        used = {(r.form, r.profile) for r in self.accepted.values() if r.form}
        return tuple(
            self.scope.forms.form(name, profile, self.scope.kind) for name, profile in dict.fromkeys([*names, *sorted(used, key=str)])
        )

    def form_of(self, source: int) -> Form:
        """Return the form of a return that counts."""
        r = self.sources[source]
        return self.scope.forms.form(r.form or "", r.profile, r.round)

    @cached_property
    def hanging(self) -> Hanging | None:
        """What hangs in a follow-up's tree."""
        if self.behind is None:
            return None
        now = Past(self.round, replace(self.judged, returns=tuple(self.accepted.values())))
        return hanging(self.behind.plans, (*self.behind.earlier, now), None if self.board is None else self.by_id)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The tree of goals and commitments."""
        tables = self.hanging.frames if self.hanging else {name: self.table(name) for name in ("goals", "commitments")}
        return build_tree(self.plan.council_goals(self.scope.year), tables, units=frozenset(u.id for u in self.units), rank=self.rank)

    @cached_property
    def by_node(self) -> Mapping[str, Node]:
        """Nodes by id."""
        return {n.id: n for n in reversed(self.nodes)}

    @cached_property
    def _goals(self) -> Mapping[str, str]:
        return {g.goal_id: g.text for g in self.plan.goals}

    def label(self, code: str) -> str | None:
        """Return what a row that refers to an id says: the id and its text, as drop-downs do; None for one that nobody has."""
        node = self.by_node.get(code)
        text = node.text if node else self._goals.get(code)
        return None if text is None else f"{code} {shortened(text)}"

    def name(self, owner: str | None) -> str | None:
        """Return the name of an organisation."""
        if owner is None:
            return None
        if (part := self.by_id.get(owner)) is not None:
            return part.name
        found = self.plan.find(owner, self.scope.day)
        return found.name if found else owner

    def board_name(self, owner: str) -> str | None:
        """Return the name of an owner's board: its own, if it is one."""
        return self.name(self.by_id[owner].board)

    def unit_name(self, owner: str) -> str | None:
        """Return the name of an owner that is a unit."""
        return self.name(owner) if self.by_id[owner].kind == "unit" else None

    def frame(self, board: str) -> Frame:
        """Return a board's frame."""
        return self.plan.frame(board, self.scope.year, self.scope.day)

    def link(self, source: int, sheet: str, row: int) -> Link:
        """Return the link to a row of a return."""
        r = self.sources[source]
        return Link(f"{r.owner} · {sheet}!A{row}", r.path, cell_address(sheet, row))

    def grouped(self, table: str) -> dict[str, list[dict[str, Any]]]:
        """Return a small table's rows by owner, empty cells as None."""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in plain(self.table(table)):
            found.setdefault(row["_owner"], []).append(row)
        return found


def _stranger(owner: str) -> Organisation:
    return Organisation(owner, owner, "board", None, None, (), None, None, None, (), None, None)


def plain(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield rows as dictionaries, empty cells as None."""
    names = [str(name) for name in frame.columns]
    for values in zip(*(column(frame, name) for name in names), strict=True):
        yield dict(zip(names, values, strict=True))


def column(frame: pd.DataFrame, name: str) -> list[Any]:
    """Return a column's values, empty cells as None; all empty if there is no such column."""
    if name not in frame:
        return [None] * len(frame)
    values, missing = frame[name].tolist(), frame[name].isna()
    return [None if gone else value for value, gone in zip(values, missing.tolist(), strict=True)] if missing.any() else values


def day_of(moment: date | None) -> date:
    """Return the day of a date or a time."""
    return local_day(moment) if isinstance(moment, datetime) else moment or date.min


def shortened(text: str, most: int = SHORT) -> str:
    """Return a text on one line, cut at so many letters."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def by_nature(values: Iterable[str]) -> list[str]:
    """Sort ids as people count."""
    return sorted(values, key=natural_key)


def joined(parts: Sequence[str | None], by: str = " · ") -> str | None:
    """Join what there is."""
    return by.join(p for p in parts if p) or None
