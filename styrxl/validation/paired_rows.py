"""Two returns of one owner: which row of the one is which row of the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass

from styrxl.model.forms import Sheet
from styrxl.validation.answered_rows import AnsweredRow


@dataclass(frozen=True, slots=True)
class UnclearRows:
    """Rows of both returns that bear one name or id, more than one in either, so that nobody can tell which is which."""

    newer: tuple[AnsweredRow, ...]
    older: tuple[AnsweredRow, ...]


@dataclass(frozen=True, slots=True)
class PairedRows:
    """The rows of a sheet that two returns have in common (the newer's first), those that only one of them has, and those in doubt."""

    pairs: tuple[tuple[AnsweredRow, AnsweredRow], ...]
    only_newer: tuple[AnsweredRow, ...]
    only_older: tuple[AnsweredRow, ...]
    unclear: tuple[UnclearRows, ...] = ()


def pair_rows(sheet: Sheet, newer: Sequence[AnsweredRow], older: Sequence[AnsweredRow], given: Collection[str] = ()) -> PairedRows:
    """Pair the rows of two returns of a sheet: by id, then by all of their name, and where they have neither by all that they say.

    One id under which each has begun something of its own, by another name, is two rows; not so on rows that were ``given`` (keys of ids)
    beforehand, which are about one thing whatever they are called.
    """
    if sheet.layout == "down":
        return PairedRows(tuple(zip(newer, older, strict=False)), tuple(newer[len(older) :]), tuple(older[len(newer) :]))

    def is_same(one: AnsweredRow, other: AnsweredRow) -> bool:
        return one.id in given or not (one.name and other.name) or one.name == other.name

    by_id = _pair_by(lambda row: row.id or None, newer, older, is_same)
    by_name = _pair_by(lambda row: row.name or None, by_id.only_newer, by_id.only_older)
    loose, firm = ([row for row in by_name.only_older if bool(row.id or row.name) is named] for named in (False, True))
    by_answers = _pair_by(lambda row: None if row.name else row.said, by_name.only_newer, loose)
    return PairedRows(
        (*by_id.pairs, *by_name.pairs, *by_answers.pairs),
        by_answers.only_newer,
        (*firm, *by_answers.only_older),
        (*by_id.unclear, *by_name.unclear, *by_answers.unclear),
    )


def _pair_by(
    key: Callable[[AnsweredRow], Hashable | None],
    newer: Sequence[AnsweredRow],
    older: Sequence[AnsweredRow],
    fits: Callable[[AnsweredRow, AnsweredRow], bool] = lambda _newer, _older: True,
) -> PairedRows:
    """Pair rows whose keys are equal and that fit; several of one key only where both returns say just the same on them."""
    groups: dict[Hashable | None, tuple[list[AnsweredRow], list[AnsweredRow]]] = {}
    for side, rows in enumerate((newer, older)):
        for row in rows:
            if key(row) is not None:
                groups.setdefault(key(row), ([], []))[side].append(row)
    both = [(group, _match(*group)) for group in groups.values() if all(group)]
    pairs = [pair for _, matched in both for pair in matched if fits(*pair)]
    unclear = tuple(UnclearRows(tuple(group[0]), tuple(group[1])) for group, matched in both if not matched)
    settled = {id(row) for pair in pairs for row in pair} | {id(row) for group in unclear for row in (*group.newer, *group.older)}
    ours, theirs = (tuple(row for row in rows if id(row) not in settled) for rows in (newer, older))
    return PairedRows(tuple(pairs), ours, theirs, unclear)


def _match(newer: Sequence[AnsweredRow], older: Sequence[AnsweredRow]) -> list[tuple[AnsweredRow, AnsweredRow]]:
    """Match rows of one key: one with one, several only where both say just the same; else none."""
    if len(newer) == len(older) == 1:
        return [(newer[0], older[0])]
    left = list(older)
    matched = []
    for row in newer:
        other = next((one for one in left if one.said == row.said), None)
        if other is None:
            return []
        left.remove(other)
        matched.append((row, other))
    return [] if left else matched
