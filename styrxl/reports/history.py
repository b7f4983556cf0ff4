"""What lies behind a follow-up: the year's plans, the rounds before it, last year; and what hangs where on its day."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from styrxl.model.accepted import AcceptedAnswers, collect_answers, holds_in_year
from styrxl.model.council_plan import ids
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.prefill import Row
from styrxl.model.rounds import Round

CODES = {"goals": "goal_id", "commitments": "commitment_id"}


@dataclass(frozen=True)
class Past:
    """A round that came before, judged."""

    round: Round
    judged: JudgedRound

    @cached_property
    def told(self) -> AcceptedAnswers:
        """What its returns in force say."""
        return collect_answers(self.judged, self.round)

    @cached_property
    def returns(self) -> Mapping[int, Judged]:
        """Its returns by index."""
        return {r.index: r for r in self.judged.returns}


@dataclass(frozen=True, slots=True)
class Behind:
    """What a follow-up's workbook is held against.

    ``earlier``: the year's follow-ups before it, oldest first. ``last_plans`` and ``last_year``: the plans and the annual report
    of the year before. ``based_on``: owner -> round -> hash of the return that its workbook was made from.
    """

    plans: Past
    earlier: tuple[Past, ...] = ()
    last_plans: Past | None = None
    last_year: Past | None = None
    based_on: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A goal or commitment as it was first handed in, and where; ``added``: the round in which it was added, None for a planned one."""

    row: Row
    of: Judged
    added: Round | None = None


@dataclass(frozen=True, slots=True)
class Hanging:
    """What hangs in the tree on a follow-up's day: its entries by id, and frames of them as ``tree`` takes them."""

    entries: Mapping[str, Entry]
    frames: Mapping[str, pd.DataFrame]


def hanging(plans: Past, rounds: Collection[Past], owners: Collection[str] | None) -> Hanging:
    """Return the goals and commitments of the plans, and what the rounds of their year have added or know besides, each id once.

    ``owners``: those whose rows are wanted (None: everybody's); what theirs hangs under comes along.
    """
    year = plans.round.year
    goals = {code: e for code, e in _entries(plans, "goals", "goal_id") if holds_in_year(e.row, year)}
    commitments = dict(_entries(plans, "commitments", "commitment_id"))
    for past in rounds:
        for code, entry in _entries(past, "added_commitments", "commitment_id"):
            commitments.setdefault(code, Entry(entry.row, entry.of, past.round))
        for code, entry in _entries(past, "commitment_status", "commitment_id"):
            commitments.setdefault(code, entry)
        for code, entry in _entries(past, "goal_assessments", "goal_id"):
            goals.setdefault(code, entry)
    both = {**goals, **commitments}
    wanted = _wanted(both, owners)
    kept = {"goals": goals, "commitments": commitments}
    frames = {name: _frame([e.row for code, e in those.items() if code in wanted], CODES[name]) for name, those in kept.items()}
    return Hanging({code: entry for code, entry in both.items() if code in wanted}, frames)


def _entries(past: Past, table: str, code: str) -> Iterator[tuple[str, Entry]]:
    for rows in past.told.tables.get(table, {}).values():
        for row in rows:
            if row.get(code):
                yield row[code], Entry(row, past.returns[row["_source"]])


def _wanted(entries: Mapping[str, Entry], owners: Collection[str] | None) -> set[str]:
    if owners is None:
        return set(entries)
    found = {code for code, entry in entries.items() if entry.row["_owner"] in owners}
    waiting = list(found)
    while waiting:
        row = entries[waiting.pop()].row
        above = {parent for parent in ids(row.get("parent_id")) if parent in entries} - found
        found |= above
        waiting += above
    return found


def _frame(rows: list[Row], code: str) -> pd.DataFrame:
    names = (code, "_owner", "text", "parent_id", "more_parents", "responsible", "_source", "_sheet", "_row")
    values: dict[str, list[Any]] = {name: [row.get(name) for row in rows] for name in names}
    return pd.DataFrame({name: pd.Series(those, dtype=object) for name, those in values.items()})
