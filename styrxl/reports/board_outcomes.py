"""The boards' outcomes and forecasts in a follow-up, against the council's frames and their own budgets (tkr).

A deviation is the frame, or the board's own budget, minus forecast (at year-end minus outcome), net: plus is a surplus.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from styrxl.model.amounts import add_amounts, add_known, subtract_amounts
from styrxl.model.council_plan import Frame
from styrxl.model.rounds import Round
from styrxl.reports.board_frames import BoardFrame, add_operating, boards_with_money
from styrxl.reports.booked import is_alone
from styrxl.reports.view import Owner, View

_RowsByOwner = Mapping[str, Sequence[Mapping[str, Any]]]
_SMALL_PART = 0.1  # of gross cost: a frame below it, as of what is paid by fees, makes any deviation look huge
PLANNED = ("planned_revenue", "planned_cost")  # the plan's budget before it is net
TYPED = ("outcome_revenue", "outcome_cost", "forecast_revenue", "forecast_cost", "unfunded", "last_forecast")


@dataclass(frozen=True, slots=True)
class MoneyOutcome:
    """The money of an activity, or of several added up (tkr); None where nobody has answered. ``final``: at year-end the outcome counts."""

    final: bool
    planned: float | None = None
    changes: float | None = None
    outcome_revenue: float | None = None
    outcome_cost: float | None = None
    forecast_revenue: float | None = None
    forecast_cost: float | None = None
    unfunded: float | None = None
    last_forecast: float | None = None
    effect: float | None = None
    planned_revenue: float | None = None
    planned_cost: float | None = None
    incomplete: bool = field(default=False, kw_only=True)  # whether an activity with a budget lacks what its year comes to

    @property
    def budget(self) -> float | None:
        """Current budget: as planned, and as changed since."""
        return None if self.planned is None and self.changes is None else add_amounts((self.planned, self.changes))

    @property
    def outcome_net(self) -> float | None:
        """Return the outcome, cost minus revenue (tkr)."""
        return _net(self.outcome_cost, self.outcome_revenue)

    @property
    def forecast_net(self) -> float | None:
        """Full-year forecast, net."""
        return _net(self.forecast_cost, self.forecast_revenue)

    @property
    def year_net(self) -> float | None:
        """What the year comes to, net: at year-end the outcome, before that the forecast."""
        return self.outcome_net if self.final else self.forecast_net

    @property
    def year_cost(self) -> float | None:
        """What the year costs before revenue."""
        return self.outcome_cost if self.final else self.forecast_cost

    @property
    def deviation(self) -> float | None:
        """What is left of the budget at the end of the year: plus is a surplus."""
        return None if self.incomplete else subtract_amounts(self.budget, self.year_net)

    @property
    def deviation_without_unfunded(self) -> float | None:
        """The deviation if the money that nobody has granted does not come."""
        return subtract_amounts(self.deviation, self.unfunded or 0.0)

    @property
    def deviation_after_measures(self) -> float | None:
        """The deviation when the measures have had their effect; None where there are none."""
        return None if self.effect is None or self.deviation is None else add_amounts((self.deviation, self.effect))


def _net(cost: float | None, revenue: float | None) -> float | None:
    """Return cost minus revenue, where either is known: unlike a rule, a page shows what there is."""
    return None if cost is None and revenue is None else add_amounts((cost, -(revenue or 0.0)))


def outcome_of(row: Mapping[str, Any], *, final: bool) -> MoneyOutcome:
    """Return a row of outcomes as an outcome."""
    names = ("planned_budget", "decided_changes", *TYPED, "measures_effect", *PLANNED)
    return MoneyOutcome(final, *(row.get(name) for name in names))


def add_outcomes(outcomes: Iterable[MoneyOutcome], *, final: bool) -> MoneyOutcome:
    """Add up outcomes, figure by figure; None where nobody has answered."""
    names = ("planned", "changes", *TYPED, "effect", *PLANNED)
    all_of_them = list(outcomes)
    incomplete = any(o.incomplete or (o.budget is not None and o.year_net is None) for o in all_of_them)
    return MoneyOutcome(final, *(add_known(getattr(outcome, name) for outcome in all_of_them) for name in names), incomplete=incomplete)


@dataclass(frozen=True, slots=True)
class FrameOutcome:
    """Money held against the council's frame: a board's, or that of several added up (tkr); None where it is not known.

    In each of them, and in their sum, ``deviation`` is ``not_laid_out`` plus ``money.deviation``: what was not laid out in the board's
    own budget, and the deviations of its activities.
    """

    decided: float | None
    adjustments: float | None
    money: MoneyOutcome
    later: float | None = None  # what the council decided after the day up to which decisions count

    @property
    def current(self) -> float | None:
        """Return the frame as it counts in the round."""
        return None if self.decided is None else add_amounts((self.decided, self.adjustments))

    @property
    def deviation(self) -> float | None:
        """What is left of the frame at the end of the year: plus is a surplus."""
        return None if self.money.incomplete else subtract_amounts(self.current, self.money.year_net)

    @property
    def not_laid_out(self) -> float | None:
        """What own current budget leaves of the frame."""
        return subtract_amounts(self.current, self.money.budget)

    @property
    def without_unfunded(self) -> float | None:
        """The deviation if the money that nobody has granted does not come."""
        return subtract_amounts(self.deviation, self.money.unfunded or 0.0)

    @property
    def with_later(self) -> float | None:
        """The deviation if what was decided after the day counts."""
        return None if self.deviation is None else add_amounts((self.deviation, self.later))

    @property
    def of_gross_cost(self) -> bool:
        """Whether the frame is too small to be a measure: less than a tenth of what the year costs before revenue."""
        return self.current is not None and abs(self.current) < _SMALL_PART * (self.money.year_cost or 0.0)

    @property
    def per_cent(self) -> float | None:
        """The deviation in per cent, to one decimal: of the frame without its sign, of a small one's gross cost; None at 0."""
        base = self.money.year_cost if self.of_gross_cost else abs(self.current or 0.0)
        return round(100 * self.deviation / base, 1) if self.deviation is not None and self.current and base else None


def add_frame_outcomes(measures: Sequence[FrameOutcome], *, final: bool) -> FrameOutcome:
    """Add up what is held against frames, figure by figure."""
    decided, adjustments, later = (add_known(getattr(m, name) for m in measures) for name in ("decided", "adjustments", "later"))
    return FrameOutcome(decided, adjustments, add_outcomes((m.money for m in measures), final=final), later)


@dataclass(frozen=True)
class BoardOutcome(BoardFrame):
    """A board's money in a follow-up; ``planned``: the net budget of its accepted plan.

    ``rows``: its activities, and last what is left to spread on them. ``closing``: what it was given and says as a whole; None where it
    was not asked.
    """

    rows: Sequence[Mapping[str, Any]]
    report: Mapping[str, Any] | None  # how far its decision has come
    accepted: bool  # whether its follow-up is
    planned: float | None
    final: bool
    closing: Mapping[str, Any] | None = None
    planned_gross: tuple[float | None, float | None] = (None, None)  # revenue and cost of its accepted plan

    @property
    def unspread(self) -> float:
        """What of the council's changes is left to spread on its activities."""
        return find_unspread(self.rows[:-1], self.closing) if self.rows and is_unspread(self.rows[-1]) else 0.0

    @cached_property
    def whole(self) -> MoneyOutcome:
        """All activities added up; of a board that has not answered the budget of its plan alone."""
        if not self.accepted:
            revenue, cost = self.planned_gross
            return MoneyOutcome(self.final, self.planned, planned_revenue=revenue, planned_cost=cost)
        return add_outcomes((outcome_of(row, final=self.final) for row in self.rows), final=self.final)

    @cached_property
    def measure(self) -> FrameOutcome:
        """Its money held against its frame."""
        return FrameOutcome(self.frame.operating, self.adjustments, self.whole, add_operating(self.frame.later))

    @property
    def comparable(self) -> bool:
        """Whether it has both a frame and what the year comes to."""
        return self.measure.deviation is not None

    @property
    def unreconciled(self) -> float:
        """Decided changes that the council's adjustments do not account for: a board's own moves come to nothing."""
        return add_amounts((self.whole.changes, -(self.adjustments or 0.0)))


def add_unspread(rows: Sequence[Mapping[str, Any]], closing: Mapping[str, Any] | None, name: str) -> Sequence[Mapping[str, Any]]:
    """Return a board's activities with a last one for what is left to spread on them, under a name, where anything is."""
    left = find_unspread(rows, closing)
    if not left or closing is None:
        return rows
    where = {key: value for key, value in closing.items() if key.startswith("_")}
    amounts = {"decided_changes": left, "outcome_cost": 0.0, "forecast_cost": 0.0}
    return [*rows, {**where, **amounts, "activity": name, "unspread": True}]


def is_unspread(row: Mapping[str, Any]) -> bool:
    """Tell whether a row is that of what is left to spread."""
    return bool(row.get("unspread"))


def source_of(row: Mapping[str, Any]) -> int | None:
    """Return the return that a row comes from; none for what is left to spread or the accounts alone have, which nobody has typed."""
    return None if is_unspread(row) or is_alone(row) else int(row["_source"])


def find_unspread(rows: Sequence[Mapping[str, Any]], closing: Mapping[str, Any] | None) -> float:
    """Return what a board was given to spread and its activities do not come to (tkr)."""
    return (
        add_amounts(((closing.get("decided_changes") or 0.0), *(-(row.get("decided_changes") or 0.0) for row in rows))) if closing else 0.0
    )


def list_outcomes(view: View) -> list[BoardOutcome]:
    """Return the outcomes of the boards with a frame, or with a follow-up to hand in or handed in."""
    return measure_outcomes(view, boards_with_money(view))


def measure_outcomes(view: View, framed: Iterable[tuple[Owner, Frame]]) -> list[BoardOutcome]:
    """Return the outcomes of owners, each given with its frame."""
    outcomes, reports, closings = (view.grouped(name) for name in ("outcomes", "report_status", "board_explanations"))
    boards = []
    for board, frame in framed:
        budget = view.history.plans.answers.of("budget", board.id) if view.history else ()
        net, revenue, cost = (add_amounts(row.get(key) for row in budget) if budget else None for key in ("net", "revenue", "cost"))
        report = next(iter(reports.get(board.id, [])), None)
        accepted, final = board.id in view.accepted, view.round.kind.final
        closing = next(iter(closings.get(board.id, [])), None)
        rows = add_unspread(outcomes.get(board.id, []), closing, view.phrases.word("to_spread"))
        boards.append(BoardOutcome(board, frame, rows, report, accepted, net, final, closing, (revenue, cost)))
    return boards


def add_boards(boards: Sequence[BoardOutcome]) -> MoneyOutcome:
    """Add up boards."""
    return add_outcomes((b.whole for b in boards), final=any(b.final for b in boards))


def list_deviations(view: View) -> tuple[list[tuple[Round, FrameOutcome]], int]:
    """Return what the money came to in each of the year's follow-ups so far, this one last, against the frames that counted in it.

    Of the boards that can be held against a frame in all of them; and how many of those that can in this one these leave out. Empty where
    nobody answered on money in an earlier one.
    """
    now = _complete(view.grouped("outcomes"), view.grouped("board_explanations"))
    past = [
        (p.round, _complete(p.answers.tables["outcomes"], p.answers.tables.get("board_explanations", {})))
        for p in (view.history.earlier if view.history else ())
        if "outcomes" in p.answers.tables
    ]
    measured = [(of, _measure_boards(view, of, tables)) for of, tables in (*past, (view.round, now))]
    answered = measured[-1][1]
    boards = [board for board in answered if all(board in measures for _, measures in measured)]
    if not past or not boards:
        return [], 0
    added = [(of, add_frame_outcomes([measures[b] for b in boards], final=of.kind.final)) for of, measures in measured]
    return added, len(answered) - len(boards)


def _complete(tables: _RowsByOwner, closings: _RowsByOwner) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Return the boards' activities with what is left to spread on them, by id."""
    return {owner: add_unspread(rows, next(iter(closings.get(owner, ())), None), "") for owner, rows in tables.items()}


def _measure_boards(view: View, of: Round, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, FrameOutcome]:
    """Return the boards that can be held against their frames in a round, by id; ``tables``: their rows of outcomes in it."""
    measures = {}
    for board in (b.id for b in view.boards if b.id in tables):
        frame = BoardFrame(view.by_id[board], view.plan.frame(board, of.year, of.frames_day))
        money = add_outcomes((outcome_of(row, final=of.kind.final) for row in tables[board]), final=of.kind.final)
        measures[board] = FrameOutcome(frame.frame.operating, frame.adjustments, money)
    return {board: measure for board, measure in measures.items() if measure.deviation is not None}


def signed_amount(view: View, value: float) -> str:
    """Return an amount (tkr) as a sentence has it, with its sign, in the reader's language."""
    text = f"{value:+,.2f}".removesuffix(".00").replace("-", "\N{MINUS SIGN}")
    return text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",") if view.scope.language == "sv" else text


def unsigned_amount(view: View, value: float | None) -> str:
    """Return an amount (tkr) as a sentence has it, a minus sign where it is below zero, in the reader's language."""
    return "–" if value is None else signed_amount(view, value).removeprefix("+")
