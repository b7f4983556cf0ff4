"""Rounds as people type them, in one word or several, with quotes or without."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from styrxl.cli import cli
from styrxl.commands.speech.typed_rounds import join_round
from town import ROUND, Town


@pytest.mark.parametrize(
    "command,typed,joined",
    [
        ("status", "delår 2 2027", "2027-t2"),
        ("status", "2027 plan", "2027-plan"),
        ("log", "plan 2027 UBN", "2027-plan UBN"),
        ("log", "2027 Delår 2 UBN", "2027-t2 UBN"),
        ("log", "2027-plan UBN", "2027-plan UBN"),
        ("distribute", "T2 2027 --to UBN", "2027-t2 --to UBN"),
        ("distribute", "--to plan 2027", "--to plan 2027"),
        ("log", "plan UBN", "plan UBN"),
        ("validate", "plan 2027", "plan 2027"),
        ("watch", "plan 2027", "2027-plan"),
        ("receive", "delår 1 SVAR", "delår 1|SVAR"),
    ],
)
def test_words_are_joined_where_they_are_a_round(command: str, typed: str, joined: str, tmp_path: Path) -> None:
    """What follows is left; a command that takes files first has no round there."""
    assert join_round(cli.commands[command], typed.split(), tmp_path) == (joined.split("|") if "|" in joined else joined.split())


def test_the_longest_is_meant(tmp_path: Path) -> None:
    """Of a round's words, where a kind's words go on in another's."""
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets" / "rounds.yaml").write_text('rounds:\n  plan-x: {name: {sv: Plan extra, en: Plan more}, day: "01-01"}\n', "utf-8")
    assert join_round(cli.commands["log"], ["2027", "plan", "extra"], tmp_path) == ["2027-plan-x"]
    assert isinstance(cli.commands["mail"], click.Group)


@pytest.mark.parametrize("words", [("plan", "2027"), ("2027 plan",), ("Plan-2027",)])
def test_commands_take_rounds_so(full: Town, words: tuple[str, ...]) -> None:
    """Those in families too."""
    assert full.run("status", *words).stdout == full.run("status", ROUND).stdout
    assert full.run("quarantine", "list", *words).stdout == full.run("quarantine", "list", ROUND).stdout


def test_what_may_be_several_is_told(full: Town) -> None:
    """With quotes and without."""
    for words in (["delår", "2027"], ["delår 2027"]):
        assert full.run("status", *words, expect=3).stderr == (
            "”delår 2027” kan vara flera omgångar: 2027-t1 (Delår 1), 2027-t2 (Delår 2). Skriv den som du menar.\n"
        )
    assert full.run("status", "hösten", "2027", expect=3).stderr.startswith("Omgången ”hösten 2027” finns inte.")


@pytest.mark.parametrize("words", [("Budget och mål 2027",), ("budget", "och", "mål", "2027"), ("Vårplanen",), ("2027-plan",)])
def test_a_round_may_be_called_what_the_municipality_calls_it(full: Town, words: tuple[str, ...]) -> None:
    """In either language; with the name, or the id, as before."""
    settings = full.root / "styrxl.toml"
    name = '\n[rounds."2027-plan".name]\nsv = "Budget och mål 2027"\nen = "Vårplanen"\n'
    settings.write_text(re.sub(r'(?m)^\[rounds\."2027-plan"\][^\[]*', "", settings.read_text("utf-8")) + name, "utf-8")
    assert "UBN-ÅBY" in full.run("status", *words).stdout
