"""Receipts: when returns were first seen, and the times at which they count as received."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from styrxl.store.bulk import insert_rows, split_in_batches
from styrxl.store.database import RECEIPTS

NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # archives and file systems without dates begin at 1970 or 1980
_AHEAD = timedelta(minutes=5)  # by which the clock of a file server may differ from ours
_TICK = timedelta(microseconds=1)

Key = tuple[str, str]  # path and hash
KnownTimes = Mapping[str, Collection[tuple[Key, datetime]]]  # owner -> its receipts and their times


@dataclass(frozen=True, slots=True)
class Receipt:
    """A file that came back; ``received_at``: the time at which it counts as received, before it is settled its file's own date.

    ``owner``: whose it says it is. ``dated_at``: its file's own date, where that is not believed.
    """

    path: str
    sha256: str
    size: int
    received_at: datetime
    origin: str | None = None
    owner: str | None = None
    dated_at: datetime | None = None

    @property
    def key(self) -> Key:
        """What tells it from others of its round."""
        return self.path, self.sha256


def settle_times(new: Iterable[Receipt], known: KnownTimes, now: datetime, together: Collection[Key] = ()) -> list[Receipt]:
    """Return new receipts, first seen together, with the times at which they count as received.

    That is their files' own dates, but never later than ``now`` and, above all, later than whatever came from their owner before:
    ``known`` but for those that were first seen ``together`` with them. They keep the order of their own dates.
    """
    by_owner: defaultdict[str | None, list[Receipt]] = defaultdict(list)
    for receipt in sorted(new, key=lambda r: (_find_own_date(r, now), r.path)):
        by_owner[receipt.owner].append(receipt)
    return [settled for owner, group in by_owner.items() for settled in _settle_owner(group, known.get(owner or "", ()), now, together)]


def _settle_owner(
    group: Sequence[Receipt], known: Collection[tuple[Key, datetime]], now: datetime, together: Collection[Key]
) -> Iterator[Receipt]:
    floor = latest = max((at for key, at in known if key not in together), default=NO_DATE)
    taken = {at for _, at in known}
    for left, receipt in zip(range(len(group) - 1, -1, -1), group, strict=True):
        own = receipt.received_at
        at = min(_find_own_date(receipt, now), now - left * _TICK)
        if receipt.owner:  # those of nobody known are not held against each other
            at = max(at, floor + _TICK)
            while at in taken:
                at += _TICK
        floor = at
        believed = latest < own <= now + _AHEAD and own >= NO_DATE
        yield replace(receipt, received_at=at, dated_at=None if believed else own)


def _find_own_date(receipt: Receipt, now: datetime) -> datetime:
    """Return the date of a receipt's file, which has come now if it has none."""
    return receipt.received_at if receipt.received_at >= NO_DATE else now


def find_receipts(
    connection: sa.Connection, round_id: str, wanted: Iterable[Receipt], now: datetime, together: Collection[Key] = ()
) -> tuple[dict[Key, Receipt], list[Receipt]]:
    """Return receipts as they were when each file (path and hash) was first seen, and those that are new, with their times.

    A file that was moved or copied counts as received when its bytes were first seen. ``together`` as ``settle_times``.
    """
    # In UTC, so that the first sight looks like all later ones.
    given = {receipt.key: replace(receipt, received_at=receipt.received_at.astimezone(UTC)) for receipt in wanted}
    r = RECEIPTS.c
    known = {receipt.key: receipt for receipt in _select(connection, round_id, r.path, {path for path, _ in given}) if receipt.key in given}
    new = [receipt for key, receipt in given.items() if key not in known]
    if not new:
        return known, []
    first: dict[str, Receipt] = {}
    for receipt in sorted(_select(connection, round_id, r.sha256, {receipt.sha256 for receipt in new}), key=lambda r: r.received_at):
        first.setdefault(receipt.sha256, receipt)
    seen = [
        replace(receipt, received_at=first[receipt.sha256].received_at, dated_at=first[receipt.sha256].dated_at)
        for receipt in new
        if receipt.sha256 in first
    ]
    unseen = [receipt for receipt in new if receipt.sha256 not in first]
    times: defaultdict[str, list[tuple[Key, datetime]]] = defaultdict(list)
    for receipt in _select(connection, round_id, r.owner, {receipt.owner for receipt in unseen if receipt.owner}):
        times[receipt.owner or ""].append((receipt.key, receipt.received_at))
    new = [*seen, *settle_times(unseen, times, now, together)]
    return known | {receipt.key: receipt for receipt in new}, new


def insert_receipts(connection: sa.Connection, round_id: str, new: Iterable[Receipt]) -> None:
    """Record new receipts; each gets the round's next number, by which people call it."""
    last = connection.scalar(sa.select(sa.func.max(RECEIPTS.c.number)).where(RECEIPTS.c.round == round_id)) or 0
    insert_rows(
        connection, RECEIPTS, [asdict(receipt) | {"round": round_id, "number": number} for number, receipt in enumerate(new, last + 1)]
    )


def read_receipt_numbers(connection: sa.Connection, round_id: str) -> dict[Key, int]:
    """Return the numbers of a round's receipts."""
    r = RECEIPTS.c
    return {
        (row.path, row.sha256): row.number for row in connection.execute(sa.select(r.path, r.sha256, r.number).where(r.round == round_id))
    }


def name_owner(connection: sa.Connection, round_id: str, sha256: str, owner: str | None) -> None:
    """Record whose a file is, on a controller's word."""
    same = (RECEIPTS.c.round == round_id) & (RECEIPTS.c.sha256 == sha256)
    connection.execute(RECEIPTS.update().where(same).values(owner=owner))


def read_receipts(connection: sa.Connection, round_id: str) -> list[Receipt]:
    """Return all receipts of a round, oldest first."""
    rows = connection.execute(sa.select(*_COLUMNS).where(RECEIPTS.c.round == round_id))
    return sorted((Receipt(*row) for row in rows), key=lambda receipt: (receipt.received_at, receipt.path))


_COLUMNS = [RECEIPTS.c[field.name] for field in fields(Receipt)]


def _select(connection: sa.Connection, round_id: str, column: sa.Column[str], values: Collection[str | None]) -> Iterator[Receipt]:
    """Yield the receipts of a round that have one of the values in a column."""
    for batch in split_in_batches(value for value in values if value is not None):
        query = sa.select(*_COLUMNS).where(RECEIPTS.c.round == round_id, column.in_(batch))
        yield from (Receipt(*row) for row in connection.execute(query))
