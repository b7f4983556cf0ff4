"""What the ledger keeps of the accounts, and which run counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postgres import Server
from styrxl.model.booked_outcomes import BookedRow, RowChange, list_changes
from styrxl.store.ledger import Ledger
from styrxl.store.outcome_runs import OutcomeRun, read_booked_outcomes, record_run

AT = datetime(2027, 5, 3, 9, 0, tzinfo=UTC)
RUN = OutcomeRun("2027-t1", "utfall april.csv", "a" * 64, "b" * 64, AT, "Anna", 2, 123_456)
SCHOOL = BookedRow("UBN", "Grundskola", 1_234_567, 98_765_432_10, 98_765_432_10 - 1_234_567, 0, 5)
WHOLE = BookedRow("KFN", None, None, None, -50)


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """Give a ledger: both kinds of database give the same."""
    server: Server | None = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    with Ledger.open(server.new_database() if server else tmp_path / "styrxl.db") as opened:
        yield opened


def test_a_round_without_runs_has_no_booked_outcomes(ledger: Ledger) -> None:
    assert read_booked_outcomes(ledger, "2027-t1") is None


def test_the_newest_run_of_a_round_counts_and_the_one_in_force_at_a_time_can_be_asked_for(ledger: Ledger) -> None:
    assert record_run(ledger.database, RUN, (SCHOOL, WHOLE)) == 1
    newer = replace(RUN, recorded_at=AT + timedelta(days=1), file_name="rättat.csv")
    assert record_run(ledger.database, newer, (SCHOOL,)) == 2
    assert record_run(ledger.database, replace(RUN, round="2027-t2"), ()) == 3
    found = read_booked_outcomes(ledger, "2027-t1")
    assert found is not None
    assert (found.run, found.recorded_at, found.file_name, found.rows) == (2, newer.recorded_at, "rättat.csv", (SCHOOL,))
    then = read_booked_outcomes(ledger, "2027-t1", AT)
    assert then is not None
    assert (then.run, then.rows) == (1, (WHOLE, SCHOOL))
    assert read_booked_outcomes(ledger, "2027-t1", AT - timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    "row, revenue, cost, net",
    [
        (SCHOOL, 12.35, 98_765.43, 98_753.08),  # 12.34567; 98,765.4321
        (WHOLE, None, None, 0.0),  # half an öre of what shows
        (BookedRow("KFN", "Bad", 500, 499, -1), 0.01, 0.0, -0.01),
        (BookedRow("KFN", "Bad", -500, 0, 500), -0.01, 0.0, 0.01),
    ],
)
def test_ore_show_as_tkr_with_two_decimals(row: BookedRow, revenue: float | None, cost: float | None, net: float) -> None:
    assert (row.revenue, row.cost, row.net) == (revenue, cost, net)


def test_what_changed_between_runs_is_what_is_otherwise_new_or_gone() -> None:
    other = replace(SCHOOL, cost_ore=1)
    assert list_changes((SCHOOL, WHOLE), (other, WHOLE)) == (RowChange(SCHOOL, other),)
    assert list_changes((), (WHOLE,)) == (RowChange(None, WHOLE),)
    assert list_changes((WHOLE,), ()) == (RowChange(WHOLE, None),)
    assert list_changes((WHOLE,), ())[0].row == WHOLE
