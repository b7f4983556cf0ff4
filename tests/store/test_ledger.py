"""The ledger, and the database that it lies in."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st

from forked import CONTEXT, make_process
from postgres import Server
from styrxl.model.decisions import Decision
from styrxl.model.errors import StyrxlError
from styrxl.store import migrations
from styrxl.store.database import METADATA, open_database
from styrxl.store.ledger import Issue, Ledger, RoundRecord, Verdict
from styrxl.store.numbers import Allotted, NumberBlock, allot_numbers, list_taken
from styrxl.store.receipts import Receipt

NOON = datetime(2026, 11, 30, 12, 0, 0, 250, tzinfo=UTC)
LATER = NOON + timedelta(days=30)
ISSUE = Issue("i-1", "2027-plan", "UBN", "annual_plan", 1, None, "sv", NOON, "UBN.xlsx")
RECEIPT = Receipt("inbox/2027-plan/UBN.xlsx", "a" * 64, 10, NOON, "ubn@botkyrka.example")
DECISION = Decision(RECEIPT.path, RECEIPT.sha256, "UBN", "set-aside", "fel år", "Anna", NOON)
VERDICT = Verdict(RECEIPT.path, RECEIPT.sha256, "UBN", "rejected", 2, 1, "annual_plan 1", "0.1.0", NOON)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a ledger of SQLite's lies."""
    return tmp_path / "styrxl.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, file: Path) -> Path | str:
    """Where a ledger lies: both kinds of database give the same."""
    if request.param == "sqlite":
        return file
    server: Server = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def ledger(place: Path | str) -> Iterator[Ledger]:
    with Ledger.open(place) as opened:
        yield opened


def rows(place: Path | str, query: str) -> list[tuple[object, ...]]:
    engine = sa.create_engine(f"sqlite:///{place}" if isinstance(place, Path) else place.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql(query)]
    engine.dispose()
    return found


# Issues


def test_an_issue_is_found_again_with_what_was_prefilled(ledger: Ledger) -> None:
    issue = replace(ISSUE, profile="skola")
    ledger.record_issues([(issue, '{"owner": "ÄN"}')])
    assert ledger.issue("i-1") == issue
    assert ledger.prefills(["i-1", "i-2"]) == {"i-1": '{"owner": "ÄN"}'}


def test_what_was_never_issued_is_not_found(ledger: Ledger) -> None:
    assert ledger.issue("i-1") is None
    assert ledger.issues("2027-plan") == {}
    assert ledger.prefills([]) == {}


def test_the_newest_issue_of_each_owner_counts_in_its_round(ledger: Ledger) -> None:
    first, second = replace(ISSUE, issue_id="i-9"), replace(ISSUE, issue_id="i-3", created_at=NOON - timedelta(days=1))
    other, elsewhere = replace(ISSUE, issue_id="i-4", owner="ÄN"), replace(ISSUE, issue_id="i-5", round="2027-t1")
    ledger.record_issues([(first, "{}"), (other, "{}")])
    ledger.record_issues([(second, "{}"), (elsewhere, "{}")])
    assert list(ledger.issues("2027-plan").items()) == [("UBN", second), ("ÄN", other)]
    assert ledger.issues("2027-t1") == {"UBN": elsewhere}
    assert ledger.issue("i-9") == first


def test_what_was_prefilled_alike_is_kept_once(ledger: Ledger, place: Path | str) -> None:
    ledger.record_issues([(replace(ISSUE, issue_id=f"i-{n}"), f"prefill {n % 2}") for n in range(6)])
    ledger.record_issues([(replace(ISSUE, issue_id="i-6"), "prefill 0")])
    assert rows(place, "SELECT count(*) FROM prefills") == [(2,)]
    assert ledger.prefills(f"i-{n}" for n in range(7)) == {f"i-{n}": f"prefill {n % 2}" for n in range(7)}


def test_what_another_zlib_packed_is_read(ledger: Ledger) -> None:
    """Ledgers of 0.1 hold what zlib-ng packed, whose bytes are others than zlib's."""
    text = '{"åtgärder": 1}' * 40
    packed = b'x\x01\xabV:\xbc\xb4$\xfd\xf0\x92\xa2\x94\xd4"%+\x05\xc3\xdaQ\x81\xd1\xf0\x18\x84\xc9\x01\x00\xef\xed\x1c\xc0'
    assert packed != zlib.compress(text.encode(), 1)
    ledger.record_issues([(ISSUE, "{}")], {"e-1": "{}"})
    with ledger.database.writing() as connection:
        connection.execute(METADATA.tables["prefills"].update().values(content=packed))
        connection.execute(METADATA.tables["editions"].update().values(content=packed))
    assert ledger.prefills(["i-1"]) == {"i-1": text}
    assert ledger.editions() == {"e-1": text}


def test_an_issue_id_is_used_once_and_all_or_nothing_is_recorded(ledger: Ledger, place: Path | str) -> None:
    ledger.record_issues([(ISSUE, "{}")])
    with pytest.raises(sa.exc.IntegrityError):
        ledger.record_issues([(replace(ISSUE, issue_id="i-2"), "new"), (ISSUE, "other")])
    assert ledger.issue("i-2") is None
    assert rows(place, "SELECT count(*) FROM prefills") == [(1,)]


@pytest.mark.parametrize("changed", [{"owner": "ÄN"}, {"round": "2027-t1"}, {"version": 2}, {"profile": "skola"}, {"language": "en"}])
def test_an_issue_id_that_was_used_for_something_else_is_refused(ledger: Ledger, changed: dict[str, Any]) -> None:
    ledger.record_issues([(ISSUE, "{}")])
    with pytest.raises(sa.exc.IntegrityError):
        ledger.record_issues([(replace(ISSUE, **changed), "{}")])


def test_two_who_hand_out_the_same_workbook_at_once_issue_it_once(ledger: Ledger, place: Path | str) -> None:
    first = replace(ISSUE, issued_by="Anna")
    ledger.record_issues([(first, "{}")])
    ledger.record_issues(
        [(replace(ISSUE, issued_by="Bo", created_at=NOON + timedelta(seconds=1)), "{}"), (replace(ISSUE, issue_id="i-2"), "{}")]
    )
    assert ledger.issue("i-1") == first
    assert rows(place, "SELECT issue_id FROM issues ORDER BY number") == [("i-1",), ("i-2",)]


def test_thousands_are_recorded_and_found_in_one_go(ledger: Ledger) -> None:
    issues = [(replace(ISSUE, issue_id=f"i-{n}", owner=f"U-{n}"), f"prefill {n}") for n in range(3000)]
    ledger.record_issues(issues)
    assert ledger.issues("2027-plan") == {issue.owner: issue for issue, _ in issues}
    assert ledger.prefills(issue.issue_id for issue, _ in issues) == {issue.issue_id: prefill for issue, prefill in issues}


def test_times_are_kept_as_utc(ledger: Ledger) -> None:
    summer = datetime(2026, 7, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    ledger.record_issues([(replace(ISSUE, created_at=summer), "{}")])
    issue = ledger.issue("i-1")
    assert issue
    assert issue.created_at.isoformat() == "2026-06-30T23:30:00+00:00"


def test_a_time_without_a_zone_is_refused(ledger: Ledger) -> None:
    with pytest.raises(sa.exc.StatementError, match="without a zone"):
        ledger.record_issues([(replace(ISSUE, created_at=NOON.replace(tzinfo=None)), "{}")])


# Numbers


def test_numbers_go_on_after_those_of_other_rounds(ledger: Ledger) -> None:
    """As long as nobody has looked which of them are used."""
    assert ledger.reserve_numbers("2027-plan", {("UBN", "M"): 30, ("UBN", "2027-A"): 60, ("ÄN", "M"): 30}) == {
        ("UBN", "M"): ((1, 30),),
        ("UBN", "2027-A"): ((1, 60),),
        ("ÄN", "M"): ((1, 30),),
    }
    expected = {("UBN", "M"): ((31, 60),), ("UBN", "2028-A"): ((1, 60),)}
    assert ledger.reserve_numbers("2028-plan", {("UBN", "M"): 30, ("UBN", "2028-A"): 60}) == expected


def test_numbers_go_on_after_the_highest_used(ledger: Ledger) -> None:
    """Not after the highest printed; what nobody has answered under is handed out again, and the older round is told so."""
    key = ("UBN", "2027-A")
    assert ledger.reserve_numbers("2027-plan", {key: 60}) == {key: ((1, 60),)}
    assert ledger.reserve_numbers("2027-t1", {key: 10}, {"2027-plan": {key: 8}}) == {key: ((9, 18),)}
    used = {"2027-plan": {key: 8}, "2027-t1": {}}
    assert ledger.reserve_numbers("2027-t2", {key: 10}, used) == {key: ((9, 18),)}
    assert ledger.taken_numbers("2027-plan") == {key: ((9, 18, "2027-t1"), (9, 18, "2027-t2"))}
    assert ledger.taken_numbers("2027-t1") == {key: ((9, 18, "2027-t2"),)}
    assert ledger.taken_numbers("2027-t2") == {}


def test_handing_out_again_burns_no_numbers(ledger: Ledger, place: Path | str) -> None:
    """Whoever has taken over what; only where more rows are asked for they come after the highest used."""
    key = ("UBN", "2027-A")
    ledger.reserve_numbers("2027-plan", {key: 60})
    ledger.reserve_numbers("2027-t1", {key: 10}, {"2027-plan": {key: 8}})
    ledger.reserve_numbers("2027-t2", {key: 10}, {"2027-plan": {key: 8}, "2027-t1": {key: 10}})
    before = rows(place, "SELECT * FROM number_blocks ORDER BY place")
    used = {"2027-plan": {key: 8}, "2027-t2": {key: 12}}
    assert ledger.reserve_numbers("2027-plan", {key: 60}, {}) == {key: ((1, 60),)}
    assert ledger.reserve_numbers("2027-t1", {key: 10}, used) == {key: ((9, 18),)}
    assert rows(place, "SELECT * FROM number_blocks ORDER BY place") == before
    assert ledger.reserve_numbers("2027-t1", {key: 12}, used) == {key: ((9, 20),)}
    assert ledger.taken_numbers("2027-t1") == {key: ((11, 18, "2027-t2"),)}


def test_a_round_keeps_its_numbers(ledger: Ledger, place: Path | str) -> None:
    key = ("UBN", "M")
    for count in (30, 10, 50):
        assert ledger.reserve_numbers("2027-plan", {key: count}) == {key: ((1, count),)}
    assert rows(place, "SELECT first, last FROM number_blocks") == [(1, 50)]
    assert ledger.reserve_numbers("2028-plan", {key: 1}) == {key: ((51, 51),)}


def test_a_round_that_cannot_grow_gets_more_numbers(ledger: Ledger, place: Path | str) -> None:
    """Growing over the numbers of a round in between would give one id two meanings."""
    key = ("UBN", "2027-A")
    assert ledger.reserve_numbers("2027-plan", {key: 60}) == {key: ((1, 60),)}
    assert ledger.reserve_numbers("2027-t1", {key: 20}) == {key: ((61, 80),)}
    assert ledger.reserve_numbers("2027-plan", {key: 60}) == {key: ((1, 60),)}
    assert ledger.reserve_numbers("2027-plan", {key: 100}) == {key: ((1, 60), (81, 120))}
    assert ledger.reserve_numbers("2027-plan", {key: 110}) == {key: ((1, 60), (81, 130))}
    expected = [("2027-plan", 1, 60), ("2027-t1", 61, 80), ("2027-plan", 81, 130)]
    assert rows(place, "SELECT round, first, last FROM number_blocks ORDER BY first") == expected


def test_nothing_to_number_reserves_nothing(ledger: Ledger) -> None:
    assert ledger.reserve_numbers("2027-plan", {}) == {}


@pytest.mark.parametrize("count", [0, -1])
def test_numbers_for_no_rows_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match=str(count)):
        allot_numbers([], "2027-plan", count)


def test_numbers_of_a_round_to_which_none_were_handed_out_count_as_used() -> None:
    """As of a plan that was issued before its rows had ids, and given some afterwards."""
    assert allot_numbers([], "2028-plan", 3, {"2027-plan": 4}).ranges == ((5, 7),)
    assert allot_numbers([], "2028-plan", 3, {"2028-plan": 4}).ranges == ((1, 3),)


ROUNDS_OF_A_YEAR = ["2027-plan", "2027-t1", "2027-t2", "2027-year"]


def _handed_out(blocks: list[NumberBlock], allotted: Allotted) -> list[NumberBlock]:
    return blocks if allotted.block is None else [b for b in blocks if b.place != allotted.block.place] + [allotted.block]


@given(st.lists(st.tuples(st.sampled_from(ROUNDS_OF_A_YEAR), st.integers(1, 40)), max_size=30))
def test_numbers_of_two_rounds_never_meet(calls: list[tuple[str, int]]) -> None:
    """Where nobody knows which are used."""
    blocks: list[NumberBlock] = []
    for round_id, count in calls:
        before = [block for block in blocks if block.round == round_id]
        allotted = allot_numbers(blocks, round_id, count)
        blocks = _handed_out(blocks, allotted)
        assert sum(last - first + 1 for first, last in allotted.ranges) == count
        assert allot_numbers(blocks, round_id, count) == replace(allotted, block=None)
        # What was handed out stays the round's own.
        assert all(any(b.first == old.first and b.last >= old.last and b.round == round_id for b in blocks) for old in before)
    owners = sorted((number, block.round) for block in blocks for number in range(block.first, block.last + 1))
    assert [number for number, _ in owners] == list(range(1, len(owners) + 1))


@given(st.lists(st.tuples(st.sampled_from(ROUNDS_OF_A_YEAR), st.integers(1, 12), st.lists(st.integers(0, 11), max_size=4)), max_size=20))
def test_no_number_is_answered_under_in_two_rounds(calls: list[tuple[str, int, list[int]]]) -> None:
    """However rounds are handed out and answered, late or not: an answer under a number that was taken over is refused."""
    blocks: list[NumberBlock] = []
    printed: dict[str, list[int]] = {}
    used: dict[str, set[int]] = {round_id: set() for round_id in ROUNDS_OF_A_YEAR}
    for round_id, count, answered in calls:
        allotted = allot_numbers(blocks, round_id, count, {other: max(numbers, default=0) for other, numbers in used.items()})
        blocks = _handed_out(blocks, allotted)
        numbers = [number for first, last in allotted.ranges for number in range(first, last + 1)]
        printed.setdefault(round_id, []).extend(numbers)
        for late, those in printed.items():  # whoever has a workbook may answer now
            gone = {number for first, last, _ in list_taken(blocks, late) for number in range(first, last + 1)}
            assert not gone & used[late]  # what was answered keeps its meaning
            used[late] |= {those[place] for place in answered if place < len(those)} - gone
    everywhere = [number for numbers in used.values() for number in numbers]
    assert len(everywhere) == len(set(everywhere))


# Receipts


def test_a_file_is_received_when_it_was_first_seen(ledger: Ledger) -> None:
    touched = replace(RECEIPT, received_at=NOON + timedelta(days=9), origin=None)
    assert ledger.register_receipts("2027-plan", [RECEIPT], LATER) == {RECEIPT.path: RECEIPT}
    assert ledger.register_receipts("2027-plan", [touched], LATER) == {RECEIPT.path: RECEIPT}


def test_other_bytes_another_name_or_another_round_is_another_receipt(ledger: Ledger, place: Path | str) -> None:
    ledger.register_receipts("2027-plan", [RECEIPT], LATER)
    later = NOON + timedelta(hours=1)
    changed = replace(RECEIPT, sha256="b" * 64, received_at=later)
    copied = replace(RECEIPT, path="inbox/2027-plan/UBN (1).xlsx", received_at=later)
    again = replace(RECEIPT, received_at=later)
    assert ledger.register_receipts("2027-plan", [changed, copied], LATER) == {
        changed.path: changed,
        copied.path: replace(copied, received_at=NOON),
    }
    assert ledger.register_receipts("2027-t1", [again], LATER) == {again.path: again}
    assert ledger.register_receipts("2027-plan", [again], LATER) == {RECEIPT.path: RECEIPT}
    assert rows(place, "SELECT count(*) FROM receipts") == [(4,)]


def test_the_first_sight_of_a_file_looks_like_all_later_ones(ledger: Ledger) -> None:
    local = replace(RECEIPT, received_at=NOON.astimezone(timezone(timedelta(hours=1))))
    first, second = (ledger.register_receipts("2027-plan", [local], LATER)[RECEIPT.path] for _ in range(2))
    assert first.received_at.isoformat() == second.received_at.isoformat() == "2026-11-30T12:00:00.000250+00:00"


# Verdicts


def test_a_verdict_is_recorded_when_something_changed(ledger: Ledger, place: Path | str) -> None:
    ledger.register_receipts("2027-plan", [RECEIPT], LATER)
    later = NOON + timedelta(hours=1)
    accepted = replace(VERDICT, verdict="accepted", errors=0, judged_at=later)
    assert ledger.record_verdicts("2027-plan", [VERDICT]) == 1
    assert ledger.record_verdicts("2027-plan", [replace(VERDICT, judged_at=later)]) == 0
    assert ledger.verdicts("2027-plan") == {VERDICT.path: VERDICT}
    assert ledger.record_verdicts("2027-plan", [accepted]) == 1
    assert ledger.verdicts("2027-plan") == {VERDICT.path: accepted}
    assert ledger.record_verdicts("2027-plan", [replace(VERDICT, judged_at=later)]) == 1
    assert rows(place, "SELECT verdict FROM verdicts ORDER BY number") == [("rejected",), ("accepted",), ("rejected",)]


@pytest.mark.parametrize(
    "changed",
    [
        replace(VERDICT, owner=None),
        replace(VERDICT, verdict="superseded"),
        replace(VERDICT, errors=3),
        replace(VERDICT, warnings=0),
        replace(VERDICT, forms="annual_plan 2"),
        replace(VERDICT, program="0.2.0"),
    ],
)
def test_each_part_of_a_verdict_counts_as_a_change(ledger: Ledger, changed: Verdict) -> None:
    ledger.register_receipts("2027-plan", [RECEIPT], LATER)
    ledger.record_verdicts("2027-plan", [VERDICT])
    assert ledger.record_verdicts("2027-plan", [changed]) == 1
    assert ledger.verdicts("2027-plan") == {VERDICT.path: changed}


def test_verdicts_of_a_round_are_its_own(ledger: Ledger) -> None:
    ledger.register_receipts("2027-plan", [RECEIPT], LATER)
    ledger.record_verdicts("2027-plan", [VERDICT])
    assert ledger.verdicts("2027-t1") == {}


def test_only_what_was_received_is_judged(ledger: Ledger) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        ledger.record_verdicts("2027-plan", [VERDICT])


# Decisions


def test_decisions_on_a_file_are_kept_in_order_with_who_and_why(ledger: Ledger) -> None:
    ledger.register_receipts("2027-plan", [RECEIPT], LATER)
    later = replace(DECISION, kind="take-back", reason="rätt", decided_by="Bo", decided_at=NOON - timedelta(days=1))
    assert [ledger.decide("2027-plan", d) for d in (DECISION, later)] == [DECISION, later]
    assert ledger.decisions("2027-plan") == {RECEIPT.sha256: (DECISION, later)}
    assert ledger.decisions("2027-t1") == {}


def test_what_was_decided_is_not_decided_again(ledger: Ledger) -> None:
    ledger.register_receipts("2027-plan", [RECEIPT], LATER)
    ledger.decide("2027-plan", DECISION)
    assert ledger.decide("2027-plan", replace(DECISION, decided_by="Bo", reason="annat")) == DECISION
    assert ledger.decisions("2027-plan") == {RECEIPT.sha256: (DECISION,)}


def test_a_file_is_assigned_anew_only_to_another_owner_or_as_another_form(ledger: Ledger) -> None:
    """Who it is assigned to says nothing on whether it counts, nor the other way round."""
    ledger.register_receipts("2027-plan", [RECEIPT], LATER)
    assigned = replace(DECISION, kind="assign", owner="KFN", form="annual_plan", reason="")
    other, again = replace(assigned, owner="UBN"), replace(assigned, decided_by="Bo")
    unit = replace(assigned, form="unit_plan")
    given = [DECISION, assigned, replace(DECISION, decided_by="Bo"), again, other, assigned, unit]
    kept = [DECISION, assigned, DECISION, assigned, other, assigned, unit]
    assert [ledger.decide("2027-plan", d) for d in given] == kept
    assert ledger.decisions("2027-plan") == {RECEIPT.sha256: (DECISION, assigned, other, assigned, unit)}


def test_only_what_was_received_is_decided_about(ledger: Ledger) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        ledger.decide("2027-plan", DECISION)


def test_a_merge_is_recorded_once_with_its_receipt(ledger: Ledger) -> None:
    merge = replace(DECISION, kind="merge")
    for minute in (0, 1):
        ledger.record_merge("2027-plan", replace(RECEIPT, received_at=NOON + timedelta(minutes=minute)), merge)
    assert ledger.receipts("2027-plan") == {RECEIPT.path: RECEIPT}
    assert ledger.decisions("2027-plan") == {RECEIPT.sha256: (merge,)}


def test_history_has_all_of_a_round_in_order(ledger: Ledger) -> None:
    ledger.record_issues([(ISSUE, "{}"), (replace(ISSUE, issue_id="i-2"), "{}"), (replace(ISSUE, issue_id="i-3", round="2027-t1"), "{}")])
    earlier = replace(RECEIPT, path="inbox/2027-plan/Å.xlsx", received_at=NOON - timedelta(days=1))
    ledger.register_receipts("2027-plan", [RECEIPT, earlier], LATER)
    accepted = replace(VERDICT, verdict="accepted", errors=0)
    ledger.record_verdicts("2027-plan", [VERDICT])
    ledger.record_verdicts("2027-plan", [accepted])
    ledger.decide("2027-plan", DECISION)
    expected = RoundRecord((ISSUE, replace(ISSUE, issue_id="i-2")), (earlier, RECEIPT), (VERDICT, accepted), (DECISION,))
    assert ledger.round_record("2027-plan") == expected


# Several at once


def _reserve(place: Path | str, barrier: Barrier, worker: int) -> None:
    barrier.wait()
    with Ledger.open(place) as ledger:
        for count in range(1, 16):
            ledger.reserve_numbers(f"{2027 + worker}-plan", {("UBN", "M"): 2 * count, ("ÄN", "M"): count})


def _register(place: Path | str, barrier: Barrier, worker: int) -> None:
    barrier.wait()
    with Ledger.open(place) as ledger:
        for start in range(0, 100, 10):
            seen = NOON + timedelta(seconds=worker)
            files = [Receipt(f"{n}.xlsx", f"{n:064}", n, seen, str(worker)) for n in range(start, start + 20)]
            told = ledger.register_receipts("2027-plan", files, LATER)
            again = ledger.register_receipts("2027-plan", files, LATER)
            assert told == again


def at_once(work: Callable[[Path | str, Barrier, int], None], place: Path | str) -> None:
    barrier = CONTEXT.Barrier(4)
    workers = [make_process(work, place, barrier, number) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]


def test_several_who_reserve_numbers_at_once_get_different_ones(place: Path | str) -> None:
    at_once(_reserve, place)
    found: defaultdict[object, list[tuple[int, int]]] = defaultdict(list)
    for owner, first, last in rows(place, "SELECT owner, first, last FROM number_blocks ORDER BY first"):
        assert isinstance(first, int)
        assert isinstance(last, int)
        found[owner].append((first, last))
    assert set(found) == {"UBN", "ÄN"}
    for blocks in found.values():
        assert all(last + 1 == first for (_, last), (first, _) in pairwise(blocks))
    largest = "SELECT round, owner, sum(last - first + 1) FROM number_blocks GROUP BY round, owner"
    assert {tuple(map(str, row)) for row in rows(place, largest)} == {
        (f"{year}-plan", owner, n) for year in range(2027, 2031) for owner, n in (("UBN", "30"), ("ÄN", "15"))
    }


def test_several_who_see_the_same_files_at_once_agree_on_them(place: Path | str) -> None:
    at_once(_register, place)
    with Ledger.open(place) as ledger:
        found = ledger.receipts("2027-plan")
    assert sorted(found) == sorted(f"{n}.xlsx" for n in range(110))
    assert rows(place, "SELECT count(*) FROM receipts") == [(110,)]
    assert all(receipt.received_at == NOON + timedelta(seconds=int(receipt.origin or "")) for receipt in found.values())


# The database


def engine_of(place: Path | str) -> sa.Engine:
    return sa.create_engine(f"sqlite:///{place}" if isinstance(place, Path) else place.replace("postgresql:", "postgresql+psycopg:"))


def tables(engine: sa.Engine) -> dict[str, object]:
    """All that the tables are: columns in their order, keys, and what must hold."""
    inspector = sa.inspect(engine)
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(name)],
            inspector.get_pk_constraint(name)["constrained_columns"],
            sorted((k["constrained_columns"], k["referred_table"], k["referred_columns"]) for k in inspector.get_foreign_keys(name)),
            sorted((i["name"] or "", i["column_names"]) for i in inspector.get_indexes(name)),
            sorted(u["column_names"] for u in inspector.get_unique_constraints(name)),
        )
        for name in inspector.get_table_names()
    }


@pytest.mark.parametrize("revision", ["", "0001", "0002", "0003", "0004"])
def test_a_new_ledger_is_what_the_migrations_give(place: Path | str, tmp_path: Path, request: pytest.FixtureRequest, revision: str) -> None:
    migrated = tmp_path / "migrated.db" if isinstance(place, Path) else request.getfixturevalue("postgres").new_database()
    Ledger.open(place).close()
    engines = engine_of(place), engine_of(migrated)
    with engines[1].begin() as connection:
        if revision:
            make_ledger_at(connection, revision)
        migrations.upgrade(connection, METADATA)
    ours, theirs = (tables(engine) for engine in engines)
    for engine in engines:
        engine.dispose()
    assert ours == theirs
    assert ours.keys() == METADATA.tables.keys() | {"alembic_version"}
    assert [rows(there, "SELECT * FROM alembic_version") for there in (place, migrated)] == [[(migrations.HEAD,)]] * 2


def test_a_receipt_keeps_its_number_and_each_round_counts_from_one(ledger: Ledger) -> None:
    other = replace(RECEIPT, path="inbox/2027-plan/other.xlsx", sha256="d" * 64, owner=None)
    ledger.register_receipts("2027-plan", [RECEIPT], LATER)
    ledger.register_receipts("2027-plan", [other, RECEIPT], LATER)
    ledger.register_receipts("2027-t1", [RECEIPT], LATER)
    assert ledger.receipt_numbers("2027-plan") == {RECEIPT.key: 1, other.key: 2}
    assert ledger.receipt_numbers("2027-t1") == {RECEIPT.key: 1}


def old_ledger(place: Path | str, revision: str) -> None:
    """Make a ledger as an older version made it, with something in each table of the first."""
    at = datetime(2026, 11, 30, 12, 0, 0, 250)  # noqa: DTZ001 - as it is kept
    engine = engine_of(place)
    with engine.begin() as connection:
        make_ledger_at(connection, revision)
        content = sa.MetaData()
        content.reflect(connection)
        kept: dict[str, dict[str, object]] = {
            "prefills": {"hash": "f" * 64, "content": zlib.compress(b'{"owner": "UBN"}')},
            "issues": {k: v for k, v in asdict(ISSUE).items() if k not in {"issued_by", "edition"}}
            | {"created_at": at, "prefill_hash": "f" * 64},
            "numbers": {"owner": "UBN", "series": "M", "first": 1, "last": 30, "round": "2027-plan"},
            "receipts": {k: v for k, v in asdict(RECEIPT).items() if k not in {"owner", "dated_at"}}
            | {"round": "2027-plan", "received_at": at},
            "verdicts": {k: v for k, v in asdict(VERDICT).items() if k not in {"inputs", "form"}} | {"round": "2027-plan", "judged_at": at},
        }
        for name, row in kept.items():
            connection.execute(content.tables[name].insert(), row)
    engine.dispose()


LATER_COLUMNS = {"owner", "dated_at"}  # of receipts

# Tables and columns that each of the versions before the first release added.
ADDED: dict[str, tuple[list[str], list[tuple[str, str]]]] = {
    "0012": (["owner_links"], []),
    "0011": (["booked", "outcome_runs"], []),
    "0010": ([], [("receipts", "number"), ("mails", "doubt")]),
    "0009": (["number_blocks"], []),
    "0008": ([], [("brought", "kind"), ("brought", "recorded_at"), ("brought", "replies_to")]),
    "0007": ([], [("verdicts", "form")]),
    "0006": (["editions"], [("issues", "edition"), ("decisions", "edition"), ("verdicts", "inputs")]),
    "0005": ([], [("receipts", "owner"), ("receipts", "dated_at")]),
    "0004": ([], [("decisions", "form")]),
    "0003": (["mails", "brought"], []),
    "0002": (["decisions"], [("issues", "issued_by")]),
}


def make_ledger_at(connection: sa.Connection, revision: str) -> None:
    """Make an empty ledger as it was at an older revision."""
    METADATA.create_all(connection)
    migrations.stamp(connection)
    for version, (names, columns) in ADDED.items():
        if version > revision:
            for table, column in columns:
                connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
            for table in names:
                connection.exec_driver_sql(f"DROP TABLE {table}")
    if revision < "0009":
        old = "owner TEXT, series TEXT, first INTEGER, last INTEGER NOT NULL, round TEXT NOT NULL"
        connection.exec_driver_sql(f"CREATE TABLE numbers ({old}, PRIMARY KEY (owner, series, first))")
    connection.execute(sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004"])
def test_a_ledger_of_an_older_version_keeps_all_that_it_held(place: Path | str, revision: str) -> None:
    old_ledger(place, revision)
    with Ledger.open(place) as ledger:
        assert ledger.round_record("2027-plan") == RoundRecord((ISSUE,), (replace(RECEIPT, owner=VERDICT.owner),), (VERDICT,), ())
        assert ledger.receipt_numbers("2027-plan") == {RECEIPT.key: 1}
        assert ledger.prefills(["i-1"]) == {"i-1": '{"owner": "UBN"}'}
        assert ledger.reserve_numbers("2028-plan", {("UBN", "M"): 1}) == {("UBN", "M"): ((31, 31),)}
        assert ledger.decide("2027-plan", DECISION) == DECISION
        ledger.record_issues([(replace(ISSUE, issue_id="i-2", issued_by="Anna"), '{"owner": "UBN"}')])
        assert ledger.issues("2027-plan")["UBN"].issued_by == "Anna"
    assert rows(place, "SELECT version_num FROM alembic_version") == [(migrations.HEAD,)]


def test_a_ledger_that_the_flat_package_made_works_on(file: Path) -> None:
    """It was made before there were wings, and is at the same revision."""
    made = sqlite3.connect(file)
    made.executescript((Path(__file__).parent / "ledger_0004.sql").read_text("utf-8"))
    made.close()
    issue = replace(ISSUE, issued_by="Anna")
    assigned = replace(DECISION, kind="assign", form="annual_plan")
    with Ledger.open(file) as ledger:
        assert ledger.round_record("2027-plan") == RoundRecord((issue,), (replace(RECEIPT, owner=VERDICT.owner),), (VERDICT,), (assigned,))
        assert ledger.prefills(["i-1"]) == {"i-1": '{"owner": "UBN"}'}
        assert ledger.reserve_numbers("2028-plan", {("UBN", "M"): 1}) == {("UBN", "M"): ((31, 31),)}
        assert ledger.decide("2027-plan", DECISION) == DECISION
    assert rows(file, "SELECT version_num FROM alembic_version") == [(migrations.HEAD,)]


def test_alembic_s_table_of_a_new_ledger_is_as_alembic_makes_it(tmp_path: Path) -> None:
    engines = [sa.create_engine(f"sqlite:///{tmp_path / name}") for name in ("stamped.db", "migrated.db")]
    columns = []
    for engine, stamps in zip(engines, (True, False), strict=True):
        with engine.begin() as connection:
            if stamps:
                migrations.stamp(connection)
            else:
                migrations.upgrade(connection, METADATA)
            inspector = sa.inspect(connection)
            key = inspector.get_pk_constraint("alembic_version")["constrained_columns"]
            columns.append((key, [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns("alembic_version")]))
        engine.dispose()
    assert columns[0] == columns[1]


def test_the_newest_revision_is_the_one_that_is_known() -> None:
    folder = Path(migrations.__file__).parent
    assert ScriptDirectory(str(folder)).get_heads() == [migrations.HEAD]


def test_an_older_ledger_is_brought_up_to_date_and_a_failure_undoes_all(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Ledger.open(file).close()

    def later(connection: sa.Connection, _: sa.MetaData) -> None:
        connection.exec_driver_sql("CREATE TABLE later (id INTEGER)")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9000'")
        if fail:
            raise KeyboardInterrupt

    monkeypatch.setattr("styrxl.store.database.HEAD", "9000")
    monkeypatch.setattr(migrations, "upgrade", later)
    fail = True
    with pytest.raises(KeyboardInterrupt):
        Ledger.open(file)
    assert rows(file, "SELECT name FROM sqlite_master WHERE name = 'later'") == []
    fail = False
    Ledger.open(file).close()
    assert rows(file, "SELECT name FROM sqlite_master WHERE name = 'later'") == [("later",)]


def test_opening_a_ledger_takes_no_alembic(file: Path) -> None:
    opening = "[Ledger.open(sys.argv[1]).close() for _ in '12']"
    code = f"import sys; from styrxl.store.ledger import Ledger; {opening}; print('alembic' in sys.modules)"
    code = code.replace("Ledger.open(sys.argv[1])", "Ledger.open(__import__('pathlib').Path(sys.argv[1]))")
    run = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


@pytest.mark.parametrize("name", ["styrxl.db", "Åre 100 % ?x=1#2.db"])
def test_a_ledger_is_there_when_opened_again(tmp_path: Path, name: str) -> None:
    with Ledger.open(tmp_path / name) as ledger:
        ledger.record_issues([(ISSUE, "{}")])
    assert [path.name for path in tmp_path.iterdir()] == [name]
    with Ledger.open(tmp_path / name) as ledger:
        assert ledger.issue("i-1") == ISSUE


def trouble(file: Path | str) -> tuple[str, object]:
    with pytest.raises(StyrxlError) as caught:
        Ledger.open(file, patience=0.05)
    return caught.value.code, caught.value.facts.get("path")


def test_a_newer_ledger_is_left_alone(file: Path) -> None:
    Ledger.open(file).close()
    connection = sqlite3.connect(file)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    before = file.read_bytes()
    assert trouble(file) == ("ledger-newer", str(file))
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"no database, but text " * 100, b"SQLite format 3\x00" + bytes(2000)])
def test_what_is_no_database_is_told(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert trouble(file) == ("ledger-broken", str(file))
    assert file.read_bytes() == content


def test_somebody_else_s_database_is_told(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE issues (id INTEGER)")
    connection.close()
    assert trouble(file) == ("ledger-broken", str(file))
    assert rows(file, "SELECT name FROM sqlite_master") == [("issues",)]


@pytest.mark.parametrize("opened", [True, False])
def test_somebody_who_writes_for_too_long_is_told(file: Path, *, opened: bool) -> None:
    Ledger.open(file).close()
    other = sqlite3.connect(file, isolation_level=None)
    if opened:
        with Ledger.open(file, patience=0.05) as ledger:
            other.execute("BEGIN IMMEDIATE")
            assert ledger.issues("2027-plan") == {}  # reading goes on
            with pytest.raises(StyrxlError) as caught:
                ledger.reserve_numbers("2027-plan", {("UBN", "M"): 1})
        assert (caught.value.code, caught.value.facts["path"]) == ("ledger-busy", str(file))
    else:
        other.execute("BEGIN EXCLUSIVE")
        assert trouble(file) == ("ledger-busy", str(file))
    other.close()


def test_a_ledger_in_a_folder_that_is_not_there_is_not_writable(tmp_path: Path) -> None:
    assert trouble(tmp_path / "not-there" / "styrxl.db") == ("not-writable", str(tmp_path / "not-there" / "styrxl.db"))


def test_a_full_disk_is_told_and_nothing_is_kept(file: Path) -> None:
    with Ledger.open(file) as ledger:
        with ledger.database.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(StyrxlError) as caught:
            ledger.record_issues([(replace(ISSUE, issue_id=f"i-{n}"), f"{n}" * 5000) for n in range(1000)])
        assert (caught.value.code, caught.value.facts["path"]) == ("disk-full", str(file))
        assert ledger.issues("2027-plan") == {}


@pytest.mark.parametrize(
    "address,shown",
    [
        ("mysql://styrxl:secret@server/styrxl", "mysql://styrxl:***@server/styrxl"),
        ("styrxl:secret@server", "styrxl:***@server"),
        ("", ""),
        ("postgresql://server:port/styrxl", "postgresql://server:port/styrxl"),
    ],
)
def test_an_address_that_means_nothing_is_told_without_its_password(address: str, shown: str) -> None:
    with pytest.raises(StyrxlError) as caught:
        open_database(address)
    assert (caught.value.code, caught.value.facts) == ("database-url", {"url": shown})


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_a_driver_that_is_missing_is_told_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StyrxlError) as caught:
        open_database(f"{scheme}://styrxl:secret@server/styrxl")
    assert caught.value.code == "driver-missing"
    assert caught.value.facts == {"url": "postgresql+psycopg://styrxl:***@server/styrxl", "install": "pip install styrxl[postgres]"}
