"""What is wrong in ``styrxl.toml``, and on which line: TOML's own reader tells none of what it has read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from styrxl.descriptions.find_problems import find_problems
from styrxl.descriptions.mistakes import Mistake, Path, Problem, unknown_name
from styrxl.descriptions.parts import as_map
from styrxl.descriptions.settings_model import SettingsFile
from styrxl.model.rounds import RoundKinds

FILE = "styrxl.toml"
_LINE = re.compile(r"at line (\d+)")
_ROUND = re.compile(r"20[0-9][0-9]-(.+)", re.ASCII)


def check_settings(data: bytes, kinds: RoundKinds) -> Iterator[Mistake]:
    """Yield what is wrong with the settings; ``kinds``: the rounds that a year has."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        content = tomllib.loads(text)
    except UnicodeDecodeError as error:
        yield Mistake(FILE, data.count(b"\n", 0, error.start) + 1, Problem((), "not-utf8"))
    except tomllib.TOMLDecodeError as error:
        place = _LINE.search(str(error))
        yield Mistake(FILE, int(place[1]) if place else text.count("\n") + 1, Problem((), "toml-broken", {"why": str(error)}))
    else:
        for problem in (*find_problems(SettingsFile, content), *_check_rounds(content, kinds), *_check_folders(content)):
            yield Mistake(FILE, find_line(text, problem.path), problem)


def check_owners(data: bytes, owners: Collection[str]) -> Iterator[Mistake]:
    """Yield owners with a day of their own in a round whom the organisation never had."""
    text = data.decode("utf-8-sig").replace("\r\n", "\n")
    for round_, settings in as_map(tomllib.loads(text).get("rounds")).items():
        for owner in as_map(as_map(settings).get("due_owner")):
            if owner not in owners:
                path = ("rounds", round_, "due_owner", owner)
                yield Mistake(FILE, find_line(text, path), unknown_name(path, "an_owner", owner, sorted(owners)))


def _check_rounds(content: Mapping[str, Any], kinds: RoundKinds) -> Iterator[Problem]:
    for key in as_map(content.get("rounds")):
        match = _ROUND.fullmatch(key)
        if not match:
            yield Problem(("rounds", key), "wrong-example", {"value": key, "example": '[rounds."2027-plan"]'})
        elif kinds.find(match[1]) is None:
            yield unknown_name(("rounds", key), "a_known_round", match[1], kinds)


def _check_folders(content: Mapping[str, Any]) -> Iterator[Problem]:
    box = as_map(as_map(content.get("mail")).get("imap"))
    if box.get("done") and box.get("done") == (box.get("folder") or "INBOX"):
        yield Problem(("mail", "imap", "done"), "wrong-example", {"value": box["done"], "example": 'done = "Hanterade"'})


def find_line(text: str, path: Path) -> int:
    """Return the line on which a path begins, or as much of it as there is: the first with which reading finds it."""
    lines = text.splitlines()
    while path:
        whole = 0  # lines that can be read by themselves
        for count in range(1, len(lines) + 1):
            try:
                content = tomllib.loads("\n".join(lines[:count]))
            except tomllib.TOMLDecodeError:
                continue
            if _has(content, path):
                return next(n for n in range(whole + 1, count + 1) if lines[n - 1].strip() and not lines[n - 1].lstrip().startswith("#"))
            whole = count
        path = path[:-1]
    return 1


def _has(content: Any, path: Path) -> bool:
    try:
        for part in path:
            content = content[part]
    except (LookupError, TypeError):
        return False
    return True
