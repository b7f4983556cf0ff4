"""Intake: what came back, by whatever way, into a round's inbox, its bytes unaltered, named by owner and time.

Killed at any point and run again, it doubles nothing and loses nothing: each file is there whole or not at all, and one
whose bytes lie in the inbox already is not taken in again.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from styrxl.model.days import stamp_moment
from styrxl.model.limits import MB
from styrxl.model.masking import make_showable
from styrxl.model.naming.file_names import fold_file_name, is_reserved
from styrxl.model.rounds import Round
from styrxl.returns.isolated import IsolatedReader
from styrxl.returns.package.file_type import is_mail_file
from styrxl.rounds.desk import Desk
from styrxl.rounds.files_to_receive import IncomingFile, Outcome, RefusedFileError, find_files
from styrxl.rounds.open_rounds import make_filing
from styrxl.scale.return_files import read_modified_time
from styrxl.store.files import create_atomically, is_system_file, read_file
from styrxl.store.ledger import BY_HAND
from styrxl.store.receipts import Receipt

Identities = Mapping[str, Mapping[str, str]]  # hash -> what a file says of itself

_LONGEST = 60  # characters of a sender's file name that are kept
_STRANGE = re.compile(r"[^\w .()+-]+")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}")
_LARGEST = 10  # times the size that is read: larger files are not taken in at all


def receive(desk: Desk, round_: Round, sources: Iterable[Path]) -> list[Outcome]:
    """Take in what lies in folders, files and zip archives, but mails; raises StyrxlError where inbox or ledger cannot be written."""
    files: list[IncomingFile] = []
    outcomes: list[Outcome] = []
    for file in find_files(sources, largest_file(desk), desk.zone):
        if isinstance(file, Outcome):
            outcomes.append(file)
        elif not is_mail_file(file.name):
            files.append(file)
    return [*outcomes, *take_in(desk, round_, files)]


def largest_file(desk: Desk) -> int:
    """Return how many bytes a file may have to be taken in at all."""
    return desk.limits.file_mb * MB * _LARGEST


def take_in(
    desk: Desk, round_: Round, incoming: Iterable[IncomingFile], owner: str | None = None, known: Identities = MappingProxyType({})
) -> list[Outcome]:
    """Take in files in the order in which they were changed, the newest last; raises as ``receive``.

    They are named by the owner that they say they are from, or that a controller names. ``known``: what files say of themselves, as far as
    that was read before.
    """
    with IsolatedReader(desk.limits) as reader:
        sorting = _Sorting(desk, round_, owner, reader, known)
        outcomes = [sorting.take(file) for file in sorted(incoming, key=lambda file: file.changed)]
        sorting.record()
    return outcomes


def read_identities(desk: Desk, incoming: Iterable[IncomingFile]) -> Identities:
    """Return what files say of themselves, by the hashes of their bytes; those that cannot be got are passed over."""
    found: dict[str, Mapping[str, str]] = {}
    with IsolatedReader(desk.limits) as reader:
        for file in incoming:
            with suppress(RefusedFileError):
                data = file.load()
                sha256 = hashlib.sha256(data).hexdigest()
                if sha256 not in found:
                    found[sha256] = _read_identity(data, reader)
    return found


def foresee(desk: Desk, round_: Round, incoming: Iterable[IncomingFile], known: Identities = MappingProxyType({})) -> list[Outcome]:
    """Return what ``take_in`` would make of files, in their order, and take nothing in."""
    with IsolatedReader(desk.limits) as reader:
        sorting = _Sorting(desk, round_, None, reader, known, keeps=False)
        return [sorting.take(file) for file in sorted(incoming, key=lambda file: file.changed)]


class _Sorting:
    """One run: each file goes to the round that it belongs to, which is the one asked for where a controller says whose it is."""

    def __init__(
        self, desk: Desk, round_: Round, owner: str | None, reader: IsolatedReader, known: Identities, *, keeps: bool = True
    ) -> None:
        self._known = known
        self._filing, self._named, self._reader, self._keeps = make_filing(desk, round_), owner, reader, keeps
        self._asked = _Intake(desk, round_, owner, keeps=keeps)
        self._others: dict[Round, _Intake] = {}

    def take(self, file: IncomingFile) -> Outcome:
        if is_system_file(file.name):
            return Outcome(file.origin, "skipped")
        try:
            data = file.load()
        except RefusedFileError as refused:
            return Outcome(file.origin, "refused", why=refused.why)
        sha256 = hashlib.sha256(data).hexdigest()
        if self._asked.is_recorded(sha256):
            return self._asked.take(file, data, sha256, {})
        identity = self._known[sha256] if sha256 in self._known else _read_identity(data, self._reader)
        round_ = self._filing.find_round(identity)
        if self._named or self._asked.holds(sha256) or round_ == self._filing.asked:
            return self._asked.take(file, data, sha256, identity)
        intake = self._others.setdefault(round_, _Intake(self._filing.desk, round_, keeps=self._keeps))
        return replace(intake.take(file, data, sha256, identity), round=round_)

    def record(self) -> None:
        """Record what was taken in."""
        for intake in (self._asked, *self._others.values()):
            intake.record(self._reader)


def _read_identity(data: bytes, reader: IsolatedReader) -> Mapping[str, str]:
    returned, _ = reader.read(data)
    return returned.identity if returned else {}


class _Intake:
    """One run: what the inbox holds by its hash, and the receipts that are still to be recorded; nothing is written unless it ``keeps``."""

    def __init__(self, desk: Desk, round_: Round, owner: str | None = None, *, keeps: bool = True) -> None:
        self._desk, self._round, self._named, self._keeps = desk, round_, owner, keeps
        workspace = desk.workspace
        self._most = workspace.settings.limits.file_mb * MB
        self._owners = frozenset(o.org_id for o in desk.plan.organisations)
        recorded = {(path, r.sha256) for path, r in desk.ledger.receipts(round_.id).items()}
        self._known: dict[str, Path] = {}
        self._names = {fold_file_name(path.name) for path in workspace.inbox(round_).glob("*")}
        self._unseen: dict[str, Path] = {}  # hash -> what was put in by hand, or by a run that was cut short
        for path in workspace.inbox_files(round_).files:
            _, sha256, _ = read_file(path, self._most)
            self._known.setdefault(sha256, path)
            if (workspace.shown(path), sha256) not in recorded:
                self._unseen.setdefault(sha256, path)
        self._waiting: list[Receipt] = []
        self._fresh: set[str] = set()  # hashes of what came in this run

    def holds(self, sha256: str) -> bool:
        """Tell whether the inbox has a file of a hash."""
        return sha256 in self._known

    def is_recorded(self, sha256: str) -> bool:
        """Tell whether the inbox has a file of a hash, with its receipt."""
        return sha256 in self._known and sha256 not in self._unseen

    def take(self, file: IncomingFile, data: bytes, sha256: str, identity: Mapping[str, str]) -> Outcome:
        workspace = self._desk.workspace
        path = self._known.get(sha256)
        state = "known" if path else "taken"
        if path is None or sha256 in self._unseen:
            self._fresh |= set() if path else {sha256}
            path = path or self._store(file.name, self._named or self._signed_owner(identity), data)
            by_hand = file.path is not None and file.path.resolve() == path.resolve()
            owner = self._named or identity.get("owner") or None
            origin = BY_HAND if by_hand else file.origin
            self._waiting.append(Receipt(workspace.shown(path), sha256, len(data), file.changed, origin, owner))
            self._known[sha256] = path
            self._unseen.pop(sha256, None)
        shown = workspace.shown(path) if self._keeps or sha256 not in self._fresh else ""  # it has no place yet
        return Outcome(file.origin, state, shown, sha256=sha256, owner=self._named or self._signed_owner(identity))

    def record(self, reader: IsolatedReader) -> None:
        """Record the receipts of what was taken in, and of what was put into the inbox by hand: all are first seen together."""
        for path in self._unseen.values():
            data, sha256, size = read_file(path, self._most)
            owner = _read_identity(data, reader).get("owner") or None
            self._waiting.append(Receipt(self._desk.workspace.shown(path), sha256, size, read_modified_time(path), BY_HAND, owner))
        if self._waiting:
            self._desk.ledger.register_receipts(self._round.id, self._waiting, self._desk.now)

    def _signed_owner(self, identity: Mapping[str, str]) -> str | None:
        """Whose workbook it says it is, where it says so with our signature."""
        owner = identity.get("owner")
        return owner if owner in self._owners and self._desk.signed(identity) else None

    def _store(self, given: str, owner: str | None, data: bytes) -> Path:
        """Write a file under a name that none in the inbox has, on any system; another controller may be doing the same."""
        safe = PurePosixPath(make_safe_name(given))
        stem = f"{owner}_{stamp_moment(self._desk.now, self._desk.zone)}" if owner else safe.stem
        for n in count(1):
            # "_" comes after the "." of the first one: of files with the same bytes, the first by name counts.
            name = f"{stem}{f'_{n:02}' if n > 1 else ''}{safe.suffix}"
            path = self._desk.workspace.inbox(self._round) / name
            if fold_file_name(name) not in self._names and (not self._keeps or create_atomically(path, data)):
                self._names.add(fold_file_name(name))
                return path
        raise AssertionError("numbers do not end")


def make_safe_name(given: str) -> str:
    """Return a file name that means nothing but itself on any system: no folders, no hidden file, no identity number, not too long."""
    base = unicodedata.normalize("NFC", re.split(r"[/\\:]", given)[-1])
    stem, dot, ending = base.rpartition(".")
    if not (dot and stem and _ENDING.fullmatch(f".{ending}")):
        stem, ending = base, ""
    stem = re.sub(r"\s+", " ", _STRANGE.sub("_", make_showable(stem).replace("*", "x"))).strip(" ._-~")[:_LONGEST].rstrip(" .")
    if not stem or is_reserved(stem):
        stem = f"fil_{stem}".rstrip("_")
    return f"{stem}.{ending.lower()}" if ending else stem


def count_outcomes(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """Count what became of files."""
    counts = dict.fromkeys(("taken", "known", "skipped", "refused"), 0)
    for outcome in outcomes:
        counts[outcome.state] += 1
    return counts
