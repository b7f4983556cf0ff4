"""Intake: what came back, by whatever way, into a round's inbox, its bytes unaltered, named by owner and time.

Killed at any point and run again, it doubles nothing and loses nothing: each file is there whole or not at all, and one
whose bytes lie in the inbox already is not taken in again.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from styrxl.model.limits import MB
from styrxl.model.masking import make_showable
from styrxl.model.rounds import Round
from styrxl.returns.file_type import is_mail_file
from styrxl.returns.isolated import IsolatedReader
from styrxl.rounds.desk import Desk
from styrxl.rounds.files_to_receive import IncomingFile, Outcome, RefusedFileError, find_files
from styrxl.store.files import is_system_file, read_file, write_atomically
from styrxl.store.ledger import BY_HAND, Receipt

_LONGEST = 60  # characters of a sender's file name that are kept
_STRANGE = re.compile(r"[^\w .()+-]+")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}")
_RESERVED = re.compile(r"(?i:con|prn|aux|nul|com\d|lpt\d)")  # names that Windows keeps for itself
_LARGEST = 10  # times the size that is read: larger files are not taken in at all
_TOGETHER = 100  # receipts that are recorded at once


def receive(desk: Desk, round_: Round, sources: Iterable[Path]) -> list[Outcome]:
    """Take in what lies in folders, files and zip archives, but mails; raises StyrxlError where inbox or ledger cannot be written."""
    files: list[IncomingFile] = []
    outcomes: list[Outcome] = []
    for file in find_files(sources, largest_file(desk)):
        if isinstance(file, Outcome):
            outcomes.append(file)
        elif not is_mail_file(file.name):
            files.append(file)
    return [*outcomes, *take_in(desk, round_, files)]


def largest_file(desk: Desk) -> int:
    """Return how many bytes a file may have to be taken in at all."""
    return desk.limits.file_mb * MB * _LARGEST


def take_in(desk: Desk, round_: Round, incoming: Iterable[IncomingFile], owner: str | None = None) -> list[Outcome]:
    """Take in files in the order in which they were changed, the newest last; raises as ``receive``.

    They are named by the owner that they say they are from, or that a controller names.
    """
    intake = _Intake(desk, round_, owner)
    with IsolatedReader(desk.limits) as reader:
        outcomes = [intake.take(file, reader) for file in sorted(incoming, key=lambda file: file.changed)]
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

    def take(self, file: IncomingFile, reader: IsolatedReader) -> Outcome:
        if is_system_file(file.name):
            return Outcome(file.origin, "skipped")
        try:
            data = file.load()
        except RefusedFileError as refused:
            return Outcome(file.origin, "refused", why=refused.why)
        sha256 = hashlib.sha256(data).hexdigest()
        workspace = self._desk.workspace
        path = self._known.get(sha256)
        state = "known" if path else "taken"
        if path is None:
            path = workspace.inbox(self._round) / self._name(file.name, self._named or self._owner(data, reader))
            write_atomically(path, data)
            self._known[sha256] = path
            self._names.add(path.name.casefold())
        if (workspace.shown(path), sha256) not in self._recorded:
            by_hand = file.path is not None and file.path.resolve() == path.resolve()
            at, origin = (file.changed, BY_HAND) if by_hand else (self._moment(), file.origin)
            self._wait(Receipt(workspace.shown(path), sha256, len(data), at, origin))
        return Outcome(file.origin, state, workspace.shown(path), sha256=sha256)

    def _moment(self) -> datetime:
        """Return the time of receipt, a little later for each file, so that of two from one owner the one changed last is the newest."""
        self._count += 1
        return self._desk.now + timedelta(microseconds=self._count)

    def _wait(self, receipt: Receipt) -> None:
        self._recorded.add((receipt.path, receipt.sha256))
        self._waiting.append(receipt)
        if len(self._waiting) >= _TOGETHER:
            self.record()

    def record(self) -> None:
        """Record the receipts that are waiting."""
        if self._waiting:
            self._desk.ledger.register_receipts(self._round.id, self._waiting)
        self._waiting = []

    def _owner(self, data: bytes, reader: IsolatedReader) -> str | None:
        """Whose workbook it says it is, where it says so with our signature."""
        returned, _ = reader.read(data)
        identity: Mapping[str, str] = returned.identity if returned else {}
        owner = identity.get("owner")
        return owner if owner in self._owners and self._desk.signed(identity) else None

    def _name(self, given: str, owner: str | None) -> str:
        safe = PurePosixPath(make_safe_name(given))
        stem = f"{owner}_{self._desk.now.astimezone():%Y%m%d-%H%M%S}" if owner else safe.stem
        names = (f"{stem}{f'-{n}' if n > 1 else ''}{safe.suffix}" for n in range(1, 1_000_000))
        return next(name for name in names if name.casefold() not in self._names)


def make_safe_name(given: str) -> str:
    """Return a file name that means nothing but itself on any system: no folders, no hidden file, no identity number, not too long."""
    base = unicodedata.normalize("NFC", re.split(r"[/\\:]", given)[-1])
    stem, dot, ending = base.rpartition(".")
    if not (dot and stem and _ENDING.fullmatch(f".{ending}")):
        stem, ending = base, ""
    stem = re.sub(r"\s+", " ", _STRANGE.sub("_", make_showable(stem).replace("*", "x"))).strip(" ._-~")[:_LONGEST].rstrip(" .")
    if not stem or _RESERVED.fullmatch(stem):
        stem = f"fil_{stem}".rstrip("_")
    return f"{stem}.{ending.lower()}" if ending else stem


def count_outcomes(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """Count what became of files."""
    counts = dict.fromkeys(("taken", "known", "skipped", "refused"), 0)
    for outcome in outcomes:
        counts[outcome.state] += 1
    return counts
