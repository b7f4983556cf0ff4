"""All looks together, and what the command says of them: a workspace that is well, one broken in every way, and no workspace at all."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from styrxl.cli import cli
from styrxl.commands.texts.doctor_text import format_looks
from styrxl.doctor import look_around as all_looks
from styrxl.doctor import program
from styrxl.doctor.look import (
    FOLDER,
    GOOD,
    MEND,
    PARTS,
    WATCH,
    Look,
    describe,
    describe_remedy,
    find_command,
    look_at_error,
    look_safely,
    read_texts,
)
from styrxl.doctor.look_around import Findings, look_around
from styrxl.model.errors import StyrxlError
from town import NOW, ROUND, Town, new_town

PACKAGE = Path(all_looks.__file__).parent


def ask(root: Path, *words: str, expect: int) -> dict[str, Any]:
    """Return what the command says as JSON."""
    return json.loads(Town(root).run("doctor", "--format", "json", *words, expect=expect).stdout)  # type: ignore[no-any-return]


def states(told: Mapping[str, Any], state: str) -> set[str]:
    return {look["key"] for look in told["looks"] if look["state"] == state}


def read_all(root: Path) -> dict[str, tuple[bytes, int]]:
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in root.rglob("*") if path.is_file()}


def test_a_workspace_that_is_well(full: Town) -> None:
    """Nothing is to be mended, and nothing is changed: no cache is made either."""
    shutil.rmtree(full.root / ".styrxl-cache")
    before = read_all(full.root)
    told = ask(full.root, expect=0)
    assert (told["workspace"], told["mend"]) == (True, 0)
    assert states(told, WATCH) <= {"open-to-all", "backup-none", "memory-little", "disk-little", "temporary-little"}
    assert {"contents", "writable", "own-files", "plan", "ledger-file", "mail-none"} <= states(told, GOOD)
    assert read_all(full.root) == before
    full.run("backup", str(full.root.parent / "copy.zip"))
    assert "backup" in states(ask(full.root, expect=0), GOOD)


def test_a_new_workspace_is_well(tmp_path: Path) -> None:
    """Its plan is to be filled in."""
    town = Town(tmp_path / "new")
    town.run("init", str(town.root), "--name", "Åköping")
    told = ask(town.root, expect=0)
    assert "plan-empty" in states(told, WATCH)
    assert told["mend"] == 0


def test_one_that_is_broken_in_every_way(full: Town) -> None:
    """All of it is found at once, none of it keeps the rest from being seen, and the exit status is 1."""
    full.run("distribute", ROUND)
    (full.root / "styrxl.key").write_text("abc")
    (full.root / "styrxl.db").write_bytes(b"no database")
    (full.root / "flerarsplan.xlsx").write_bytes(b"no plan")
    (full.root / "sheets").mkdir()
    (full.root / "sheets" / "unit_plan.yaml").write_text("{", "utf-8")
    (full.root / "styrxl-DATOR7.db").touch()
    (full.root / "styrxl.lock").write_text("{")
    with (full.root / "styrxl.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[mail]\nfrom = "a@example.se"\nserver = "smtp.example.se"\nuser = "x"\n')
    told = ask(full.root, expect=1)
    assert states(told, MEND) == {
        "key-broken",
        "ledger-broken",
        "own-files-broken",
        "ledger-copies",
        "lock-unreadable",
        "mail-password-missing",
    }
    assert (told["mend"], "plan-not-seen" in states(told, WATCH)) == (6, True)
    (full.root / "sheets" / "unit_plan.yaml").unlink()
    assert "plan-broken" in states(ask(full.root, expect=1), MEND)


def test_broken_settings(full: Town) -> None:
    """They are told, and the folder is looked at all the same."""
    (full.root / "styrxl.toml").write_text("[municipality", "utf-8")
    told = ask(full.root, expect=1)
    assert states(told, MEND) == {"own-files-broken"}
    assert {"contents", "writable", "place"} <= states(told, GOOD)
    assert {look["part"] for look in told["looks"]} == {"program", "computer", "folder", "own_files"}


def replace_by_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def replace_by_file(path: Path) -> None:
    path.rmdir()
    path.touch()


def replace_by_dead_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


ODD: dict[str, tuple[str, Callable[[Path], object], set[str]]] = {
    "settings of no text": ("styrxl.toml", lambda path: path.write_bytes(b"\0\xff\xfe" * 50), {"own-files-broken"}),
    "empty settings": ("styrxl.toml", lambda path: path.write_bytes(b""), {"own-files-broken"}),
    "a folder in the settings' place": ("styrxl.toml", replace_by_folder, {"not-readable"}),
    "settings that are a dead link": ("styrxl.toml", replace_by_dead_link, {"not-readable"}),
    "a folder in the ledger's place": ("styrxl.db", replace_by_folder, {"ledger-broken"}),
    "a folder in the key's place": ("styrxl.key", replace_by_folder, {"not-readable"}),
    "a folder in the plan's place": ("flerarsplan.xlsx", replace_by_folder, {"not-readable"}),
    "no plan": ("flerarsplan.xlsx", Path.unlink, {"plan-missing"}),
    "a folder in the lock's place": ("styrxl.lock", replace_by_folder, {"not-readable"}),
    "a file in a folder's place": ("inbox", replace_by_file, {"no-folders"}),
    "a folder that goes round": ("inbox/again", lambda path: path.symlink_to(".."), set()),
    "a name of no letters": ("inbox/x", lambda path: Path(os.fsdecode(os.fsencode(path) + b"\xff")).touch(), {"ledger-missing"}),
    "a file in the forms' place": ("sheets", Path.touch, set()),
    "broken accounts": ("outcomes.yaml", lambda path: path.write_text("{"), {"own-files-broken"}),
    "a database of another kind": ("styrxl.toml", lambda path: append(path, '[database]\nurl = "mysql://x"'), {"database-url"}),
    "a database in no folder": ("styrxl.toml", lambda path: append(path, '[database]\nurl = "sqlite:///no/x.db"'), set()),
}


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize("name", ODD)
def test_nothing_stops_it(name: str, made: Town, tmp_path: Path) -> None:
    """Whatever lies there is told as what it is, in both languages; nothing is unforeseen."""
    town = made.copy(tmp_path / "town")
    town.root.chmod(0o700)
    path, spoil, expected = ODD[name]
    spoil(town.root / path)
    findings = look_around(town.root, "sv", NOW)
    assert {look.key for look in findings.looks if look.state == MEND} == expected
    assert all(format_looks(findings, town.root, language, 80) for language in ("sv", "en"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Give a town in which nothing has been done yet."""
    return new_town(tmp_path_factory.mktemp("made") / "town")


def test_owners_whom_the_organisation_lacks(full: Town) -> None:
    with (full.root / "styrxl.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[rounds."2027-plan".due_owner]\nXYZ = 2027-02-01\n')
    [look] = [look for look in ask(full.root, expect=1)["looks"] if look["state"] == MEND]
    assert (look["key"], look["command"]) == ("own-files-broken", "styrxl check")


def test_outside_a_workspace(tmp_path: Path) -> None:
    """Versions and the computer alone, and it is said so."""
    told = ask(tmp_path, expect=0)
    assert (told["workspace"], {look["part"] for look in told["looks"]}) == (False, {"program", "computer"})
    said = Town(tmp_path).run("doctor").stdout
    assert f"{tmp_path} är ingen arbetsmapp (styrxl.toml saknas)" in said
    assert ask(tmp_path, "--mail", expect=0)["mend"] == 0
    assert list(tmp_path.iterdir()) == []


def test_what_nobody_foresaw_is_told_as_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail() -> None:
        raise RuntimeError("oj")

    monkeypatch.setattr(program, "look_at_packages", fail)
    looks = look_around(tmp_path, "sv", NOW).looks
    [look] = [look for look in looks if look.state == MEND]
    assert describe(look, "sv") == "Något gick inte att se efter: RuntimeError: oj"
    [look] = look_safely(FOLDER, lambda: (path for path in [(tmp_path / "x").stat()]))  # type: ignore[misc] # nothing comes of it
    assert (look.key, look.facts) == ("unreadable", {"path": str(tmp_path / "x"), "why": "No such file or directory"})


MENDED = """The workspace
  ✗ There is a lock (styrxl.lock) that
    cannot be read.
    → See that nobody is at work in the
      folder, and remove the lock.
      Run: styrxl unlock
  ! No backup has been made from here.
    → Make one, unless IT copies the
      folder already (with a file as
      ledger: while nobody writes).
      Run: styrxl backup DIR

To mend: 1. To watch: 1.
"""


@pytest.mark.parametrize(
    "looks, language, said",
    [
        ([Look(FOLDER, GOOD, "contents")], "sv", "Arbetsmappen\n  ✓ Inställningar och nyckel finns.\n\nAllt är som det ska.\n"),
        ([Look(FOLDER, GOOD, "contents")], "en", "The workspace\n  ✓ Settings and key are there.\n\nAll is as it should be.\n"),
        ([Look(FOLDER, MEND, "lock-unreadable"), Look(FOLDER, WATCH, "backup-none")], "en", MENDED),
    ],
)
def test_it_is_said_in_a_window(looks: list[Look], language: str, said: str) -> None:
    """What goes on stands below where it began."""
    assert format_looks(Findings(tuple(looks), is_workspace=True), Path("/x"), language, 40) == said


def test_an_error_is_told_as_it_is() -> None:
    """Although a look bears the same name."""
    look = look_at_error(FOLDER, StyrxlError("disk-full", path="/x"))
    assert describe(look, "en").startswith("The disk is full: /x")
    assert (describe_remedy(look, "en"), find_command(look, "en")) == ("", "")


def list_facts(texts: object, language: str) -> set[str]:
    text = texts[language] if isinstance(texts, dict) else str(texts or "")
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", read_texts()["looks"])
def test_each_text_stands_in_both_languages(key: str) -> None:
    """With the same facts; no sentence names a command of ours, which the desk could not run."""
    for name, texts in read_texts()["looks"][key].items():
        assert name in {"say", "do", "run"}
        if name == "run" and isinstance(texts, str):
            continue
        assert set(texts) == {"sv", "en"}
        assert list_facts(texts, "sv") == list_facts(texts, "en")
        if name != "run":
            said = re.findall(r"styrxl ([a-z-]+)", texts["sv"] + texts["en"])
            assert not set(said) & set(cli.commands), key


def test_each_look_has_a_text_and_each_text_a_look() -> None:
    """By their keys, as the code names them."""
    named = {key for path in PACKAGE.glob("*.py") for key in re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)*)"', path.read_text("utf-8"))}
    assert [key for key in read_texts()["looks"] if key not in named] == ["plan-broken"]  # the code of an error
    assert set(read_texts()["parts"]) == set(PARTS)


def test_a_plan_that_settings_go_with(tmp_path: Path) -> None:
    """The forms that the plan was made with count, and there is no ledger yet."""
    town = new_town(tmp_path / "town")
    told = ask(town.root, expect=0)
    assert {"plan", "ledger-none"} <= states(told, GOOD)
