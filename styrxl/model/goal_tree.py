"""The red thread as a tree: council goal, board goal, board commitment, unit goal, unit commitment."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from styrxl.model.council_plan import CouncilGoal, Organisation, Plan, ids
from styrxl.model.judged import JudgedRound
from styrxl.model.table_values import column

if TYPE_CHECKING:
    import pandas as pd

COUNCIL_GOAL, BOARD_GOAL, BOARD_COMMITMENT = "council_goal", "board_goal", "board_commitment"
UNIT_GOAL, UNIT_COMMITMENT = "unit_goal", "unit_commitment"
COMMITMENTS = (BOARD_COMMITMENT, UNIT_COMMITMENT)
LINK_ERRORS = frozenset({"unknown-parent", "parent-not-allowed", "missing-parent"})  # a row that hangs where nobody knows
TREE_RULES = LINK_ERRORS | {  # what is told together with the tree: why it may not be as its owners meant it
    "goal-not-valid",
    "goal-uncovered",
    "concern-denied",
    "not-confirmed",
    "frame-exceeded",
    "unit-frames-exceeded",
    "copied-text",
}

_DIGITS = re.compile(r"(\d+)")
_NOTHING: Mapping[str, int] = MappingProxyType({})  # under most nodes


@dataclass(frozen=True, slots=True)
class Node:
    """A goal or commitment where it stands in the tree: once, under its first parent.

    ``below`` counts the goals and commitments of each kind under it, each once. ``source`` is (``_source``, ``_sheet``,
    ``_row``) of the return it comes from, None for the council's goals.
    """

    id: str
    kind: str
    owner: str | None
    text: str
    depth: int = 0
    parent: str | None = None  # where it hangs; None at the top
    wanted: str | None = None  # the parent that its row names, there or not
    more: tuple[str, ...] = ()  # what it contributes to besides
    council_goal: str | None = None  # reached through the chain
    below: Mapping[str, int] = field(default_factory=dict)
    also: int = 0  # goals and commitments elsewhere that contribute to it, or to something under it, besides
    responsible: str | None = None
    place: int = -1  # row in its frame, by position
    source: tuple[int, str, int] | None = None
    under_free: bool = False  # whether what it hangs under ends in a unit's own goal that names no parent

    @property
    def loose(self) -> bool:
        """Whether it hangs under no goal of the council."""
        return self.council_goal is None

    @property
    def free(self) -> bool:
        """Whether it is a unit's goal that names no parent, as it may, or hangs under one."""
        return self.under_free or (self.kind == UNIT_GOAL and not self.wanted)

    @property
    def goalless(self) -> bool:
        """Whether it hangs under no goal: neither the council's nor a unit's own."""
        return self.loose and not self.free

    @property
    def commitments(self) -> int:
        """Number of commitments under it."""
        return sum(self.below.get(kind, 0) for kind in COMMITMENTS)

    @property
    def goals(self) -> int:
        """Number of goals under it."""
        return self.below.get(BOARD_GOAL, 0) + self.below.get(UNIT_GOAL, 0)


def natural_key(text: str) -> tuple[str | int, ...]:
    """Key that sorts ``A2`` before ``A10``."""
    parts: list[str | int] = [*_DIGITS.split(text)]
    parts[1::2] = map(int, parts[1::2])
    return tuple(parts)


def rank_owners(organisations: Sequence[Organisation]) -> dict[str, int]:
    """Return the order in which owners stand: each board in the plan's order, its administrations and units after it."""
    places = {o.org_id: n for n, o in reversed(list(enumerate(organisations)))}
    boards = {o.org_id: o.board_id if o.kind in {"unit", "administration"} and o.board_id else o.org_id for o in organisations}
    after = len(places)
    order = sorted(places, key=lambda i: (places.get(boards[i], after), boards[i] != i, places[i]))
    return {org_id: rank for rank, org_id in enumerate(order)}


def build_round_tree(judged: JudgedRound, plan: Plan, year: int, day: date) -> tuple[Node, ...]:
    """Return the tree of a round: the council's goals of a year, and what the returns in force hang under them."""
    rank = rank_owners(plan.holding(day) or plan.organisations)
    owners = {o for name in ("goals", "commitments") for o in judged.in_force(name)["_owner"].unique()}
    units = {owner for owner in owners if (owner_row := plan.find(owner, day)) and owner_row.kind == "unit"}
    tables = {name: judged.in_force(name) for name in ("goals", "commitments")}
    return build_tree(plan.council_goals(year), tables, units=units, rank=rank)


def build_tree(
    goals: Iterable[CouncilGoal],
    tables: Mapping[str, pd.DataFrame],
    *,
    units: Collection[str] = (),
    rank: Mapping[str, int] | None = None,
) -> tuple[Node, ...]:
    """Return every node once, parents before children; what hangs under no council goal comes last.

    ``tables``: ``goals`` and ``commitments`` in force. ``units``: owners that are units, all others being boards.
    ``rank``: the order of owners; unknown ones come last, by id. A circle is cut where it is first met.
    """
    top = [_Entry(g.goal_id, COUNCIL_GOAL, None, g.text) for g in goals]
    rank, last = rank or {}, len(rank or {})
    rows = _rows(tables.get("goals"), "goal_id", units, (BOARD_GOAL, UNIT_GOAL))
    rows += _rows(tables.get("commitments"), "commitment_id", units, (BOARD_COMMITMENT, UNIT_COMMITMENT))
    rows.sort(key=lambda n: (rank.get(n.owner or "", last), n.owner or "", n.kind in COMMITMENTS, natural_key(n.id), n.place))
    return _make_nodes(top + rows, len(top))


class _Entry(NamedTuple):
    """A goal or commitment before it has its place."""

    id: str
    kind: str
    owner: str | None
    text: str
    wanted: str | None = None
    more: tuple[str, ...] = ()
    responsible: str | None = None
    place: int = -1
    source: tuple[int, str, int] | None = None


def _rows(frame: pd.DataFrame | None, id_field: str, units: Collection[str], kinds: tuple[str, str]) -> list[_Entry]:
    if frame is None or not len(frame):
        return []

    names = (id_field, "_owner", "text", "parent_id", "more_parents", "responsible", "_source", "_sheet", "_row")
    rows = enumerate(zip(*(column(frame, name) for name in names), strict=True))
    return [
        _Entry(str(own or ""), kinds[owner in units], owner, str(text or ""), wanted, ids(more), role, at, (int(source), sheet, int(row)))
        for at, (own, owner, text, wanted, more, role, source, sheet, row) in rows
    ]


def _make_nodes(raw: Sequence[_Entry], tops: int) -> tuple[Node, ...]:
    order, above, depths = _walk(raw, tops)
    kinds = [raw[at].kind for at in order]
    below = _count_below(kinds, above)
    also = _count_contributions([raw[at] for at in order], above)
    goals: list[str | None] = []
    nodes: list[Node] = []
    for place, at in enumerate(order):
        up, row = above[place], raw[at]
        goals.append(goals[up] if up >= 0 else row.id if at < tops else None)
        parent = raw[order[up]].id if up >= 0 else None
        nodes.append(
            Node(
                id=row.id,
                kind=row.kind,
                owner=row.owner,
                text=row.text,
                depth=depths[place],
                parent=parent,
                wanted=row.wanted,
                more=row.more,
                council_goal=goals[place],
                below=below.get(place, _NOTHING),
                also=also.get(place, 0),
                responsible=row.responsible,
                place=row.place,
                source=row.source,
                under_free=up >= 0 and nodes[up].free,
            )
        )
    return tuple(nodes)


def _walk(raw: Sequence[_Entry], tops: int) -> tuple[list[int], list[int], list[int]]:
    """Return the order of the tree, and for each place in it the place of its parent (-1 at the top) and its depth."""
    known = _index_by_id(raw)
    children: defaultdict[int, list[int]] = defaultdict(list)
    roots = list(range(tops))
    for at, row in enumerate(raw[tops:], tops):
        parent = known.get(row.wanted) if row.wanted else None
        if parent is None or parent == at:
            roots.append(at)
        else:
            children[parent].append(at)
    order: list[int] = []
    above: list[int] = []
    depths: list[int] = []
    seen = [False] * len(raw)
    for root in chain(roots, range(tops, len(raw))):  # the latter for circles, which no root leads to
        stack = [(root, -1, 0)]
        while stack:
            at, up, depth = stack.pop()
            if seen[at]:
                continue
            seen[at] = True
            stack.extend((child, len(order), depth + 1) for child in reversed(children[at]))
            order.append(at)
            above.append(up)
            depths.append(depth)
    return order, above, depths


def _count_below(kinds: Sequence[str], above: Sequence[int]) -> Mapping[int, Mapping[str, int]]:
    """Count what stands under each place that has anything under it, by kind: from the last to the first, so that children are complete."""
    below: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for at in range(len(kinds) - 1, -1, -1):
        if (up := above[at]) >= 0:
            counts = below[up]
            counts[kinds[at]] = counts.get(kinds[at], 0) + 1
            for kind, number in below.get(at, _NOTHING).items():
                counts[kind] = counts.get(kind, 0) + number
    return below


def _count_contributions(raw: Sequence[_Entry], above: Sequence[int]) -> dict[int, int]:
    """Count for each place what contributes to it, or to something under it, from elsewhere in the tree."""
    known = _index_by_id(raw)

    def line_up(at: int) -> set[int]:
        ancestors = set[int]()
        while at >= 0:
            ancestors.add(at)
            at = above[at]
        return ancestors

    also: defaultdict[int, int] = defaultdict(int)
    for at, row in enumerate(raw):
        if row.more:
            for other in set[int]().union(*(line_up(known[m]) for m in row.more if m in known)) - line_up(at):
                also[other] += 1
    return also


def _index_by_id(raw: Sequence[_Entry]) -> dict[str, int]:
    places: dict[str, int] = {}
    for at, row in enumerate(raw):
        places.setdefault(row.id, at)
    return places
