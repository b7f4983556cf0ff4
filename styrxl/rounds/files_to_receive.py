"""Workbooks in folders, files and archives, before they are taken in."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path

from styrxl.model.catalogue import Word
from styrxl.model.days import standard_zone
from styrxl.model.errors import StyrxlError
from styrxl.model.limits import MB
from styrxl.model.masking import make_showable
from styrxl.model.rounds import Round
from styrxl.returns.archive import Member, NotUnpackedError, members_of, read_member
from styrxl.returns.package.file_type import is_link_file, is_zip
from styrxl.store.files import is_system_file, read_file
from styrxl.store.synced_files import UNFINISHED, find_wait, is_unfinished


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file that came: where from, by which name, when it was changed last, and how to get it (RefusedFileError if it cannot be got).

    ``path``: where it is, if it is a file of its own.
    """

    origin: str
    name: str
    changed: datetime
    load: Callable[[], bytes]
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: ``taken`` or ``known`` (as ``path``, with its hash), ``skipped``, or ``refused`` (for the reason ``why``).

    ``round``: the one that it belongs to, where that is another than was asked for. ``owner``: whose it is, as far as it says so itself.
    """

    origin: str
    state: str
    path: str = ""
    why: Word | None = None
    sha256: str = ""
    round: Round | None = None
    owner: str | None = None


class RefusedFileError(Exception):
    """A file that cannot be taken in; ``why`` is a word of the catalogue's."""

    def __init__(self, why: Word) -> None:
        """Keep the reason."""
        super().__init__(why.key)
        self.why = why


def find_files(sources: Iterable[Path], most: int, zone: tzinfo | None = None, *, whole: bool = False) -> Iterator[IncomingFile | Outcome]:
    """Yield what lies in folders, files and zip archives: files, and what is passed over or cannot be got.

    ``zone``: in which archives tell when files were changed, which they do without a zone; the usual one if nothing is said.
    ``whole``: no file is still on its way, however new it is.
    """
    for source in sources:
        yield from _from_path(source, most, zone or standard_zone(), whole=whole)


def _from_path(source: Path, most: int, zone: tzinfo, *, whole: bool) -> Iterator[IncomingFile | Outcome]:
    if source.is_dir():
        for folder, folders, names in os.walk(source):
            if "styrxl.toml" in names:  # a workspace, perhaps this one: what it holds are no returns
                folders.clear()
                yield Outcome(make_showable(folder), "skipped")
                continue
            folders.sort()
            for name in sorted(names):
                path = Path(folder) / name
                if path.is_symlink() or not path.is_file():
                    yield Outcome(make_showable(str(path)), "skipped")
                else:
                    yield from _from_file(path, most, zone, whole=whole)
    else:
        yield from _from_file(source, most, zone, whole=whole)


def _from_file(path: Path, most: int, zone: tzinfo, *, whole: bool) -> Iterator[IncomingFile | Outcome]:
    """Yield the file itself, or what an archive of workbooks holds."""
    origin = make_showable(str(path))
    if is_system_file(path.name):
        yield Outcome(origin, "skipped")
        return
    if is_link_file(path.name):
        yield Outcome(origin, "refused", why=Word("link_file"))
        return
    try:
        about = path.stat()
        if not whole and (wait := _find_wait(path, about)):
            yield Outcome(origin, "refused", why=Word(wait))
            return
        changed = datetime.fromtimestamp(about.st_mtime, UTC)
        with path.open("rb") as file:
            members = members_of(file, zone) if is_zip(file.read(4)) else None
    except OSError as error:
        yield Outcome(origin, "refused", why=Word("not_got", {"why": error.strerror or str(error)}))
    except NotUnpackedError as error:
        yield Outcome(origin, "refused", why=error.why)
    else:
        if members is None:  # what is damaged is taken in as it is
            yield IncomingFile(origin, path.name, changed, partial(_read, path, most), path)
        else:
            yield from _from_archive(path, members, most)


def _find_wait(path: Path, about: os.stat_result) -> str:
    """Return why a file cannot be taken in yet, or "": it is being fetched from the cloud."""
    now = time.time()
    return find_wait(about, now) or (UNFINISHED if is_unfinished(path, now) else "")


def _from_archive(path: Path, members: Sequence[Member], most: int) -> Iterator[IncomingFile | Outcome]:
    for member in members:
        # A member's name is only ever shown: where a file is put follows from its owner, or from its last part made safe.
        origin, name = make_showable(f"{path}/{member.name}"), member.name.rpartition("/")[2]
        if "__MACOSX/" in member.name or is_system_file(name):
            yield Outcome(origin, "skipped")
        else:
            yield IncomingFile(origin, name, member.changed, partial(_read_member, path, member, most))


def _read_member(path: Path, member: Member, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return read_member(file, member, most)
    except NotUnpackedError as error:
        raise RefusedFileError(error.why) from error
    except OSError as error:  # it has gone since
        raise RefusedFileError(Word("damaged")) from error


def _read(path: Path, most: int) -> bytes:
    try:
        before = path.stat()
        data, _, size = read_file(path, most)
        after = path.stat()
    except OSError as error:
        raise RefusedFileError(Word("not_got", {"why": error.strerror or str(error)})) from error
    except StyrxlError as error:
        raise RefusedFileError(Word("not_got", {"why": str(error.facts["why"])})) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise RefusedFileError(Word(UNFINISHED))
    if size > most:
        raise RefusedFileError(Word("too_large_file", {"mb": size // MB, "high": most // MB}))
    return data


def list_named_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files that were named, and those in folders that were named, without lock files."""
    files: list[Path] = []
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith(("~$", "."))) if path.is_dir() else [path]
        files += inside
    return files
