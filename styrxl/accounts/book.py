"""Amounts of an export as an owner's revenue and cost, in whole öre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from styrxl.accounts.table import NOTHING, AmountColumn, Values
from styrxl.descriptions.outcome_mapping import OutcomeMapping
from styrxl.model.booked_outcomes import BookedRow
from styrxl.returns.cell_values import fold_text

_ORE_IN = {"kronor": Decimal(100), "tkr": Decimal(100_000), "mkr": Decimal(100_000_000)}
_REVENUE_SIGNS = {"ledger": -1, "result": 1, "plain": 1}
_COST_SIGNS = {"ledger": 1, "result": -1, "plain": 1}


@dataclass(slots=True)
class _Sums:
    """What an activity has come to, in the export's unit; plus is revenue and cost."""

    revenue: Decimal = NOTHING
    cost: Decimal = NOTHING
    net: Decimal = NOTHING
    internal_revenue: Decimal = NOTHING
    internal_cost: Decimal = NOTHING


@dataclass(slots=True)
class Booking:
    """Adds rows up, by owner and activity; an activity that is spelled in two ways is one, as it was spelled first."""

    mapping: OutcomeMapping
    columns: Sequence[AmountColumn]
    _sums: dict[tuple[str, str], _Sums] = field(default_factory=dict)
    _spelled: dict[tuple[str, str], str] = field(default_factory=dict)

    def book(self, target: tuple[str, str], kind: str, values: Values, *, internal: bool) -> None:
        """Add a row's amounts to an owner's activity; ``kind``: revenue, cost, or "" where its column says so or net alone is known."""
        owner, activity = target
        spelled = self._spelled.setdefault((owner, fold_text(activity)), activity)
        sums = self._sums.setdefault((owner, spelled), _Sums())
        for column, value in zip(self.columns, values, strict=True):
            revenue, cost, net = self._split(column.role, kind, value)
            sums.revenue += revenue
            sums.cost += cost
            sums.net += net
            if internal:
                sums.internal_revenue += revenue
                sums.internal_cost += cost

    def _split(self, role: str, kind: str, value: Decimal) -> tuple[Decimal, Decimal, Decimal]:
        """Return an amount as revenue, cost and net cost."""
        if role in {"debit", "credit"}:
            role, value, signs = "amount", -value if role == "credit" else value, "ledger"
        else:
            signs = self.mapping.export.signs
        kind = role if role in {"revenue", "cost"} else kind
        if kind == "revenue":
            return value * _REVENUE_SIGNS[signs], NOTHING, -value * _REVENUE_SIGNS[signs]
        cost = value * _COST_SIGNS[signs]
        return NOTHING, cost if kind == "cost" else NOTHING, cost

    def find_net(self, values: Values, kind: str = "") -> int:
        """Return the net cost that a row's amounts are, in öre, whoever's they are."""
        return self.to_ore(sum((self._split(c.role, kind, v)[2] for c, v in zip(self.columns, values, strict=True)), NOTHING))

    def list_rows(self) -> tuple[BookedRow, ...]:
        """Return what has been booked, by owner and activity."""
        return tuple(self._make_row(*key, sums) for key, sums in sorted(self._sums.items()))

    def _make_row(self, owner: str, activity: str, sums: _Sums) -> BookedRow:
        if not self.mapping.splits:
            return BookedRow(owner, activity or None, None, None, self.to_ore(sums.net))
        revenue, cost = self.to_ore(sums.revenue), self.to_ore(sums.cost)
        internal = self.to_ore(sums.internal_revenue), self.to_ore(sums.internal_cost)
        return BookedRow(owner, activity or None, revenue, cost, cost - revenue, *internal)

    def to_ore(self, value: Decimal) -> int:
        """Return an amount of the export in öre."""
        return int((value * _ORE_IN[self.mapping.export.unit]).to_integral_value(ROUND_HALF_UP))
