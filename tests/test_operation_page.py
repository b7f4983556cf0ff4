"""What the pages on operation show is so."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import click
import pytest

from operation_pages import DOCS, PAGES, fill_page, fill_upgrade, follow, list_upgrade, make_old_backup, mask, trouble_town, write_looks
from styrxl.care.backup_file import LEDGER
from styrxl.cli import cli
from styrxl.doctor.ledger import look_for_ledger
from styrxl.store.ledger import Ledger, Verdict
from styrxl.store.workspace import Workspace
from town import ROUND, Town

TEXTS = {name: (DOCS / name).read_text("utf-8") for name in PAGES}
UNIT = re.compile(r"`/etc/systemd/system/(styrxl-\w+\.\w+)`.*?```ini\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def troubled(shared_full: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Give a town in which a few things are to be seen to."""
    return trouble_town(shared_full.copy(tmp_path_factory.mktemp("operation") / "town"))


@pytest.mark.parametrize("name", PAGES)
def test_doctor_says_what_is_shown(name: str, troubled: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for what differs between computers; ``python tests/operation_pages.py`` writes it anew after a change."""
    monkeypatch.delenv("STYRXL_SMTP_PASSWORD", raising=False)
    assert "\n  ✗ " in TEXTS[name]
    assert fill_page(TEXTS[name], write_looks(troubled, PAGES[name])) == TEXTS[name]


def read_verdicts(workspace: Workspace) -> dict[str, Verdict]:
    with Ledger.open(workspace.database) as ledger:
        return ledger.verdicts(ROUND)


@pytest.fixture(scope="module")
def judged(shared_full: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Give a town whose returns have been judged."""
    town = shared_full.copy(tmp_path_factory.mktemp("judged") / "town")
    town.run("validate", "--round", ROUND)
    return town


@pytest.mark.parametrize("name", PAGES)
def test_an_upgrade_is_tried_as_shown(name: str, judged: Town, tmp_path: Path) -> None:
    """With a backup of an older version: what was judged keeps its verdict. It says what is shown, but for numbers and days."""
    commands = list_upgrade(TEXTS[name])
    backup, trial = (tmp_path / word.removeprefix("/") for word in commands[0].split()[1:])
    make_old_backup(judged, backup)
    said = "".join(follow(command, tmp_path, PAGES[name]) for command in commands)
    assert mask(fill_upgrade(TEXTS[name], said)) == mask(TEXTS[name])
    assert read_verdicts(Workspace.open(trial)) == read_verdicts(judged.workspace)


def test_the_real_ledger_is_brought_to_the_new_format_when_it_is_opened(judged: Town, tmp_path: Path) -> None:
    """Until then doctor says that it is older; nothing that it held is lost."""
    town = judged.copy(tmp_path / "town")
    make_old_backup(judged, tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as backup:
        (town.root / "styrxl.db").write_bytes(backup.read(LEDGER))
    assert [look.key for look in look_for_ledger(town.workspace)[0]] == ["ledger-older"]
    town.run("status", ROUND)
    assert [look.key for look in look_for_ledger(town.workspace)[0]] == ["ledger-file"]
    assert read_verdicts(town.workspace) == read_verdicts(judged.workspace)


def test_both_languages_set_up_the_same() -> None:
    """The same files, lines and commands, but for what is named in a language."""
    blocks = (re.findall(r"```(?:ini|toml)\n(.*?)```", text, re.DOTALL) for text in TEXTS.values())
    swedish, english = ([line for block in some for line in block.splitlines()] for some in blocks)
    assert [line.replace("/kopior", "/backups") for line in swedish] == english
    assert [len(re.findall(r"^Register-ScheduledTask", text, re.MULTILINE)) for text in TEXTS.values()] == [2, 2]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """Service and timer; the user and the program are this computer's."""
    units = UNIT.findall(TEXTS["en/operation.md"])
    assert [name for name, _ in units] == ["styrxl-watch.service", "styrxl-night.service", "styrxl-night.timer"]
    for name, text in units:
        (tmp_path / name).write_text(text.replace("/opt/styrxl/bin/styrxl", sys.executable).replace("User=styrxl", "User=root"), "utf-8")
    names = [str(tmp_path / name) for name, _ in units]
    told = subprocess.run(["systemd-analyze", "verify", *names], capture_output=True, text=True, timeout=60, check=False)  # noqa: S607
    assert (told.returncode, [line for line in told.stderr.splitlines() if "styrxl-" in line]) == (0, [])


@pytest.mark.parametrize("name", PAGES)
def test_what_services_run_are_commands(name: str) -> None:
    """With their options, as units, tasks and text have them."""
    units = re.findall(r"^ExecStart=/opt/styrxl/bin/styrxl (.+)$", TEXTS[name], re.MULTILINE)
    tasks = re.findall(r'-Argument "(.+?)"', TEXTS[name])
    assert (len(units), len(tasks)) == (3, 2)
    for words in [line.split() for line in (*units, *tasks)]:
        context = cli.make_context("styrxl", words[:2], resilient_parsing=True)
        command = cli.commands[words[2]]
        command.make_context(words[2], words[3:], parent=context, resilient_parsing=True)
        with pytest.raises(click.UsageError):
            command.make_context(words[2], [*words[3:], "--no-such"], parent=context)
