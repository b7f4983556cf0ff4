"""The whole flow with the ledger in PostgreSQL, by several controllers at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import town as towns
from atonce import at_once
from postgres import Server
from styrxl.model.errors import StyrxlError
from styrxl.store.ledger import Ledger
from town import BOARD, BOARDS, ROUND, UNITS, Town


def with_database(town: Town, address: str) -> Town:
    """Write the database's address where a controller would."""
    settings = town.root / "styrxl.toml"
    settings.write_text(settings.read_text("utf-8") + f'\n[database]\nurl = "{address}"\n', "utf-8")
    return town


@pytest.fixture
def shared(tmp_path: Path, postgres: Server) -> Town:
    """Return a new town whose ledger lies in PostgreSQL."""
    return with_database(towns.new_town(tmp_path / "town"), postgres.new_database())


def rows(town: Town, table: str) -> int:
    """Count what a table holds."""
    engine = sa.create_engine(str(town.workspace.database).replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        count: int = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: S608 - a test's own word
    engine.dispose()
    return count


def verdicts(town: Town) -> dict[str, str]:
    report: dict[str, Any] = json.loads(town.run("validate", "--round", ROUND, "--format", "json", expect=None).stdout)
    return {Path(w["path"]).name: w["verdict"] for w in report["workbooks"]}


def test_a_round_goes_the_same_way_as_with_a_file(shared: Town) -> None:
    """init, distribute, validate, set-aside, take-back, merge, status and log, each as a command."""
    shared.run("distribute", ROUND, "--level", "board")
    economist = {key: BOARD[key] for key in ("budget", "unit_frames", "investments")}
    shared.put("a.xlsx", shared.filled("UBN", economist))
    shared.put("b.xlsx", shared.filled("UBN", {key: BOARD[key] for key in BOARD if key not in economist}), 1)
    shared.put("KFN.xlsx", shared.filled("KFN"), 2)
    assert verdicts(shared) == {"KFN.xlsx": "accepted", "a.xlsx": "superseded", "b.xlsx": "rejected"}
    shared.run("merge", ROUND, "UBN")
    [name] = [path.name for path in shared.inbox.iterdir() if "merged" in path.name]
    shared.run("set-aside", ROUND, "KFN", "--reason", "Utkast")
    assert verdicts(shared) == {"KFN.xlsx": "set-aside", "a.xlsx": "superseded", "b.xlsx": "superseded", name: "accepted"}
    shared.run("take-back", ROUND, "KFN", "--reason", "Klart ändå")
    shared.run("distribute", ROUND, "--level", "unit")
    for minute, owner in enumerate(UNITS, 3):
        shared.put(f"{owner}.xlsx", shared.filled(owner), minute)
    assert set(verdicts(shared).values()) == {"accepted", "superseded"}
    assert shared.run("status", ROUND).stdout.count("  Klar\n") == 5
    story = shared.run("log", ROUND, "KFN").stdout
    assert [part in story for part in ("delades ut", "undantogs av", "Utkast", "räknas igen", "Klart ändå")] == [True] * 5
    assert not (shared.root / "styrxl.db").exists()
    assert not (shared.root / "styrxl.lock").exists()


def test_two_who_distribute_and_judge_at_once_lose_and_double_nothing(shared: Town, tmp_path: Path) -> None:
    """No lock keeps them apart; the ledger has each entry once, and the workbooks are those of one who was alone."""
    alone = towns.new_town(tmp_path / "alone")
    alone.run("distribute", ROUND, "--level", "board")
    assert at_once(shared, *[("distribute", ROUND, "--level", "board")] * 2) == [(0, ""), (0, "")]
    assert {o: shared.issued(o) for o in BOARDS} == {o: alone.issued(o) for o in BOARDS}
    assert rows(shared, "issues") == len(BOARDS)
    for owner in BOARDS:
        shared.put(f"{owner}.xlsx", shared.filled(owner))
    judged = at_once(shared, *[("validate", "--round", ROUND)] * 2)
    assert judged == [(0, ""), (0, "")]
    assert (rows(shared, "receipts"), rows(shared, "verdicts")) == (len(BOARDS), len(BOARDS))
    decided = at_once(shared, *[("set-aside", ROUND, "UBN", "--reason", "Utkast")] * 2)
    assert [status for status, _ in decided] == [0, 0]
    assert rows(shared, "decisions") == 1
    with Ledger.open(shared.workspace.database) as ledger:
        assert {path: v.verdict for path, v in ledger.verdicts(ROUND).items()} == {
            f"inbox/{ROUND}/KFN.xlsx": "accepted",
            f"inbox/{ROUND}/UBN.xlsx": "set-aside",
        }


def test_the_lock_of_a_workspace_with_a_file_is_no_concern_of_a_database(shared: Town) -> None:
    (shared.root / "styrxl.lock").write_text("somebody's")
    shared.run("distribute", ROUND, "--level", "board")
    assert (shared.root / "styrxl.lock").read_text() == "somebody's"


def test_a_server_that_cannot_be_reached_is_told_without_the_password(
    tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = with_database(towns.new_town(tmp_path / "town"), postgres.address("not_there"))
    said = town.run("status", ROUND, expect=3).stderr
    assert said.startswith(f"Liggaren postgresql+psycopg://styrxl@127.0.0.1:{postgres.port}/not_there går inte att nå (")
    monkeypatch.setenv("PGPASSWORD", "wrong secret")
    said = town.run("status", ROUND, expect=3).stderr
    assert "password authentication failed" in said
    assert "wrong secret" not in said


def test_a_connection_that_is_lost_is_told_and_nothing_is_half_done(shared: Town) -> None:
    with Ledger.open(shared.workspace.database) as ledger:
        with ledger.database.reading() as connection:
            mine = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        other = sa.create_engine(str(shared.workspace.database).replace("postgresql:", "postgresql+psycopg:"))
        with other.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_terminate_backend({mine})")
        other.dispose()
        with pytest.raises(StyrxlError) as caught:
            ledger.reserve_numbers(ROUND, {("UBN", "M"): 1})
        assert caught.value.code == "ledger-unreachable"
    assert rows(shared, "number_blocks") == 0
