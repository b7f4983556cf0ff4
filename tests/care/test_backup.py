"""Backups and the way back: one file, checked; made while others write; damaged, strange and cut short."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from forked import make_process
from killed import Points, run_silently, run_until
from long_runs import long_run
from postgres import Server
from styrxl.care.backup_file import LEDGER, MANIFEST
from styrxl.care.restore import name_database
from town import ANSWERS, ROUND, Town

KILLS = long_run(2, 60)


def files_of(root: Path) -> dict[str, bytes]:
    """Return a workspace's files but for the ledger and the cache."""
    paths = [path for path in root.rglob("*") if path.is_file() and ".styrxl-cache" not in path.parts and path.name != "styrxl.db"]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def remove(path: Path) -> None:
    """Remove a file or a folder."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def rows_of(path: Path) -> list[str]:
    """Return all rows of a ledger."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def rewrite(path: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Write a zip anew, each member as it is changed, or without it."""
    with zipfile.ZipFile(path) as old:
        members = [(info.filename, old.read(info)) for info in old.infolist()]
    with zipfile.ZipFile(path, "w") as new:
        for name, data in members:
            changed = change(name, data)
            if changed is not None:
                new.writestr(name, changed)


@pytest.fixture(scope="module")
def once_backed_up(shared_full: Town, tmp_path_factory: pytest.TempPathFactory) -> tuple[Town, Path]:
    """Return a town with a consolidated round, and a backup of it."""
    folder = tmp_path_factory.mktemp("backed")
    town = shared_full.copy(folder / "town")
    town.run("consolidate", ROUND, "--all")
    said = town.run("backup", str(folder / "copy.zip")).output
    assert "är klar och kontrollerad" in said
    assert "nyckeln" in said
    return town, folder / "copy.zip"


@pytest.fixture
def backed_up(once_backed_up: tuple[Town, Path], tmp_path: Path) -> tuple[Town, Path]:
    """Return them for a test of its own."""
    town, backup = once_backed_up
    return town.copy(tmp_path / "full"), Path(shutil.copy2(backup, tmp_path / "copy.zip"))


def test_a_restored_workspace_is_the_same(backed_up: tuple[Town, Path], tmp_path: Path) -> None:
    """All files with their dates, the ledger row by row, and workbooks byte by byte when they are made again."""
    town, backup = backed_up
    said = town.run("restore", str(backup), str(tmp_path / "new")).output
    new = Town(tmp_path / "new")
    assert f"{tmp_path / 'new'} är återställd" in said
    assert files_of(new.root) == files_of(town.root)
    assert rows_of(new.root / "styrxl.db") == rows_of(town.root / "styrxl.db")
    for path in town.inbox.iterdir():
        assert (new.inbox / path.name).stat().st_mtime_ns == path.stat().st_mtime_ns
    before = {name: data for name, data in files_of(new.root).items() if name.startswith(("council/", "boards/"))}
    for folder in ("council", "boards"):
        shutil.rmtree(new.root / folder)
    new.run("consolidate", ROUND, "--all")
    assert len(before) == 3
    assert {name: data for name, data in files_of(new.root).items() if name in before} == before


def test_a_backup_is_for_its_owner_alone(backed_up: tuple[Town, Path]) -> None:
    """It holds the key; nor is anything left beside it."""
    _, backup = backed_up
    assert [path.name for path in backup.parent.glob(".styrxl-*")] == []
    if os.name != "nt":
        assert backup.stat().st_mode & 0o077 == 0


def test_into_a_folder_it_gets_a_name(full: Town, tmp_path: Path) -> None:
    """With the day and time; and two of one second do not meet."""
    (tmp_path / "copies").mkdir()
    full.run("backup", str(tmp_path / "copies"))
    (copy,) = (tmp_path / "copies").iterdir()
    assert copy.name.startswith(f"styrxl-{full.root.name}-20")
    assert "finns redan" in full.run("backup", str(copy), expect=3).output


def test_never_inside_the_workspace(full: Town) -> None:
    """Where it would be lost with it."""
    assert "utanför arbetsmappen" in full.run("backup", str(full.root / "copy.zip"), expect=3).output
    assert not (full.root / "copy.zip").exists()


def test_with_a_broken_plan_and_forms(full: Town, tmp_path: Path) -> None:
    """When something is wrong is when a copy is wanted."""
    (full.root / "flerarsplan.xlsx").write_bytes(b"no plan")
    (full.root / "sheets").mkdir(exist_ok=True)
    (full.root / "sheets" / "unit_plan.yaml").write_text("{", "utf-8")
    full.run("backup", str(tmp_path / "copy.zip"))
    full.run("restore", str(tmp_path / "copy.zip"), str(tmp_path / "new"))
    assert (tmp_path / "new" / "flerarsplan.xlsx").read_bytes() == b"no plan"


def test_what_the_ledger_names_and_nobody_has(full: Town, tmp_path: Path) -> None:
    """It is said when the copy is made and when it is used."""
    full.run("consolidate", ROUND)
    (full.inbox / "UBN-ÖST.xlsx").unlink()
    said = full.run("backup", str(tmp_path / "copy.zip")).output
    assert f"Liggaren nämner en fil som inte fanns i arbetsmappen när kopian gjordes: inbox/{ROUND}/UBN-ÖST.xlsx" in said
    said = full.run("restore", str(tmp_path / "copy.zip"), str(tmp_path / "new")).output
    assert f"inbox/{ROUND}/UBN-ÖST.xlsx" in said


def test_not_over_a_workspace_or_into_a_full_folder(backed_up: tuple[Town, Path], tmp_path: Path) -> None:
    """Nothing is changed there."""
    town, backup = backed_up
    before = files_of(town.root)
    assert "är redan en arbetsmapp" in town.run("restore", str(backup), str(town.root), expect=3).output
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine", "utf-8")
    assert "är inte tom" in town.run("restore", str(backup), str(tmp_path / "other"), expect=3).output
    assert files_of(town.root) == before
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["mine.txt"]


def test_a_damaged_file_is_named(backed_up: tuple[Town, Path], tmp_path: Path) -> None:
    """Nothing is written, unless the rest is asked for."""
    town, backup = backed_up
    rewrite(backup, lambda name, data: data[:-1] if name.endswith("KFN-BIB.xlsx") and "inbox" in name else data)
    said = town.run("restore", str(backup), str(tmp_path / "new"), expect=3).output
    assert f"en fil stämmer inte: inbox/{ROUND}/KFN-BIB.xlsx" in said
    assert not (tmp_path / "new").exists()
    said = town.run("restore", "--partly", str(backup), str(tmp_path / "new"), expect=1).output
    assert f"Saknas, eftersom säkerhetskopian är skadad: inbox/{ROUND}/KFN-BIB.xlsx" in said
    assert files_of(tmp_path / "new").keys() == files_of(town.root).keys() - {f"inbox/{ROUND}/KFN-BIB.xlsx"}


@pytest.mark.parametrize("lost", ["workspace/styrxl.toml", LEDGER])
def test_without_what_it_cannot_do_without(backed_up: tuple[Town, Path], tmp_path: Path, lost: str) -> None:
    """Nothing comes of it, partly or not."""
    town, backup = backed_up
    rewrite(backup, lambda name, data: None if name == lost else data)
    assert "är skadad" in town.run("restore", "--partly", str(backup), str(tmp_path / "new"), expect=3).output
    assert not (tmp_path / "new").exists()


def test_bits_that_rot(backed_up: tuple[Town, Path], tmp_path: Path) -> None:
    """Wherever a byte is turned, it is found, or is none that matters."""
    town, backup = backed_up
    data = backup.read_bytes()
    for place in range(100, len(data), len(data) // 12):
        backup.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        result = town.run("restore", str(backup), str(tmp_path / f"new{place}"), expect=None)
        assert result.exit_code == 3 or files_of(tmp_path / f"new{place}") == files_of(town.root)
        assert result.exit_code == 3 or not result.exception


@pytest.mark.parametrize("path", ["../outside.txt", "/outside.txt", "a/../../outside.txt", "a\0b"])
def test_no_file_leads_outside(backed_up: tuple[Town, Path], tmp_path: Path, path: str) -> None:
    """A list that somebody has changed is none of ours."""
    town, backup = backed_up

    def change(name: str, data: bytes) -> bytes:
        if name != MANIFEST:
            return data
        content = json.loads(data)
        content["files"][0]["path"] = path
        return json.dumps(content).encode()

    rewrite(backup, change)
    assert "är ingen säkerhetskopia" in town.run("restore", str(backup), str(tmp_path / "new"), expect=3).output
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "outside.txt").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no file is called so there")
@pytest.mark.parametrize("portable", [False, True], ids=["as here", "as on Windows"])
def test_names_that_not_every_system_has(full: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, portable: bool) -> None:
    """They come back as they were where they can; else under others, which are told, and nothing gets lost or leads elsewhere."""
    names = {"Sv: plan.xlsx": "Sv_ plan.xlsx", "a\\..\\..\\b.xlsx": "a_.._.._b.xlsx", "aux.xlsx": "_aux.xlsx", "slut.xlsx.": "slut.xlsx"}
    for name in names:
        (full.inbox / name).write_bytes(name.encode())
    full.run("backup", str(tmp_path / "a.zip"))
    monkeypatch.setattr("styrxl.care.restore.ONLY_PORTABLE", portable)
    result = full.run("restore", str(tmp_path / "a.zip"), str(tmp_path / "new"))
    inbox = {
        path.name: path.read_bytes().decode()
        for path in Town(tmp_path / "new").inbox.iterdir()
        if path.name.rpartition(".")[0] not in ANSWERS
    }
    assert inbox == {(names[name] if portable else name): name for name in names}
    told = [f"inbox/{ROUND}/{name} → inbox/{ROUND}/{other}" for name, other in names.items()] if portable else []
    assert all(text in result.stderr for text in told)
    assert ("andra namn" in result.stderr) == portable


@pytest.mark.skipif(sys.platform == "win32", reason="no file is called so there")
def test_names_that_are_one_to_a_file_system(full: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither takes the other's place. Said of a folder that holds both because such a file system would say that both are there."""
    for name in ("ubn.xlsx", "UBN.XLSX"):
        (full.inbox / name).write_bytes(name.encode())
    full.run("backup", str(tmp_path / "a.zip"))
    exists = Path.exists

    def exists_in_any_case(path: Path) -> bool:
        return exists(path) or (path.parent.is_dir() and path.name.casefold() in {one.name.casefold() for one in path.parent.iterdir()})

    monkeypatch.setattr(Path, "exists", exists_in_any_case)
    result = full.run("restore", str(tmp_path / "a.zip"), str(tmp_path / "new"))
    restored = {path.name: path.read_bytes() for path in Town(tmp_path / "new").inbox.iterdir()}
    assert {b"ubn.xlsx", b"UBN.XLSX"} <= set(restored.values())
    assert len({name.casefold() for name in restored}) == len(restored) == len(list(full.inbox.iterdir()))
    assert "andra namn" in result.stderr


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all"])
def test_no_backup(full: Town, tmp_path: Path, content: bytes) -> None:
    """Said so, in words."""
    (tmp_path / "x.zip").write_bytes(content)
    assert "är ingen säkerhetskopia" in full.run("restore", str(tmp_path / "x.zip"), str(tmp_path / "new"), expect=3).output
    full.run("restore", str(tmp_path / "none.zip"), str(tmp_path / "new"), expect=3)


def test_of_a_newer_program(backed_up: tuple[Town, Path], tmp_path: Path) -> None:
    """It says to upgrade."""
    town, backup = backed_up
    rewrite(backup, lambda name, data: json.dumps({"format": 99, "program": "9.9"}).encode() if name == MANIFEST else data)
    assert "nyare styrxl (9.9)" in town.run("restore", str(backup), str(tmp_path / "new"), expect=3).output


def test_while_others_write(full: Town, tmp_path: Path) -> None:
    """Copies that are made while a command works and others drop files hold together, each of them."""
    working = make_process(run_silently, ["--workspace", str(full.root), "consolidate", ROUND])
    working.start()
    copies = []
    for number in range(2):
        full.put(f"new {number}.xlsx", f"content {number}".encode() * 1000)
        copies.append(tmp_path / f"{number}.zip")
        full.run("backup", str(copies[-1]))
    working.join(120)
    for number, copy in enumerate(copies):
        full.run("restore", str(copy), str(tmp_path / f"new{number}"))
        new = Town(tmp_path / f"new{number}")
        names = {path.relative_to(new.root).as_posix() for path in new.inbox.iterdir()}
        with closing(sqlite3.connect(new.root / "styrxl.db")) as ledger:
            assert {row[0] for row in ledger.execute("SELECT path FROM receipts")} <= names
        new.run("status", ROUND)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("words", [("backup", "killed.zip"), ("restore", "copy.zip", "killed")])
def test_killed_at_any_moment(backed_up: tuple[Town, Path], tmp_path: Path, words: tuple[str, ...]) -> None:
    """Either nothing is there or all of it, and the next one works and clears away what was left."""
    town, _ = backed_up
    args = [str(tmp_path / word) if index else word for index, word in enumerate(words)]
    target = Path(args[-1])

    points = Points(frozenset({"os.rename", "os.mkdir", "os.chmod", "os.remove", "sqlite3.connect"}), "", tmp_path)
    _, total = run_until(points, -1, ["--workspace", str(town.root), *args])
    assert total > 20
    remove(target)
    killed = 0
    for number in range(KILLS):
        killed += run_until(points, total - 1 - (7 * number) % total, ["--workspace", str(town.root), *args])[0]
        if target.exists():
            assert words[0] == "restore" or zipfile.ZipFile(target).testzip() is None
            assert words[0] == "backup" or files_of(target) == files_of(town.root)
            remove(target)
    assert killed
    town.run(*args)
    assert list(tmp_path.glob(".styrxl-*")) == []


# databases


def test_from_a_server_to_a_file_and_back(full: Town, tmp_path: Path, postgres: Server) -> None:
    """Rows are rows: restored with nothing but styrxl, the database that was left is not touched, and one may be named."""
    first, second = postgres.new_database(), postgres.new_database()
    full.run("consolidate", ROUND)
    full.run("backup", str(tmp_path / "file.zip"))
    town = Town(tmp_path / "served")
    full.run("restore", str(tmp_path / "file.zip"), str(town.root), "--database", first)
    assert not (town.root / "styrxl.db").exists()
    assert town.workspace.settings.database == first
    town.run("set-aside", ROUND, "KFN-BIB", "--reason", "later", "--by", "Controller")  # a number of its own
    town.run("consolidate", ROUND)
    town.run("backup", str(tmp_path / "served.zip"))

    said = town.run("restore", str(tmp_path / "served.zip"), str(tmp_path / "plain")).output
    assert f"Liggaren låg i {first}" in said
    plain = Town(tmp_path / "plain")
    assert plain.workspace.settings.database is None
    assert plain.run("log", ROUND).output == town.run("log", ROUND).output
    workbook = (town.root / "council" / f"{ROUND}.xlsx").read_bytes()
    plain.run("consolidate", ROUND)
    assert (plain.root / "council" / f"{ROUND}.xlsx").read_bytes() == workbook

    assert "är inte tom" in town.run("restore", str(tmp_path / "served.zip"), str(tmp_path / "x"), "--database", first, expect=3).output
    assert not (tmp_path / "x").exists()
    town.run("restore", str(tmp_path / "served.zip"), str(tmp_path / "y"), "--database", second)
    assert Town(tmp_path / "y").run("log", ROUND).output == town.run("log", ROUND).output


@pytest.mark.parametrize(
    "text, database, named",
    [
        ("a = 1\n", "", "a = 1\n"),
        ("a = 1\n", "postgresql://x/y", 'a = 1\n\n[database]\nurl = "postgresql://x/y"\n'),
        ('[database]\nurl = "p"\n[mail]\nurl = "m"\n', "", '[database]\n# url = "p"\n[mail]\nurl = "m"\n'),
        ('# [database]\n# url = "p"\n', "", '# [database]\n# url = "p"\n'),
        ('[database] # here\n url = "p"', "q", '[database] # here\nurl = "q"\n#  url = "p"'),
    ],
)
def test_settings_name_the_database(text: str, database: str, named: str) -> None:
    """One at most, and what stood there can be read."""
    assert name_database(text, database) == named
