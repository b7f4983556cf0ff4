"""Commands in the README and the handbook are such as there are, with options that they have."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from styrxl.cli import cli

CHECKOUT = Path(__file__).parents[1]
PAGES = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
_PROGRAM = re.compile(r"(?:\$ )?(?:\S*[/\\])?styrxl(?:\.exe)? (.+)")
_MAKE = re.compile(r"make ([a-z][a-z-]+)")


def list_code(path: Path) -> list[str]:
    """Return what stands as code on a page: pieces of lines, and the lines of blocks."""
    text = path.read_text("utf-8")
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    return [*re.findall(r"`([^`\n]+)`", text), *(line.strip() for block in blocks for line in block.splitlines())]


def find_unknown(typed: str) -> list[str]:
    """Return the words after ``styrxl`` that are no command, or no option of the command before them."""
    command: click.Command = cli
    unknown = []
    words = iter(shlex.split(typed.replace("\\", "/"), posix=True))
    for word in words:
        options = {name: option for option in command.params for name in (*option.opts, *option.secondary_opts)}
        if word.startswith("--"):
            unknown += [] if word in {*options, "--help"} else [word]
            if command is cli and word in {"--workspace", "--lang"}:
                next(words)
        elif isinstance(command, click.Group) and re.fullmatch(r"[a-z-]+", word):
            if word not in command.commands:
                return [*unknown, word]
            command = command.commands[word]
    return unknown


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_commands_that_are_told_are_there(path: Path) -> None:
    """With their options."""
    told = [found[1] for code in list_code(path) if (found := _PROGRAM.fullmatch(code))]
    assert [(typed, unknown) for typed in told if (unknown := find_unknown(typed))] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_what_make_is_told_to_make_can_be_made(path: Path) -> None:
    """By a target of the Makefile."""
    rules = re.findall(r"^([a-z -]+):(?!=)", (CHECKOUT / "Makefile").read_text("utf-8"), re.MULTILINE)
    targets = {target for rule in rules for target in rule.split()}
    told = {target for code in list_code(path) for target in _MAKE.findall(code) if code.removeprefix("$ ").startswith("make ")}
    assert told <= targets


def test_what_contributors_are_told_to_run_or_to_look_at_is_there() -> None:
    """Files and folders of the checkout, and modules of the package; capitals stand for a name."""
    told = [word for code in list_code(CHECKOUT / "CONTRIBUTING.md") for word in code.split() if not re.search(r"[A-Z]{3}|…", word)]
    paths = [word for word in told if word.startswith(("styrxl/", "tests/", "docs/", "sheets/", "schemas/", "standalone/"))]
    modules = [word.replace(".", "/") + ".py" for word in told if re.fullmatch(r"styrxl(\.\w+)+", word)]
    assert len(paths) > 30
    assert len(modules) == 2
    assert [path for path in (*paths, *modules) if not (CHECKOUT / path).exists()] == []


def test_what_is_not_there_is_found() -> None:
    """Commands, commands of commands, and options of others."""
    assert find_unknown('--workspace "C:/My town" distribute 2027-plan --to UBN') == []
    assert find_unknown("distribute 2027-plan --annotate") == ["--annotate"]
    assert find_unknown("mail reminder 2027-plan") == ["reminder"]
    assert find_unknown("distribute-all 2027-plan") == ["distribute-all"]
