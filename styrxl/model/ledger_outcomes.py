"""A round's outcomes as the accounts have them: what the newest run of ``styrxl outcomes`` placed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from styrxl.model.amounts import add_amounts


@dataclass(frozen=True, slots=True)
class LedgerFigure:
    """What an owner's activity earned and cost so far (tkr, without minus signs but where it went the other way).

    ``activity`` is '' for a figure of the owner as a whole, as of a unit.
    """

    owner: str
    activity: str
    revenue: float
    cost: float

    @property
    def net(self) -> float:
        """Return cost minus revenue (tkr)."""
        return add_amounts((self.cost, -self.revenue))


@dataclass(frozen=True, slots=True)
class LedgerOutcomes:
    """What one run placed: its number in the round, when it was, the file it read, and a figure for each owner and activity.

    ``unplaced``: net cost in the file (tkr) that the mapping has no place for.
    """

    round: str
    run: int
    at: datetime
    file: str
    sha256: str
    figures: tuple[LedgerFigure, ...]
    unplaced: float = 0.0

    def of(self, owner: str) -> tuple[LedgerFigure, ...]:
        """Return an owner's figures."""
        return tuple(figure for figure in self.figures if figure.owner == owner)
