"""A disk that fills up and a folder that cannot be written: nothing half done, and the next run makes good."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from styrxl.store.ledger import Ledger
from town import ANSWERS, BOARDS, ROUND, Town


def issued(town: Town) -> dict[str, bytes]:
    """Workbooks in the outbox."""
    return {path.name: path.read_bytes() for path in (town.root / "outbox" / ROUND).iterdir()}


def issues(town: Town) -> int:
    with Ledger.open(town.root / "styrxl.db") as ledger:
        return len(ledger.round_record(ROUND).issues)


@pytest.mark.parametrize("number,told", [(errno.ENOSPC, "Disken är full"), (errno.EROFS, "går inte att skriva")])
@pytest.mark.parametrize("at", [1, 2])
def test_a_disk_that_fills_up_while_workbooks_are_written_changes_none(
    planned: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: str, at: int
) -> None:
    alone = planned.copy(tmp_path / "alone")
    alone.run("distribute", ROUND, "--level", "board", "--rows", "70")
    before, really, calls = issued(planned), os.fsync, 0

    def fail(descriptor: int) -> None:
        nonlocal calls
        name = Path(f"/proc/self/fd/{descriptor}").resolve() if Path("/proc").exists() else Path("outbox")
        calls += "outbox" in name.parts
        if calls >= at and "outbox" in name.parts:
            raise OSError(number, os.strerror(number))
        really(descriptor)

    monkeypatch.setattr(os, "fsync", fail)
    assert told in planned.run("distribute", ROUND, "--level", "board", "--rows", "70", expect=3).stderr
    monkeypatch.undo()
    assert issued(planned) == before
    assert issues(planned) == len(ANSWERS)
    planned.run("distribute", ROUND, "--level", "board", "--rows", "70")
    assert issued(planned) == issued(alone)
    assert issues(planned) == len(ANSWERS) + len(BOARDS)


def test_a_workbook_that_is_open_in_excel_stops_all_of_its_kind(planned: Town) -> None:
    before = issued(planned)
    lock = planned.root / "outbox" / ROUND / "~$KFN.xlsx"
    lock.touch()
    assert "KFN.xlsx är öppen i Excel" in planned.run("distribute", ROUND, "--level", "board", "--rows", "70", expect=3).stderr
    lock.unlink()
    assert issued(planned) == before
    assert issues(planned) == len(ANSWERS)


def test_a_ledger_that_is_full_leaves_the_workbooks_as_they_were(planned: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    before = issued(planned)

    def full(ledger: Ledger, *_: object) -> None:
        with ledger._database.writing() as connection:  # noqa: SLF001 - the only way to a disk that is full
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            connection.exec_driver_sql("CREATE TABLE too_much (content TEXT)")
            connection.exec_driver_sql("INSERT INTO too_much VALUES (?)", ("x" * 10**6,))

    monkeypatch.setattr(Ledger, "record_issues", full)
    assert "Disken är full" in planned.run("distribute", ROUND, "--level", "board", "--rows", "70", expect=3).stderr
    monkeypatch.undo()
    assert issued(planned) == before
    assert issues(planned) == len(ANSWERS)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can become somebody who may not write")
def test_an_inbox_that_may_only_be_read_is_judged_all_the_same(full: Town) -> None:
    """Seen by somebody who really may not write there."""
    nobody = 65534
    full.inbox.chmod(0o555)
    for path in full.root.rglob("*"):
        if path != full.inbox and full.inbox not in path.parents:
            os.chown(path, nobody, nobody)
    os.chown(full.root, nobody, nobody)
    opened = [parent for parent in full.root.parents if parent.stat().st_mode & 0o055 != 0o055]
    modes = [parent.stat().st_mode for parent in opened]
    for parent, mode in zip(opened, modes, strict=True):
        parent.chmod(mode | 0o055)
    os.seteuid(nobody)
    try:
        with pytest.raises(PermissionError):
            (full.inbox / "new").touch()
        full.run("validate", "--round", ROUND)
    finally:
        os.seteuid(0)
        for parent, mode in zip(opened, modes, strict=True):
            parent.chmod(mode)
    with Ledger.open(full.root / "styrxl.db") as ledger:
        assert {v.verdict for v in ledger.verdicts(ROUND).values()} == {"accepted"}
