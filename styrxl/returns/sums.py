"""Rows that are sums of others: what they are called, and which runs of rows come to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Generic, TypeVar

from styrxl.returns.cell_values import fold_text

Amount = TypeVar("Amount", int, Decimal)


@lru_cache(maxsize=1_000)
def fold_words(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words by which sums are known, folded."""
    return tuple(sorted(map(fold_text, words)))


@lru_cache(maxsize=100_000)
def begins_as_sum(text: str, words: tuple[str, ...]) -> bool:
    """Tell whether a text begins as the names of sums do; ``words``: folded."""
    folded = fold_text(text)
    return any(folded == word or (folded.startswith(word) and not folded[len(word)].isalnum()) for word in words)


@lru_cache(maxsize=100_000)
def is_called_sum(text: str, words: tuple[str, ...]) -> bool:
    """Tell whether a text begins or ends as the names of sums do; ``words``: folded."""
    folded = fold_text(text).rstrip(": ")
    return begins_as_sum(text, words) or any(folded.endswith(word) and not folded[-len(word) - 1].isalnum() for word in words)


class RunningSums(Generic[Amount]):
    """What rows of amounts have come to before the first of them (``sums[0]``), after it, and so on, column by column."""

    def __init__(self, rows: Iterable[Sequence[Amount]], nothing: Sequence[Amount]) -> None:
        """Take the rows, and a row of nothing."""
        self.sums: list[tuple[Amount, ...]] = [tuple(nothing)]
        for row in rows:
            self.sums.append(tuple(before + amount for before, amount in zip(self.sums[-1], row, strict=True)))

    @property
    def total(self) -> tuple[Amount, ...]:
        """What all rows come to."""
        return self.sums[-1]

    def find_run_above(self, at: int, wanted: Sequence[Amount]) -> range | None:
        """Return the longest run of rows right above a place that comes to some amounts."""
        start = self._first.get(tuple(here - amount for here, amount in zip(self.sums[at], wanted, strict=True)), at)
        return range(start, at) if start < at else None

    def find_run_below(self, at: int, wanted: Sequence[Amount]) -> range | None:
        """Return the longest run of rows right below a place that comes to some amounts."""
        end = self._last.get(tuple(here + amount for here, amount in zip(self.sums[at], wanted, strict=True)), at)
        return range(at, end) if end > at else None

    @cached_property
    def _first(self) -> dict[tuple[Amount, ...], int]:
        return dict(zip(reversed(self.sums), reversed(range(len(self.sums))), strict=True))

    @cached_property
    def _last(self) -> dict[tuple[Amount, ...], int]:
        return dict(zip(self.sums, range(len(self.sums)), strict=True))
