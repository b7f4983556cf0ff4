"""The boards' budgets in a plan, against their frames (tkr)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from styrxl.model.amounts import add_amounts, add_known, subtract_amounts
from styrxl.model.council_plan import Frame
from styrxl.reports.board_frames import BoardFrame, boards_with_money
from styrxl.reports.view import Owner, View

MONEY = ("frame", "adjustments", "current_frame", "revenue", "cost", "net", "remaining", "unit_frames")  # figures, as headings name them


@dataclass(frozen=True)
class BoardBudget(BoardFrame):
    """A board's money in a plan (tkr); budget and what remains are None where there is no accepted plan."""

    confirmation: Mapping[str, Any] | None
    budget: Sequence[Mapping[str, Any]]
    unit_frames: Sequence[Mapping[str, Any]]
    accepted: bool  # whether its plan is

    @cached_property
    def revenue(self) -> float | None:
        """Budgeted revenue."""
        return add_amounts(row.get("revenue") for row in self.budget) if self.accepted else None

    @cached_property
    def cost(self) -> float | None:
        """Budgeted cost."""
        return add_amounts(row.get("cost") for row in self.budget) if self.accepted else None

    @property
    def net(self) -> float | None:
        """Budgeted net cost."""
        return subtract_amounts(self.cost, self.revenue)

    @property
    def remaining(self) -> float | None:
        """What remains of the frame: plus is within it."""
        return subtract_amounts(self.current, self.net)

    @property
    def divided(self) -> float | None:
        """What the board has divided among its units; None where it divides nothing."""
        return add_known(row.get("frame") for row in self.unit_frames)

    @property
    def money(self) -> tuple[float | None, ...]:
        """The figures in the order of ``MONEY``."""
        return (self.frame.operating, self.adjustments, self.current, self.revenue, self.cost, self.net, self.remaining, self.divided)


def list_budgets(view: View) -> list[BoardBudget]:
    """Return the budgets of the boards with a frame, or with a plan to hand in or handed in."""
    return measure_budgets(view, boards_with_money(view))


def measure_budgets(view: View, framed: Iterable[tuple[Owner, Frame]]) -> list[BoardBudget]:
    """Return the budgets of owners, each given with its frame."""
    confirmations, budgets, unit_frames = (view.grouped(name) for name in ("confirmation", "budget", "unit_frames"))
    return [
        BoardBudget(
            board,
            frame,
            next(iter(confirmations.get(board.id, [])), None),
            budgets.get(board.id, []),
            unit_frames.get(board.id, []),
            board.id in view.accepted,
        )
        for board, frame in framed
    ]


def count_within(budgets: Iterable[BoardBudget]) -> int:
    """Count the boards whose budget is within their frame."""
    return sum(b.remaining is not None and b.remaining >= 0 for b in budgets)


def add_budgets(budgets: Iterable[BoardBudget]) -> tuple[float | None, ...]:
    """Add up budgets, figure by figure in the order of ``MONEY``; None where nobody has any."""
    columns = zip(*(b.money for b in budgets), strict=True)
    return tuple(map(add_known, columns)) or (None,) * len(MONEY)
