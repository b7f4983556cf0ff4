"""What the accounts say in the town of ``year``, recorded as a run of ``styrxl outcomes`` does."""

from __future__ import annotations

from datetime import datetime

from styrxl.model.booked_outcomes import BookedRow
from styrxl.store.ledger import Ledger
from styrxl.store.outcome_runs import OutcomeRun, record_run
from year import MOMENTS, Followed


def booked(owner: str, activity: str | None, revenue: float, cost: float) -> BookedRow:
    """Return what the accounts say of an activity (tkr)."""
    earned, spent = (round(amount * 100_000) for amount in (revenue, cost))
    return BookedRow(owner, activity, earned, spent, spent - earned)


def booked_net(owner: str, activity: str | None, net: float) -> BookedRow:
    """Return what accounts that do not tell revenue from cost say of an activity (tkr)."""
    return BookedRow(owner, activity, None, None, round(net * 100_000))


def record(followed: Followed, kind: str, *rows: BookedRow, at: datetime | None = None) -> int:
    """Record a run in a round and return its number."""
    run = OutcomeRun(f"2027-{kind}", f"utfall {kind}.csv", "a" * 64, "b" * 64, at or MOMENTS[kind], "Anna", 0, 0)
    with Ledger.open(followed.town.workspace.database) as ledger:
        return record_run(ledger.database, run, rows)
