"""The ledger, as it is seen without a change: a file or a server, of each format, broken and cut short; and its clock."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postgres import Server
from styrxl.doctor.ledger import look_for_ledger, tell_apart, tell_clocks, tell_ledger
from styrxl.doctor.look import GOOD, MEND, WATCH, Look, describe
from styrxl.store.database import PURGES
from styrxl.store.ledger import Ledger
from styrxl.store.ledger_health import LedgerHealth, look_into_ledger
from styrxl.store.migrations import HEAD
from styrxl.store.workspace import Workspace
from town import NOW, ROUND, Town


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.init(tmp_path / "akoping", "Åköping")


def seen(looks: Iterable[Look]) -> list[tuple[str, str]]:
    return [(look.state, look.key) for look in looks]


def put(workspace: Workspace) -> None:
    """Put a file where only commands put files that they record."""
    (workspace.root / "outbox" / "UBN.xlsx").touch()


def test_none_yet_and_none_any_more(workspace: Workspace) -> None:
    """A new workspace has none; where files were handed out it is missing. None is made."""
    looks, health = look_for_ledger(workspace)
    assert (seen(looks), health) == ([(GOOD, "ledger-none")], None)
    put(workspace)
    [look], _ = look_for_ledger(workspace)
    assert seen([look]) == [(MEND, "ledger-missing")]
    assert describe(look, "sv").startswith(f"Liggaren {workspace.root / 'styrxl.db'} saknas")
    assert not (workspace.root / "styrxl.db").exists()


def test_one_that_is_whole(full: Town) -> None:
    """With the moment of its newest record; its bytes stay as they were."""
    path = full.root / "styrxl.db"
    before = path.read_bytes(), path.stat().st_mtime_ns
    looks, health = look_for_ledger(full.workspace)
    assert seen(looks) == [(GOOD, "ledger-file")]
    assert health
    assert (health.version, health.clock, health.in_flight, health.unfinished) == (HEAD, None, 0, 0)
    assert health.newest
    assert health.newest > datetime(2020, 1, 1, tzinfo=UTC)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


@pytest.mark.parametrize("damage", [b"no database", b""])
def test_one_that_is_broken(workspace: Workspace, damage: bytes) -> None:
    """An empty file is a ledger without tables."""
    put(workspace)
    (workspace.root / "styrxl.db").write_bytes(damage * 1000)
    [look], _ = look_for_ledger(workspace)
    assert seen([look]) == [(MEND, "ledger-broken" if damage else "ledger-missing")]


def test_one_in_which_a_page_is_overwritten(full: Town) -> None:
    path = full.root / "styrxl.db"
    data = bytearray(path.read_bytes())
    data[8192:12288] = b"\xff" * 4096
    path.write_bytes(bytes(data))
    [look], _ = look_for_ledger(full.workspace)
    assert seen([look]) == [(MEND, "ledger-broken")]


def test_one_that_somebody_was_cut_off_in(full: Town) -> None:
    """What was begun is taken back when it is opened next; it is not opened here, and the journal stays."""
    path = full.root / "styrxl.db"
    journal = path.with_name("styrxl.db-journal")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size=10")  # more than that is written before it is committed
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE issues SET owner = 'X'")
        connection.execute("INSERT INTO prefills VALUES ('x', zeroblob(1000000))")
        cut_off = path.read_bytes(), journal.read_bytes()
    path.write_bytes(cut_off[0])
    journal.write_bytes(cut_off[1])
    looks, health = look_for_ledger(full.workspace)
    assert (seen(looks), health) == ([(WATCH, "ledger-interrupted")], None)
    assert (path.read_bytes(), journal.read_bytes()) == cut_off
    full.run("status", ROUND)
    looks, _ = look_for_ledger(full.workspace)
    assert (seen(looks), journal.exists()) == ([(GOOD, "ledger-file")], False)


@pytest.mark.parametrize("version, told", [("9999", (MEND, "ledger-newer")), ("0004", (WATCH, "ledger-older"))])
def test_one_of_another_format(full: Town, version: str, told: tuple[str, str]) -> None:
    """It is not brought up to date."""
    path = full.root / "styrxl.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    looks, health = look_for_ledger(full.workspace)
    assert seen(looks) == [told]
    assert health
    assert health.version == version


def test_a_real_one_of_long_ago(workspace: Workspace) -> None:
    """It has fewer tables, and that is no fault."""
    path = workspace.root / "styrxl.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((Path(__file__).parents[1] / "store" / "ledger_0004.sql").read_text("utf-8"))
    looks, health = look_for_ledger(workspace)
    assert seen(looks) == [(WATCH, "ledger-older")]
    assert health
    assert health.newest


def test_what_was_cut_short_is_counted(full: Town) -> None:
    """A purge without its end, and a mail on its way."""
    with Ledger.open(full.root / "styrxl.db") as ledger, ledger.database.writing() as connection:
        values = {"kind": "cache", "decision": "", "files": 1, "size": 1, "rows": 0, "purged_by": "x", "begun_at": NOW}
        connection.execute(PURGES.insert(), values)
        connection.exec_driver_sql(
            "INSERT INTO mails (round, kind, owner, about, message_id, recipients, subject, state, reply, begun_at)"
            " VALUES ('2027-plan', 'answer', 'UBN', 'x', '<x>', 'a@example.se', 'x', 'sending', '', '2027-01-05 09:00:00')"
        )
    looks, _ = look_for_ledger(full.workspace)
    assert seen(looks) == [(GOOD, "ledger-file"), (WATCH, "mails-in-flight"), (WATCH, "purges-unfinished")]
    assert describe(looks[2], "en") == "1 purge was not finished."


def test_a_server(postgres: Server) -> None:
    """Its version and its clock; a database without tables gets none."""
    address = postgres.new_database()
    empty = look_into_ledger(address, 5)
    assert (empty.version, empty.newest) == (None, None)
    Ledger.open(address).close()
    health = look_into_ledger(address, 5)
    assert (health.version, health.server.partition(" ")[0]) == (HEAD, "PostgreSQL")
    assert health.clock
    assert abs(health.clock - datetime.now(UTC)) < timedelta(minutes=1)
    assert seen(tell_ledger(empty, address, used=False)) == [(GOOD, "ledger-empty")]
    assert seen(tell_ledger(empty, address, used=True)) == [(MEND, "ledger-missing")]
    assert seen(tell_ledger(health, address, used=True)) == [(GOOD, "ledger-server")]


def test_a_server_that_is_not_there(workspace: Workspace) -> None:
    with workspace.settings_path.open("a", encoding="utf-8") as settings:
        settings.write('\n[database]\nurl = "postgresql://styrxl@127.0.0.1:1/styrxl"\n')
    looks, health = look_for_ledger(Workspace(workspace.root))
    assert (seen(looks), health) == ([(MEND, "ledger-unreachable")], None)


def test_clocks() -> None:
    """No record may be newer than now, and a server is to show the same time."""
    after = LedgerHealth(HEAD, "PostgreSQL 16", newest=NOW + timedelta(seconds=61), clock=NOW - timedelta(minutes=11))
    assert seen(tell_clocks(after, NOW, NOW, UTC)) == [(WATCH, "clock-before-ledger"), (MEND, "clocks-apart")]
    assert seen(tell_clocks(LedgerHealth(HEAD, "SQLite 3", newest=NOW + timedelta(seconds=60)), NOW, NOW, UTC)) == []
    apart = [seen([tell_apart(NOW, NOW + timedelta(seconds=seconds), "x")]) for seconds in (60, 61, -600, -601)]
    assert apart == [[(GOOD, "clocks-agree")], [(WATCH, "clocks-apart")], [(WATCH, "clocks-apart")], [(MEND, "clocks-apart")]]
