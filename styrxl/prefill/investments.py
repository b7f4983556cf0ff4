"""A board's investments, each under its id, from year to year; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum
from typing import Any

from styrxl.model.answers_in_force import AnswersInForce
from styrxl.model.prefill import Row
from styrxl.returns.cell_values import fold_text

_PLANNED = ("project", "total_expenditure", "year_budget", "next_year", "later", "finished_year")
_MONEY = ("total_expenditure", "year_budget", "next_year", "later")


def list_investments(plans: AnswersInForce, followups: Sequence[AnswersInForce], owner: str) -> tuple[Row, ...]:
    """Return the investments of an owner's plan, each with an id: the planned fields and ``investment_id``.

    A plan that was issued before investments had ids names them by their projects: rows of one project are one investment then. It gets
    the id that a follow-up has given it, else the next number, which is the same each time. ``followups``: of the plan's year.
    """
    rows = plans.of("investments", owner)
    numbered = [{name: row.get(name) for name in ("investment_id", *_PLANNED)} for row in rows if row.get("investment_id")]
    unnumbered = _join_projects(row for row in rows if not row.get("investment_id"))
    known = _list_known_ids(followups, owner)
    taken = {str(row["investment_id"]) for row in numbered} | set(known.values())
    new = _number(owner, taken)
    return (*numbered, *({"investment_id": known.get(fold_text(row["project"])) or next(new), **row} for row in unnumbered))


def find_row(row: Row, answers: Iterable[Row]) -> Row:
    """Return what was answered about an investment: by its id, else by its project in answers that have none; an empty row if nothing."""
    answers = tuple(answers)
    same = (a for a in answers if a.get("investment_id") == row["investment_id"])
    alike = (a for a in answers if not a.get("investment_id") and fold_text(a["project"]) == fold_text(row["project"]))
    return next(same, None) or next(alike, {})


def _list_known_ids(followups: Iterable[AnswersInForce], owner: str) -> dict[str, str]:
    """Return the ids that follow-ups have given, by folded project; of several the first one's."""
    rows = [row for answers in followups for row in answers.of("investment_outcomes", owner) if row.get("investment_id")]
    return {fold_text(row["project"]): row["investment_id"] for row in reversed(rows) if row["project"]}


def _number(owner: str, taken: set[str]) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        if (code := f"{owner}-P{number}") not in taken:
            yield code


def _join_projects(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Join rows of one project, which nobody could tell apart: their amounts are added up."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(fold_text(row["project"]), []).append(row)
    return [_join(same) for same in groups.values()]


def _join(same: Sequence[Row]) -> dict[str, Any]:
    years = [row["finished_year"] for row in same if row.get("finished_year") is not None]
    sums: Mapping[str, float | None] = {name: _add(row.get(name) for row in same) for name in _MONEY}
    return {"project": same[0]["project"], **sums, "finished_year": max(years, default=None)}


def _add(amounts: Iterable[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return fsum(known) if known else None
