"""Intake: what came back, by whatever way, into a round's inbox, its bytes unaltered, named by owner and time.

Killed at any point and run again, it doubles nothing and loses nothing: each file is there whole or not at all, and one
whose bytes lie in the inbox already is not taken in again.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path, PurePosixPath

from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Word
from styrxl.model.limits import MB
from styrxl.model.masking import shown
from styrxl.model.rounds import Round
from styrxl.returns.file_type import is_mail_file, is_zip, kind_of_zip
from styrxl.returns.isolated import Reader
from styrxl.returns.workbook import SIGNED
from styrxl.rounds.desk import BY_HAND, Desk
from styrxl.store.files import read_file, write_atomically
from styrxl.store.ledger import Receipt
from styrxl.store.workspace import is_litter

_MEMBERS = 20_000  # files that an archive may hold
_GROWN = 20  # how many times its own size an archive of workbooks, which are packed already, may become
_SMALL = 100 * MB  # what any archive may become
_LONGEST = 60  # characters of a sender's file name that are kept
_STRANGE = re.compile(r"[^\w .()+-]+")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}")
_RESERVED = re.compile(r"(?i:con|prn|aux|nul|com\d|lpt\d)")  # names that Windows keeps for itself
_TAKEN = 10  # times the size that is read: larger files are not taken in at all
_AT_ONCE = 100  # receipts that are recorded together


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


def receive(desk: Desk, round_: Round, sources: Iterable[Path]) -> list[Outcome]:
    """Take in what lies in folders, files and zip archives, but mails; raises StyrxlError where inbox or ledger cannot be written."""
    found: list[Incoming] = []
    told: list[Outcome] = []
    for one in found_in(sources, largest(desk)):
        if isinstance(one, Outcome):
            told.append(one)
        elif not is_mail_file(one.name):
            found.append(one)
    return [*told, *take_in(desk, round_, found)]


def largest(desk: Desk) -> int:
    """Return how many bytes a file may have to be taken in at all."""
    return desk.limits.file_mb * MB * _TAKEN


def found_in(sources: Iterable[Path], most: int) -> Iterator[Incoming | Outcome]:
    """Yield what lies in folders, files and zip archives: files, and what is passed over or cannot be got."""
    for source in sources:
        yield from _from_path(source, most)


def take_in(desk: Desk, round_: Round, incoming: Iterable[Incoming], owner: str | None = None) -> list[Outcome]:
    """Take in files in the order in which they were changed, the newest last; raises as ``receive``.

    They are named by the owner that they say they are from, or that a controller names.
    """
    intake = _Intake(desk, round_, owner)
    with Reader(desk.limits) as reader:
        outcomes = [intake.take(one, reader) for one in sorted(incoming, key=lambda one: one.changed)]
    intake.record()
    return outcomes


class _Intake:
    """One run: what the inbox holds by its hash, and the receipts that are still to be recorded."""

    def __init__(self, desk: Desk, round_: Round, owner: str | None = None) -> None:
        self._desk, self._round, self._named = desk, round_, owner
        workspace = desk.workspace
        self._most = workspace.settings.limits.file_mb * MB
        self._owners = frozenset(o.org_id for o in desk.plan.organisations)
        self._recorded = {(path, r.sha256) for path, r in desk.ledger.receipts(round_.id).items()}
        self._known: dict[str, Path] = {}
        self._names = {path.name.casefold() for path in workspace.inbox(round_).glob("*")}
        for path in workspace.inbox_files(round_).files:
            self._known.setdefault(read_file(path, self._most)[1], path)
        self._waiting: list[Receipt] = []
        self._count = 0

    def take(self, one: Incoming, reader: Reader) -> Outcome:
        if is_litter(one.name):
            return Outcome(one.origin, "skipped")
        try:
            data = one.load()
        except RefusedArrivalError as refused:
            return Outcome(one.origin, "refused", why=refused.why)
        sha256 = hashlib.sha256(data).hexdigest()
        workspace = self._desk.workspace
        path = self._known.get(sha256)
        state = "known" if path else "taken"
        if path is None:
            path = workspace.inbox(self._round) / self._name(one.name, self._named or self._owner(data, reader))
            write_atomically(path, data)
            self._known[sha256] = path
            self._names.add(path.name.casefold())
        if (workspace.shown(path), sha256) not in self._recorded:
            by_hand = one.lies is not None and one.lies.resolve() == path.resolve()
            at, origin = (one.changed, BY_HAND) if by_hand else (self._moment(), one.origin)
            self._wait(Receipt(workspace.shown(path), sha256, len(data), at, origin))
        return Outcome(one.origin, state, workspace.shown(path), sha256=sha256)

    def _moment(self) -> datetime:
        """Return the time of receipt, a little later for each file, so that of two from one owner the one changed last is the newest."""
        self._count += 1
        return self._desk.now + timedelta(microseconds=self._count)

    def _wait(self, receipt: Receipt) -> None:
        self._recorded.add((receipt.path, receipt.sha256))
        self._waiting.append(receipt)
        if len(self._waiting) >= _AT_ONCE:
            self.record()

    def record(self) -> None:
        """Record the receipts that are waiting."""
        if self._waiting:
            self._desk.ledger.register_receipts(self._round.id, self._waiting)
        self._waiting = []

    def _owner(self, data: bytes, reader: Reader) -> str | None:
        """Whose workbook it says it is, where it says so with our signature."""
        returned, _ = reader.read(data)
        identity: Mapping[str, str] = returned.identity if returned else {}
        signed = [identity.get(key, "") for key in SIGNED]
        owner = identity.get("owner")
        ours = owner in self._owners and self._desk.workspace.verify(signed, identity.get("signature", ""))
        return owner if ours else None

    def _name(self, given: str, owner: str | None) -> str:
        safe = PurePosixPath(safe_name(given))
        stem = f"{owner}_{self._desk.now.astimezone():%Y%m%d-%H%M%S}" if owner else safe.stem
        names = (f"{stem}{f'-{n}' if n > 1 else ''}{safe.suffix}" for n in range(1, 1_000_000))
        return next(name for name in names if name.casefold() not in self._names)


def safe_name(given: str) -> str:
    """Return a file name that means nothing but itself on any system: no folders, no hidden file, no identity number, not too long."""
    base = unicodedata.normalize("NFC", re.split(r"[/\\:]", given)[-1])
    stem, dot, ending = base.rpartition(".")
    if not (dot and stem and _ENDING.fullmatch(f".{ending}")):
        stem, ending = base, ""
    stem = re.sub(r"\s+", " ", _STRANGE.sub("_", shown(stem).replace("*", "x"))).strip(" ._-~")[:_LONGEST].rstrip(" .")
    if not stem or _RESERVED.fullmatch(stem):
        stem = f"fil_{stem}".rstrip("_")
    return f"{stem}.{ending.lower()}" if ending else stem


# where files come from


def _from_path(source: Path, most: int) -> Iterator[Incoming | Outcome]:
    if source.is_dir():
        for folder, folders, names in os.walk(source):
            if "styrxl.toml" in names:  # a workspace, perhaps this one: what it holds are no returns
                folders.clear()
                yield Outcome(shown(folder), "skipped")
                continue
            folders.sort()
            for name in sorted(names):
                path = Path(folder) / name
                if path.is_symlink() or not path.is_file():
                    yield Outcome(shown(str(path)), "skipped")
                else:
                    yield from _from_file(path, most)
    else:
        yield from _from_file(source, most)


def _from_file(path: Path, most: int) -> Iterator[Incoming | Outcome]:
    """Yield the file itself, or what an archive of workbooks holds."""
    origin = shown(str(path))
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
        yield Outcome(shown(str(path)), "refused", why=Word("archive_too_large", {"n": len(members), "mb": grown // MB}))
        return
    for member in members:
        # A member's name is only ever shown: where a file is put follows from its owner, or from its last part made safe.
        name = member.filename.replace("\\", "/")
        origin = shown(f"{path}/{name}")
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


def states(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """Count what became of files."""
    found = dict.fromkeys(("taken", "known", "skipped", "refused"), 0)
    for outcome in outcomes:
        found[outcome.state] += 1
    return found
