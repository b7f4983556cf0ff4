"""What a command imports before it does anything: the ledger's libraries only where the ledger is opened."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from styrxl.cli import cli
from styrxl.store.workspace import Workspace

_LEDGER = {"sqlalchemy", "alembic"}
_SLOW = {*_LEDGER, "pandas", "pandera", "openpyxl", "pydantic"}
_RUN = """
import contextlib, io, json, sys
from styrxl.cli import main
for words in json.load(sys.stdin):
    told = io.StringIO()
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        main(words)
    print(json.dumps([len(told.getvalue()), sorted(sys.modules)]))
"""


def _run(calls: list[list[str]]) -> list[set[str]]:
    """Return what a process has imported once each of the calls has been made, one after the other."""
    done = subprocess.run([sys.executable, "-P", "-c", _RUN], input=json.dumps(calls), capture_output=True, encoding="utf-8", check=True)
    made = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(made) == len(calls)
    assert all(told for told, _ in made)  # each got as far as saying something
    return [set(modules) for _, modules in made]


def _list_commands(group: click.Group, *above: str) -> Iterator[list[str]]:
    for name, command in group.commands.items():
        yield [*above, name]
        if isinstance(command, click.Group):
            yield from _list_commands(command, *above, name)


def test_help_and_what_opens_no_ledger_import_none(tmp_path: Path) -> None:
    Workspace.init(tmp_path / "town", "Exempel")
    at = ["--workspace", str(tmp_path / "town")]
    helped = [["--version"], ["--help"], *([*words, "--help"] for words in _list_commands(cli)), [*at, "status"], ["nope"]]
    quick = [[*at, "unlock"], [*at, "mail", "check"], [*at, "report", "2027-nope"]]

    imported = _run([*helped, *quick, [*at, "log", "2027-plan"]])

    assert imported[len(helped) - 1] & _SLOW == set()
    assert imported[-2] & _LEDGER == set()
    assert imported[-1] & _LEDGER == {"sqlalchemy"}
