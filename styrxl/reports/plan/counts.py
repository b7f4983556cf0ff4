"""What the plan's overview and its charts count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from styrxl.model.goal_tree import Node
from styrxl.reports.board_budgets import BoardBudget, list_budgets
from styrxl.reports.participation import Participation, list_participation
from styrxl.reports.view import View


@dataclass(frozen=True)
class Counts:
    """What is counted of a plan, each worked out once."""

    view: View

    @cached_property
    def participation(self) -> list[Participation]:
        """How each owner takes part."""
        return list_participation(self.view)

    @cached_property
    def budgets(self) -> list[BoardBudget]:
        """Each board's money."""
        return list_budgets(self.view)

    def nodes(self, kind: str) -> list[Node]:
        """Return the goals or commitments of a kind."""
        return [n for n in self.view.nodes if n.kind == kind]


def count_served(goals: Sequence[Node]) -> int:
    """Return how many goals have commitments under them."""
    return sum(n.commitments > 0 for n in goals)
