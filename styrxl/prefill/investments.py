"""A board's investments, each under its id, from year to year; pure.

The plan of a year is issued before the year before it ends: what goes on is told by the newest answer then, often an interim report
(*preliminary*). What is only told at year-end comes into the first follow-up instead (*left*). Each investment arrives once, whichever
came first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from styrxl.model.amounts import add_known
from styrxl.model.answers_in_force import AnswersInForce
from styrxl.model.prefill import Row
from styrxl.model.rounds import Round
from styrxl.model.table_values import whole_year
from styrxl.prefill.continuing import CONTINUES, LEFT, PRELIMINARY, list_offered, was_cleared
from styrxl.prefill.year_so_far import YearSoFar
from styrxl.returns.cell_values import fold_text

_MONEY = ("total_expenditure", "year_budget", "next_year", "later")
_PLANNED = ("project", *_MONEY, "finished_year")


@dataclass(frozen=True, slots=True)
class InvestmentOutlook:
    """What is known at the end of a year of an investment: what its plan said, the newest answer, and in which round that was given."""

    planned: Row
    answer: Row
    round: Round | None
    year: int

    @property
    def finished_year(self) -> int | None:
        """When it is to be finished, as was said last."""
        said = whole_year(self.answer.get("finished_year"))
        return whole_year(self.planned["finished_year"]) if said is None else said

    @property
    def goes_on(self) -> bool:
        """Whether it goes on the year after: it is not finished before, or some of its money is asked for then."""
        return self.finished_year is None or self.finished_year > self.year or bool(self.answer.get("carry_over"))

    @property
    def settled(self) -> bool:
        """Whether that is the year's last word."""
        return self.round is not None and self.round.kind.final


def list_investments(year: YearSoFar, owner: str) -> tuple[Row, ...]:
    """Return an owner's investments of a year, as planned, under their ids, and then those that only its follow-ups have.

    A plan that was issued before investments had ids names them by their projects: rows of one project are one investment then. It gets
    the id that another round has given it, else the next number, which is the same each time.
    """
    rows = year.plans.of("investments", owner)
    numbered = [{name: row.get(name) for name in ("investment_id", *_PLANNED)} for row in rows if row.get("investment_id")]
    unnumbered = _join_projects(row for row in rows if not row.get("investment_id"))
    known = _find_known_ids(year, owner) if unnumbered else {}
    taken = {str(row["investment_id"]) for row in numbered} | set(known.values())
    new = _number(owner, taken)
    planned = (*numbered, *({"investment_id": known.get(fold_text(row["project"])) or next(new), **row} for row in unnumbered))
    return (*planned, *_list_answered_alone(year.earlier, owner, {row["investment_id"] for row in planned}))


def find_numbers_given(year: YearSoFar) -> dict[tuple[str, str], int]:
    """Return the highest number of investments in plans that were issued before these had ids, by owner and series of ids."""
    numbers: dict[tuple[str, str], int] = {}
    for owner, rows in year.plans.tables.get("investments", {}).items():
        if any(not row.get("investment_id") for row in rows):
            codes = (row["investment_id"].removeprefix(f"{owner}-P") for row in list_investments(year, owner))
            numbers[owner, "P"] = max((int(code) for code in codes if code.isdecimal()), default=0)
    return numbers


def _find_known_ids(year: YearSoFar, owner: str) -> dict[str, str]:
    """Return the ids that follow-ups and the year before have given, by folded project; of several the first one's."""
    last = list_investments(year.last_year, owner) if year.last_year else ()
    answered = [row for answers in year.earlier for row in answers.of("investment_outcomes", owner) if row.get("investment_id")]
    return {fold_text(row["project"]): row["investment_id"] for row in reversed((*answered, *last)) if row["project"]}


def _number(owner: str, taken: set[str]) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        if (code := f"{owner}-P{number}") not in taken:
            yield code


def _list_answered_alone(followups: Iterable[AnswersInForce], owner: str, planned: set[str]) -> Iterator[Row]:
    """Yield what follow-ups have answered about that is in no plan: it was left from the year before."""
    known = set(planned)
    for answers in followups:
        for row in answers.of("investment_outcomes", owner):
            if row.get("investment_id") and row["investment_id"] not in known:
                known.add(row["investment_id"])
                yield {name: row.get(name) for name in ("investment_id", *_PLANNED)}


def _join_projects(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Join rows of one project, which nobody could tell apart: their amounts are added up."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(fold_text(row["project"]), []).append(row)
    return [_join(same) for same in groups.values()]


def _join(same: Sequence[Row]) -> dict[str, Any]:
    years = [row["finished_year"] for row in same if row.get("finished_year") is not None]
    sums: Mapping[str, float | None] = {name: add_known(row.get(name) for row in same) for name in _MONEY}
    return {"project": same[0]["project"], **sums, "finished_year": max(years, default=None)}


def find_answer(row: Row, answers: Iterable[Row]) -> Row:
    """Return what was answered about an investment: by its id, else by its project in answers that have none; an empty row if nothing."""
    answers = tuple(answers)
    same = (a for a in answers if a.get("investment_id") == row["investment_id"])
    alike = (a for a in answers if not a.get("investment_id") and fold_text(a["project"] or "") == fold_text(row["project"] or ""))
    return next(same, None) or next(alike, {})


def list_investment_outlooks(year: YearSoFar, owner: str) -> dict[str, InvestmentOutlook]:
    """Return what is known of an owner's investments at the end of a year, by id."""
    return {
        row["investment_id"]: InvestmentOutlook(row, *_find_newest(row, year, owner), year.round.year)
        for row in list_investments(year, owner)
    }


def _find_newest(row: Row, year: YearSoFar, owner: str) -> tuple[Row, Round | None]:
    for answers in reversed(year.earlier):
        if answer := find_answer(row, answers.of("investment_outcomes", owner)):
            return answer, answers.round
    return {}, None


def make_unfinished_rows(last: YearSoFar, owner: str) -> tuple[Row, ...]:
    """Return the rows with which a plan's investments begin: those that are not finished, under their ids.

    What was planned for the next year is this year's budget, for the board to change; what they have cost and are expected to cost stands
    beside.
    """
    rows = []
    for code, outlook in list_investment_outlooks(last, owner).items():
        if outlook.goes_on:
            finished = outlook.finished_year
            rows.append(
                {
                    "investment_id": code,
                    "project": outlook.planned["project"],
                    "total_expenditure": outlook.planned["total_expenditure"],
                    "year_budget": outlook.planned["next_year"],
                    "finished_year": finished if finished and finished > last.round.year else None,
                    "accumulated": outlook.answer.get("accumulated"),
                    "expected_total": outlook.answer.get("expected_total"),
                    "carried": CONTINUES if outlook.settled else PRELIMINARY,
                    "last_round": outlook.round and outlook.round.id,
                }
            )
    return tuple(rows)


def list_followed_investments(year: YearSoFar, owner: str) -> tuple[Row, ...]:
    """Return the investments that a follow-up asks about: the year's, and those of last year that came too late for its plan.

    One that the plan offered and its board cleared is not asked about, unless the year's last word, told after that, is that it goes on;
    nor is anything where the plan was issued before it could offer any.
    """
    own = list_investments(year, owner)
    issued = year.plans.issued.get(owner)
    if year.last_year is None or (issued and "investments" not in issued.rows):
        return own
    offered = list_offered(year.plans, owner, "investments", "investment_id")
    before = list_investment_outlooks(year.last_year, owner)
    codes = {row["investment_id"] for row in own}
    typed_anew = {fold_text(row["project"] or "") for row in own if row["investment_id"] not in before}
    left = []
    for code, outlook in before.items():
        is_new = code not in codes and not was_cleared(code, offered, settled=outlook.settled)
        if outlook.goes_on and is_new and fold_text(outlook.planned["project"] or "") not in typed_anew:
            left.append({**outlook.planned, "year_budget": None, "carried": LEFT})
    return (*own, *left)


def find_last_answer(row: Row, year: YearSoFar, owner: str) -> tuple[Row, str | None]:
    """Return the newest answer about an investment before a round of a year, and the id of the round that it was given in.

    Of one given the year before, that is only what the investment has cost since it began.
    """
    answer, round_ = _find_newest(row, year, owner)
    if round_ is None and year.last_year is not None:
        answer, round_ = _find_newest(row, year.last_year, owner)
        answer = {"accumulated": answer.get("accumulated")}
    return answer, round_.id if round_ else None
