"""Outcomes as the municipality's accounts have them: whole öre while they are kept, tkr where they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

ORE_IN_TKR = 100_000


def to_tkr(ore: int) -> float:
    """Return öre as the tkr that workbooks hold: two decimals, half a step away from zero."""
    return float((Decimal(ore) / ORE_IN_TKR).quantize(Decimal("0.01"), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class BookedRow:
    """What the accounts say of an owner's activity, or of the owner as a whole (``activity`` None); öre, plus is revenue and cost.

    ``revenue_ore`` and ``cost_ore`` are None where the accounts say net alone. ``internal_…``: what of it is internal.
    """

    owner: str
    activity: str | None
    revenue_ore: int | None
    cost_ore: int | None
    net_ore: int  # cost minus revenue
    internal_revenue_ore: int = 0
    internal_cost_ore: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What the row is about."""
        return self.owner, self.activity or ""

    @property
    def revenue(self) -> float | None:
        """Revenue (tkr)."""
        return None if self.revenue_ore is None else to_tkr(self.revenue_ore)

    @property
    def cost(self) -> float | None:
        """Cost (tkr)."""
        return None if self.cost_ore is None else to_tkr(self.cost_ore)

    @property
    def net(self) -> float:
        """Net cost (tkr): of cost and revenue as they show, so that a sheet that subtracts them has the same."""
        if self.revenue is None or self.cost is None:
            return to_tkr(self.net_ore)
        return round(self.cost - self.revenue, 2)


@dataclass(frozen=True, slots=True)
class BookedOutcomes:
    """A run of ``styrxl outcomes``: its number, when it was recorded, the export that it read, and its rows by owner and activity."""

    run: int
    recorded_at: datetime
    file_name: str
    rows: tuple[BookedRow, ...]

    @property
    def net_alone(self) -> bool:
        """Whether it says net cost alone, neither revenue nor cost."""
        return any(row.revenue_ore is None for row in self.rows)

    def of_owner(self, owner: str) -> tuple[BookedRow, ...]:
        """Return an owner's rows."""
        return tuple(row for row in self.rows if row.owner == owner)


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that another run has otherwise; None where it has none of it."""

    before: BookedRow | None
    now: BookedRow | None

    @property
    def row(self) -> BookedRow:
        """The row as it is, or was."""
        row = self.now or self.before
        assert row is not None
        return row


def list_changes(before: Sequence[BookedRow], now: Sequence[BookedRow]) -> tuple[RowChange, ...]:
    """Return the rows that two runs have otherwise, by owner and activity."""
    old, new = ({row.key: row for row in rows} for rows in (before, now))
    return tuple(RowChange(old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key))
