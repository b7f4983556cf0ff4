"""Outcomes beside those of the same round a year before (tkr, net): from last year's workbooks, else as typed in the council's plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from styrxl.model.amounts import add_amounts, add_known
from styrxl.model.council_plan import PastOutcome
from styrxl.reports.board_outcomes import BoardOutcome, outcome_of
from styrxl.reports.view import View

REST = None  # the activity of what was typed for a board as a whole beyond its activities


@dataclass(frozen=True, slots=True)
class ComparedOutcome:
    """What an activity (None: what was not told by activity) or a board has cost so far, now and a year before; None where nothing is told.

    A line that is new or gone counts as nothing where it was not.
    """

    activity: str | None
    now: float | None
    before: float | None

    @property
    def change(self) -> float:
        """How much more it is than a year before."""
        return add_amounts((self.now, -(self.before or 0.0)))

    @property
    def per_cent(self) -> float | None:
        """The change in per cent of what it was, to one decimal; None where that was nothing."""
        return round(100 * self.change / abs(self.before), 1) if self.before and self.now is not None else None


@dataclass(frozen=True, slots=True)
class ComparedBoard:
    """A board whose outcome can be held against last year's, by activity; ``typed``: whether that was typed in the council's plan."""

    board: BoardOutcome
    lines: tuple[ComparedOutcome, ...]
    typed: bool

    @property
    def has_rest(self) -> bool:
        """Whether some of last year's outcome, or all of it, is not told by activity."""
        return any(line.activity is REST for line in self.lines)

    @property
    def whole(self) -> ComparedOutcome:
        """All of its lines added up."""
        return add_compared(self.lines)


def add_compared(outcomes: Iterable[ComparedOutcome]) -> ComparedOutcome:
    """Add up outcomes and those of a year before."""
    outcomes = tuple(outcomes)
    return ComparedOutcome(REST, add_known(o.now for o in outcomes), add_known(o.before for o in outcomes))


def compare_boards(view: View, boards: Sequence[BoardOutcome]) -> tuple[ComparedBoard, ...]:
    """Return the boards that have answered, and of which last year's outcome of the same round is known."""
    returns = view.history.same_last_year if view.history else None
    rows = returns.answers.tables.get("outcomes", {}) if returns else {}
    round_id = view.round.year_before.id
    compared = []
    for board in (b for b in boards if b.accepted):
        typed = [past for past in view.plan.past_outcomes if (past.board_id, past.round) == (board.owner.id, round_id)]
        mine = rows.get(board.owner.id)
        if before := _from_workbook(mine) if mine else _from_plan(typed):
            compared.append(ComparedBoard(board, tuple(_compare(board, before)), typed=not mine))
    return tuple(compared)


Before = Mapping[str | None, tuple[str | None, float]]  # folded activity -> as it was written, net outcome (tkr)


def _from_workbook(rows: Sequence[Mapping[str, Any]]) -> Before:
    amounts = ((row["activity"], outcome_of(row, final=True).outcome_net) for row in rows)
    return {_fold(activity): (activity, net) for activity, net in amounts if net is not None}


def _from_plan(typed: Sequence[PastOutcome]) -> Before:
    """Return what was typed by activity, and what was typed for the whole board beyond it."""
    by_activity = {_fold(past.activity): (past.activity, past.outcome_net) for past in typed if past.activity}
    whole = next((past.outcome_net for past in typed if not past.activity), None)
    rest = None if whole is None else add_amounts((whole, *(-amount for _, amount in by_activity.values())))
    return {**by_activity, **({REST: (REST, rest)} if rest or (rest is not None and not by_activity) else {})}


def _compare(board: BoardOutcome, before: Before) -> Iterable[ComparedOutcome]:
    """Yield the activities of this year, each beside itself a year before, and then what there was besides."""
    left = dict(before)
    if left.keys() == {REST}:  # nothing is known by activity
        yield ComparedOutcome(REST, board.whole.outcome_net, left[REST][1])
        return
    for row in board.rows:
        _, amount = left.pop(_fold(row["activity"]), (None, None))
        yield ComparedOutcome(row["activity"], outcome_of(row, final=board.final).outcome_net, amount)
    for activity, amount in left.values():
        yield ComparedOutcome(activity, None, amount)


def _fold(activity: str | None) -> str | None:
    return " ".join(activity.casefold().split()) if activity else None
