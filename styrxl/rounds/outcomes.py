"""What counts in a round of what the municipality's accounts say; apart from how they are read, which takes more to import."""

from __future__ import annotations

from datetime import datetime

from styrxl.model.booked_outcomes import BookedOutcomes
from styrxl.store.ledger import Ledger
from styrxl.store.outcome_runs import read_newest_run


def read_booked_outcomes(ledger: Ledger, round_id: str, at: datetime | None = None) -> BookedOutcomes | None:
    """Return what the accounts say in a round: by its newest run, or by the one that was newest at a time; None where there is none."""
    found = read_newest_run(ledger.database, round_id, at)
    return BookedOutcomes(found[0].number, found[0].recorded_at, found[0].file_name, found[1]) if found else None
