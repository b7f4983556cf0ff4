"""Other settings in the place of those that are there: what differs, and what would be wrong with them."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from styrxl.descriptions.files_below import read_kinds
from styrxl.descriptions.mistakes import Mistake
from styrxl.descriptions.settings_checks import check_owners, check_settings, decode_settings
from styrxl.model.errors import StyrxlError
from styrxl.rounds.own_files import find_own_files
from styrxl.rounds.setup.edit_settings import list_differences
from styrxl.store.files import write_atomically

SETTINGS_FILE = "styrxl.toml"
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
LARGEST_LOGO = 2_000_000  # bytes


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """What a new settings file would change: paths with old and new values, mistakes that it brings, and those there already were."""

    differences: tuple[tuple[tuple[str, ...], Any, Any], ...]
    mistakes: tuple[Mistake, ...]
    left: tuple[Mistake, ...]


def read_settings_bytes(root: Path) -> bytes:
    """Return the settings file's bytes; raises StyrxlError (not-readable)."""
    path = root / SETTINGS_FILE
    try:
        return path.read_bytes()
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error


def read_content(data: bytes) -> dict[str, Any] | None:
    """Return what settings say, as far as they can be read at all; None where they cannot."""
    try:
        return tomllib.loads(decode_settings(data))
    except ValueError:
        return None


def compare_settings(root: Path, old: bytes, new: bytes, owners: Collection[str] | None) -> SettingsChange:
    """Return what new settings would change; ``owners``: whom the organisation has ever had, None where that is not known."""
    before, after = (list(_find_mistakes(root, data, owners)) for data in (old, new))
    known = {_name(mistake) for mistake in before}
    contents = read_content(old) or {}, read_content(new) or {}
    return SettingsChange(
        tuple(list_differences(*contents)),
        tuple(one for one in after if _name(one) not in known),
        tuple(one for one in after if _name(one) in known),
    )


def _find_mistakes(root: Path, data: bytes, owners: Collection[str] | None) -> Iterator[Mistake]:
    own = find_own_files(root).read
    yield from check_settings(data, read_kinds({name: text for name, text in own.items() if name.endswith(".yaml")}))
    if owners is not None and read_content(data) is not None:
        yield from check_owners(data, owners)


def _name(mistake: Mistake) -> tuple[str, str, str]:
    """Return what tells a mistake from others, wherever its line is."""
    problem = mistake.problem
    return problem.where, problem.code, repr(sorted(problem.facts.items(), key=lambda fact: fact[0]))


def write_settings(root: Path, data: bytes) -> None:
    """Put settings in place; raises StyrxlError (not-writable, disk-full)."""
    write_atomically(root / SETTINGS_FILE, data)


def name_logo(data: bytes) -> str | None:
    """Return what a logo's file is called; None where it is no picture that workbooks can hold, or too large."""
    ending = ".png" if data.startswith(_PNG) else ".jpg" if data.startswith(_JPEG) else None
    return f"logotyp{ending}" if ending and len(data) <= LARGEST_LOGO else None


def hash_settings(data: bytes) -> str:
    """Return what changes with the settings' bytes."""
    return hashlib.sha256(data).hexdigest()


def find_rounds(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the section of rounds says, round by round; nothing where it is no section."""
    rounds = content.get("rounds")
    return rounds if isinstance(rounds, Mapping) else {}
