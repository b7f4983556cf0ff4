"""What many returns hold, kept in little room: columns that lie together, and equal texts once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_TRIED = 1_000  # values after which it is known whether a column repeats itself


@dataclass(frozen=True, slots=True, eq=False)
class Slice(Mapping[str, list[Any]]):
    """One return's columns where they lie, between those of others; equal to any mapping that holds the same."""

    whole: Mapping[str, list[Any]]
    names: tuple[str, ...]
    start: int
    stop: int

    def __getitem__(self, name: str) -> list[Any]:
        """Return a column's values; KeyError where the return has no such column."""
        if name not in self.names:
            raise KeyError(name)
        return self.whole[name][self.start : self.stop]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the columns' names."""
        return iter(self.names)

    def __len__(self) -> int:
        """Count the columns."""
        return len(self.names)


def runs(some: Iterable[tuple[Mapping[str, list[Any]], int]]) -> Iterator[Slice]:
    """Yield columns, given with how long each is, in order: those that lie one after the other in the same whole are one slice."""
    begun: Slice | None = None
    for columns, count in some:
        one = columns if isinstance(columns, Slice) else Slice(columns, tuple(columns), 0, count)
        if begun is not None and one.whole is begun.whole and one.start == begun.stop and one.names == begun.names:
            begun = Slice(begun.whole, begun.names, begun.start, one.stop)
            continue
        if begun is not None:
            yield begun
        begun = one
    if begun is not None:
        yield begun


@dataclass(slots=True)
class Alike:
    """The texts of a column, if its first ones show that it repeats itself: for a column of sentences they would take room for nothing."""

    known: dict[str, str] = field(default_factory=dict)
    seen: int = 0
    repeats: bool | None = None  # not known yet

    def shared(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return the values, texts that have come before in place of their equals."""
        if self.repeats is False:
            return values
        known = self.known.setdefault
        found = [known(v, v) if type(v) is str else v for v in values]
        if self.repeats is None:
            self._judge(len(found))
        return found

    def _judge(self, more: int) -> None:
        self.seen += more
        if self.seen > _TRIED:
            self.repeats = 2 * len(self.known) <= self.seen
            if not self.repeats:
                self.known.clear()
