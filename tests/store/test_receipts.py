"""The times at which returns count as received: their files' own dates, as far as these can be believed."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.store.receipts import Key, Receipt, settle_times

NOW = datetime(2027, 1, 5, 9, tzinfo=UTC)
DAY, HOUR, SECOND, TICK = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1), timedelta(microseconds=1)
UNDATED = datetime(1980, 1, 1, tzinfo=UTC)
Known = dict[str, list[tuple[Key, datetime]]]


def receipt(name: str, dated: datetime, owner: str | None = "UBN") -> Receipt:
    return Receipt(name, name, 1, dated, owner=owner)


def settle(*dates: datetime, latest: datetime | None = None) -> list[tuple[str, datetime, bool]]:
    """Return of files a, b, … in the order in which they count: name, time less NOW, and whether the date is believed."""
    new = [receipt(chr(97 + number), dated) for number, dated in enumerate(dates)]
    known = {"UBN": [(("old", "old"), latest)]} if latest else {}
    return [(r.path, r.received_at, r.dated_at is None) for r in settle_times(new, known, NOW)]


@pytest.mark.parametrize(
    "dates, latest, expected",
    [
        ([NOW - DAY], None, [("a", NOW - DAY, True)]),
        ([NOW - DAY], NOW - 2 * DAY, [("a", NOW - DAY, True)]),
        ([NOW - DAY], NOW - HOUR, [("a", NOW - HOUR + TICK, False)]),
        ([NOW - DAY], NOW - DAY, [("a", NOW - DAY + TICK, False)]),
        ([NOW + SECOND], None, [("a", NOW, True)]),
        ([NOW + DAY], None, [("a", NOW, False)]),
        ([datetime(2099, 1, 1, tzinfo=UTC)], NOW - DAY, [("a", NOW, False)]),
        ([NOW + DAY], NOW, [("a", NOW + TICK, False)]),
        ([NOW - DAY], NOW + DAY, [("a", NOW + DAY + TICK, False)]),
        ([UNDATED], None, [("a", NOW, False)]),
        ([datetime(1970, 1, 1, tzinfo=UTC)], NOW - DAY, [("a", NOW, False)]),
        ([NOW + 2 * DAY, NOW + DAY, NOW - DAY], None, [("c", NOW - DAY, True), ("b", NOW - TICK, False), ("a", NOW, False)]),
        ([NOW - DAY, NOW - 2 * DAY], NOW - HOUR, [("b", NOW - HOUR + TICK, False), ("a", NOW - HOUR + 2 * TICK, False)]),
        ([NOW - DAY, NOW - DAY], None, [("a", NOW - DAY, True), ("b", NOW - DAY + TICK, True)]),
        ([NOW - HOUR, UNDATED], None, [("a", NOW - HOUR, True), ("b", NOW, False)]),
    ],
)
def test_the_date_of_a_file(dates: list[datetime], latest: datetime | None, expected: list[tuple[str, datetime, bool]]) -> None:
    """Never later than now, always later than what came before, in the order of the files' own dates."""
    assert settle(*dates, latest=latest) == expected


def test_one_owner_s_date_is_nothing_to_another() -> None:
    """Nor to a file that does not say whose it is."""
    new = [receipt("a", NOW - DAY, "UBN"), receipt("b", NOW - 2 * DAY, "KFN"), receipt("c", NOW - 3 * DAY, None)]
    known: Known = {"UBN": [(("old", "old"), NOW - HOUR)]}
    assert {r.path: r.received_at for r in settle_times(new, known, NOW)} == {
        "a": NOW - HOUR + TICK,
        "b": NOW - 2 * DAY,
        "c": NOW - 3 * DAY,
    }


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(["UBN", "KFN"]), st.integers(-1000, 1000), st.sampled_from([TICK, HOUR, 9 * DAY])), max_size=6),
        max_size=6,
    ),
    st.lists(st.integers(-5, 50), min_size=6, max_size=6),
)
def test_any_files_in_any_batches(batches: list[list[tuple[str, int, timedelta]]], waits: list[int]) -> None:
    """Later than all before, in their own order within a batch, and not after now but where the clock was put back or stood still."""
    known: defaultdict[str, list[tuple[Key, datetime]]] = defaultdict(list)
    now = NOW
    for number, (batch, wait) in enumerate(zip(batches, waits, strict=False)):
        now += wait * HOUR
        new = [receipt(f"{number}-{n}", NOW + count * unit, owner) for n, (owner, count, unit) in enumerate(batch)]
        dated = {r.path: r.received_at for r in new}
        for owner in ("UBN", "KFN"):
            latest = max((at for _, at in known[owner]), default=UNDATED)
            settled = [r for r in settle_times(new, known, now) if r.owner == owner]
            assert sorted(r.path for r in settled) == sorted(r.path for r in new if r.owner == owner)
            assert all(a.received_at < b.received_at for a, b in pairwise(settled))
            assert [dated[r.path] for r in settled] == sorted(dated[r.path] for r in settled)
            assert all(r.received_at > latest for r in settled)
            assert all(r.received_at <= max(now, latest + len(settled) * TICK) for r in settled)
            assert all(r.dated_at is None or r.dated_at == dated[r.path] for r in settled)
            known[owner] += [(r.key, r.received_at) for r in settled]


def test_files_of_one_run_in_several_batches() -> None:
    """An older file in a later batch of the same run is no newer for that, and no two come at once."""
    first = settle_times([receipt("b", NOW - HOUR)], {}, NOW)
    known = {"UBN": [(r.key, r.received_at) for r in first]}
    [second] = settle_times([receipt("a", NOW - DAY)], known, NOW, {r.key for r in first})
    assert (second.received_at, second.dated_at) == (NOW - DAY, None)
    [third] = settle_times([receipt("c", NOW - HOUR)], known, NOW, {r.key for r in first})
    assert third.received_at == NOW - HOUR + TICK
