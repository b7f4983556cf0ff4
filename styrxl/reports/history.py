"""What earlier rounds said, for a follow-up: the year's plans, its earlier follow-ups, last year; and the goal tree that they make."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from styrxl.excel.pages import Link, cell_address
from styrxl.model.answers_in_force import AnswersInForce, collect_answers, holds_in_year
from styrxl.model.council_plan import ids
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.prefill import Row
from styrxl.model.rounds import Round

_ID_FIELDS = {"goals": "goal_id", "commitments": "commitment_id"}


@dataclass(frozen=True)
class PastRound:
    """A judged round that came before."""

    round: Round
    judged: JudgedRound

    @cached_property
    def answers(self) -> AnswersInForce:
        """The rows of its returns in force, by table and owner."""
        return collect_answers(self.judged, self.round)

    @cached_property
    def returns(self) -> Mapping[int, Judged]:
        """Its returns by index."""
        return {r.index: r for r in self.judged.returns}

    @property
    def assessments(self) -> dict[str, str]:
        """The assessments that it gave, by goal."""
        return self._codes("goal_assessments", "goal_id", "assessment")

    @property
    def statuses(self) -> dict[str, str]:
        """The statuses that it gave, by commitment."""
        return self._codes("commitment_status", "commitment_id", "status")

    def rows(self, table: str) -> list[Row]:
        """Return all rows of a table."""
        return [row for rows in self.answers.tables.get(table, {}).values() for row in rows]

    def row_link(self, row: Row) -> Link:
        """Return the link to a row of one of its returns in force."""
        return return_link(self.returns[int(row["_source"])], row["_sheet"], int(row["_row"]))

    def _codes(self, table: str, id_field: str, code_field: str) -> dict[str, str]:
        return {row[id_field]: row[code_field] for row in self.rows(table) if row[code_field]}


@dataclass(frozen=True, slots=True)
class RoundHistory:
    """The rounds that a follow-up is compared with.

    ``earlier``: the year's follow-ups before it, oldest first. ``last_plans`` and ``last_year``: the plans and the annual report
    of the year before. ``based_on``: owner -> round -> hash of the return that its workbook was made from. ``same_last_year``: this round
    a year before. ``ended``: the annual reports of years before, oldest first.
    """

    plans: PastRound
    earlier: tuple[PastRound, ...] = ()
    last_plans: PastRound | None = None
    last_year: PastRound | None = None
    based_on: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    same_last_year: PastRound | None = None
    ended: tuple[PastRound, ...] = ()
    known: dict[str, Any] = field(init=False, repr=False, compare=False, default_factory=dict)  # worked out once, for many readers


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A goal or commitment as it was first handed in, and in which return; ``added``: the round that added it, None for a planned one."""

    row: Row
    return_: Judged
    added: Round | None = None


@dataclass(frozen=True, slots=True)
class TreeEntries:
    """The goals and commitments of a follow-up's goal tree: by id, and as the frames that ``model.goal_tree`` takes."""

    entries: Mapping[str, TreeEntry]
    frames: Mapping[str, pd.DataFrame]


def return_link(return_: Judged, sheet: str, row: int) -> Link:
    """Return the link to a row of a return, which says whose it is."""
    return Link(f"{return_.owner} · {sheet}!A{row}", return_.path, cell_address(sheet, row))


def collect_tree_entries(plans: PastRound, rounds: Collection[PastRound], owners: Collection[str] | None) -> TreeEntries:
    """Return the goals and commitments of the plans, and those that rounds of their year added or answered besides, each id once.

    ``owners``: those whose goals and commitments are wanted (None: everybody's); the parents of these come along.
    """
    year = plans.round.year
    goals = {code: entry for code, entry in _entries(plans, "goals", "goal_id") if holds_in_year(entry.row, year)}
    commitments = dict(_entries(plans, "commitments", "commitment_id"))
    for past in rounds:
        for code, entry in _entries(past, "added_commitments", "commitment_id"):
            commitments.setdefault(code, TreeEntry(entry.row, entry.return_, past.round))
        for code, entry in _entries(past, "commitment_status", "commitment_id"):
            commitments.setdefault(code, entry)
        for code, entry in _entries(past, "goal_assessments", "goal_id"):
            goals.setdefault(code, entry)
    both = {**goals, **commitments}
    wanted = _with_parents(both, owners)
    tables = {"goals": goals, "commitments": commitments}
    frames = {
        name: _frame([entry.row for code, entry in entries.items() if code in wanted], _ID_FIELDS[name]) for name, entries in tables.items()
    }
    return TreeEntries({code: entry for code, entry in both.items() if code in wanted}, frames)


def _entries(past: PastRound, table: str, id_field: str) -> Iterator[tuple[str, TreeEntry]]:
    """Yield a table's rows that have an id, with it."""
    for rows in past.answers.tables.get(table, {}).values():
        for row in rows:
            if row.get(id_field):
                yield row[id_field], TreeEntry(row, past.returns[row["_source"]])


def _with_parents(entries: Mapping[str, TreeEntry], owners: Collection[str] | None) -> set[str]:
    """Return the ids of some owners' goals and commitments, and of all that these hang under."""
    if owners is None:
        return set(entries)
    found = {code for code, entry in entries.items() if entry.row["_owner"] in owners}
    waiting = list(found)
    while waiting:
        row = entries[waiting.pop()].row
        parents = {parent for parent in ids(row.get("parent_id")) if parent in entries} - found
        found |= parents
        waiting += parents
    return found


def _frame(rows: Sequence[Row], id_field: str) -> pd.DataFrame:
    names = (id_field, "_owner", "text", "parent_id", "more_parents", "responsible", "_source", "_sheet", "_row")
    columns: dict[str, list[Any]] = {name: [row.get(name) for row in rows] for name in names}
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
