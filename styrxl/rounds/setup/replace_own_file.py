"""A file of the municipality's own, new or in the place of one that is there: where it may stand, and what would be wrong with it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from styrxl.descriptions.mistakes import Mistake
from styrxl.model.naming.file_names import is_reserved
from styrxl.rounds.own_files import OwnFiles, describe_files, find_mistakes
from styrxl.store.files import replace_keeping
from styrxl.store.workspace import KEPT_FOLDER

PLACES: Mapping[str, str] = {"sheets": ".yaml", "schemas": ".yaml", "mail": ".jinja"}  # folders, and how their files end
OUTCOMES, SETTINGS = "outcomes.yaml", "styrxl.toml"
_MOST = 400_000  # bytes of two files, beyond which their lines are not compared
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", re.ASCII)


@dataclass(frozen=True, slots=True)
class OwnFileChange:
    """What a file would do: which word says what counts of it, lines that are new and gone, mistakes it brings, and those already there."""

    counts: tuple[str, Mapping[str, str]]
    added: int
    removed: int
    is_new: bool
    mistakes: tuple[Mistake, ...]
    left: tuple[Mistake, ...]


def name_own_file(place: str, uploaded: str, present: Mapping[str, bytes]) -> str | None:
    """Return which of the own files an upload is to be: one that is there (``place``), or new in a folder under its own name.

    None where no file of that name would be read there, or could have it.
    """
    if place == OUTCOMES or (place in present and place != SETTINGS):
        return place
    name = uploaded.replace("\\", "/").rpartition("/")[2]
    fits = place in PLACES and _NAME.fullmatch(name) and name.endswith(PLACES[place]) and not is_reserved(name)
    return f"{place}/{name}" if fits else None


def compare_own_file(files: OwnFiles, name: str, data: bytes) -> OwnFileChange:
    """Return what a file would do among the others; ``name``: as ``name_own_file`` has it."""
    old, after = files.read.get(name), replace(files, read={**files.read, name: data})
    known = set(map(_key, before := find_mistakes(files)))
    found = find_mistakes(after)
    counts = next((key, facts) for one, key, facts in describe_files(after) if one == name)
    lines = list(difflib.ndiff(_split(old or b""), _split(data))) if len(data) + len(old or b"") < _MOST else []
    added, removed = (sum(line.startswith(sign) for line in lines) for sign in ("+ ", "- "))
    # What was wrong in the file itself is told anew: its lines are others now.
    new = [one for one in found if _key(one) not in known or one.file == name]
    return OwnFileChange(counts, added, removed, old is None, tuple(new), tuple(one for one in before if one in found and one not in new))


def replace_own_file(root: Path, name: str, data: bytes, day: date) -> Path | None:
    """Put a file in its place; return where the old one is kept: in a folder where nothing reads it. Raises as ``replace_keeping``."""
    path = root / name
    return replace_keeping(path, data, day.isoformat(), root / KEPT_FOLDER / path.parent.relative_to(root))


def _key(mistake: Mistake) -> tuple[str, str, str, str]:
    problem = mistake.problem
    return mistake.file, problem.where, problem.code, repr(sorted(problem.facts.items(), key=lambda fact: fact[0]))


def _split(data: bytes) -> list[str]:
    return data.decode("utf-8-sig", "replace").splitlines()
