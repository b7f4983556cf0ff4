"""Help in both languages: each command, argument and option has its texts, and nothing of the other language shows."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

import click
import pytest
from click.testing import CliRunner

from styrxl.cli import cli
from styrxl.commands.speech.dressing import find_text, first_sentence, list_commands
from styrxl.commands.speech.language import read_texts

COMMANDS = dict(list_commands(cli))
OTHERS = ("groups", "placeholders", "words", "shared", "usage")


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_each_command_argument_and_option_has_its_text(name: str, language: str) -> None:
    """In styrxl/commands/speech/commands.toml, under the command's name."""
    keys = ["about", *(each.name or "" for each in COMMANDS[name].params)]
    assert [key for key in keys if not find_text(name, key, language)] == []
    assert len(first_sentence(find_text(name, "about", language) or "")) < 140


def test_no_text_is_there_for_nothing() -> None:
    """Of a command, argument or option that is gone."""
    texts = read_texts()
    names = {name: {"about", *(each.name for each in command.params)} for name, command in COMMANDS.items()}
    assert [name for name in texts if name not in {*names, *OTHERS}] == []
    assert [(name, key) for name in names for key in texts.get(name, ()) if key not in names[name]] == []
    source = resources.files("styrxl.commands.speech").joinpath("commands.toml").read_text("utf-8")
    for name, table in tomllib.loads(source).items():
        for key, text in table.items() if isinstance(table, dict) else ():
            assert set(text) == {"sv", "en"}, (name, key)


ENGLISH = re.compile(
    r"\b(Usage|Options|Commands|Arguments|OPTIONS|COMMAND|ARGS|Show|this|message|exit|default|required|RANGE|INTEGER|FLOAT|PATH|the|and)\b"
)
SWEDISH = re.compile(r"[åäö]|[ÅÄÖ]{2}|\b(FLAGGOR|MAPP|FIL|och|att)\b")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_in_one_language(name: str) -> None:
    """In the one after the other, in one run."""
    words = [] if name == "styrxl" else name.split()
    for language, foreign in (("sv", ENGLISH), ("en", SWEDISH), ("sv", ENGLISH)):
        result = CliRunner().invoke(cli, ["--lang", language, *words, "--help"])
        assert result.exit_code == 0
        assert foreign.findall(result.stdout) == []
        assert max(map(len, result.stdout.splitlines())) <= 100


def test_commands_come_in_the_order_of_the_work() -> None:
    """Each under a heading, and none under another's."""
    told = CliRunner().invoke(cli, ["--help"]).stdout
    headings = ["Kom igång", "Dela ut", "Ta emot och granska", "Rätta", "Sammanställ", "Nästa år", "Vårda arbetsmappen"]
    assert re.findall(r"^(\w[^:]*):$", told, re.MULTILINE) == ["Flaggor", *headings]
    listed = re.findall(r"^  ([a-z-]+)  ", told.partition("Kom igång:")[2], re.MULTILINE)
    assert sorted(listed) == sorted(cli.commands)
    assert listed[:2] == ["demo", "init"]
    assert [name for name in listed if name in {"distribute", "receive", "validate", "consolidate"}] == [
        "distribute",
        "receive",
        "validate",
        "consolidate",
    ]
    mail = re.findall(r"^  ([a-z-]+)  ", CliRunner().invoke(cli, ["mail", "--help"]).stdout, re.MULTILINE)
    assert mail == ["templates", "answers", "reminders", "summary", "check", "sign-in"]


def test_nothing_is_cut_in_a_narrow_window() -> None:
    """The first sentence of each command is there whole."""
    told = " ".join(CliRunner().invoke(cli, ["--help"], terminal_width=50).stdout.split())
    for name, command in cli.commands.items():
        assert isinstance(command, click.Command)
        assert " ".join((command.short_help or "").split()) in told, name
