"""A workspace's own files: forms, tables, rounds, words, letters and settings, looked through before anything else is done.

What was looked through without a mistake is remembered by its content, so that a command pays for it once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path

from styrxl.descriptions.files_below import read_kinds
from styrxl.descriptions.mistakes import Mistake, Problem, sort_mistakes
from styrxl.descriptions.settings_checks import check_owners, check_settings
from styrxl.model.catalogue import Word
from styrxl.model.council_plan import Plan
from styrxl.model.errors import StyrxlError
from styrxl.model.standard_folder import standard_folder
from styrxl.scale.cache_key import describe_program
from styrxl.store.files import is_system_file, write_atomically
from styrxl.store.workspace import CACHE_FOLDER, Workspace

_SETTINGS = "styrxl.toml"
_FOLDERS = {"sheets": (".yaml",), "schemas": (".yaml",), "mail": (".jinja",)}  # and how the files end that are read there
_LET_BE = (".xlsx", ".schema.json")  # blank templates, and what editors complete with
_OUTCOMES = "outcomes.yaml"
_KEPT = "own-files"


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """What a workspace has of its own: name -> content of what is read, and names of what nothing reads."""

    read: Mapping[str, bytes]
    unread: tuple[str, ...]

    @property
    def hash(self) -> str:
        """What changes with any of the files, and with the program."""
        digest = hashlib.sha256(describe_program().encode())
        for name, data in sorted([*self.read.items(), *((name, b"") for name in self.unread)]):
            digest.update(f"\0{name}\0{len(data)}\0".encode() + data)
        return digest.hexdigest()


def find_own_files(root: Path) -> OwnFiles:
    """Return the files of a workspace that say how it wants things; raises StyrxlError (not-readable)."""
    paths = {name: root / name for name in (_SETTINGS, _OUTCOMES) if (root / name).is_file()}
    unread = []
    for folder, ends in _FOLDERS.items():
        for path in sorted((root / folder).glob("*")):
            name = f"{folder}/{path.name}"
            if path.is_file() and path.name.endswith(ends) and not is_system_file(path.name):
                paths[name] = path
            elif not is_system_file(path.name) and not path.name.endswith(_LET_BE):
                unread.append(name)
    return OwnFiles({name: _read(path) for name, path in paths.items()}, tuple(unread))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error


def check_own_files(root: Path, *, anew: bool = False) -> None:
    """Look through a workspace's own files, unless that was done (``anew``: in any case) or it is no workspace.

    Raises StyrxlError (own-files-broken) with all mistakes as the fact ``mistakes``; not-readable.
    """
    files = find_own_files(root)
    if _SETTINGS not in files.read:
        return
    path = root / CACHE_FOLDER / _KEPT
    with suppress(OSError, ValueError):
        if not anew and path.read_text("ascii") == files.hash:
            return
    _raise(find_mistakes(files))
    with suppress(StyrxlError):  # where it cannot be kept it is done again
        write_atomically(path, files.hash.encode("ascii"), mode=0o600)


def describe_own_files(root: Path) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield the name of each of a workspace's own files, and which word of the catalogue says what counts of it, with its facts."""
    yield from describe_files(find_own_files(root))


def describe_files(files: OwnFiles) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield what ``describe_own_files`` does, of files that need not lie in the workspace yet."""
    standard = standard_folder()
    for name, data in files.read.items():
        folder, _, stem = name.removesuffix(".yaml").rpartition("/")
        form, _, profile = stem.partition(".")
        below = Path(str(resources.files("styrxl"))) / "mail" / "words" / stem if folder == "mail" else standard / name
        if folder == "sheets" and profile:
            yield name, "own_profile", {"profile": profile, "form": form}
        elif name == "sheets/rounds.yaml" or (folder == "sheets" and re.search(rb"(?m)^extends:", data)):
            yield name, "own_laid_over", {}
        elif name == _OUTCOMES:
            yield name, "own_outcomes", {}
        else:
            yield name, "own_settings" if not folder else "own_whole" if below.is_file() else "own_new", {}


def find_mistakes(files: OwnFiles) -> tuple[Mistake, ...]:
    """Return all mistakes in a workspace's own files."""
    described = {name: data for name, data in files.read.items() if name.endswith(".yaml") and name != _OUTCOMES}
    letters = {name: data for name, data in files.read.items() if name.startswith("mail/")}
    found = [Mistake(name, None, Problem((), "unread-file", {"nearest": _suggest_end(name)})) for name in files.unread]
    if _SETTINGS in files.read:
        found += check_settings(files.read[_SETTINGS], read_kinds(described))
    if _OUTCOMES in files.read:
        from styrxl.descriptions.outcome_checks import check_mapping  # noqa: PLC0415 -- its models take longer than a quick command

        found += check_mapping(files.read[_OUTCOMES])
    if described:
        from styrxl.descriptions.own_files import check_descriptions  # noqa: PLC0415 -- as above

        wrong = check_descriptions(described)
        found += wrong or _check_formulas(tuple(described.items()))
    if letters:
        from styrxl.descriptions.letter_checks import check_letters  # noqa: PLC0415 -- needs jinja2, which quick commands do without

        found += check_letters(letters)
    return sort_mistakes(found)


@lru_cache(maxsize=4)  # a page of the desk asks each time that it is shown
def _check_formulas(described: tuple[tuple[str, bytes], ...]) -> tuple[Mistake, ...]:
    from styrxl.templates.formula_lengths import check_formulas  # noqa: PLC0415 -- needs openpyxl, which quick commands do without

    return tuple(check_formulas(dict(described)))


def _suggest_end(name: str) -> Word:
    end = _FOLDERS[name.partition("/")[0]][0]
    return Word("ends_with", {"end": end})


def check_due_owners(workspace: Workspace, plan: Plan) -> None:
    """Raise StyrxlError (own-files-broken) where the settings give owners a day of their own whom the organisation never had."""
    named = {owner for settings in workspace.settings.rounds.values() for owner in settings.due_owner}
    known = {organisation.org_id for organisation in plan.organisations}
    if named <= known:
        return
    _raise(tuple(check_owners(workspace.settings_path.read_bytes(), known)))


def check_outcome_owners(workspace: Workspace, plan: Plan, day: date | None = None) -> None:
    """Raise StyrxlError (own-files-broken) where ``outcomes.yaml`` names owners whom the organisation lacks on a day, or never had."""
    path = workspace.root / _OUTCOMES
    if not path.is_file():
        return
    from styrxl.descriptions.outcome_checks import check_mapped_owners  # noqa: PLC0415 -- its models take longer than a quick command

    organisations = plan.holding(day) if day else plan.organisations
    kinds = {o.org_id: o.kind for o in organisations}
    may = {"places": {*kinds.values()} - {"administration", "unit"}, "units": {"unit"}}
    others = {o.org_id: str(day) for o in plan.organisations if o.org_id not in kinds}
    _raise(tuple(check_mapped_owners(_read(path), kinds, may, others)))


def _raise(mistakes: Sequence[Mistake]) -> None:
    if mistakes:
        raise StyrxlError("own-files-broken", n=len(mistakes), mistakes=mistakes)
