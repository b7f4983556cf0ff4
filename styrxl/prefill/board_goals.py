"""What a unit reads of its board's plan: the goals that concern it, by priority, each with its indicators and what is committed to for it.

A goal reaches the units that its board names, else all of them: nothing in the organisation says which activity or target group a unit
belongs to, so what a goal is aimed at is told to every unit, and takes the goal away from none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from styrxl.model.catalogue import word
from styrxl.model.council_plan import ids
from styrxl.model.forms import Words
from styrxl.model.indicators import BETTER, Target, describe_measure
from styrxl.model.prefill import Row
from styrxl.model.table_values import whole_year

_NO_PRIORITY = 99  # comes after all others


def concerns_unit(goal: Mapping[str, Any], unit_id: str) -> bool:
    """Tell whether a board goal is aimed at a unit: it is named, or none is."""
    named = ids(goal["concerned_units"])
    return not named or unit_id in named


def select_commitments(
    commitments: Iterable[Mapping[str, Any]], goals: Iterable[Mapping[str, Any]], unit_id: str
) -> list[Mapping[str, Any]]:
    """Return a board's commitments without those that serve goals of other units alone; ``goals``: all of the board's."""
    aimed = {goal["goal_id"]: concerns_unit(goal, unit_id) for goal in goals}

    def reaches(row: Mapping[str, Any]) -> bool:
        return aimed.get(row["parent_id"], True) or any(aimed.get(code, False) for code in ids(row.get("more_parents")))

    return [row for row in commitments if reaches(row)]


@dataclass(frozen=True, slots=True)
class ReadingTexts:
    """In which words a unit reads of goals: the forms' words, its language, and the texts of the council's goals, by id."""

    words: Words
    language: str
    council_goals: Mapping[str, str]

    def make_rows(
        self, goals: Sequence[Mapping[str, Any]], commitments: Sequence[Mapping[str, Any]], indicators: Iterable[Mapping[str, Any]]
    ) -> tuple[Row, ...]:
        """Return the rows of *Nämndens mål*: goals by priority, each followed by the commitments to it, the other commitments last."""
        measured: dict[Any, list[str]] = {}
        for row in indicators:
            measured.setdefault(row["goal_id"], []).append(_describe_indicator(row, self.language))
        left = list(commitments)
        rows: list[Row] = []
        for goal in sorted(goals, key=lambda row: row.get("priority") or _NO_PRIORITY):
            code = goal["goal_id"]
            rows.append(self._make_goal_row(goal, measured.get(code, ())))
            # The goal stands right above: its id is enough.
            rows += [self._make_commitment_row(row, row["parent_id"]) for row in left if row["parent_id"] == code]
            left = [row for row in left if row["parent_id"] != code]
        return (*rows, *(self._make_commitment_row(row, self._name(row["parent_id"])) for row in left))

    def _make_goal_row(self, goal: Mapping[str, Any], indicators: Sequence[str]) -> Row:
        return {
            "id": goal["goal_id"],
            "what": self.words.text("kind_board_goal", self.language),
            "text": goal["text"],
            "serves": self._name(goal["parent_id"]),
            "target_group": goal.get("target_group"),
            "activity": goal.get("activity"),
            "priority": goal.get("priority"),
            "years": _describe_years(goal),
            "indicators": "\n".join(indicators) or None,
        }

    def _make_commitment_row(self, commitment: Mapping[str, Any], serves: str | None) -> Row:
        what = self.words.text("kind_board_commitment", self.language)
        return {"id": commitment["commitment_id"], "what": what, "text": commitment["text"], "serves": serves}

    def _name(self, parent: Any) -> str | None:
        return f"{parent} {self.council_goals.get(parent, '')}".strip() if isinstance(parent, str) else None


def _describe_years(goal: Mapping[str, Any]) -> str | None:
    """Return the years in which a goal holds: ``2027–2029``, ``2027``; None where it says nothing."""
    years = [whole_year(goal.get(name)) for name in ("from_year", "to_year")]
    if years == [None, None]:
        return None
    first, last = ("" if year is None else str(year) for year in years)
    return first if first == last else f"{first}–{last}"


def _describe_indicator(row: Mapping[str, Any], language: str) -> str:
    """Return an indicator on one line: ``UBN-I1 Elever som når målen: minst 85 procent (utgångsvärde 78)``."""
    aim = Target.of(row)
    target, baseline = aim.describe(language), describe_measure(None if aim.direction == BETTER else aim.baseline, language)
    facts = {"id": row["indicator_id"], "name": row["name"], "unit": row["unit"] or "", "target": target, "baseline": baseline}
    if target is None:
        return word("goal_indicator_bare", language, **facts).strip()
    return word("goal_indicator" if baseline is None else "goal_indicator_from", language, **facts).strip()
