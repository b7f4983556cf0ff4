"""Which of a round's owners a table shows, and in which order: chosen by state, board, level and text, sorted, and cut into pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from styrxl.rounds.overview.owner_groups import GROUPS, is_in_group
from styrxl.rounds.overview.owner_rows import NO_ADDRESS, UNREACHED, OwnerRow
from styrxl.rounds.overview.round_steps import MEND_NEWER

PAGE = 500  # rows
_NO_DAY, _NO_TIME = date.min, datetime.min.replace(tzinfo=UTC)
_LAST_LETTERS = str.maketrans("åäöéü", "{|}eu")  # so that they come last and in their order; é and ü are among e and u


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked for; nothing where anything will do. ``sort``: a key of ``SORTS``, board by board where it is empty."""

    state: str = ""
    board: str = ""
    level: str = ""
    text: str = ""
    sort: str = ""
    descending: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class ChosenRows:
    """The rows of a page, how many there are on all pages, how many pages, and how many in each state if that were asked for."""

    rows: tuple[OwnerRow, ...]
    total: int
    pages: int
    page: int
    states: Mapping[str, int]


# What is asked of owners beside their group: state -> whether a row is meant.
STATES: Mapping[str, Callable[[OwnerRow], bool]] = {
    **{group: lambda row, group=group: is_in_group(row.status, group) for group in GROUPS},  # type: ignore[misc] # bound as it is now
    "several": lambda row: row.status.returns > 1,
    MEND_NEWER: lambda row: row.status.earlier_counts,
    UNREACHED: lambda row: row.mail == UNREACHED,
    NO_ADDRESS: lambda row: row.mail == NO_ADDRESS,
}
_ORDER = {state: n for n, state in enumerate(("late", "missing", "mend", "aside", "done", "not-issued"))}
SORTS: Mapping[str, Callable[[OwnerRow], object]] = {
    "name": lambda row: fold_name(row.status.name),
    "board": lambda row: (fold_name(row.board.name), fold_name(row.administration.name)),
    "issued": lambda row: row.status.issued or _NO_DAY,
    "due": lambda row: row.status.due or _NO_DAY,
    "returned": lambda row: row.status.returned or _NO_TIME,
    "state": lambda row: _ORDER[row.group],
    "errors": lambda row: row.status.errors,
    "warnings": lambda row: row.status.warnings,
    "late": lambda row: row.days_late,
    "reminded": lambda row: row.status.reminded or _NO_TIME,
    "mail": lambda row: (row.mail, row.mailed or _NO_DAY),
}


def choose_rows(rows: Sequence[OwnerRow], choice: Choice) -> ChosenRows:
    """Return the rows that are asked for, of the page that is asked for or the last one there is."""
    words = choice.text.casefold().split()
    meant = [row for row in rows if choice.board in {"", row.board.id} and choice.level in {"", row.level} and _has_words(row, words)]
    states = {state: sum(map(is_meant, meant)) for state, is_meant in STATES.items()}
    if is_meant := STATES.get(choice.state):
        meant = [row for row in meant if is_meant(row)]
    if key := SORTS.get(choice.sort):
        meant.sort(key=key, reverse=choice.descending)  # type: ignore[arg-type] # each key gives values of one type
    pages = max(1, -(-len(meant) // PAGE))
    page = min(max(1, choice.page), pages)
    return ChosenRows(tuple(meant[(page - 1) * PAGE : page * PAGE]), len(meant), pages, page, states)


def _has_words(row: OwnerRow, words: Sequence[str]) -> bool:
    if not words:
        return True
    status = row.status
    text = f"{status.name} {status.owner} {row.board.name} {row.administration.name} {status.form or ''}".casefold()
    return all(word in text for word in words)


def fold_name(name: str) -> str:
    """Return a name as Swedish lists have it in order: å, ä and ö last."""
    return name.casefold().translate(_LAST_LETTERS)
