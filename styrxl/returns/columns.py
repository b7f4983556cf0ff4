"""Columns of many returns in little memory: in one list, of which each return has a slice, and equal texts once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_TRIED = 1_000  # values of a column after which it is decided whether its texts repeat


@dataclass(frozen=True, slots=True, eq=False)
class ColumnSlice(Mapping[str, list[Any]]):
    """One return's columns, as a slice of those of many; equal to any mapping that holds the same."""

    whole: Mapping[str, list[Any]]
    names: tuple[str, ...]
    start: int
    stop: int

    def __getitem__(self, name: str) -> list[Any]:
        """Return a column's values; KeyError when the return has no such column."""
        if name not in self.names:
            raise KeyError(name)
        return self.whole[name][self.start : self.stop]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the columns' names."""
        return iter(self.names)

    def __len__(self) -> int:
        """Count the columns."""
        return len(self.names)


def join_slices(tables: Iterable[tuple[Mapping[str, list[Any]], int]]) -> Iterator[ColumnSlice]:
    """Yield tables' columns, given with their number of rows, as slices; neighbours in the same whole become one slice."""
    joined: ColumnSlice | None = None
    for columns, count in tables:
        slice_ = columns if isinstance(columns, ColumnSlice) else ColumnSlice(columns, tuple(columns), 0, count)
        if joined is not None and slice_.whole is joined.whole and slice_.start == joined.stop and slice_.names == joined.names:
            joined = ColumnSlice(joined.whole, joined.names, joined.start, slice_.stop)
            continue
        if joined is not None:
            yield joined
        joined = slice_
    if joined is not None:
        yield joined


@dataclass(slots=True)
class TextPool:
    """The texts of a column, each once; given up when the first ones show that they seldom repeat, as sentences do."""

    known: dict[str, str] = field(default_factory=dict)
    seen: int = 0
    repeats: bool | None = None  # not decided yet

    def share(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return the values, each text replaced by the equal one that came first."""
        if self.repeats is False:
            return values
        known = self.known.setdefault
        texts = [known(v, v) if type(v) is str else v for v in values]
        if self.repeats is None:
            self._decide(len(texts))
        return texts

    def _decide(self, more: int) -> None:
        self.seen += more
        if self.seen > _TRIED:
            self.repeats = 2 * len(self.known) <= self.seen
            if not self.repeats:
                self.known.clear()
