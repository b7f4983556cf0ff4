"""Thresholds: how large a deviation may be before it has to be explained; each municipality sets its own."""

from __future__ import annotations

from dataclasses import dataclass

from styrxl.model.amounts import ORE


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits that a deviation must be past, both of them: percent of the budget, and thousand kronor."""

    percent: float = 2.0
    tkr: float = 100.0

    def limit(self, budget: float) -> float:
        """Return the largest deviation (tkr, either way) from a budget (tkr) that needs no words."""
        return max(abs(budget) * self.percent / 100, self.tkr)

    def past(self, deviation: float, budget: float) -> bool:
        """Whether a deviation of either sign has to be explained."""
        return abs(deviation) > max(self.limit(budget), ORE)

    def short(self, deviation: float, budget: float) -> bool:
        """Whether a deviation is a deficit that has to be explained."""
        return deviation < 0 and self.past(deviation, budget)


NONE_ALLOWED = Thresholds(0.0, 0.0)  # where nothing is set, any deficit of a whole board has to be explained
