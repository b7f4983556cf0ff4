"""What belongs to a workspace: no report is written over it, and without its ledger nothing goes on."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from styrxl.store.files import create_atomically
from styrxl.store.workspace import Workspace
from town import ROUND, Town, new_town

OWN = [
    "flerarsplan.xlsx",
    "styrxl.toml",
    "styrxl.key",
    "styrxl.db",
    "styrxl.db-wal",
    "Flerarsplan.XLSX",
    "STYRXL.DB",
    "council/../styrxl.db",
    "./outbox/x.html",
    f"inbox/{ROUND}/UBN.xlsx",
    "Inbox/rapport.txt",
    "returned/x",
    f"council/{ROUND}.xlsx",
    "boards/x",
    "sheets/words.yaml",
    "schemas/x.yaml",
    ".styrxl-cache/x",
]


@pytest.mark.parametrize("name", OWN)
def test_what_belongs_to_the_workspace(shared_full: Town, name: str) -> None:
    """However its path is written."""
    workspace = shared_full.workspace
    assert workspace.owns(shared_full.root / name)
    assert Workspace(Path(os.path.relpath(shared_full.root))).owns(Path(os.path.relpath(shared_full.root)) / name)


@pytest.mark.parametrize("name", ["rapport.html", "styrxl rapport.txt", "rapporter/inbox/x.txt", "../flerarsplan.xlsx", "plan.xlsx"])
def test_what_does_not(shared_full: Town, name: str) -> None:
    """A report of one's own may lie anywhere else."""
    assert not shared_full.workspace.owns(shared_full.root / name)


def test_a_link_to_it_is_it(full: Town, tmp_path: Path) -> None:
    """By way of a link to the file or to a folder, or of a second name."""
    (tmp_path / "a.txt").symlink_to(full.root / "styrxl.key")
    (tmp_path / "b").symlink_to(full.root / "council", target_is_directory=True)
    os.link(full.workspace.plan_path, tmp_path / "c.xlsx")
    assert all(full.workspace.owns(tmp_path / name) for name in ("a.txt", "b/x.xlsx", "c.xlsx"))


@pytest.mark.parametrize("name", ["flerarsplan.xlsx", "STYRXL.toml", f"inbox/{ROUND}/KFN.xlsx"])
def test_a_report_is_not_written_there(full: Town, name: str) -> None:
    """It is refused before anything is judged."""
    before = full.workspace.plan_path.read_bytes()
    result = full.run("validate", "--round", ROUND, "--output", str(full.root / name), expect=2)
    assert "hör till arbetsmappen" in result.stderr
    assert full.workspace.plan_path.read_bytes() == before


@pytest.mark.parametrize("command", [("status", ROUND), ("validate", "--round", ROUND), ("distribute", ROUND), ("log", ROUND)])
def test_a_workspace_without_its_ledger_stops(full: Town, command: tuple[str, ...]) -> None:
    """It says what to restore, and makes no new one."""
    ledger = full.root / "styrxl.db"
    kept = ledger.rename(full.root.parent / "styrxl.db")
    assert "säkerhetskopia" in full.run(*command, expect=3).stderr
    assert not ledger.exists()
    ledger.touch()
    assert str(ledger) in full.run(*command, expect=3).stderr
    shutil.move(kept, ledger)
    full.run(*command)


def test_a_new_workspace_needs_none(tmp_path: Path) -> None:
    """Its ledger is made by the first command."""
    town = new_town(tmp_path / "new")
    (town.root / "styrxl.db").unlink(missing_ok=True)
    town.run("status", ROUND)
    assert (town.root / "styrxl.db").is_file()


def test_a_file_is_made_once(tmp_path: Path) -> None:
    """Whoever comes second leaves the first one's alone."""
    path = tmp_path / "x.xlsx"
    assert [create_atomically(path, data) for data in (b"first", b"second")] == [True, False]
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("x.xlsx", b"first")]
