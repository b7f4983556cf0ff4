"""The files in a round's inbox in the order in which they are judged: by name, but of equal ones the one that came first comes first.

Of equal files the first one counts, and the others are its duplicates. Which one came first the ledger's receipts say, not their names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from styrxl.model.limits import MB
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.scale.return_files import read_modified_time
from styrxl.store.receipts import NO_DATE, Key


class InboxFile(NamedTuple):
    """A file in an inbox: its path, its name in reports, and its hash."""

    path: Path
    name: str
    sha256: str

    @property
    def key(self) -> Key:
        """By which its receipt is known."""
        return self.name, self.sha256


def list_inbox(desk: Desk, round_: Round) -> list[InboxFile]:
    """Return the files in a round's inbox in the order in which they are judged; raises StyrxlError (not-readable)."""
    workspace, most = desk.workspace, desk.limits.file_mb * MB
    files = [InboxFile(path, workspace.shown(path), desk.memory.hashes.find(path, most)) for path in workspace.inbox_files(round_).files]
    equal = _find_equal(files)
    if not equal:
        return files
    numbers = desk.ledger.receipt_numbers(round_.id)
    for places in equal:
        came = sorted((files[place] for place in places), key=lambda file: _find_turn(file, numbers, desk.now))
        for place, file in zip(places, came, strict=True):
            files[place] = file
    return files


def _find_equal(files: Sequence[InboxFile]) -> list[list[int]]:
    """Return the places of files that are equal, group by group."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, file in enumerate(files):
        places[file.sha256].append(place)
    return [group for group in places.values() if len(group) > 1]


def _find_turn(file: InboxFile, numbers: Mapping[Key, int], now: datetime) -> tuple[bool, int, datetime, str]:
    """Return what puts files in order: by receipt; those that have none yet come later, as they will get theirs: by their own dates."""
    dated, number = read_modified_time(file.path), numbers.get(file.key)
    return number is None, number or 0, dated if dated >= NO_DATE else now, file.name
