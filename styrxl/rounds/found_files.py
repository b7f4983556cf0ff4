"""Workbooks in folders, files and archives, before they are taken in."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from styrxl.model.catalogue import Word
from styrxl.model.errors import StyrxlError
from styrxl.model.limits import MB
from styrxl.model.masking import make_showable
from styrxl.returns.file_type import is_zip, kind_of_zip
from styrxl.store.files import is_litter, read_file

_MEMBERS = 20_000  # files that an archive may hold
_GROWN = 20  # how many times its own size an archive of workbooks, which are packed already, may become
_SMALL = 100 * MB  # what any archive may become


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that came: where from, by which name, when it was changed last, and how to get it (RefusedArrival if it cannot be got).

    ``lies``: where it lies, if it is a file of its own.
    """

    origin: str
    name: str
    changed: datetime
    load: Callable[[], bytes]
    lies: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: ``taken`` or ``known`` (as ``path``, with its hash), ``skipped``, or ``refused`` (for the reason ``why``)."""

    origin: str
    state: str
    path: str = ""
    why: Word | None = None
    sha256: str = ""


class RefusedArrivalError(Exception):
    """A file that cannot be taken in; ``why`` is a word of the catalogue's."""

    def __init__(self, why: Word) -> None:
        """Keep the reason."""
        super().__init__(why.key)
        self.why = why


def found_in(sources: Iterable[Path], most: int) -> Iterator[Incoming | Outcome]:
    """Yield what lies in folders, files and zip archives: files, and what is passed over or cannot be got."""
    for source in sources:
        yield from _from_path(source, most)


def _from_path(source: Path, most: int) -> Iterator[Incoming | Outcome]:
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
                    yield from _from_file(path, most)
    else:
        yield from _from_file(source, most)


def _from_file(path: Path, most: int) -> Iterator[Incoming | Outcome]:
    """Yield the file itself, or what an archive of workbooks holds."""
    origin = make_showable(str(path))
    if is_litter(path.name):
        yield Outcome(origin, "skipped")
        return
    try:
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        with path.open("rb") as file:
            archive = _archive(path) if is_zip(file.read(4)) else None
    except OSError as error:
        yield Outcome(origin, "refused", why=Word("not_got", {"why": error.strerror or str(error)}))
        return
    if archive is None:
        yield Incoming(origin, path.name, changed, partial(_read, path, most), path)
    else:
        yield from _from_archive(path, archive, most)


def _read(path: Path, most: int) -> bytes:
    try:
        data, _, size = read_file(path, most)
    except StyrxlError as error:
        raise RefusedArrivalError(Word("not_got", {"why": str(error.facts["why"])})) from error
    if size > most:
        raise RefusedArrivalError(Word("too_large_file", {"mb": size // MB, "high": most // MB}))
    return data


def _archive(path: Path) -> list[zipfile.ZipInfo] | None:
    """Return what an archive holds; None for a workbook, whatever its name, and for what is damaged: that is taken in as it is."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return None
    names: Collection[str] = {member.filename.replace("\\", "/").lstrip("/").lower() for member in members}
    return members if kind_of_zip(names) == "zip" and "mimetype" not in names else None


def _from_archive(path: Path, members: list[zipfile.ZipInfo], most: int) -> Iterator[Incoming | Outcome]:
    grown = sum(member.file_size for member in members)
    if len(members) > _MEMBERS or grown > max(_SMALL, _GROWN * path.stat().st_size):
        yield Outcome(make_showable(str(path)), "refused", why=Word("archive_too_large", {"n": len(members), "mb": grown // MB}))
        return
    for member in members:
        # A member's name is only ever shown: where a file is put follows from its owner, or from its last part made safe.
        name = member.filename.replace("\\", "/")
        origin = make_showable(f"{path}/{name}")
        if "__MACOSX/" in name or is_litter(name.rpartition("/")[2]):
            yield Outcome(origin, "skipped")
        else:
            yield Incoming(origin, name.rpartition("/")[2], _changed(member), partial(_read_member, path, member, most))


def _changed(member: zipfile.ZipInfo) -> datetime:
    try:
        return datetime(*member.date_time).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return datetime(1980, 1, 1, tzinfo=UTC)


def _read_member(path: Path, member: zipfile.ZipInfo, most: int) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as file:
            data = file.read(most + 1)
    except (RuntimeError, NotImplementedError) as error:  # a password, or a way of packing that Python does not know
        raise RefusedArrivalError(Word("not_unpacked")) from error
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError) as error:
        raise RefusedArrivalError(Word("damaged")) from error
    if len(data) > most:
        raise RefusedArrivalError(Word("too_large_file", {"mb": member.file_size // MB, "high": most // MB}))
    return data


def named_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files that were named, and those in folders that were named, without lock files."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith(("~$", "."))) if path.is_dir() else [path]
        found += inside
    return found
