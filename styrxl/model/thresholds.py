"""Thresholds: how large a deviation may be before it has to be explained; each municipality sets its own."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from styrxl.model.amounts import ORE

_WHOLE_FROM = 10.0  # tkr: a limit below it is told with a decimal
_NOISE = 6  # decimals: what floating point adds lies below


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits that a deviation must be past, both of them: percent of the budget, and thousand kronor."""

    percent: float = 2.0
    tkr: float = 100.0

    def limit(self, budget: float) -> float:
        """Return the largest deviation (tkr, either way) from a budget (tkr) that needs no words."""
        return max(abs(budget) * self.percent / 100, self.tkr)

    def told_limit(self, budget: float) -> float:
        """Return the limit as a sentence has it: whole tkr, one decimal below 10, but what the municipality set itself as it was set.

        It is rounded down, so that what lies past the limit lies past what is said of it, too.
        """
        limit = self.limit(budget)
        if limit == self.tkr:
            return limit
        steps = 10 if limit < _WHOLE_FROM else 1
        return floor(round(limit * steps, _NOISE)) / steps

    def past(self, deviation: float, budget: float) -> bool:
        """Whether a deviation of either sign has to be explained."""
        return abs(deviation) > max(self.limit(budget), ORE)

    def short(self, deviation: float, budget: float) -> bool:
        """Whether a deviation is a deficit that has to be explained."""
        return deviation < 0 and self.past(deviation, budget)


NONE_ALLOWED = Thresholds(0.0, 0.0)  # where nothing is set, any deficit of a whole board has to be explained
