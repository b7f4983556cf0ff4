"""Rounds typed in several words without quotes: ``styrxl status delår 2 2027``."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path

import click

_YEAR = re.compile(r"(?<![0-9])20[0-9][0-9](?![0-9])")
_MOST_WORDS = 6


def join_round(command: click.Command | None, words: list[str], root: Path) -> list[str]:
    """Return a command's words with those of its round joined to one, where it takes a round first and it was typed in several."""
    first = next((each for each in command.params if isinstance(each, click.Argument)), None) if command else None
    lead = [*takewhile(lambda word: not word.startswith("-"), words)]
    if first is None or first.name != "round_" or len(lead) < 2 or _is_whole(lead[0]):
        return words
    from styrxl.model.errors import StyrxlError
    from styrxl.store.workspace import Workspace

    workspace = Workspace(root)
    try:
        _ = workspace.rounds
    except StyrxlError:
        return words  # the command tells what is wrong there
    for count in range(min(len(lead), _MOST_WORDS), 1, -1):
        if round_ := workspace.find_round(" ".join(lead[:count])):
            return [round_.id, *words[count:]]
    if kind := next((n for n in range(min(len(lead), _MOST_WORDS), 1, -1) if workspace.rounds.find(" ".join(lead[:n]))), 0):
        return [" ".join(lead[:kind]), *words[kind:]]  # its year is not there, as the command will tell
    whole = next((count for count in range(2, min(len(lead), _MOST_WORDS) + 1) if _is_whole(" ".join(lead[:count]))), 0)
    return [" ".join(lead[:whole]), *words[whole:]] if whole else words  # no round, as the command will tell


def _is_whole(word: str) -> bool:
    """Tell whether a word holds a year and more, so that nothing need be looked up."""
    return bool(_YEAR.search(word)) and len(word.strip()) > len("2027")
