"""Who has signed in: kept apart, for its owner's eyes alone, and for a short while."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from styrxl.store.workspace import Workspace
from styrxl.web.desk.workplace import Workplace
from styrxl.web.serve.sign_in_log import SignInLog
from town import NOW


@pytest.fixture
def root(tmp_path: Path) -> Path:
    Workspace.init(tmp_path / "w", "Exempelby")
    settings = tmp_path / "w" / "styrxl.toml"
    settings.write_text(settings.read_text("utf-8") + "\n[server]\nsign_in_log_days = 7\n", "utf-8")
    return tmp_path / "w"


def open_log(root: Path, day: int) -> SignInLog:
    return SignInLog(Workplace(root, clock=lambda: NOW + timedelta(days=day)))


def read_names(log: SignInLog) -> list[tuple[str, bool]]:
    return [(one["who"], one["may"]) for one in map(json.loads, log.path.read_text("utf-8").splitlines())]


def test_what_is_older_than_the_settings_say_is_gone_with_the_next(root: Path) -> None:
    open_log(root, 0).note("Åsa", may=True)
    open_log(root, 6).note("Någon", may=False)
    assert read_names(open_log(root, 6)) == [("Åsa", True), ("Någon", False)]
    open_log(root, 8).note("Åsa", may=True)
    assert read_names(open_log(root, 8)) == [("Någon", False), ("Åsa", True)]


def test_what_is_old_goes_also_where_nobody_signs_in(root: Path) -> None:
    open_log(root, 0).forget_old()
    assert not open_log(root, 0).path.exists()
    open_log(root, 0).note("Åsa", may=True)
    open_log(root, 7).forget_old()
    assert read_names(open_log(root, 7)) == [("Åsa", True)]
    open_log(root, 8).forget_old()
    assert read_names(open_log(root, 8)) == []


def test_a_broken_file_stands_in_nobodys_way(root: Path) -> None:
    log = open_log(root, 0)
    log.note("Åsa", may=True)
    log.path.write_text(log.path.read_text("utf-8") + "{broken\n[]\n", "utf-8")
    log.note("Någon", may=True)
    assert [name for name, _ in read_names(log)] == ["Åsa", "Någon"]


@pytest.mark.skipif(sys.platform == "win32", reason="a Windows folder knows its owner by other means")
def test_it_is_its_owners_alone_and_not_in_the_ledger(root: Path) -> None:
    log = open_log(root, 0)
    log.note("Åsa", may=True)
    assert log.path.stat().st_mode & 0o077 == 0
    assert not any("Åsa".encode() in path.read_bytes() for path in root.rglob("*") if path.is_file() and path != log.path)
