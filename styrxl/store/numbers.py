"""Which numbers of ids belong to which round.

Numbers go on after the highest that anybody has answered under, not after the highest that was printed: a sheet has far more rows than are
filled in. So a round's newest numbers may be some that an older workbook has too, on rows that nobody has begun; they are the newer
round's from then on, and whoever writes there in the older workbook is told to write in the newer one, or further down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from styrxl.store.bulk import insert_rows
from styrxl.store.database import NUMBERS

Ranges = tuple[tuple[int, int], ...]  # first and last number of each, in the order in which rows have them
Series = tuple[str, str]  # owner; M, I, P, 2027-A
Used = Mapping[str, Mapping[Series, int]]  # round -> the highest number answered under; of rounds not named nobody has looked


@dataclass(frozen=True, slots=True)
class NumberBlock:
    """Numbers of a series, ``first`` to ``last``, that were handed out in a round; ``place``: among the series' blocks, from 0."""

    round: str
    first: int
    last: int
    place: int = 0


@dataclass(frozen=True, slots=True)
class Allotted:
    """The numbers that a round's rows get, and the block that is new or has grown for it, if any."""

    ranges: Ranges
    block: NumberBlock | None = None


def reserve_numbers(connection: sa.Connection, round_id: str, counts: Mapping[Series, int], used: Used) -> dict[Series, Ranges]:
    """Reserve numbers in a round, so many for each owner and series, keep which, and return them; all else as ``allot_numbers``."""
    known, allotted = _allot_all(connection, round_id, counts, used)
    _store_blocks(connection, allotted, known)
    return {key: one.ranges for key, one in allotted.items()}


def preview_numbers(connection: sa.Connection, round_id: str, counts: Mapping[Series, int], used: Used) -> dict[Series, Ranges]:
    """Return the numbers that ``reserve_numbers`` would give, and keep none."""
    _, allotted = _allot_all(connection, round_id, counts, used)
    return {key: one.ranges for key, one in allotted.items()}


def _allot_all(
    connection: sa.Connection, round_id: str, counts: Mapping[Series, int], used: Used
) -> tuple[Mapping[Series, list[NumberBlock]], dict[Series, Allotted]]:
    known = _group_blocks(connection.execute(_select_blocks().where(NUMBERS.c.series.in_(sorted({series for _, series in counts})))))
    allotted = {
        key: allot_numbers(known[key], round_id, count, {round_: of.get(key, 0) for round_, of in used.items()})
        for key, count in counts.items()
    }
    return known, allotted


def read_taken(connection: sa.Connection, round_id: str) -> dict[Series, tuple[tuple[int, int, str], ...]]:
    """Return the numbers of a round that newer rounds have taken over, by owner and series, as ``list_taken`` has them."""
    n = NUMBERS.c
    mine = sa.select(n.series).where(n.round == round_id).distinct()
    blocks = _group_blocks(connection.execute(_select_blocks().where(n.series.in_(mine))))
    return {key: taken for key, those in blocks.items() if len(those) > 1 and (taken := tuple(list_taken(those, round_id)))}


def allot_numbers(blocks: Sequence[NumberBlock], round_id: str, count: int, used: Mapping[str, int] | None = None) -> Allotted:
    """Return the numbers that so many rows of a round get, given all blocks of the series.

    A round keeps its numbers; where it asks for more they come after the highest used. ``used``: by round; of the newest block of a round
    not named all numbers count as used. ValueError for a count below 1.
    """
    if count < 1:
        raise ValueError(f"numbers are reserved for one row or more, not {count}")
    own = [number for block in _sort(blocks, round_id) for number in range(block.first, block.last + 1)]
    keep = own[:count]
    if len(keep) == count:
        return Allotted(_join(keep))
    first = max(_find_highest_used(blocks, round_id, used or {}), *own, 0) + 1
    last = first + count - len(keep) - 1
    newest = max(blocks, key=lambda block: block.place, default=None)
    if newest is not None and newest.round == round_id and newest.last + 1 == first:
        block = NumberBlock(round_id, newest.first, last, newest.place)
    else:
        block = NumberBlock(round_id, first, last, newest.place + 1 if newest else 0)
    return Allotted(_join([*keep, *range(first, last + 1)]), block)


def list_taken(blocks: Iterable[NumberBlock], round_id: str) -> Iterator[tuple[int, int, str]]:
    """Yield the numbers of a round's blocks that newer blocks of other rounds have taken over: first, last, and by which round."""
    own = _sort(blocks, round_id)
    for block in own:
        for other in blocks:
            first, last = max(block.first, other.first), min(block.last, other.last)
            if other.round != round_id and other.place > block.place and first <= last:
                yield first, last, other.round


def _sort(blocks: Iterable[NumberBlock], round_id: str) -> list[NumberBlock]:
    return sorted((block for block in blocks if block.round == round_id), key=lambda block: block.place)


def _find_highest_used(blocks: Sequence[NumberBlock], round_id: str, used: Mapping[str, int]) -> int:
    """Return the highest number that another round has used; what came before a block was used or given up when that was handed out."""
    others = sorted((block for block in blocks if block.round != round_id), key=lambda block: block.place)
    highest = max((block.first - 1 for block in others), default=0)
    newest = {block.round: block for block in others}
    for block in newest.values():
        highest = max(highest, used.get(block.round, block.last if block is others[-1] else 0))
    # A round to which nothing was handed out has numbers too where its rows were given some afterwards.
    return max(highest, *(number for round_, number in used.items() if round_ != round_id and round_ not in newest), 0)


def _join(numbers: Sequence[int]) -> Ranges:
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] + 1 == number:
            ranges[-1] = ranges[-1][0], number
        else:
            ranges.append((number, number))
    return tuple(ranges)


def _group_blocks(rows: Iterable[Iterable[Any]]) -> defaultdict[Series, list[NumberBlock]]:
    """Return blocks by owner and series, from rows of owner, series, round, first, last and place."""
    blocks: defaultdict[Series, list[NumberBlock]] = defaultdict(list)
    for owner, series, *block in rows:
        blocks[owner, series].append(NumberBlock(*block))
    return blocks


def _store_blocks(connection: sa.Connection, allotted: Mapping[Series, Allotted], known: Mapping[Series, Sequence[NumberBlock]]) -> None:
    blocks = {key: one.block for key, one in allotted.items() if one.block is not None}
    grown = {key for key, block in blocks.items() if any(old.place == block.place for old in known[key])}
    rows = [{"owner": key[0], "series": key[1]} | asdict(block) for key, block in blocks.items() if key not in grown]
    insert_rows(connection, NUMBERS, rows)
    changes = [{"o": key[0], "s": key[1], "p": blocks[key].place, "l": blocks[key].last} for key in grown]
    if changes:
        n = NUMBERS.c
        same = (n.owner == sa.bindparam("o")) & (n.series == sa.bindparam("s")) & (n.place == sa.bindparam("p"))
        connection.execute(NUMBERS.update().where(same).values(last=sa.bindparam("l")), changes)


def _select_blocks() -> sa.Select[Any]:
    n = NUMBERS.c
    return sa.select(n.owner, n.series, n.round, n.first, n.last, n.place)
