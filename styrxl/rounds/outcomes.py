"""Outcomes from the municipality's accounts: an export read and placed, kept in the ledger, and what of it counts."""

from __future__ import annotations

from datetime import datetime

from styrxl.model.booked_outcomes import BookedOutcomes
from styrxl.store.ledger import Ledger
from styrxl.store.outcome_runs import read_newest_run


def read_booked_outcomes(ledger: Ledger, round_id: str, at: datetime | None = None) -> BookedOutcomes | None:
    """Return what the accounts say in a round: by its newest run, or by the one that was newest at a time; None where there is none."""
    found = read_newest_run(ledger.database, round_id, at)
    return found[1] if found else None
