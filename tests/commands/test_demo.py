"""How a demonstration ends: with how to open the desk on it, as it can be typed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from click.testing import CliRunner

from styrxl.cli import cli
from styrxl.sample import play


@pytest.fixture(autouse=True)
def _nothing_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(play, "play", lambda _: [Path("demo") / "council" / "2027-year.xlsx"])


@pytest.mark.parametrize(
    "argv, command",
    [
        ("/usr/bin/python", "styrxl --workspace demo desk"),
        (".venv/bin/styrxl", ".venv/bin/styrxl --workspace demo desk"),
        ("/opt/my programs/styrxl", '"/opt/my programs/styrxl" --workspace demo desk'),
    ],
)
def test_it_ends_with_how_to_open_the_desk(monkeypatch: pytest.MonkeyPatch, argv: str, command: str) -> None:
    monkeypatch.setattr("sys.argv", [argv])
    result = CliRunner().invoke(cli, ["demo", "demo"])
    assert result.exit_code == 0, result.output
    assert result.output.endswith(f"Eller öppna exempelkommunen i webbläsaren:\n  {command}\n")
    assert CliRunner().invoke(cli, ["--lang", "en", "demo", "demo"]).output.endswith(f"in the browser:\n  {command}\n")


def test_it_says_what_is_to_be_installed_first_where_the_extra_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "uvicorn" else object())
    assert "styrxl[desk]" in CliRunner().invoke(cli, ["demo", "demo"]).output
