"""Rows that are sums of others: set apart where they say so, held against what they sum up, and suspected where they do not say so."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from styrxl.accounts.patterns import Condition
from styrxl.accounts.table import NOTHING, ExportRow, Table, Values, add_values
from styrxl.returns.cell_values import fold_text

_WHOLE = frozenset({"totalt", "total", "totalsumma", "summa totalt", "grand total", "totaler"})  # words for the sum of all rows


@dataclass(frozen=True, slots=True)
class SumRow:
    """A row that is a sum; ``fits`` tells whether rows beside it come to it, ``whole`` whether it speaks of all rows.

    ``difference``: what it has, less what all rows come to.
    """

    row: ExportRow
    fits: bool
    whole: bool
    difference: Values

    @property
    def ties(self) -> bool:
        """Whether it is what all rows come to."""
        return not any(self.difference)

    @property
    def is_wrong(self) -> bool:
        """Whether it is the sum of nothing that it might be."""
        return not (self.ties if self.whole else self.fits)


@dataclass(frozen=True, slots=True)
class PartedTable:
    """A table's rows without its sums, the sums, and the rows that look like sums without saying so, by their number."""

    rows: tuple[ExportRow, ...]
    sums: tuple[SumRow, ...]
    suspects: frozenset[int]
    total: Values


def part_sums(table: Table, said: Condition, denied: Condition, words: Collection[str]) -> PartedTable:
    """Return a table's rows and its sums apart.

    ``said``, ``denied``: the rows that the mapping says are sums, and those that it says are none. ``words``: how a sum begins.
    """
    if not table.sums:
        return PartedTable(table.rows, (), frozenset(), add_values((row.values for row in table.rows), len(table.columns)))
    begins = tuple(fold_text(word) for word in words)
    are_sums = [_is_sum(row, said, begins) and not _is_meant(row, denied) for row in table.rows]
    rows = tuple(row for row, is_sum in zip(table.rows, are_sums, strict=True) if not is_sum)
    width = len(table.columns)
    running = _run_up([row.values for row in rows], width)
    return PartedTable(
        rows, tuple(_judge_sums(table, are_sums, running)), frozenset(_find_suspects(rows, denied, begins, width)), running[-1]
    )


def _is_meant(row: ExportRow, condition: Condition) -> bool:
    return bool(condition.columns) and condition.fits(row.typed)


def _is_sum(row: ExportRow, said: Condition, begins: tuple[str, ...]) -> bool:
    if _is_meant(row, said):
        return True
    first = next(iter(row.typed.values()))
    if any(_begins_so(text, begins) for text in row.typed.values()):
        return True
    return not first and _begins_so(row.label, begins)


@lru_cache(maxsize=100_000)
def _begins_so(text: str, begins: tuple[str, ...]) -> bool:
    folded = fold_text(text)
    return any(folded == word or (folded.startswith(word) and not folded[len(word)].isalnum()) for word in begins)


def _run_up(values: Sequence[Values], width: int) -> list[Values]:
    """Return what rows have come to before the first, after it, and so on."""
    running = [(NOTHING,) * width]
    for each in values:
        running.append(add_values((running[-1], each), width))
    return running


def _judge_sums(table: Table, are_sums: Sequence[bool], running: Sequence[Values]) -> list[SumRow]:
    """Return the sums of a table, each held against the rows right above it, or right below."""
    first, last = _find_ends(running)
    total, at, sums = running[-1], 0, list[SumRow]()
    final = max((index for index, is_sum in enumerate(are_sums) if is_sum), default=-1)
    for index, (row, is_sum) in enumerate(zip(table.rows, are_sums, strict=True)):
        if not is_sum:
            at += 1
            continue
        here = running[at]
        above, below = _subtract(here, row.values), add_values((here, row.values), len(here))
        fits = first.get(above, at) < at or last.get(below, at) > at
        alone = index == final and at == len(running) - 1 and not fits
        whole = row.values == total or any(fold_text(text) in _WHOLE for text in (row.label, *row.typed.values())) or alone
        sums.append(SumRow(row, fits, whole, _subtract(row.values, total)))
    return sums


def _find_ends(running: Sequence[Values]) -> tuple[Mapping[Values, int], Mapping[Values, int]]:
    last = {values: index for index, values in enumerate(running)}
    first = {values: index for index, values in reversed(list(enumerate(running)))}
    return first, last


def _subtract(values: Values, others: Values) -> Values:
    return tuple(value - other for value, other in zip(values, others, strict=True))


def _find_suspects(rows: Sequence[ExportRow], denied: Condition, begins: tuple[str, ...], width: int) -> list[int]:
    """Return the numbers of rows that the rows right above come to, and that lack a text or have a shorter code than those."""
    kept: list[ExportRow] = []
    running = [(NOTHING,) * width]
    latest = {running[0]: 0}
    suspects = []
    for row in rows:
        start = latest.get(_subtract(running[-1], row.values), len(kept)) if any(row.values) else len(kept)
        above = kept[start:]
        if above and _is_less_precise(row, above, begins) and not _is_meant(row, denied):
            suspects.append(row.number)
            continue
        kept.append(row)
        running.append(add_values((running[-1], row.values), width))
        latest[running[-1]] = len(kept)
    return suspects


def _is_less_precise(row: ExportRow, above: Sequence[ExportRow], begins: tuple[str, ...]) -> bool:
    """Tell whether a row lacks what those above it have; one alone may be as large by chance: of that the first text counts."""
    first = next(iter(row.texts))
    looked_at = [first] if len(above) == 1 else list(row.texts)
    if _begins_so(row.label, begins) or any(not row.texts[name] and all(each.texts[name] for each in above) for name in looked_at):
        return True
    codes = {each.texts[first].partition(" ")[0] for each in above}
    code = row.texts[first].partition(" ")[0]
    return bool(code) and all(len(each) > len(code) and each.startswith(code) for each in codes)
